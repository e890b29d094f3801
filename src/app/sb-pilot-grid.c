/* sb-pilot-grid.c
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "sb-pilot-grid.h"

#include <glib/gi18n.h>

#define RECORDS_OF_A_PAGE 8

typedef struct
{
  GtkWidget *button;
  GtkImage *mark;
  GtkLabel *word;
  GtkLabel *detail;
  const char *style; /* (nullable): css class that the verdict gave */
  SbValue *value;    /* (nullable) */
} Cell;

struct _SbPilotGrid
{
  GtkWidget parent_instance;

  GtkWidget *card;  /* (nullable): holds the two grids side by side */
  GtkGrid *records; /* number and name of each record: stays while the cells scroll sideways */
  GtkGrid *grid;    /* the cells */
  Cell *cells;
  guint n_records;
  guint n_columns;
  char **titles; /* of the columns */
};

enum
{
  ACTIVATED,
  N_SIGNALS,
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (SbPilotGrid, sb_pilot_grid, GTK_TYPE_WIDGET)

static const struct
{
  const char *verdict;
  const char *icon;
  const char *style;
  const char *word;
} verdicts[] = {
  { "done", "sb-done-symbolic", "success", N_ ("Done") },
  { "held", "sb-status-paused-symbolic", "warning", N_ ("Held back") },
  { "expected-failure", "sb-shield-symbolic", "accent", N_ ("Expected failure") },
  { "unexpected", "sb-cross-symbolic", "error", N_ ("Unexpected") },
  { "skipped", "sb-dash-symbolic", "dim-label", N_ ("Skipped") },
};

static GtkLabel *
make_label (const char *text, const char *style)
{
  GtkLabel *label = GTK_LABEL (gtk_label_new (text));

  gtk_label_set_xalign (label, 0);
  gtk_label_set_ellipsize (label, PANGO_ELLIPSIZE_END);
  if (style != NULL)
    gtk_widget_add_css_class (GTK_WIDGET (label), style);

  return label;
}

static void
clear_cells (SbPilotGrid *self)
{
  for (guint i = 0; i < self->n_records * self->n_columns; i++)
    g_clear_pointer (&self->cells[i].value, sb_value_unref);
  g_clear_pointer (&self->cells, g_free);
  g_clear_pointer (&self->titles, g_strfreev);
  self->n_records = self->n_columns = 0;
}

static void
cell_clicked_cb (GtkWidget *button, SbPilotGrid *self)
{
  for (guint i = 0; i < self->n_records * self->n_columns; i++)
    if (self->cells[i].button == button)
      {
        if (self->cells[i].value != NULL)
          g_signal_emit (self, signals[ACTIVATED], 0, i / self->n_columns, i % self->n_columns,
                         self->cells[i].value);
        return;
      }
}

static void
make_cell (SbPilotGrid *self, guint record, guint column)
{
  Cell *cell = &self->cells[record * self->n_columns + column];
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 8);
  GtkWidget *words = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);

  cell->mark = GTK_IMAGE (gtk_image_new ());
  cell->word = make_label ("", "sb-cell-word");
  cell->detail = make_label ("", "caption");
  gtk_widget_add_css_class (GTK_WIDGET (cell->detail), "dim-label");
  /* A word must be readable however many steps there are: the grid scrolls sideways rather than
   * squeeze. */
  gtk_label_set_width_chars (cell->word, 14);
  gtk_label_set_max_width_chars (cell->detail, 16);
  gtk_box_append (GTK_BOX (words), GTK_WIDGET (cell->word));
  gtk_box_append (GTK_BOX (words), GTK_WIDGET (cell->detail));
  gtk_widget_set_valign (words, GTK_ALIGN_CENTER);
  gtk_box_append (GTK_BOX (box), GTK_WIDGET (cell->mark));
  gtk_box_append (GTK_BOX (box), words);

  cell->button = gtk_button_new ();
  gtk_button_set_child (GTK_BUTTON (cell->button), box);
  gtk_widget_add_css_class (cell->button, "flat");
  gtk_widget_add_css_class (cell->button, "sb-cell");
  gtk_widget_set_hexpand (cell->button, TRUE);
  gtk_widget_set_vexpand (cell->button, TRUE);
  g_signal_connect (cell->button, "clicked", G_CALLBACK (cell_clicked_cb), self);
  gtk_grid_attach (self->grid, cell->button, (int)column, (int)record + 1, 1, 1);
}

