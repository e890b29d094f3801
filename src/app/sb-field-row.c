/* sb-field-row.c
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "sb-field-row.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "sb-data-panel.h"
#include "sb-parts-editor.h"
#include "sb-raw-editor.h"
#include "sb-token-view.h"

/* Longer texts scroll within their field. */
#define MAX_EDITOR_HEIGHT 220

struct _SbFieldRow
{
  GtkWidget parent_instance;

  GtkLabel *label;
  GtkWidget *required_mark;
  GtkLabel *hint;
  GtkToggleButton *raw_button;
  GtkBox *head_end;
  GtkBox *frame;
  GtkButton *by_hand;
  GtkWidget *preview_box;
  GtkImage *preview_icon;
  GtkLabel *preview;

  SbFlowModel *model;
  char *step_id;
  char *key;
  char *help;
  char *type; /* (nullable) */
  SbValue *allowed;
  SbValue *columns;
  gboolean required;
  gboolean fixed;
  gboolean plain;

  SbValue *value;         /* (nullable): as the flow has it */
  GtkWidget *view;        /* (nullable): SbTokenView */
  GtkWidget *drop_down;   /* (nullable) */
  GtkWidget *placeholder; /* (nullable) */
  GtkWidget *parts;       /* (nullable): SbPartsEditor */
  GtkWidget *raw;         /* (nullable): SbRawEditor */
  GtkWidget *panel;       /* (nullable): while it is open */
  gboolean filling;
};

