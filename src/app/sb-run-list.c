/* sb-run-list.c
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "sb-run-list.h"

#include <glib/gi18n.h>

#define PAGE 100
/* A group is only whole, and its count only true, where all are loaded; that many nobody reads. */
#define MAX_RUNS 2000

struct _SbRunList
{
  GObject parent_instance;

  SbStore *store;
  SbRunQuery query;
  GPtrArray *runs;           /* of SbRun, newest first, as loaded */
  GPtrArray *items;          /* of SbRunItem, with headings */
  GCancellable *cancellable; /* of the query under way */
  gboolean loading;
  gboolean stale; /* something changed while a query was under way */
  gboolean has_more;
};

enum
{
  LOADED,
  N_SIGNALS,
};

static guint signals[N_SIGNALS];

static void list_model_iface_init (GListModelInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (SbRunList,
                               sb_run_list,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (G_TYPE_LIST_MODEL, list_model_iface_init))

/* (transfer full): the row that already shows just this, else a new one, so that rows that did not
 * change keep their identity. */
static SbRunItem *
take_item (GHashTable *known, SbRun *run)
{
  SbRunItem *item = g_hash_table_lookup (known, &run->id);

  if (item != NULL)
    {
      sb_run_item_set_run (item, run);
      return g_object_ref (item);
    }
  return sb_run_item_new_run (run->id, run);
}

/* What differs from order to order, its name, is no part of the cause. */
char *
sb_run_list_dup_cause (SbRun *run)
{
  GString *cause;

  if (run->unknown)
    return NULL;
  cause = g_string_new (run->problem != NULL ? run->problem : _ ("Stopped without a reason given"));
  if (run->label != NULL && run->label[0] != '\0')
    g_string_replace (cause, run->label, "…", 0);

  return g_string_free (cause, FALSE);
}

GArray *
sb_run_list_find_cause (SbRunList *self, const char *cause)
{
  GArray *ids = g_array_new (FALSE, FALSE, sizeof (gint64));

  for (guint i = 0; i < self->runs->len; i++)
    {
      SbRun *run = g_ptr_array_index (self->runs, i);
      g_autofree char *other = sb_run_list_dup_cause (run);

      if (other != NULL && g_str_equal (other, cause))
        g_array_append_val (ids, run->id);
    }

  return ids;
}

/* The heading of a group; where it is of one run, in just its words. */
static void
finish_group (GPtrArray *members)
{
  SbRunItem *heading = g_ptr_array_index (members, 0);
  SbRun *first = sb_run_item_get_run (g_ptr_array_index (members, 1));
  guint count = members->len - 1;
  const char *text = sb_run_item_get_heading (heading);

  if (count > 1 && !first->unknown)
    g_ptr_array_add (members, sb_run_item_new_bulk (text, count));
  sb_run_item_set_heading (
    heading, count == 1 && !first->unknown && first->problem != NULL ? first->problem : text,
    count);
}

static GPtrArray *
build_items (SbRunList *self)
{
  g_autoptr (GHashTable) known = g_hash_table_new (g_int64_hash, g_int64_equal);
  g_autoptr (GHashTable) groups =
    g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify)g_ptr_array_unref);
  g_autoptr (GPtrArray) order = g_ptr_array_new ();
  GPtrArray *items = g_ptr_array_new_with_free_func (g_object_unref);

  for (guint i = 0; i < self->items->len; i++)
    {
      SbRunItem *item = g_ptr_array_index (self->items, i);

      SbRun *run = sb_run_item_get_run (item);

      if (run != NULL)
        g_hash_table_insert (known, &run->id, item);
    }

  for (guint i = 0; i < self->runs->len; i++)
    {
      SbRun *run = g_ptr_array_index (self->runs, i);
      g_autofree char *cause = sb_run_list_dup_cause (run);
      g_autofree char *group = g_strdup (cause != NULL ? cause : _ ("Outcome unknown"));
      GPtrArray *members = g_hash_table_lookup (groups, group);

      if (members == NULL)
        {
          members = g_ptr_array_new_with_free_func (g_object_unref);
          g_ptr_array_add (members, sb_run_item_new_heading (group, 0));
          g_ptr_array_add (order, members);
          g_hash_table_insert (groups, g_steal_pointer (&group), members);
        }
      g_ptr_array_add (members, take_item (known, run));
    }

  for (guint i = 0; i < order->len; i++)
    {
      GPtrArray *members = g_ptr_array_index (order, i);

      finish_group (members);
      for (guint j = 0; j < members->len; j++)
        g_ptr_array_add (items, g_object_ref (g_ptr_array_index (members, j)));
    }

  return items;
}

