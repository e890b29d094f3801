/* sb-data-node.h
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <gio/gio.h>

#include "sb-flow-model.h"

G_BEGIN_DECLS

/* One line of the data panel: a source (the trigger, an earlier step) or something it gives. */
#define SB_TYPE_DATA_NODE (sb_data_node_get_type ())
G_DECLARE_FINAL_TYPE (SbDataNode, sb_data_node, SB, DATA_NODE, GObject)

/* What a field of @step_id may refer to, as a tree: the trigger and the steps before, each with its
 * outputs and their values in the record that is looked at. @step_id may be a lane ("branch/0").
 * Returns: (transfer full): GListModel of SbDataNode */
GListModel *sb_data_nodes_new        (SbFlowModel *model,
                                      const char  *step_id);
/* Those of a tree whose name, source or value has every word of @text, without their sources. */
GListModel *sb_data_nodes_search     (GListModel  *tree,
                                      const char  *text);

const char *sb_data_node_get_name    (SbDataNode  *self);
/* Of a source: the system; of a value: "text", "money" … in words. */
const char *sb_data_node_get_detail  (SbDataNode  *self);
const char *sb_data_node_get_sample  (SbDataNode  *self);
const char *sb_data_node_get_icon    (SbDataNode  *self);
/* (nullable): of a source: the kind of its tile */
const char *sb_data_node_get_kind    (SbDataNode  *self);
/* (nullable): "trigger.customer.id"; NULL for a source */
const char *sb_data_node_get_path    (SbDataNode  *self);
/* FALSE where the record does not come past it. */
gboolean    sb_data_node_is_passed   (SbDataNode  *self);
/* (nullable) */
GListModel *sb_data_node_get_children (SbDataNode *self);

G_END_DECLS
