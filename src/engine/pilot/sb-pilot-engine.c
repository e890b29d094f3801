/* sb-pilot-engine.c
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "sb-pilot-private.h"

#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <libsoup/soup.h>

#include "sb-clock.h"
#include "sb-error.h"
#include "sb-pilot-sandbox.h"
#include "sb-practice.h"
#include "sb-replay.h"
#include "sb-signature.h"

#define POLL_MS             15
#define BELLS_AT_ONCE       16
#define POLL_MANY_MS        40
#define MANY                100
#define BACKOFF_US          (50 * G_TIME_SPAN_MILLISECOND)
#define BACKOFF_MAX_US      G_TIME_SPAN_SECOND
#define TIMEOUT_US          (1500 * G_TIME_SPAN_MILLISECOND)
#define GIVE_UP_US          (20 * G_TIME_SPAN_SECOND)
#define BLOCKED_FOR_GOOD_US (3 * G_TIME_SPAN_SECOND)
#define RETRY_AFTER_MAX     1
#define DELAY_MAX_MS        5000
#define RUNS_READ           10000

/* So many that vendors of a pilot of thousands are not drowned, and that no answer is late for it.
 */
#define AT_ONCE 50

/* One pilot's own engine, and on the way through it. Everything on the pilot's thread. */
typedef struct
{
  SbPilotWork *work;
  char *folder;
  SbPractice *practice; /* (nullable): practice only */
  SbEngine *engine;
  SbStore *store; /* borrowed */
  char *flow_id;
  char *url;
  SbConnection *bell; /* (nullable): whose secrets sign */
  GHashTable *secrets;
  SoupSession *session;
  GPtrArray *events; /* (nullable): of SbEvent, as the store has them now */
  GPtrArray *runs;   /* (nullable): of SbRun */
  GHashTable *sent;  /* "connector/action" → GHashTable set of "run place" */
} Ground;

typedef struct
{
  Ground *ground;
  SbPilotRecord *record;
  char *event_id; /* as the store will know it */
  SoupMessage *message;
  gint64 started_us; /* monotonic */
} Ring;

static void
remove_tree (const char *path)
{
  GStatBuf info;

  if (g_lstat (path, &info) != 0)
    return;
  if (S_ISDIR (info.st_mode))
    {
      g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);
      const char *name;

      while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
        {
          g_autofree char *child = g_build_filename (path, name, NULL);

          remove_tree (child);
        }
    }
  (void)g_remove (path);
}

static void
ground_clear (Ground *ground)
{
  g_clear_object (&ground->session);
  if (ground->engine != NULL)
    sb_engine_stop (ground->engine, 200 * G_TIME_SPAN_MILLISECOND);
  g_clear_object (&ground->engine);
  if (ground->practice != NULL)
    sb_practice_stop (ground->practice);
  g_clear_object (&ground->practice);
  g_clear_pointer (&ground->bell, sb_connection_unref);
  g_clear_pointer (&ground->secrets, g_hash_table_unref);
  g_clear_pointer (&ground->sent, g_hash_table_unref);
  g_clear_pointer (&ground->events, g_ptr_array_unref);
  g_clear_pointer (&ground->runs, g_ptr_array_unref);
  if (ground->folder != NULL)
    remove_tree (ground->folder);
  g_free (ground->folder);
  g_free (ground->flow_id);
  g_free (ground->url);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Ground, ground_clear)

/* --- setting up --------------------------------------------------------------------------------
 */

static void
keep_result_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  GAsyncResult **slot = data;

  *slot = g_object_ref (result);
}

static GAsyncResult *
wait_for (SbPilotWork *work, GAsyncResult **slot)
{
  while (*slot == NULL)
    g_main_context_iteration (work->context, TRUE);
  return *slot;
}

static gboolean
add_faults (Ground *ground, GError **error)
{
  for (guint i = 0; i < ground->work->records->len; i++)
    {
      SbPilotRecord *record = g_ptr_array_index (ground->work->records, i);

      for (guint j = 0; j < sb_value_get_length (record->faults); j++)
        {
          g_autoptr (SbValue) fault = sb_value_copy (sb_value_get_item (record->faults, j));

          /* A pilot does not sit out a vendor's minute; that the wait is kept is shown by a second.
           */
          if (sb_value_get_int_or (fault, "retry_after", 0) > RETRY_AFTER_MAX)
            sb_value_set_int (fault, "retry_after", RETRY_AFTER_MAX);
          if (sb_value_get_int_or (fault, "delay_ms", 0) > DELAY_MAX_MS)
            sb_value_set_int (fault, "delay_ms", DELAY_MAX_MS);
          if (!sb_practice_add_fault (ground->practice, fault, error))
            {
              g_prefix_error (error, _ ("Record %u: "), record->index + 1);
              return FALSE;
            }
        }
    }
  return TRUE;
}

