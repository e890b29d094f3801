/* sb-formats.c
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "sb-formats.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "sb-clock.h"
#include "sb-decimal.h"
#include "sb-filter-chain.h"
#include "sb-words.h"

/* What a value can be taken for; several at once where that is open. */
typedef enum
{
  IS_TEXT = 1 << 0,
  IS_NUMBER = 1 << 1,
  IS_MONEY = 1 << 2,
  IS_DATE = 1 << 3,
  IS_LIST = 1 << 4,
  IS_BOOLEAN = 1 << 5,
  IS_ANY = 1 << 6,
} Kinds;

typedef struct
{
  Kinds kind;
  const char *label;
  const char *filter;
  const char *param;
} Offer;

/* %c is the currency of the value. */
static const Offer offers[] = {
  { IS_DATE, N_ ("Day in words"), "date: \"%e %B %Y\"", NULL },
  { IS_DATE, N_ ("With weekday and time"), "date: \"%A, %e %B %Y, %H:%M\"", NULL },
  { IS_DATE, N_ ("Day in figures"), "date: \"%d.%m.%Y\"", NULL },
  { IS_DATE, N_ ("Month first"), "date: \"%m/%d/%Y\"", NULL },
  { IS_DATE, N_ ("Day and time"), "date: \"%d.%m.%Y %H:%M\"", NULL },
  { IS_DATE, N_ ("Time only"), "date: \"%H:%M\"", NULL },
  { IS_DATE, N_ ("Day of the week"), "date: \"%A\"", NULL },
  { IS_DATE, N_ ("Day for computers (ISO)"), "date: \"%F\"", NULL },
  { IS_DATE, N_ ("Day and time for computers (ISO)"), "iso", NULL },
  { IS_DATE, N_ ("In the time of"), "in_zone: %s", "America/New_York" },
  { IS_DATE, N_ ("In UTC"), "utc", NULL },
  { IS_DATE, N_ ("Later, or with - earlier, by"), "add: %s", "3 d" },
  { IS_MONEY, N_ ("With the sign"), "money: %c", NULL },
  { IS_MONEY, N_ ("Plain number"), "number", NULL },
  { IS_MONEY, N_ ("In the smallest unit, as cents"), "minor_units: %c", NULL },
  { IS_NUMBER, N_ ("Whole number"), "round", NULL },
  { IS_NUMBER, N_ ("Rounded, digits after the point"), "round: %s", "2" },
  { IS_NUMBER, N_ ("Times"), "times: %s", "2" },
  { IS_NUMBER, N_ ("Plus"), "plus: %s", "1" },
  { IS_NUMBER, N_ ("Minus"), "minus: %s", "1" },
  { IS_NUMBER, N_ ("With the other sign"), "negate", NULL },
  { IS_NUMBER, N_ ("Without its sign"), "abs", NULL },
  { IS_LIST, N_ ("Joined with commas"), "join", NULL },
  { IS_LIST, N_ ("Joined with"), "join: %s", " / " },
  { IS_LIST, N_ ("How many"), "count", NULL },
  { IS_LIST, N_ ("The first"), "first", NULL },
  { IS_LIST, N_ ("The last"), "last", NULL },
  { IS_LIST, N_ ("Added up"), "sum", NULL },
  { IS_LIST, N_ ("Each once"), "unique", NULL },
  { IS_LIST, N_ ("In order"), "sort", NULL },
  { IS_TEXT, N_ ("Capital letters"), "upper", NULL },
  { IS_TEXT, N_ ("Small letters"), "lower", NULL },
  { IS_TEXT, N_ ("Capital first letters"), "title", NULL },
  { IS_TEXT, N_ ("Without space at the ends"), "trim", NULL },
  { IS_TEXT, N_ ("Cut to letters"), "truncate: %s", "20" },
  { IS_TEXT, N_ ("Digits only"), "digits", NULL },
  { IS_TEXT, N_ ("Telephone number, country"), "phone: %s", "+49" },
  { IS_TEXT, N_ ("Taken apart at"), "split: %s", "," },
  { IS_BOOLEAN, N_ ("As the words yes and no"), "if: \"yes\", \"no\"", NULL },
  { IS_ANY, N_ ("Take instead"), "default: %s", "-" },
};

static const struct
{
  Kinds kind;
  const char *heading;
} sections[] = {
  { IS_DATE, N_ ("Date and time") },   { IS_MONEY, N_ ("Money") },
  { IS_NUMBER, N_ ("Number") },        { IS_LIST, N_ ("List") },
  { IS_BOOLEAN, N_ ("Yes or no") },    { IS_TEXT, N_ ("Text") },
  { IS_ANY, N_ ("When it is empty") },
};

static void
free_format (gpointer data)
{
  SbFormat *format = data;

  g_free (format->label);
  g_free (format->filter);
  g_free (format->param);
  g_free (format);
}

static char *
make_token (const char *path, const char *filters)
{
  return filters != NULL && *filters != '\0' ? g_strdup_printf ("{{%s | %s}}", path, filters)
                                             : g_strdup_printf ("{{%s}}", path);
}