static gboolean
items_match (SbRunItem *a, SbRunItem *b)
{
  if (a == b)
    return TRUE;

  return sb_run_item_get_heading (a) != NULL &&
         sb_run_item_is_bulk (a) == sb_run_item_is_bulk (b) &&
         sb_run_item_get_count (a) == sb_run_item_get_count (b) &&
         g_strcmp0 (sb_run_item_get_heading (a), sb_run_item_get_heading (b)) == 0;
}

/* Replaces the rows by what is loaded now, telling views only of the stretch that differs. */
static void
update_items (SbRunList *self)
{
  g_autoptr (GPtrArray) old = self->items;
  guint same_before = 0;
  guint same_after = 0;
  guint shorter;

  self->items = build_items (self);
  shorter = MIN (old->len, self->items->len);

  while (same_before < shorter && items_match (g_ptr_array_index (old, same_before),
                                               g_ptr_array_index (self->items, same_before)))
    same_before++;
  while (same_after < shorter - same_before &&
         items_match (g_ptr_array_index (old, old->len - 1 - same_after),
                      g_ptr_array_index (self->items, self->items->len - 1 - same_after)))
    same_after++;

  if (old->len - same_before - same_after > 0 || self->items->len - same_before - same_after > 0)
    g_list_model_items_changed (G_LIST_MODEL (self), same_before,
                                old->len - same_before - same_after,
                                self->items->len - same_before - same_after);
}

static void run_query (SbRunList *self, gint64 before_id, guint limit);

static void
take_runs (SbRunList *self, GPtrArray *runs, gint64 before_id, guint limit)
{
  if (before_id == 0)
    g_ptr_array_set_size (self->runs, 0);
  for (guint i = 0; i < runs->len; i++)
    g_ptr_array_add (self->runs, sb_run_ref (g_ptr_array_index (runs, i)));
  self->has_more = runs->len >= limit;

  update_items (self);
  g_signal_emit (self, signals[LOADED], 0);
}

typedef struct
{
  SbRunList *list;
  gint64 before_id;
  guint limit;
} Request;

static void
runs_listed_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  Request *request = data;
  g_autoptr (SbRunList) self = request->list;
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) runs = sb_store_list_runs_finish (SB_STORE (source), result, &error);

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    {
      g_free (request);
      return;
    }

  self->loading = FALSE;
  if (runs != NULL)
    take_runs (self, runs, request->before_id, request->limit);
  else
    g_warning ("listing runs: %s", error->message);
  g_free (request);

  if (self->stale)
    {
      self->stale = FALSE;
      sb_run_list_refresh (self);
    }
  else if (self->runs->len < MAX_RUNS)
    {
      sb_run_list_load_more (self);
    }
}

static void
run_query (SbRunList *self, gint64 before_id, guint limit)
{
  Request *request = g_new0 (Request, 1);

  request->list = g_object_ref (self);
  request->before_id = before_id;
  request->limit = limit;
  self->loading = TRUE;
  self->query.before_id = before_id;
  self->query.limit = limit;
  sb_store_list_runs_async (self->store, &self->query, self->cancellable, runs_listed_cb, request);
}

void
sb_run_list_refresh (SbRunList *self)
{
  if (self->loading)
    {
      self->stale = TRUE;
      return;
    }
  run_query (self, 0, MAX (PAGE, self->runs->len));
}

