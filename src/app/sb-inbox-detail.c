/* sb-inbox-detail.c
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "sb-inbox-detail.h"

#include <glib/gi18n.h>
#include <string.h>

#include "sb-compat.h"
#include "sb-flow.h"
#include "sb-story.h"
#include "sb-text-dialog.h"
#include "sb-tile.h"

static GtkWidget *
make_label (const char *text, const char *style)
{
  GtkWidget *label = gtk_label_new (text);

  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_label_set_wrap (GTK_LABEL (label), TRUE);
  gtk_label_set_wrap_mode (GTK_LABEL (label), PANGO_WRAP_WORD_CHAR);
  gtk_label_set_selectable (GTK_LABEL (label), TRUE);
  if (style != NULL)
    gtk_widget_add_css_class (label, style);

  return label;
}

/* (nullable): the last chapter that stands for a step and is neither done nor passed. */
static const SbChapter *
find_open_chapter (GPtrArray *chapters)
{
  for (guint i = chapters->len; i > 0; i--)
    {
      const SbChapter *chapter = g_ptr_array_index (chapters, i - 1);

      if (chapter->place != NULL &&
          (chapter->kind == SB_CHAPTER_FAILED || chapter->kind == SB_CHAPTER_UNKNOWN))
        return chapter;
    }

  return NULL;
}

static void
add_title (GtkBox *box, SbClaim *claim, const SbChapter *open)
{
  SbRun *run = claim->run;
  GtkWidget *head = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 14);
  GtkWidget *words = gtk_box_new (GTK_ORIENTATION_VERTICAL, 2);
  g_autoptr (GDateTime) since = g_date_time_new_from_unix_local (run->changed_us / G_USEC_PER_SEC);
  g_autofree char *when = g_date_time_format (since, "%x %H:%M");
  g_autofree char *title = NULL;
  g_autofree char *subtitle = NULL;
  const char *label = run->label != NULL ? run->label : _ ("this run");

  if (run->unknown && open != NULL)
    title = g_strdup_printf (_ ("Was this done for %s: %s?"), label, open->title);
  else if (open != NULL)
    title = g_strdup_printf (_ ("What is to happen with %s: %s?"), label, open->title);
  else
    title = g_strdup_printf (_ ("What is to happen with %s?"), label);
  subtitle =
    g_strdup_printf (_ ("%s, version %d · since %s"),
                     run->flow_name != NULL ? run->flow_name : run->flow_id, run->version, when);

  gtk_box_append (GTK_BOX (head), sb_tile_new (open != NULL ? open->tile : "web", 44));
  gtk_widget_set_hexpand (words, TRUE);
  gtk_box_append (GTK_BOX (words), make_label (title, "title-4"));
  gtk_box_append (GTK_BOX (words), make_label (subtitle, "caption"));
  gtk_box_append (GTK_BOX (head), words);

  if (run->unknown)
    {
      GtkWidget *badge = gtk_label_new (_ ("Outcome unknown"));

      gtk_widget_add_css_class (badge, "sb-badge");
      gtk_widget_add_css_class (badge, "warning");
      gtk_widget_set_halign (badge, GTK_ALIGN_START);
      gtk_box_append (GTK_BOX (words), badge);
    }

  gtk_box_append (box, head);
  if (run->problem != NULL)
    gtk_box_append (box, make_label (run->problem, "body"));
}

static GtkWidget *
make_row (const char *icon, const char *style, const char *title, const char *subtitle)
{
  GtkWidget *row = adw_action_row_new ();
  GtkWidget *mark = gtk_image_new_from_icon_name (icon);

  adw_preferences_row_set_use_markup (ADW_PREFERENCES_ROW (row), FALSE);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), title);
  if (subtitle != NULL)
    adw_action_row_set_subtitle (ADW_ACTION_ROW (row), subtitle);
  if (style != NULL)
    gtk_widget_add_css_class (mark, style);
  adw_action_row_add_prefix (ADW_ACTION_ROW (row), mark);

  return row;
}

