/* sb-ctl.h
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* The whole of "signalboxctl": gives its exit status, 0 done, 1 it failed, 2 wrong usage. */
int sb_ctl_main (int    argc,
                 char **argv);

G_END_DECLS