enum
{
  EDITED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (SbFieldRow, sb_field_row, GTK_TYPE_WIDGET)

/* --- data panel
 * ------------------------------------------------------------------------------------- */

static gboolean
drop_panel_cb (gpointer data)
{
  GtkWidget *panel = data;

  if (gtk_widget_get_parent (panel) != NULL)
    gtk_widget_unparent (panel);
  return G_SOURCE_REMOVE;
}

static void
panel_closed_cb (SbFieldRow *self)
{
  GtkWidget *panel = g_steal_pointer (&self->panel);
  GtkRoot *root = gtk_widget_get_root (GTK_WIDGET (self));
  GtkWidget *focus = root != NULL ? gtk_root_get_focus (root) : NULL;

  /* Whoever leaves the search by Escape types on in the field. */
  if (panel != NULL && self->view != NULL &&
      (focus == NULL || gtk_widget_is_ancestor (focus, panel)))
    gtk_widget_grab_focus (self->view);
  /* Not while it is being closed. */
  if (panel != NULL)
    g_idle_add_full (G_PRIORITY_DEFAULT_IDLE, drop_panel_cb, g_object_ref (panel), g_object_unref);
}

static void
panel_chosen_cb (SbFieldRow *self, const char *path)
{
  sb_token_view_insert_token (SB_TOKEN_VIEW (self->view), path);
  if (self->panel != NULL)
    gtk_popover_popdown (GTK_POPOVER (self->panel));
  gtk_widget_grab_focus (self->view);
}

static void
open_panel (SbFieldRow *self)
{
  if (self->panel != NULL || self->view == NULL || self->fixed)
    return;
  self->panel = sb_data_panel_new (self->model, self->step_id);
  gtk_widget_set_parent (self->panel, GTK_WIDGET (self->frame));
  /* Beside the field, over the map, so that it hides neither the fields below nor what they come
   * to. */
  gtk_popover_set_position (GTK_POPOVER (self->panel),
                            gtk_widget_get_direction (GTK_WIDGET (self)) == GTK_TEXT_DIR_RTL
                              ? GTK_POS_RIGHT
                              : GTK_POS_LEFT);
  g_signal_connect_object (self->panel, "chosen", G_CALLBACK (panel_chosen_cb), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (self->panel, "closed", G_CALLBACK (panel_closed_cb), self,
                           G_CONNECT_SWAPPED);
  gtk_popover_popup (GTK_POPOVER (self->panel));
}

/* Whoever asks for the panel goes on in its search; a click into a field leaves the focus there. */
static void
search_panel (SbFieldRow *self)
{
  open_panel (self);
  if (self->panel != NULL)
    sb_data_panel_focus_search (SB_DATA_PANEL (self->panel));
}

static void
insert_clicked_cb (SbFieldRow *self)
{
  if (self->panel != NULL)
    gtk_popover_popdown (GTK_POPOVER (self->panel));
  else
    search_panel (self);
}

static void
view_pressed_cb (SbFieldRow *self, int n, double x, double y)
{
  GtkWidget *hit = gtk_widget_pick (self->view, x, y, GTK_PICK_DEFAULT);

  /* A pill has a menu of its own. */
  if (hit == NULL || hit == self->view)
    open_panel (self);
}

/* The panel goes when the focus goes elsewhere; within the row and the panel it stays. */
static void
focus_changed_cb (SbFieldRow *self)
{
  GtkRoot *root = gtk_widget_get_root (GTK_WIDGET (self));
  GtkWidget *focus = root != NULL ? gtk_root_get_focus (root) : NULL;

  if (focus == NULL || gtk_widget_is_ancestor (focus, GTK_WIDGET (self)))
    return;
  if (self->panel != NULL)
    gtk_popover_popdown (GTK_POPOVER (self->panel));
}

/* Past the buttons of this field and the next one, into the next one's editor. */
static void
leave_forward (SbFieldRow *self)
{
  GtkWidget *root = GTK_WIDGET (gtk_widget_get_root (GTK_WIDGET (self)));

  for (guint i = 0; i < 8 && gtk_widget_child_focus (root, GTK_DIR_TAB_FORWARD); i++)
    {
      GtkWidget *focus = gtk_root_get_focus (GTK_ROOT (root));
      GtkWidget *row = focus != NULL ? gtk_widget_get_ancestor (focus, SB_TYPE_FIELD_ROW) : NULL;

      if (row == NULL || (row != GTK_WIDGET (self) &&
                          gtk_widget_is_ancestor (focus, GTK_WIDGET (SB_FIELD_ROW (row)->frame))))
        return;
    }
}

static gboolean
key_cb (SbFieldRow *self, guint key, guint code, GdkModifierType state)
{
  if (key == GDK_KEY_Escape && self->panel != NULL)
    {
      gtk_popover_popdown (GTK_POPOVER (self->panel));
      gtk_widget_grab_focus (self->view);
      return GDK_EVENT_STOP;
    }
  /* Enter goes on to the next field, Shift with Enter starts a line, Ctrl with Space opens the
   * panel. */
  if ((key == GDK_KEY_Return || key == GDK_KEY_KP_Enter) && (state & GDK_SHIFT_MASK) == 0)
    {
      if (sb_token_view_format (SB_TOKEN_VIEW (self->view), FALSE))
        return GDK_EVENT_STOP;
      if (self->panel != NULL)
        search_panel (self);
      else
        leave_forward (self);
      return GDK_EVENT_STOP;
    }
  if (key == GDK_KEY_space && (state & GDK_CONTROL_MASK) != 0)
    {
      search_panel (self);
      return GDK_EVENT_STOP;
    }
  return GDK_EVENT_PROPAGATE;
}

/* --- editors
 * ---------------------------------------------------------------------------------------- */

static void
emit_edited (SbFieldRow *self, SbValue *value)
{
  g_clear_pointer (&self->value, sb_value_unref);
  self->value = value;
  g_signal_emit (self, signals[EDITED], 0, value);
}

static void
show_placeholder (SbFieldRow *self)
{
  GtkTextBuffer *buffer;

  if (self->placeholder == NULL)
    return;
  buffer = gtk_text_view_get_buffer (GTK_TEXT_VIEW (self->view));
  gtk_widget_set_visible (self->placeholder, gtk_text_buffer_get_char_count (buffer) == 0);
}

static void
view_edited_cb (SbFieldRow *self)
{
  g_autofree char *text = sb_token_view_dup_template (SB_TOKEN_VIEW (self->view));

  show_placeholder (self);
  if (!self->filling)
    emit_edited (self, *text != '\0' ? sb_value_new_string (text) : NULL);
}

static void
selected_cb (SbFieldRow *self)
{
  guint selected = gtk_drop_down_get_selected (GTK_DROP_DOWN (self->drop_down));
  SbValue *choice;

  if (self->filling || selected == GTK_INVALID_LIST_POSITION)
    return;
  choice = selected > 0 ? sb_value_get_item (self->allowed, selected - 1) : NULL;
  choice = choice != NULL ? sb_value_get_member (choice, "value") : NULL;
  emit_edited (self, choice != NULL ? sb_value_ref (choice) : NULL);
}

static void
make_view (SbFieldRow *self)
{
  GtkWidget *overlay = gtk_overlay_new ();
  GtkWidget *scroller = gtk_scrolled_window_new ();
  GtkEventController *keys = gtk_event_controller_key_new ();
  GtkGesture *click = gtk_gesture_click_new ();

  self->view = sb_token_view_new (self->model);
  sb_token_view_set_step (SB_TOKEN_VIEW (self->view), self->step_id);
  gtk_scrolled_window_set_policy (GTK_SCROLLED_WINDOW (scroller), GTK_POLICY_EXTERNAL,
                                  GTK_POLICY_EXTERNAL);
  gtk_scrolled_window_set_propagate_natural_height (GTK_SCROLLED_WINDOW (scroller), TRUE);
  gtk_scrolled_window_set_max_content_height (GTK_SCROLLED_WINDOW (scroller), MAX_EDITOR_HEIGHT);
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (scroller), self->view);
  gtk_overlay_set_child (GTK_OVERLAY (overlay), scroller);
  gtk_widget_set_hexpand (overlay, TRUE);

  self->placeholder =
    gtk_label_new (self->fixed ? _ ("Type it here") : _ ("Type, or choose a value"));
  gtk_label_set_xalign (GTK_LABEL (self->placeholder), 0);
  gtk_label_set_ellipsize (GTK_LABEL (self->placeholder), PANGO_ELLIPSIZE_END);
  gtk_widget_set_margin_start (self->placeholder, 8);
  gtk_widget_set_margin_top (self->placeholder, 8);
  gtk_widget_set_valign (self->placeholder, GTK_ALIGN_START);
  gtk_widget_set_can_target (self->placeholder, FALSE);
  gtk_widget_add_css_class (self->placeholder, "sb-placeholder");
  gtk_overlay_add_overlay (GTK_OVERLAY (overlay), self->placeholder);

  gtk_box_append (self->frame, overlay);
  gtk_widget_add_css_class (GTK_WIDGET (self->frame), "sb-field");
  if (!self->fixed)
    {
      GtkWidget *button = gtk_button_new_from_icon_name ("sb-insert-symbolic");

      gtk_widget_set_tooltip_text (button, _ ("Choose a value from earlier steps (Ctrl+Space)"));
      gtk_accessible_update_property (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                      _ ("Choose a value from earlier steps"), -1);
      gtk_widget_set_valign (button, GTK_ALIGN_START);
      gtk_widget_add_css_class (button, "flat");
      gtk_widget_add_css_class (button, "sb-insert");
      g_signal_connect_object (button, "clicked", G_CALLBACK (insert_clicked_cb), self,
                               G_CONNECT_SWAPPED);
      gtk_box_append (self->frame, button);
    }

  gtk_event_controller_set_propagation_phase (keys, GTK_PHASE_CAPTURE);
  g_signal_connect_object (keys, "key-pressed", G_CALLBACK (key_cb), self, G_CONNECT_SWAPPED);
  gtk_widget_add_controller (self->view, keys);
  gtk_event_controller_set_propagation_phase (GTK_EVENT_CONTROLLER (click), GTK_PHASE_CAPTURE);
  g_signal_connect_object (click, "pressed", G_CALLBACK (view_pressed_cb), self, G_CONNECT_SWAPPED);
  gtk_widget_add_controller (self->view, GTK_EVENT_CONTROLLER (click));
  g_signal_connect_object (self->view, "edited", G_CALLBACK (view_edited_cb), self,
                           G_CONNECT_SWAPPED);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->view), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  gtk_label_get_label (self->label), -1);
}