static GtkWidget *
make_list (const char *title, GtkListBox **list)
{
  GtkWidget *column = gtk_box_new (GTK_ORIENTATION_VERTICAL, 6);

  *list = GTK_LIST_BOX (gtk_list_box_new ());
  gtk_list_box_set_selection_mode (*list, GTK_SELECTION_NONE);
  gtk_widget_add_css_class (GTK_WIDGET (*list), "boxed-list");
  gtk_box_append (GTK_BOX (column), make_label (title, "heading"));
  gtk_box_append (GTK_BOX (column), GTK_WIDGET (*list));
  gtk_widget_set_hexpand (column, TRUE);

  return column;
}

/* Steps after the one that stopped were not taken: the owner must see them as not done. */
static void
add_later_steps (GtkListBox *list, SbFlow *flow, const SbChapter *open, SbConnectors *connectors)
{
  g_autoptr (GPtrArray) steps = sb_flow_list_steps (flow);
  const char *last_part = open != NULL && open->place != NULL ? strrchr (open->place, '/') : NULL;
  const char *open_id = last_part != NULL ? last_part + 1 : (open != NULL ? open->place : NULL);
  gboolean after = FALSE;

  for (guint i = 0; i < steps->len; i++)
    {
      SbStep *step = g_ptr_array_index (steps, i);

      if (after && step->type == SB_STEP_ACTION)
        {
          g_autofree char *title = sb_story_step_title (step, connectors);

          gtk_list_box_append (
            list, make_row ("sb-status-paused-symbolic", "warning", title, _ ("Waits for you")));
        }
      if (g_strcmp0 (step->id, open_id) == 0)
        after = TRUE;
    }
}

static void
add_done_and_not (
  GtkBox *box, GPtrArray *chapters, SbFlow *flow, const SbChapter *open, SbConnectors *connectors)
{
  GtkWidget *columns = gtk_flow_box_new ();
  GtkListBox *done_list, *open_list;
  GtkWidget *done = make_list (_ ("Already done"), &done_list);
  GtkWidget *not_done = make_list (_ ("Not done"), &open_list);
  guint n_done = 0;

  /* Side by side where there is room, else one below the other. */
  gtk_flow_box_set_selection_mode (GTK_FLOW_BOX (columns), GTK_SELECTION_NONE);
  gtk_flow_box_set_homogeneous (GTK_FLOW_BOX (columns), TRUE);
  gtk_flow_box_set_max_children_per_line (GTK_FLOW_BOX (columns), 2);
  gtk_flow_box_set_column_spacing (GTK_FLOW_BOX (columns), 14);
  gtk_flow_box_set_row_spacing (GTK_FLOW_BOX (columns), 12);
  for (guint i = 1; i < chapters->len; i++)
    {
      const SbChapter *chapter = g_ptr_array_index (chapters, i);

      if (chapter->place == NULL ||
          (chapter->kind != SB_CHAPTER_DONE && chapter->kind != SB_CHAPTER_SKIPPED))
        continue;
      gtk_list_box_append (
        done_list,
        make_row (chapter->kind == SB_CHAPTER_DONE ? "sb-done-symbolic" : "sb-hand-symbolic",
                  "success", chapter->title, chapter->detail));
      n_done++;
    }
  if (n_done == 0)
    gtk_list_box_append (done_list,
                         make_row ("sb-dash-symbolic", "dim-label", _ ("Nothing yet"), NULL));

  if (open != NULL)
    gtk_list_box_append (
      open_list,
      make_row (open->kind == SB_CHAPTER_UNKNOWN ? "sb-question-symbolic" : "sb-cross-symbolic",
                open->kind == SB_CHAPTER_UNKNOWN ? "warning" : "error", open->title,
                open->kind == SB_CHAPTER_UNKNOWN ? _ ("Unknown") : open->detail));
  if (flow != NULL)
    add_later_steps (open_list, flow, open, connectors);

  gtk_widget_set_valign (done, GTK_ALIGN_START);
  gtk_widget_set_valign (not_done, GTK_ALIGN_START);
  gtk_widget_set_size_request (done, 240, -1);
  gtk_widget_set_size_request (not_done, 240, -1);
  gtk_flow_box_append (GTK_FLOW_BOX (columns), done);
  gtk_flow_box_append (GTK_FLOW_BOX (columns), not_done);
  gtk_widget_set_focusable (gtk_widget_get_parent (done), FALSE);
  gtk_widget_set_focusable (gtk_widget_get_parent (not_done), FALSE);
  gtk_box_append (box, columns);
}

