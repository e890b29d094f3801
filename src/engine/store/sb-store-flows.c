/* sb-store-flows.c
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "sb-store-private.h"

#include <glib/gi18n-lib.h>

#include "sb-clock.h"
#include "sb-error.h"
#include "sb-fault.h"
#include "sb-json.h"
#include "sb-random.h"

#define HELD_A_SLICE 500

SbFlowInput *
sb_store_flow_input_new (const char *id, const char *text)
{
  SbFlowInput *self = g_new0 (SbFlowInput, 1);

  self->id = g_strdup (id);
  self->text = g_strdup (text);
  return self;
}

void
sb_store_flow_input_free (gpointer data)
{
  SbFlowInput *self = data;

  g_free (self->id);
  g_free (self->text);
  g_clear_pointer (&self->document, sb_value_unref);
  g_free (self);
}

gboolean
sb_db_find_flow (SbDb *db, const char *id, gint64 *key, GError **error)
{
  switch (sb_db_get_int (db, key, error, "SELECT key FROM flows WHERE id = ? AND removed_us = 0",
                         "t", id))
    {
    case SB_STEP_ROW:
      return TRUE;
    case SB_STEP_DONE:
      g_set_error (error, SB_ERROR, SB_ERROR_NOT_FOUND, _ ("There is no flow “%s”."), id);
      return FALSE;
    case SB_STEP_ERROR:
    default:
      return FALSE;
    }
}

static char *
make_slug (const char *name, const char *fallback)
{
  g_autofree char *ascii = g_str_to_ascii (name != NULL ? name : "", "C");
  g_autoptr (GString) slug = g_string_new (NULL);

  for (const char *p = ascii; *p != '\0' && slug->len < 48; p++)
    if (g_ascii_isalnum (*p))
      g_string_append_c (slug, g_ascii_tolower (*p));
    else if (slug->len > 0 && slug->str[slug->len - 1] != '-')
      g_string_append_c (slug, '-');
  while (slug->len > 0 && slug->str[slug->len - 1] == '-')
    g_string_truncate (slug, slug->len - 1);
  return g_strdup (slug->len > 0 ? slug->str : fallback);
}

char *
sb_db_make_id (SbDb *db, const char *name, const char *fallback, const char *sql, GError **error)
{
  g_autofree char *slug = make_slug (name, fallback);

  for (guint number = 1;; number++)
    {
      g_autofree char *id = number == 1 ? g_strdup (slug) : g_strdup_printf ("%s-%u", slug, number);
      gint64 known;

      switch (sb_db_get_int (db, &known, error, sql, "t", id))
        {
        case SB_STEP_DONE:
          return g_steal_pointer (&id);
        case SB_STEP_ERROR:
          return NULL;
        case SB_STEP_ROW:
        default:
          break;
        }
    }
}

/* --- draft
 * ---------------------------------------------------------------------------------------- */

static gboolean
insert_flow (SbDb *db, const char *id, SbFlowInput *input, GError **error)
{
  g_autofree char *token = sb_random_token (error);

  return token != NULL && sb_db_run (db, error,
                                     "INSERT INTO flows (id, name, state, token, draft, changed_us)"
                                     " VALUES (?, ?, 'draft', ?, ?, ?)",
                                     "tttvi", id, input->text != NULL ? input->text : id, token,
                                     input->document, sb_clock_now_us ());
}

static gboolean
save_draft (SbDb *db, SbStoreRequest *request, GError **error)
{
  SbFlowInput *input = request->input;
  g_autofree char *id = g_strdup (input->id);
  SbStepResult known = SB_STEP_DONE;
  gint64 key;

  if (id == NULL)
    id = sb_db_make_id (db, input->text, "flow",
                        "SELECT key FROM flows WHERE id = ? AND removed_us = 0", error);
  else
    known = sb_db_get_int (db, &key, error, "SELECT key FROM flows WHERE id = ? AND removed_us = 0",
                           "t", id);
  if (id == NULL || known == SB_STEP_ERROR)
    return FALSE;

  if (known == SB_STEP_DONE && !insert_flow (db, id, input, error))
    return FALSE;
  if (known == SB_STEP_ROW &&
      !sb_db_run (db, error,
                  "UPDATE flows SET name = coalesce (?2, name), draft = ?3, changed_us = ?4,"
                  " draft_changed = coalesce ((SELECT document <> ?3 FROM versions"
                  "   WHERE flow = key AND version = live_version), 1)"
                  " WHERE key = ?1",
                  "itvi", key, input->text, input->document, sb_clock_now_us ()))
    return FALSE;

  SB_CRASH_POINT ("draft-written");
  sb_db_note (db, "flows", id);
  sb_store_request_return (request, g_steal_pointer (&id), g_free);
  return TRUE;
}