static void
make_drop_down (SbFieldRow *self)
{
  g_autoptr (GtkStringList) names = gtk_string_list_new (NULL);

  gtk_string_list_append (names, self->required ? _ ("Choose…") : _ ("Not set"));
  for (guint i = 0; i < sb_value_get_length (self->allowed); i++)
    {
      const char *label = sb_value_get_string (sb_value_get_item (self->allowed, i), "label");

      gtk_string_list_append (names, label != NULL ? label : "");
    }
  self->drop_down = gtk_drop_down_new (G_LIST_MODEL (g_steal_pointer (&names)), NULL);
  gtk_widget_set_hexpand (self->drop_down, TRUE);
  g_signal_connect_object (self->drop_down, "notify::selected", G_CALLBACK (selected_cb), self,
                           G_CONNECT_SWAPPED);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->drop_down), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  gtk_label_get_label (self->label), -1);
  gtk_box_append (self->frame, self->drop_down);
}

static void
part_edited_cb (SbFieldRow *self, SbValue *value)
{
  if (!self->filling)
    emit_edited (self, value != NULL ? sb_value_ref (value) : NULL);
}

static void
make_parts (SbFieldRow *self)
{
  self->parts = sb_parts_editor_new (self->model, self->step_id, self->columns);
  gtk_widget_set_hexpand (self->parts, TRUE);
  gtk_widget_add_css_class (self->parts, "sb-parts");
  g_signal_connect_object (self->parts, "edited", G_CALLBACK (part_edited_cb), self,
                           G_CONNECT_SWAPPED);
  gtk_box_append (self->frame, self->parts);
}