static void
details_cb (GtkWidget *button, gpointer data)
{
  SbAttempt *attempt = data;

  sb_text_dialog_present (button, _ ("What was sent"), _ ("Request"), attempt->request,
                          _ ("Response"), attempt->response);
}

static char *
format_time (gint64 time_us)
{
  g_autoptr (GDateTime) time = g_date_time_new_from_unix_local (time_us / G_USEC_PER_SEC);

  return g_date_time_format (time, "%H:%M:%S");
}

/* What is on record of one attempt, in the order it happened. */
static GtkWidget *
make_attempt_row (SbAttempt *attempt)
{
  g_autofree char *sent = format_time (attempt->started_us);
  g_autofree char *title = g_strdup_printf (_ ("%s  The request was sent"), sent);
  g_autofree char *heard = NULL;
  GtkWidget *details = gtk_button_new_with_label (_ ("Details…"));
  GtkWidget *row;

  if (attempt->ended_us > 0)
    {
      g_autofree char *ended = format_time (attempt->ended_us);

      heard = g_strdup_printf ("%s  %s", ended,
                               attempt->message != NULL ? attempt->message
                                                        : _ ("No answer was recorded"));
    }
  else
    {
      heard = g_strdup (_ ("No answer was recorded"));
    }
  row = make_row ("sb-clock-symbolic", "dim-label", title, heard);
  gtk_widget_add_css_class (details, "flat");
  gtk_widget_set_valign (details, GTK_ALIGN_CENTER);
  g_signal_connect_data (details, "clicked", G_CALLBACK (details_cb), sb_attempt_ref (attempt),
                         (GClosureNotify)(GCallback)sb_attempt_unref, 0);
  adw_action_row_add_suffix (ADW_ACTION_ROW (row), details);

  return row;
}

static void
add_known (GtkBox *box, SbRun *run, const SbChapter *open, const char *vendor)
{
  GtkListBox *list;
  GtkWidget *column;
  SbAttempt *last;

  if (open == NULL || open->attempts->len == 0)
    return;

  column = make_list (_ ("What is known"), &list);
  for (guint i = 0; i < open->attempts->len; i++)
    gtk_list_box_append (list, make_attempt_row (g_ptr_array_index (open->attempts, i)));
  last = g_ptr_array_index (open->attempts, open->attempts->len - 1);
  if (run->unknown && vendor != NULL && last->key != NULL)
    {
      g_autofree char *why =
        open->keyed
          ? g_strdup_printf (_ ("Each attempt carried the key %s, by which %s knows a repeat."),
                             last->key, vendor)
          : g_strdup_printf (
              _ ("%s has no key by which it would know a repeat: asked again, it may do it twice."),
              vendor);

      gtk_list_box_append (
        list, make_row ("sb-lookup-symbolic", "dim-label", _ ("Nothing was sent since"), why));
    }
  gtk_box_append (box, column);
}

static void
open_vendor_cb (GtkWidget *button, gpointer data)
{
  sb_compat_open_uri (button, data);
}

/* Looking is the safe thing to do first, and needs no courage. */
static void
add_look_first (GtkBox *box, SbRun *run, SbConnector *connector)
{
  const char *web = sb_value_get_string (connector->document, "web");
  g_autofree char *title = g_strdup_printf (_ ("Look in %s for %s"), connector->name,
                                            run->label != NULL ? run->label : _ ("this event"));
  g_autofree char *label = g_strdup_printf (_ ("Open %s"), connector->name);
  GtkListBox *list;
  GtkWidget *column = make_list (_ ("Look first"), &list);
  GtkWidget *row = make_row ("sb-lookup-symbolic", NULL, title,
                             _ ("It is there: I Did It by Hand. It is not there: Try Again."));

  if (web != NULL)
    {
      GtkWidget *button = gtk_button_new_with_label (label);

      gtk_widget_add_css_class (button, "suggested-action");
      gtk_widget_set_valign (button, GTK_ALIGN_CENTER);
      gtk_widget_set_tooltip_text (button, web);
      g_signal_connect_data (button, "clicked", G_CALLBACK (open_vendor_cb), g_strdup (web),
                             (GClosureNotify)(GCallback)g_free, 0);
      adw_action_row_add_suffix (ADW_ACTION_ROW (row), button);
    }
  gtk_list_box_append (list, row);
  gtk_box_append (box, column);
}