/* The owner's own connector files count in the throw-away folder too. */
static void
lend_connectors (Ground *ground)
{
  g_autofree char *theirs = NULL;
  g_autofree char *ours = NULL;

  if (ground->work->home == NULL)
    return;
  theirs = g_build_filename (sb_store_get_folder (sb_engine_get_store (ground->work->home)),
                             "connectors", NULL);
  ours = g_build_filename (ground->folder, "connectors", NULL);
  if (g_file_test (theirs, G_FILE_TEST_IS_DIR) && symlink (theirs, ours) != 0)
    g_debug ("The pilot runs without the connector files of %s", theirs);
}

static gboolean
start_engine (Ground *ground, GError **error)
{
  SbPilotWork *work = ground->work;
  gboolean practice = g_str_equal (work->mode, "practice");
  g_autofree char *practice_url = NULL;
  SbEngineOptions options = {
    .mode = work->mode,
    .port = 0,
    .practice_port = -1,
    .shorten_delays = TRUE,
    .in_memory_secrets = TRUE,
    .give_up_us = GIVE_UP_US,
  };

  ground->folder = g_dir_make_tmp ("signalbox-pilot-XXXXXX", error);
  if (ground->folder == NULL)
    return FALSE;
  lend_connectors (ground);
  if (practice)
    {
      ground->practice = sb_practice_new (work->connectors);
      if (!sb_practice_listen (ground->practice, 0, error) || !add_faults (ground, error))
        return FALSE;
      practice_url =
        g_strdup_printf ("http://127.0.0.1:%d", sb_practice_get_port (ground->practice));
      options.practice_url = practice_url;
      options.backoff_us = BACKOFF_US;
      options.backoff_max_us = BACKOFF_MAX_US;
      options.timeout_us = TIMEOUT_US;
    }
  options.folder = ground->folder;
  ground->engine = sb_engine_new (&options, error);
  if (ground->engine == NULL || !sb_engine_start (ground->engine, error))
    return FALSE;
  ground->store = sb_engine_get_store (ground->engine);
  return TRUE;
}

static gboolean
publish (Ground *ground, SbValue *document, GError **error)
{
  SbPilotWork *work = ground->work;
  g_autoptr (GAsyncResult) saved = NULL, published = NULL, reloaded = NULL, loaded = NULL;
  g_autoptr (SbFlowRow) row = NULL;

  sb_store_save_draft_async (ground->store, work->flow->id != NULL ? work->flow->id : "pilot",
                             work->flow->name, document, NULL, keep_result_cb, &saved);
  ground->flow_id = sb_store_save_draft_finish (ground->store, wait_for (work, &saved), error);
  if (ground->flow_id == NULL)
    return FALSE;
  /* Not through the gate: this is what opens it. */
  sb_store_publish_async (ground->store, ground->flow_id, NULL, NULL, keep_result_cb, &published);
  if (sb_store_publish_finish (ground->store, wait_for (work, &published), error) < 1)
    return FALSE;
  sb_engine_reload_async (ground->engine, NULL, keep_result_cb, &reloaded);
  if (!sb_engine_reload_finish (ground->engine, wait_for (work, &reloaded), error))
    return FALSE;
  sb_store_load_flow_async (ground->store, ground->flow_id, NULL, keep_result_cb, &loaded);
  row = sb_store_load_flow_finish (ground->store, wait_for (work, &loaded), error);
  if (row == NULL)
    return FALSE;
  ground->url = sb_engine_get_trigger_url (ground->engine, row);
  return TRUE;
}

/* --- ringing -----------------------------------------------------------------------------------
 */

static void
ring_free (Ring *ring)
{
  g_free (ring->event_id);
  g_clear_object (&ring->message);
  g_free (ring);
}

