/* sb-run-history.c
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "sb-run-history.h"

#include <glib/gi18n.h>

#include "sb-run-order.h"

/* So many fill any window, and are there before anyone has looked. */
#define FIRST_PAGE 100
/* Runs around one that is shown which are fetched along: what is scrolled to next. */
#define AROUND   60
#define MAX_KEPT 2000
/* What changes is taken in this often at most; the order of many that has to be asked for anew,
 * less often. */
#define REFRESH_MS      200
#define MANY            20000
#define REFRESH_MANY_US (3 * (gint64)G_USEC_PER_SEC)

struct _SbRunHistory
{
  GObject parent_instance;

  SbStore *store;
  SbRunQuery query;
  SbRunOrder *order;
  GHashTable *items;    /* run id → SbRunItem (borrowed): rows that someone holds */
  GHashTable *headings; /* day's number → SbRunItem (borrowed) */
  GHashTable *runs;     /* run id → SbRun: fetched lately */
  GHashTable *hits;     /* run id → char *: where the text of the query was found */
  GCancellable *cancellable;
  gboolean loading; /* an order is on its way */
  gboolean stale;   /* something changed meanwhile */
  gboolean has_more;
  gint64 asked_us; /* monotonic: when all of the order was asked for */
  guint refresh_source;
  guint fetch_source;
  GArray *wanted; /* of gint64: shown, and still to be fetched */
};

enum
{
  LOADED,
  N_SIGNALS,
};

static guint signals[N_SIGNALS];

static void list_model_iface_init (GListModelInterface *iface);
static void refresh_later (SbRunHistory *self);

G_DEFINE_FINAL_TYPE_WITH_CODE (SbRunHistory,
                               sb_run_history,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (G_TYPE_LIST_MODEL, list_model_iface_init))

/* --- rows ---------------------------------------------------------------------------------------
 */

typedef struct
{
  GHashTable *table;
  gint64 key;
} Held;

static void
item_gone_cb (gpointer data, GObject *item)
{
  Held *held = data;

  if (g_hash_table_lookup (held->table, &held->key) == item)
    g_hash_table_remove (held->table, &held->key);
  g_hash_table_unref (held->table);
  g_free (held);
}

static void
hold (GHashTable *table, gint64 key, SbRunItem *item)
{
  Held *held = g_new0 (Held, 1);

  held->table = g_hash_table_ref (table);
  held->key = key;
  g_hash_table_replace (table, g_memdup2 (&key, sizeof key), item);
  g_object_weak_ref (G_OBJECT (item), item_gone_cb, held);
}

static char *
format_day (SbRun *run)
{
  g_autoptr (GDateTime) now = g_date_time_new_now_local ();
  g_autoptr (GDateTime) then = g_date_time_new_from_unix_local (run->started_us / G_USEC_PER_SEC);
  g_autoptr (GDateTime) yesterday = g_date_time_add_days (now, -1);

  if (g_date_time_get_year (now) == g_date_time_get_year (then) &&
      g_date_time_get_day_of_year (now) == g_date_time_get_day_of_year (then))
    return g_strdup (_ ("Today"));
  if (g_date_time_get_year (yesterday) == g_date_time_get_year (then) &&
      g_date_time_get_day_of_year (yesterday) == g_date_time_get_day_of_year (then))
    return g_strdup (_ ("Yesterday"));

  /* Translators: the heading of a day in a list, like "23 November 2026". */
  return g_date_time_format (then, _ ("%-d %B %Y"));
}

static gint64
get_first_of_day (SbRunHistory *self, guint day)
{
  return g_array_index (self->order->ids, gint64, g_array_index (self->order->days, guint, day));
}

static void
fill_heading (SbRunHistory *self, SbRunItem *item, guint day)
{
  gint64 id = get_first_of_day (self, day);
  SbRun *first = g_hash_table_lookup (self->runs, &id);
  g_autofree char *text = first != NULL ? format_day (first) : NULL;

  if (text != NULL || sb_run_item_get_count (item) != sb_run_order_count_day (self->order, day))
    sb_run_item_set_heading (item, text != NULL ? text : sb_run_item_get_heading (item),
                             sb_run_order_count_day (self->order, day));
}

/* Days are counted from the oldest, so that a new one does not rename those that are shown. */
static gint64
get_day_key (SbRunHistory *self, guint day)
{
  return (gint64)self->order->days->len - day;
}

/* --- fetching ------------------------------------------------------------------------------------
 */

