/* sb-guide-stage.c
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "sb-guide-stage.h"

#include <glib/gi18n-lib.h>

#define TEXT_CHARS 34

GtkWidget *
sb_guide_mark_new (SbGuideStage stage, gboolean done, gboolean here)
{
  g_autofree char *number = g_strdup_printf ("%d", (int)stage + 1);
  GtkWidget *mark =
    done ? gtk_image_new_from_icon_name ("sb-done-symbolic") : gtk_label_new (number);

  gtk_widget_set_valign (mark, GTK_ALIGN_START);
  gtk_widget_add_css_class (mark, "sb-guide-number");
  if (done || here)
    gtk_widget_add_css_class (mark, done ? "done" : "here");
  return mark;
}

static GtkWidget *
make_label (const char *text, const char *first_class, const char *second_class)
{
  GtkWidget *label = gtk_label_new (text);

  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_label_set_wrap (GTK_LABEL (label), TRUE);
  gtk_label_set_wrap_mode (GTK_LABEL (label), PANGO_WRAP_WORD_CHAR);
  if (first_class != NULL)
    gtk_widget_add_css_class (label, first_class);
  if (second_class != NULL)
    gtk_widget_add_css_class (label, second_class);
  return label;
}

static char *
describe_time (SbGuideStage stage, guint minutes)
{
  guint planned = sb_guide_stage_minutes (stage);

  if (planned == 0)
    return minutes > 0 ? g_strdup_printf (_ ("%u min"), minutes) : g_strdup (_ ("then"));
  if (minutes == 0)
    return g_strdup_printf (_ ("%u min"), planned);
  return g_strdup_printf (_ ("%u of %u min"), minutes, planned);
}

static GtkWidget *
make_head (SbGuideStage stage, guint minutes)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 8);
  GtkWidget *title = make_label (sb_guide_stage_title (stage), "heading", NULL);
  g_autofree char *time = describe_time (stage, minutes);
  GtkWidget *time_label = make_label (time, "dim-label", "caption");

  gtk_widget_set_hexpand (title, TRUE);
  gtk_label_set_wrap (GTK_LABEL (time_label), FALSE);
  gtk_box_append (GTK_BOX (box), title);
  gtk_box_append (GTK_BOX (box), time_label);
  return box;
}

static GtkWidget *
make_task (SbGuideTask *task, guint index)
{
  GtkWidget *button = gtk_button_new ();
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 8);
  GtkWidget *icon =
    gtk_image_new_from_icon_name (task->done ? "sb-done-symbolic" : "sb-status-draft-symbolic");
  GtkWidget *text = make_label (task->text, "caption", NULL);
  g_autofree char *name =
    g_strdup_printf (task->done ? _ ("Done: %s") : _ ("To do: %s"), task->text);

  gtk_widget_set_valign (icon, GTK_ALIGN_START);
  gtk_widget_add_css_class (icon, task->done ? "sb-done" : "dim-label");
  gtk_label_set_width_chars (GTK_LABEL (text), TEXT_CHARS);
  gtk_label_set_max_width_chars (GTK_LABEL (text), TEXT_CHARS);
  gtk_box_append (GTK_BOX (box), icon);
  gtk_box_append (GTK_BOX (box), text);
  gtk_button_set_child (GTK_BUTTON (button), box);
  gtk_button_set_has_frame (GTK_BUTTON (button), FALSE);
  gtk_widget_add_css_class (button, "sb-guide-task");
  gtk_actionable_set_action_name (GTK_ACTIONABLE (button), "guide.task");
  gtk_actionable_set_action_target (GTK_ACTIONABLE (button), "u", index);
  gtk_accessible_update_property (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_PROPERTY_LABEL, name, -1);
  return button;
}

/* The mark, and under it the way to the next stage. */
static GtkWidget *
make_rail (GPtrArray *tasks, SbGuideStage stage, SbGuideStage here)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 4);
  GtkWidget *rail = gtk_separator_new (GTK_ORIENTATION_VERTICAL);

  gtk_box_append (
    GTK_BOX (box),
    sb_guide_mark_new (stage, tasks != NULL && sb_guide_is_done (tasks, stage), stage == here));
  if (stage + 1 == SB_GUIDE_N_STAGES)
    return box;
  gtk_widget_set_halign (rail, GTK_ALIGN_CENTER);
  gtk_widget_set_vexpand (rail, TRUE);
  gtk_widget_add_css_class (rail, "sb-rail");
  gtk_box_append (GTK_BOX (box), rail);
  return box;
}

GtkWidget *
sb_guide_stage_new (GPtrArray *tasks, SbGuideStage stage, SbGuideStage here, guint minutes)
{
  GtkWidget *row = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 13);
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, tasks != NULL ? 0 : 6);

  gtk_widget_set_vexpand (row, FALSE);
  gtk_widget_set_hexpand (box, TRUE);
  gtk_widget_set_margin_top (box, 5);
  gtk_widget_set_margin_bottom (box, 18);
  gtk_box_append (GTK_BOX (box), make_head (stage, minutes));
  if (tasks == NULL)
    gtk_box_append (GTK_BOX (box),
                    make_label (sb_guide_stage_text (stage), "dim-label", "caption"));
  for (guint i = 0; tasks != NULL && i < tasks->len; i++)
    if (((SbGuideTask *)g_ptr_array_index (tasks, i))->stage == stage)
      gtk_box_append (GTK_BOX (box), make_task (g_ptr_array_index (tasks, i), i));
  gtk_box_append (GTK_BOX (row), make_rail (tasks, stage, here));
  gtk_box_append (GTK_BOX (row), box);
  return row;
}
