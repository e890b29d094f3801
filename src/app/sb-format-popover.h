/* sb-format-popover.h
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <gtk/gtk.h>

#include "sb-flow-model.h"

G_BEGIN_DECLS

/* What is done with the value of one pill, in words, each with the result for the record that is looked
 * at. Stays open, so that one can follow another. ::changed (const char *filters, nullable) */
#define SB_TYPE_FORMAT_POPOVER (sb_format_popover_get_type ())
G_DECLARE_FINAL_TYPE (SbFormatPopover, sb_format_popover, SB, FORMAT_POPOVER, GtkPopover)

GtkWidget *sb_format_popover_new (SbFlowModel *model,
                                  const char  *step_id,
                                  const char  *path,
                                  const char  *filters);

G_END_DECLS
