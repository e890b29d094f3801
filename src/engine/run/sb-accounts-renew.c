/* sb-accounts-renew.c
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "sb-accounts-private.h"

#include <glib/gi18n-lib.h>

#include "sb-backoff.h"
#include "sb-clock.h"
#include "sb-error.h"

/* A token with less than this left is not sent any more: the call would arrive too late. */
#define LAST_CALL_US (10 * (gint64)G_USEC_PER_SEC)
/* New ones are asked for so long before, or when a quarter of the time is left where that is less,
 * so that in ordinary times no run ever waits. */
#define EARLY_US (5 * 60 * (gint64)G_USEC_PER_SEC)
/* A vendor that refuses tokens it has just given means something else. */
#define REFUSAL_COUNTS_US (60 * (gint64)G_USEC_PER_SEC)
#define MAX_PAUSE_US      (5 * 60 * (gint64)G_USEC_PER_SEC)
/* A vendor that does not answer is told of at this try. */
#define TELL_AT 3

/* One connection whose tokens are being renewed. Counted, since the calls it waits for come back
 * when they like; all of it is on the engine's thread. */
typedef struct
{
  guint ref_count;
  SbAccounts *accounts;
  char *id;
  SbAccount *account; /* as it was when the vendor was asked */
  SbGrant *used;      /* what the vendor was asked with */
  SbGrant *fresh;     /* (nullable): what it gave, until the keyring has it */
  GPtrArray *waiting; /* of GTask */
  GSource *again;     /* (nullable) */
  char *words;        /* (nullable): why it takes so long */
  guint tries;
  gboolean asking;  /* the vendor is being asked */
  gboolean saving;  /* the keyring is being told */
  gboolean refused; /* the vendor takes the old ones no more … */
  gboolean used_up; /* … or has given new ones for them */
  gboolean over;    /* a person has signed in meanwhile, or the connection is gone */
} SbRenewal;

static void ask (SbRenewal *renewal);
static void save (SbRenewal *renewal);

static SbRenewal *
renewal_ref (SbRenewal *renewal)
{
  renewal->ref_count++;
  return renewal;
}

void
sb_renewal_unref (gpointer data)
{
  SbRenewal *renewal = data;

  if (--renewal->ref_count > 0)
    return;
  g_free (renewal->id);
  g_free (renewal->words);
  sb_account_unref (renewal->account);
  sb_grant_free (renewal->used);
  g_clear_pointer (&renewal->fresh, sb_grant_free);
  g_ptr_array_unref (renewal->waiting);
  g_free (renewal);
}

static void
renewal_stop (SbRenewal *renewal)
{
  renewal->over = TRUE;
  if (renewal->again == NULL)
    return;
  g_source_destroy (renewal->again);
  g_clear_pointer (&renewal->again, g_source_unref);
}

/* @error (nullable): there are new tokens. */
static void
answer_waiting (SbRenewal *renewal, const GError *error)
{
  g_autoptr (GPtrArray) waiting = g_steal_pointer (&renewal->waiting);

  renewal->waiting = g_ptr_array_new_with_free_func (g_object_unref);
  for (guint i = 0; i < waiting->len; i++)
    if (error != NULL)
      g_task_return_error (g_ptr_array_index (waiting, i), g_error_copy (error));
    else
      g_task_return_boolean (g_ptr_array_index (waiting, i), TRUE);
}

/* --- reading what the keyring holds
 * ---------------------------------------------------------------------- */

GHashTable *
sb_accounts_read_secrets (SbConnector *connector,
                          SbConnection *connection,
                          GHashTable *secrets,
                          SbGrant **grant)
{
  SbValue *oauth = sb_oauth_get (connector, connection->settings);
  const char *token = sb_value_get_string (oauth, "token");
  const char *text = g_hash_table_lookup (secrets, SB_OAUTH_GRANT);
  g_autoptr (SbGrant) found = NULL;
  g_autoptr (GError) error = NULL;
  GHashTable *table = NULL;
  GHashTableIter iter;
  gpointer key;
  gpointer value;

  if (oauth == NULL && text == NULL)
    return g_hash_table_ref (secrets);

  table = sb_secrets_table_new ();
  g_hash_table_iter_init (&iter, secrets);
  while (g_hash_table_iter_next (&iter, &key, &value))
    if (!g_str_equal (key, SB_OAUTH_GRANT) && g_strcmp0 (key, token) != 0)
      sb_secrets_table_set (table, key, value, -1);

  if (oauth != NULL && text != NULL)
    found = sb_grant_parse (text, &error);
  if (error != NULL)
    g_warning ("%s: %s", connection->id, error->message);
  if (found != NULL)
    {
      sb_secrets_table_set (table, token, found->access, -1);
      /* Under a name no connector can use, so that it is masked wherever it turns up. */
      if (found->refresh != NULL)
        sb_secrets_table_set (table, "oauth-refresh", found->refresh, -1);
    }
  if (grant != NULL)
    *grant = g_steal_pointer (&found);
  return table;
}

