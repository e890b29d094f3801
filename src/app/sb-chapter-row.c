/* sb-chapter-row.c
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "sb-chapter-row.h"

#include <glib/gi18n.h>

#include "sb-text-dialog.h"
#include "sb-tile.h"

struct _SbChapterRow
{
  AdwBin parent_instance;

  char *title;
  GPtrArray *attempts; /* of SbAttempt */
};

G_DEFINE_FINAL_TYPE (SbChapterRow, sb_chapter_row, ADW_TYPE_BIN)

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
format_time (gint64 time_us)
{
  g_autoptr (GDateTime) time = NULL;

  if (time_us <= 0)
    return NULL;
  time = g_date_time_new_from_unix_local (time_us / G_USEC_PER_SEC);

  return g_date_time_format (time, "%H:%M:%S");
}

/* Icon, word and style of an attempt's outcome. */
static const struct
{
  const char *state;
  const char *icon;
  const char *style;
  const char *words;
} outcomes[] = {
  { "done", "sb-done-symbolic", "success", N_ ("Done") },
  { "retry", "sb-clock-symbolic", "warning", N_ ("To be tried again") },
  { "failed", "sb-cross-symbolic", "error", N_ ("Failed") },
  { "unknown", "sb-question-symbolic", "warning", N_ ("Outcome unknown") },
  { "trouble", "sb-status-trouble-symbolic", "error", N_ ("The connection is in trouble") },
  { "by-hand", "sb-hand-symbolic", "success", N_ ("Done by hand") },
  { "sent", "sb-working-symbolic", "accent", N_ ("Sent, no answer yet") },
};

static guint
find_outcome (SbAttempt *attempt)
{
  guint outcome = 0;

  while (outcome < G_N_ELEMENTS (outcomes) - 1 &&
         !g_str_equal (outcomes[outcome].state, attempt->state))
    outcome++;
  return outcome;
}

char *
sb_chapter_row_dup_outcome (SbAttempt *attempt)
{
  const char *words =
    attempt->message != NULL ? attempt->message : _ (outcomes[find_outcome (attempt)].words);

  return attempt->status > 0 ? g_strdup_printf ("%s (%u)", words, attempt->status)
                             : g_strdup (words);
}

/* A button with an eye; one attempt is as good as another to look at. */
static GtkWidget *
make_details_button (guint index)
{
  GtkWidget *button = gtk_button_new_from_icon_name ("sb-eye-symbolic");

  gtk_widget_add_css_class (button, "flat");
  gtk_widget_add_css_class (button, "sb-details");
  gtk_widget_set_valign (button, GTK_ALIGN_CENTER);
  gtk_widget_set_tooltip_text (button, _ ("Request and Response"));
  gtk_accessible_update_property (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _ ("Request and Response"), -1);
  gtk_actionable_set_action_name (GTK_ACTIONABLE (button), "chapter.show-attempt");
  gtk_actionable_set_action_target (GTK_ACTIONABLE (button), "u", index);

  return button;
}

static GtkWidget *
make_attempt_row (SbAttempt *attempt, guint index, gboolean alone)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 12);
  g_autofree char *name = g_strdup_printf (_ ("Attempt %d"), attempt->number);
  g_autofree char *words = sb_chapter_row_dup_outcome (attempt);
  g_autofree char *took = NULL;
  guint outcome = find_outcome (attempt);
  GtkWidget *icon, *label;

  icon = gtk_image_new_from_icon_name (outcomes[outcome].icon);
  gtk_widget_add_css_class (icon, outcomes[outcome].style);
  gtk_accessible_update_property (GTK_ACCESSIBLE (icon), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _ (outcomes[outcome].words), -1);
  gtk_box_append (GTK_BOX (box), icon);
  gtk_box_append (GTK_BOX (box), make_label (name, NULL, NULL));

  label = make_label (words, "dim-label", NULL);
  gtk_widget_set_hexpand (label, TRUE);
  gtk_box_append (GTK_BOX (box), label);

  if (attempt->ended_us > 0)
    {
      took = g_strdup_printf (_ ("%.1f s"),
                              (double)(attempt->ended_us - attempt->started_us) / G_USEC_PER_SEC);
      gtk_box_append (GTK_BOX (box), make_label (took, "dim-label", "numeric"));
    }
  if (!alone)
    gtk_box_append (GTK_BOX (box), make_details_button (index));
  gtk_widget_add_css_class (box, "sb-attempt");

  return box;
}

static void
show_attempt_action (GtkWidget *widget, const char *action_name, GVariant *parameter)
{
  SbChapterRow *self = SB_CHAPTER_ROW (widget);
  guint index = g_variant_get_uint32 (parameter);
  SbAttempt *attempt;
  g_autofree char *title = NULL;
  g_autofree char *asked = NULL;

  if (index >= self->attempts->len)
    return;
  attempt = g_ptr_array_index (self->attempts, index);
  title = self->attempts->len > 1
            ? g_strdup_printf (_ ("%s, attempt %d"), self->title, attempt->number)
            : g_strdup (self->title);
  asked = attempt->key != NULL
            ? g_strdup_printf (_ ("What was asked, under the key %s"), attempt->key)
            : g_strdup (_ ("What was asked"));
  sb_text_dialog_present (widget, title, asked, attempt->request, _ ("What came back"),
                          attempt->response != NULL ? attempt->response : attempt->message);
}

