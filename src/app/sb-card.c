/* sb-card.c
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "sb-card.h"

#include <glib/gi18n-lib.h>

#include "sb-tile.h"
#include "sb-words.h"

/* Sentences longer than this may be cut off on the card. */
#define LONG_TEXT 60

struct _SbCard
{
  AdwBin parent_instance;

  GtkWidget *body;
  SbTile *tile;
  GtkImage *symbol;
  GtkLabel *sentence;
  GtkWidget *text;
  GtkWidget *result_box;
  GtkWidget *result_icon;
  GtkLabel *result;
  GtkBox *status;
  GtkMenuButton *menu_button;

  char *id;
  SbCardKind kind;
  char *spoken;
  char *status_words; /* (nullable) */
};

G_DEFINE_FINAL_TYPE (SbCard, sb_card, ADW_TYPE_BIN)

static void
clicked_cb (SbCard *self)
{
  gtk_widget_activate_action (GTK_WIDGET (self), "canvas.choose", "s", self->id);
}

/* Its entries are about the chosen card. */
static void
menu_shown_cb (SbCard *self)
{
  clicked_cb (self);
}

/* Enter goes on to what the card is filled in with; Space only chooses it. */
static gboolean
key_cb (SbCard *self, guint key)
{
  if ((key != GDK_KEY_Return && key != GDK_KEY_KP_Enter) || !gtk_widget_is_focus (self->body))
    return GDK_EVENT_PROPAGATE;
  clicked_cb (self);
  return gtk_widget_activate_action (GTK_WIDGET (self), "map.fill-in", NULL);
}

static void
secondary_cb (SbCard *self)
{
  sb_card_open_menu (self);
}

static void
sb_card_finalize (GObject *object)
{
  SbCard *self = SB_CARD (object);

  g_free (self->id);
  g_free (self->spoken);
  g_free (self->status_words);

  G_OBJECT_CLASS (sb_card_parent_class)->finalize (object);
}

static void
sb_card_class_init (SbCardClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = sb_card_finalize;
  g_type_ensure (SB_TYPE_TILE);
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/io/github/signalbox/Signalbox/sb-card.ui");
  gtk_widget_class_bind_template_child (widget_class, SbCard, body);
  gtk_widget_class_bind_template_child (widget_class, SbCard, tile);
  gtk_widget_class_bind_template_child (widget_class, SbCard, symbol);
  gtk_widget_class_bind_template_child (widget_class, SbCard, sentence);
  gtk_widget_class_bind_template_child (widget_class, SbCard, text);
  gtk_widget_class_bind_template_child (widget_class, SbCard, result_box);
  gtk_widget_class_bind_template_child (widget_class, SbCard, result_icon);
  gtk_widget_class_bind_template_child (widget_class, SbCard, result);
  gtk_widget_class_bind_template_child (widget_class, SbCard, status);
  gtk_widget_class_bind_template_child (widget_class, SbCard, menu_button);
  gtk_widget_class_bind_template_callback (widget_class, clicked_cb);
}

static void
sb_card_init (SbCard *self)
{
  GtkGesture *secondary = gtk_gesture_click_new ();
  GtkEventController *keys = gtk_event_controller_key_new ();

  gtk_widget_init_template (GTK_WIDGET (self));
  gtk_event_controller_set_propagation_phase (keys, GTK_PHASE_CAPTURE);
  g_signal_connect_object (keys, "key-pressed", G_CALLBACK (key_cb), self, G_CONNECT_SWAPPED);
  gtk_widget_add_controller (GTK_WIDGET (self), keys);
  gtk_gesture_single_set_button (GTK_GESTURE_SINGLE (secondary), GDK_BUTTON_SECONDARY);
  g_signal_connect_object (secondary, "pressed", G_CALLBACK (secondary_cb), self,
                           G_CONNECT_SWAPPED);
  gtk_widget_add_controller (GTK_WIDGET (self), GTK_EVENT_CONTROLLER (secondary));
}

/* --- the menu -----------------------------------------------------------------------------------
 */

static void
append_item (GMenu *menu, const char *label, const char *action, const char *accel)
{
  g_autoptr (GMenuItem) item = g_menu_item_new (label, action);

  if (accel != NULL)
    g_menu_item_set_attribute (item, "accel", "s", accel);
  g_menu_append_item (menu, item);
}

static void
append_section (GMenu *menu, GMenu *section)
{
  g_menu_append_section (menu, NULL, G_MENU_MODEL (section));
  g_object_unref (section);
}

