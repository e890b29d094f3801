/* sb-engine-sign-in.c
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "sb-engine-private.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "sb-callback.h"
#include "sb-clock.h"
#include "sb-error.h"
#include "sb-pattern.h"
#include "sb-random.h"

#define PATIENCE_US (10 * 60 * (gint64)G_USEC_PER_SEC)

/* One sign-in, the data of its task. */
typedef struct
{
  char *id;
  gint64 patience_us;
  SbSignInFunc func;
  gpointer func_data;
  GMainContext *home; /* where @func is called */
  SbAccount *account;
  SbCallback *callback;
  char *verifier;
  char *redirect;
  GHashTable *masked; /* (nullable): what the vendor's words must not repeat */
  SbValue *given;     /* settings that came with the sign-in */
} SbSignIn;

static void
sign_in_free (SbSignIn *sign_in)
{
  g_free (sign_in->id);
  g_main_context_unref (sign_in->home);
  g_clear_pointer (&sign_in->account, sb_account_unref);
  g_clear_pointer (&sign_in->callback, sb_callback_free);
  sb_oauth_wipe (sign_in->verifier);
  g_free (sign_in->redirect);
  g_clear_pointer (&sign_in->masked, g_hash_table_unref);
  sb_value_unref (sign_in->given);
  g_free (sign_in);
}

/* @error (transfer full) (nullable): it went well, and @words say so. */
static void
finish (GTask *task, const char *words, GError *error)
{
  SbEngine *self = g_task_get_source_object (task);
  SbSignIn *sign_in = g_task_get_task_data (task);

  if (sign_in->callback != NULL)
    {
      g_autofree char *page =
        error != NULL
          ? g_strdup (error->message)
          : g_strdup_printf (_ ("%s. You can close this page and go back to Signalbox."), words);

      sb_callback_answer (sign_in->callback, error == NULL, page);
      g_clear_pointer (&sign_in->callback, sb_callback_free);
    }
  if (self->sign_ins != NULL && g_hash_table_lookup (self->sign_ins, sign_in->id) == task)
    g_hash_table_remove (self->sign_ins, sign_in->id);
  if (error != NULL)
    g_task_return_error (task, error);
  else
    g_task_return_pointer (task, g_strdup (words), g_free);
}

/* --- keeping what was granted
 * --------------------------------------------------------------------------- */

static void
refreshed_cb (GObject *object, GAsyncResult *result, gpointer data)
{
  g_autoptr (GTask) task = data;
  SbSignIn *sign_in = g_task_get_task_data (task);
  g_autofree char *words = NULL;
  GError *error = NULL;

  g_task_propagate_boolean (G_TASK (result), &error);
  words = g_strdup_printf (_ ("“%s” is signed in at %s"), sign_in->account->connection->name,
                           sign_in->account->connector->name);
  finish (task, words, error);
}

static void
row_saved_cb (GObject *object, GAsyncResult *result, gpointer data)
{
  GTask *task = data;
  SbEngine *self = g_task_get_source_object (task);
  GError *error = NULL;
  g_autofree char *id = sb_store_save_connection_finish (SB_STORE (object), result, &error);
  g_autoptr (GTask) refresh = NULL;

  if (id == NULL)
    {
      finish (task, NULL, error);
      g_object_unref (task);
      return;
    }
  refresh = g_task_new (self, NULL, refreshed_cb, task);
  g_task_set_source_tag (refresh, row_saved_cb);
  sb_engine_refresh (self, refresh);
}

/* (transfer full): @row with what came with the sign-in. */
static SbConnection *
update_row (SbConnection *row, SbValue *given)
{
  g_autoptr (SbValue) settings = sb_value_copy (row->settings);
  SbConnection *now = NULL;

  for (guint i = 0; i < sb_value_get_length (given); i++)
    {
      const char *key = sb_value_get_member_name (given, i);

      sb_value_set_string (settings, key, sb_value_get_string (given, key));
    }
  now = sb_connection_new (row->id, row->connector, row->name, row->environment, settings);
  now->created_us = row->created_us;
  now->secret_changed_us = sb_clock_now_us ();
  return now;
}

/* Read afresh: the owner had ten minutes to change it. */
static void
listed_cb (GObject *object, GAsyncResult *result, gpointer data)
{
  GTask *task = data;
  SbEngine *self = g_task_get_source_object (task);
  SbSignIn *sign_in = g_task_get_task_data (task);
  g_autoptr (SbConnection) now = NULL;
  GError *error = NULL;
  g_autoptr (GPtrArray) rows = sb_store_list_connections_finish (SB_STORE (object), result, &error);

  for (guint i = 0; rows != NULL && i < rows->len; i++)
    {
      SbConnection *row = g_ptr_array_index (rows, i);

      if (g_str_equal (row->id, sign_in->id))
        now = update_row (row, sign_in->given);
    }
  if (now != NULL)
    {
      sb_store_save_connection_async (self->store, now, NULL, row_saved_cb, task);
      return;
    }
  if (error == NULL)
    {
      sb_secrets_remove_async (self->secrets, sign_in->id, NULL, NULL, NULL);
      g_set_error (&error, SB_ERROR, SB_ERROR_NOT_FOUND,
                   _ ("The connection “%s” was removed meanwhile"), sign_in->id);
    }
  finish (task, NULL, error);
  g_object_unref (task);
}

