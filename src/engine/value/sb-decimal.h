/* sb-decimal.h
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * SbDecimal:
 *
 * An exact decimal number of any size, for money: never a double. Digits after the point are kept
 * as they were written (199.00 has two). Immutable.
 */
typedef struct _SbDecimal SbDecimal;

/* Digits a number may have when it is written without an exponent. */
#define SB_DECIMAL_MAX_DIGITS 1000

SbDecimal *sb_decimal_parse    (const char *text,
                                GError    **error);
SbDecimal *sb_decimal_new_int  (gint64      number);
void       sb_decimal_free     (SbDecimal  *self);
char      *sb_decimal_to_text  (SbDecimal  *self);
SbDecimal *sb_decimal_add      (SbDecimal  *a,
                                SbDecimal  *b);
SbDecimal *sb_decimal_subtract (SbDecimal  *a,
                                SbDecimal  *b);
SbDecimal *sb_decimal_multiply (SbDecimal  *a,
                                SbDecimal  *b);
SbDecimal *sb_decimal_divide   (SbDecimal  *a,
                                SbDecimal  *b,
                                guint       places,
                                GError    **error);
SbDecimal *sb_decimal_round    (SbDecimal  *self,
                                guint       places);
SbDecimal *sb_decimal_shift    (SbDecimal  *self,
                                gint        places);
SbDecimal *sb_decimal_negate   (SbDecimal  *self);
SbDecimal *sb_decimal_abs      (SbDecimal  *self);
gint       sb_decimal_compare  (SbDecimal  *a,
                                SbDecimal  *b);
gboolean   sb_decimal_is_zero  (SbDecimal  *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SbDecimal, sb_decimal_free)

G_END_DECLS
