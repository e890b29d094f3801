/* main.c
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "sb-ctl.h"
#include "sb-harden.h"

int
main (int argc, char *argv[])
{
  sb_harden_process ();
  return sb_ctl_main (argc, argv);
}