static GtkWidget *
make_heading (const char *title, const char *system)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);

  gtk_box_append (GTK_BOX (box), GTK_WIDGET (make_label (title, "heading")));
  if (system != NULL && system[0] != '\0')
    {
      GtkLabel *label = make_label (system, "caption");

      gtk_widget_add_css_class (GTK_WIDGET (label), "dim-label");
      gtk_box_append (GTK_BOX (box), GTK_WIDGET (label));
    }
  gtk_widget_add_css_class (box, "sb-grid-heading");

  return box;
}

static void
make_record (SbPilotGrid *self, SbValue *record, guint index)
{
  g_autofree char *number = g_strdup_printf ("%u", index + 1);
  const char *title = sb_value_get_string (record, "title");
  const char *note = sb_value_get_string (record, "note");
  GtkLabel *label = make_label (number, "dim-label");
  GtkWidget *words = make_heading (title != NULL ? title : number, note);
  GtkWidget *row = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 0);

  gtk_widget_add_css_class (GTK_WIDGET (label), "numeric");
  gtk_label_set_xalign (label, 1);
  gtk_label_set_width_chars (label, 3);
  gtk_widget_set_valign (words, GTK_ALIGN_CENTER);
  gtk_box_append (GTK_BOX (row), GTK_WIDGET (label));
  gtk_box_append (GTK_BOX (row), words);
  gtk_widget_add_css_class (row, "sb-grid-record");
  gtk_widget_set_vexpand (row, TRUE);
  gtk_widget_set_tooltip_text (row, note);
  gtk_grid_attach (self->records, row, 0, (int)index + 1, 1, 1);
}

/* The rows of the two grids are as high as each other. */
static void
join_rows (SbPilotGrid *self)
{
  for (guint i = 0; i <= self->n_records; i++)
    {
      g_autoptr (GtkSizeGroup) row = gtk_size_group_new (GTK_SIZE_GROUP_VERTICAL);

      gtk_size_group_add_widget (row, gtk_grid_get_child_at (self->records, 0, (int)i));
      for (guint j = 0; j < self->n_columns; j++)
        gtk_size_group_add_widget (row, gtk_grid_get_child_at (self->grid, (int)j, (int)i));
    }
}

static void
make_card (SbPilotGrid *self)
{
  GtkWidget *scroller = gtk_scrolled_window_new ();

  g_clear_pointer (&self->card, gtk_widget_unparent);
  self->card = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 0);
  gtk_widget_add_css_class (self->card, "card");
  gtk_widget_add_css_class (self->card, "sb-pilot-grid");
  gtk_widget_set_parent (self->card, GTK_WIDGET (self));

  self->records = GTK_GRID (gtk_grid_new ());
  self->grid = GTK_GRID (gtk_grid_new ());
  gtk_scrolled_window_set_policy (GTK_SCROLLED_WINDOW (scroller), GTK_POLICY_AUTOMATIC,
                                  GTK_POLICY_NEVER);
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (scroller), GTK_WIDGET (self->grid));
  gtk_widget_set_hexpand (scroller, TRUE);
  gtk_box_append (GTK_BOX (self->card), GTK_WIDGET (self->records));
  gtk_box_append (GTK_BOX (self->card), scroller);
}

void
sb_pilot_grid_set_shape (SbPilotGrid *self, SbValue *columns, SbValue *records)
{
  GtkWidget *heading;

  clear_cells (self);
  make_card (self);

  self->n_columns = sb_value_get_length (columns);
  self->n_records = sb_value_get_length (records);
  self->cells = g_new0 (Cell, self->n_columns * self->n_records + 1);
  self->titles = g_new0 (char *, self->n_columns + 1);

  heading = make_heading (_ ("Record"), NULL);
  gtk_widget_add_css_class (heading, "sb-grid-first");
  gtk_grid_attach (self->records, heading, 0, 0, 1, 1);
  for (guint i = 0; i < self->n_columns; i++)
    {
      SbValue *column = sb_value_get_item (columns, i);

      self->titles[i] = g_strdup (sb_value_get_string (column, "title"));
      heading = make_heading (self->titles[i], sb_value_get_string (column, "system"));
      gtk_widget_set_tooltip_text (heading, self->titles[i]);
      gtk_grid_attach (self->grid, heading, (int)i, 0, 1, 1);
    }
  for (guint i = 0; i < self->n_records; i++)
    {
      make_record (self, sb_value_get_item (records, i), i);
      for (guint j = 0; j < self->n_columns; j++)
        make_cell (self, i, j);
    }
  join_rows (self);
  /* Ten records share the page's height; one or two would each be as high as the page. */
  gtk_widget_set_valign (GTK_WIDGET (self),
                         self->n_records < RECORDS_OF_A_PAGE ? GTK_ALIGN_START : GTK_ALIGN_FILL);
}

