/* sb-text-dialog.h
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <adwaita.h>

G_BEGIN_DECLS

/* Shows one or two texts (JSON is set out over several lines) that can be selected and copied, not changed:
 * a request and its answer, an event's headers and body. @second_title (nullable). */
void sb_text_dialog_present (GtkWidget  *parent,
                             const char *title,
                             const char *first_title,
                             const char *first,
                             const char *second_title,
                             const char *second);

G_END_DECLS