static void
keep_run (SbRunHistory *self, SbRun *run)
{
  SbRunItem *item = g_hash_table_lookup (self->items, &run->id);

  g_hash_table_replace (self->runs, g_memdup2 (&run->id, sizeof run->id), sb_run_ref (run));
  if (item != NULL)
    sb_run_item_set_run (item, run);
}

static void
fill_headings (SbRunHistory *self)
{
  GHashTableIter iter;
  gpointer key;
  gpointer item;

  g_hash_table_iter_init (&iter, self->headings);
  while (g_hash_table_iter_next (&iter, &key, &item))
    {
      gint64 day = (gint64)self->order->days->len - *(gint64 *)key;

      if (day >= 0 && day < self->order->days->len)
        fill_heading (self, item, (guint)day);
    }
}

typedef struct
{
  SbRunHistory *history;
  GArray *ids;
} Hits;

static void
hits_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autofree Hits *asked = data;
  g_autoptr (SbRunHistory) self = asked->history;
  g_autoptr (GArray) ids = asked->ids;
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) hits = sb_store_find_hits_finish (SB_STORE (source), result, &error);

  if (hits == NULL && !g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    g_warning ("finding what was looked for: %s", error->message);
  for (guint i = 0; hits != NULL && i < hits->len; i++)
    {
      gint64 *id = &g_array_index (ids, gint64, i);
      const char *hit = g_ptr_array_index (hits, i);
      SbRunItem *item = g_hash_table_lookup (self->items, id);

      g_hash_table_replace (self->hits, g_memdup2 (id, sizeof *id), g_strdup (hit));
      if (item != NULL)
        sb_run_item_set_hit (item, hit);
    }
}

/* Events do not change, so each is looked into once for a query. */
static void
find_hits (SbRunHistory *self, GPtrArray *runs)
{
  g_autoptr (GArray) ids = g_array_new (FALSE, FALSE, sizeof (gint64));
  Hits *asked;

  for (guint i = 0; self->query.text != NULL && i < runs->len; i++)
    {
      SbRun *run = g_ptr_array_index (runs, i);

      if (!g_hash_table_contains (self->hits, &run->id))
        g_array_append_val (ids, run->id);
    }
  if (ids->len == 0)
    return;
  asked = g_new (Hits, 1);
  *asked = (Hits){ g_object_ref (self), g_array_ref (ids) };
  sb_store_find_hits_async (self->store, self->query.text, ids, self->cancellable, hits_cb, asked);
}

static void
fetched_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (SbRunHistory) self = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) runs = sb_store_load_runs_finish (SB_STORE (source), result, &error);

  if (runs == NULL)
    {
      if (!g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
        g_warning ("fetching runs: %s", error->message);
      return;
    }
  if (g_hash_table_size (self->runs) > MAX_KEPT)
    g_hash_table_remove_all (self->runs);
  for (guint i = 0; i < runs->len; i++)
    keep_run (self, g_ptr_array_index (runs, i));
  find_hits (self, runs);
  fill_headings (self);
}

static gint
compare_newest_first (gconstpointer a, gconstpointer b)
{
  gint64 one = *(const gint64 *)a;
  gint64 other = *(const gint64 *)b;

  return one > other ? -1 : one < other;
}

/* What is wanted, and what stands around it. */
static GArray *
widen (SbRunHistory *self)
{
  GArray *ids = g_array_new (FALSE, FALSE, sizeof (gint64));
  guint done = 0; /* up to here is in @ids */

  g_array_sort (self->wanted, compare_newest_first);
  for (guint i = 0; i < self->wanted->len; i++)
    {
      int index = sb_run_order_find (self->order, g_array_index (self->wanted, gint64, i));
      guint end;

      if (index < 0)
        continue;
      end = MIN ((guint)index + AROUND, self->order->ids->len);
      for (guint j = MAX (done, (guint)MAX (0, index - AROUND)); j < end; j++)
        {
          gint64 *id = &g_array_index (self->order->ids, gint64, j);

          if (!g_hash_table_contains (self->runs, id))
            g_array_append_val (ids, *id);
        }
      done = MAX (done, end);
    }
  g_array_set_size (self->wanted, 0);
  return ids;
}

static gboolean
fetch_cb (gpointer data)
{
  SbRunHistory *self = data;
  g_autoptr (GArray) ids = widen (self);

  self->fetch_source = 0;
  if (ids->len > 0)
    sb_store_load_runs_async (self->store, &g_array_index (ids, gint64, 0), ids->len,
                              self->cancellable, fetched_cb, g_object_ref (self));

  return G_SOURCE_REMOVE;
}

