/* sb-limits.h
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * SbLimits:
 *
 * Who may call a vendor now. For each connection: how many at a time, how many a second (a token bucket
 * of one second), and a pause the vendor asked for or an outage brought. One thread, whose
 * thread-default context wakes those that wait.
 */
typedef struct _SbLimits SbLimits;

typedef struct
{
  double per_second; /* 0: no limit */
  guint  concurrent;
} SbRate;

typedef enum
{
  SB_TURN_NOW,    /* go; sb_limits_leave () afterwards */
  SB_TURN_QUEUED, /* func is called when the turn has come; then as NOW */
  SB_TURN_LATER,  /* the queue is full or the vendor wants a pause: come back at @later_us (UTC) */
} SbTurn;

typedef void (*SbLimitsFunc) (gpointer data);

SbLimits *sb_limits_new    (void);
void      sb_limits_free   (SbLimits     *self);
SbTurn    sb_limits_enter  (SbLimits     *self,
                            const char   *connection,
                            SbRate        rate,
                            SbLimitsFunc  func,
                            gpointer      data,
                            gint64       *later_us);
void      sb_limits_leave  (SbLimits     *self,
                            const char   *connection);
/* Takes @data out of the queue it may stand in. */
void      sb_limits_cancel (SbLimits     *self,
                            const char   *connection,
                            gpointer      data);
/* Nobody goes for the next @pause_us, whatever the wall clock is set to meanwhile. */
void      sb_limits_hold   (SbLimits     *self,
                            const char   *connection,
                            gint64        pause_us);
/* How it went, for outages: after several failures to reach the vendor in a row the connection is held,
 * longer each time, and one at a time tries. Returns TRUE when that begins. */
gboolean  sb_limits_report (SbLimits     *self,
                            const char   *connection,
                            gboolean      reached,
                            gint64        first_us,
                            gint64        max_us);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SbLimits, sb_limits_free)

G_END_DECLS
