/* sb-welcome-page.c
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "sb-welcome-page.h"

#include <glib/gi18n-lib.h>

#include "sb-adaptive.h"
#include "sb-commands.h"
#include "sb-guide-stage.h"
#include "sb-tile.h"
#include "sb-words.h"

#define MAX_TILES 6

struct _SbWelcomePage
{
  AdwBin parent_instance;

  SbAdaptive *adaptive;
  GtkFlowBox *choices;
  GtkRevealer *guide;
  GtkBox *stages;

  SbSession *session;
};

static void page_iface_init (SbPageInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (SbWelcomePage,
                               sb_welcome_page,
                               ADW_TYPE_BIN,
                               G_IMPLEMENT_INTERFACE (SB_TYPE_PAGE, page_iface_init))

static void
adapt_cb (SbWelcomePage *self)
{
  gtk_revealer_set_reveal_child (self->guide, !sb_adaptive_is_narrow (self->adaptive));
  gtk_widget_set_visible (GTK_WIDGET (self->guide), !sb_adaptive_is_narrow (self->adaptive));
}

/* A card: tiles of the systems in the order they are met, name, one sentence. */
static GtkWidget *
make_choice (const char *name, const char *description, GtkWidget *tiles)
{
  GtkWidget *button = gtk_button_new ();
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 4);
  GtkWidget *title = gtk_label_new (name);
  GtkWidget *text = gtk_label_new (description);

  gtk_label_set_xalign (GTK_LABEL (title), 0);
  gtk_label_set_wrap (GTK_LABEL (title), TRUE);
  gtk_widget_add_css_class (title, "heading");
  gtk_widget_set_margin_top (title, 12);
  gtk_label_set_xalign (GTK_LABEL (text), 0);
  gtk_label_set_yalign (GTK_LABEL (text), 0);
  gtk_label_set_wrap (GTK_LABEL (text), TRUE);
  gtk_label_set_width_chars (GTK_LABEL (text), 24);
  gtk_label_set_max_width_chars (GTK_LABEL (text), 28);
  gtk_label_set_lines (GTK_LABEL (text), 3);
  gtk_label_set_ellipsize (GTK_LABEL (text), PANGO_ELLIPSIZE_END);
  gtk_widget_set_vexpand (text, TRUE);
  gtk_widget_add_css_class (text, "dim-label");
  gtk_widget_add_css_class (text, "caption");

  gtk_box_append (GTK_BOX (box), tiles);
  gtk_box_append (GTK_BOX (box), title);
  gtk_box_append (GTK_BOX (box), text);
  gtk_button_set_child (GTK_BUTTON (button), box);
  gtk_widget_add_css_class (button, "sb-choice");
  gtk_accessible_update_property (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_PROPERTY_LABEL, name,
                                  GTK_ACCESSIBLE_PROPERTY_DESCRIPTION, description, -1);
  return button;
}

static GtkWidget *
make_tiles (SbWelcomePage *self, SbValue *systems)
{
  SbConnectors *connectors = sb_session_get_connectors (self->session);
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 10);

  for (guint i = 0; i < MIN (sb_value_get_length (systems), MAX_TILES); i++)
    {
      const char *connector = sb_value_get_text (sb_value_get_item (systems, i));

      gtk_box_append (GTK_BOX (box), sb_tile_new (sb_words_kind (connectors, connector), 30));
      if (i == 0)
        {
          GtkWidget *then = gtk_image_new_from_icon_name ("sb-next-symbolic");

          gtk_image_set_pixel_size (GTK_IMAGE (then), 12);
          gtk_widget_set_opacity (then, 0.6);
          gtk_box_append (GTK_BOX (box), then);
        }
    }
  return box;
}

static void
add_choice (SbWelcomePage *self, GtkWidget *button)
{
  gtk_flow_box_append (self->choices, button);
  /* The card itself takes the focus, not the cell around it. */
  gtk_widget_set_focusable (gtk_widget_get_parent (button), FALSE);
}

static void
add_something_else (SbWelcomePage *self)
{
  GtkWidget *tiles = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 10);
  GtkWidget *tile = sb_tile_new ("other", 30);
  GtkWidget *button;

  sb_tile_set_icon (SB_TILE (tile), "sb-add-symbolic");
  gtk_box_append (GTK_BOX (tiles), tile);
  button = make_choice (
    _ ("Something else"),
    _ ("Start with an empty map: one thing that happens, then what is to be done."), tiles);
  gtk_widget_add_css_class (button, "plain");
  gtk_actionable_set_action_name (GTK_ACTIONABLE (button), "win.new-empty");
  add_choice (self, button);
}

static void
templates_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (SbWelcomePage) self = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (SbValue) templates = sb_commands_run_finish (result, &error);

  if (templates == NULL)
    g_warning ("The ready-made flows could not be listed: %s", error->message);
  for (guint i = 0; i < sb_value_get_length (templates); i++)
    {
      SbValue *template = sb_value_get_item (templates, i);
      const char *name = sb_value_get_string (template, "name");
      const char *description = sb_value_get_string (template, "description");
      GtkWidget *button;

      button = make_choice (name != NULL ? name : "", description != NULL ? description : "",
                            make_tiles (self, sb_value_get_member (template, "systems")));
      gtk_widget_add_css_class (button, "card");
      gtk_actionable_set_action_name (GTK_ACTIONABLE (button), "win.new-from-template");
      gtk_actionable_set_action_target (GTK_ACTIONABLE (button), "s",
                                        sb_value_get_string (template, "id"));
      add_choice (self, button);
    }
  add_something_else (self);
}

static void
set_session (SbPage *page, SbSession *session)
{
  SbWelcomePage *self = SB_WELCOME_PAGE (page);
  g_autoptr (SbValue) arguments = sb_value_new_object ();

  self->session = g_object_ref (session);
  sb_commands_run_async (sb_session_get_engine (session), "flows.templates", arguments, NULL,
                         templates_cb, g_object_ref (self));
}

static const char *
get_title (SbPage *page)
{
  return _ ("Welcome");
}

static void
page_iface_init (SbPageInterface *iface)
{
  iface->set_session = set_session;
  iface->get_title = get_title;
}

static void
sb_welcome_page_dispose (GObject *object)
{
  SbWelcomePage *self = SB_WELCOME_PAGE (object);

  g_clear_object (&self->session);

  G_OBJECT_CLASS (sb_welcome_page_parent_class)->dispose (object);
}

static void
sb_welcome_page_class_init (SbWelcomePageClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = sb_welcome_page_dispose;
  g_type_ensure (SB_TYPE_ADAPTIVE);
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/io/github/signalbox/Signalbox/sb-welcome-page.ui");
  gtk_widget_class_bind_template_child (widget_class, SbWelcomePage, adaptive);
  gtk_widget_class_bind_template_child (widget_class, SbWelcomePage, choices);
  gtk_widget_class_bind_template_child (widget_class, SbWelcomePage, guide);
  gtk_widget_class_bind_template_child (widget_class, SbWelcomePage, stages);
  gtk_widget_class_bind_template_callback (widget_class, adapt_cb);
}

static void
sb_welcome_page_init (SbWelcomePage *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  for (guint i = 0; i < SB_GUIDE_N_STAGES; i++)
    gtk_box_append (self->stages, sb_guide_stage_new (NULL, i, SB_GUIDE_MAP, 0));
}
