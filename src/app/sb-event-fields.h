/* sb-event-fields.h
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "sb-connector.h"
#include "sb-flow.h"

G_BEGIN_DECLS

/* One value of an event as a person can edit it. */
typedef struct
{
  char    *path;    /* as sb_value_get_path() takes it */
  char    *label;   /* the connector's word for it, else its path */
  SbValue *value;   /* (nullable): NULL where the event lacks it */
  char    *type;    /* (nullable): of SbField, where the connector names it */
  gboolean used;    /* the step that is looked at reads it */
} SbEventField;

/**
 * sb_event_fields_list:
 * @body: what came in
 * @flow: whose trigger it came through
 * @step_id: (nullable): the step that stopped
 *
 * Every single value of @body and what the trigger could have given beside it: first what @step_id reads, by
 * itself or through steps that set fields, then the rest in the order it came, what is missing last. At most
 * 400. Pure; any thread.
 *
 * Returns: (transfer full) (element-type SbEventField)
 */
GPtrArray *sb_event_fields_list (SbValue      *body,
                                 SbFlow       *flow,
                                 SbConnectors *connectors,
                                 const char   *step_id);
/* What was typed, as the kind of value that stands there or belongs there. (transfer full) */
SbValue   *sb_event_field_read  (SbEventField *self,
                                 const char   *text);

G_END_DECLS
