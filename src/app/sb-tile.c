/* sb-tile.c
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "sb-tile.h"

#include "sb-words.h"

struct _SbTile
{
  AdwBin parent_instance;
  GtkWidget *image;
  char *style;
};

static const struct
{
  const char *kind;
  const char *icon;
} steps[] = {
  { "branch", "sb-branch-symbolic" }, { "delay", "sb-clock-symbolic" },
  { "filter", "sb-filter-symbolic" }, { "for-each", "sb-loop-symbolic" },
  { "lookup", "sb-lookup-symbolic" }, { "set-fields", "sb-set-symbolic" },
};

G_DEFINE_FINAL_TYPE (SbTile, sb_tile, ADW_TYPE_BIN)

static void
set_style (SbTile *self, char *style)
{
  if (self->style != NULL)
    gtk_widget_remove_css_class (GTK_WIDGET (self), self->style);
  g_free (self->style);
  self->style = style;
  gtk_widget_add_css_class (GTK_WIDGET (self), style);
}

static void
sb_tile_finalize (GObject *object)
{
  SbTile *self = SB_TILE (object);

  g_free (self->style);

  G_OBJECT_CLASS (sb_tile_parent_class)->finalize (object);
}

static void
sb_tile_class_init (SbTileClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = sb_tile_finalize;
  gtk_widget_class_set_accessible_role (GTK_WIDGET_CLASS (klass), GTK_ACCESSIBLE_ROLE_PRESENTATION);
}

static void
sb_tile_init (SbTile *self)
{
  self->image = g_object_new (GTK_TYPE_IMAGE, "accessible-role", GTK_ACCESSIBLE_ROLE_PRESENTATION,
                              "halign", GTK_ALIGN_CENTER, "valign", GTK_ALIGN_CENTER, "hexpand",
                              TRUE, "vexpand", TRUE, NULL);
  adw_bin_set_child (ADW_BIN (self), self->image);
  /* The symbol fills the tile, but the tile keeps to its size. */
  gtk_widget_set_hexpand (GTK_WIDGET (self), FALSE);
  gtk_widget_set_vexpand (GTK_WIDGET (self), FALSE);
  gtk_widget_set_halign (GTK_WIDGET (self), GTK_ALIGN_CENTER);
  gtk_widget_set_valign (GTK_WIDGET (self), GTK_ALIGN_START);
  gtk_widget_add_css_class (GTK_WIDGET (self), "sb-tile");
}

GtkWidget *
sb_tile_new (const char *kind, int size)
{
  SbTile *self = g_object_new (SB_TYPE_TILE, NULL);

  gtk_widget_set_size_request (GTK_WIDGET (self), size, size);
  sb_tile_set_kind (self, kind);
  return GTK_WIDGET (self);
}

void
sb_tile_set_kind (SbTile *self, const char *kind)
{
  g_autofree char *icon = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (steps); i++)
    if (g_strcmp0 (steps[i].kind, kind) == 0)
      {
        sb_tile_set_icon (self, steps[i].icon);
        return;
      }
  icon = sb_words_kind_icon (kind);
  gtk_image_set_from_icon_name (GTK_IMAGE (self->image), icon);
  set_style (self, sb_words_kind_style (kind));
}

void
sb_tile_set_icon (SbTile *self, const char *icon_name)
{
  gtk_image_set_from_icon_name (GTK_IMAGE (self->image), icon_name);
  set_style (self, sb_words_kind_style ("other"));
}

void
sb_tile_set_connector (SbTile *self, SbConnectors *connectors, const char *connector)
{
  sb_tile_set_kind (self, sb_words_kind (connectors, connector));
}
