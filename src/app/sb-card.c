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
  GtkLabel *sentence;
  GtkWidget *result_box;
  GtkWidget *result_icon;
  GtkLabel *result;
  GtkMenuButton *menu_button;

  char *id;
  char *spoken;
};

G_DEFINE_FINAL_TYPE (SbCard, sb_card, ADW_TYPE_BIN)

static void
clicked_cb (SbCard *self)
{
  gtk_widget_activate_action (GTK_WIDGET (self), "canvas.choose", "s", self->id);
}

static void
sb_card_finalize (GObject *object)
{
  SbCard *self = SB_CARD (object);

  g_free (self->id);
  g_free (self->spoken);

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
  gtk_widget_class_bind_template_child (widget_class, SbCard, sentence);
  gtk_widget_class_bind_template_child (widget_class, SbCard, result_box);
  gtk_widget_class_bind_template_child (widget_class, SbCard, result_icon);
  gtk_widget_class_bind_template_child (widget_class, SbCard, result);
  gtk_widget_class_bind_template_child (widget_class, SbCard, menu_button);
  gtk_widget_class_bind_template_callback (widget_class, clicked_cb);
}

static void
sb_card_init (SbCard *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

static void
append_item (GMenu *menu, const char *label, const char *action, const char *id)
{
  g_autoptr (GMenuItem) item = g_menu_item_new (label, NULL);

  g_menu_item_set_action_and_target (item, action, "s", id);
  g_menu_append_item (menu, item);
}

GtkWidget *
sb_card_new (const char *id, gboolean removable)
{
  SbCard *self = g_object_new (SB_TYPE_CARD, NULL);

  self->id = g_strdup (id);
  gtk_widget_set_visible (GTK_WIDGET (self->menu_button), removable);
  if (removable)
    {
      g_autoptr (GMenu) menu = g_menu_new ();

      append_item (menu, _ ("_Duplicate"), "canvas.duplicate", id);
      append_item (menu, _ ("_Remove"), "canvas.remove", id);
      gtk_menu_button_set_menu_model (self->menu_button, G_MENU_MODEL (menu));
    }
  return GTK_WIDGET (self);
}

static void
update_spoken (SbCard *self)
{
  const char *result = gtk_label_get_label (self->result);
  g_autofree char *label = NULL;

  label = result != NULL && *result != '\0' ? g_strdup_printf ("%s. %s", self->spoken, result)
                                            : g_strdup (self->spoken);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->body), GTK_ACCESSIBLE_PROPERTY_LABEL, label,
                                  -1);
}

void
sb_card_set_sentence (SbCard *self, const char *kind, const char *markup)
{
  sb_tile_set_kind (self->tile, kind);
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
  const char *icon_classes[] = { style != NULL ? style : "dim-label", NULL };
  const char *text_classes[] = {
    "caption", style != NULL && g_str_equal (style, "sb-trouble") ? style : "dim-label", NULL
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
