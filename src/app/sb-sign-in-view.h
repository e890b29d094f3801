/* sb-sign-in-view.h
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <adwaita.h>

#include "sb-engine.h"

G_BEGIN_DECLS

/**
 * SbSignInView:
 *
 * A person signs in at a vendor in the browser, and this waits for it: what to do there, the page once more, an
 * address to paste where the browser ended elsewhere. Unmapping it or dropping it gives the sign-in up.
 *
 * ::done (gboolean good, const char *words)
 */
#define SB_TYPE_SIGN_IN_VIEW (sb_sign_in_view_get_type ())
G_DECLARE_FINAL_TYPE (SbSignInView, sb_sign_in_view, SB, SIGN_IN_VIEW, AdwBin)

GtkWidget *sb_sign_in_view_new    (void);
void       sb_sign_in_view_begin  (SbSignInView *self,
                                   SbEngine     *engine,
                                   SbConnector  *connector,
                                   const char   *connection_id);
/* Nobody is waited for any more; ::done does not follow. */
void       sb_sign_in_view_cancel (SbSignInView *self);

G_END_DECLS
