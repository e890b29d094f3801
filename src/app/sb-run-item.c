/* sb-run-item.c
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "sb-run-item.h"

#include <glib/gi18n.h>

struct _SbRunItem
{
  GObject parent_instance;

  gint64 id;
  SbRun *run;
  char *heading;
  char *hit;
  guint count;
  gboolean bulk;
};

enum
{
  CHANGED,
  N_SIGNALS,
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (SbRunItem, sb_run_item, G_TYPE_OBJECT)

static void
sb_run_item_finalize (GObject *object)
{
  SbRunItem *self = SB_RUN_ITEM (object);

  g_clear_pointer (&self->run, sb_run_unref);
  g_clear_pointer (&self->heading, g_free);
  g_clear_pointer (&self->hit, g_free);

  G_OBJECT_CLASS (sb_run_item_parent_class)->finalize (object);
}

static void
sb_run_item_class_init (SbRunItemClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = sb_run_item_finalize;

  signals[CHANGED] = g_signal_new ("changed", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL,
                                   NULL, NULL, G_TYPE_NONE, 0);
}

static void
sb_run_item_init (SbRunItem *self)
{
}

SbRunItem *
sb_run_item_new_run (gint64 id, SbRun *run)
{
  SbRunItem *self = g_object_new (SB_TYPE_RUN_ITEM, NULL);

  self->id = id;
  self->run = run != NULL ? sb_run_ref (run) : NULL;

  return self;
}

SbRunItem *
sb_run_item_new_heading (const char *text, guint count)
{
  SbRunItem *self = g_object_new (SB_TYPE_RUN_ITEM, NULL);

  self->heading = g_strdup (text);
  self->count = count;

  return self;
}

SbRunItem *
sb_run_item_new_bulk (const char *text, guint count)
{
  SbRunItem *self = sb_run_item_new_heading (text, count);

  self->bulk = TRUE;

  return self;
}

void
sb_run_item_set_run (SbRunItem *self, SbRun *run)
{
  g_return_if_fail (run->id == self->id);

  if (self->run == run || (self->run != NULL && self->run->changed_us == run->changed_us &&
                           g_str_equal (self->run->state, run->state)))
    return;
  g_clear_pointer (&self->run, sb_run_unref);
  self->run = sb_run_ref (run);
  g_signal_emit (self, signals[CHANGED], 0);
}

void
sb_run_item_set_heading (SbRunItem *self, const char *text, guint count)
{
  /* The text may be the heading itself. */
  char *heading = g_strdup (text);
  gboolean same = self->count == count && g_strcmp0 (self->heading, text) == 0;

  g_free (self->heading);
  self->heading = heading;
  self->count = count;
  if (same)
    return;
  g_signal_emit (self, signals[CHANGED], 0);
}

void
sb_run_item_set_hit (SbRunItem *self, const char *hit)
{
  if (g_strcmp0 (self->hit, hit) == 0)
    return;
  g_free (self->hit);
  self->hit = g_strdup (hit);
  g_signal_emit (self, signals[CHANGED], 0);
}

const char *
sb_run_item_get_hit (SbRunItem *self)
{
  return self->hit;
}

gint64
sb_run_item_get_id (SbRunItem *self)
{
  return self->id;
}

SbRun *
sb_run_item_get_run (SbRunItem *self)
{
  return self->run;
}

const char *
sb_run_item_get_heading (SbRunItem *self)
{
  return self->heading;
}

guint
sb_run_item_get_count (SbRunItem *self)
{
  return self->count;
}

gboolean
sb_run_item_is_bulk (SbRunItem *self)
{
  return self->bulk;
}

static char *
format_took (SbRun *run)
{
  double seconds = (double)MAX (0, run->finished_us - run->started_us) / G_USEC_PER_SEC;

  if (seconds < 1)
    return g_strdup_printf (_ ("took %.1f s"), seconds);
  if (seconds < 120)
    return g_strdup_printf (_ ("took %.0f s"), seconds);
  if (seconds < 7200)
    return g_strdup_printf (_ ("took %.0f min"), seconds / 60);

  return g_strdup_printf (_ ("took %.0f h"), seconds / 3600);
}

char *
sb_run_item_dup_detail (SbRunItem *self)
{
  SbRun *run = self->run;
  const char *flow;

  if (run == NULL)
    return NULL;

  flow = run->flow_name != NULL ? run->flow_name : run->flow_id;
  if (run->problem != NULL && run->problem[0] != '\0' && !g_str_equal (run->state, "stopped"))
    return g_strdup_printf ("%s, %s", flow, run->problem);
  if (g_str_equal (run->state, "done"))
    {
      g_autofree char *took = format_took (run);

      return g_strdup_printf (_ ("%s, version %d, %s"), flow, run->version, took);
    }

  return g_strdup_printf ("%s, %s", flow, sb_run_item_get_status (self));
}

static const struct
{
  const char *state;
  const char *icon;
  const char *status;
  const char *style;
} states[] = {
  { "done", "sb-done-symbolic", N_ ("done"), "success" },
  { "stopped", "sb-dash-symbolic", N_ ("stopped by a filter"), "dim-label" },
  { "dropped", "sb-cross-symbolic", N_ ("dropped by you"), "error" },
  { "inbox", "sb-hand-symbolic", N_ ("needs you"), "warning" },
  { "waiting", "sb-clock-symbolic", N_ ("waits to go on"), "accent" },
  { "blocked", "sb-status-paused-symbolic", N_ ("waits for its connection"), "warning" },
  { "ready", "sb-working-symbolic", N_ ("on its way"), "accent" },
  { "running", "sb-working-symbolic", N_ ("on its way"), "accent" },
};

static guint
find_state (SbRunItem *self)
{
  for (guint i = 0; i < G_N_ELEMENTS (states); i++)
    if (self->run != NULL && g_str_equal (states[i].state, self->run->state))
      return i;

  return G_N_ELEMENTS (states) - 1;
}

const char *
sb_run_item_get_icon (SbRunItem *self)
{
  return states[find_state (self)].icon;
}

const char *
sb_run_item_get_status (SbRunItem *self)
{
  return _ (states[find_state (self)].status);
}

const char *
sb_run_item_get_style (SbRunItem *self)
{
  return states[find_state (self)].style;
}
