/* sb-shortcuts.h
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <adwaita.h>

G_BEGIN_DECLS

/* Every key of the window, in one table: what the program listens to and what the person is shown cannot
 * differ. GTK thread. */

void sb_shortcuts_install (GtkApplication *application);
/* Opens the window that lists them; @parent is what it stands before. */
void sb_shortcuts_present (GtkWindow      *parent);

G_END_DECLS