/* What the store holds now. */
static void
take_snapshot (Ground *ground)
{
  SbPilotWork *work = ground->work;
  SbEventQuery events_query = { .flow_id = ground->flow_id, .limit = RUNS_READ };
  SbRunQuery runs_query = { .flow_id = ground->flow_id, .limit = RUNS_READ };
  g_autoptr (GAsyncResult) events = NULL, runs = NULL;

  g_clear_pointer (&ground->events, g_ptr_array_unref);
  g_clear_pointer (&ground->runs, g_ptr_array_unref);
  sb_store_list_events_async (ground->store, &events_query, NULL, keep_result_cb, &events);
  ground->events = sb_store_list_events_finish (ground->store, wait_for (work, &events), NULL);
  sb_store_list_runs_async (ground->store, &runs_query, NULL, keep_result_cb, &runs);
  ground->runs = sb_store_list_runs_finish (ground->store, wait_for (work, &runs), NULL);
}

/* The newest run that was opened for the event; @known: the store has the event; @count: of runs.
 */
static SbRun *
find_run (Ground *ground, const char *event_id, gboolean *known, guint *count)
{
  SbRun *found = NULL;
  gint64 event = 0;

  *count = 0;
  for (guint i = 0; ground->events != NULL && i < ground->events->len && event == 0; i++)
    {
      SbEvent *row = g_ptr_array_index (ground->events, i);

      if (g_strcmp0 (row->event_id, event_id) == 0)
        event = row->id;
    }
  *known = event != 0;
  for (guint i = 0; ground->runs != NULL && i < ground->runs->len && event != 0; i++)
    {
      SbRun *run = g_ptr_array_index (ground->runs, i);

      if (run->event != event)
        continue;
      (*count)++;
      found = run;
    }
  return found;
}

static void
end_record (Ground *ground, SbPilotRecord *record, const char *outcome, const char *problem)
{
  g_free (record->outcome);
  record->outcome = g_strdup (outcome);
  if (problem != NULL && record->problem == NULL)
    record->problem = g_strdup (problem);
  record->ended = TRUE;
  ground->work->deadline_us = g_get_monotonic_time () + ground->work->patience_us;
  sb_pilot_skip_rest (ground->work, record);
  sb_pilot_tell (ground->work, record);
}

static void
take_bell_answer (Ring *ring, GError *error)
{
  Ground *ground = ring->ground;
  SbPilotRecord *record = ring->record;
  g_autofree char *words = NULL;

  record->cells[0].ms = (g_get_monotonic_time () - ring->started_us + 500) / 1000;
  if (error != NULL)
    {
      sb_pilot_set_received (record, SB_CELL_FAILED, _ ("no answer"), error->message);
      end_record (ground, record, NULL, error->message);
      return;
    }
  record->status = soup_message_get_status (ring->message);
  if (record->status == 200)
    {
      words = sb_pilot_format_ms (record->cells[0].ms);
      sb_pilot_set_received (record, SB_CELL_DONE, words, NULL);
      sb_pilot_tell (ground->work, record);
      return;
    }
  words = g_strdup_printf (_ ("refused, %u"), record->status);
  sb_pilot_set_received (record, SB_CELL_FAILED, words,
                         record->status == 401
                           ? _ ("The signature was not right, so nothing was stored or done.")
                           : _ ("The bell was turned away, so nothing was stored or done."));
  end_record (ground, record, "refused", NULL);
}

static void
rung_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  Ring *ring = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) bytes =
    soup_session_send_and_read_finish (SOUP_SESSION (source), result, &error);

  if (bytes != NULL || !g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    take_bell_answer (ring, error);
  ring_free (ring);
}

/* The id under which the store will keep the event. */
static char *
learn_event_id (Ground *ground, SbPilotRecord *record, GHashTable *headers)
{
  SbIncoming incoming = { "POST", "/in/pilot", headers, record->bytes };
  g_autoptr (SbVerdict) verdict =
    sb_signature_judge (ground->work->trigger_connector, ground->work->flow->trigger, ground->bell,
                        ground->secrets, &incoming, NULL, sb_clock_now_us ());

  return g_strdup (verdict->event_id != NULL ? verdict->event_id : record->event_id);
}