static void
want (SbRunHistory *self, gint64 id)
{
  g_array_append_val (self->wanted, id);
  if (self->fetch_source == 0)
    self->fetch_source = g_idle_add_full (G_PRIORITY_HIGH_IDLE, fetch_cb, self, NULL);
}

/* --- the order
 * ------------------------------------------------------------------------------------- */

/* @order (transfer full) */
static void
take_order (SbRunHistory *self, SbRunOrder *order)
{
  g_autoptr (SbRunOrder) before = self->order;
  guint position;
  guint removed;
  guint added;

  self->order = order;
  sb_run_order_compare (before, order, &position, &removed, &added);
  if (removed > 0 || added > 0)
    g_list_model_items_changed (G_LIST_MODEL (self), position, removed, added);
  fill_headings (self);
}

typedef struct
{
  SbRunHistory *history;
  GArray *ids;
  gboolean newer; /* they come before those that are there */
} Ordering;

static void
ordering_free (Ordering *self)
{
  g_object_unref (self->history);
  g_clear_pointer (&self->ids, g_array_unref);
  g_free (self);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Ordering, ordering_free)

static void
order_done (SbRunHistory *self, const GError *error)
{
  self->loading = FALSE;
  if (error != NULL)
    g_warning ("listing runs: %s", error->message);
  g_signal_emit (self, signals[LOADED], 0);
  if (self->stale)
    refresh_later (self);
}

/* The ids that are new and the days they begin, before those that are there. The oldest of the new
 * ones was found out about together with the newest of the old. */
static void
put_before (SbRunHistory *self, GArray *ids, GArray *days)
{
  guint n_new = ids->len - 1;

  for (guint i = 1; i < self->order->days->len; i++)
    {
      guint start = g_array_index (self->order->days, guint, i) + n_new;

      g_array_append_val (days, start);
    }
  g_array_append_vals (ids, &g_array_index (self->order->ids, gint64, 1),
                       self->order->ids->len - 1);
  take_order (self, sb_run_order_new (g_array_ref (ids), g_array_ref (days)));
}

static void
days_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (Ordering) ordering = data;
  SbRunHistory *self = ordering->history;
  g_autoptr (GError) error = NULL;
  g_autoptr (GArray) days = sb_store_find_days_finish (SB_STORE (source), result, &error);

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;
  if (days != NULL && ordering->newer && self->order->ids->len > 0)
    put_before (self, ordering->ids, days);
  else if (days != NULL)
    take_order (self, sb_run_order_new (g_array_ref (ordering->ids), g_array_ref (days)));
  order_done (self, error);
}

static void
ids_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (Ordering) ordering = data;
  SbRunHistory *self = ordering->history;
  g_autoptr (GError) error = NULL;
  GArray *ids;

  ordering->ids = sb_store_list_run_ids_finish (SB_STORE (source), result, &error);
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;
  if (ordering->ids == NULL || (ordering->newer && ordering->ids->len == 0))
    {
      order_done (self, error);
      return;
    }
  if (ordering->newer)
    g_array_append_val (ordering->ids, g_array_index (self->order->ids, gint64, 0));
  else
    self->has_more = self->query.text != NULL && ordering->ids->len >= 10000;
  ids = ordering->ids;
  sb_store_find_days_async (self->store, ids, self->cancellable, days_cb,
                            g_steal_pointer (&ordering));
}

static void
ask_for_order (SbRunHistory *self, gboolean newer)
{
  Ordering *ordering = g_new0 (Ordering, 1);
  SbRunQuery query = self->query;

  ordering->history = g_object_ref (self);
  ordering->newer = newer;
  query.limit = 0;
  query.after_id = newer ? g_array_index (self->order->ids, gint64, 0) : 0;
  if (!newer)
    self->asked_us = g_get_monotonic_time ();
  self->loading = TRUE;
  self->stale = FALSE;
  sb_store_list_run_ids_async (self->store, &query, self->cancellable, ids_cb, ordering);
}

