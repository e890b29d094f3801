/* sb-choice-list.h
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* A searchable list of things to pick one from: tile, words, system. ::chosen (const char *id) */
#define SB_TYPE_CHOICE_LIST (sb_choice_list_get_type ())
G_DECLARE_FINAL_TYPE (SbChoiceList, sb_choice_list, SB, CHOICE_LIST, GtkWidget)

GtkWidget *sb_choice_list_new  (const char   *placeholder);
/* @keywords (nullable): more words it is found by. */
void       sb_choice_list_add  (SbChoiceList *self,
                                const char   *id,
                                const char   *kind,
                                const char   *title,
                                const char   *subtitle,
                                const char   *keywords);
void       sb_choice_list_focus (SbChoiceList *self);

G_END_DECLS
