/* sb-condition.h
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "sb-problems.h"
#include "sb-template.h"

G_BEGIN_DECLS

/**
 * SbCondition:
 *
 * {"all": [{"value": "{{trigger.financial_status}}", "is": "equals", "to": "paid"}, …]}; "any" and
 * "not" nest. A missing field makes "is empty" true and every other comparison false.
 */
typedef struct _SbCondition SbCondition;

SbCondition *sb_condition_parse    (SbValue      *document,
                                    const char   *path,
                                    const char   *step,
                                    SbProblems   *problems);
void         sb_condition_free     (SbCondition  *self);
gboolean     sb_condition_evaluate (SbCondition  *self,
                                    SbScope      *scope,
                                    gboolean     *holds,
                                    GError      **error);
/* "condition is sellable", with the field's last name and words for the comparison. */
char        *sb_condition_describe (SbCondition  *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SbCondition, sb_condition_free)

G_END_DECLS
