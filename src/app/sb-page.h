/* sb-page.h
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <gtk/gtk.h>

#include "sb-flow-model.h"
#include "sb-session.h"

G_BEGIN_DECLS

/**
 * SbPage:
 *
 * A page of the window: a GtkWidget that implements this interface. Pages of one flow (Map, Pilot,
 * Activity, Plan) are children of SbFlowView; pages of all flows (Inbox, Activity, Connections) of
 * SbWindow. To make one:
 *
 *  1. sb-thing-page.c, .h and .ui: a final GtkWidget (or AdwBin) with a template; the .ui goes into
 *     signalbox.gresource.xml and meson.build beside the others, and is named in the parent's .ui.
 *  2. Implement set_session(): called once, when the engine runs; connect to the session's signals.
 *  3. Implement set_model(): called whenever another flow is opened (NULL: none). A page that is used
 *     for all flows as well is never given a model there.
 *  4. Everything a person can do is a widget action ("pilot.run"), so that menus, keys, buttons and
 *     assistive technology share it. What the page shows in the header: title, subtitle and, where it
 *     has any, buttons; sb_page_header_changed() when they change.
 *  5. Data comes from the store's _async calls; nothing blocks here. For what ends in words for the
 *     owner there are the window's actions: "win.toast" (s), "win.undo-toast" (s), "win.show-flow" (s: flow id),
 *     "win.show-page" (s: "inbox", "activity", "connections", "dashboard", "welcome"), "win.show-runs"
 *     (sxx: flow id or "", opened since, until, UTC µs or 0), "win.show-view" (s: "map", "pilot",
 *     "activity", "plan"), "win.show-step" (s: node id on the map), "win.show-gate",
 *     "win.run-pilot", "win.add-connection" (s: connector id, "" for any).
 */
#define SB_TYPE_PAGE (sb_page_get_type ())
G_DECLARE_INTERFACE (SbPage, sb_page, SB, PAGE, GtkWidget)

struct _SbPageInterface
{
  GTypeInterface parent;

  void        (*set_session)    (SbPage      *self,
                                 SbSession   *session);
  void        (*set_model)      (SbPage      *self,
                                 SbFlowModel *model);
  const char *(*get_title)      (SbPage      *self);
  char       *(*dup_subtitle)   (SbPage      *self);
  /* Buttons for the end of the header; made once, (transfer none) (nullable). */
  GtkWidget  *(*get_header_end) (SbPage      *self);
  /* It came into view. */
  void        (*shown)          (SbPage      *self);
};

void        sb_page_set_session    (SbPage      *self,
                                    SbSession   *session);
void        sb_page_set_model      (SbPage      *self,
                                    SbFlowModel *model);
const char *sb_page_get_title      (SbPage      *self);
char       *sb_page_dup_subtitle   (SbPage      *self);
GtkWidget  *sb_page_get_header_end (SbPage      *self);
void        sb_page_shown          (SbPage      *self);
void        sb_page_header_changed (SbPage      *self);

G_END_DECLS
