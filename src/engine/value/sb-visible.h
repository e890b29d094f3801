/* sb-visible.h
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Characters that make a text look like another one to the person who has to decide about it. */

/* Turns the direction of what follows, over the end of its own field ("Trojan source"). */
gboolean sb_visible_turns  (gunichar     character);
/* Takes no place, or is shown as nothing. */
gboolean sb_visible_hides  (gunichar     character);
/* The first of either kind in @text, 0 for none. @strict: those too that only hide. */
gunichar sb_visible_find   (const char  *text,
                            gboolean     strict);

G_END_DECLS
