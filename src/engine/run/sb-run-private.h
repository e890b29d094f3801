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
  gint64     last_us;   /* when the last of them was sent */
  gint64     tried_us;  /* between the two, as far as it counts */
  SbAttempt *open;      /* (nullable): the newest, where its outcome is not known */
  char      *key;       /* (nullable): of the newest attempt */
  gboolean   unsure;    /* one with that key may have been done */
} SbPlace;

typedef enum
{
  SB_NEXT_END,  /* the run is out of our hands */
  SB_NEXT_STEP, /* walk on */
  SB_NEXT_SEND, /* the begun attempt may be sent */
  SB_NEXT_TURN, /* wait for the turn */
} SbNext;

struct _SbRunner
{
  SbCore *core;
  SbRunnerFunc func;
  gpointer data;

  SbRun *run;
  SbEvent *event;
  SbFlow *flow;
  SbValue *trigger;
  SbJournal *journal;
  GHashTable *places;
  gint64 pretend_us; /* shortened delays: the walk's clock is at least this */

  SbAttempt *finished; /* (nullable): an outcome the store does not have yet */
  SbRunChange *change; /* (nullable): on its way to the store */
  SbNext next;           /* once it is there */
  GSource *again;      /* (nullable) */

  /* The action that is next or under way. */
  SbNeed *need;
  SbAccount *account;
  SbAction *action; /* borrowed; of a check the look-up */
  gboolean checking;
  gboolean queued; /* waits for its turn */
  gboolean inside; /* has it */
  SbAttempt *begun;
  SbRequest *request;
};

/* --- sb-run.c: from one step to the next ------------------------------------------------------------ */

/* Walks on. */
void         sb_runner_step           (SbRunner        *self);
/* Gives the turn back, or the place in the queue. */
void         sb_runner_leave          (SbRunner        *self);
/* The action is over: what was held for it is let go. */
void         sb_runner_forget_action  (SbRunner        *self);
/* The run is out of our hands; @self may be gone afterwards. */
void         sb_runner_end            (SbRunner        *self,
                                       gint64           due_us);

/* --- sb-run-commit.c: what is told to the store ------------------------------------------------------- */

/* A change with the outcome that is still owed to the store. @state is static. */
SbRunChange *sb_runner_new_change     (SbRunner        *self,
                                       const char      *state);
/* @change (transfer full). @next: once it is committed. */
void         sb_runner_apply          (SbRunner        *self,
                                       SbRunChange     *change,
                                       SbNext           next);
/* Says why nothing goes on. */
void         sb_runner_tell_stand_still (SbRunner      *self,
                                       const GError    *error);
/* Calls @func, which clears "again", once the store may work again. */
void         sb_runner_call_later     (SbRunner        *self,
                                       GSourceFunc      func);
/* Ways to end; texts (transfer full). */
void         sb_runner_to_inbox       (SbRunner        *self,
                                       char            *problem,
                                       gboolean         unknown);
void         sb_runner_to_waiting     (SbRunner        *self,
                                       gint64           due_us,
                                       char            *problem);
void         sb_runner_to_blocked     (SbRunner        *self,
                                       char            *connection,
                                       char            *problem);
/* Back to the store, for the next start. */
void         sb_runner_park           (SbRunner        *self);

/* --- sb-run-act.c: one action from the account to the answer ------------------------------------------- */

/* Goes on with the action that is next, from wherever it stands. */
void         sb_runner_act            (SbRunner        *self);
void         sb_runner_wait_for_turn  (SbRunner        *self);
void         sb_runner_send           (SbRunner        *self);

/* --- sb-run-outcome.c: what follows from the answer ---------------------------------------------------- */

void         sb_runner_take_outcome   (SbRunner        *self,
                                       const SbAnswer  *answer,
                                       const SbOutcome *outcome);
/* @attempt was sent and nobody knows what came of it. @message (nullable): what was heard; NULL: it is
 * looked at again, after a pause or a restart. */
void         sb_runner_settle_unknown (SbRunner        *self,
                                       SbAttempt       *attempt,
                                       const char      *message);
/* The place of the action itself, also while its check is under way. */
SbPlace     *sb_runner_own_place      (SbRunner        *self);

/* --- sb-run-record.c: attempts, words, limits ----------------------------------------------------------- */

/* place → SbPlace. A look-up that only asks whether an action happened stands beside it, at
 * sb_place_to_check (). */
GHashTable *sb_places_new         (GPtrArray       *attempts);
SbPlace    *sb_places_find        (GHashTable      *places,
                                   const char      *place);
gint64      sb_place_get_tried_us (SbPlace         *self,
                                   gint64           now_us);
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
