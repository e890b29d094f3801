/* sb-data-panel.c
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "sb-data-panel.h"

#include <glib/gi18n-lib.h>

#include "sb-data-node.h"
#include "sb-tile.h"
#include "sb-token-drag.h"

struct _SbDataPanel
{
  GtkPopover parent_instance;

  GtkSearchEntry *search;
  GtkListView *list;
  GtkLabel *hint;

  GListModel *tree;
};

enum
{
  CHOSEN,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (SbDataPanel, sb_data_panel, GTK_TYPE_POPOVER)

static GListModel *
children_cb (gpointer item, gpointer data)
{
  GListModel *children = sb_data_node_get_children (item);

  return children != NULL ? g_object_ref (children) : NULL;
}

static void
show_nodes (SbDataPanel *self, GListModel *nodes, gboolean open)
{
  GtkTreeListModel *tree =
    gtk_tree_list_model_new (g_object_ref (nodes), FALSE, FALSE, children_cb, NULL, NULL);
  g_autoptr (GtkSelectionModel) selection = NULL;

  selection = GTK_SELECTION_MODEL (gtk_no_selection_new (G_LIST_MODEL (tree)));
  gtk_list_view_set_model (self->list, selection);
  if (!open)
    return;
  /* From the last, so that what opens does not move what is still to be opened. */
  for (guint i = g_list_model_get_n_items (G_LIST_MODEL (tree)); i > 0; i--)
    {
      g_autoptr (GtkTreeListRow) row = gtk_tree_list_model_get_child_row (tree, i - 1);
      g_autoptr (SbDataNode) node = gtk_tree_list_row_get_item (row);

      gtk_tree_list_row_set_expanded (row, sb_data_node_is_passed (node));
    }
}

static void
search_cb (SbDataPanel *self)
{
  const char *text = gtk_editable_get_text (GTK_EDITABLE (self->search));
  g_autoptr (GListModel) found = NULL;

  if (*text == '\0')
    {
      show_nodes (self, self->tree, TRUE);
      return;
    }
  found = sb_data_nodes_search (self->tree, text);
  show_nodes (self, found, FALSE);
  gtk_label_set_label (self->hint, g_list_model_get_n_items (found) == 0
                                     ? _ ("Nothing by that name comes before this step.")
                                     : _ ("Click or drag to put one in. Esc closes."));
}

static void
choose (SbDataPanel *self, GtkTreeListRow *row)
{
  g_autoptr (SbDataNode) node = gtk_tree_list_row_get_item (row);

  if (sb_data_node_get_path (node) == NULL)
    gtk_tree_list_row_set_expanded (row, !gtk_tree_list_row_get_expanded (row));
  else
    g_signal_emit (self, signals[CHOSEN], 0, sb_data_node_get_path (node));
}

static void
activate_cb (SbDataPanel *self, guint position)
{
  GListModel *rows = G_LIST_MODEL (gtk_list_view_get_model (self->list));
  g_autoptr (GtkTreeListRow) row = g_list_model_get_item (rows, position);

  if (row != NULL)
    choose (self, row);
}

/* Enter in the search takes the first that was found. */
static void
search_activate_cb (SbDataPanel *self)
{
  if (*gtk_editable_get_text (GTK_EDITABLE (self->search)) != '\0')
    activate_cb (self, 0);
}

static void
close_cb (SbDataPanel *self)
{
  gtk_popover_popdown (GTK_POPOVER (self));
}

static char *
dragged_path (GtkWidget *expander)
{
  GtkTreeListRow *row = gtk_tree_expander_get_list_row (GTK_TREE_EXPANDER (expander));
  g_autoptr (SbDataNode) node = row != NULL ? gtk_tree_list_row_get_item (row) : NULL;

  return node != NULL ? g_strdup (sb_data_node_get_path (node)) : NULL;
}

static void
setup_cb (GtkSignalListItemFactory *factory, GtkListItem *item)
{
  GtkWidget *expander = gtk_tree_expander_new ();
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 8);
  GtkWidget *icon = gtk_image_new ();
  GtkWidget *tile = sb_tile_new ("other", 22);
  GtkWidget *name = gtk_label_new (NULL);
  GtkWidget *detail = gtk_label_new (NULL);
  GtkWidget *sample = gtk_label_new (NULL);

  gtk_widget_add_css_class (tile, "small");
  gtk_widget_set_valign (tile, GTK_ALIGN_CENTER);
  gtk_label_set_xalign (GTK_LABEL (name), 0);
  gtk_label_set_ellipsize (GTK_LABEL (name), PANGO_ELLIPSIZE_END);
  gtk_widget_set_hexpand (name, TRUE);
  gtk_label_set_xalign (GTK_LABEL (detail), 0);
  gtk_label_set_width_chars (GTK_LABEL (detail), 8);
  gtk_widget_add_css_class (detail, "dim-label");
  gtk_widget_add_css_class (detail, "caption");
  gtk_label_set_xalign (GTK_LABEL (sample), 0);
  gtk_label_set_ellipsize (GTK_LABEL (sample), PANGO_ELLIPSIZE_END);
  gtk_label_set_width_chars (GTK_LABEL (sample), 16);
  gtk_label_set_max_width_chars (GTK_LABEL (sample), 16);
  gtk_widget_add_css_class (sample, "caption");

  gtk_box_append (GTK_BOX (box), icon);
  gtk_box_append (GTK_BOX (box), tile);
  gtk_box_append (GTK_BOX (box), name);
  gtk_box_append (GTK_BOX (box), detail);
  gtk_box_append (GTK_BOX (box), sample);
  gtk_tree_expander_set_child (GTK_TREE_EXPANDER (expander), box);
  sb_token_drag_add (expander, dragged_path);
  gtk_list_item_set_child (item, expander);
}

