/* sb-tile.c
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "sb-tile.h"

#include "sb-words.h"

static const struct
{
  const char *kind;
  const char *icon;
} plain[] = {
  { "branch", "sb-branch-symbolic" },  { "delay", "sb-clock-symbolic" }, { "filter", "sb-filter-symbolic" },
  { "for-each", "sb-loop-symbolic" },  { "lookup", "sb-lookup-symbolic" },
  { "set-fields", "sb-set-symbolic" },
};

GtkWidget *
sb_tile_new (const char *kind,
             int         size)
{
  g_autofree char *icon = NULL;
  GtkWidget *image;

  for (guint i = 0; i < G_N_ELEMENTS (plain); i++)
    if (g_str_equal (plain[i].kind, kind))
      icon = g_strdup (plain[i].icon);

  if (icon == NULL)
    {
      g_autofree char *style = sb_words_kind_style (kind);

      icon = sb_words_kind_icon (kind);
      image = gtk_image_new_from_icon_name (icon);
      gtk_widget_add_css_class (image, style);
    }
  else
    image = gtk_image_new_from_icon_name (icon);

  gtk_widget_add_css_class (image, "sb-tile");
  gtk_widget_set_size_request (image, size, size);
  gtk_widget_set_halign (image, GTK_ALIGN_CENTER);
  gtk_widget_set_valign (image, GTK_ALIGN_CENTER);

  return image;
}