static SbConnector *
find_connector (SbFlow *flow, const SbChapter *open, SbConnectors *connectors)
{
  const char *last = open != NULL && open->place != NULL ? strrchr (open->place, '/') : NULL;
  const char *id = last != NULL ? last + 1 : (open != NULL ? open->place : NULL);
  SbStep *step = id != NULL ? sb_flow_find_step (flow, id) : NULL;

  return step != NULL && step->connector != NULL ? sb_connectors_find (connectors, step->connector)
                                                 : NULL;
}

static void
copy_cb (GtkWidget *button, gpointer data)
{
  gdk_clipboard_set_text (gtk_widget_get_clipboard (button), data);
  gtk_widget_activate_action (button, "win.toast", "s", _ ("Copied"));
}

static void
add_runbook (GtkBox *box, SbFlow *flow)
{
  static const struct
  {
    const char *key;
    const char *icon;
    const char *title;
  } entries[] = {
    { "call", "sb-kind-contacts-symbolic", N_ ("Whom to call") },
    { "look", "sb-lookup-symbolic", N_ ("Where to look") },
    { "reprocess", "sb-redo-symbolic", N_ ("How to do it again") },
  };
  SbValue *runbook = flow->plan != NULL ? sb_value_get_member (flow->plan, "runbook") : NULL;
  GtkListBox *list;
  GtkWidget *column;
  guint n_rows = 0;

  if (runbook == NULL)
    return;

  column = g_object_ref_sink (make_list (_ ("Runbook"), &list));
  for (guint i = 0; i < G_N_ELEMENTS (entries); i++)
    {
      const char *text = sb_value_get_string (runbook, entries[i].key);
      GtkWidget *row;

      if (text == NULL || text[0] == '\0')
        continue;
      row = make_row (entries[i].icon, NULL, _ (entries[i].title), text);
      if (g_str_equal (entries[i].key, "call"))
        {
          GtkWidget *copy = gtk_button_new_with_label (_ ("Copy"));

          gtk_widget_set_valign (copy, GTK_ALIGN_CENTER);
          g_signal_connect_data (copy, "clicked", G_CALLBACK (copy_cb), g_strdup (text),
                                 (GClosureNotify)(GCallback)g_free, 0);
          adw_action_row_add_suffix (ADW_ACTION_ROW (row), copy);
        }
      gtk_list_box_append (list, row);
      n_rows++;
    }
  if (n_rows > 0)
    gtk_box_append (box, column);
  g_object_unref (column);
}

void
sb_inbox_detail_fill (GtkBox *box, SbClaim *claim, SbConnectors *connectors)
{
  g_autoptr (GPtrArray) chapters = sb_story_tell (claim, connectors);
  g_autoptr (SbProblems) problems = sb_problems_new ();
  g_autoptr (SbFlow) flow =
    claim->document != NULL ? sb_flow_parse (claim->document, problems) : NULL;
  const SbChapter *open = find_open_chapter (chapters);
  SbConnector *connector = flow != NULL ? find_connector (flow, open, connectors) : NULL;
  GtkWidget *child;

  while ((child = gtk_widget_get_first_child (GTK_WIDGET (box))) != NULL)
    gtk_box_remove (box, child);

  add_title (box, claim, open);
  if (claim->run->unknown && connector != NULL)
    add_look_first (box, claim->run, connector);
  add_known (box, claim->run, open, connector != NULL ? connector->name : NULL);
  add_done_and_not (box, chapters, flow, open, connectors);
  if (flow != NULL)
    add_runbook (box, flow);
}