static void
append_step_sections (GMenu *menu)
{
  GMenu *clip = g_menu_new ();
  GMenu *move = g_menu_new ();
  GMenu *remove = g_menu_new ();

  append_item (clip, _ ("Cu_t"), "canvas.cut", "<Control>x");
  append_item (clip, _ ("_Copy"), "canvas.copy", "<Control>c");
  append_item (clip, _ ("_Paste Below"), "canvas.paste", "<Control>v");
  append_item (clip, _ ("_Duplicate"), "canvas.duplicate", "<Control>d");
  append_item (move, _ ("Move _Up"), "canvas.move-up", "<Alt>Up");
  append_item (move, _ ("Move Do_wn"), "canvas.move-down", "<Alt>Down");
  append_item (move, _ ("_Add a Step Below…"), "canvas.insert", "Insert");
  append_item (remove, _ ("_Remove"), "canvas.remove", "Delete");
  append_section (menu, clip);
  append_section (menu, move);
  append_section (menu, remove);
}

static GMenuModel *
make_menu (SbCardKind kind)
{
  GMenu *menu = g_menu_new ();
  GMenu *section = g_menu_new ();

  if (kind == SB_CARD_TRIGGER)
    {
      append_item (section, _ ("_Add a Step Below…"), "canvas.insert", "Insert");
      append_item (section, _ ("_Paste Below"), "canvas.paste", "<Control>v");
      append_section (menu, section);
      return G_MENU_MODEL (menu);
    }
  if (kind == SB_CARD_LANE)
    {
      append_item (section, _ ("Add Another _Condition"), "canvas.add-way", NULL);
      append_item (section, _ ("Move This Way _Left"), "canvas.way-left", NULL);
      append_item (section, _ ("Move This Way Ri_ght"), "canvas.way-right", NULL);
      append_item (section, _ ("Remo_ve This Way"), "canvas.remove-way", NULL);
    }
  append_section (menu, section);
  append_step_sections (menu);
  return G_MENU_MODEL (menu);
}

void
sb_card_open_menu (SbCard *self)
{
  gtk_menu_button_popup (self->menu_button);
}

gboolean
sb_card_is_on_menu (SbCard *self, GtkWidget *picked)
{
  return picked == GTK_WIDGET (self->menu_button) ||
         gtk_widget_is_ancestor (picked, GTK_WIDGET (self->menu_button));
}

/* --- what it shows ------------------------------------------------------------------------------
 */

static void
make_head (SbCard *self)
{
  GtkWidget *widget = GTK_WIDGET (self);

  gtk_widget_remove_css_class (widget, "card");
  gtk_widget_remove_css_class (widget, "sb-card");
  gtk_widget_add_css_class (widget, "sb-head");
  gtk_widget_set_visible (GTK_WIDGET (self->tile), FALSE);
  gtk_widget_set_visible (gtk_widget_get_parent (self->result_box), FALSE);
  gtk_widget_set_valign (self->text, GTK_ALIGN_CENTER);
  gtk_widget_set_valign (GTK_WIDGET (self->menu_button), GTK_ALIGN_CENTER);
  gtk_widget_set_margin_top (GTK_WIDGET (self->menu_button), 0);
  gtk_widget_set_halign (gtk_button_get_child (GTK_BUTTON (self->body)), GTK_ALIGN_CENTER);
  gtk_widget_set_margin_start (GTK_WIDGET (self->sentence), 8);
  gtk_label_set_justify (self->sentence, GTK_JUSTIFY_CENTER);
  gtk_label_set_lines (self->sentence, 2);
}

GtkWidget *
sb_card_new (const char *id, SbCardKind kind)
{
  SbCard *self = g_object_new (SB_TYPE_CARD, NULL);
  g_autoptr (GMenuModel) menu = make_menu (kind);

  self->id = g_strdup (id);
  self->kind = kind;
  if (sb_card_is_head (self))
    make_head (self);
  gtk_menu_button_set_menu_model (self->menu_button, menu);
  g_signal_connect_object (gtk_menu_button_get_popover (self->menu_button), "map",
                           G_CALLBACK (menu_shown_cb), self, G_CONNECT_SWAPPED);
  return GTK_WIDGET (self);
}

gboolean
sb_card_is_head (SbCard *self)
{
  return self->kind == SB_CARD_LANE || self->kind == SB_CARD_LOOP;
}

static void
update_spoken (SbCard *self)
{
  const char *result = gtk_label_get_label (self->result);
  g_autoptr (GString) label = g_string_new (self->spoken);

  if (!sb_card_is_head (self) && result != NULL && *result != '\0')
    g_string_append_printf (label, ". %s", result);
  if (self->status_words != NULL)
    g_string_append_printf (label, ". %s", self->status_words);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->body), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  label->str, -1);
}

