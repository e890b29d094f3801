/* sb-inbox-decide.c
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "sb-inbox-decide.h"

#include <glib/gi18n.h>

/* As many decisions share a commit; each holds a whole run in memory. */
#define AT_A_TIME 8

typedef struct
{
  GtkWidget *widget;
  SbEngine *engine;
  GArray *runs;
  char *decision;
  guint next;
  guint pending;
  GArray *taken; /* gint64: those that were not refused */
  char *problem; /* (nullable): of the first that was */
} Deciding;

/* One of them, on its way. */
typedef struct
{
  Deciding *deciding;
  gint64 run;
} One;

static void
deciding_free (Deciding *self)
{
  g_object_unref (self->widget);
  g_object_unref (self->engine);
  g_array_unref (self->runs);
  g_array_unref (self->taken);
  g_free (self->decision);
  g_free (self->problem);
  g_free (self);
}

static char *
describe (Deciding *self)
{
  guint n_taken = self->taken->len;

  if (n_taken == 0)
    return g_strdup (self->problem != NULL ? self->problem : _ ("Nothing was changed."));
  if (g_str_equal (self->decision, "drop"))
    return n_taken == 1
             ? g_strdup (_ ("Dropped. It stays in Activity."))
             : g_strdup_printf (ngettext ("%u run dropped. It stays in Activity.",
                                          "%u runs dropped. They stay in Activity.", n_taken),
                                n_taken);
  if (g_str_equal (self->decision, "restore"))
    return g_strdup_printf (
      ngettext ("%u run is back in the Inbox.", "%u runs are back in the Inbox.", n_taken),
      n_taken);
  if (g_str_equal (self->decision, "done"))
    return n_taken == 1
             ? g_strdup (_ ("Noted. The run goes on after that step."))
             : g_strdup_printf (ngettext ("Noted. %u run goes on after that step.",
                                          "Noted. %u runs go on after that step.", n_taken),
                                n_taken);
  return n_taken == 1
           ? g_strdup (_ ("Trying again."))
           : g_strdup_printf (ngettext ("Trying %u run again.", "Trying %u runs again.", n_taken),
                              n_taken);
}

static void
finish (Deciding *self)
{
  g_autofree char *words = describe (self);
  g_autofree char *text = NULL;

  if (self->problem != NULL && self->taken->len > 0)
    {
      guint n_refused = self->runs->len - self->taken->len;

      text = g_strdup_printf (
        ngettext ("%s %u was not changed: %s", "%s %u were not changed: %s", n_refused), words,
        n_refused, self->problem);
    }
  if (g_str_equal (self->decision, "drop") && self->taken->len > 0)
    gtk_widget_activate_action (self->widget, "win.dropped-toast", "(s@ax)",
                                text != NULL ? text : words,
                                g_variant_new_fixed_array (G_VARIANT_TYPE_INT64, self->taken->data,
                                                           self->taken->len, sizeof (gint64)));
  else
    gtk_widget_activate_action (self->widget, "win.toast", "s", text != NULL ? text : words);
  deciding_free (self);
}

static void decide_next (Deciding *self);

static void
resolved_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autofree One *one = data;
  Deciding *self = one->deciding;
  g_autoptr (GError) error = NULL;

  if (sb_engine_resolve_finish (SB_ENGINE (source), result, &error))
    g_array_append_val (self->taken, one->run);
  else if (self->problem == NULL)
    self->problem = g_strdup (error->message);
  self->pending--;
  if (self->next < self->runs->len)
    decide_next (self);
  else if (self->pending == 0)
    finish (self);
}

static void
decide_next (Deciding *self)
{
  One *one = g_new0 (One, 1);

  one->deciding = self;
  one->run = g_array_index (self->runs, gint64, self->next);
  self->next++;
  self->pending++;
  sb_engine_resolve_async (self->engine, one->run, self->decision, NULL, resolved_cb, one);
}

void
sb_inbox_decide (GtkWidget *widget, SbSession *session, GArray *runs, const char *decision)
{
  Deciding *self;

  if (runs->len == 0)
    return;
  self = g_new0 (Deciding, 1);
  self->widget = g_object_ref (widget);
  self->engine = g_object_ref (sb_session_get_engine (session));
  self->runs = g_array_ref (runs);
  self->decision = g_strdup (decision);
  self->taken = g_array_new (FALSE, FALSE, sizeof (gint64));
  for (guint i = 0; i < AT_A_TIME && i < runs->len; i++)
    decide_next (self);
}
