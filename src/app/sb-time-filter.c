/* sb-time-filter.c
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "sb-time-filter.h"

#include <glib/gi18n-lib.h>

#include "sb-clock.h"

struct _SbTimeFilter
{
  AdwBin parent_instance;

  int hours;       /* the last so many; 0: any time, or @from to @to */
  GDateTime *from; /* (nullable): a midnight; with @to */
  GDateTime *to;   /* (nullable): the midnight its last day begins with */
  gboolean updating;

  GtkMenuButton *button;
  GtkLabel *label;
  GtkToggleButton *from_button;
  GtkToggleButton *to_button;
  GtkCalendar *calendar;
};

enum
{
  CHANGED,
  N_SIGNALS,
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (SbTimeFilter, sb_time_filter, ADW_TYPE_BIN)

static GDateTime *
get_midnight (GDateTime *time)
{
  return g_date_time_new_local (g_date_time_get_year (time), g_date_time_get_month (time),
                                g_date_time_get_day_of_month (time), 0, 0, 0);
}

static gint64
to_us (GDateTime *time)
{
  return g_date_time_to_unix (time) * G_USEC_PER_SEC;
}

static GDateTime *
get_today (void)
{
  g_autoptr (GDateTime) now = g_date_time_new_from_unix_local (sb_clock_now_us () / G_USEC_PER_SEC);

  return get_midnight (now);
}

/* --- what is shown
 * ------------------------------------------------------------------------------ */

/* The year only where it is another one. */
static char *
dup_day (GDateTime *day)
{
  g_autoptr (GDateTime) today = get_today ();

  return g_date_time_format (day, g_date_time_get_year (day) == g_date_time_get_year (today)
                                    /* Translators: day and short month, like "18 Nov". */
                                    ? _ ("%-d %b")
                                    : _ ("%-d %b %Y"));
}

static char *
dup_words (SbTimeFilter *self)
{
  g_autofree char *from = NULL;
  g_autofree char *to = NULL;

  if (self->hours > 0 && self->hours <= 24)
    return g_strdup (_ ("24 hours"));
  if (self->hours > 0)
    return g_strdup_printf (
      g_dngettext (GETTEXT_PACKAGE, "%d day", "%d days", (gulong)self->hours / 24),
      self->hours / 24);
  if (self->from == NULL)
    return g_strdup (_ ("Any time"));
  from = dup_day (self->from);
  to = dup_day (self->to);
  return g_date_time_equal (self->from, self->to) ? g_steal_pointer (&from)
                                                  : g_strdup_printf ("%s – %s", from, to);
}

static void
show_ends (SbTimeFilter *self)
{
  g_autofree char *first = self->from != NULL ? dup_day (self->from) : g_strdup ("…");
  g_autofree char *last = self->to != NULL ? dup_day (self->to) : g_strdup ("…");
  /* Translators: the first and the last day of a time, like "From 18 Nov", "To 20 Nov". */
  g_autofree char *from = g_strdup_printf (_ ("From %s"), first);
  g_autofree char *to = g_strdup_printf (_ ("To %s"), last);

  gtk_button_set_label (GTK_BUTTON (self->from_button), from);
  gtk_button_set_label (GTK_BUTTON (self->to_button), to);
}

/* The calendar stands at the end of the time that is being chosen. */
static void
show_calendar (SbTimeFilter *self)
{
  gboolean last = gtk_toggle_button_get_active (self->to_button);
  GDateTime *day = last ? self->to : self->from;
  g_autoptr (GDateTime) today = get_today ();

  self->updating = TRUE;
  gtk_calendar_select_day (self->calendar, day != NULL ? day : today);
  self->updating = FALSE;
}

static void
show (SbTimeFilter *self)
{
  g_autofree char *words = dup_words (self);
  g_autofree char *spoken = g_strdup_printf (_ ("Time: %s"), words);

  gtk_label_set_label (self->label, words);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->button), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  spoken, -1);
  show_ends (self);
  if (sb_time_filter_is_set (self))
    gtk_widget_add_css_class (GTK_WIDGET (self->button), "sb-filter-on");
  else
    gtk_widget_remove_css_class (GTK_WIDGET (self->button), "sb-filter-on");
}

static void
clear_days (SbTimeFilter *self)
{
  g_clear_pointer (&self->from, g_date_time_unref);
  g_clear_pointer (&self->to, g_date_time_unref);
}

static void
changed (SbTimeFilter *self)
{
  show (self);
  g_signal_emit (self, signals[CHANGED], 0);
}

