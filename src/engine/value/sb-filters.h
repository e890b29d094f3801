/* sb-filters.h
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "sb-decimal.h"
#include "sb-template.h"

G_BEGIN_DECLS

#define SB_FILTER_MAX_ARGS 2

typedef struct _SbFilter SbFilter;

/* One filter being applied. */
typedef struct
{
  const SbFilter *filter;
  SbValue        *input; /* (nullable): NULL where it is missing, only for filters that take that */
  SbValue        *args[SB_FILTER_MAX_ARGS]; /* NULL where missing, only for filters that choose */
  guint           n_args;
  gconstpointer   operands; /* private */
  SbScope        *scope;
  GTimeZone     **zone;  /* the zone that dates are shown in from here on */
} SbFilterCall;

/* Returns: (transfer full) (nullable): NULL with an error; SB_ERROR_MISSING_VALUE makes the token a
 * missing one, which a "default" after it can mend. */
typedef SbValue *(*SbFilterFunc) (SbFilterCall *call,
                                  GError      **error);

/* The kinds of arguments, by a letter each; a literal one is checked when the template is made:
 *   v any, t text, i whole number from 0, n whole number, d number, p path, z time zone,
 *   u duration, f date format, c currency, b table */
struct _SbFilter
{
  const char   *name;
  const char   *args;         /* one letter for each; those after a ? may be left out */
  SbFilterFunc  func;
  gboolean      takes_missing;
  gboolean      chooses;      /* uses one of its values only, so that the others may be missing */
};

const SbFilter *sb_filter_find        (const char     *name);
const char     *sb_filter_nearest     (const char     *name);
gboolean        sb_filter_check_count (const SbFilter *self,
                                       guint           n_args,
                                       GError        **error);
gboolean        sb_filter_check_arg   (const SbFilter *self,
                                       guint           index,
                                       SbValue        *value,
                                       GError        **error);
gboolean        sb_date_format_check  (const char     *format,
                                       GError        **error);
gint            sb_currency_exponent  (const char     *currency,
                                       GError        **error);

SbDecimal      *sb_filter_number      (SbFilterCall   *call,
                                       SbValue        *value,
                                       GError        **error);
SbValue        *sb_filter_from_decimal (SbDecimal     *number,
                                       GError        **error);
gboolean        sb_filter_truth       (SbFilterCall   *call,
                                       SbValue        *value,
                                       gboolean       *truth,
                                       GError        **error);
char           *sb_filter_arg_text    (SbFilterCall   *call,
                                       guint           index);
SbValue        *sb_filter_choose_arg  (SbFilterCall   *call,
                                       guint           index,
                                       GError        **error);
gint64          sb_filter_arg_int     (SbFilterCall   *call,
                                       guint           index,
                                       gint64          fallback);

/* What filters and templates may make, bytes: a few of them one after the other can else make any amount
 * of text out of a word, on the engine's thread. A value that only passes through may be larger. */
#define SB_TEXT_MAX (2 * 1024 * 1024)
gboolean        sb_text_check_size    (guint64         bytes,
                                       GError        **error);

/* The closed list, by file; each ends with a NULL name. */
extern const SbFilter sb_filters_text[];
extern const SbFilter sb_filters_number[];
extern const SbFilter sb_filters_date[];
extern const SbFilter sb_filters_list[];
extern const SbFilter sb_filters_choice[];

/* Loose equality, as conditions and "where" compare: numbers by what they amount to, times by when
 * they are, all else as text. */
gboolean        sb_values_match       (SbValue        *a,
                                       SbValue        *b);
gint            sb_values_compare     (SbValue        *a,
                                       SbValue        *b,
                                       gboolean       *comparable);

const char     *sb_scope_get_label    (SbScope        *self);
SbValue        *sb_scope_get_table    (SbScope        *self,
                                       const char     *name);
GTimeZone      *sb_scope_get_zone     (SbScope        *self,
                                       GError        **error);

G_END_DECLS
