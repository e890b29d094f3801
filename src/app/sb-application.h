/* sb-application.h
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <adwaita.h>

#include "sb-session.h"

G_BEGIN_DECLS

#define SB_TYPE_APPLICATION (sb_application_get_type ())
G_DECLARE_FINAL_TYPE (SbApplication, sb_application, SB, APPLICATION, AdwApplication)

/* One instance for each data folder: a second start of the same folder brings up the first one's window.
 * With the window closed it stays while a flow is live, so that bells are heard; in practice it ends.
 *
 * @folder is absolute; @mode "live" or "practice"; @background: begins without a window. */
SbApplication *sb_application_new         (const char    *folder,
                                           const char    *mode,
                                           int            port,
                                           gboolean       background);
SbSession     *sb_application_get_session (SbApplication *self);

G_END_DECLS
