/* sb-practice-fault.c
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "sb-practice-private.h"

#include <string.h>

#include "sb-error.h"

static const struct
{
  const char *name;
  SbFaultKind kind;
  gint64 delay_ms;
} kinds[] = {
  { "timeout", SB_FAULT_TIMEOUT, 120000 },
  { "drop-before-work", SB_FAULT_DROP_BEFORE_WORK, 0 },
  { "drop-after-work", SB_FAULT_DROP_AFTER_WORK, 0 },
  { "slow", SB_FAULT_SLOW, 2000 },
  { "garbage", SB_FAULT_GARBAGE, 0 },
  { "redirect", SB_FAULT_REDIRECT, 0 },
  { "none", SB_FAULT_NONE, 0 },
};

static gboolean
read_kind (SbFault *self, const char *name)
{
  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++)
    if (g_str_equal (name, kinds[i].name))
      {
        self->kind = kinds[i].kind;
        self->delay_ms = kinds[i].delay_ms;
        return TRUE;
      }
  if (strlen (name) == 3 && g_regex_match_simple ("^[45][0-9][0-9]$", name, 0, 0))
    {
      self->kind = SB_FAULT_STATUS;
      self->status = (guint)g_ascii_strtoull (name, NULL, 10);
      return TRUE;
    }
  return FALSE;
}

/**
 * sb_fault_new:
 * @document: {"vendor", "action", "fault", "times", "retry_after", "delay_ms", "match", "message",
 *   "code"}; only "fault" is required
 *
 * Returns: (transfer full): the fault; NULL with SB_ERROR_INVALID
 */
SbFault *
sb_fault_new (SbValue *document, GError **error)
{
  g_autoptr (SbFault) self = g_new0 (SbFault, 1);
  SbValue *fault = sb_value_get_member (document, "fault");
  g_autofree char *name = fault != NULL ? sb_value_to_text (fault) : NULL;
  SbValue *match = sb_value_get_member (document, "match");

  if (name == NULL || !read_kind (self, name))
    {
      g_set_error (error, SB_ERROR, SB_ERROR_INVALID,
                   "The fault “%s” is not known; use a status from 400 to 599, timeout, slow, "
                   "drop-before-work, drop-after-work, garbage, redirect or none",
                   name != NULL ? name : "");
      return NULL;
    }
  if (match != NULL && sb_value_get_type (match) != SB_VALUE_STRING &&
      sb_value_get_type (match) != SB_VALUE_OBJECT)
    {
      g_set_error_literal (error, SB_ERROR, SB_ERROR_INVALID,
                           "“match” of a fault must be a text that the body holds, or an object "
                           "of paths and texts");
      return NULL;
    }
  self->vendor = g_strdup (sb_value_get_string (document, "vendor"));
  self->action = g_strdup (sb_value_get_string (document, "action"));
  self->message = g_strdup (sb_value_get_string (document, "message"));
  self->code = g_strdup (sb_value_get_string (document, "code"));
  self->times = sb_value_get_int_or (document, "times", 1);
  self->retry_after = sb_value_get_int_or (document, "retry_after", self->status == 429 ? 1 : -1);
  self->delay_ms = CLAMP (sb_value_get_int_or (document, "delay_ms", self->delay_ms), 0, 600000);
  if (match != NULL)
    self->match = sb_value_ref (match);
  if (self->times < 1)
    {
      g_set_error_literal (error, SB_ERROR, SB_ERROR_INVALID,
                           "“times” of a fault must be 1 or more");
      return NULL;
    }
  return g_steal_pointer (&self);
}

void
sb_fault_free (SbFault *self)
{
  if (self == NULL)
    return;
  g_free (self->vendor);
  g_free (self->action);
  g_free (self->message);
  g_free (self->code);
  g_clear_pointer (&self->match, sb_value_unref);
  g_free (self);
}

static gboolean
body_holds (SbCall *call, const char *text)
{
  gsize size = 0;
  const char *data = call->bytes != NULL ? g_bytes_get_data (call->bytes, &size) : NULL;

  if (data != NULL && memmem (data, size, text, strlen (text)) != NULL)
    return TRUE;
  /* Forms are encoded, look-ups carry their question in the query. */
  for (guint i = 0; i < 2; i++)
    {
      SbValue *object = i == 0 ? call->body : call->query;

      for (guint j = 0; j < sb_value_get_length (object); j++)
        {
          SbValue *member = sb_value_get_member (object, sb_value_get_member_name (object, j));

          if (sb_value_get_type (member) == SB_VALUE_STRING &&
              strstr (sb_value_get_text (member), text) != NULL)
            return TRUE;
        }
    }
  return FALSE;
}

gboolean
sb_fault_applies (SbFault *self, SbStandIn *stand_in, SbCall *call)
{
  if (self->vendor != NULL && !g_str_equal (self->vendor, stand_in->connector->id))
    return FALSE;
  if (self->action != NULL && !g_str_equal (self->action, stand_in->action->id))
    return FALSE;
  if (self->match == NULL)
    return TRUE;
  if (sb_value_get_type (self->match) == SB_VALUE_STRING)
    return body_holds (call, sb_value_get_text (self->match));
  for (guint i = 0; i < sb_value_get_length (self->match); i++)
    {
      const char *path = sb_value_get_member_name (self->match, i);
      SbValue *actual = sb_value_get_path (call->body, path);
      g_autofree char *want = sb_value_to_text (sb_value_get_member (self->match, path));
      g_autofree char *is = actual != NULL ? sb_value_to_text (actual) : NULL;

      if (is == NULL || strstr (is, want) == NULL)
        return FALSE;
    }
  return TRUE;
}
