/* sb-plan-print.c
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "sb-plan-print.h"

#include <glib/gi18n-lib.h>

#include "sb-plan-criteria.h"

/* Half points. */
#define LARGEST   22
#define SMALLEST  8
#define MARGIN_MM 15

/* --- what it says --- */

static void
add_line (GString *page, const char *before, const char *text)
{
  g_autofree char *escaped = NULL;

  if (text == NULL || *text == '\0')
    return;
  escaped = g_markup_escape_text (text, -1);
  g_string_append_printf (page, "%s%s\n", before, escaped);
}

static void
add_heading (GString *page, const char *text)
{
  g_autofree char *escaped = g_markup_escape_text (text, -1);

  g_string_append_printf (page, "\n<b>%s</b>\n", escaped);
}

static void
add_criteria (GString *page, SbValue *criteria)
{
  if (sb_value_get_length (criteria) == 0)
    return;
  add_heading (page, _ ("How one knows that it works"));
  for (guint i = 0; i < sb_value_get_length (criteria); i++)
    {
      g_autofree char *text = sb_plan_describe_criterion (sb_value_get_item (criteria, i));

      add_line (page, "•  ", text);
    }
}

static void
add_fallback (GString *page, SbValue *steps)
{
  if (sb_value_get_length (steps) == 0)
    return;
  add_heading (page, _ ("What people do by hand when it is paused"));
  for (guint i = 0; i < sb_value_get_length (steps); i++)
    {
      g_autofree char *text = sb_value_to_text (sb_value_get_item (steps, i));

      add_line (page, "☐  ", text);
    }
}

char *
sb_plan_to_markup (SbFlow *flow)
{
  static const char *const parts[][2] = { { "call", N_ ("Whom to call") },
                                          { "look", N_ ("Where to look") },
                                          { "reprocess", N_ ("How to work it off afterwards") } };
  GString *page = g_string_new (NULL);
  SbValue *runbook = sb_value_get_member (flow->plan, "runbook");
  SbValue *minutes = sb_value_get_member (flow->plan, "minutes_saved");
  const char *owner = sb_value_get_string (flow->plan, "owner");
  g_autofree char *name = g_markup_escape_text (flow->name, -1);
  g_autofree char *owned = owner != NULL ? g_strdup_printf (_ ("Owned by %s"), owner) : NULL;

  g_string_append_printf (page, "<span size=\"180%%\" weight=\"bold\">%s</span>\n", name);
  add_line (page, "", owned);
  if (minutes != NULL)
    {
      g_autofree char *number = sb_value_to_text (minutes);
      g_autofree char *saved = g_strdup_printf (_ ("Saves %s minutes for each record"), number);

      add_line (page, "", saved);
    }
  add_line (page, "", flow->description);
  add_criteria (page, flow->criteria);
  add_fallback (page, sb_value_get_member (flow->plan, "fallback"));
  for (guint i = 0; i < G_N_ELEMENTS (parts); i++)
    {
      const char *text = sb_value_get_string (runbook, parts[i][0]);

      if (text != NULL && *text != '\0')
        {
          add_heading (page, _ (parts[i][1]));
          add_line (page, "", text);
        }
    }
  return g_string_free (page, FALSE);
}

/* --- on paper --- */

static void
draw_cb (GtkPrintOperation *operation, GtkPrintContext *context, int page, const char *markup)
{
  cairo_t *cr = gtk_print_context_get_cairo_context (context);
  g_autoptr (PangoLayout) layout = gtk_print_context_create_pango_layout (context);
  g_autoptr (PangoFontDescription) font = pango_font_description_from_string ("Sans");
  int height = 0;

  pango_layout_set_width (layout, (int)(gtk_print_context_get_width (context) * PANGO_SCALE));
  pango_layout_set_wrap (layout, PANGO_WRAP_WORD_CHAR);
  pango_layout_set_markup (layout, markup, -1);
  for (int size = LARGEST; size >= SMALLEST; size--)
    {
      pango_font_description_set_size (font, size * PANGO_SCALE / 2);
      pango_layout_set_font_description (layout, font);
      pango_layout_get_pixel_size (layout, NULL, &height);
      if (height <= gtk_print_context_get_height (context))
        break;
    }
  /* A plan as long as a book: shrunk as a whole rather than cut off. */
  if (height > gtk_print_context_get_height (context))
    cairo_scale (cr, gtk_print_context_get_height (context) / height,
                 gtk_print_context_get_height (context) / height);
  cairo_move_to (cr, 0, 0);
  pango_cairo_show_layout (cr, layout);
}

gboolean
sb_plan_print (SbFlow *flow, GtkWindow *parent, const char *pdf, GError **error)
{
  g_autoptr (GtkPrintOperation) operation = gtk_print_operation_new ();
  g_autoptr (GtkPageSetup) setup = gtk_page_setup_new ();
  g_autofree char *markup = sb_plan_to_markup (flow);
  GtkPrintOperationResult result;

  gtk_page_setup_set_top_margin (setup, MARGIN_MM, GTK_UNIT_MM);
  gtk_page_setup_set_bottom_margin (setup, MARGIN_MM, GTK_UNIT_MM);
  gtk_page_setup_set_left_margin (setup, MARGIN_MM, GTK_UNIT_MM);
  gtk_page_setup_set_right_margin (setup, MARGIN_MM, GTK_UNIT_MM);
  gtk_print_operation_set_default_page_setup (operation, setup);
  gtk_print_operation_set_job_name (operation, flow->name);
  gtk_print_operation_set_n_pages (operation, 1);
  gtk_print_operation_set_embed_page_setup (operation, TRUE);
  if (pdf != NULL)
    gtk_print_operation_set_export_filename (operation, pdf);
  g_signal_connect (operation, "draw-page", G_CALLBACK (draw_cb), markup);
  result = gtk_print_operation_run (operation,
                                    pdf != NULL ? GTK_PRINT_OPERATION_ACTION_EXPORT
                                                : GTK_PRINT_OPERATION_ACTION_PRINT_DIALOG,
                                    parent, error);
  return result != GTK_PRINT_OPERATION_RESULT_ERROR;
}