static gboolean
is_of_parts (SbFieldRow *self)
{
  return g_strcmp0 (self->type, "list") == 0 || g_strcmp0 (self->type, "object") == 0;
}

static void
make_raw (SbFieldRow *self)
{
  gboolean json = is_of_parts (self) ||
                  (self->value != NULL && sb_value_get_type (self->value) >= SB_VALUE_ARRAY);

  self->raw = sb_raw_editor_new (json, gtk_label_get_label (self->label));
  g_signal_connect_object (self->raw, "edited", G_CALLBACK (part_edited_cb), self,
                           G_CONNECT_SWAPPED);
  gtk_box_append (self->frame, self->raw);
  gtk_widget_add_css_class (GTK_WIDGET (self->frame), "sb-field");
}

static void
clear_editor (SbFieldRow *self)
{
  GtkWidget *child;

  while ((child = gtk_widget_get_first_child (GTK_WIDGET (self->frame))) != NULL)
    gtk_box_remove (self->frame, child);
  self->view = NULL;
  self->drop_down = NULL;
  self->placeholder = NULL;
  self->parts = NULL;
  self->raw = NULL;
  gtk_widget_remove_css_class (GTK_WIDGET (self->frame), "sb-field");
}

static int
find_choice (SbFieldRow *self, SbValue *value)
{
  for (guint i = 0; value != NULL && i < sb_value_get_length (self->allowed); i++)
    {
      SbValue *choice = sb_value_get_member (sb_value_get_item (self->allowed, i), "value");
      g_autofree char *text = sb_value_to_text (choice);
      g_autofree char *other = sb_value_to_text (value);

      if (strcmp (text, other) == 0)
        return (int)i;
    }
  return -1;
}

