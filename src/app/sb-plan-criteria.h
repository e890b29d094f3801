/* sb-plan-criteria.h
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <adwaita.h>

#include "sb-value.h"

G_BEGIN_DECLS

/* Success criteria in words. What is done with them are actions of the page: "plan.add-criterion" (s: kind),
 * "plan.remove-criterion" (u: index), "plan.set-criterion" (uu: index, the number in it). */

/* "At least 10 records went through". (transfer full) */
char       *sb_plan_describe_criterion (SbValue    *criterion);
/* One of @kind with the number most flows have. (transfer full) (nullable): there is no such kind. */
SbValue    *sb_plan_new_criterion      (const char *kind);
/* A copy with another number: records, seconds. (transfer full) */
SbValue    *sb_plan_change_criterion   (SbValue    *criterion,
                                        guint       number);
GtkWidget  *sb_plan_criterion_row_new  (SbValue    *criterion,
                                        guint       index);
GMenuModel *sb_plan_criteria_menu_new  (void);

G_END_DECLS
