/* sb-words.h
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "sb-connector.h"
#include "sb-flow.h"

G_BEGIN_DECLS

/* How the window puts flows into words. Pure; every string returned is (transfer full) unless it is
 * const. "Markup" is Pango markup with everything from outside escaped. */

/* "4 minutes ago"; empty for 0. */
char       *sb_words_ago              (gint64        time_us);
/* First letter upper case: "create an invoice" → "Create an invoice". */
char       *sb_words_capitalize       (const char   *text);

/* Symbol and style class of a kind of system, never a vendor's logo. */
const char *sb_words_kind             (SbConnectors *connectors,
                                       const char   *connector);
char       *sb_words_kind_icon        (const char   *kind);
char       *sb_words_kind_style       (const char   *kind);
const char *sb_words_type_icon        (const char   *type);
/* Symbol of a step without a system: branch, loop, delay … */
const char *sb_words_step_icon        (SbStep       *step);

/* "When <b>an order is paid</b> in <b>Shopify</b>", in two lines. */
char       *sb_words_trigger_markup   (SbFlow       *flow,
                                       SbConnectors *connectors);
char       *sb_words_step_markup      (SbFlow       *flow,
                                       SbConnectors *connectors,
                                       SbStep       *step);
/* "If <b>Payment status</b> is <b>paid</b>", "Otherwise". */
char       *sb_words_lane_markup      (SbFlow       *flow,
                                       SbConnectors *connectors,
                                       SbStep       *step,
                                       int           lane);
/* What a markup says, without tags and line breaks. */
char       *sb_words_plain            (const char   *markup);
/* Title of the inspector: the owner's name for the step, else its action. */
char       *sb_words_step_title       (SbConnectors *connectors,
                                       SbStep       *step);
char       *sb_words_trigger_title    (SbFlow       *flow,
                                       SbConnectors *connectors);
const char *sb_words_system           (SbConnectors *connectors,
                                       const char   *connector);

/* The name of what a token stands for: "trigger.customer.email" → "Customer's e-mail"; @type (out)
 * (optional): "text", "money", … */
char       *sb_words_token            (SbFlow       *flow,
                                       SbConnectors *connectors,
                                       const char   *path,
                                       const char  **type);
/* The comparisons of conditions: value in the document, words. NULL-terminated pairs. */
const char *const *sb_words_comparisons (void);
const char *sb_words_comparison       (const char   *is);
/* Of dates: "is after" in place of "is more than". */
const char *sb_words_comparison_for   (const char   *is,
                                       gboolean      of_dates);
/* A whole condition as a sentence: "A is b and (C is d or E is f)"; (nullable) */
char       *sb_words_condition_markup (SbFlow       *flow,
                                       SbConnectors *connectors,
                                       SbValue      *condition);
gboolean    sb_words_comparison_is_unary (const char *is);

G_END_DECLS