static void
kept_cb (GObject *object, GAsyncResult *result, gpointer data)
{
  GTask *task = data;
  SbEngine *self = g_task_get_source_object (task);
  SbSignIn *sign_in = g_task_get_task_data (task);
  GError *error = NULL;

  if (!sb_accounts_keep_grant_finish (self->core.accounts, result, &error))
    {
      finish (task, NULL, error);
      g_object_unref (task);
      return;
    }
  sb_store_audit (self->store, "signed-in", sign_in->id, NULL);
  sb_store_list_connections_async (self->store, NULL, listed_cb, task);
}

static void
exchanged_cb (GObject *object, GAsyncResult *result, gpointer data)
{
  GTask *task = data;
  SbEngine *self = g_task_get_source_object (task);
  SbSignIn *sign_in = g_task_get_task_data (task);
  g_autoptr (SbGrant) grant = NULL;
  GError *error = NULL;
  SbAnswer answer = { 0 };

  if (sb_http_send_finish (SB_HTTP (object), result, &answer, &error))
    {
      grant = sb_oauth_read_answer (sign_in->account->connector, &answer, NULL, sign_in->masked,
                                    sb_clock_now_us (), &error);
      sb_answer_clear (&answer);
    }
  if (grant != NULL)
    {
      sb_accounts_keep_grant_async (self->core.accounts, sign_in->id, grant, kept_cb, task);
      return;
    }
  finish (task, NULL, error);
  g_object_unref (task);
}

/* --- what the browser brought
 * --------------------------------------------------------------------------- */

/* What the vendor says of the account, beside the code: QuickBooks names the company so. */
static gboolean
take_settings (SbSignIn *sign_in, GHashTable *brought, GError **error)
{
  SbAccount *account = sign_in->account;
  SbConnection *connection = account->connection;
  SbValue *gives =
    sb_value_get_member (sb_oauth_get (account->connector, connection->settings), "gives");

  for (guint i = 0; i < sb_value_get_length (gives); i++)
    {
      const char *key = sb_value_get_member_name (gives, i);
      const char *value = g_hash_table_lookup (brought, sb_value_get_string (gives, key));
      const char *before = sb_value_get_string (connection->settings, key);
      SbField *setting = sb_connector_find_setting (account->connector, key);

      if (value == NULL)
        continue;
      if (!sb_pattern_fits (setting->pattern, value))
        {
          g_set_error (error, SB_ERROR, SB_ERROR_INVALID,
                       _ ("%s sent something that is no “%s”. Sign in again"),
                       account->connector->name, setting->label);
          return FALSE;
        }
      if (before != NULL && before[0] != '\0' && !g_str_equal (before, value))
        {
          g_set_error (
            error, SB_ERROR, SB_ERROR_REFUSED,
            _ ("You signed in to another account: its “%s” is %s, and “%s” is for %s. Add "
               "another connection for it, or sign in to the right one"),
            setting->label, value, connection->name, before);
          return FALSE;
        }
      sb_value_set_string (sign_in->given, key, value);
    }
  return TRUE;
}

static void
mask (SbSignIn *sign_in, const char *code)
{
  GHashTableIter iter;
  gpointer key;
  gpointer value;

  sign_in->masked = sb_secrets_table_new ();
  g_hash_table_iter_init (&iter, sign_in->account->secrets);
  while (g_hash_table_iter_next (&iter, &key, &value))
    sb_secrets_table_set (sign_in->masked, key, value, -1);
  sb_secrets_table_set (sign_in->masked, "oauth-code", code, -1);
  if (sign_in->verifier != NULL)
    sb_secrets_table_set (sign_in->masked, "oauth-verifier", sign_in->verifier, -1);
}

static GError *
explain_no (SbSignIn *sign_in, GHashTable *brought)
{
  const char *code = g_hash_table_lookup (brought, "error");
  const char *words = g_hash_table_lookup (brought, "error_description");
  const char *name = sign_in->account->connector->name;

  if (g_strcmp0 (code, "access_denied") == 0)
    return g_error_new (
      SB_ERROR, SB_ERROR_REFUSED,
      _ ("Access was declined at %s. Nothing was changed; sign in again to allow it"), name);
  return g_error_new (SB_ERROR, SB_ERROR_REFUSED, _ ("%s says no: %.*s"), name,
                      SB_FIT (words != NULL ? words : code, 200));
}

