/* sb-tile.h
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* The coloured square with the symbol of a kind of system ("shop", "books") or of a step without one
 * ("branch", "delay"). @size in px. Decoration: the words beside it say the same. */
GtkWidget *sb_tile_new (const char *kind,
                        int         size);

G_END_DECLS
