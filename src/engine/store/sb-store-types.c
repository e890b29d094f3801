/* sb-store-types.c
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "sb-store-types.h"

#define SB_DEFINE_RECORD(Type, name)                                                               \
  Type *name##_new (void) { return g_atomic_rc_box_new0 (Type); }                                  \
                                                                                                   \
  Type *name##_ref (Type *self) { return g_atomic_rc_box_acquire (self); }                         \
                                                                                                   \
  void name##_unref (Type *self)                                                                   \
  {                                                                                                \
    g_atomic_rc_box_release_full (self, (GDestroyNotify)name##_clear);                             \
  }

static void
sb_flow_row_clear (SbFlowRow *self)
{
  g_free (self->id);
  g_free (self->name);
  g_free (self->state);
  g_free (self->trigger_token);
  g_clear_pointer (&self->draft, sb_value_unref);
}

static void
sb_version_row_clear (SbVersionRow *self)
{
  g_free (self->note);
}

static void
sb_event_clear (SbEvent *self)
{
  g_free (self->flow_id);
  g_free (self->event_id);
  g_free (self->source);
  g_free (self->topic);
  g_free (self->label);
  g_free (self->headers);
  g_clear_pointer (&self->body, g_bytes_unref);
  g_clear_pointer (&self->parsed, sb_value_unref);
}

static void
sb_run_clear (SbRun *self)
{
  g_free (self->flow_id);
  g_free (self->flow_name);
  g_free (self->mode);
  g_free (self->label);
  g_free (self->state);
  g_free (self->step);
  g_free (self->problem);
  g_free (self->connection);
}

static void
sb_attempt_clear (SbAttempt *self)
{
  g_free (self->place);
  g_free (self->key);
  g_free (self->request);
  g_free (self->state);
  g_free (self->response);
  g_free (self->message);
  g_clear_pointer (&self->output, sb_value_unref);
}

static void
sb_timer_clear (SbTimer *self)
{
  g_free (self->place);
}

static void
sb_claim_clear (SbClaim *self)
{
  g_clear_pointer (&self->run, sb_run_unref);
  g_clear_pointer (&self->event, sb_event_unref);
  g_clear_pointer (&self->attempts, g_ptr_array_unref);
  g_clear_pointer (&self->timers, g_ptr_array_unref);
  g_clear_pointer (&self->skipped, g_ptr_array_unref);
  g_clear_pointer (&self->document, sb_value_unref);
}

static void
sb_run_change_clear (SbRunChange *self)
{
  g_free (self->step);
  g_free (self->problem);
  g_free (self->connection);
  g_clear_pointer (&self->finished, sb_attempt_unref);
  g_clear_pointer (&self->begun, sb_attempt_unref);
  g_clear_pointer (&self->timer, sb_timer_unref);
  g_free (self->skipped);
  g_clear_pointer (&self->decision, sb_value_unref);
  g_clear_pointer (&self->edited, sb_event_unref);
  g_clear_pointer (&self->outdated, g_ptr_array_unref);
}

static void
sb_pilot_row_clear (SbPilotRow *self)
{
  g_free (self->flow_id);
  g_free (self->fingerprint);
  g_free (self->mode);
  g_clear_pointer (&self->result, sb_value_unref);
}

static void
sb_audit_row_clear (SbAuditRow *self)
{
  g_free (self->what);
  g_free (self->subject);
  g_clear_pointer (&self->detail, sb_value_unref);
}

/* clang-format off */
SB_DEFINE_RECORD (SbFlowRow, sb_flow_row)
SB_DEFINE_RECORD (SbVersionRow, sb_version_row)
SB_DEFINE_RECORD (SbEvent, sb_event)
SB_DEFINE_RECORD (SbRun, sb_run)
SB_DEFINE_RECORD (SbAttempt, sb_attempt)
SB_DEFINE_RECORD (SbTimer, sb_timer)
SB_DEFINE_RECORD (SbClaim, sb_claim)
SB_DEFINE_RECORD (SbRunChange, sb_run_change)
SB_DEFINE_RECORD (SbPilotRow, sb_pilot_row)
SB_DEFINE_RECORD (SbAuditRow, sb_audit_row)
/* clang-format on */