static void
came_back_cb (GObject *object, GAsyncResult *result, gpointer data)
{
  GTask *task = data;
  SbEngine *self = g_task_get_source_object (task);
  SbSignIn *sign_in = g_task_get_task_data (task);
  SbAccount *account = sign_in->account;
  GError *error = NULL;
  g_autoptr (GHashTable) brought = sb_callback_wait_finish (sign_in->callback, result, &error);
  g_autoptr (SbRequest) request = NULL;

  if (brought != NULL && g_hash_table_contains (brought, "error"))
    error = explain_no (sign_in, brought);
  else if (brought != NULL && take_settings (sign_in, brought, &error))
    request = sb_oauth_build_exchange (account->connector, account->connection, account->secrets,
                                       g_hash_table_lookup (brought, "code"), sign_in->redirect,
                                       sign_in->verifier, &error);
  if (request != NULL)
    {
      mask (sign_in, g_hash_table_lookup (brought, "code"));
      sb_http_send_async (self->core.http, request, self->core.cancellable, exchanged_cb, task);
      return;
    }
  finish (task, NULL, error);
  g_object_unref (task);
}

/* --- beginning
 * ------------------------------------------------------------------------------------------ */

typedef struct
{
  SbSignInFunc func;
  gpointer data;
  char *address;
  char *redirect;
} Telling;

static gboolean
tell_cb (gpointer data)
{
  Telling *telling = data;

  telling->func (telling->address, telling->redirect, telling->data);
  return G_SOURCE_REMOVE;
}

static void
telling_free (gpointer data)
{
  Telling *telling = data;

  g_free (telling->address);
  g_free (telling->redirect);
  g_free (telling);
}

static void
tell (SbSignIn *sign_in, const char *address)
{
  g_autoptr (GSource) source = g_idle_source_new ();
  Telling *telling = g_new0 (Telling, 1);

  telling->func = sign_in->func;
  telling->data = sign_in->func_data;
  telling->address = g_strdup (address);
  telling->redirect = g_strdup (sign_in->redirect);
  g_source_set_priority (source, G_PRIORITY_DEFAULT);
  g_source_set_callback (source, tell_cb, telling, telling_free);
  g_source_attach (source, sign_in->home);
}

/* The authority of an address of the owner's own. (transfer full) (nullable) */
static char *
find_host (SbConnection *connection)
{
  const char *own = sb_value_get_string (connection->settings, SB_OAUTH_REDIRECT);
  const char *host = own != NULL ? strstr (own, "://") : NULL;

  return host != NULL ? g_strndup (host + 3, strcspn (host + 3, "/?#")) : NULL;
}

static char *
open_callback (SbSignIn *sign_in, GError **error)
{
  SbAccount *account = sign_in->account;
  SbValue *settings = account->connection->settings;
  SbValue *oauth = sb_oauth_get (account->connector, settings);
  g_autofree char *state = sb_random_token (error);
  g_autofree char *host = find_host (account->connection);

  if (state == NULL)
    return NULL;
  if (sb_value_get_boolean_or (oauth, "pkce", FALSE))
    {
      sign_in->verifier = sb_random_token (error);
      if (sign_in->verifier == NULL)
        return NULL;
    }
  sign_in->callback = sb_callback_new (sb_oauth_get_port (oauth), state, host, error);
  if (sign_in->callback == NULL)
    return NULL;
  sign_in->redirect =
    sb_oauth_get_redirect (oauth, settings, sb_callback_get_port (sign_in->callback));
  return sb_oauth_build_address (account->connector, account->connection, sign_in->redirect, state,
                                 sign_in->verifier, error);
}

static void
end_earlier (SbEngine *self, const char *id)
{
  GTask *earlier = self->sign_ins != NULL ? g_hash_table_lookup (self->sign_ins, id) : NULL;
  SbSignIn *sign_in = earlier != NULL ? g_task_get_task_data (earlier) : NULL;

  /* What waits is told so and answers its task; what is being exchanged already ends by itself. */
  if (sign_in != NULL)
    g_clear_pointer (&sign_in->callback, sb_callback_free);
}