/* --- choosing
 * ----------------------------------------------------------------------------------- */

static void
last_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  SbTimeFilter *self = SB_TIME_FILTER (widget);

  clear_days (self);
  self->hours = g_variant_get_int32 (parameter);
  gtk_menu_button_popdown (self->button);
  changed (self);
}

static void
end_toggled_cb (SbTimeFilter *self)
{
  show_calendar (self);
}

/* The other end comes along where the time would be none. */
static void
day_selected_cb (SbTimeFilter *self)
{
  g_autoptr (GDateTime) selected = NULL;
  g_autoptr (GDateTime) day = NULL;
  gboolean last = gtk_toggle_button_get_active (self->to_button);

  if (self->updating)
    return;
  selected = gtk_calendar_get_date (self->calendar);
  day = get_midnight (selected);
  self->hours = 0;
  if (self->from == NULL || !last || g_date_time_compare (day, self->from) < 0)
    {
      g_clear_pointer (&self->from, g_date_time_unref);
      self->from = g_date_time_ref (day);
    }
  if (self->to == NULL || last || g_date_time_compare (day, self->to) > 0)
    {
      g_clear_pointer (&self->to, g_date_time_unref);
      self->to = g_date_time_ref (day);
    }
  changed (self);
}

/* A click on a day, unlike a key that goes about the calendar, is meant for one end only: the next
 * click is for the other. */
static void
clicked_cb (SbTimeFilter *self)
{
  if (self->from != NULL && !gtk_toggle_button_get_active (self->to_button))
    gtk_toggle_button_set_active (self->to_button, TRUE);
}

static void
shown_cb (SbTimeFilter *self)
{
  gtk_toggle_button_set_active (self->from_button, TRUE);
  show_calendar (self);
}

/* --- the range
 * ---------------------------------------------------------------------------------- */

gboolean
sb_time_filter_is_set (SbTimeFilter *self)
{
  return self->hours > 0 || self->from != NULL;
}

void
sb_time_filter_get_range (SbTimeFilter *self, gint64 *since_us, gint64 *until_us)
{
  *since_us = 0;
  *until_us = 0;
  if (self->hours > 0)
    *since_us = sb_clock_now_us () - self->hours * G_TIME_SPAN_HOUR;
  else if (self->from != NULL)
    {
      g_autoptr (GDateTime) next = g_date_time_add_days (self->to, 1);

      *since_us = to_us (self->from);
      *until_us = to_us (next);
    }
}

void
sb_time_filter_set_range (SbTimeFilter *self, gint64 since_us, gint64 until_us)
{
  self->hours = 0;
  clear_days (self);
  if (since_us > 0 && until_us > since_us)
    {
      g_autoptr (GDateTime) from = g_date_time_new_from_unix_local (since_us / G_USEC_PER_SEC);
      g_autoptr (GDateTime) to = g_date_time_new_from_unix_local ((until_us - 1) / G_USEC_PER_SEC);

      self->from = get_midnight (from);
      self->to = get_midnight (to);
    }
  changed (self);
}

static void
sb_time_filter_finalize (GObject *object)
{
  clear_days (SB_TIME_FILTER (object));

  G_OBJECT_CLASS (sb_time_filter_parent_class)->finalize (object);
}

static void
sb_time_filter_class_init (SbTimeFilterClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = sb_time_filter_finalize;
  signals[CHANGED] = g_signal_new ("changed", SB_TYPE_TIME_FILTER, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                   NULL, G_TYPE_NONE, 0);

  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/io/github/signalbox/Signalbox/sb-time-filter.ui");
  gtk_widget_class_bind_template_child (widget_class, SbTimeFilter, button);
  gtk_widget_class_bind_template_child (widget_class, SbTimeFilter, label);
  gtk_widget_class_bind_template_child (widget_class, SbTimeFilter, from_button);
  gtk_widget_class_bind_template_child (widget_class, SbTimeFilter, to_button);
  gtk_widget_class_bind_template_child (widget_class, SbTimeFilter, calendar);
  gtk_widget_class_bind_template_callback (widget_class, end_toggled_cb);
  gtk_widget_class_bind_template_callback (widget_class, day_selected_cb);
  gtk_widget_class_bind_template_callback (widget_class, clicked_cb);
  gtk_widget_class_bind_template_callback (widget_class, shown_cb);
  /* How many hours back; 0: any time. */
  gtk_widget_class_install_action (widget_class, "time-filter.last", "i", last_action);
}

static void
sb_time_filter_init (SbTimeFilter *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  show (self);
}
