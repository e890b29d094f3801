/* sb-sign-in-view.c
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "sb-sign-in-view.h"

#include <glib/gi18n-lib.h>

#include "sb-compat.h"

struct _SbSignInView
{
  AdwBin parent_instance;

  SbEngine *engine;          /* (nullable) */
  char *connection;          /* (nullable) */
  char *address;             /* (nullable): for the browser */
  GCancellable *cancellable; /* (nullable): of the sign-in that is waited for */

  AdwStatusPage *page;
  GtkWidget *spinner;
  GtkWidget *open_button;
  GtkWidget *copy_button;
  GtkEditable *paste_entry;
  GtkLabel *paste_problem;
};

enum
{
  DONE,
  N_SIGNALS,
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (SbSignInView, sb_sign_in_view, ADW_TYPE_BIN)

/* One sign-in: its answer may come when the view waits for another, or is gone. */
typedef struct
{
  GWeakRef view;
  GCancellable *cancellable;
} Waiting;

static void
waiting_free (Waiting *waiting)
{
  g_weak_ref_clear (&waiting->view);
  g_object_unref (waiting->cancellable);
  g_free (waiting);
}

/* (transfer full) (nullable): the view, where it still waits for this one. */
static SbSignInView *
waiting_get_view (Waiting *waiting)
{
  g_autoptr (SbSignInView) self = g_weak_ref_get (&waiting->view);

  return self != NULL && self->cancellable == waiting->cancellable ? g_steal_pointer (&self) : NULL;
}

static void
open_page (SbSignInView *self)
{
  if (self->address != NULL)
    sb_compat_open_uri (GTK_WIDGET (self), self->address);
}

static void
address_cb (const char *address, const char *redirect, gpointer data)
{
  g_autoptr (SbSignInView) self = waiting_get_view (data);

  if (self == NULL)
    return;
  g_free (self->address);
  self->address = g_strdup (address);
  gtk_widget_set_sensitive (self->open_button, TRUE);
  gtk_widget_set_sensitive (self->copy_button, TRUE);
  open_page (self);
}

static void
signed_in_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  Waiting *waiting = data;
  g_autoptr (SbSignInView) self = waiting_get_view (waiting);
  g_autoptr (GError) error = NULL;
  g_autofree char *words = sb_engine_sign_in_finish (SB_ENGINE (source), result, &error);

  if (self != NULL)
    {
      g_clear_object (&self->cancellable);
      gtk_spinner_stop (GTK_SPINNER (self->spinner));
      g_signal_emit (self, signals[DONE], 0, words != NULL, words != NULL ? words : error->message);
    }
  waiting_free (waiting);
}

void
sb_sign_in_view_cancel (SbSignInView *self)
{
  if (self->cancellable == NULL)
    return;
  g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
}

void
sb_sign_in_view_begin (SbSignInView *self,
                       SbEngine *engine,
                       SbConnector *connector,
                       const char *connection_id)
{
  Waiting *waiting = g_new0 (Waiting, 1);
  g_autofree char *title = g_strdup_printf (_ ("Sign in at %s"), connector->name);
  g_autofree char *safe_title = g_markup_escape_text (title, -1);
  g_autofree char *words = g_strdup_printf (
    _ ("Your browser shows a page of %s. Sign in there and allow access. Signalbox notices by "
       "itself and goes on here."),
    connector->name);
  g_autofree char *safe_words = g_markup_escape_text (words, -1);

  sb_sign_in_view_cancel (self);
  g_set_object (&self->engine, engine);
  g_free (self->connection);
  self->connection = g_strdup (connection_id);
  g_clear_pointer (&self->address, g_free);
  adw_status_page_set_title (self->page, safe_title);
  adw_status_page_set_description (self->page, safe_words);
  gtk_editable_set_text (self->paste_entry, "");
  gtk_label_set_label (self->paste_problem, "");
  gtk_widget_set_sensitive (self->open_button, FALSE);
  gtk_widget_set_sensitive (self->copy_button, FALSE);
  gtk_spinner_start (GTK_SPINNER (self->spinner));

  self->cancellable = g_cancellable_new ();
  g_weak_ref_init (&waiting->view, self);
  waiting->cancellable = g_object_ref (self->cancellable);
  sb_engine_sign_in_async (engine, connection_id, 0, address_cb, waiting, self->cancellable,
                           signed_in_cb, waiting);
}

static void
open_clicked_cb (SbSignInView *self)
{
  open_page (self);
}

static void
copy_clicked_cb (SbSignInView *self)
{
  gdk_clipboard_set_text (gtk_widget_get_clipboard (GTK_WIDGET (self)), self->address);
  gtk_button_set_label (GTK_BUTTON (self->copy_button), _ ("Copied"));
}

static void
taken_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (SbSignInView) self = data;
  g_autoptr (GError) error = NULL;

  if (!sb_engine_take_address_finish (SB_ENGINE (source), result, &error))
    gtk_label_set_label (self->paste_problem, error->message);
}

static void
paste_cb (SbSignInView *self)
{
  const char *text = gtk_editable_get_text (self->paste_entry);

  gtk_label_set_label (self->paste_problem, "");
  if (text[0] != '\0' && self->engine != NULL)
    sb_engine_take_address_async (self->engine, self->connection, text, NULL, taken_cb,
                                  g_object_ref (self));
}

static void
sb_sign_in_view_dispose (GObject *object)
{
  SbSignInView *self = SB_SIGN_IN_VIEW (object);

  sb_sign_in_view_cancel (self);
  g_clear_object (&self->engine);

  G_OBJECT_CLASS (sb_sign_in_view_parent_class)->dispose (object);
}

static void
sb_sign_in_view_finalize (GObject *object)
{
  SbSignInView *self = SB_SIGN_IN_VIEW (object);

  g_free (self->connection);
  g_free (self->address);

  G_OBJECT_CLASS (sb_sign_in_view_parent_class)->finalize (object);
}

static void
sb_sign_in_view_class_init (SbSignInViewClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->dispose = sb_sign_in_view_dispose;
  object_class->finalize = sb_sign_in_view_finalize;

  signals[DONE] = g_signal_new ("done", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                NULL, G_TYPE_NONE, 2, G_TYPE_BOOLEAN, G_TYPE_STRING);

  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/io/github/signalbox/Signalbox/sb-sign-in-view.ui");
  gtk_widget_class_bind_template_child (widget_class, SbSignInView, page);
  gtk_widget_class_bind_template_child (widget_class, SbSignInView, spinner);
  gtk_widget_class_bind_template_child (widget_class, SbSignInView, open_button);
  gtk_widget_class_bind_template_child (widget_class, SbSignInView, copy_button);
  gtk_widget_class_bind_template_child (widget_class, SbSignInView, paste_entry);
  gtk_widget_class_bind_template_child (widget_class, SbSignInView, paste_problem);
  gtk_widget_class_bind_template_callback (widget_class, open_clicked_cb);
  gtk_widget_class_bind_template_callback (widget_class, copy_clicked_cb);
  gtk_widget_class_bind_template_callback (widget_class, paste_cb);
}

static void
sb_sign_in_view_init (SbSignInView *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

GtkWidget *
sb_sign_in_view_new (void)
{
  return g_object_new (SB_TYPE_SIGN_IN_VIEW, NULL);
}
