/* sb-tile.h
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <adwaita.h>

#include "sb-connector.h"

G_BEGIN_DECLS

/* The tinted square with a symbol that tells the kind of a system. Decoration: it says nothing to
 * assistive technology that the text beside it does not. */
#define SB_TYPE_TILE (sb_tile_get_type ())
G_DECLARE_FINAL_TYPE (SbTile, sb_tile, SB, TILE, AdwBin)

/* @kind: of a system ("shop", "books") or of a step without one ("branch", "delay"); @size in px. */
GtkWidget *sb_tile_new           (const char   *kind,
                                  int           size);
void       sb_tile_set_kind      (SbTile       *self,
                                  const char   *kind);
/* For what is no kind. */
void       sb_tile_set_icon      (SbTile       *self,
                                  const char   *icon_name);
void       sb_tile_set_connector (SbTile       *self,
                                  SbConnectors *connectors,
                                  const char   *connector);

G_END_DECLS
