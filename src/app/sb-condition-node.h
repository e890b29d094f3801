/* sb-condition-node.h
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <gtk/gtk.h>

#include "sb-field-row.h"

G_BEGIN_DECLS

typedef enum
{
  SB_NODE_COMPARISON,
  SB_NODE_GROUP,
  SB_NODE_OTHER, /* what no editor knows: kept as it is */
} SbNodeKind;

/* How the parts of a group are joined, in the order of the drop-down. */
typedef enum
{
  SB_JOIN_ALL,
  SB_JOIN_ANY,
  SB_JOIN_NONE,
  SB_JOIN_NOT_ALL,
} SbJoin;

typedef struct _SbConditionNode SbConditionNode;

/* One comparison or group of a condition as the editor has it. A tree; children are owned. */
struct _SbConditionNode
{
  SbNodeKind       kind;
  SbConditionNode *parent;   /* (nullable) */
  SbJoin           join;     /* GROUP */
  GPtrArray       *children; /* GROUP: of SbConditionNode */
  char            *is;       /* COMPARISON */
  SbValue         *value;    /* COMPARISON (nullable), OTHER */
  SbValue         *to;       /* COMPARISON (nullable) */

  /* Widgets, borrowed; NULL before they are made. */
  GtkWidget       *box;
  SbFieldRow      *value_row;
  GtkWidget       *is_drop_down;
  SbFieldRow      *to_row;
  GtkWidget       *join_drop_down;
  gboolean         of_dates; /* what the comparisons are called */
};

/* The root is always a group, of one where the condition is one comparison. @document (nullable) */
SbConditionNode *sb_condition_node_new       (SbValue         *document);
void             sb_condition_node_free      (SbConditionNode *self);
SbConditionNode *sb_condition_node_add       (SbConditionNode *group,
                                              SbNodeKind       kind);
void             sb_condition_node_remove    (SbConditionNode *self);
/* As the flow keeps it. (transfer full) */
SbValue         *sb_condition_node_write     (SbConditionNode *self);
/* Takes over what @from has where both have the same shape; FALSE where they do not. */
gboolean         sb_condition_node_take      (SbConditionNode *self,
                                              SbConditionNode *from);
/* What a comparison is compared with as one line: "paid, pending" for a list. (transfer full) (nullable) */
SbValue         *sb_condition_node_show_to   (SbConditionNode *self);
/* The same back, as it was typed. @typed (nullable) */
void             sb_condition_node_read_to   (SbConditionNode *self,
                                              SbValue         *typed);
void             sb_condition_node_set_is    (SbConditionNode *self,
                                              const char      *is);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SbConditionNode, sb_condition_node_free)

G_END_DECLS
