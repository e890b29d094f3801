/* sb-run-view.c
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "sb-run-view.h"

#include <glib/gi18n.h>

#include "sb-chapter-row.h"
#include "sb-clock.h"
#include "sb-compat.h"
#include "sb-run-text.h"
#include "sb-story.h"
#include "sb-text-dialog.h"

struct _SbRunView
{
  AdwBin parent_instance;

  SbSession *session;
  gint64 run;
  SbClaim *claim; /* (nullable): what is shown */
  GCancellable *cancellable;
  gboolean loading;
  guint tick; /* while it waits */

  GtkStack *stack;
  GtkLabel *title_label;
  GtkLabel *subtitle_label;
  GtkLabel *wait_label;
  GtkWidget *event_button;
  GtkBox *chapters_box;
};

G_DEFINE_FINAL_TYPE (SbRunView, sb_run_view, ADW_TYPE_BIN)

static void
clear_chapters (SbRunView *self)
{
  GtkWidget *child;

  while ((child = gtk_widget_get_first_child (GTK_WIDGET (self->chapters_box))) != NULL)
    gtk_box_remove (self->chapters_box, child);
}

/* FALSE: it waits for nothing that a clock brings. */
static gboolean
show_wait (SbRunView *self)
{
  SbRun *run = self->claim != NULL ? self->claim->run : NULL;
  gboolean waits = run != NULL && g_str_equal (run->state, "waiting") && run->due_us > 0;

  gtk_widget_set_visible (GTK_WIDGET (self->wait_label), waits);
  if (waits)
    {
      g_autofree char *until = sb_run_text_until (run->due_us, sb_clock_now_us ());
      /* Translators: %s is "in 4 min", "now". */
      g_autofree char *words = g_strdup_printf (_ ("Goes on %s"), until);

      gtk_label_set_label (self->wait_label, words);
    }
  return waits;
}

static gboolean
tick_cb (gpointer data)
{
  SbRunView *self = data;

  if (show_wait (self))
    return G_SOURCE_CONTINUE;
  self->tick = 0;
  return G_SOURCE_REMOVE;
}

static GPtrArray *
tell (SbRunView *self)
{
  return sb_story_tell (self->claim, sb_session_get_connectors (self->session));
}

static void
show_claim (SbRunView *self, SbClaim *claim)
{
  SbRun *run = claim->run;
  g_autofree char *subtitle = sb_run_text_subtitle (run);
  g_autoptr (GPtrArray) chapters = NULL;

  gtk_label_set_label (self->title_label,
                       run->label != NULL ? run->label : _ ("A run without a name"));
  gtk_label_set_label (self->subtitle_label, subtitle);

  sb_claim_ref (claim);
  g_clear_pointer (&self->claim, sb_claim_unref);
  self->claim = claim;
  chapters = tell (self);
  clear_chapters (self);
  for (guint i = 0; i < chapters->len; i++)
    gtk_box_append (self->chapters_box,
                    sb_chapter_row_new (g_ptr_array_index (chapters, i), i + 1 == chapters->len));

  if (show_wait (self) && self->tick == 0)
    self->tick = g_timeout_add_seconds (1, tick_cb, self);
  gtk_stack_set_visible_child_name (self->stack, "run");
}

static void
run_loaded_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (SbRunView) self = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (SbClaim) claim = sb_store_load_run_finish (SB_STORE (source), result, &error);

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;

  self->loading = FALSE;
  if (self->session == NULL)
    return;
  if (claim == NULL)
    {
      gtk_stack_set_visible_child_name (self->stack, "none");
      return;
    }
  if (claim->run->id == self->run)
    show_claim (self, claim);
}

static void
load (SbRunView *self)
{
  if (self->loading)
    return;
  self->loading = TRUE;
  sb_store_load_run_async (sb_session_get_store (self->session), self->run, self->cancellable,
                           run_loaded_cb, g_object_ref (self));
}

static void
session_changed_cb (SbRunView *self, const char *what, const char *id)
{
  gboolean finished = self->claim != NULL && self->claim->run->finished_us > 0;

  if (self->run != 0 && !finished && g_str_equal (what, "runs"))
    load (self);
}

void
sb_run_view_set_session (SbRunView *self, SbSession *session)
{
  g_set_object (&self->session, session);
  g_signal_connect_object (session, "changed", G_CALLBACK (session_changed_cb), self,
                           G_CONNECT_SWAPPED);
}

void
sb_run_view_set_run (SbRunView *self, gint64 run)
{
  if (self->run == run)
    return;

  self->run = run;
  g_cancellable_cancel (self->cancellable);
  g_object_unref (self->cancellable);
  self->cancellable = g_cancellable_new ();
  self->loading = FALSE;
  g_clear_pointer (&self->claim, sb_claim_unref);

  if (run == 0)
    gtk_stack_set_visible_child_name (self->stack, "none");
  else
    load (self);
}

gint64
sb_run_view_get_run (SbRunView *self)
{
  return self->run;
}

void
sb_run_view_focus (SbRunView *self)
{
  gtk_widget_grab_focus (self->event_button);
}

