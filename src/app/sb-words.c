/* sb-words.c
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "sb-words.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "sb-clock.h"
#include "sb-condition.h"
#include "sb-flow-edit.h"
#include "sb-template.h"

#define MINUTE_US (60 * G_USEC_PER_SEC)
#define HOUR_US   (60 * (gint64)MINUTE_US)
#define DAY_US    (24 * HOUR_US)

/* Secondary words of a sentence keep 68 % of the text colour, the chosen ones are bold. */
#define DIM(text) "<span alpha='68%%'>" text "</span>"

char *
sb_words_ago (gint64 time_us)
{
  gint64 ago = sb_clock_now_us () - time_us;
  guint n;

  if (time_us == 0)
    return g_strdup ("");
  if (ago < MINUTE_US)
    return g_strdup (_ ("just now"));
  if (ago < HOUR_US)
    {
      n = (guint)(ago / MINUTE_US);
      return g_strdup_printf (g_dngettext (GETTEXT_PACKAGE, "%u minute ago", "%u minutes ago", n),
                              n);
    }
  if (ago < DAY_US)
    {
      n = (guint)(ago / HOUR_US);
      return g_strdup_printf (g_dngettext (GETTEXT_PACKAGE, "%u hour ago", "%u hours ago", n), n);
    }
  n = (guint)(ago / DAY_US);
  return g_strdup_printf (g_dngettext (GETTEXT_PACKAGE, "%u day ago", "%u days ago", n), n);
}

char *
sb_words_capitalize (const char *text)
{
  GString *out = g_string_new (NULL);

  if (text != NULL && *text != '\0')
    {
      g_string_append_unichar (out, g_unichar_toupper (g_utf8_get_char (text)));
      g_string_append (out, g_utf8_next_char (text));
    }
  return g_string_free (out, FALSE);
}

const char *
sb_words_kind (SbConnectors *connectors, const char *connector)
{
  SbConnector *found = connector != NULL ? sb_connectors_find (connectors, connector) : NULL;

  return found != NULL && found->kind != NULL ? found->kind : "other";
}

char *
sb_words_kind_icon (const char *kind)
{
  static const char *const known[] = { "shop", "stock", "payments", "books",    "parcels",
                                       "chat", "web",   "calendar", "contacts", "tasks",
                                       "mail", "other", NULL };

  return g_strdup_printf ("sb-kind-%s-symbolic",
                          kind != NULL && g_strv_contains (known, kind) ? kind : "other");
}

char *
sb_words_kind_style (const char *kind)
{
  return g_strdup_printf ("sb-kind-%s", kind != NULL ? kind : "other");
}

