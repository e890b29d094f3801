/* sb-flow-item.c
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "sb-flow-item.h"

#include <glib/gi18n-lib.h>

struct _SbFlowItem
{
  GObject parent_instance;
  SbFlowRow *row;
  char *trouble; /* (nullable): why its bells or actions do not get through */
};

enum
{
  CHANGED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

typedef enum
{
  STATUS_DRAFT,
  STATUS_LIVE,
  STATUS_PAUSED,
  STATUS_TROUBLE,
} Status;

G_DEFINE_FINAL_TYPE (SbFlowItem, sb_flow_item, G_TYPE_OBJECT)

static void
sb_flow_item_finalize (GObject *object)
{
  SbFlowItem *self = SB_FLOW_ITEM (object);

  g_clear_pointer (&self->row, sb_flow_row_unref);
  g_free (self->trouble);

  G_OBJECT_CLASS (sb_flow_item_parent_class)->finalize (object);
}

static void
sb_flow_item_class_init (SbFlowItemClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = sb_flow_item_finalize;

  signals[CHANGED] = g_signal_new ("changed", SB_TYPE_FLOW_ITEM, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                   NULL, G_TYPE_NONE, 0);
}

static void
sb_flow_item_init (SbFlowItem *self)
{
}

SbFlowItem *
sb_flow_item_new (SbFlowRow *row)
{
  SbFlowItem *self = g_object_new (SB_TYPE_FLOW_ITEM, NULL);

  self->row = sb_flow_row_ref (row);
  return self;
}

SbFlowRow *
sb_flow_item_get_row (SbFlowItem *self)
{
  return self->row;
}

void
sb_flow_item_set_row (SbFlowItem *self, SbFlowRow *row, const char *trouble)
{
  sb_flow_row_ref (row);
  sb_flow_row_unref (self->row);
  self->row = row;
  g_free (self->trouble);
  self->trouble = g_strdup (trouble);
  g_signal_emit (self, signals[CHANGED], 0);
}

const char *
sb_flow_item_get_id (SbFlowItem *self)
{
  return self->row->id;
}

const char *
sb_flow_item_get_name (SbFlowItem *self)
{
  return self->row->name;
}

const char *
sb_flow_item_get_trouble (SbFlowItem *self)
{
  return self->trouble;
}

static Status
get_status (SbFlowItem *self)
{
  if (g_strcmp0 (self->row->state, "paused") == 0)
    return STATUS_PAUSED;
  if (g_strcmp0 (self->row->state, "live") != 0)
    return STATUS_DRAFT;
  return self->trouble != NULL ? STATUS_TROUBLE : STATUS_LIVE;
}

const char *
sb_flow_item_get_icon (SbFlowItem *self)
{
  static const char *const icons[] = {
    "sb-status-draft-symbolic",
    "sb-status-live-symbolic",
    "sb-status-paused-symbolic",
    "sb-status-trouble-symbolic",
  };

  return icons[get_status (self)];
}

const char *
sb_flow_item_get_status (SbFlowItem *self)
{
  switch (get_status (self))
    {
    case STATUS_LIVE:
      return _ ("Live");
    case STATUS_PAUSED:
      return _ ("Paused");
    case STATUS_TROUBLE:
      return _ ("In trouble");
    case STATUS_DRAFT:
    default:
      return _ ("Draft");
    }
}

const char *
sb_flow_item_get_style (SbFlowItem *self)
{
  static const char *const styles[] = { "dim-label", "sb-live", "sb-held", "sb-trouble" };

  return styles[get_status (self)];
}