static void
show_event_action (GtkWidget *widget, const char *action_name, GVariant *parameter)
{
  SbRunView *self = SB_RUN_VIEW (widget);
  SbEvent *event;
  g_autofree char *body = NULL;

  if (self->claim == NULL)
    return;

  event = self->claim->event;
  if (event->body != NULL)
    body = g_utf8_make_valid (g_bytes_get_data (event->body, NULL),
                              (gssize)g_bytes_get_size (event->body));
  sb_text_dialog_present (GTK_WIDGET (self), _ ("The event as it came in"), _ ("Headers"),
                          event->headers, _ ("Body"), body);
}

static void
replayed_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (SbRunView) self = data;
  g_autoptr (GError) error = NULL;
  gint64 run = sb_store_replay_event_finish (SB_STORE (source), result, &error);

  if (self->session == NULL)
    return;
  if (error != NULL)
    {
      gtk_widget_activate_action (GTK_WIDGET (self), "win.toast", "s", error->message);
      return;
    }
  gtk_widget_activate_action (GTK_WIDGET (self), "win.toast", "s", _ ("The event runs again"));
  sb_engine_reload_async (sb_session_get_engine (self->session), NULL, NULL, NULL);
  sb_run_view_set_run (self, run);
}

static void
replay_confirmed_cb (gboolean confirmed, gpointer data)
{
  g_autoptr (SbRunView) self = data;

  if (confirmed && self->claim != NULL && self->session != NULL)
    sb_store_replay_event_async (sb_session_get_store (self->session), self->claim->event->id, NULL,
                                 replayed_cb, g_object_ref (self));
}

static void
replay_action (GtkWidget *widget, const char *action_name, GVariant *parameter)
{
  SbRunView *self = SB_RUN_VIEW (widget);
  g_autoptr (GPtrArray) chapters = NULL;
  g_autofree char *words = NULL;

  if (self->claim == NULL)
    return;
  chapters = tell (self);
  words = sb_run_text_before_replay (self->claim, chapters);
  sb_compat_ask (widget, _ ("Run this event again?"), words, _ ("_Run Again"), FALSE, NULL,
                 replay_confirmed_cb, g_object_ref (self));
}

static void
copy_action (GtkWidget *widget, const char *action_name, GVariant *parameter)
{
  SbRunView *self = SB_RUN_VIEW (widget);
  g_autoptr (GPtrArray) chapters = NULL;
  g_autofree char *text = NULL;

  if (self->claim == NULL)
    return;
  chapters = tell (self);
  text = sb_run_text_write (self->claim, chapters);
  gdk_clipboard_set_text (gtk_widget_get_clipboard (widget), text);
  gtk_widget_activate_action (widget, "win.toast", "s", _ ("The time line is on the clipboard"));
}

static void
open_flow_action (GtkWidget *widget, const char *action_name, GVariant *parameter)
{
  SbRunView *self = SB_RUN_VIEW (widget);

  if (self->claim != NULL)
    gtk_widget_activate_action (widget, "win.show-flow", "s", self->claim->run->flow_id);
}

static void
sb_run_view_dispose (GObject *object)
{
  SbRunView *self = SB_RUN_VIEW (object);

  g_cancellable_cancel (self->cancellable);
  g_clear_handle_id (&self->tick, g_source_remove);
  g_clear_object (&self->session);
  g_clear_pointer (&self->claim, sb_claim_unref);

  G_OBJECT_CLASS (sb_run_view_parent_class)->dispose (object);
}

static void
sb_run_view_finalize (GObject *object)
{
  SbRunView *self = SB_RUN_VIEW (object);

  g_clear_object (&self->cancellable);

  G_OBJECT_CLASS (sb_run_view_parent_class)->finalize (object);
}

static void
sb_run_view_class_init (SbRunViewClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->dispose = sb_run_view_dispose;
  object_class->finalize = sb_run_view_finalize;

  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/io/github/signalbox/Signalbox/sb-run-view.ui");
  gtk_widget_class_bind_template_child (widget_class, SbRunView, stack);
  gtk_widget_class_bind_template_child (widget_class, SbRunView, title_label);
  gtk_widget_class_bind_template_child (widget_class, SbRunView, subtitle_label);
  gtk_widget_class_bind_template_child (widget_class, SbRunView, wait_label);
  gtk_widget_class_bind_template_child (widget_class, SbRunView, event_button);
  gtk_widget_class_bind_template_child (widget_class, SbRunView, chapters_box);

  gtk_widget_class_install_action (widget_class, "run.show-event", NULL, show_event_action);
  gtk_widget_class_install_action (widget_class, "run.replay", NULL, replay_action);
  gtk_widget_class_install_action (widget_class, "run.copy", NULL, copy_action);
  gtk_widget_class_install_action (widget_class, "run.open-flow", NULL, open_flow_action);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_c, GDK_CONTROL_MASK | GDK_SHIFT_MASK,
                                       "run.copy", NULL);
}

static void
sb_run_view_init (SbRunView *self)
{
  self->cancellable = g_cancellable_new ();
  gtk_widget_init_template (GTK_WIDGET (self));
}