void
sb_pilot_grid_set_cell (SbPilotGrid *self, guint record, guint column, SbValue *value)
{
  const char *verdict = value != NULL ? sb_value_get_string (value, "verdict") : NULL;
  const char *detail = value != NULL ? sb_value_get_string (value, "detail") : NULL;
  g_autofree char *name = NULL;
  guint found = 0;
  Cell *cell;

  if (record >= self->n_records || column >= self->n_columns)
    return;
  cell = &self->cells[record * self->n_columns + column];

  if (value != NULL)
    sb_value_ref (value);
  g_clear_pointer (&cell->value, sb_value_unref);
  cell->value = value;
  if (cell->style != NULL)
    {
      gtk_widget_remove_css_class (GTK_WIDGET (cell->mark), cell->style);
      gtk_widget_remove_css_class (cell->button, cell->style);
      cell->style = NULL;
    }

  while (verdict != NULL && found < G_N_ELEMENTS (verdicts) &&
         !g_str_equal (verdicts[found].verdict, verdict))
    found++;
  if (verdict == NULL || found == G_N_ELEMENTS (verdicts))
    {
      gtk_image_set_from_icon_name (cell->mark, value != NULL ? NULL : "sb-working-symbolic");
      gtk_label_set_label (cell->word, "");
      gtk_label_set_label (cell->detail, detail != NULL ? detail : "");
      return;
    }

  cell->style = verdicts[found].style;
  gtk_widget_add_css_class (GTK_WIDGET (cell->mark), cell->style);
  gtk_widget_add_css_class (cell->button, cell->style);
  gtk_image_set_from_icon_name (cell->mark, verdicts[found].icon);
  gtk_label_set_label (cell->word, _ (verdicts[found].word));
  gtk_label_set_label (cell->detail, detail != NULL ? detail : "");
  gtk_widget_set_visible (GTK_WIDGET (cell->detail), detail != NULL && detail[0] != '\0');
  gtk_widget_set_tooltip_text (cell->button, detail);

  /* Translators: what a screen reader says of a cell: record 3, Refund: Done. */
  name = g_strdup_printf (_ ("Record %u, %s: %s"), record + 1, self->titles[column],
                          _ (verdicts[found].word));
  gtk_accessible_update_property (GTK_ACCESSIBLE (cell->button), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  name, -1);
}

void
sb_pilot_grid_show_record (SbPilotGrid *self, guint record)
{
  if (record < self->n_records && self->n_columns > 0)
    gtk_widget_grab_focus (self->cells[record * self->n_columns].button);
}

static void
sb_pilot_grid_dispose (GObject *object)
{
  SbPilotGrid *self = SB_PILOT_GRID (object);

  clear_cells (self);
  g_clear_pointer (&self->card, gtk_widget_unparent);

  G_OBJECT_CLASS (sb_pilot_grid_parent_class)->dispose (object);
}

static void
sb_pilot_grid_class_init (SbPilotGridClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = sb_pilot_grid_dispose;
  gtk_widget_class_set_layout_manager_type (widget_class, GTK_TYPE_BIN_LAYOUT);
  gtk_widget_class_set_css_name (widget_class, "pilotgrid");

  signals[ACTIVATED] =
    g_signal_new ("activated", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                  G_TYPE_NONE, 3, G_TYPE_UINT, G_TYPE_UINT, G_TYPE_POINTER);
}

static void
sb_pilot_grid_init (SbPilotGrid *self)
{
}
