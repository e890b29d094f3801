/* sb-inbox-edit.h
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <adwaita.h>

#include "sb-session.h"

G_BEGIN_DECLS

/* Opens the data of a run in the inbox as rows to be put right, with what is wrong on top. The run goes on
 * with them when the person says so; what is refused stays open with the reason. GTK thread. */
void sb_inbox_edit_present (GtkWidget *parent,
                            SbSession *session,
                            SbClaim   *claim);

G_END_DECLS