/* (nullable): NULL where it is missing or cannot be written so. */
static SbValue *
evaluate (SbFlowModel *model, const char *step_id, const char *path, const char *filters)
{
  g_autofree char *token = make_token (path, filters);
  g_autoptr (SbTemplate) template = sb_template_new (token, NULL);
  SbScope *scope = sb_preview_get_scope (sb_flow_model_get_preview (model), step_id);

  return template != NULL ? sb_template_render (template, scope, NULL) : NULL;
}

char *
sb_formats_render (
  SbFlowModel *model, const char *step_id, const char *path, const char *filters, GError **error)
{
  g_autofree char *token = make_token (path, filters);
  g_autoptr (SbValue) field = sb_value_new_string (token);

  return sb_preview_render (sb_flow_model_get_preview (model), step_id, field, error);
}

static gboolean
looks_like_date (const char *text)
{
  gint64 time_us;

  return strlen (text) >= 10 && text[4] == '-' && sb_clock_parse (text, "UTC", &time_us, NULL);
}

static Kinds
kinds_of_value (SbValue *value)
{
  switch (value != NULL ? sb_value_get_type (value) : SB_VALUE_NULL)
    {
    case SB_VALUE_ARRAY:
      return IS_LIST;
    case SB_VALUE_NUMBER:
      return IS_NUMBER;
    case SB_VALUE_BOOLEAN:
      return IS_BOOLEAN;
    case SB_VALUE_STRING:
      {
        const char *text = sb_value_get_text (value);
        g_autoptr (SbDecimal) number = sb_decimal_parse (text, NULL);

        if (looks_like_date (text))
          return IS_DATE;
        if (number != NULL)
          return IS_NUMBER | (strchr (text, '.') != NULL ? IS_MONEY : 0) | IS_TEXT;
        return IS_TEXT;
      }
    case SB_VALUE_OBJECT:
    case SB_VALUE_NULL:
    default:
      return 0;
    }
}

static Kinds
kinds_of_type (const char *type)
{
  if (g_strcmp0 (type, "date") == 0)
    return IS_DATE;
  if (g_strcmp0 (type, "money") == 0)
    return IS_MONEY | IS_NUMBER;
  if (g_strcmp0 (type, "number") == 0)
    return IS_NUMBER;
  if (g_strcmp0 (type, "boolean") == 0)
    return IS_BOOLEAN;
  if (g_strcmp0 (type, "list") == 0)
    return IS_LIST;
  return g_strcmp0 (type, "object") == 0 || type == NULL ? 0 : IS_TEXT;
}

static gboolean
is_currency (SbFlowModel *model, const char *step_id, const char *path)
{
  g_autoptr (SbValue) value = evaluate (model, step_id, path, NULL);
  const char *text = value != NULL ? sb_value_get_text (value) : NULL;

  return text != NULL && sb_value_get_type (value) == SB_VALUE_STRING && strlen (text) == 3 &&
         g_ascii_isalpha (text[0]) && g_ascii_isalpha (text[1]) && g_ascii_isalpha (text[2]);
}

/* The currency that goes with an amount stands beside it, or further up. */
static char *
find_currency (SbFlowModel *model, const char *step_id, const char *path)
{
  static const char *const names[] = { "currency", "currency_code", "Currency",
                                       "CurrencyRef.value" };
  g_autofree char *parent = g_strdup (path);
  char *dot;

  while ((dot = strrchr (parent, '.')) != NULL)
    {
      *dot = '\0';
      for (guint i = 0; i < G_N_ELEMENTS (names); i++)
        {
          g_autofree char *beside = g_strdup_printf ("%s.%s", parent, names[i]);

          if (is_currency (model, step_id, beside))
            return g_steal_pointer (&beside);
        }
    }
  return is_currency (model, step_id, "trigger.currency") ? g_strdup ("trigger.currency") : NULL;
}

static void
add_format (
  GPtrArray *list, const char *heading, const char *label, char *filter, const char *param)
{
  SbFormat *format = g_new0 (SbFormat, 1);

  format->heading = heading;
  format->label = g_strdup (label);
  format->filter = filter;
  format->param = g_strdup (param);
  g_ptr_array_add (list, format);
}

/* A list of groups is written by what each has: "SKU of each, with commas". */
static void
add_members (GPtrArray *list, const char **heading, SbValue *value)
{
  SbValue *first = sb_value_get_item (value, 0);

  for (guint i = 0; first != NULL && i < sb_value_get_length (first); i++)
    {
      const char *name = sb_value_get_member_name (first, i);
      SbValue *member = name != NULL ? sb_value_get_member (first, name) : NULL;
      g_autofree char *words = NULL;
      g_autofree char *readable = g_strdup (name);
      g_autofree char *quoted = NULL;
      g_autofree char *label = NULL;

      if (member == NULL || sb_value_get_length (member) > 0 ||
          (sb_value_get_type (member) != SB_VALUE_STRING &&
           sb_value_get_type (member) != SB_VALUE_NUMBER))
        continue;
      g_strdelimit (readable, "_-", ' ');
      words = sb_words_capitalize (readable);
      quoted = sb_filter_quote (name);
      label = g_strdup_printf (_ ("%s of each, with commas"), words);
      add_format (list, *heading, label, g_strdup_printf ("map: %s | join", quoted), NULL);
      *heading = NULL;
      if ((kinds_of_value (member) & IS_NUMBER) != 0)
        {
          g_autofree char *sum = g_strdup_printf (_ ("%s of each, added up"), words);

          add_format (list, NULL, sum, g_strdup_printf ("sum: %s", quoted), NULL);
        }
    }
}

