/* sb-flow-model.h
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <gio/gio.h>

#include "sb-connector.h"
#include "sb-flow.h"
#include "sb-preview.h"
#include "sb-store.h"

G_BEGIN_DECLS

/**
 * SbFlowModel:
 *
 * One flow's draft as the window works on it: the document with undo and redo without limit, what is
 * wrong with it, the chosen card, the chosen record and what everything comes to for it. Edits are
 * saved as the draft after a pause of 400 ms. Lives on the GTK thread.
 *
 * ::changed         the document is another one (an edit, undo, redo, or it was changed elsewhere)
 * ::previewed       previews and problems are those of the present document and record
 * ::save-failed (const char *message)
 * Properties: "chosen" (node id: "trigger", a step's id, "STEP/LANE"), "record" (index), "can-undo",
 * "can-redo", "saved".
 */
#define SB_TYPE_FLOW_MODEL (sb_flow_model_get_type ())
G_DECLARE_FINAL_TYPE (SbFlowModel, sb_flow_model, SB, FLOW_MODEL, GObject)

SbFlowModel      *sb_flow_model_new            (SbStore       *store,
                                                SbConnectors  *connectors,
                                                const char    *flow_id,
                                                SbFlow        *flow);
const char       *sb_flow_model_get_id         (SbFlowModel   *self);
SbFlow           *sb_flow_model_get_flow       (SbFlowModel   *self);
SbConnectors     *sb_flow_model_get_connectors (SbFlowModel   *self);
SbStep           *sb_flow_model_find_step      (SbFlowModel   *self,
                                                const char    *step_id);

/* Makes @document the draft. Edits with the same @merge (nullable) one after another are undone
 * together. Errors: INVALID with every problem; the document is then as it was. */
gboolean          sb_flow_model_edit           (SbFlowModel   *self,
                                                SbValue       *document,
                                                const char    *merge,
                                                GError       **error);
gboolean          sb_flow_model_set_field      (SbFlowModel   *self,
                                                const char    *step_id,
                                                const char    *field,
                                                SbValue       *value,
                                                GError       **error);
/* The next edit is undone by itself: the focus went elsewhere. */
void              sb_flow_model_break_undo     (SbFlowModel   *self);
gboolean          sb_flow_model_can_undo       (SbFlowModel   *self);
gboolean          sb_flow_model_can_redo       (SbFlowModel   *self);
void              sb_flow_model_undo           (SbFlowModel   *self);
void              sb_flow_model_redo           (SbFlowModel   *self);
/* The draft was changed elsewhere (rolled back, by signalboxctl). Does nothing while edits are unsaved. */
void              sb_flow_model_take_draft     (SbFlowModel   *self,
                                                SbValue       *document);

const char       *sb_flow_model_get_chosen     (SbFlowModel   *self);
void              sb_flow_model_set_chosen     (SbFlowModel   *self,
                                                const char    *node_id);

/* The records one can look at: the ready-made ten, else the trigger's samples. */
guint             sb_flow_model_get_n_records  (SbFlowModel   *self);
SbValue          *sb_flow_model_get_record_at  (SbFlowModel   *self,
                                                guint          index);
SbValue          *sb_flow_model_get_records    (SbFlowModel   *self);
guint             sb_flow_model_get_record     (SbFlowModel   *self);
void              sb_flow_model_set_record     (SbFlowModel   *self,
                                                guint          index);
void              sb_flow_model_set_records    (SbFlowModel   *self,
                                                SbValue       *records);
void              sb_flow_model_choose_records (SbFlowModel   *self,
                                                SbValue       *records);
gboolean          sb_flow_model_has_chosen_records (SbFlowModel *self);

SbPreview        *sb_flow_model_get_preview    (SbFlowModel   *self);
SbProblems       *sb_flow_model_get_problems   (SbFlowModel   *self);
const SbProblem  *sb_flow_model_find_problem   (SbFlowModel   *self,
                                                const char    *step_id,
                                                const char    *field);

/* Saves at once what is not saved yet; done when the store has it. */
void              sb_flow_model_save_async     (SbFlowModel          *self,
                                                GCancellable         *cancellable,
                                                GAsyncReadyCallback   callback,
                                                gpointer              data);
gboolean          sb_flow_model_save_finish    (SbFlowModel          *self,
                                                GAsyncResult         *result,
                                                GError              **error);

G_END_DECLS
