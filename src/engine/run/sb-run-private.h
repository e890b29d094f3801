/* sb-run-private.h
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "sb-run.h"
#include "sb-walk.h"

G_BEGIN_DECLS

/* What the attempts so far say about one place of a run. */
typedef struct
{
  gint       number;    /* of the newest attempt */
  guint      failures;  /* in a row that came to nothing */
  gint64     first_us;  /* when the first of them was sent */
  SbAttempt *open;      /* (nullable): the newest, where its outcome is not known */
} SbPlace;

/* place → SbPlace. A look-up that only asks whether an action happened stands beside it, at
 * sb_place_to_check (). */
GHashTable *sb_places_new         (GPtrArray       *attempts);
SbPlace    *sb_places_find        (GHashTable      *places,
                                   const char      *place);
/* Counts @attempt, which has its outcome now or is about to be sent, in. */
void        sb_place_count        (SbPlace         *self,
                                   SbAttempt       *attempt);

/* The outcome of @begun: a new record, since what was handed to the store does not change. */
SbAttempt  *sb_attempt_finish     (SbAttempt       *begun,
                                   const char      *state,
                                   const SbAnswer  *answer,
                                   const SbOutcome *outcome,
                                   GHashTable      *secrets);
/* The same with a sentence in place of an answer. */
SbAttempt  *sb_attempt_settle     (SbAttempt       *begun,
                                   const char      *state,
                                   const char      *message,
                                   SbValue         *output);

/* "Signalbox asked ShipStation to buy a label for Order #1004, and …": what a person needs to decide.
 * @message (nullable): what was heard; NULL: Signalbox was stopped before it heard anything. */
char       *sb_run_describe_unknown (SbAccount     *account,
                                   SbAction        *action,
                                   const char      *label,
                                   const char      *message,
                                   gint64           started_us);
char       *sb_run_describe_give_up (SbAccount     *account,
                                   SbAction        *action,
                                   guint            tries,
                                   const char      *message);
/* Whether @request goes where the engine's mode lets it go. The accounts see to that; this is the second
 * lock on the door. */
gboolean    sb_run_may_send       (SbCore          *core,
                                   SbAccount       *account,
                                   SbRequest       *request,
                                   GError         **error);
/* What the connector's file says of its limits. */
SbRate      sb_run_get_rate       (SbCore          *core,
                                   SbConnector     *connector);
/* The event's body as the trigger sees it. */
SbValue    *sb_run_read_event     (SbCore          *core,
                                   SbFlow          *flow,
                                   SbEvent         *event,
                                   GError         **error);

G_END_DECLS
