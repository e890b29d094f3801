/* sb-engine-test.c
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "sb-engine-private.h"

#include <glib/gi18n-lib.h>

#include "sb-clock.h"
#include "sb-error.h"

typedef struct
{
  char *connection_id;
  SbAccount *account;
  SbAction *action;
  char *connector_id; /* (nullable): choices are asked for, also where no connection was chosen */
  SbValue *choices;   /* (nullable): as a field of the connector has it */
  gboolean renewed;   /* tokens of a sign-in that had grown old: asked with new ones */
} Trial;

static void
trial_free (Trial *trial)
{
  g_free (trial->connection_id);
  g_free (trial->connector_id);
  g_clear_pointer (&trial->choices, sb_value_unref);
  g_clear_pointer (&trial->account, sb_account_unref);
  g_free (trial);
}

/* The window's guide asks whether an account was tried since its secret was put in. */
static void
note_tested (SbEngine *self, const char *connection_id)
{
  g_autofree char *key = g_strconcat (SB_MEMO_TESTED, connection_id, NULL);
  g_autoptr (SbValue) now = sb_value_new_int (sb_clock_now_us ());

  sb_store_set_setting_async (self->core.store, key, now, NULL, NULL, NULL);
}

static void try_connection (SbEngine *self, GTask *task);

/* (transfer full): {"value", "label"} for each item of what a look-up gave. */
static SbValue *
read_choices (SbValue *choices, SbValue *output)
{
  SbValue *list = sb_value_new_array ();

  for (guint i = 0;
       sb_value_get_type (output) == SB_VALUE_ARRAY && i < sb_value_get_length (output); i++)
    {
      SbValue *item = sb_value_get_item (output, i);
      SbValue *value = sb_value_get_path (item, sb_value_get_string (choices, "value"));
      SbValue *label = sb_value_get_path (item, sb_value_get_string (choices, "label"));
      g_autofree char *text = value != NULL ? sb_value_to_text (value) : NULL;
      g_autofree char *words = label != NULL ? sb_value_to_text (label) : NULL;
      SbValue *choice = NULL;

      if (text == NULL || text[0] == '\0')
        continue;
      choice = sb_value_new_object ();
      sb_value_set_string (choice, "value", text);
      sb_value_set_string (choice, "label", words != NULL && words[0] != '\0' ? words : text);
      sb_value_append (list, choice);
    }
  return list;
}

static void
fresh_cb (GObject *object, GAsyncResult *result, gpointer data)
{
  g_autoptr (GTask) task = data;
  SbEngine *self = g_task_get_source_object (task);
  GError *error = NULL;

  if (sb_accounts_freshen_finish (self->core.accounts, result, &error))
    try_connection (self, task);
  else
    g_task_return_error (task, error);
}

static void
freshen (SbEngine *self, GTask *task)
{
  Trial *trial = g_task_get_task_data (task);

  if (trial->connection_id != NULL)
    sb_accounts_freshen_async (self->core.accounts, trial->connection_id, fresh_cb,
                               g_object_ref (task));
  else
    try_connection (self, task);
}

/* Returns: TRUE when the vendor is asked once more. */
static gboolean
ask_with_new_tokens (SbEngine *self, GTask *task)
{
  Trial *trial = g_task_get_task_data (task);

  if (trial->renewed || trial->connection_id == NULL ||
      sb_accounts_take_refusal (self->core.accounts, trial->account) == SB_REFUSAL_STANDS)
    return FALSE;
  trial->renewed = TRUE;
  g_clear_pointer (&trial->account, sb_account_unref);
  freshen (self, task);
  return TRUE;
}

