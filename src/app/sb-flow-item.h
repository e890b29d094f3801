/* sb-flow-item.h
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <gio/gio.h>

#include "sb-store-types.h"

G_BEGIN_DECLS

/* A flow as lists of the window show it: an SbFlowRow that changes in place, so that rows keep focus
 * and selection. ::changed after each change. */
#define SB_TYPE_FLOW_ITEM (sb_flow_item_get_type ())
G_DECLARE_FINAL_TYPE (SbFlowItem, sb_flow_item, SB, FLOW_ITEM, GObject)

SbFlowItem *sb_flow_item_new         (SbFlowRow  *row);
SbFlowRow  *sb_flow_item_get_row     (SbFlowItem *self);
void        sb_flow_item_set_row     (SbFlowItem *self,
                                      SbFlowRow  *row,
                                      const char *trouble);
const char *sb_flow_item_get_id      (SbFlowItem *self);
const char *sb_flow_item_get_name    (SbFlowItem *self);
const char *sb_flow_item_get_trouble (SbFlowItem *self);
/* Shape, word and css class of the flow's status; colour never speaks alone. */
const char *sb_flow_item_get_icon    (SbFlowItem *self);
const char *sb_flow_item_get_status  (SbFlowItem *self);
const char *sb_flow_item_get_style   (SbFlowItem *self);

G_END_DECLS