static void
bind_cb (GtkSignalListItemFactory *factory, GtkListItem *item)
{
  GtkTreeExpander *expander = GTK_TREE_EXPANDER (gtk_list_item_get_child (item));
  GtkTreeListRow *row = gtk_list_item_get_item (item);
  g_autoptr (SbDataNode) node = gtk_tree_list_row_get_item (row);
  GtkWidget *icon = gtk_widget_get_first_child (gtk_tree_expander_get_child (expander));
  GtkWidget *tile = gtk_widget_get_next_sibling (icon);
  GtkWidget *name = gtk_widget_get_next_sibling (tile);
  GtkWidget *detail = gtk_widget_get_next_sibling (name);
  GtkWidget *sample = gtk_widget_get_next_sibling (detail);
  gboolean source = sb_data_node_get_path (node) == NULL;
  GtkWidget *list_row;

  gtk_tree_expander_set_list_row (expander, row);
  gtk_widget_set_visible (icon, !source);
  gtk_widget_set_visible (tile, source);
  gtk_widget_set_visible (sample, !source);
  gtk_widget_set_hexpand (name, !source);
  gtk_widget_set_hexpand (detail, source);
  if (source)
    {
      sb_tile_set_kind (SB_TILE (tile), sb_data_node_get_kind (node));
      gtk_widget_add_css_class (name, "heading");
    }
  else
    {
      gtk_image_set_from_icon_name (GTK_IMAGE (icon), sb_data_node_get_icon (node));
      gtk_widget_remove_css_class (name, "heading");
    }
  gtk_label_set_label (GTK_LABEL (name), sb_data_node_get_name (node));
  gtk_label_set_label (GTK_LABEL (detail), sb_data_node_get_detail (node));
  gtk_label_set_label (GTK_LABEL (sample), sb_data_node_get_sample (node));
  list_row = GTK_WIDGET (expander);
  if (sb_data_node_is_passed (node))
    gtk_widget_remove_css_class (list_row, "sb-off");
  else
    gtk_widget_add_css_class (list_row, "sb-off");
}

static void
sb_data_panel_dispose (GObject *object)
{
  SbDataPanel *self = SB_DATA_PANEL (object);

  g_clear_object (&self->tree);

  G_OBJECT_CLASS (sb_data_panel_parent_class)->dispose (object);
}

static void
sb_data_panel_class_init (SbDataPanelClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = sb_data_panel_dispose;
  signals[CHOSEN] = g_signal_new ("chosen", SB_TYPE_DATA_PANEL, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                  NULL, G_TYPE_NONE, 1, G_TYPE_STRING);
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/io/github/signalbox/Signalbox/sb-data-panel.ui");
  gtk_widget_class_bind_template_child (widget_class, SbDataPanel, search);
  gtk_widget_class_bind_template_child (widget_class, SbDataPanel, list);
  gtk_widget_class_bind_template_child (widget_class, SbDataPanel, hint);
  gtk_widget_class_bind_template_callback (widget_class, search_cb);
  gtk_widget_class_bind_template_callback (widget_class, search_activate_cb);
  gtk_widget_class_bind_template_callback (widget_class, activate_cb);
  gtk_widget_class_bind_template_callback (widget_class, close_cb);
}

static void
sb_data_panel_init (SbDataPanel *self)
{
  g_autoptr (GtkListItemFactory) factory = gtk_signal_list_item_factory_new ();

  gtk_widget_init_template (GTK_WIDGET (self));
  g_signal_connect (factory, "setup", G_CALLBACK (setup_cb), NULL);
  g_signal_connect (factory, "bind", G_CALLBACK (bind_cb), NULL);
  gtk_list_view_set_factory (self->list, factory);
}

GtkWidget *
sb_data_panel_new (SbFlowModel *model, const char *step_id)
{
  SbDataPanel *self = g_object_new (SB_TYPE_DATA_PANEL, NULL);

  self->tree = sb_data_nodes_new (model, step_id);
  show_nodes (self, self->tree, TRUE);
  return GTK_WIDGET (self);
}

void
sb_data_panel_focus_search (SbDataPanel *self)
{
  gtk_widget_grab_focus (GTK_WIDGET (self->search));
}
