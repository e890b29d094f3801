/* sb-card.h
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <adwaita.h>

#include "sb-map-status.h"

G_BEGIN_DECLS

typedef enum
{
  SB_CARD_TRIGGER, /* stays where it is */
  SB_CARD_STEP,
  SB_CARD_LANE, /* the pill at the head of a way */
  SB_CARD_LOOP, /* the pill at the head of a frame */
} SbCardKind;

/* A sentence card of the map, or the pill at the head of a way or a frame. What is done with it are actions of
 * the canvas, which its menu lists; pressing it is canvas.choose (s: id). */
#define SB_TYPE_CARD (sb_card_get_type ())
G_DECLARE_FINAL_TYPE (SbCard, sb_card, SB, CARD, AdwBin)

GtkWidget *sb_card_new          (const char *id,
                                 SbCardKind  kind);
/* A pill. */
gboolean   sb_card_is_head      (SbCard     *self);
/* @tile (nullable): kind of a system, or of a step without one; a pill shows it only where it is a symbol. */
void       sb_card_set_sentence (SbCard     *self,
                                 const char *tile,
                                 const char *markup);
/* The third line: what it comes to, or what is missing. @style (nullable): a css class of its role. */
void       sb_card_set_result   (SbCard     *self,
                                 const char *icon_name,
                                 const char *style,
                                 const char *text);
/* How the latest run went here. @status (nullable): not come by; @words (nullable): NULL shows nothing. */
void       sb_card_set_status   (SbCard             *self,
                                 const SbStepStatus *status,
                                 const char         *words);
void       sb_card_set_chosen   (SbCard     *self,
                                 gboolean    chosen);
/* Whether the record that is looked at comes past it. */
void       sb_card_set_taken    (SbCard     *self,
                                 gboolean    taken);
/* What takes the focus and stands for the card to assistive technology. */
GtkWidget *sb_card_get_body     (SbCard     *self);
void       sb_card_open_menu    (SbCard     *self);
/* Whether a point of @self, in its own pixels, is on the button of the menu. */
gboolean   sb_card_is_on_menu   (SbCard     *self,
                                 GtkWidget  *picked);

G_END_DECLS
