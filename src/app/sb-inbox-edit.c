/* sb-inbox-edit.c
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "sb-inbox-edit.h"

#include <glib/gi18n.h>
#include <string.h>

#include "sb-data-dialog.h"
#include "sb-flow.h"
#include "sb-replay.h"
#include "sb-story.h"

typedef struct
{
  GtkWidget *parent;
  SbSession *session;
  gint64 run;
} Edit;

static void
edit_free (Edit *self)
{
  g_object_unref (self->parent);
  g_object_unref (self->session);
  g_free (self);
}

/* One answer that is waited for: the dialog, and where its toast goes. */
typedef struct
{
  SbDataDialog *dialog;
  GtkWidget *parent;
} Waiting;

static void
waiting_free (Waiting *self)
{
  sb_data_dialog_unref (self->dialog);
  g_object_unref (self->parent);
  g_free (self);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Waiting, waiting_free)

static void
edited_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (Waiting) waiting = data;
  g_autoptr (GError) error = NULL;

  if (!sb_engine_edit_run_finish (SB_ENGINE (source), result, &error))
    {
      sb_data_dialog_refuse (waiting->dialog, error->message);
      return;
    }
  gtk_widget_activate_action (waiting->parent, "win.toast", "s",
                              _ ("Going on with the edited data. What came in is kept."));
  sb_data_dialog_accept (waiting->dialog);
}

static void
accepted_cb (SbDataDialog *dialog, SbValue *body, gpointer data)
{
  Edit *self = data;
  Waiting *waiting = g_new0 (Waiting, 1);

  waiting->dialog = sb_data_dialog_ref (dialog);
  waiting->parent = g_object_ref (self->parent);
  sb_engine_edit_run_async (sb_session_get_engine (self->session), self->run, body, NULL, edited_cb,
                            waiting);
}

void
sb_inbox_edit_present (GtkWidget *parent, SbSession *session, SbClaim *claim)
{
  SbConnectors *connectors = sb_session_get_connectors (session);
  g_autoptr (SbProblems) problems = sb_problems_new ();
  g_autoptr (SbFlow) flow =
    claim->document != NULL ? sb_flow_parse (claim->document, problems) : NULL;
  g_autoptr (SbValue) body =
    flow != NULL ? sb_replay_body (connectors, flow, NULL, claim->event, NULL) : NULL;
  const char *place = claim->run->step;
  const char *last = place != NULL ? strrchr (place, '/') : NULL;
  const char *step_id = last != NULL ? last + 1 : place;
  SbStep *step = flow != NULL && step_id != NULL ? sb_flow_find_step (flow, step_id) : NULL;
  g_autofree char *title = step != NULL ? sb_story_step_title (step, connectors) : NULL;
  g_autofree char *used = title != NULL ? g_strdup_printf (_ ("What “%s” uses"), title) : NULL;
  SbDataWords words = {
    .title = _ ("Edit the Data"),
    .problem = claim->run->problem,
    .note =
      _ ("What is done stays done and is not repeated. What came in is kept beside your edit."),
    .used = used,
    .accept = _ ("Save and Try Again"),
  };
  g_autoptr (GPtrArray) fields = NULL;
  Edit *self;

  if (body == NULL)
    {
      gtk_widget_activate_action (parent, "win.toast", "s", _ ("Its data cannot be read."));
      return;
    }
  self = g_new0 (Edit, 1);
  self->parent = g_object_ref (parent);
  self->session = g_object_ref (session);
  self->run = claim->run->id;
  fields = sb_event_fields_list (body, flow, connectors, step_id);
  sb_data_dialog_present (parent, &words, body, fields, accepted_cb, self,
                          (GDestroyNotify)edit_free);
}
