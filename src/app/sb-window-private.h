/* sb-window-private.h
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "sb-adaptive.h"
#include "sb-flow-model.h"
#include "sb-flow-view.h"
#include "sb-sidebar.h"
#include "sb-window.h"

G_BEGIN_DECLS

struct _SbWindow
{
  AdwApplicationWindow parent_instance;

  AdwToastOverlay     *toasts;
  SbAdaptive          *adaptive;
  GtkRevealer         *sidebar_revealer;
  SbSidebar           *sidebar;
  GtkStack            *stack;
  AdwStatusPage       *failed_page;
  SbFlowView          *flow_view;

  SbSession           *session;
  SbFlowModel         *model;        /* (nullable): of the open flow */
  GPtrArray           *side_buttons; /* of GtkWidget: show the sidebar, in each header */
  char                *wanted;       /* (nullable): id of a flow to open once it is listed */
  gboolean             started;      /* a first page was chosen */
  gboolean             closing;
};

/* The words of an error for a person, as a dialog. */
void sb_window_tell             (SbWindow       *self,
                                 const char     *heading,
                                 const GError   *error);
void sb_window_toast            (SbWindow       *self,
                                 const char     *message);
void sb_window_open_flow        (SbWindow       *self,
                                 const char     *id);
void sb_window_show_page        (SbWindow       *self,
                                 const char     *page);
void sb_window_update_actions   (SbWindow       *self);
void sb_window_install_actions  (GtkWidgetClass *widget_class);

G_END_DECLS
