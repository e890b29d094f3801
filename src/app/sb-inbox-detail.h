/* sb-inbox-detail.h
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <adwaita.h>

#include "sb-connector.h"
#include "sb-store-types.h"

G_BEGIN_DECLS

/* Fills @box with what a person needs to decide about a run: the question, what it means, what was done and
 * what not, what is known, and the flow's runbook. What @box held before is removed. */
void sb_inbox_detail_fill (GtkBox       *box,
                           SbClaim      *claim,
                           SbConnectors *connectors);

G_END_DECLS