/* --- asking the vendor
 * ----------------------------------------------------------------------------------- */

static gboolean
again_cb (gpointer data)
{
  SbRenewal *renewal = data;

  g_clear_pointer (&renewal->again, g_source_unref);
  if (renewal->fresh != NULL)
    save (renewal);
  else
    ask (renewal);
  return G_SOURCE_REMOVE;
}

static void
try_again (SbRenewal *renewal, const GError *error)
{
  SbAccounts *self = renewal->accounts;
  gint64 pause_us =
    sb_backoff_pause (self->renew_first_us, MAX_PAUSE_US, ++renewal->tries, g_random_double (), 0);

  g_free (renewal->words);
  renewal->words = g_strdup_printf (_ ("%s. Signalbox asks again by itself"), error->message);
  g_info ("The sign-in of “%s” could not be renewed yet: %s", renewal->id, error->message);
  if (renewal->tries == TELL_AT)
    {
      g_autofree char *alert = g_strdup_printf (
        _ ("The sign-in of “%s” cannot be renewed now: %s. Runs that need it wait and go on by "
           "themselves"),
        renewal->account->connection->name, error->message);

      self->alert (alert, self->alert_data);
    }
  answer_waiting (renewal, error);
  renewal->again = g_timeout_source_new ((guint)MAX (pause_us / 1000, 1));
  g_source_set_callback (renewal->again, again_cb, renewal, NULL);
  g_source_attach (renewal->again, g_main_context_get_thread_default ());
}

/* Only a person can help. */
static void
give_up (SbAccounts *self, SbAccount *account, const char *words)
{
  SbConnection *connection = account->connection;
  g_autofree char *alert =
    g_strdup_printf (_ ("Sign in again at %s (%s): %s. Runs that need it wait until then"),
                     account->connector->name, connection->name, words);
  g_autofree char *trouble = g_strdup_printf (_ ("Sign in again: %s"), words);

  if (sb_accounts_set_trouble (self, connection->id, trouble))
    self->alert (alert, self->alert_data);
}

static void
refuse (SbRenewal *renewal, const GError *error)
{
  SbAccounts *self = renewal->accounts;

  give_up (self, renewal->account, error->message);
  answer_waiting (renewal, error);
  g_hash_table_remove (self->renewals, renewal->id);
}

static void
saved_cb (GObject *object, GAsyncResult *result, gpointer data)
{
  SbRenewal *renewal = data;
  SbAccounts *self = renewal->accounts;
  g_autoptr (GError) error = NULL;
  gboolean kept = sb_secrets_save_finish (SB_SECRETS (object), result, &error);
  SbHeld *held = NULL;

  renewal->saving = FALSE;
  if (sb_accounts_came_back (self))
    {
      held = g_hash_table_lookup (self->held, renewal->id);
      if (held == NULL && kept)
        /* Removed meanwhile: nothing of it stays in the keyring. */
        sb_secrets_remove_async (self->secrets, renewal->id, NULL, NULL, NULL);
      else if (!renewal->over && !kept)
        try_again (renewal, error);
      else if (!renewal->over)
        {
          g_clear_pointer (&renewal->fresh, sb_grant_free);
          held->release = TRUE;
          sb_held_load (held);
        }
    }
  sb_renewal_unref (renewal);
}

/* The old tokens may be worth nothing any more, so the new ones are not used before they are safe.
 */
static void
save (SbRenewal *renewal)
{
  SbAccounts *self = renewal->accounts;
  char *text = sb_grant_write (renewal->fresh);

  renewal->saving = TRUE;
  self->pending++;
  sb_secrets_save_async (self->secrets, renewal->id, SB_OAUTH_GRANT, text, NULL, saved_cb,
                         renewal_ref (renewal));
  sb_oauth_wipe (text);
}

