/* sb-pilot-ground.h
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <libsoup/soup.h>

#include "sb-pilot-private.h"
#include "sb-practice.h"

G_BEGIN_DECLS

/* One pilot's own engine, and on the way through it. Everything on the pilot's thread. */
typedef struct
{
  SbPilotWork *work;
  char *folder;
  SbPractice *practice; /* (nullable): practice only */
  SbEngine *engine;
  SbStore *store; /* borrowed */
  char *flow_id;
  char *url;
  SbConnection *bell; /* (nullable): whose secrets sign */
  GHashTable *secrets;
  SoupSession *session;
  GPtrArray *events; /* (nullable): of SbEvent, as the store has them now */
  GPtrArray *runs;   /* (nullable): of SbRun */
  GHashTable *sent;  /* "connector/action" → GHashTable set of "run place" */
} SbPilotGround;

void          sb_pilot_ground_clear   (SbPilotGround  *ground);
/* Makes the folder, the practice ground with the faults of the records, and the engine. */
gboolean      sb_pilot_ground_start   (SbPilotGround  *ground,
                                       GError        **error);
/* Makes @document the live flow of the engine, past the gate, and learns its address. */
gboolean      sb_pilot_ground_publish (SbPilotGround  *ground,
                                       SbValue        *document,
                                       GError        **error);

/* Keeps the result where the pilot's thread waits for it: sb_pilot_wait_for (work, &slot). */
void          sb_pilot_keep_result_cb (GObject        *source,
                                       GAsyncResult   *result,
                                       gpointer        data);
GAsyncResult *sb_pilot_wait_for       (SbPilotWork    *work,
                                       GAsyncResult  **slot);

/* Rings the bell for a record, or hands it in where the flow has none. */
gboolean      sb_pilot_start_record   (SbPilotGround  *ground,
                                       SbPilotRecord  *record,
                                       GError        **error);
/* What the store holds now, then what became of a record by it. */
void          sb_pilot_take_snapshot  (SbPilotGround  *ground);
void          sb_pilot_look_at_record (SbPilotGround  *ground,
                                       SbPilotRecord  *record);
void          sb_pilot_end_record     (SbPilotGround  *ground,
                                       SbPilotRecord  *record,
                                       const char     *outcome,
                                       const char     *problem);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (SbPilotGround, sb_pilot_ground_clear)

G_END_DECLS