static void
answered_cb (GObject *object, GAsyncResult *result, gpointer data)
{
  g_autoptr (GTask) task = data;
  SbEngine *self = g_task_get_source_object (task);
  Trial *trial = g_task_get_task_data (task);
  SbConnector *connector = trial->account->connector;
  g_autoptr (SbOutcome) outcome = NULL;
  GError *error = NULL;
  SbAnswer answer = { 0 };
  guint status = 0;

  if (!sb_http_send_finish (SB_HTTP (object), result, &answer, &error))
    {
      g_task_return_error (task, error);
      return;
    }
  outcome = sb_answer_judge (connector, trial->action, &answer, sb_clock_now_us ());
  sb_outcome_redact (outcome, trial->account->secrets);
  status = answer.status;
  sb_answer_clear (&answer);

  switch (outcome->kind)
    {
    case SB_OUTCOME_DONE:
      if (trial->choices != NULL)
        {
          g_task_return_pointer (task, read_choices (trial->choices, outcome->output),
                                 (GDestroyNotify)sb_value_unref);
          break;
        }
      sb_accounts_clear_trouble (self->core.accounts, trial->connection_id);
      note_tested (self, trial->connection_id);
      g_task_return_pointer (task,
                             g_strdup_printf (_ ("%s answers, and the connection “%s” works"),
                                              connector->name, trial->account->connection->name),
                             g_free);
      break;
    case SB_OUTCOME_TROUBLE:
      if (status != 403 && ask_with_new_tokens (self, task))
        break;
      g_task_return_new_error (task, SB_ERROR, SB_ERROR_UNAUTHORIZED, "%s", outcome->message);
      break;
    case SB_OUTCOME_RETRY:
    case SB_OUTCOME_UNKNOWN:
      g_task_return_new_error (task, SB_ERROR, SB_ERROR_UNAVAILABLE, "%s", outcome->message);
      break;
    case SB_OUTCOME_FAILED:
    default:
      g_task_return_new_error (task, SB_ERROR, SB_ERROR_FAILED, "%s", outcome->message);
      break;
    }
}

static void
try_connection (SbEngine *self, GTask *task)
{
  Trial *trial = g_task_get_task_data (task);
  g_autoptr (SbRequest) request = NULL;
  g_autoptr (SbValue) fields = sb_value_new_object ();
  g_autofree char *words = NULL;
  g_autofree char *key = g_uuid_string_random ();
  const char *action_id = NULL;
  SbConnector *connector = NULL;
  GError *error = NULL;
  SbAccountState state = SB_ACCOUNT_MISSING;

  if (trial->connection_id != NULL)
    state =
      sb_accounts_find_to_test (self->core.accounts, trial->connection_id, &trial->account, &words);
  else
    state =
      sb_accounts_find_to_ask (self->core.accounts, trial->connector_id, &trial->account, &words);

  if (state != SB_ACCOUNT_READY)
    {
      g_task_return_new_error (task, SB_ERROR,
                               state == SB_ACCOUNT_BLOCKED ? SB_ERROR_LOCKED : SB_ERROR_NOT_FOUND,
                               "%s", words);
      return;
    }

  connector = trial->account->connector;
  action_id = trial->choices != NULL ? sb_value_get_string (trial->choices, "action")
                                     : sb_value_get_string (connector->document, "test");
  trial->action = action_id != NULL ? sb_connector_find_action (connector, action_id) : NULL;
  if (trial->action == NULL)
    {
      g_task_return_new_error (
        task, SB_ERROR, SB_ERROR_REFUSED,
        _ ("%s offers nothing that could be asked without doing anything. Try the "
           "connection with a pilot"),
        connector->name);
      return;
    }

  request = sb_request_build (connector, trial->action, trial->account->connection,
                              trial->account->secrets, fields, key, trial->account->base, &error);
  if (request == NULL)
    g_task_return_error (task, error);
  else
    sb_http_send_async (self->core.http, request, g_task_get_cancellable (task), answered_cb,
                        g_object_ref (task));
}

static void
test_connection (SbEngine *self, GTask *task)
{
  sb_engine_with_accounts (self, freshen, task);
}

void
sb_engine_test_connection_async (SbEngine *self,
                                 const char *connection_id,
                                 GCancellable *cancellable,
                                 GAsyncReadyCallback callback,
                                 gpointer data)
{
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, data);
  Trial *trial = g_new0 (Trial, 1);

  trial->connection_id = g_strdup (connection_id);
  g_task_set_source_tag (task, sb_engine_test_connection_async);
  g_task_set_task_data (task, trial, (GDestroyNotify)trial_free);
  sb_engine_invoke (self, test_connection, task);
}

char *
sb_engine_test_connection_finish (SbEngine *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

void
sb_engine_list_choices_async (SbEngine *self,
                              const char *connector_id,
                              const char *connection_id,
                              SbValue *choices,
                              GCancellable *cancellable,
                              GAsyncReadyCallback callback,
                              gpointer data)
{
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, data);
  Trial *trial = g_new0 (Trial, 1);

  trial->connection_id = g_strdup (connection_id);
  trial->connector_id = g_strdup (connector_id);
  trial->choices = sb_value_ref (choices);
  g_task_set_source_tag (task, sb_engine_list_choices_async);
  g_task_set_task_data (task, trial, (GDestroyNotify)trial_free);
  sb_engine_invoke (self, test_connection, task);
}

SbValue *
sb_engine_list_choices_finish (SbEngine *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}