void
sb_card_set_sentence (SbCard *self, const char *tile, const char *markup)
{
  if (!sb_card_is_head (self))
    sb_tile_set_kind (self->tile, tile);
  else
    {
      gtk_widget_set_visible (GTK_WIDGET (self->symbol), tile != NULL);
      gtk_image_set_from_icon_name (self->symbol, tile);
    }
  gtk_label_set_markup (self->sentence, markup);
  g_free (self->spoken);
  self->spoken = sb_words_plain (markup);
  gtk_widget_set_tooltip_text (self->body,
                               g_utf8_strlen (self->spoken, -1) > LONG_TEXT ? self->spoken : NULL);
  update_spoken (self);
}

void
sb_card_set_result (SbCard *self, const char *icon_name, const char *style, const char *text)
{
  const char *icon_classes[] = { style != NULL ? style : "sb-dim", NULL };
  const char *text_classes[] = {
    "caption", style != NULL && g_str_equal (style, "sb-trouble") ? style : "sb-dim", NULL
  };

  gtk_image_set_from_icon_name (GTK_IMAGE (self->result_icon), icon_name);
  gtk_widget_set_css_classes (self->result_icon, icon_classes);
  gtk_widget_set_css_classes (GTK_WIDGET (self->result), text_classes);
  gtk_label_set_label (self->result, text);
  gtk_widget_set_tooltip_text (self->result_box,
                               g_utf8_strlen (text, -1) > LONG_TEXT / 2 ? text : NULL);
  /* Room is kept, so that cards do not change size as records change. */
  gtk_widget_set_opacity (self->result_box, *text != '\0' ? 1 : 0);
  update_spoken (self);
}

/* A count of one is told by the symbol alone. */
static void
append_mark (SbCard *self, const char *icon_name, const char *style, guint count, gboolean counted)
{
  g_autofree char *number = NULL;
  GtkWidget *image;

  if (count == 0)
    return;
  image = gtk_image_new_from_icon_name (icon_name);
  gtk_image_set_pixel_size (GTK_IMAGE (image), 11);
  gtk_widget_add_css_class (image, style);
  gtk_box_append (self->status, image);
  if (!counted)
    return;
  number = g_strdup_printf ("%u", count);
  gtk_box_append (self->status, gtk_label_new (number));
}

void
sb_card_set_status (SbCard *self, const SbStepStatus *status, const char *words)
{
  GtkWidget *child;

  if (g_strcmp0 (words, self->status_words) == 0)
    return;
  g_free (self->status_words);
  self->status_words = g_strdup (words);
  while ((child = gtk_widget_get_first_child (GTK_WIDGET (self->status))) != NULL)
    gtk_box_remove (self->status, child);
  if (words != NULL && status != NULL)
    {
      gboolean counted = status->done + status->failed + status->waiting + status->skipped > 1;

      append_mark (self, "sb-done-symbolic", "sb-done", status->done, counted);
      append_mark (self, "sb-status-trouble-symbolic", "sb-trouble", status->failed, counted);
      append_mark (self, "sb-clock-symbolic", "sb-held", status->waiting, counted);
    }
  if (words != NULL && gtk_widget_get_first_child (GTK_WIDGET (self->status)) == NULL)
    append_mark (self, "sb-dash-symbolic", "sb-dim", 1, FALSE);
  gtk_widget_set_tooltip_text (GTK_WIDGET (self->status), words);
  gtk_widget_set_visible (GTK_WIDGET (self->status), words != NULL && !sb_card_is_head (self));
  update_spoken (self);
}

void
sb_card_set_chosen (SbCard *self, gboolean chosen)
{
  if (chosen)
    gtk_widget_add_css_class (GTK_WIDGET (self), "chosen");
  else
    gtk_widget_remove_css_class (GTK_WIDGET (self), "chosen");
  gtk_accessible_update_state (
    GTK_ACCESSIBLE (self->body), GTK_ACCESSIBLE_STATE_PRESSED,
    chosen ? GTK_ACCESSIBLE_TRISTATE_TRUE : GTK_ACCESSIBLE_TRISTATE_FALSE, -1);
}

void
sb_card_set_taken (SbCard *self, gboolean taken)
{
  if (taken)
    gtk_widget_remove_css_class (GTK_WIDGET (self), "not-taken");
  else
    gtk_widget_add_css_class (GTK_WIDGET (self), "not-taken");
}

GtkWidget *
sb_card_get_body (SbCard *self)
{
  return self->body;
}
