/* sb-expression.h
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "sb-filters.h"

G_BEGIN_DECLS

/* A value in a token: written out, or a path to it. */
typedef struct
{
  SbValue *literal; /* (nullable) */
  char    *path;    /* (nullable): "trigger.customer.id" */
  char    *root;    /* (nullable): "trigger" */
  char    *rest;    /* (nullable): "customer.id" */
} SbOperand;

typedef struct
{
  const SbFilter *filter;
  SbOperand       args[SB_FILTER_MAX_ARGS];
  guint           n_args;
} SbCall;

/**
 * SbExpression:
 *
 * What stands between {{ and }}: an operand and the filters it goes through. Immutable.
 */
typedef struct
{
  SbOperand  head;
  GArray    *calls;   /* of SbCall */
  char      *written; /* the head as written */
  char      *filters; /* (nullable): the filters as written */
} SbExpression;

/* @at is behind the {{ and is moved behind the }}. */
SbExpression *sb_expression_parse    (const char   **at,
                                      GError       **error);
void          sb_expression_free     (SbExpression  *self);
SbValue      *sb_expression_evaluate (SbExpression  *self,
                                      SbScope       *scope,
                                      GError       **error);
gboolean      sb_expression_mends_missing (SbExpression *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SbExpression, sb_expression_free)

G_END_DECLS