static void
begin (SbEngine *self, GTask *task)
{
  SbSignIn *sign_in = g_task_get_task_data (task);
  g_autofree char *address = NULL;
  g_autofree char *words = NULL;
  GError *error = NULL;
  SbAccountState state = SB_ACCOUNT_MISSING;

  if (g_str_equal (self->mode, "practice"))
    {
      g_task_return_new_error (task, SB_ERROR, SB_ERROR_REFUSED,
                               _ ("On the practice ground nobody signs in anywhere: every account "
                                  "works here as it is"));
      return;
    }
  state = sb_accounts_find_to_test (self->core.accounts, sign_in->id, &sign_in->account, &words);
  if (state != SB_ACCOUNT_READY)
    {
      g_task_return_new_error (task, SB_ERROR,
                               state == SB_ACCOUNT_BLOCKED ? SB_ERROR_LOCKED : SB_ERROR_NOT_FOUND,
                               "%s", words);
      return;
    }
  if (!sb_oauth_check_ready (sign_in->account->connector, sign_in->account->connection,
                             sign_in->account->secrets, &error))
    {
      g_task_return_error (task, error);
      return;
    }
  end_earlier (self, sign_in->id);
  address = open_callback (sign_in, &error);
  if (address == NULL)
    {
      finish (task, NULL, error);
      return;
    }
  if (self->sign_ins == NULL)
    self->sign_ins = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_object_unref);
  g_hash_table_replace (self->sign_ins, g_strdup (sign_in->id), g_object_ref (task));
  sb_callback_wait_async (sign_in->callback, sign_in->patience_us, g_task_get_cancellable (task),
                          came_back_cb, g_object_ref (task));
  tell (sign_in, address);
}

static void
start (SbEngine *self, GTask *task)
{
  sb_engine_with_accounts (self, begin, task);
}

void
sb_engine_sign_in_async (SbEngine *self,
                         const char *connection_id,
                         gint64 patience_us,
                         SbSignInFunc func,
                         gpointer func_data,
                         GCancellable *cancellable,
                         GAsyncReadyCallback callback,
                         gpointer data)
{
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, data);
  SbSignIn *wanted = g_new0 (SbSignIn, 1);

  wanted->id = g_strdup (connection_id);
  wanted->patience_us = patience_us > 0 ? patience_us : PATIENCE_US;
  wanted->func = func;
  wanted->func_data = func_data;
  wanted->given = sb_value_new_object ();
  wanted->home = g_main_context_ref_thread_default ();
  g_task_set_source_tag (task, sb_engine_sign_in_async);
  g_task_set_task_data (task, wanted, (GDestroyNotify)sign_in_free);
  /* Cancelling too late must not hide that it went well. */
  g_task_set_check_cancellable (task, FALSE);
  sb_engine_invoke (self, start, task);
}

char *
sb_engine_sign_in_finish (SbEngine *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

/* --- an address that was copied
 * ------------------------------------------------------------------------- */

typedef struct
{
  char *id;
  char *address;
} Copied;

static void
copied_free (Copied *copied)
{
  g_free (copied->id);
  sb_oauth_wipe (copied->address);
  g_free (copied);
}

static void
take_address (SbEngine *self, GTask *task)
{
  Copied *copied = g_task_get_task_data (task);
  GTask *waiting = self->sign_ins != NULL ? g_hash_table_lookup (self->sign_ins, copied->id) : NULL;
  SbSignIn *sign_in = waiting != NULL ? g_task_get_task_data (waiting) : NULL;
  GError *error = NULL;

  if (sign_in == NULL || sign_in->callback == NULL)
    g_task_return_new_error (task, SB_ERROR, SB_ERROR_NOT_FOUND,
                             _ ("No sign-in is waiting for “%s”. Begin one first"), copied->id);
  else if (!sb_callback_take_address (sign_in->callback, copied->address, &error))
    g_task_return_error (task, error);
  else
    g_task_return_boolean (task, TRUE);
}

void
sb_engine_take_address_async (SbEngine *self,
                              const char *connection_id,
                              const char *address,
                              GCancellable *cancellable,
                              GAsyncReadyCallback callback,
                              gpointer data)
{
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, data);
  Copied *copied = g_new0 (Copied, 1);

  copied->id = g_strdup (connection_id);
  copied->address = g_strdup (address);
  g_task_set_source_tag (task, sb_engine_take_address_async);
  g_task_set_task_data (task, copied, (GDestroyNotify)copied_free);
  sb_engine_invoke (self, take_address, task);
}

gboolean
sb_engine_take_address_finish (SbEngine *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}

void
sb_engine_end_sign_ins (SbEngine *self)
{
  g_autoptr (GPtrArray) tasks = g_ptr_array_new_with_free_func (g_object_unref);
  GHashTableIter iter;
  gpointer task;

  if (self->sign_ins == NULL)
    return;
  g_hash_table_iter_init (&iter, self->sign_ins);
  while (g_hash_table_iter_next (&iter, NULL, &task))
    g_ptr_array_add (tasks, g_object_ref (task));
  for (guint i = 0; i < tasks->len; i++)
    {
      SbSignIn *waiting = g_task_get_task_data (g_ptr_array_index (tasks, i));

      g_clear_pointer (&waiting->callback, sb_callback_free);
    }
}
