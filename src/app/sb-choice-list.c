/* sb-choice-list.c
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "sb-choice-list.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "sb-tile.h"

struct _SbChoiceList
{
  GtkWidget parent_instance;
  GtkSearchEntry *search;
  GtkListBox *list;
  char **words;        /* (nullable): of the search, folded */
  GtkListBoxRow *lift; /* (nullable): under the pointer that may draw it out */
  gboolean lifted;
};

/* How well a word of the search fits, the best first. */
enum
{
  FIT_TITLE_START,
  FIT_TITLE,
  FIT_KEYWORD,
  FIT_SUBTITLE,
  FIT_HELP,
  N_FITS,
};

/* What a row is found by. */
typedef struct
{
  char **texts[N_FITS]; /* words, folded; the title's stand under FIT_TITLE */
  guint position;
  guint recent; /* 0: was not used lately */
  guint fit;    /* of the search, G_MAXUINT: not found */
} Choice;

enum
{
  CHOSEN,
  LIFTED,
  DRAGGED,
  DROPPED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];
static GQuark choice_quark;

G_DEFINE_FINAL_TYPE (SbChoiceList, sb_choice_list, GTK_TYPE_WIDGET)

static void
choice_free (gpointer data)
{
  Choice *choice = data;

  for (guint i = 0; i < N_FITS; i++)
    g_strfreev (choice->texts[i]);
  g_free (choice);
}

static Choice *
choice_of (GtkListBoxRow *row)
{
  return g_object_get_qdata (G_OBJECT (row), choice_quark);
}

/* --- searching ----------------------------------------------------------------------------------
 */

/* "refunds" finds "refund", and the other way round. */
static gboolean
fits (const char *word, const char *wanted)
{
  return g_str_has_prefix (word, wanted) || (strlen (word) > 3 && g_str_has_prefix (wanted, word));
}

static guint
fit_word (Choice *choice, const char *wanted)
{
  for (guint i = FIT_TITLE; i < N_FITS; i++)
    for (guint j = 0; choice->texts[i] != NULL && choice->texts[i][j] != NULL; j++)
      if (fits (choice->texts[i][j], wanted))
        return i == FIT_TITLE && j == 0 ? FIT_TITLE_START : i;
  return G_MAXUINT;
}

static void
judge (SbChoiceList *self, Choice *choice)
{
  choice->fit = 0;
  for (guint i = 0; self->words != NULL && self->words[i] != NULL; i++)
    {
      guint fit = fit_word (choice, self->words[i]);

      if (fit == G_MAXUINT)
        {
          choice->fit = G_MAXUINT;
          return;
        }
      choice->fit += fit;
    }
}

static gboolean
is_searching (SbChoiceList *self)
{
  return self->words != NULL && self->words[0] != NULL;
}

static gboolean
filter_cb (GtkListBoxRow *row, gpointer data)
{
  return choice_of (row)->fit != G_MAXUINT;
}

static int
sort_cb (GtkListBoxRow *a, GtkListBoxRow *b, gpointer data)
{
  Choice *first = choice_of (a);
  Choice *second = choice_of (b);

  if (first->fit != second->fit)
    return first->fit < second->fit ? -1 : 1;
  if (first->recent != second->recent)
    return first->recent - 1 < second->recent - 1 ? -1 : 1;
  return (int)first->position - (int)second->position;
}

static void
add_heading (GtkListBoxRow *row, const char *words)
{
  GtkWidget *label = gtk_label_new (words);

  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_widget_add_css_class (label, "sb-heading");
  gtk_list_box_row_set_header (row, label);
}

static void
header_cb (GtkListBoxRow *row, GtkListBoxRow *before, gpointer data)
{
  gboolean recent = choice_of (row)->recent > 0;
  gboolean was_recent = before != NULL && choice_of (before)->recent > 0;

  gtk_list_box_row_set_header (row, NULL);
  if (is_searching (data))
    return;
  if (recent && before == NULL)
    add_heading (row, _ ("Used lately"));
  else if (!recent && was_recent)
    add_heading (row, _ ("Everything"));
}

/* The first that is left after @before, or of all. */
static GtkListBoxRow *
next_row (SbChoiceList *self, GtkListBoxRow *before)
{
  GtkListBoxRow *row;

  for (int i = before != NULL ? gtk_list_box_row_get_index (before) + 1 : 0;
       (row = gtk_list_box_get_row_at_index (self->list, i)) != NULL; i++)
    if (choice_of (row)->fit != G_MAXUINT)
      return row;
  return NULL;
}

