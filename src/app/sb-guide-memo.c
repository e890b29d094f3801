/* sb-guide-memo.c
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "sb-guide-memo.h"

struct _SbGuideMemo
{
  GObject parent_instance;

  SbStore *store; /* (nullable) */
  char *key;
  gint64 spent_us[SB_GUIDE_N_STAGES];
  gint64 last_us; /* when the person did something last; 0: not yet */
  gboolean loaded;
  gboolean told; /* whether the person said if it is away */
  gboolean away;
};

enum
{
  CHANGED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (SbGuideMemo, sb_guide_memo, G_TYPE_OBJECT)

static gint64
total_us (SbGuideMemo *self)
{
  gint64 sum = 0;

  for (guint i = 0; i < SB_GUIDE_N_STAGES; i++)
    sum += self->spent_us[i];
  return sum;
}

SbValue *
sb_guide_memo_write (SbGuideMemo *self)
{
  SbValue *value = sb_value_new_object ();
  SbValue *spent = sb_value_new_array ();

  for (guint i = 0; i < SB_GUIDE_N_STAGES; i++)
    sb_value_append (spent, sb_value_new_int (self->spent_us[i] / G_TIME_SPAN_SECOND));
  sb_value_set (value, "seconds", spent);
  if (self->told)
    sb_value_set_boolean (value, "away", self->away);
  return value;
}

static void
save (SbGuideMemo *self)
{
  g_autoptr (SbValue) value = NULL;

  if (self->store == NULL)
    return;
  value = sb_guide_memo_write (self);
  sb_store_set_setting_async (self->store, self->key, value, NULL, NULL, NULL);
}

/* Added to what was counted while it was being read. */
static void
take (SbGuideMemo *self, SbValue *value)
{
  SbValue *spent = sb_value_get_member (value, "seconds");
  SbValue *away = sb_value_get_member (value, "away");

  for (guint i = 0; i < SB_GUIDE_N_STAGES; i++)
    {
      gint64 seconds = 0;

      if (sb_value_get_int (sb_value_get_item (spent, i), &seconds))
        self->spent_us[i] += CLAMP (seconds, 0, G_MAXINT32) * G_TIME_SPAN_SECOND;
    }
  if (away != NULL && !self->told)
    {
      self->told = TRUE;
      self->away = sb_value_get_boolean_or (value, "away", FALSE);
    }
}

static void
loaded_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (SbGuideMemo) self = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (SbValue) value = sb_store_get_setting_finish (SB_STORE (source), result, &error);

  if (value != NULL)
    take (self, value);
  else if (error != NULL)
    g_debug ("The guide's time could not be read: %s", error->message);
  self->loaded = TRUE;
  g_signal_emit (self, signals[CHANGED], 0);
}

static void
sb_guide_memo_finalize (GObject *object)
{
  SbGuideMemo *self = SB_GUIDE_MEMO (object);

  g_clear_object (&self->store);
  g_free (self->key);

  G_OBJECT_CLASS (sb_guide_memo_parent_class)->finalize (object);
}

static void
sb_guide_memo_class_init (SbGuideMemoClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = sb_guide_memo_finalize;
  signals[CHANGED] = g_signal_new ("changed", SB_TYPE_GUIDE_MEMO, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                   NULL, G_TYPE_NONE, 0);
}

static void
sb_guide_memo_init (SbGuideMemo *self)
{
}

SbGuideMemo *
sb_guide_memo_new (SbStore *store, const char *flow_id)
{
  SbGuideMemo *self = g_object_new (SB_TYPE_GUIDE_MEMO, NULL);

  self->key = g_strconcat (SB_MEMO_GUIDE, flow_id, NULL);
  g_set_object (&self->store, store);
  if (store != NULL)
    sb_store_get_setting_async (store, self->key, NULL, loaded_cb, g_object_ref (self));
  else
    self->loaded = TRUE;
  return self;
}

gboolean
sb_guide_memo_is_loaded (SbGuideMemo *self)
{
  return self->loaded;
}

gboolean
sb_guide_memo_is_away (SbGuideMemo *self, gboolean fallback)
{
  return self->told ? self->away : fallback;
}

void
sb_guide_memo_set_away (SbGuideMemo *self, gboolean away)
{
  if (self->told && self->away == away)
    return;
  self->told = TRUE;
  self->away = away;
  save (self);
  g_signal_emit (self, signals[CHANGED], 0);
}

void
sb_guide_memo_note (SbGuideMemo *self, SbGuideStage stage, gint64 now_us)
{
  gint64 minutes = total_us (self) / G_TIME_SPAN_MINUTE;

  if (stage < SB_GUIDE_N_STAGES && self->last_us > 0 && now_us > self->last_us &&
      now_us - self->last_us <= SB_GUIDE_PAUSE_US)
    self->spent_us[stage] += now_us - self->last_us;
  self->last_us = now_us;
  if (!self->loaded || total_us (self) / G_TIME_SPAN_MINUTE == minutes)
    return;
  save (self);
  g_signal_emit (self, signals[CHANGED], 0);
}

guint
sb_guide_memo_get_minutes (SbGuideMemo *self, SbGuideStage stage)
{
  gint64 spent_us = stage < SB_GUIDE_N_STAGES ? self->spent_us[stage] : total_us (self);

  return (guint)(spent_us / G_TIME_SPAN_MINUTE);
}
