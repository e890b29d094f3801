/* sb-inbox-decide.h
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <gtk/gtk.h>

#include "sb-session.h"

G_BEGIN_DECLS

/* Does with each of @runs (gint64) what a person decided (see sb_engine_resolve_async()), a few at a time,
 * and says at the end with one toast of the window around @widget what came of it: how many, and the first
 * that was refused. After "drop" the toast takes it back. GTK thread. */
void sb_inbox_decide (GtkWidget  *widget,
                      SbSession  *session,
                      GArray     *runs,
                      const char *decision);

G_END_DECLS