/* Each value has its editor; the one that is there stays, so that the cursor does. */
static void
choose_editor (SbFieldRow *self, SbValue *value, int choice)
{
  void (*make) (SbFieldRow * self) = make_view;
  GtkWidget *present = self->view;

  if (gtk_toggle_button_get_active (self->raw_button))
    {
      make = make_raw;
      present = self->raw;
    }
  else if (value != NULL && sb_value_get_type (value) >= SB_VALUE_ARRAY)
    {
      make = make_parts;
      present = self->parts;
    }
  else if (self->allowed != NULL && (choice >= 0 || value == NULL))
    {
      make = make_drop_down;
      present = self->drop_down;
    }
  if (present != NULL)
    return;
  clear_editor (self);
  make (self);
}

/* A list or group either comes from an earlier step or is put together here. */
static void
show_by_hand (SbFieldRow *self, SbValue *value)
{
  gboolean list = g_strcmp0 (self->type, "list") == 0;

  gtk_widget_set_visible (GTK_WIDGET (self->by_hand), is_of_parts (self) && self->raw == NULL &&
                                                        (self->parts != NULL || value == NULL));
  if (self->parts != NULL)
    gtk_button_set_label (self->by_hand, list ? _ ("Take a list from an earlier step instead")
                                              : _ ("Take a group from an earlier step instead"));
  else
    gtk_button_set_label (self->by_hand, list ? _ ("Or put the items together here")
                                              : _ ("Or put the values together here"));
}

void
sb_field_row_set_value (SbFieldRow *self, SbValue *value)
{
  int choice = self->allowed != NULL ? find_choice (self, value) : -1;

  self->filling = TRUE;
  if (value != NULL)
    sb_value_ref (value);
  g_clear_pointer (&self->value, sb_value_unref);
  self->value = value;
  choose_editor (self, value, choice);
  if (self->raw != NULL)
    sb_raw_editor_set_value (SB_RAW_EDITOR (self->raw), value);
  else if (self->parts != NULL)
    sb_parts_editor_set_value (SB_PARTS_EDITOR (self->parts), value);
  else if (self->drop_down != NULL)
    gtk_drop_down_set_selected (GTK_DROP_DOWN (self->drop_down), (guint)(choice + 1));
  else if (self->view != NULL)
    {
      g_autofree char *text = value != NULL ? sb_value_to_text (value) : g_strdup ("");

      sb_token_view_set_template (SB_TOKEN_VIEW (self->view), text);
      show_placeholder (self);
    }
  show_by_hand (self, value);
  self->filling = FALSE;
}

static void
by_hand_clicked_cb (SbFieldRow *self)
{
  g_autoptr (SbValue) value = NULL;

  if (self->parts == NULL && g_strcmp0 (self->type, "list") == 0)
    {
      value = sb_value_new_array ();
      sb_value_append (value, sb_parts_new_item (self->columns, NULL));
    }
  else if (self->parts == NULL)
    value = sb_value_new_object ();
  sb_field_row_set_value (self, value);
  g_signal_emit (self, signals[EDITED], 0, self->value);
  gtk_widget_child_focus (GTK_WIDGET (self->frame), GTK_DIR_TAB_FORWARD);
}

static void
raw_toggled_cb (SbFieldRow *self)
{
  g_autoptr (SbValue) value = self->value != NULL ? sb_value_ref (self->value) : NULL;

  if (self->panel != NULL)
    gtk_popover_popdown (GTK_POPOVER (self->panel));
  sb_field_row_set_value (self, value);
}

gboolean
sb_field_row_is_empty (SbFieldRow *self)
{
  return self->value == NULL || (sb_value_get_type (self->value) == SB_VALUE_STRING &&
                                 *sb_value_get_text (self->value) == '\0');
}

void
sb_field_row_add_to_head (SbFieldRow *self, GtkWidget *widget)
{
  gtk_box_append (self->head_end, widget);
}

void
sb_field_row_enter (SbFieldRow *self, const char *text)
{
  g_autoptr (SbValue) value = sb_value_new_string (text);

  sb_field_row_set_value (self, value);
  emit_edited (self, sb_value_ref (value));
}

gboolean
sb_field_row_is_required (SbFieldRow *self)
{
  return self->required;
}