static gboolean
ring_bell (Ground *ground, SbPilotRecord *record, GError **error)
{
  SbPilotWork *work = ground->work;
  g_autoptr (GHashTable) headers = NULL;
  Ring *ring;
  GHashTableIter iter;
  gpointer name, value;
  const char *type = "application/json";
  g_autofree char *event_id = NULL;

  headers = sb_pilot_sign (work, record, ground->bell, ground->secrets, NULL, error);
  if (headers == NULL)
    return FALSE;
  event_id = learn_event_id (ground, record, headers);
  g_free (record->event_id);
  record->event_id = g_steal_pointer (&event_id);
  /* Two records of one event are one event and its repeat, whether or not the file says so. */
  for (guint i = 0; i < record->index && record->repeat_of < 0; i++)
    if (g_strcmp0 (((SbPilotRecord *)g_ptr_array_index (work->records, i))->event_id,
                   record->event_id) == 0)
      record->repeat_of = (gint)i;

  ring = g_new0 (Ring, 1);
  ring->ground = ground;
  ring->record = record;
  ring->started_us = g_get_monotonic_time ();
  ring->message = soup_message_new ("POST", ground->url);
  g_hash_table_iter_init (&iter, headers);
  while (g_hash_table_iter_next (&iter, &name, &value))
    if (g_str_equal (name, "content-type"))
      type = value;
    else
      soup_message_headers_append (soup_message_get_request_headers (ring->message), name, value);
  soup_message_set_request_body_from_bytes (ring->message, type, record->bytes);
  soup_session_send_and_read_async (ground->session, ring->message, G_PRIORITY_DEFAULT,
                                    work->cancellable, rung_cb, ring);
  return TRUE;
}

static gboolean
submit (Ground *ground, SbPilotRecord *record, GError **error)
{
  SbPilotWork *work = ground->work;
  g_autoptr (GAsyncResult) result = NULL;
  SbAccepted accepted = { 0 };

  sb_engine_submit_async (ground->engine, ground->flow_id, record->body, NULL, keep_result_cb,
                          &result);
  if (!sb_engine_submit_finish (ground->engine, wait_for (work, &result), &accepted, error))
    return FALSE;
  record->status = 200;
  record->run = accepted.run;
  sb_pilot_set_received (record, SB_CELL_DONE, _ ("taken in"), NULL);
  sb_pilot_tell (work, record);
  return TRUE;
}

static gboolean
start_record (Ground *ground, SbPilotRecord *record, GError **error)
{
  if (ground->bell == NULL)
    return submit (ground, record, error);
  return ring_bell (ground, record, error);
}

/* --- watching ----------------------------------------------------------------------------------
 */

static void
note_sent (Ground *ground, SbClaim *claim)
{
  for (guint i = 0; i < claim->attempts->len; i++)
    {
      SbAttempt *attempt = g_ptr_array_index (claim->attempts, i);
      const char *slash = strrchr (attempt->place, '/');
      SbStep *step =
        sb_flow_find_step (ground->work->flow, slash != NULL ? slash + 1 : attempt->place);
      g_autofree char *name = NULL;
      GHashTable *places;

      if (step == NULL || step->type != SB_STEP_ACTION)
        continue;
      name = g_strdup_printf ("%s/%s", step->connector, step->action);
      places = g_hash_table_lookup (ground->sent, name);
      if (places == NULL)
        {
          places = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
          g_hash_table_insert (ground->sent, g_steal_pointer (&name), places);
        }
      g_hash_table_add (
        places, g_strdup_printf ("%" G_GINT64_FORMAT " %s", claim->run->id, attempt->place));
    }
}

static gboolean
has_ended (SbRun *run)
{
  static const char *const ends[] = { "done", "stopped", "inbox", "dropped", NULL };

  if (g_strv_contains (ends, run->state))
    return TRUE;
  /* A connection that is turned away for a moment comes back by itself; one that does not, waits
   * for its owner, which a pilot does not. */
  return g_str_equal (run->state, "blocked") &&
         sb_clock_now_us () - run->changed_us > BLOCKED_FOR_GOOD_US;
}

static void
look_at_run (Ground *ground, SbPilotRecord *record, gint64 run)
{
  SbPilotWork *work = ground->work;
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (SbClaim) claim = NULL;
  g_autoptr (SbValue) body = NULL;
  SbPilotStand stand = { 0 };

  sb_store_load_run_async (ground->store, run, NULL, keep_result_cb, &result);
  claim = sb_store_load_run_finish (ground->store, wait_for (work, &result), NULL);
  if (claim == NULL)
    return;

  body = sb_replay_body (work->connectors, work->flow, ground->bell, claim->event, NULL);
  if (body == NULL)
    body = sb_value_ref (record->body);
  stand.body = body;
  stand.run = claim->run->id;
  stand.started_us = claim->run->started_us;
  stand.label = claim->run->label;
  stand.state = claim->run->state;
  stand.problem = claim->run->problem;
  stand.unknown = claim->run->unknown;
  stand.attempts = claim->attempts;
  stand.timers = claim->timers;
  sb_pilot_fill_cells (work, record, &stand);
  if (!has_ended (claim->run))
    {
      sb_pilot_tell (work, record);
      return;
    }
  note_sent (ground, claim);
  end_record (ground, record, claim->run->state,
              g_str_equal (claim->run->state, "inbox") || g_str_equal (claim->run->state, "blocked")
                ? claim->run->problem
                : NULL);
}

