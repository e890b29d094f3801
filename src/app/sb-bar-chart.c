/* sb-bar-chart.c
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "sb-bar-chart.h"

#include "sb-bar-area.h"

struct _SbBarChart
{
  GtkWidget parent_instance;

  char *summary;
  int pointed;      /* -1: no bar */
  GPtrArray *words; /* of char *, for each bar */

  GtkLabel *title;
  GtkWidget *legend;
  GtkWidget *lower_dot;
  GtkWidget *upper_dot;
  GtkLabel *lower_label;
  GtkLabel *upper_label;
  GtkLabel *said;
  SbBarArea *area;
};

enum
{
  PROP_0,
  PROP_TITLE,
  PROP_LOWER_NAME,
  PROP_UPPER_NAME,
  N_PROPS,
};

enum
{
  CHOSEN,
  N_SIGNALS,
};

static GParamSpec *props[N_PROPS];
static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (SbBarChart, sb_bar_chart, GTK_TYPE_WIDGET)

void
sb_bar_chart_begin (SbBarChart *self)
{
  g_ptr_array_set_size (self->words, 0);
  sb_bar_area_begin (self->area);
}

void
sb_bar_chart_add (
  SbBarChart *self, double lower, double upper, const char *label, const char *words)
{
  g_ptr_array_add (self->words, g_strdup (words));
  sb_bar_area_add (self->area, lower, upper, label, words);
}

static void
say (SbBarChart *self)
{
  gboolean some = self->pointed >= 0 && self->pointed < (int)self->words->len;

  gtk_label_set_label (self->said, some ? g_ptr_array_index (self->words, (guint)self->pointed)
                                        : self->summary);
}

void
sb_bar_chart_end (SbBarChart *self, double top, const char *words, const char *summary)
{
  g_free (self->summary);
  self->summary = g_strdup (summary);
  sb_bar_area_end (self->area, top, words);
  say (self);
}

static void
pointed_cb (SbBarChart *self, int index)
{
  self->pointed = index;
  say (self);
}

static void
chosen_cb (SbBarChart *self, guint index)
{
  g_signal_emit (self, signals[CHOSEN], 0, index);
}

static void
sb_bar_chart_set_property (GObject *object, guint id, const GValue *value, GParamSpec *spec)
{
  SbBarChart *self = SB_BAR_CHART (object);
  const char *text = g_value_get_string (value);

  switch (id)
    {
    case PROP_TITLE:
      gtk_label_set_label (self->title, text);
      gtk_accessible_update_property (GTK_ACCESSIBLE (self->area), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                      text, -1);
      break;
    case PROP_LOWER_NAME:
      gtk_label_set_label (self->lower_label, text);
      gtk_widget_set_visible (self->legend, TRUE);
      break;
    case PROP_UPPER_NAME:
      gtk_label_set_label (self->upper_label, text);
      gtk_widget_set_visible (self->legend, TRUE);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, spec);
      break;
    }
}

static void
sb_bar_chart_dispose (GObject *object)
{
  GtkWidget *child;

  while ((child = gtk_widget_get_first_child (GTK_WIDGET (object))) != NULL)
    gtk_widget_unparent (child);

  G_OBJECT_CLASS (sb_bar_chart_parent_class)->dispose (object);
}

static void
sb_bar_chart_finalize (GObject *object)
{
  SbBarChart *self = SB_BAR_CHART (object);

  g_free (self->summary);
  g_ptr_array_unref (self->words);

  G_OBJECT_CLASS (sb_bar_chart_parent_class)->finalize (object);
}

static void
sb_bar_chart_class_init (SbBarChartClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->set_property = sb_bar_chart_set_property;
  object_class->dispose = sb_bar_chart_dispose;
  object_class->finalize = sb_bar_chart_finalize;
  props[PROP_TITLE] =
    g_param_spec_string ("title", NULL, NULL, NULL, G_PARAM_WRITABLE | G_PARAM_STATIC_STRINGS);
  props[PROP_LOWER_NAME] =
    g_param_spec_string ("lower-name", NULL, NULL, NULL, G_PARAM_WRITABLE | G_PARAM_STATIC_STRINGS);
  props[PROP_UPPER_NAME] =
    g_param_spec_string ("upper-name", NULL, NULL, NULL, G_PARAM_WRITABLE | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, props);
  signals[CHOSEN] = g_signal_new ("chosen", SB_TYPE_BAR_CHART, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                  NULL, G_TYPE_NONE, 1, G_TYPE_UINT);

  g_type_ensure (SB_TYPE_BAR_AREA);
  gtk_widget_class_set_layout_manager_type (widget_class, GTK_TYPE_BOX_LAYOUT);
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/io/github/signalbox/Signalbox/sb-bar-chart.ui");
  gtk_widget_class_bind_template_child (widget_class, SbBarChart, title);
  gtk_widget_class_bind_template_child (widget_class, SbBarChart, legend);
  gtk_widget_class_bind_template_child (widget_class, SbBarChart, lower_dot);
  gtk_widget_class_bind_template_child (widget_class, SbBarChart, upper_dot);
  gtk_widget_class_bind_template_child (widget_class, SbBarChart, lower_label);
  gtk_widget_class_bind_template_child (widget_class, SbBarChart, upper_label);
  gtk_widget_class_bind_template_child (widget_class, SbBarChart, said);
  gtk_widget_class_bind_template_child (widget_class, SbBarChart, area);
  gtk_widget_class_bind_template_callback (widget_class, pointed_cb);
  gtk_widget_class_bind_template_callback (widget_class, chosen_cb);
}

static void
sb_bar_chart_init (SbBarChart *self)
{
  self->pointed = -1;
  self->words = g_ptr_array_new_with_free_func (g_free);
  gtk_widget_init_template (GTK_WIDGET (self));
  gtk_orientable_set_orientation (
    GTK_ORIENTABLE (gtk_widget_get_layout_manager (GTK_WIDGET (self))), GTK_ORIENTATION_VERTICAL);
  sb_bar_area_set_colors (self->area, self->lower_dot, self->upper_dot);
}
