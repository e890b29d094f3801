/* sb-value-private.h
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "sb-value.h"

G_BEGIN_DECLS

/* For the parser, which has already checked the text: no second look at the bytes. */
SbValue  *sb_value_new_checked   (SbValueType  type,
                                  const char  *text,
                                  gsize        length);
/* Takes @value. Returns: FALSE, and @value is not taken, when @name is there already. */
gboolean  sb_value_add_member    (SbValue     *object,
                                  const char  *name,
                                  gsize        length,
                                  SbValue     *value);
gboolean  sb_value_is_number_text (const char *text,
                                  gsize        length);

#define SB_NUMBER_MAX_CHARS 400

G_END_DECLS