const char *
sb_words_type_icon (const char *type)
{
  static const char *const icons[][2] = {
    { "text", "sb-type-text-symbolic" },       { "number", "sb-type-number-symbolic" },
    { "money", "sb-type-money-symbolic" },     { "date", "sb-type-date-symbolic" },
    { "boolean", "sb-type-boolean-symbolic" }, { "choice", "sb-type-list-symbolic" },
    { "list", "sb-type-list-symbolic" },       { "object", "sb-type-group-symbolic" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (icons); i++)
    if (g_strcmp0 (type, icons[i][0]) == 0)
      return icons[i][1];
  return "sb-type-text-symbolic";
}

const char *
sb_words_step_icon (SbStep *step)
{
  switch (step->type)
    {
    case SB_STEP_FILTER:
      return "sb-filter-symbolic";
    case SB_STEP_BRANCH:
      return "sb-branch-symbolic";
    case SB_STEP_FOR_EACH:
      return "sb-loop-symbolic";
    case SB_STEP_DELAY:
      return "sb-clock-symbolic";
    case SB_STEP_SET_FIELDS:
      return "sb-set-symbolic";
    case SB_STEP_LOOKUP:
      return "sb-lookup-symbolic";
    case SB_STEP_ACTION:
    default:
      return "sb-kind-other-symbolic";
    }
}

const char *
sb_words_system (SbConnectors *connectors, const char *connector)
{
  SbConnector *found = connector != NULL ? sb_connectors_find (connectors, connector) : NULL;

  return found != NULL ? found->name : connector;
}

static const SbField *
find_output (GPtrArray *outputs, const char *key)
{
  for (guint i = 0; outputs != NULL && i < outputs->len; i++)
    {
      const SbField *field = g_ptr_array_index (outputs, i);

      if (strcmp (field->key, key) == 0)
        return field;
    }
  return NULL;
}

static GPtrArray *
outputs_of (SbFlow *flow, SbConnectors *connectors, const char *root)
{
  SbConnector *connector = NULL;
  SbStep *step;

  if (strcmp (root, "trigger") == 0)
    {
      SbTrigger *trigger = NULL;

      if (flow->trigger_connector != NULL)
        connector = sb_connectors_find (connectors, flow->trigger_connector);
      if (connector != NULL && flow->trigger != NULL)
        trigger = sb_connector_find_trigger (connector, flow->trigger);
      return trigger != NULL ? trigger->outputs : NULL;
    }

  step = sb_flow_find_step (flow, root);
  if (step != NULL && step->connector != NULL)
    connector = sb_connectors_find (connectors, step->connector);
  if (connector != NULL)
    {
      SbAction *action = sb_connector_find_action (connector, step->action);

      return action != NULL ? action->outputs : NULL;
    }
  return NULL;
}

/* "shipping_address.zip" → "Shipping address zip": readable where the connector gives no name. */
static char *
words_of_path (const char *path)
{
  g_autofree char *words = g_strdup (path);
  g_autofree char *lower = NULL;

  g_strdelimit (words, "._-[]\"'", ' ');
  g_strstrip (words);
  lower = sb_words_capitalize (words);
  return g_steal_pointer (&lower);
}

char *
sb_words_token (SbFlow *flow, SbConnectors *connectors, const char *path, const char **type)
{
  const char *dot = strchr (path, '.');
  g_autofree char *root = dot != NULL ? g_strndup (path, (gsize)(dot - path)) : g_strdup (path);
  const char *rest = dot != NULL ? dot + 1 : "";
  const SbField *output = find_output (outputs_of (flow, connectors, root), rest);

  if (type != NULL)
    *type = output != NULL ? output->type : NULL;
  if (output != NULL)
    return g_strdup (output->label);
  if (strcmp (path, "now") == 0)
    return g_strdup (_ ("Time of the run"));
  if (strcmp (path, "run.label") == 0)
    return g_strdup (_ ("Name of the run"));
  if (strcmp (path, "run.id") == 0)
    return g_strdup (_ ("Number of the run"));
  if (strcmp (path, "run.started") == 0)
    return g_strdup (_ ("Start of the run"));
  if (strcmp (path, "item") == 0)
    return g_strdup (_ ("Item"));
  return words_of_path (*rest != '\0' ? rest : path);
}

/* --- conditions
 * ----------------------------------------------------------------------------------- */

const char *const *
sb_words_comparisons (void)
{
  static const char *const comparisons[] = {
    "equals",      N_ ("is"),           "not-equals",   N_ ("is not"),
    "contains",    N_ ("contains"),     "not-contains", N_ ("does not contain"),
    "starts-with", N_ ("starts with"),  "ends-with",    N_ ("ends with"),
    "greater",     N_ ("is more than"), "less",         N_ ("is less than"),
    "at-least",    N_ ("is at least"),  "at-most",      N_ ("is at most"),
    "empty",       N_ ("is empty"),     "not-empty",    N_ ("is not empty"),
    "one-of",      N_ ("is one of"),    "true",         N_ ("is yes"),
    "false",       N_ ("is no"),        NULL,
  };

  return comparisons;
}

const char *
sb_words_comparison (const char *is)
{
  const char *const *comparisons = sb_words_comparisons ();

  for (guint i = 0; comparisons[i] != NULL; i += 2)
    if (g_strcmp0 (is, comparisons[i]) == 0)
      return g_dgettext (GETTEXT_PACKAGE, comparisons[i + 1]);
  return is;
}

const char *
sb_words_comparison_for (const char *is, gboolean of_dates)
{
  static const char *const dates[][2] = {
    { "equals", N_ ("is at") },
    { "not-equals", N_ ("is not at") },
    { "greater", N_ ("is after") },
    { "less", N_ ("is before") },
    { "at-least", N_ ("is at or after") },
    { "at-most", N_ ("is at or before") },
  };

  for (guint i = 0; of_dates && i < G_N_ELEMENTS (dates); i++)
    if (g_strcmp0 (is, dates[i][0]) == 0)
      return g_dgettext (GETTEXT_PACKAGE, dates[i][1]);
  return sb_words_comparison (is);
}

gboolean
sb_words_comparison_is_unary (const char *is)
{
  static const char *const unary[] = { "empty", "not-empty", "true", "false", NULL };

  return is != NULL && g_strv_contains (unary, is);
}

/* A template in words: its text, and the names of what its tokens stand for. */
static char *
describe_template (SbFlow *flow, SbConnectors *connectors, const char *text)
{
  g_autoptr (SbTemplate) template = sb_template_new (text, NULL);
  GString *out = g_string_new (NULL);

  for (guint i = 0; template != NULL && i < sb_template_get_n_segments (template); i++)
    {
      const SbSegment *segment = sb_template_get_segment (template, i);
      g_autofree char *name = NULL;

      if (segment->path != NULL)
        name = sb_words_token (flow, connectors, segment->path, NULL);
      g_string_append (out, name != NULL ? name : segment->text != NULL ? segment->text : "");
    }
  return g_string_free (out, FALSE);
}

/* "red, blue or green" would need a language; commas read in every one. */
static char *
describe_list (SbFlow *flow, SbConnectors *connectors, SbValue *list)
{
  g_autoptr (GString) out = g_string_new (NULL);

  for (guint i = 0; i < sb_value_get_length (list); i++)
    {
      g_autofree char *text = sb_value_to_text (sb_value_get_item (list, i));
      g_autofree char *words = describe_template (flow, connectors, text);

      g_string_append_printf (out, "%s%s", i > 0 ? ", " : "", words);
    }
  return g_strdup (out->str);
}

static gboolean
is_date (SbFlow *flow, SbConnectors *connectors, const char *text)
{
  g_autoptr (SbTemplate) template = sb_template_new (text, NULL);
  const SbSegment *segment = NULL;
  const char *type = NULL;
  g_autofree char *name = NULL;

  if (template != NULL && sb_template_get_n_segments (template) == 1)
    segment = sb_template_get_segment (template, 0);
  if (segment == NULL || segment->path == NULL)
    return FALSE;
  name = sb_words_token (flow, connectors, segment->path, &type);
  return strcmp (segment->path, "now") == 0 || g_strcmp0 (type, "date") == 0;
}

/* One comparison, in which what the owner chose is bold; NULL where it is not a plain one. */
static char *
describe_comparison (SbFlow *flow, SbConnectors *connectors, SbValue *comparison)
{
  const char *value = sb_value_get_string (comparison, "value");
  const char *is = sb_value_get_string (comparison, "is");
  SbValue *to = sb_value_get_member (comparison, "to");
  g_autofree char *left = NULL;
  g_autofree char *right = NULL;

  if (value == NULL || is == NULL)
    return NULL;
  left = describe_template (flow, connectors, value);
  if (*left == '\0')
    {
      g_free (left);
      left = g_strdup ("…");
    }
  if (sb_words_comparison_is_unary (is))
    return g_markup_printf_escaped ("<b>%s</b> " DIM ("%s"), left, sb_words_comparison (is));
  if (to != NULL && sb_value_get_type (to) == SB_VALUE_ARRAY)
    right = describe_list (flow, connectors, to);
  else if (to != NULL && sb_value_get_type (to) == SB_VALUE_STRING)
    right = describe_template (flow, connectors, sb_value_get_text (to));
  else if (to != NULL)
    right = sb_value_to_text (to);
  return g_markup_printf_escaped ("<b>%s</b> " DIM ("%s") " <b>%s</b>", left,
                                  sb_words_comparison_for (is, is_date (flow, connectors, value)),
                                  right != NULL && *right != '\0' ? right : "…");
}

/* Whether a template is text and bare names, or works something out that takes more words than
 * there is room for. "default" only says what stands in for nothing. */
static gboolean
is_plain (const char *text)
{
  g_autoptr (SbTemplate) template = sb_template_new (text, NULL);

  for (guint i = 0; template != NULL && i < sb_template_get_n_segments (template); i++)
    {
      const SbSegment *segment = sb_template_get_segment (template, i);

      if (segment->filters != NULL && (!g_str_has_prefix (segment->filters, "default:") ||
                                       strchr (segment->filters, '|') != NULL))
        return FALSE;
    }
  return template != NULL;
}

static gboolean
is_plain_condition (SbValue *document)
{
  SbValue *list = sb_value_get_member (document, "all");
  SbValue *to = sb_value_get_member (document, "to");
  const char *value = sb_value_get_string (document, "value");

  if (list == NULL)
    list = sb_value_get_member (document, "any");
  for (guint i = 0; i < sb_value_get_length (list); i++)
    if (!is_plain_condition (sb_value_get_item (list, i)))
      return FALSE;
  if (list != NULL)
    return sb_value_get_length (list) <= 2;
  return value != NULL && is_plain (value) &&
         (to == NULL || sb_value_get_type (to) != SB_VALUE_STRING ||
          is_plain (sb_value_get_text (to)));
}

/* @depth: 0 for the whole, which needs no brackets */
static char *
describe_node (SbFlow *flow, SbConnectors *connectors, SbValue *document, guint depth)
{
  SbValue *inverse = sb_value_get_member (document, "not");
  SbValue *list = sb_value_get_member (document, "all");
  const char *joined = list != NULL ? _ ("and") : _ ("or");
  g_autoptr (GString) out = g_string_new (NULL);

  if (inverse != NULL)
    {
      g_autofree char *words = describe_node (flow, connectors, inverse, depth + 1);

      /* Translators: %s is a condition that must not hold */
      return words != NULL ? g_strdup_printf (_ ("<span alpha='68%%'>not</span> %s"), words) : NULL;
    }
  if (list == NULL)
    list = sb_value_get_member (document, "any");
  if (list == NULL)
    return describe_comparison (flow, connectors, document);
  for (guint i = 0; i < sb_value_get_length (list); i++)
    {
      g_autofree char *part = describe_node (flow, connectors, sb_value_get_item (list, i),
                                             sb_value_get_length (list) > 1 ? depth + 1 : depth);

      if (part == NULL)
        return NULL;
      if (out->len > 0)
        g_string_append_printf (out, " <span alpha='68%%'>%s</span> ", joined);
      g_string_append (out, part);
    }
  if (out->len == 0)
    return NULL;
  return depth > 0 && sb_value_get_length (list) > 1 ? g_strdup_printf ("(%s)", out->str)
                                                     : g_strdup (out->str);
}

char *
sb_words_condition_markup (SbFlow *flow, SbConnectors *connectors, SbValue *condition)
{
  return describe_node (flow, connectors, condition, 0);
}

/* @name (nullable): the owner's words, which stand for a condition that is too long for a card. */
static char *
describe_condition (SbFlow *flow,
                    SbConnectors *connectors,
                    SbValue *document,
                    SbCondition *condition,
                    const char *name)
{
  g_autofree char *words = NULL;

  if (name != NULL && *name != '\0' && !is_plain_condition (document))
    return g_markup_printf_escaped ("<b>%s</b>", name);
  words = describe_node (flow, connectors, document, 0);
  if (words != NULL)
    return g_steal_pointer (&words);
  words = condition != NULL ? sb_condition_describe (condition) : g_strdup ("…");
  return g_markup_printf_escaped ("<b>%s</b>", words);
}

char *
sb_words_lane_markup (SbFlow *flow, SbConnectors *connectors, SbStep *step, int lane)
{
  SbLane *found = g_ptr_array_index (step->lanes, lane);
  SbValue *document = sb_flow_edit_find_step (flow->document, step->id);
  g_autofree char *words = NULL;

  if (found->condition == NULL)
    return g_strdup_printf ("<b>%s</b>", _ ("Otherwise"));
  document = sb_value_get_item (sb_value_get_member (document, "lanes"), (guint)lane);
  words = describe_condition (flow, connectors, sb_value_get_member (document, "condition"),
                              found->condition, found->name);
  /* Translators: %s is "Payment status is paid" */
  return g_strdup_printf (_ ("<span alpha='68%%'>If</span> %s"), words);
}

/* --- cards
 * ---------------------------------------------------------------------------------------- */

char *
sb_words_trigger_title (SbFlow *flow, SbConnectors *connectors)
{
  SbConnector *connector = NULL;
  SbTrigger *trigger = NULL;

  if (flow->trigger_connector != NULL)
    connector = sb_connectors_find (connectors, flow->trigger_connector);
  if (connector != NULL && flow->trigger != NULL)
    trigger = sb_connector_find_trigger (connector, flow->trigger);
  if (trigger != NULL)
    return sb_words_capitalize (trigger->label);
  return g_strdup (flow->trigger_connector == NULL ? _ ("You start it") : flow->trigger);
}

char *
sb_words_trigger_markup (SbFlow *flow, SbConnectors *connectors)
{
  SbConnector *connector = NULL;
  SbTrigger *trigger = NULL;

  if (flow->trigger_connector == NULL)
    return g_strdup (_ ("<span alpha='68%'>When</span> <b>you start it</b>"));
  connector = sb_connectors_find (connectors, flow->trigger_connector);
  if (connector != NULL && flow->trigger != NULL)
    trigger = sb_connector_find_trigger (connector, flow->trigger);
  /* Translators: "When an order is paid, in Shopify", on two lines */
  return g_markup_printf_escaped (_ ("<span alpha='68%%'>When</span> <b>%s</b>\n"
                                     "<span alpha='68%%'>in</span> <b>%s</b>"),
                                  trigger != NULL ? trigger->label : flow->trigger,
                                  sb_words_system (connectors, flow->trigger_connector));
}

static char *
action_label (SbConnectors *connectors, SbStep *step)
{
  SbConnector *connector = NULL;
  SbAction *action = NULL;

  if (step->connector != NULL)
    connector = sb_connectors_find (connectors, step->connector);
  if (connector != NULL && step->action != NULL)
    action = sb_connector_find_action (connector, step->action);
  return g_strdup (action != NULL ? action->label : step->action);
}

static char *
delay_markup (SbFlow *flow, SbConnectors *connectors, SbStep *step)
{
  g_autofree char *until = NULL;

  if (step->until == NULL)
    return g_markup_printf_escaped (_ ("<span alpha='68%%'>Wait</span> <b>%s</b>"),
                                    step->duration != NULL ? step->duration : "…");
  until = describe_template (flow, connectors, step->until);
  if (step->offset == NULL)
    return g_markup_printf_escaped (_ ("<span alpha='68%%'>Wait until</span> <b>%s</b>"), until);
  /* Translators: "Wait until -24 h from Booking start" */
  return g_markup_printf_escaped (_ ("<span alpha='68%%'>Wait until</span> <b>%s</b>\n"
                                     "<span alpha='68%%'>from</span> <b>%s</b>"),
                                  step->offset, until);
}

char *
sb_words_step_markup (SbFlow *flow, SbConnectors *connectors, SbStep *step)
{
  g_autofree char *label = NULL;
  g_autofree char *words = NULL;
  guint n_fields;

  switch (step->type)
    {
    case SB_STEP_FILTER:
      words = describe_condition (
        flow, connectors,
        sb_value_get_member (sb_flow_edit_find_step (flow->document, step->id), "condition"),
        step->condition, step->name);
      return g_strdup_printf (_ ("<span alpha='68%%'>Go on only if</span>\n%s"), words);
    case SB_STEP_DELAY:
      return delay_markup (flow, connectors, step);
    case SB_STEP_FOR_EACH:
      label = describe_template (flow, connectors, step->list != NULL ? step->list : "");
      return g_markup_printf_escaped (_ ("<span alpha='68%%'>For each of</span> <b>%s</b>"),
                                      *label != '\0' ? label : "…");
    case SB_STEP_SET_FIELDS:
      n_fields = sb_value_get_length (step->fields);
      if (step->name != NULL)
        return g_markup_printf_escaped (_ ("<span alpha='68%%'>Work out</span> <b>%s</b>"),
                                        step->name);
      return g_strdup_printf (
        g_dngettext (GETTEXT_PACKAGE, "<span alpha='68%%'>Work out</span> <b>%u value</b>",
                     "<span alpha='68%%'>Work out</span> <b>%u values</b>", n_fields),
        n_fields);
    case SB_STEP_BRANCH:
      return g_strdup_printf ("<b>%s</b>", _ ("Choose a way"));
    case SB_STEP_LOOKUP:
    case SB_STEP_ACTION:
    default:
      label = action_label (connectors, step);
      /* Translators: "Do create an invoice, in QuickBooks", on two lines */
      return g_markup_printf_escaped (_ ("<span alpha='68%%'>Do</span> <b>%s</b>\n"
                                         "<span alpha='68%%'>in</span> <b>%s</b>"),
                                      label, sb_words_system (connectors, step->connector));
    }
}

char *
sb_words_plain (const char *markup)
{
  GString *out = g_string_new (NULL);
  gboolean tag = FALSE;

  for (const char *at = markup; *at != '\0'; at++)
    {
      if (*at == '<')
        tag = TRUE;
      else if (*at == '>')
        tag = FALSE;
      else if (!tag && g_str_has_prefix (at, "&lt;"))
        {
          g_string_append_c (out, '<');
          at += 3;
        }
      else if (!tag && g_str_has_prefix (at, "&gt;"))
        {
          g_string_append_c (out, '>');
          at += 3;
        }
      else if (!tag && g_str_has_prefix (at, "&amp;"))
        {
          g_string_append_c (out, '&');
          at += 4;
        }
      else if (!tag && g_str_has_prefix (at, "&#39;"))
        {
          g_string_append_c (out, '\'');
          at += 4;
        }
      else if (!tag && g_str_has_prefix (at, "&quot;"))
        {
          g_string_append_c (out, '"');
          at += 5;
        }
      else if (!tag)
        g_string_append_c (out, *at == '\n' ? ' ' : *at);
    }
  return g_string_free (out, FALSE);
}

char *
sb_words_step_title (SbConnectors *connectors, SbStep *step)
{
  g_autofree char *label = NULL;

  if (step->name != NULL && *step->name != '\0')
    return g_strdup (step->name);
  if (step->type == SB_STEP_ACTION || step->type == SB_STEP_LOOKUP)
    {
      label = action_label (connectors, step);
      return sb_words_capitalize (label);
    }
  switch (step->type)
    {
    case SB_STEP_FILTER:
      return g_strdup (_ ("Go on only if"));
    case SB_STEP_BRANCH:
      return g_strdup (_ ("Choose a way"));
    case SB_STEP_FOR_EACH:
      return g_strdup (_ ("For each"));
    case SB_STEP_DELAY:
      return g_strdup (_ ("Wait"));
    case SB_STEP_SET_FIELDS:
    default:
      return g_strdup (_ ("Work out values"));
    }
}
