/* sb-choice-list.h
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* A searchable list of things to pick one from: tile, words, system. Typing searches wherever the focus is; the
 * best that is found stands first and is taken by Enter.
 *
 * ::chosen (const char *id)
 * ::lifted (const char *id, GtkWidget *row), ::dragged (double x, double y, on the list), ::dropped (gboolean
 * cancelled): a row is drawn out of the list, where sb_choice_list_set_draggable () was called. */
#define SB_TYPE_CHOICE_LIST (sb_choice_list_get_type ())
G_DECLARE_FINAL_TYPE (SbChoiceList, sb_choice_list, SB, CHOICE_LIST, GtkWidget)

GtkWidget *sb_choice_list_new           (const char        *placeholder);
/* @keywords (nullable): what else it is called; @help (nullable): words it is found by when no name fits. */
void       sb_choice_list_add           (SbChoiceList      *self,
                                         const char        *id,
                                         const char        *kind,
                                         const char        *title,
                                         const char        *subtitle,
                                         const char        *keywords,
                                         const char        *help);
/* These ids (NULL-terminated, the latest first) stand on top as long as nothing is searched. */
void       sb_choice_list_set_recent    (SbChoiceList      *self,
                                         const char *const *ids);
void       sb_choice_list_set_draggable (SbChoiceList      *self);
void       sb_choice_list_focus         (SbChoiceList      *self);

G_END_DECLS