/* The newest, which are all there are where they fill no page. */
static void
first_page_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (SbRunHistory) self = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) runs = sb_store_list_runs_finish (SB_STORE (source), result, &error);
  GArray *ids;
  GArray *days;

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;
  if (runs == NULL)
    {
      order_done (self, error);
      return;
    }
  ids = g_array_new (FALSE, FALSE, sizeof (gint64));
  days = g_array_new (FALSE, FALSE, sizeof (guint));
  for (guint i = 0; i < runs->len; i++)
    {
      SbRun *run = g_ptr_array_index (runs, i);
      g_autofree char *day = format_day (run);
      g_autofree char *before = i > 0 ? format_day (g_ptr_array_index (runs, i - 1)) : NULL;

      keep_run (self, run);
      g_array_append_val (ids, run->id);
      if (g_strcmp0 (day, before) != 0)
        g_array_append_val (days, i);
    }
  find_hits (self, runs);
  self->has_more = runs->len >= FIRST_PAGE;
  take_order (self, sb_run_order_new (ids, days));
  if (self->has_more)
    {
      g_signal_emit (self, signals[LOADED], 0);
      ask_for_order (self, FALSE);
    }
  else
    {
      order_done (self, NULL);
    }
}

static void
forget_hits (SbRunHistory *self)
{
  GHashTableIter iter;
  gpointer item;

  g_hash_table_remove_all (self->hits);
  g_hash_table_iter_init (&iter, self->items);
  while (g_hash_table_iter_next (&iter, NULL, &item))
    sb_run_item_set_hit (item, NULL);
}

void
sb_run_history_set_query (SbRunHistory *self,
                          const char *flow_id,
                          const char *state,
                          const char *text,
                          gint64 since_us,
                          gint64 until_us)
{
  g_free (self->query.flow_id);
  g_free (self->query.state);
  g_free (self->query.text);
  self->query.flow_id = g_strdup (flow_id);
  self->query.state = g_strdup (state);
  self->query.text = text != NULL && text[0] != '\0' ? g_strdup (text) : NULL;
  self->query.since_us = since_us;
  self->query.until_us = until_us;
  self->query.limit = FIRST_PAGE;

  forget_hits (self);
  g_cancellable_cancel (self->cancellable);
  g_object_unref (self->cancellable);
  self->cancellable = g_cancellable_new ();
  self->stale = FALSE;
  self->loading = TRUE;
  self->asked_us = 0;
  sb_store_list_runs_async (self->store, &self->query, self->cancellable, first_page_cb,
                            g_object_ref (self));
}

/* --- what changes
 * ------------------------------------------------------------------------------------ */

static void
reload_shown (SbRunHistory *self)
{
  g_autoptr (GArray) ids = g_array_new (FALSE, FALSE, sizeof (gint64));
  GHashTableIter iter;
  gpointer key;

  g_hash_table_iter_init (&iter, self->items);
  while (g_hash_table_iter_next (&iter, &key, NULL))
    g_array_append_val (ids, *(gint64 *)key);
  g_hash_table_remove_all (self->runs);
  if (ids->len > 0)
    sb_store_load_runs_async (self->store, &g_array_index (ids, gint64, 0), ids->len,
                              self->cancellable, fetched_cb, g_object_ref (self));
}

/* Without a state or a text, what was in the order stays in it and what is new comes before it. */
static gboolean
only_grows (SbRunHistory *self)
{
  return self->query.state == NULL && self->query.text == NULL && self->query.until_us == 0 &&
         self->order->ids->len > 0;
}

static gboolean
refresh_cb (gpointer data)
{
  SbRunHistory *self = data;
  gint64 since_us = g_get_monotonic_time () - self->asked_us;

  if (self->loading)
    {
      self->stale = TRUE;
    }
  else if (only_grows (self))
    {
      reload_shown (self);
      ask_for_order (self, TRUE);
    }
  else if (self->order->ids->len < MANY || since_us >= REFRESH_MANY_US)
    {
      reload_shown (self);
      ask_for_order (self, FALSE);
    }
  else
    {
      reload_shown (self);
      return G_SOURCE_CONTINUE;
    }
  self->refresh_source = 0;

  return G_SOURCE_REMOVE;
}

static void
refresh_later (SbRunHistory *self)
{
  if (self->refresh_source == 0)
    self->refresh_source = g_timeout_add (REFRESH_MS, refresh_cb, self);
}

/* Everything is asked for anew. */
void
sb_run_history_refresh (SbRunHistory *self)
{
  if (self->loading)
    self->stale = TRUE;
  else
    ask_for_order (self, FALSE);
}

static void
session_changed_cb (SbRunHistory *self, const char *what, const char *id)
{
  if (g_str_equal (what, "runs"))
    refresh_later (self);
}

/* --- what is asked
 * ------------------------------------------------------------------------------------- */

guint
sb_run_history_get_n_runs (SbRunHistory *self)
{
  return self->order->ids->len;
}

gboolean
sb_run_history_has_more (SbRunHistory *self)
{
  return self->has_more;
}