static void
search_cb (SbChoiceList *self)
{
  GtkListBoxRow *row;

  g_strfreev (self->words);
  self->words =
    g_str_tokenize_and_fold (gtk_editable_get_text (GTK_EDITABLE (self->search)), NULL, NULL);
  for (int i = 0; (row = gtk_list_box_get_row_at_index (self->list, i)) != NULL; i++)
    judge (self, choice_of (row));
  gtk_list_box_invalidate_sort (self->list);
  gtk_list_box_invalidate_filter (self->list);
  gtk_list_box_invalidate_headers (self->list);
  /* What Enter takes is seen before it is pressed. */
  row = next_row (self, NULL);
  gtk_list_box_select_row (self->list, is_searching (self) ? row : NULL);
  if (row != NULL)
    {
      GtkAdjustment *adjustment = gtk_list_box_get_adjustment (self->list);

      if (adjustment != NULL)
        gtk_adjustment_set_value (adjustment, 0);
    }
}

static void
row_activated_cb (SbChoiceList *self, GtkListBoxRow *row)
{
  g_signal_emit (self, signals[CHOSEN], 0, gtk_widget_get_name (GTK_WIDGET (row)));
}

/* Enter takes the first that is left. */
static void
activate_cb (SbChoiceList *self)
{
  GtkListBoxRow *row;

  /* The search is told of what was typed a little later. */
  search_cb (self);
  row = next_row (self, NULL);
  if (row != NULL)
    row_activated_cb (self, row);
}

/* Enter would take the first that was found: down goes to the one below it. */
static gboolean
search_key_cb (SbChoiceList *self, guint key)
{
  GtkListBoxRow *row;

  if (key != GDK_KEY_Down && key != GDK_KEY_KP_Down)
    return GDK_EVENT_PROPAGATE;
  /* The search is told of what was typed a little later. */
  search_cb (self);
  row = next_row (self, gtk_list_box_get_selected_row (self->list));
  if (row == NULL)
    row = next_row (self, NULL);
  if (row != NULL)
    {
      gtk_list_box_select_row (self->list, row);
      gtk_widget_grab_focus (GTK_WIDGET (row));
    }
  return GDK_EVENT_STOP;
}

static gboolean
list_key_cb (SbChoiceList *self, guint key)
{
  GtkListBoxRow *first = next_row (self, NULL);

  if ((key != GDK_KEY_Up && key != GDK_KEY_KP_Up) || first == NULL ||
      !gtk_widget_is_focus (GTK_WIDGET (first)))
    return GDK_EVENT_PROPAGATE;
  gtk_widget_grab_focus (GTK_WIDGET (self->search));
  return GDK_EVENT_STOP;
}

/* --- drawing a row out of the list --------------------------------------------------------------
 */

static void
drag_begin_cb (SbChoiceList *self, double x, double y)
{
  graphene_point_t at;

  self->lifted = FALSE;
  self->lift = NULL;
  if (gtk_widget_compute_point (GTK_WIDGET (self), GTK_WIDGET (self->list),
                                &GRAPHENE_POINT_INIT ((float)x, (float)y), &at))
    self->lift = gtk_list_box_get_row_at_y (self->list, (int)at.y);
}

static void
drag_update_cb (SbChoiceList *self, double dx, double dy, GtkGesture *gesture)
{
  double x = 0;
  double y = 0;

  gtk_gesture_drag_get_start_point (GTK_GESTURE_DRAG (gesture), &x, &y);
  /* Up and down is how a list is scrolled by touch. */
  if (!self->lifted && self->lift != NULL &&
      gtk_drag_check_threshold (GTK_WIDGET (self), 0, 0, (int)dx, (int)dy))
    {
      self->lifted = TRUE;
      gtk_gesture_set_state (gesture, GTK_EVENT_SEQUENCE_CLAIMED);
      g_signal_emit (self, signals[LIFTED], 0, gtk_widget_get_name (GTK_WIDGET (self->lift)),
                     self->lift);
    }
  if (self->lifted)
    g_signal_emit (self, signals[DRAGGED], 0, x + dx, y + dy);
}

static void
end_drag (SbChoiceList *self, gboolean cancelled)
{
  gboolean lifted = self->lifted;

  self->lift = NULL;
  self->lifted = FALSE;
  if (lifted)
    g_signal_emit (self, signals[DROPPED], 0, cancelled);
}

static void
drag_end_cb (SbChoiceList *self)
{
  end_drag (self, FALSE);
}

static void
drag_cancel_cb (SbChoiceList *self)
{
  end_drag (self, TRUE);
}

