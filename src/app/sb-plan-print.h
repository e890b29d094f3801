/* sb-plan-print.h
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <gtk/gtk.h>

#include "sb-flow.h"

G_BEGIN_DECLS

/* The plan of a flow as it is printed: Pango markup, everything from outside escaped. (transfer full) */
char    *sb_plan_to_markup (SbFlow      *flow);
/* On one page, whatever its size: the letters get smaller until all of it fits. @pdf (nullable): a path to
 * write it to; NULL asks the person for a printer. @parent (nullable). */
gboolean sb_plan_print     (SbFlow      *flow,
                            GtkWindow   *parent,
                            const char  *pdf,
                            GError     **error);

G_END_DECLS