static void
answered_cb (GObject *object, GAsyncResult *result, gpointer data)
{
  SbRenewal *renewal = data;
  SbAccounts *self = renewal->accounts;
  g_autoptr (GError) error = NULL;
  SbAnswer answer = { 0 };

  renewal->asking = FALSE;
  sb_http_send_finish (SB_HTTP (object), result, &answer, NULL);
  if (sb_accounts_came_back (self) && !renewal->over &&
      g_hash_table_contains (self->held, renewal->id))
    {
      renewal->fresh = sb_oauth_read_answer (renewal->account->connector, &answer, renewal->used,
                                             renewal->account->secrets, sb_clock_now_us (), &error);
      renewal->used_up = renewal->fresh != NULL;
      if (renewal->fresh != NULL)
        save (renewal);
      else if (g_error_matches (error, SB_ERROR, SB_ERROR_UNAUTHORIZED))
        refuse (renewal, error);
      else
        try_again (renewal, error);
    }
  sb_answer_clear (&answer);
  sb_renewal_unref (renewal);
}

static void
ask (SbRenewal *renewal)
{
  SbAccounts *self = renewal->accounts;
  SbAccount *account = renewal->account;
  g_autoptr (GError) error = NULL;
  g_autoptr (SbRequest) request = sb_oauth_build_renewal (account->connector, account->connection,
                                                          account->secrets, renewal->used, &error);

  if (request == NULL)
    {
      refuse (renewal, error);
      return;
    }
  renewal->asking = TRUE;
  self->pending++;
  sb_http_send_async (self->http, request, NULL, answered_cb, renewal_ref (renewal));
}

/* The one renewal of @held, begun where there is none. */
static SbRenewal *
renew (SbHeld *held)
{
  SbAccounts *self = held->accounts;
  const char *id = held->account->connection->id;
  SbRenewal *renewal = g_hash_table_lookup (self->renewals, id);

  if (renewal != NULL)
    return renewal;
  renewal = g_new0 (SbRenewal, 1);
  renewal->ref_count = 1;
  renewal->accounts = self;
  renewal->id = g_strdup (id);
  renewal->account = sb_account_ref (held->account);
  renewal->used = sb_grant_copy (held->grant);
  renewal->waiting = g_ptr_array_new_with_free_func (g_object_unref);
  g_hash_table_insert (self->renewals, g_strdup (id), renewal);
  ask (renewal);
  return g_hash_table_lookup (self->renewals, id);
}

/* --- when it is time
 * ------------------------------------------------------------------------------------- */

gboolean
sb_held_is_fresh (SbHeld *held, char **words)
{
  SbGrant *grant = held->grant;
  SbAccounts *self = held->accounts;
  const char *name = held->account->connector->name;
  SbRenewal *renewal = NULL;
  gint64 left_us = 0;
  gint64 early_us = 0;

  if (grant == NULL || self->http == NULL)
    return TRUE;
  renewal = g_hash_table_lookup (self->renewals, held->account->connection->id);
  left_us = grant->expires_us != 0 ? grant->expires_us - sb_clock_now_us () : G_MAXINT64;
  early_us = MIN (EARLY_US, (grant->expires_us - grant->obtained_us) / 4);

  if (left_us < LAST_CALL_US && grant->refresh == NULL)
    {
      give_up (self, held->account, _ ("the sign-in has ended, and this vendor does not renew it"));
      *words = g_strdup_printf (_ ("The sign-in at %s has ended; sign in again"), name);
      return FALSE;
    }
  if (renewal == NULL && grant->refresh != NULL && left_us < MAX (early_us, LAST_CALL_US))
    renewal = renew (held);
  if (left_us >= LAST_CALL_US && (renewal == NULL || (!renewal->refused && !renewal->used_up)))
    return TRUE;
  *words = renewal != NULL && renewal->words != NULL
             ? g_strdup (renewal->words)
             : g_strdup_printf (_ ("Waiting for %s to renew the sign-in"), name);
  return FALSE;
}

void
sb_held_freshened (SbHeld *held)
{
  SbAccounts *self = held->accounts;
  const char *id = held->account->connection->id;
  SbRenewal *renewal = g_hash_table_lookup (self->renewals, id);

  /* Tokens that were only read again are not news. */
  if (renewal == NULL ||
      (held->grant != NULL && g_str_equal (held->grant->access, renewal->used->access)))
    return;
  renewal_stop (renewal);
  sb_accounts_release (self, id);
  answer_waiting (renewal, NULL);
  g_hash_table_remove (self->renewals, id);
}

