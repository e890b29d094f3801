/* sb-raw-editor.c
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "sb-raw-editor.h"

#include <string.h>

#include "sb-json.h"
#include "sb-template.h"

struct _SbRawEditor
{
  GtkWidget parent_instance;
  GtkWidget *view;
  GtkLabel *error;
  SbValue *value; /* (nullable) */
  gboolean json;
  gboolean filling;
};

enum
{
  EDITED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (SbRawEditor, sb_raw_editor, GTK_TYPE_WIDGET)

/* Every text below @value can be read as a template. */
static gboolean
check (SbValue *value, GError **error)
{
  if (sb_value_get_type (value) == SB_VALUE_STRING)
    {
      g_autoptr (SbTemplate) template = sb_template_new (sb_value_get_text (value), error);

      return template != NULL;
    }
  for (guint i = 0; i < sb_value_get_length (value); i++)
    {
      const char *name = sb_value_get_member_name (value, i);

      if (!check (name != NULL ? sb_value_get_member (value, name) : sb_value_get_item (value, i),
                  error))
        return FALSE;
    }
  return TRUE;
}

static SbValue *
read_text (SbRawEditor *self, const char *text, GError **error)
{
  g_autofree char *stripped = g_strstrip (g_strdup (text));
  g_autoptr (SbValue) value = NULL;

  if (self->json && (*stripped == '[' || (*stripped == '{' && stripped[1] != '{')))
    value = sb_json_parse (stripped, -1, error);
  else
    value = sb_value_new_string (text);
  return value != NULL && check (value, error) ? g_steal_pointer (&value) : NULL;
}

static void
show_error (SbRawEditor *self, const GError *error)
{
  gtk_label_set_label (self->error, error != NULL ? error->message : "");
  gtk_widget_set_visible (GTK_WIDGET (self->error), error != NULL);
}

static void
changed_cb (SbRawEditor *self)
{
  GtkTextBuffer *buffer = gtk_text_view_get_buffer (GTK_TEXT_VIEW (self->view));
  g_autoptr (GError) error = NULL;
  g_autoptr (SbValue) value = NULL;
  g_autofree char *text = NULL;
  GtkTextIter start;
  GtkTextIter end;

  if (self->filling)
    return;
  gtk_text_buffer_get_bounds (buffer, &start, &end);
  text = gtk_text_buffer_get_text (buffer, &start, &end, FALSE);
  value = *text != '\0' ? read_text (self, text, &error) : NULL;
  show_error (self, error);
  if (error != NULL)
    return;
  g_clear_pointer (&self->value, sb_value_unref);
  self->value = g_steal_pointer (&value);
  g_signal_emit (self, signals[EDITED], 0, self->value);
}

void
sb_raw_editor_set_value (SbRawEditor *self, SbValue *value)
{
  g_autofree char *text = NULL;

  if (value == self->value ||
      (value != NULL && self->value != NULL && sb_value_equal (value, self->value)))
    return;
  if (value == NULL)
    text = g_strdup ("");
  else
    text = sb_value_get_type (value) >= SB_VALUE_ARRAY ? sb_json_write_pretty (value)
                                                       : sb_value_to_text (value);
  self->filling = TRUE;
  gtk_text_buffer_set_text (gtk_text_view_get_buffer (GTK_TEXT_VIEW (self->view)), text, -1);
  self->filling = FALSE;
  if (value != NULL)
    sb_value_ref (value);
  g_clear_pointer (&self->value, sb_value_unref);
  self->value = value;
  show_error (self, NULL);
}

static void
sb_raw_editor_dispose (GObject *object)
{
  SbRawEditor *self = SB_RAW_EDITOR (object);
  GtkWidget *child;

  self->filling = TRUE;
  while ((child = gtk_widget_get_first_child (GTK_WIDGET (self))) != NULL)
    gtk_widget_unparent (child);
  g_clear_pointer (&self->value, sb_value_unref);

  G_OBJECT_CLASS (sb_raw_editor_parent_class)->dispose (object);
}

static void
sb_raw_editor_class_init (SbRawEditorClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = sb_raw_editor_dispose;
  signals[EDITED] = g_signal_new ("edited", SB_TYPE_RAW_EDITOR, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                  NULL, G_TYPE_NONE, 1, G_TYPE_POINTER);
  gtk_widget_class_set_layout_manager_type (GTK_WIDGET_CLASS (klass), GTK_TYPE_BOX_LAYOUT);
}

static void
sb_raw_editor_init (SbRawEditor *self)
{
  GtkLayoutManager *layout = gtk_widget_get_layout_manager (GTK_WIDGET (self));
  GtkTextView *view;

  gtk_orientable_set_orientation (GTK_ORIENTABLE (layout), GTK_ORIENTATION_VERTICAL);
  self->view = gtk_text_view_new ();
  view = GTK_TEXT_VIEW (self->view);
  gtk_text_view_set_monospace (view, TRUE);
  gtk_text_view_set_wrap_mode (view, GTK_WRAP_WORD_CHAR);
  gtk_text_view_set_accepts_tab (view, FALSE);
  gtk_text_view_set_left_margin (view, 8);
  gtk_text_view_set_right_margin (view, 4);
  gtk_text_view_set_top_margin (view, 8);
  gtk_text_view_set_bottom_margin (view, 8);
  gtk_text_buffer_set_enable_undo (gtk_text_view_get_buffer (view), FALSE);
  gtk_widget_set_hexpand (self->view, TRUE);
  gtk_widget_add_css_class (self->view, "sb-raw");
  self->error = GTK_LABEL (gtk_label_new (NULL));
  gtk_label_set_xalign (self->error, 0);
  gtk_label_set_wrap (self->error, TRUE);
  gtk_label_set_wrap_mode (self->error, PANGO_WRAP_WORD_CHAR);
  gtk_widget_set_margin_start (GTK_WIDGET (self->error), 8);
  gtk_widget_set_margin_bottom (GTK_WIDGET (self->error), 6);
  gtk_widget_add_css_class (GTK_WIDGET (self->error), "sb-held");
  gtk_widget_add_css_class (GTK_WIDGET (self->error), "caption");
  gtk_widget_set_visible (GTK_WIDGET (self->error), FALSE);
  gtk_widget_set_parent (self->view, GTK_WIDGET (self));
  gtk_widget_set_parent (GTK_WIDGET (self->error), GTK_WIDGET (self));
  g_signal_connect_object (gtk_text_view_get_buffer (view), "changed", G_CALLBACK (changed_cb),
                           self, G_CONNECT_SWAPPED);
}

GtkWidget *
sb_raw_editor_new (gboolean json, const char *label)
{
  SbRawEditor *self = g_object_new (SB_TYPE_RAW_EDITOR, "hexpand", TRUE, NULL);

  self->json = json;
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->view), GTK_ACCESSIBLE_PROPERTY_LABEL, label,
                                  -1);
  return GTK_WIDGET (self);
}
