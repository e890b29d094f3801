/* sb-endpoint.c
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "sb-endpoint-private.h"

#include <string.h>

#include "sb-error.h"

#define DEFAULT_BODY_LIMIT (1024 * 1024)
#define MAX_BODY_LIMIT     (10 * 1024 * 1024)
#define DIGEST_LENGTH      32
#define LEAST_SHARED       4

struct _SbEndpoint
{
  GObject parent_instance;

  SbStore *store;
  SbTransportLimits limits;
  SbTransport *transport;
  GChecksum *checksum;
  GHashTable *bells; /* digest of a token → SbBellEntry */
  guint in_flight;
  SbHeardFunc heard; /* (nullable) */
  gpointer heard_data;
  guint64 unknown; /* requests to addresses of bells that are not there */

  GArray *waiting;    /* of Waiting: not yet handed to the store */
  GSource *hand_over; /* (nullable) */
};

typedef struct
{
  SbEvent *event; /* owned */
  GAsyncReadyCallback callback;
  gpointer data;
} Waiting;

G_DEFINE_FINAL_TYPE (SbEndpoint, sb_endpoint, G_TYPE_OBJECT)

enum
{
  ACCEPTED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

/* --- bells
 * ---------------------------------------------------------------------------------------------- */

static guint
digest_hash (gconstpointer key)
{
  guint hash;

  memcpy (&hash, key, sizeof hash);
  return hash;
}

static gboolean
digest_equal (gconstpointer a, gconstpointer b)
{
  return memcmp (a, b, DIGEST_LENGTH) == 0;
}

/* Tokens are looked up by their digest: how long a look-up takes says nothing about how much of a
 * guess was right. */
static void
digest_token (SbEndpoint *self, const char *token, guint8 digest[DIGEST_LENGTH])
{
  gsize length = DIGEST_LENGTH;

  g_checksum_reset (self->checksum);
  g_checksum_update (self->checksum, (const guchar *)token, -1);
  g_checksum_get_digest (self->checksum, digest, &length);
}

static gboolean
has_handshake (SbBell *bell, const char *method)
{
  SbValue *settings = bell->connection != NULL ? bell->connection->settings : NULL;
  SbValue *webhook = sb_connector_get_webhook (bell->connector, settings);
  SbValue *list = webhook != NULL ? sb_value_get_member (webhook, "handshakes") : NULL;

  for (guint i = 0; list != NULL && i < sb_value_get_length (list); i++)
    {
      SbValue *when = sb_value_get_member (sb_value_get_item (list, i), "when");

      if (when != NULL && g_strcmp0 (sb_value_get_string (when, "method"), method) == 0)
        return TRUE;
    }
  return FALSE;
}

static SbBellEntry *
entry_new (SbBell *bell)
{
  SbBellEntry *entry = g_new0 (SbBellEntry, 1);

  entry->bell = sb_bell_ref (bell);
  if (bell->trigger != NULL && bell->trigger->record != NULL)
    entry->label = sb_template_new (bell->trigger->record, NULL);
  entry->hears_get = has_handshake (bell, "GET");
  entry->hears_head = has_handshake (bell, "HEAD");
  return entry;
}

static void
entry_free (gpointer data)
{
  SbBellEntry *entry = data;

  g_clear_pointer (&entry->label, sb_template_free);
  sb_bell_unref (entry->bell);
  g_free (entry);
}

/**
 * sb_endpoint_set_bells:
 * @bells: (element-type SbBell): all of them
 *
 * Takes the new set of bells; requests under way keep the bell they were heard by.
 */
void
sb_endpoint_set_bells (SbEndpoint *self, GPtrArray *bells)
{
  g_return_if_fail (SB_IS_ENDPOINT (self));

  g_hash_table_remove_all (self->bells);
  for (guint i = 0; bells != NULL && i < bells->len; i++)
    {
      SbBell *bell = g_ptr_array_index (bells, i);
      guint8 *digest;

      if (bell->token == NULL || *bell->token == '\0')
        continue;
      digest = g_malloc (DIGEST_LENGTH);
      digest_token (self, bell->token, digest);
      g_hash_table_replace (self->bells, digest, entry_new (bell));
    }
}

/* --- answers
 * -------------------------------------------------------------------------------------------- */

static const struct
{
  guint status;
  const char *text;
} replies[] = {
  [SB_REPLY_OK] = { 200, "{\"status\":\"ok\"}\n" },
  [SB_REPLY_BAD_REQUEST] = { 400, "{\"status\":\"bad request\"}\n" },
  [SB_REPLY_REFUSED] = { 401, "{\"status\":\"refused\"}\n" },
  [SB_REPLY_NOT_FOUND] = { 404, "{\"status\":\"not found\"}\n" },
  [SB_REPLY_UNAVAILABLE] = { 503, "{\"status\":\"not now\"}\n" },
};

void
sb_endpoint_reply (SbPipe *pipe, SbReply reply)
{
  sb_pipe_answer (pipe, replies[reply].status,
                  reply == SB_REPLY_UNAVAILABLE ? "Retry-After: 30\r\n" : NULL, "application/json",
                  replies[reply].text);
}

/* --- storing
 * -------------------------------------------------------------------------------------------- */

static gboolean
hand_over (SbEndpoint *self)
{
  g_autoptr (GArray) waiting = g_steal_pointer (&self->waiting);

  g_clear_pointer (&self->hand_over, g_source_unref);
  self->waiting = g_array_new (FALSE, FALSE, sizeof (Waiting));
  for (guint i = 0; i < waiting->len; i++)
    {
      Waiting *one = &g_array_index (waiting, Waiting, i);

      sb_store_accept_event_async (self->store, one->event, NULL, one->callback, one->data);
      sb_event_unref (one->event);
    }
  return G_SOURCE_REMOVE;
}

static gboolean
hand_over_cb (gpointer data)
{
  return hand_over (data);
}

/* Stores @event together with others that were read in the same turn of the loop: the store's
 * thread would else wake for the first of a burst and sync the disk for it alone. Half of what is
 * in flight is enough, so that one half is read while the other is synced. */
void
sb_endpoint_store (SbEndpoint *self, SbEvent *event, GAsyncReadyCallback callback, gpointer data)
{
  Waiting one = { sb_event_ref (event), callback, data };

  self->in_flight++;
  g_array_append_val (self->waiting, one);
  if (self->waiting->len >= LEAST_SHARED && self->waiting->len * 2 >= self->in_flight)
    {
      if (self->hand_over != NULL)
        g_source_destroy (self->hand_over);
      hand_over (self);
    }
  else if (self->hand_over == NULL)
    {
      self->hand_over = g_idle_source_new ();
      g_source_set_priority (self->hand_over, G_PRIORITY_DEFAULT + 10);
      g_source_set_callback (self->hand_over, hand_over_cb, self, NULL);
      g_source_attach (self->hand_over, g_main_context_get_thread_default ());
    }
}

void
sb_endpoint_end (SbEndpoint *self)
{
  self->in_flight--;
}

/* --- requests
 * -------------------------------------------------------------------------------------------- */

/* The path of "/in/x?a=b" or "http://host/in/x". */
static char *
dup_path (const char *target)
{
  const char *path = target;

  if (*target != '/')
    {
      path = strstr (target, "://") + strlen ("://");
      path += strcspn (path, "/?");
    }
  return *path == '/' ? g_strndup (path, strcspn (path, "?")) : g_strdup ("/");
}

static SbBellEntry *
find_bell (SbEndpoint *self, const char *method, const char *path)
{
  guint8 digest[DIGEST_LENGTH];
  SbBellEntry *entry;

  digest_token (self, g_str_has_prefix (path, "/in/") ? path + strlen ("/in/") : "", digest);
  entry = g_hash_table_lookup (self->bells, digest);
  if (entry == NULL || g_str_equal (method, "POST"))
    return entry;
  /* Another method on a bell's address is answered as an unknown address is: "405" would tell that
   * the address was guessed right. */
  if ((g_str_equal (method, "GET") && entry->hears_get) ||
      (g_str_equal (method, "HEAD") && entry->hears_head))
    return entry;
  return NULL;
}

/* Nobody guesses one of 2^256 addresses, but one who tries is worth knowing of: the 10th, 100th,
 * 1,000th … time is logged and goes on record. A vendor that still rings for a flow that was
 * removed ends there too. */
static void
count_unknown (SbEndpoint *self)
{
  g_autoptr (SbValue) detail = NULL;
  guint64 power = 10;

  self->unknown++;
  while (power < self->unknown)
    power *= 10;
  if (power != self->unknown)
    return;
  g_warning ("%" G_GUINT64_FORMAT " requests came to addresses that are no flow's: somebody may be "
             "guessing, or a vendor still has the address of a flow that was removed",
             self->unknown);
  detail = sb_value_new_object ();
  sb_value_set_int (detail, "requests", (gint64)self->unknown);
  sb_store_audit (self->store, "unknown-addresses", NULL, detail);
}

static void
give_cb (SbPipe *pipe, gpointer data)
{
  SbEndpoint *self = data;
  g_autofree char *path = dup_path (pipe->target);
  SbBellEntry *entry = find_bell (self, pipe->method, path);

  if (entry != NULL)
    sb_request_handle (self, pipe, entry);
  else if (g_str_equal (path, "/healthz") &&
           (g_str_equal (pipe->method, "GET") || g_str_equal (pipe->method, "HEAD")))
    sb_endpoint_reply (pipe, SB_REPLY_OK);
  else
    {
      if (g_str_has_prefix (path, "/in/"))
        count_unknown (self);
      sb_endpoint_reply (pipe, SB_REPLY_NOT_FOUND);
    }
}

/* --- the object
 * ------------------------------------------------------------------------------------------ */

static void
sb_endpoint_dispose (GObject *object)
{
  SbEndpoint *self = SB_ENDPOINT (object);

  g_clear_pointer (&self->transport, sb_transport_free);
  g_clear_object (&self->store);
  g_hash_table_remove_all (self->bells);

  G_OBJECT_CLASS (sb_endpoint_parent_class)->dispose (object);
}

static void
sb_endpoint_finalize (GObject *object)
{
  SbEndpoint *self = SB_ENDPOINT (object);

  g_array_unref (self->waiting);
  g_hash_table_unref (self->bells);
  g_checksum_free (self->checksum);

  G_OBJECT_CLASS (sb_endpoint_parent_class)->finalize (object);
}

static void
sb_endpoint_class_init (SbEndpointClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = sb_endpoint_dispose;
  object_class->finalize = sb_endpoint_finalize;

  signals[ACCEPTED] =
    g_signal_new ("accepted", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                  G_TYPE_NONE, 2, G_TYPE_POINTER, G_TYPE_POINTER);
}

static void
sb_endpoint_init (SbEndpoint *self)
{
  self->checksum = g_checksum_new (G_CHECKSUM_SHA256);
  self->waiting = g_array_new (FALSE, FALSE, sizeof (Waiting));
  self->bells = g_hash_table_new_full (digest_hash, digest_equal, g_free, entry_free);
  self->limits = (SbTransportLimits){
    .idle_us = 60 * G_USEC_PER_SEC,
    .head_us = 10 * G_USEC_PER_SEC,
    .request_us = 30 * G_USEC_PER_SEC,
    .write_us = 30 * G_USEC_PER_SEC,
    .linger_us = 2 * G_USEC_PER_SEC,
    .max_connections = 1024,
  };
}

/**
 * sb_endpoint_new:
 * @store: where events go
 * @body_limit: bytes of one request's body; 0 is 1 MiB; more than 10 MiB is 10 MiB
 *
 * Returns: (transfer full): an endpoint that does not listen yet
 */
SbEndpoint *
sb_endpoint_new (SbStore *store, gsize body_limit)
{
  SbEndpoint *self = g_object_new (SB_TYPE_ENDPOINT, NULL);

  self->store = g_object_ref (store);
  self->limits.body_limit = body_limit == 0 ? DEFAULT_BODY_LIMIT : MIN (body_limit, MAX_BODY_LIMIT);
  self->limits.held_limit = MAX (64 * 1024 * 1024, 4 * self->limits.body_limit);
  return self;
}

/**
 * sb_endpoint_listen:
 * @port: on 127.0.0.1; 0 for any free one
 *
 * Answers from now on, on the thread-default context. Errors: BUSY where the port is in use,
 * REFUSED where this user may not have it, FAILED.
 */
gboolean
sb_endpoint_listen (SbEndpoint *self, gint port, GError **error)
{
  SbTransport *transport;

  g_return_val_if_fail (SB_IS_ENDPOINT (self), FALSE);
  g_return_val_if_fail (self->transport == NULL, FALSE);

  transport = sb_transport_new (&self->limits, give_cb, self);
  if (!sb_transport_listen (transport, port, error))
    {
      sb_transport_free (transport);
      return FALSE;
    }
  self->transport = transport;
  return TRUE;
}

/**
 * sb_endpoint_get_port:
 *
 * Returns: the port it listens on; 0 before sb_endpoint_listen()
 */
gint
sb_endpoint_get_port (SbEndpoint *self)
{
  g_return_val_if_fail (SB_IS_ENDPOINT (self), 0);

  return self->transport != NULL ? sb_transport_get_port (self->transport) : 0;
}

/**
 * sb_endpoint_stop:
 *
 * Stops accepting; requests that were read whole are still answered. See
 * sb_endpoint_get_in_flight().
 */
void
sb_endpoint_stop (SbEndpoint *self)
{
  g_return_if_fail (SB_IS_ENDPOINT (self));

  if (self->transport != NULL)
    sb_transport_stop (self->transport);
}

/**
 * sb_endpoint_get_in_flight:
 *
 * Returns: the number of events that are being stored, or stored with the answer not yet written
 */
guint
sb_endpoint_get_in_flight (SbEndpoint *self)
{
  g_return_val_if_fail (SB_IS_ENDPOINT (self), 0);

  return self->in_flight;
}

void
sb_endpoint_set_limits (SbEndpoint *self, const SbTransportLimits *limits)
{
  self->limits = *limits;
}

void
sb_endpoint_get_limits (SbEndpoint *self, SbTransportLimits *limits)
{
  *limits = self->limits;
}

guint
sb_endpoint_get_n_connections (SbEndpoint *self)
{
  return self->transport != NULL ? sb_transport_get_n_pipes (self->transport) : 0;
}

SbStore *
sb_endpoint_get_store (SbEndpoint *self)
{
  return self->store;
}

void
sb_endpoint_emit_accepted (SbEndpoint *self, SbEvent *event, SbAccepted *accepted)
{
  g_signal_emit (self, signals[ACCEPTED], 0, event, accepted);
}

void
sb_endpoint_set_heard (SbEndpoint *self, SbHeardFunc func, gpointer data)
{
  self->heard = func;
  self->heard_data = data;
}

void
sb_endpoint_tell_heard (SbEndpoint *self, SbBell *bell, SbVerdict *verdict)
{
  if (self->heard != NULL)
    self->heard (bell, verdict, self->heard_data);
}