int
sb_run_history_find (SbRunHistory *self, gint64 run)
{
  int index = sb_run_order_find (self->order, run);

  return index >= 0 ? (int)sb_run_order_get_row (self->order, (guint)index) : -1;
}

static GType
get_item_type (GListModel *model)
{
  return SB_TYPE_RUN_ITEM;
}

static guint
get_n_items (GListModel *model)
{
  return sb_run_order_get_n_rows (SB_RUN_HISTORY (model)->order);
}

static SbRunItem *
get_heading (SbRunHistory *self, guint day)
{
  gint64 key = get_day_key (self, day);
  gint64 first = get_first_of_day (self, day);
  SbRunItem *item = g_hash_table_lookup (self->headings, &key);

  if (item != NULL)
    return g_object_ref (item);
  item = sb_run_item_new_heading ("", sb_run_order_count_day (self->order, day));
  hold (self->headings, key, item);
  fill_heading (self, item, day);
  if (!g_hash_table_contains (self->runs, &first))
    want (self, first);

  return item;
}

static gpointer
get_item (GListModel *model, guint position)
{
  SbRunHistory *self = SB_RUN_HISTORY (model);
  SbRunItem *item;
  SbRun *run;
  gint64 id;
  guint day;
  guint index;

  if (position >= sb_run_order_get_n_rows (self->order))
    return NULL;
  if (sb_run_order_locate (self->order, position, &day, &index))
    return get_heading (self, day);

  id = g_array_index (self->order->ids, gint64, index);
  item = g_hash_table_lookup (self->items, &id);
  if (item != NULL)
    return g_object_ref (item);
  run = g_hash_table_lookup (self->runs, &id);
  item = sb_run_item_new_run (id, run);
  sb_run_item_set_hit (item, g_hash_table_lookup (self->hits, &id));
  hold (self->items, id, item);
  if (run == NULL)
    want (self, id);

  return item;
}

static void
list_model_iface_init (GListModelInterface *iface)
{
  iface->get_item_type = get_item_type;
  iface->get_n_items = get_n_items;
  iface->get_item = get_item;
}

static void
sb_run_history_dispose (GObject *object)
{
  SbRunHistory *self = SB_RUN_HISTORY (object);

  g_cancellable_cancel (self->cancellable);
  g_clear_handle_id (&self->refresh_source, g_source_remove);
  g_clear_handle_id (&self->fetch_source, g_source_remove);

  G_OBJECT_CLASS (sb_run_history_parent_class)->dispose (object);
}

static void
sb_run_history_finalize (GObject *object)
{
  SbRunHistory *self = SB_RUN_HISTORY (object);

  g_clear_object (&self->store);
  g_clear_object (&self->cancellable);
  g_clear_pointer (&self->query.flow_id, g_free);
  g_clear_pointer (&self->query.state, g_free);
  g_clear_pointer (&self->query.text, g_free);
  g_clear_pointer (&self->order, sb_run_order_free);
  g_clear_pointer (&self->items, g_hash_table_unref);
  g_clear_pointer (&self->headings, g_hash_table_unref);
  g_clear_pointer (&self->runs, g_hash_table_unref);
  g_clear_pointer (&self->hits, g_hash_table_unref);
  g_clear_pointer (&self->wanted, g_array_unref);

  G_OBJECT_CLASS (sb_run_history_parent_class)->finalize (object);
}

static void
sb_run_history_class_init (SbRunHistoryClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = sb_run_history_dispose;
  object_class->finalize = sb_run_history_finalize;

  signals[LOADED] = g_signal_new ("loaded", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL,
                                  NULL, NULL, G_TYPE_NONE, 0);
}

static void
sb_run_history_init (SbRunHistory *self)
{
  self->order = sb_run_order_new (g_array_new (FALSE, FALSE, sizeof (gint64)),
                                  g_array_new (FALSE, FALSE, sizeof (guint)));
  self->items = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, NULL);
  self->headings = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, NULL);
  self->runs =
    g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, (GDestroyNotify)sb_run_unref);
  self->hits = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, g_free);
  self->wanted = g_array_new (FALSE, FALSE, sizeof (gint64));
  self->cancellable = g_cancellable_new ();
}

SbRunHistory *
sb_run_history_new (SbSession *session)
{
  SbRunHistory *self = g_object_new (SB_TYPE_RUN_HISTORY, NULL);

  self->store = g_object_ref (sb_session_get_store (session));
  g_signal_connect_object (session, "changed", G_CALLBACK (session_changed_cb), self,
                           G_CONNECT_SWAPPED);

  return self;
}
