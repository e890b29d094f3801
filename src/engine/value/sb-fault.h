/* sb-fault.h
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Crash points: named places at which a test build (meson -Dfaults=true) can be made to die as if the power
 * went. SIGNALBOX_CRASH_AT=name:n in the environment kills the process with SIGKILL when it passes the
 * point for the n-th time; SIGNALBOX_CRASH_AT=list prints every name and ends. Any other build compiles
 * them to nothing: no name, no look at the environment. See tests/faults/README.md.
 */
#ifdef SB_FAULTS

/* The name goes into a section of its own, so that the list needs nobody to keep it. */
#define SB_CRASH_POINT(name)                                                                         \
  G_STMT_START                                                                                       \
  {                                                                                                  \
    static const char *const sb_fault_point __attribute__ ((section ("sb_fault_points"), used)) = name; \
    sb_fault_pass (sb_fault_point);                                                                  \
  }                                                                                                  \
  G_STMT_END

/* The same where a library tells by a signal that the moment has come. */
#define SB_CRASH_ON_SIGNAL(object, signal, name)                                                     \
  G_STMT_START                                                                                       \
  {                                                                                                  \
    static const char *const sb_fault_point __attribute__ ((section ("sb_fault_points"), used)) = name; \
    g_signal_connect_swapped (object, signal, G_CALLBACK (sb_fault_pass), (gpointer)sb_fault_point); \
  }                                                                                                  \
  G_STMT_END

void sb_fault_pass (const char *name);

#else

#define SB_CRASH_POINT(name) G_STMT_START { } G_STMT_END
#define SB_CRASH_ON_SIGNAL(object, signal, name) G_STMT_START { } G_STMT_END

#endif

G_END_DECLS