void
sb_run_list_load_more (SbRunList *self)
{
  SbRun *last;

  if (self->loading || !self->has_more || self->runs->len == 0)
    return;

  last = g_ptr_array_index (self->runs, self->runs->len - 1);
  run_query (self, last->id, PAGE);
}

void
sb_run_list_set_query (
  SbRunList *self, const char *flow_id, const char *state, const char *text, gint64 since_us)
{
  g_free (self->query.flow_id);
  g_free (self->query.state);
  g_free (self->query.text);
  self->query.flow_id = g_strdup (flow_id);
  self->query.state = g_strdup (state);
  self->query.text = text != NULL && text[0] != '\0' ? g_strdup (text) : NULL;
  self->query.since_us = since_us;

  g_cancellable_cancel (self->cancellable);
  g_object_unref (self->cancellable);
  self->cancellable = g_cancellable_new ();
  self->stale = FALSE;
  run_query (self, 0, PAGE);
}

gboolean
sb_run_list_is_loading (SbRunList *self)
{
  return self->loading;
}

guint
sb_run_list_get_n_runs (SbRunList *self)
{
  return self->runs->len;
}

gboolean
sb_run_list_has_more (SbRunList *self)
{
  return self->has_more;
}

int
sb_run_list_find (SbRunList *self, gint64 run)
{
  for (guint i = 0; i < self->items->len; i++)
    {
      SbRunItem *item = g_ptr_array_index (self->items, i);

      if (sb_run_item_get_id (item) == run)
        return (int)i;
    }

  return -1;
}

static GType
get_item_type (GListModel *model)
{
  return SB_TYPE_RUN_ITEM;
}

static guint
get_n_items (GListModel *model)
{
  return SB_RUN_LIST (model)->items->len;
}

static gpointer
get_item (GListModel *model, guint position)
{
  SbRunList *self = SB_RUN_LIST (model);

  return position < self->items->len ? g_object_ref (g_ptr_array_index (self->items, position))
                                     : NULL;
}

static void
list_model_iface_init (GListModelInterface *iface)
{
  iface->get_item_type = get_item_type;
  iface->get_n_items = get_n_items;
  iface->get_item = get_item;
}

static void
sb_run_list_dispose (GObject *object)
{
  SbRunList *self = SB_RUN_LIST (object);

  g_cancellable_cancel (self->cancellable);

  G_OBJECT_CLASS (sb_run_list_parent_class)->dispose (object);
}

static void
sb_run_list_finalize (GObject *object)
{
  SbRunList *self = SB_RUN_LIST (object);

  g_clear_object (&self->store);
  g_clear_object (&self->cancellable);
  g_clear_pointer (&self->query.flow_id, g_free);
  g_clear_pointer (&self->query.state, g_free);
  g_clear_pointer (&self->query.text, g_free);
  g_clear_pointer (&self->runs, g_ptr_array_unref);
  g_clear_pointer (&self->items, g_ptr_array_unref);

  G_OBJECT_CLASS (sb_run_list_parent_class)->finalize (object);
}

static void
sb_run_list_class_init (SbRunListClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = sb_run_list_dispose;
  object_class->finalize = sb_run_list_finalize;

  signals[LOADED] = g_signal_new ("loaded", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL,
                                  NULL, NULL, G_TYPE_NONE, 0);
}

static void
sb_run_list_init (SbRunList *self)
{
  self->runs = g_ptr_array_new_with_free_func ((GDestroyNotify)sb_run_unref);
  self->items = g_ptr_array_new_with_free_func (g_object_unref);
  self->cancellable = g_cancellable_new ();
}

static void
session_changed_cb (SbRunList *self, const char *what)
{
  if (g_str_equal (what, "runs") || g_str_equal (what, "inbox"))
    sb_run_list_refresh (self);
}

SbRunList *
sb_run_list_new (SbSession *session)
{
  SbRunList *self = g_object_new (SB_TYPE_RUN_LIST, NULL);

  self->store = g_object_ref (sb_session_get_store (session));
  g_signal_connect_object (session, "changed", G_CALLBACK (session_changed_cb), self,
                           G_CONNECT_SWAPPED);

  return self;
}
