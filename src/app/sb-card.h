/* sb-card.h
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <adwaita.h>

G_BEGIN_DECLS

/* A sentence card of the map. What is done with it are actions of the canvas: canvas.choose (s),
 * canvas.remove (s), canvas.duplicate (s). */
#define SB_TYPE_CARD (sb_card_get_type ())
G_DECLARE_FINAL_TYPE (SbCard, sb_card, SB, CARD, AdwBin)

GtkWidget *sb_card_new          (const char *id,
                                 gboolean    removable);
/* @kind: of a system, or of a step without one. */
void       sb_card_set_sentence (SbCard     *self,
                                 const char *kind,
                                 const char *markup);
/* The third line: what it comes to, or what is missing. @style (nullable): a css class of its role. */
void       sb_card_set_result   (SbCard     *self,
                                 const char *icon_name,
                                 const char *style,
                                 const char *text);
void       sb_card_set_chosen   (SbCard     *self,
                                 gboolean    chosen);
/* Whether the record that is looked at comes past it. */
void       sb_card_set_taken    (SbCard     *self,
                                 gboolean    taken);
/* What takes the focus and stands for the card to assistive technology. */
GtkWidget *sb_card_get_body     (SbCard     *self);

G_END_DECLS