static void
add_section (GPtrArray *list, Kinds kind, const char *heading, const char *currency, SbValue *value)
{
  gboolean of_groups = kind == IS_LIST && sb_value_get_length (sb_value_get_item (value, 0)) > 0;

  if (of_groups)
    add_members (list, &heading, value);
  for (guint i = 0; i < G_N_ELEMENTS (offers); i++)
    {
      const Offer *offer = &offers[i];
      const char *place = strstr (offer->filter, "%c");
      const char *param = offer->param;
      g_autofree char *filter = NULL;

      if (offer->kind != kind)
        continue;
      /* Groups can be counted and picked; added up or joined they would be nothing readable. */
      if (of_groups && (g_str_has_prefix (offer->filter, "join") ||
                        strcmp (offer->filter, "sum") == 0 || strcmp (offer->filter, "sort") == 0))
        continue;
      if (place != NULL)
        {
          g_autofree char *before = g_strndup (offer->filter, (gsize)(place - offer->filter));

          filter = g_strconcat (before, currency != NULL ? currency : "%s", NULL);
          param = currency != NULL ? NULL : "EUR";
        }
      else
        filter = g_strdup (offer->filter);
      add_format (list, heading, g_dgettext (GETTEXT_PACKAGE, offer->label),
                  g_steal_pointer (&filter), param);
      heading = NULL;
    }
}

GPtrArray *
sb_formats_list (SbFlowModel *model, const char *step_id, const char *path, const char *filters)
{
  GPtrArray *list = g_ptr_array_new_with_free_func (free_format);
  g_autoptr (SbValue) bare = evaluate (model, step_id, path, NULL);
  g_autoptr (SbValue) now = filters != NULL ? evaluate (model, step_id, path, filters) : NULL;
  g_autofree char *name = NULL;
  g_autofree char *currency = find_currency (model, step_id, path);
  const char *type = NULL;
  Kinds kinds;

  name = sb_words_token (sb_flow_model_get_flow (model), sb_flow_model_get_connectors (model), path,
                         &type);
  kinds = kinds_of_type (type);
  /* What the connector says counts; where it says nothing, or the filters made something else of
   * it, what is there. */
  if (kinds == 0 || type == NULL)
    kinds |= kinds_of_value (bare);
  kinds |= kinds_of_value (now);
  if (kinds == 0)
    kinds = IS_TEXT;
  kinds |= IS_ANY;
  for (guint i = 0; i < G_N_ELEMENTS (sections); i++)
    if ((kinds & sections[i].kind) != 0)
      add_section (list, sections[i].kind, g_dgettext (GETTEXT_PACKAGE, sections[i].heading),
                   currency, bare);
  return list;
}

static char *
fill_in (const SbFormat *format, const char *typed)
{
  const char *place = strstr (format->filter, "%s");
  g_autofree char *argument = NULL;
  g_autofree char *before = NULL;
  g_autoptr (SbDecimal) number = NULL;

  if (format->param == NULL || place == NULL)
    return g_strdup (format->filter);
  before = g_strndup (format->filter, (gsize)(place - format->filter));
  if (typed == NULL)
    typed = format->param;
  /* A number stays one, where one is asked for. */
  if (g_ascii_isdigit (*format->param))
    number = sb_decimal_parse (typed, NULL);
  argument = number != NULL ? g_strdup (typed) : sb_filter_quote (typed);
  return g_strconcat (before, argument, place + 2, NULL);
}

char *
sb_formats_apply (const SbFormat *format, const char *typed, const char *filters)
{
  g_autoptr (GPtrArray) chain = sb_filter_chain_split (filters);
  g_autofree char *filled = fill_in (format, typed);
  g_autoptr (GPtrArray) added = sb_filter_chain_split (filled);

  for (guint i = 0; i < added->len; i++)
    sb_filter_chain_put (chain, g_ptr_array_index (added, i));
  return sb_filter_chain_join (chain);
}

gboolean
sb_formats_is_on (const SbFormat *format, const char *typed, const char *filters)
{
  g_autoptr (GPtrArray) chain = sb_filter_chain_split (filters);
  g_autofree char *filled = fill_in (format, typed);
  g_autoptr (GPtrArray) added = sb_filter_chain_split (filled);

  for (guint i = 0; i < added->len; i++)
    if (!sb_filter_chain_has (chain, g_ptr_array_index (added, i)))
      return FALSE;
  return TRUE;
}

char *
sb_formats_remove (const char *filters, guint index)
{
  g_autoptr (GPtrArray) chain = sb_filter_chain_split (filters);

  if (index < chain->len)
    g_ptr_array_remove_index (chain, index);
  return sb_filter_chain_join (chain);
}