static GtkWidget *
make_attempts_card (SbChapterRow *self, gboolean keyed)
{
  GtkWidget *card = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  GtkWidget *foot = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 12);
  GtkWidget *button = gtk_button_new_with_label (_ ("Request and Response"));
  GtkWidget *note;

  for (guint i = 0; i < self->attempts->len; i++)
    gtk_box_append (GTK_BOX (card), make_attempt_row (g_ptr_array_index (self->attempts, i), i,
                                                      self->attempts->len == 1));

  note = make_label (keyed && self->attempts->len > 1
                       ? _ ("The same key each time, so it is done at most once")
                       : "",
                     "dim-label", NULL);
  gtk_widget_set_hexpand (note, TRUE);
  gtk_box_append (GTK_BOX (foot), note);
  gtk_actionable_set_action_name (GTK_ACTIONABLE (button), "chapter.show-attempt");
  gtk_actionable_set_action_target (GTK_ACTIONABLE (button), "u", self->attempts->len - 1);
  gtk_box_append (GTK_BOX (foot), button);
  gtk_widget_add_css_class (foot, "sb-attempt");
  gtk_box_append (GTK_BOX (card), foot);

  gtk_widget_add_css_class (card, "card");
  gtk_widget_set_margin_top (card, 8);

  return card;
}

/* The tile, and below it the rail that leads to the next entry. */
static GtkWidget *
make_rail (const SbChapter *chapter, gboolean last)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);

  if (g_str_equal (chapter->tile, "end"))
    {
      gboolean good = chapter->kind == SB_CHAPTER_DONE || chapter->kind == SB_CHAPTER_STOPPED;
      const char *icon = good ? "sb-done-symbolic" : "sb-hand-symbolic";
      GtkWidget *mark;

      if (chapter->kind == SB_CHAPTER_WAITING)
        icon = "sb-clock-symbolic";
      mark = gtk_image_new_from_icon_name (icon);
      gtk_widget_add_css_class (mark, "sb-end");
      gtk_widget_add_css_class (mark, good ? "success" : "warning");
      gtk_box_append (GTK_BOX (box), mark);
    }
  else
    gtk_box_append (GTK_BOX (box), sb_tile_new (chapter->tile, 32));

  if (!last)
    {
      GtkWidget *rail = gtk_separator_new (GTK_ORIENTATION_VERTICAL);

      gtk_widget_set_vexpand (rail, TRUE);
      gtk_widget_set_halign (rail, GTK_ALIGN_CENTER);
      gtk_widget_add_css_class (rail, "sb-rail");
      gtk_box_append (GTK_BOX (box), rail);
    }

  return box;
}

static void
sb_chapter_row_finalize (GObject *object)
{
  SbChapterRow *self = SB_CHAPTER_ROW (object);

  g_clear_pointer (&self->title, g_free);
  g_clear_pointer (&self->attempts, g_ptr_array_unref);

  G_OBJECT_CLASS (sb_chapter_row_parent_class)->finalize (object);
}

static void
sb_chapter_row_class_init (SbChapterRowClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = sb_chapter_row_finalize;

  gtk_widget_class_install_action (widget_class, "chapter.show-attempt", "u", show_attempt_action);
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_LIST_ITEM);
}

static void
sb_chapter_row_init (SbChapterRow *self)
{
  self->attempts = g_ptr_array_new_with_free_func ((GDestroyNotify)sb_attempt_unref);
}

GtkWidget *
sb_chapter_row_new (const SbChapter *chapter, gboolean last)
{
  SbChapterRow *self = g_object_new (SB_TYPE_CHAPTER_ROW, NULL);
  GtkWidget *row = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 14);
  GtkWidget *words = gtk_box_new (GTK_ORIENTATION_VERTICAL, 2);
  GtkWidget *head = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 12);
  g_autofree char *time = format_time (chapter->time_us);
  GtkWidget *title = make_label (chapter->title, "heading", NULL);
  gboolean plain = chapter->kind == SB_CHAPTER_DONE && chapter->attempts->len == 1;

  self->title = g_strdup (chapter->title);
  for (guint i = 0; i < chapter->attempts->len; i++)
    g_ptr_array_add (self->attempts, sb_attempt_ref (g_ptr_array_index (chapter->attempts, i)));

  gtk_widget_set_hexpand (title, TRUE);
  gtk_box_append (GTK_BOX (head), title);
  /* A step that was done at the first attempt needs no list of attempts, only a way to look at it.
   */
  if (plain)
    gtk_box_append (GTK_BOX (head), make_details_button (0));
  if (time != NULL)
    gtk_box_append (GTK_BOX (head), make_label (time, "dim-label", "numeric"));
  gtk_box_append (GTK_BOX (words), head);
  if (chapter->detail != NULL)
    gtk_box_append (GTK_BOX (words), make_label (chapter->detail, "caption", "dim-label"));
  if (!plain && chapter->attempts->len > 0)
    gtk_box_append (GTK_BOX (words), make_attempts_card (self, chapter->keyed));
  gtk_widget_set_hexpand (words, TRUE);
  gtk_widget_set_margin_bottom (words, 18);

  gtk_box_append (GTK_BOX (row), make_rail (chapter, last));
  gtk_box_append (GTK_BOX (row), words);
  adw_bin_set_child (ADW_BIN (self), row);

  return GTK_WIDGET (self);
}
