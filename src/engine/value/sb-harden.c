/* sb-harden.c
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "sb-harden.h"

#include <errno.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>

/**
 * sb_harden_process:
 *
 * For a process that will hold secrets, before anything else and before there are threads: a crash
 * leaves no picture of its memory on the disk or with a crash reporter (core(5): a limit of zero
 * does not count where dumps go to a program, PR_SET_DUMPABLE does), other programs of the same
 * user cannot attach to it or read its memory and environment (ptrace(2)), and what it makes is its
 * owner's alone.
 */
void
sb_harden_process (void)
{
  const struct rlimit none = { 0, 0 };

  if (setrlimit (RLIMIT_CORE, &none) != 0 || prctl (PR_SET_DUMPABLE, 0, 0, 0, 0) != 0)
    g_warning ("A crash could leave secrets in a dump of the memory: %s", g_strerror (errno));
  umask (umask (0777) | 0077);
}