void
sb_field_row_focus (SbFieldRow *self)
{
  if (self->view != NULL)
    gtk_widget_grab_focus (self->view);
  else
    gtk_widget_child_focus (GTK_WIDGET (self->frame), GTK_DIR_TAB_FORWARD);
}

const char *
sb_field_row_get_key (SbFieldRow *self)
{
  return self->key;
}

/* --- preview
 * ---------------------------------------------------------------------------------------- */

static void
show_preview (SbFieldRow *self, const char *icon_name, const char *style, const char *text)
{
  const char *classes[] = { style, NULL };
  gboolean shown = text != NULL && *text != '\0';

  gtk_widget_set_visible (self->preview_box, shown);
  if (!shown)
    return;
  gtk_image_set_from_icon_name (self->preview_icon, icon_name);
  gtk_widget_set_css_classes (GTK_WIDGET (self->preview_icon), classes);
  gtk_widget_set_css_classes (GTK_WIDGET (self->preview), classes);
  gtk_label_set_label (self->preview, text);
  gtk_widget_set_tooltip_text (GTK_WIDGET (self->preview), text);
}

void
sb_field_row_refresh (SbFieldRow *self, const char *problem)
{
  gboolean empty = sb_field_row_is_empty (self);
  g_autoptr (GError) error = NULL;
  g_autofree char *text = NULL;
  g_autofree char *literal = NULL;

  if (self->parts != NULL)
    sb_parts_editor_refresh (SB_PARTS_EDITOR (self->parts));
  if (self->required && empty)
    gtk_widget_add_css_class (GTK_WIDGET (self->frame), "missing");
  else
    gtk_widget_remove_css_class (GTK_WIDGET (self->frame), "missing");

  if (empty && self->required)
    {
      text = self->help != NULL ? g_strdup_printf (_ ("Required: %s"), self->help)
                                : g_strdup (_ ("Required"));
      show_preview (self, "sb-status-trouble-symbolic", "sb-trouble", text);
      return;
    }
  if (problem != NULL)
    {
      show_preview (self, "sb-status-trouble-symbolic", "sb-held", problem);
      return;
    }
  if (empty)
    {
      show_preview (self, NULL, NULL, NULL);
      return;
    }
  /* Each part says itself what it comes to. */
  if (self->parts != NULL)
    {
      show_preview (self, NULL, NULL, NULL);
      return;
    }
  text =
    sb_preview_render (sb_flow_model_get_preview (self->model), self->step_id, self->value, &error);
  if (text == NULL)
    {
      show_preview (self, "sb-status-trouble-symbolic", "sb-held", error->message);
      return;
    }
  /* Plain text comes to itself; saying it twice would only be noise. */
  literal = sb_value_to_text (self->value);
  if (strcmp (literal, text) == 0)
    g_clear_pointer (&text, g_free);
  show_preview (self, "sb-result-symbolic", NULL, text);
}

/* --- object
 * ----------------------------------------------------------------------------------------- */

static void
sb_field_row_root (GtkWidget *widget)
{
  GTK_WIDGET_CLASS (sb_field_row_parent_class)->root (widget);
  g_signal_connect_object (gtk_widget_get_root (widget), "notify::focus-widget",
                           G_CALLBACK (focus_changed_cb), widget, G_CONNECT_SWAPPED);
}

static void
sb_field_row_unroot (GtkWidget *widget)
{
  g_signal_handlers_disconnect_by_func (gtk_widget_get_root (widget), focus_changed_cb, widget);
  GTK_WIDGET_CLASS (sb_field_row_parent_class)->unroot (widget);
}

static void
sb_field_row_dispose (GObject *object)
{
  SbFieldRow *self = SB_FIELD_ROW (object);
  GtkWidget *child;

  self->filling = TRUE;
  if (self->panel != NULL)
    {
      GtkWidget *panel = g_steal_pointer (&self->panel);

      gtk_widget_unparent (panel);
    }
  while ((child = gtk_widget_get_first_child (GTK_WIDGET (self))) != NULL)
    gtk_widget_unparent (child);
  g_clear_object (&self->model);

  G_OBJECT_CLASS (sb_field_row_parent_class)->dispose (object);
}