SbRefusal
sb_accounts_take_refusal (SbAccounts *self, SbAccount *account)
{
  const char *id = account->connection->id;
  SbHeld *held = g_hash_table_lookup (self->held, id);
  SbValue *oauth = sb_oauth_get (account->connector, account->connection->settings);
  const char *key = sb_value_get_string (oauth, "token");
  const char *used = key != NULL ? g_hash_table_lookup (account->secrets, key) : NULL;
  gint64 now_us = sb_clock_elapsed_us ();
  gint64 *last_us = g_hash_table_lookup (self->refusals, id);
  SbRenewal *renewal = NULL;

  if (held == NULL || held->grant == NULL || used == NULL || self->http == NULL)
    return SB_REFUSAL_STANDS;
  if (!g_str_equal (used, held->grant->access))
    return SB_REFUSAL_RENEWED;
  renewal = g_hash_table_lookup (self->renewals, id);
  if (renewal != NULL)
    {
      renewal->refused = TRUE;
      return SB_REFUSAL_RENEWING;
    }
  if (held->grant->refresh == NULL || (last_us != NULL && now_us - *last_us < REFUSAL_COUNTS_US))
    return SB_REFUSAL_STANDS;
  g_hash_table_insert (self->refusals, g_strdup (id), g_memdup2 (&now_us, sizeof now_us));
  renewal = renew (held);
  if (renewal == NULL)
    return SB_REFUSAL_STANDS;
  renewal->refused = TRUE;
  return SB_REFUSAL_RENEWING;
}

/* --- calls from elsewhere
 * -------------------------------------------------------------------------------- */

void
sb_accounts_freshen_async (SbAccounts *self,
                           const char *connection_id,
                           GAsyncReadyCallback callback,
                           gpointer data)
{
  g_autoptr (GTask) task = g_task_new (NULL, NULL, callback, data);
  SbHeld *held = g_hash_table_lookup (self->held, connection_id);
  g_autofree char *words = NULL;
  SbRenewal *renewal = NULL;

  g_task_set_source_tag (task, sb_accounts_freshen_async);
  if (held == NULL || g_str_equal (self->mode, "practice") || sb_held_is_fresh (held, &words))
    {
      g_task_return_boolean (task, TRUE);
      return;
    }
  renewal = g_hash_table_lookup (self->renewals, connection_id);
  if (renewal == NULL)
    g_task_return_new_error (task, SB_ERROR, SB_ERROR_UNAUTHORIZED, "%s", words);
  else
    g_ptr_array_add (renewal->waiting, g_object_ref (task));
}

gboolean
sb_accounts_freshen_finish (SbAccounts *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}

static void
grant_kept_cb (GObject *object, GAsyncResult *result, gpointer data)
{
  g_autoptr (GTask) task = data;
  SbAccounts *self = g_task_get_task_data (task);
  GError *error = NULL;

  sb_accounts_came_back (self);
  if (sb_secrets_save_finish (SB_SECRETS (object), result, &error))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

void
sb_accounts_keep_grant_async (SbAccounts *self,
                              const char *connection_id,
                              SbGrant *grant,
                              GAsyncReadyCallback callback,
                              gpointer data)
{
  GTask *task = g_task_new (NULL, NULL, callback, data);
  SbRenewal *renewal = g_hash_table_lookup (self->renewals, connection_id);
  char *text = sb_grant_write (grant);

  g_task_set_source_tag (task, sb_accounts_keep_grant_async);
  g_task_set_task_data (task, self, NULL);
  if (renewal != NULL)
    {
      renewal_stop (renewal);
      answer_waiting (renewal, NULL);
      g_hash_table_remove (self->renewals, connection_id);
    }
  g_hash_table_remove (self->refusals, connection_id);
  self->pending++;
  sb_secrets_save_async (self->secrets, connection_id, SB_OAUTH_GRANT, text, NULL, grant_kept_cb,
                         task);
  sb_oauth_wipe (text);
}

gboolean
sb_accounts_keep_grant_finish (SbAccounts *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}

gboolean
sb_accounts_is_renewing (SbAccounts *self)
{
  GHashTableIter iter;
  gpointer value;

  g_hash_table_iter_init (&iter, self->renewals);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    if (((SbRenewal *)value)->asking || ((SbRenewal *)value)->saving)
      return TRUE;
  return FALSE;
}

void
sb_accounts_set_renewing (
  SbAccounts *self, SbHttp *http, gint64 first_us, SbAccountsAlertFunc alert, gpointer data)
{
  g_set_object (&self->http, http);
  self->renew_first_us = first_us;
  self->alert = alert;
  self->alert_data = data;
}

void
sb_accounts_end_renewals (SbAccounts *self)
{
  GHashTableIter iter;
  gpointer value;

  g_hash_table_iter_init (&iter, self->renewals);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    {
      g_autoptr (GError) error =
        g_error_new_literal (SB_ERROR, SB_ERROR_UNAVAILABLE, _ ("The engine was stopped"));

      renewal_stop (value);
      answer_waiting (value, error);
    }
  g_hash_table_remove_all (self->renewals);
}