void
sb_store_save_draft_async (SbStore *self,
                           const char *id,
                           const char *name,
                           SbValue *document,
                           GCancellable *cancellable,
                           GAsyncReadyCallback callback,
                           gpointer data)
{
  SbFlowInput *input = sb_store_flow_input_new (id, name);

  input->document = sb_value_ref (document);
  sb_store_ask (self, SB_LANE_WRITE, sb_store_save_draft_async, save_draft, input,
                sb_store_flow_input_free, cancellable, callback, data);
}

char *
sb_store_save_draft_finish (SbStore *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

/* --- versions and state -------------------------------------------------------------------------
 */

/* Opens runs for the oldest events that a pause held, so many that an event that comes meanwhile
 * waits some milliseconds at most. @more: there are others; while the flow is live they follow in
 * the next slices, or, where those never came, after the next start. */
gboolean
sb_db_open_held (SbDb *db, gint64 key, const char *id, gboolean *more, GError **error)
{
  gint64 last = 0;

  *more = FALSE;
  switch (sb_db_get_int (db, &last, error,
                         "SELECT max (id) FROM (SELECT events.id FROM events INDEXED BY events_held"
                         " JOIN flows ON key = flow WHERE flow = ? AND held = 1 AND state = 'live'"
                         " ORDER BY events.id LIMIT ?)",
                         "ii", key, (gint64)HELD_A_SLICE))
    {
    case SB_STEP_ERROR:
      return FALSE;
    case SB_STEP_ROW:
    case SB_STEP_DONE:
    default:
      break;
    }
  if (last == 0)
    return TRUE;
  if (!sb_db_run (
        db, error,
        "INSERT INTO runs (event, flow, version, mode, label, state, started_us, changed_us)"
        " SELECT events.id, flow, live_version, ?2, label, 'ready', ?3, ?3"
        " FROM events INDEXED BY events_held JOIN flows ON key = flow"
        " WHERE flow = ?1 AND held = 1 AND events.id <= ?4 ORDER BY events.id",
        "itii", key, db->mode, sb_clock_now_us (), last))
    return FALSE;
  SB_CRASH_POINT ("held-runs-opened");
  if (!sb_db_run (db, error,
                  "UPDATE events INDEXED BY events_held SET held = 0"
                  " WHERE flow = ? AND held = 1 AND id <= ?",
                  "ii", key, last))
    return FALSE;
  *more = sqlite3_changes (db->handle) == HELD_A_SLICE;
  sb_db_note (db, "flows", id);
  sb_db_note (db, "runs", id);
  return TRUE;
}

static gboolean
audit_version (SbDb *db, const char *what, const char *id, gint64 version, GError **error)
{
  g_autoptr (SbValue) detail = sb_value_new_object ();

  sb_value_set_int (detail, "version", version);
  return sb_db_audit (db, what, id, detail, error);
}

/* A later slice of going live: the flow may have been paused or removed since. */
static gboolean
open_more (SbDb *db, SbStoreRequest *request, GError **error)
{
  SbFlowInput *input = request->input;
  gint64 key = 0;

  sb_store_request_return_int (request, input->version);
  return sb_db_get_int (db, &key, error, "SELECT key FROM flows WHERE id = ? AND removed_us = 0",
                        "t", input->id) != SB_STEP_ERROR &&
         (key == 0 || sb_db_open_held (db, key, input->id, &request->again, error));
}

static gboolean
publish (SbDb *db, SbStoreRequest *request, GError **error)
{
  SbFlowInput *input = request->input;
  gint64 key;
  gint64 version = 0;

  if (request->slices > 0)
    return open_more (db, request, error);
  if (!sb_db_find_flow (db, input->id, &key, error) ||
      sb_db_get_int (db, &version, error,
                     "SELECT coalesce (max (version), 0) + 1 FROM versions WHERE flow = ?", "i",
                     key) != SB_STEP_ROW ||
      !sb_db_run (db, error,
                  "INSERT INTO versions (flow, version, document, note, published_us)"
                  " SELECT key, ?2, draft, ?3, ?4 FROM flows WHERE key = ?1",
                  "iiti", key, version, input->text, sb_clock_now_us ()) ||
      !sb_db_run (db, error,
                  "UPDATE flows SET live_version = ?2, state = 'live', draft_changed = 0,"
                  " changed_us = ?3 WHERE key = ?1",
                  "iii", key, version, sb_clock_now_us ()) ||
      !sb_db_open_held (db, key, input->id, &request->again, error) ||
      !audit_version (db, "flow-published", input->id, version, error))
    return FALSE;
  input->version = (gint)version;
  sb_store_request_return_int (request, version);
  return TRUE;
}

void
sb_store_publish_async (SbStore *self,
                        const char *id,
                        const char *note,
                        GCancellable *cancellable,
                        GAsyncReadyCallback callback,
                        gpointer data)
{
  sb_store_ask (self, SB_LANE_WRITE, sb_store_publish_async, publish,
                sb_store_flow_input_new (id, note), sb_store_flow_input_free, cancellable, callback,
                data);
}

gint
sb_store_publish_finish (SbStore *self, GAsyncResult *result, GError **error)
{
  return sb_store_take_int (self, result, 0, error);
}

static gboolean
set_flow_state (SbDb *db, SbStoreRequest *request, GError **error)
{
  SbFlowInput *input = request->input;
  gboolean live = g_str_equal (input->text, "live");
  gint64 key;
  gint64 version = 0;

  if (request->slices > 0)
    return open_more (db, request, error);
  if (!live && !g_str_equal (input->text, "paused"))
    {
      g_set_error (error, SB_ERROR, SB_ERROR_INVALID,
                   _ ("A flow can be “live” or “paused”, not “%s”."), input->text);
      return FALSE;
    }
  if (!sb_db_find_flow (db, input->id, &key, error) ||
      sb_db_get_int (db, &version, error, "SELECT live_version FROM flows WHERE key = ?", "i",
                     key) == SB_STEP_ERROR)
    return FALSE;
  if (version == 0)
    {
      g_set_error (error, SB_ERROR, SB_ERROR_REFUSED,
                   _ ("The flow “%s” has no published version yet. Publish it first."), input->id);
      return FALSE;
    }
  if (!sb_db_run (db, error, "UPDATE flows SET state = ?2, changed_us = ?3 WHERE key = ?1", "iti",
                  key, input->text, sb_clock_now_us ()) ||
      (live && !sb_db_open_held (db, key, input->id, &request->again, error)) ||
      !sb_db_audit (db, live ? "flow-resumed" : "flow-paused", input->id, NULL, error))
    return FALSE;
  SB_CRASH_POINT ("flow-state-written");
  sb_db_note (db, "flows", input->id);
  input->version = TRUE;
  sb_store_request_return_int (request, TRUE);
  return TRUE;
}

void
sb_store_set_flow_state_async (SbStore *self,
                               const char *id,
                               const char *state,
                               GCancellable *cancellable,
                               GAsyncReadyCallback callback,
                               gpointer data)
{
  sb_store_ask (self, SB_LANE_WRITE, sb_store_set_flow_state_async, set_flow_state,
                sb_store_flow_input_new (id, state), sb_store_flow_input_free, cancellable,
                callback, data);
}

gboolean
sb_store_set_flow_state_finish (SbStore *self, GAsyncResult *result, GError **error)
{
  return sb_store_take_int (self, result, FALSE, error);
}

static gboolean
rollback (SbDb *db, SbStoreRequest *request, GError **error)
{
  SbFlowInput *input = request->input;
  gint64 key;
  gint64 known;

  if (!sb_db_find_flow (db, input->id, &key, error))
    return FALSE;
  switch (sb_db_get_int (db, &known, error,
                         "SELECT version FROM versions WHERE flow = ? AND version = ?", "ii", key,
                         (gint64)input->version))
    {
    case SB_STEP_ROW:
      break;
    case SB_STEP_DONE:
      g_set_error (error, SB_ERROR, SB_ERROR_NOT_FOUND, _ ("The flow “%s” has no version %d."),
                   input->id, input->version);
      return FALSE;
    case SB_STEP_ERROR:
    default:
      return FALSE;
    }
  /* A paused flow stays paused: going back is not resuming. */
  if (!sb_db_run (db, error,
                  "UPDATE flows SET live_version = ?2, draft_changed = 0, changed_us = ?3,"
                  " draft = (SELECT document FROM versions WHERE flow = key AND version = ?2)"
                  " WHERE key = ?1",
                  "iii", key, (gint64)input->version, sb_clock_now_us ()) ||
      !audit_version (db, "flow-rolled-back", input->id, input->version, error))
    return FALSE;
  SB_CRASH_POINT ("rollback-written");
  sb_db_note (db, "flows", input->id);
  sb_store_request_return_int (request, TRUE);
  return TRUE;
}

void
sb_store_rollback_async (SbStore *self,
                         const char *id,
                         gint version,
                         GCancellable *cancellable,
                         GAsyncReadyCallback callback,
                         gpointer data)
{
  SbFlowInput *input = sb_store_flow_input_new (id, NULL);

  input->version = version;
  sb_store_ask (self, SB_LANE_WRITE, sb_store_rollback_async, rollback, input,
                sb_store_flow_input_free, cancellable, callback, data);
}

gboolean
sb_store_rollback_finish (SbStore *self, GAsyncResult *result, GError **error)
{
  return sb_store_take_int (self, result, FALSE, error);
}

/* The flow, its trigger's address and its id are gone at once; what happened stays on record until
 * retention removes it. What was unfinished is dropped, and says why. */
static gboolean
remove_flow (SbDb *db, SbStoreRequest *request, GError **error)
{
  SbFlowInput *input = request->input;
  gint64 now_us = sb_clock_now_us ();
  gint64 key;

  if (!sb_db_find_flow (db, input->id, &key, error) ||
      !sb_db_run (
        db, error,
        "UPDATE runs SET state = 'dropped', problem = ?2, changed_us = ?3, finished_us = ?3"
        " WHERE flow = ?1 AND finished_us = 0",
        "iti", key, _ ("The flow was removed."), now_us) ||
      !sb_db_run (db, error, "UPDATE events SET held = 0 WHERE flow = ? AND held = 1", "i", key) ||
      !sb_db_run (db, error,
                  "UPDATE flows SET removed_us = ?2, state = 'removed',"
                  " token = 'removed-' || key WHERE key = ?1",
                  "ii", key, now_us) ||
      !sb_db_run (db, error, "DELETE FROM settings WHERE key = ? || ?", "tt", SB_STORE_RECORDS,
                  input->id) ||
      !sb_db_run (db, error, "DELETE FROM settings WHERE key = ?1 || ?3 OR key = ?2 || ?3", "ttt",
                  SB_MEMO_GUIDE, SB_MEMO_TICKS, input->id) ||
      !sb_db_audit (db, "flow-removed", input->id, NULL, error))
    return FALSE;
  SB_CRASH_POINT ("flow-removed-written");
  sb_db_note (db, "flows", input->id);
  sb_db_note (db, "runs", input->id);
  sb_db_note (db, "inbox", input->id);
  sb_store_request_return_int (request, TRUE);
  return TRUE;
}

void
sb_store_remove_flow_async (SbStore *self,
                            const char *id,
                            GCancellable *cancellable,
                            GAsyncReadyCallback callback,
                            gpointer data)
{
  sb_store_ask (self, SB_LANE_WRITE, sb_store_remove_flow_async, remove_flow,
                sb_store_flow_input_new (id, NULL), sb_store_flow_input_free, cancellable, callback,
                data);
}

gboolean
sb_store_remove_flow_finish (SbStore *self, GAsyncResult *result, GError **error)
{
  return sb_store_take_int (self, result, FALSE, error);
}