void
sb_choice_list_set_draggable (SbChoiceList *self)
{
  GtkGesture *drag = gtk_gesture_drag_new ();

  gtk_event_controller_set_propagation_phase (GTK_EVENT_CONTROLLER (drag), GTK_PHASE_CAPTURE);
  g_signal_connect_object (drag, "drag-begin", G_CALLBACK (drag_begin_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (drag, "drag-update", G_CALLBACK (drag_update_cb), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (drag, "drag-end", G_CALLBACK (drag_end_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (drag, "cancel", G_CALLBACK (drag_cancel_cb), self, G_CONNECT_SWAPPED);
  gtk_widget_add_controller (GTK_WIDGET (self), GTK_EVENT_CONTROLLER (drag));
}

/* --- object -------------------------------------------------------------------------------------
 */

static void
sb_choice_list_dispose (GObject *object)
{
  SbChoiceList *self = SB_CHOICE_LIST (object);
  GtkWidget *child;

  while ((child = gtk_widget_get_first_child (GTK_WIDGET (self))) != NULL)
    gtk_widget_unparent (child);
  g_clear_pointer (&self->words, g_strfreev);
  self->lift = NULL;

  G_OBJECT_CLASS (sb_choice_list_parent_class)->dispose (object);
}

static void
sb_choice_list_class_init (SbChoiceListClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = sb_choice_list_dispose;
  signals[CHOSEN] = g_signal_new ("chosen", SB_TYPE_CHOICE_LIST, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                  NULL, G_TYPE_NONE, 1, G_TYPE_STRING);
  signals[LIFTED] = g_signal_new ("lifted", SB_TYPE_CHOICE_LIST, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                  NULL, G_TYPE_NONE, 2, G_TYPE_STRING, GTK_TYPE_WIDGET);
  signals[DRAGGED] = g_signal_new ("dragged", SB_TYPE_CHOICE_LIST, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                   NULL, G_TYPE_NONE, 2, G_TYPE_DOUBLE, G_TYPE_DOUBLE);
  signals[DROPPED] = g_signal_new ("dropped", SB_TYPE_CHOICE_LIST, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                   NULL, G_TYPE_NONE, 1, G_TYPE_BOOLEAN);
  choice_quark = g_quark_from_static_string ("sb-choice");
  gtk_widget_class_set_layout_manager_type (GTK_WIDGET_CLASS (klass), GTK_TYPE_BOX_LAYOUT);
}

static void
sb_choice_list_init (SbChoiceList *self)
{
  GtkLayoutManager *layout = gtk_widget_get_layout_manager (GTK_WIDGET (self));
  GtkWidget *scroller = gtk_scrolled_window_new ();
  GtkWidget *none = gtk_label_new (_ ("Nothing by that name"));
  GtkEventController *search_keys = gtk_event_controller_key_new ();
  GtkEventController *list_keys = gtk_event_controller_key_new ();

  gtk_orientable_set_orientation (GTK_ORIENTABLE (layout), GTK_ORIENTATION_VERTICAL);
  gtk_box_layout_set_spacing (GTK_BOX_LAYOUT (layout), 8);

  self->search = GTK_SEARCH_ENTRY (gtk_search_entry_new ());
  gtk_widget_set_parent (GTK_WIDGET (self->search), GTK_WIDGET (self));
  g_signal_connect_object (self->search, "search-changed", G_CALLBACK (search_cb), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (self->search, "activate", G_CALLBACK (activate_cb), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (search_keys, "key-pressed", G_CALLBACK (search_key_cb), self,
                           G_CONNECT_SWAPPED);
  gtk_widget_add_controller (GTK_WIDGET (self->search), search_keys);

  self->list = GTK_LIST_BOX (gtk_list_box_new ());
  gtk_list_box_set_selection_mode (self->list, GTK_SELECTION_SINGLE);
  gtk_list_box_set_sort_func (self->list, sort_cb, self, NULL);
  gtk_list_box_set_header_func (self->list, header_cb, self, NULL);
  gtk_list_box_set_filter_func (self->list, filter_cb, self, NULL);
  gtk_widget_set_margin_top (none, 24);
  gtk_widget_add_css_class (none, "dim-label");
  gtk_list_box_set_placeholder (self->list, none);
  gtk_widget_add_css_class (GTK_WIDGET (self->list), "navigation-sidebar");
  gtk_event_controller_set_propagation_phase (list_keys, GTK_PHASE_CAPTURE);
  g_signal_connect_object (list_keys, "key-pressed", G_CALLBACK (list_key_cb), self,
                           G_CONNECT_SWAPPED);
  gtk_widget_add_controller (GTK_WIDGET (self->list), list_keys);
  g_signal_connect_object (self->list, "row-activated", G_CALLBACK (row_activated_cb), self,
                           G_CONNECT_SWAPPED);

  gtk_scrolled_window_set_policy (GTK_SCROLLED_WINDOW (scroller), GTK_POLICY_NEVER,
                                  GTK_POLICY_AUTOMATIC);
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (scroller), GTK_WIDGET (self->list));
  gtk_widget_set_vexpand (scroller, TRUE);
  gtk_scrolled_window_set_min_content_height (GTK_SCROLLED_WINDOW (scroller), 320);
  gtk_widget_set_parent (scroller, GTK_WIDGET (self));
  /* Typing goes on searching when the focus is on a row. */
  gtk_search_entry_set_key_capture_widget (self->search, GTK_WIDGET (self->list));
}

GtkWidget *
sb_choice_list_new (const char *placeholder)
{
  SbChoiceList *self = g_object_new (SB_TYPE_CHOICE_LIST, NULL);

  g_object_set (self->search, "placeholder-text", placeholder, NULL);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->search), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  placeholder, -1);
  return GTK_WIDGET (self);
}

void
sb_choice_list_add (SbChoiceList *self,
                    const char *id,
                    const char *kind,
                    const char *title,
                    const char *subtitle,
                    const char *keywords,
                    const char *help)
{
  const char *texts[N_FITS] = { NULL, title, keywords, subtitle, help };
  Choice *choice = g_new0 (Choice, 1);
  GtkWidget *row = gtk_list_box_row_new ();
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 12);
  GtkWidget *tile = sb_tile_new (kind, 32);
  GtkWidget *text = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  GtkWidget *title_label = gtk_label_new (title);
  GtkWidget *subtitle_label = gtk_label_new (subtitle);
  g_autofree char *spoken = g_strdup_printf ("%s, %s", title, subtitle);

  for (guint i = 0; i < N_FITS; i++)
    if (texts[i] != NULL)
      choice->texts[i] = g_str_tokenize_and_fold (texts[i], NULL, NULL);
  while (gtk_list_box_get_row_at_index (self->list, (int)choice->position) != NULL)
    choice->position += 1;
  g_object_set_qdata_full (G_OBJECT (row), choice_quark, choice, choice_free);
  judge (self, choice);
  gtk_widget_set_valign (tile, GTK_ALIGN_CENTER);
  gtk_label_set_xalign (GTK_LABEL (title_label), 0);
  gtk_label_set_ellipsize (GTK_LABEL (title_label), PANGO_ELLIPSIZE_END);
  gtk_label_set_xalign (GTK_LABEL (subtitle_label), 0);
  gtk_label_set_ellipsize (GTK_LABEL (subtitle_label), PANGO_ELLIPSIZE_END);
  gtk_widget_add_css_class (subtitle_label, "dim-label");
  gtk_widget_add_css_class (subtitle_label, "caption");
  gtk_box_append (GTK_BOX (text), title_label);
  gtk_box_append (GTK_BOX (text), subtitle_label);
  gtk_widget_set_valign (text, GTK_ALIGN_CENTER);
  gtk_box_append (GTK_BOX (box), tile);
  gtk_box_append (GTK_BOX (box), text);
  gtk_widget_set_margin_top (box, 6);
  gtk_widget_set_margin_bottom (box, 6);
  gtk_list_box_row_set_child (GTK_LIST_BOX_ROW (row), box);
  gtk_widget_set_name (row, id);
  gtk_accessible_update_property (GTK_ACCESSIBLE (row), GTK_ACCESSIBLE_PROPERTY_LABEL, spoken, -1);
  gtk_list_box_append (self->list, row);
}

void
sb_choice_list_set_recent (SbChoiceList *self, const char *const *ids)
{
  GtkListBoxRow *row;

  for (int i = 0; (row = gtk_list_box_get_row_at_index (self->list, i)) != NULL; i++)
    {
      choice_of (row)->recent = 0;
      for (guint j = 0; ids != NULL && ids[j] != NULL; j++)
        if (strcmp (ids[j], gtk_widget_get_name (GTK_WIDGET (row))) == 0)
          choice_of (row)->recent = j + 1;
    }
  search_cb (self);
}

void
sb_choice_list_focus (SbChoiceList *self)
{
  gtk_widget_grab_focus (GTK_WIDGET (self->search));
}