static void
look_at_repeat (Ground *ground, SbPilotRecord *record, gboolean known)
{
  if (!known || record->runs != 1)
    {
      end_record (ground, record, "done", NULL);
      return;
    }
  sb_pilot_set_received (
    record, SB_CELL_HELD, _ ("no second run"),
    _ ("The event was known already: it was answered as the first time, and no "
       "second run was opened."));
  end_record (ground, record, "held", NULL);
}

static void
look_at_record (Ground *ground, SbPilotRecord *record)
{
  SbRun *run = NULL;
  gboolean known = FALSE;

  if (record->ended || record->status != 200)
    return;
  if (ground->bell != NULL)
    run = find_run (ground, record->event_id, &known, &record->runs);
  for (guint i = 0; run == NULL && record->run != 0 && i < ground->runs->len; i++)
    if (((SbRun *)g_ptr_array_index (ground->runs, i))->id == record->run)
      run = g_ptr_array_index (ground->runs, i);

  if (record->repeat_of >= 0 && ground->bell != NULL)
    look_at_repeat (ground, record, known);
  else if (ground->bell != NULL && !known)
    {
      sb_pilot_set_received (record, SB_CELL_FAILED, _ ("not ours"),
                             _ ("The flow's trigger does not listen to this event; it was answered "
                                "and not stored."));
      end_record (ground, record, "refused", NULL);
    }
  else if (run != NULL &&
           (run->changed_us != record->seen_us || g_str_equal (run->state, "blocked")))
    {
      record->run = run->id;
      record->seen_us = run->changed_us;
      look_at_run (ground, record, run->id);
    }
}

static gboolean
tick_cb (gpointer data)
{
  *(gboolean *)data = TRUE;
  return G_SOURCE_REMOVE;
}

static void
rest (SbPilotWork *work)
{
  g_autoptr (GSource) source =
    g_timeout_source_new (work->records->len > MANY ? POLL_MANY_MS : POLL_MS);
  gboolean ticked = FALSE;

  g_source_set_callback (source, tick_cb, &ticked, NULL);
  g_source_attach (source, work->context);
  while (!ticked)
    g_main_context_iteration (work->context, TRUE);
}

/* The last time before the deadline: who did not end, and where it stands. */
static void
give_up (Ground *ground, SbPilotRecord *record)
{
  SbPilotWork *work = ground->work;
  const char *title = NULL;
  g_autofree char *problem = NULL;

  for (guint i = 0; i < work->columns->len && title == NULL; i++)
    if (record->cells[i].state == SB_CELL_OPEN)
      title = ((SbPilotColumn *)g_ptr_array_index (work->columns, i))->title;
  problem = g_strdup_printf (_ ("Record %u (%s) did not end in time; it stands at “%s”."),
                             record->index + 1, record->title, title != NULL ? title : "");
  g_ptr_array_add (work->problems, g_strdup (problem));
  record->problem = g_steal_pointer (&problem);
  sb_pilot_tell (work, record);
}

static gboolean
may_start (SbPilotWork *work, SbPilotRecord *record)
{
  SbPilotRecord *original =
    record->repeat_of >= 0 ? g_ptr_array_index (work->records, record->repeat_of) : NULL;

  return original == NULL || original->status != 0 || original->ended;
}

static guint
count_answered (SbPilotWork *work)
{
  guint answered = 0;

  for (guint i = 0; i < work->records->len; i++)
    answered += ((SbPilotRecord *)g_ptr_array_index (work->records, i))->status != 0;
  return answered;
}