static void
sb_field_row_finalize (GObject *object)
{
  SbFieldRow *self = SB_FIELD_ROW (object);

  g_free (self->step_id);
  g_free (self->key);
  g_free (self->help);
  g_free (self->type);
  g_clear_pointer (&self->allowed, sb_value_unref);
  g_clear_pointer (&self->columns, sb_value_unref);
  g_clear_pointer (&self->value, sb_value_unref);

  G_OBJECT_CLASS (sb_field_row_parent_class)->finalize (object);
}

static void
sb_field_row_class_init (SbFieldRowClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->dispose = sb_field_row_dispose;
  object_class->finalize = sb_field_row_finalize;
  widget_class->root = sb_field_row_root;
  widget_class->unroot = sb_field_row_unroot;
  signals[EDITED] = g_signal_new ("edited", SB_TYPE_FIELD_ROW, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                  NULL, G_TYPE_NONE, 1, G_TYPE_POINTER);
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/io/github/signalbox/Signalbox/sb-field-row.ui");
  gtk_widget_class_bind_template_child (widget_class, SbFieldRow, label);
  gtk_widget_class_bind_template_child (widget_class, SbFieldRow, required_mark);
  gtk_widget_class_bind_template_child (widget_class, SbFieldRow, hint);
  gtk_widget_class_bind_template_child (widget_class, SbFieldRow, raw_button);
  gtk_widget_class_bind_template_child (widget_class, SbFieldRow, head_end);
  gtk_widget_class_bind_template_child (widget_class, SbFieldRow, frame);
  gtk_widget_class_bind_template_child (widget_class, SbFieldRow, by_hand);
  gtk_widget_class_bind_template_child (widget_class, SbFieldRow, preview_box);
  gtk_widget_class_bind_template_child (widget_class, SbFieldRow, preview_icon);
  gtk_widget_class_bind_template_child (widget_class, SbFieldRow, preview);
  gtk_widget_class_bind_template_callback (widget_class, raw_toggled_cb);
  gtk_widget_class_bind_template_callback (widget_class, by_hand_clicked_cb);
}

static void
sb_field_row_init (SbFieldRow *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

static SbValue *
yes_and_no (void)
{
  SbValue *allowed = sb_value_new_array ();

  for (guint i = 0; i < 2; i++)
    {
      SbValue *choice = sb_value_new_object ();

      sb_value_set_boolean (choice, "value", i == 0);
      sb_value_set_string (choice, "label", i == 0 ? _ ("Yes") : _ ("No"));
      sb_value_append (allowed, choice);
    }
  return allowed;
}

GtkWidget *
sb_field_row_new (SbFlowModel *model, const char *step_id, const SbFieldSpec *spec)
{
  SbFieldRow *self = g_object_new (SB_TYPE_FIELD_ROW, NULL);

  self->model = g_object_ref (model);
  self->step_id = g_strdup (step_id);
  self->key = g_strdup (spec->key);
  self->help = g_strdup (spec->help);
  self->required = spec->required;
  self->fixed = spec->fixed;
  self->plain = spec->plain;
  self->type = g_strdup (spec->type);
  if (spec->columns != NULL)
    self->columns = sb_value_ref (spec->columns);
  if (spec->allowed != NULL)
    self->allowed = sb_value_ref (spec->allowed);
  else if (g_strcmp0 (spec->type, "boolean") == 0)
    self->allowed = yes_and_no ();
  gtk_label_set_label (self->label, spec->label);
  gtk_label_set_label (self->hint, spec->hint != NULL ? spec->hint : "");
  gtk_widget_set_visible (self->required_mark, spec->required);
  gtk_widget_set_visible (GTK_WIDGET (self->raw_button), !self->fixed && !self->plain);
  gtk_widget_set_tooltip_text (GTK_WIDGET (self->label), spec->help);
  sb_field_row_set_value (self, NULL);
  return GTK_WIDGET (self);
}
