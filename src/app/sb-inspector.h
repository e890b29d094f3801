/* sb-inspector.h
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <adwaita.h>

#include "sb-flow-model.h"
#include "sb-session.h"

G_BEGIN_DECLS

/* Right of the map: what the chosen card does, one row a field, each with what it comes to for the record
 * that is looked at. */
#define SB_TYPE_INSPECTOR (sb_inspector_get_type ())
G_DECLARE_FINAL_TYPE (SbInspector, sb_inspector, SB, INSPECTOR, AdwBin)

void sb_inspector_set_session (SbInspector *self,
                               SbSession   *session);
void sb_inspector_set_model   (SbInspector *self,
                               SbFlowModel *model);
/* The keyboard goes on at the first field that is required and empty, or at the first of all. */
void sb_inspector_focus       (SbInspector *self);

G_END_DECLS