static gboolean
run_records (Ground *ground, GError **error)
{
  SbPilotWork *work = ground->work;
  g_autofree gboolean *started = g_new0 (gboolean, work->records->len);

  for (;;)
    {
      guint open = 0, under_way = 0, rung;

      if (g_cancellable_set_error_if_cancelled (work->cancellable, error))
        return FALSE;
      for (guint i = 0; i < work->records->len; i++)
        under_way += started[i] && !((SbPilotRecord *)g_ptr_array_index (work->records, i))->ended;
      rung = count_answered (work);
      take_snapshot (ground);
      for (guint i = 0; i < work->records->len; i++)
        {
          SbPilotRecord *record = g_ptr_array_index (work->records, i);

          if (!started[i] && under_way < AT_ONCE && may_start (work, record))
            {
              started[i] = TRUE;
              under_way++;
              if (!start_record (ground, record, error))
                {
                  g_prefix_error (error, _ ("Record %u: "), i + 1);
                  return FALSE;
                }
            }
          /* What was answered while the snapshot was taken may not be in it. */
          if (rung == count_answered (work))
            look_at_record (ground, record);
          open += !record->ended;
        }
      if (open == 0)
        return TRUE;
      if (g_get_monotonic_time () > work->deadline_us)
        break;
      rest (work);
    }
  for (guint i = 0; i < work->records->len; i++)
    {
      SbPilotRecord *record = g_ptr_array_index (work->records, i);

      if (!record->ended)
        give_up (ground, record);
    }
  return TRUE;
}

/* What the practice ground did more often than there were steps to do it. */
static void
count_twice (Ground *ground)
{
  SbPilotWork *work = ground->work;
  g_autoptr (GHashTable) done = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_autoptr (SbValue) received = NULL;
  GHashTableIter iter;
  gpointer name, times;

  for (guint i = 0; i < work->records->len; i++)
    {
      SbPilotRecord *record = g_ptr_array_index (work->records, i);

      if (record->runs > 1)
        work->twice += record->runs - 1;
    }
  if (ground->practice == NULL)
    return;
  received = sb_practice_get_received (ground->practice);
  for (guint i = 0; i < sb_value_get_length (received); i++)
    {
      SbValue *entry = sb_value_get_item (received, i);
      char *key = g_strdup_printf ("%s/%s", sb_value_get_string (entry, "vendor"),
                                   sb_value_get_string (entry, "action"));

      if (sb_value_get_boolean_or (entry, "repeated", FALSE))
        g_free (key);
      else
        {
          guint before = GPOINTER_TO_UINT (g_hash_table_lookup (done, key));

          g_hash_table_replace (done, key, GUINT_TO_POINTER (before + 1));
        }
    }
  g_hash_table_iter_init (&iter, done);
  while (g_hash_table_iter_next (&iter, &name, &times))
    {
      GHashTable *places = g_hash_table_lookup (ground->sent, name);
      guint wanted = places != NULL ? g_hash_table_size (places) : 0;

      if (GPOINTER_TO_UINT (times) > wanted && wanted > 0)
        work->twice += GPOINTER_TO_UINT (times) - wanted;
    }
}

/* Waits until no answer to a bell is on its way any more, so that none outlives @ground. */
static void
hang_up (Ground *ground)
{
  if (ground->session == NULL)
    return;
  soup_session_abort (ground->session);
  for (guint i = 0; i < 20; i++)
    g_main_context_iteration (ground->work->context, FALSE);
}

/**
 * sb_pilot_run_engine:
 *
 * Practice and sandbox: every record is signed and posted to the endpoint of a private engine, and
 * followed until its run has ended.
 */
gboolean
sb_pilot_run_engine (SbPilotWork *work, GError **error)
{
  g_auto (Ground) ground = { .work = work };
  g_autoptr (SbValue) document = NULL;
  gboolean webhook =
    work->trigger_connector != NULL && g_strcmp0 (work->flow->trigger_type, "webhook") == 0;
  gboolean good;

  ground.sent =
    g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify)g_hash_table_unref);
  if (!start_engine (&ground, error))
    return FALSE;
  if (g_str_equal (work->mode, "sandbox"))
    document = sb_pilot_lend_accounts (work, ground.engine, &ground.bell, &ground.secrets, error);
  else
    document = sb_value_ref (work->flow->document);
  if (document == NULL || !publish (&ground, document, error))
    return FALSE;
  if (!webhook)
    g_clear_pointer (&ground.bell, sb_connection_unref);
  else if (ground.bell == NULL)
    ground.bell = sb_connection_new_practice (work->trigger_connector, &ground.secrets);

  ground.session = soup_session_new_with_options ("max-conns", BELLS_AT_ONCE, "max-conns-per-host",
                                                  BELLS_AT_ONCE, NULL);
  soup_session_set_timeout (ground.session, 30);
  good = run_records (&ground, error);
  hang_up (&ground);
  if (good)
    count_twice (&ground);
  return good;
}
