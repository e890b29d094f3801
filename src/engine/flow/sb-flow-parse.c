/* sb-flow-parse.c
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "sb-flow.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "sb-condition.h"
#include "sb-duration.h"
#include "sb-error.h"
#include "sb-flow-private.h"
#include "sb-json.h"
#include "sb-nearest.h"
#include "sb-zone.h"

typedef struct
{
  SbReach reach;
  GHashTable *seen; /* (element-type utf8): ids so far */
  guint n_steps;
  SbProblems *problems;
} Parser;

/* The object that is being read. */
typedef struct
{
  SbValue *value;
  const char *path;
  const char *step; /* (nullable) */
} Object;

static void
parse_steps (Parser *parser, SbValue *list, const char *path, guint depth, GPtrArray *steps);

static void
add_problem (Parser *parser, const Object *object, const char *member, const char *message)
{
  g_autofree char *path = sb_flow_member_path (object->path, member);

  sb_problems_add (parser->problems, path, object->step, NULL, "%s", message);
}

/* A text that may be left out or null. */
static char *
read_text (Parser *parser, const Object *object, const char *member)
{
  SbValue *value = sb_value_get_member (object->value, member);

  if (sb_value_get_type (value) == SB_VALUE_NULL)
    return NULL;
  if (sb_value_get_type (value) != SB_VALUE_STRING)
    {
      add_problem (parser, object, member, _ ("A text is expected here, in double quotes."));
      return NULL;
    }
  return g_strdup (sb_value_get_text (value));
}

static char *
read_required (Parser *parser, const Object *object, const char *member)
{
  SbValue *value = sb_value_get_member (object->value, member);
  g_autofree char *text = read_text (parser, object, member);

  if ((text == NULL && sb_value_get_type (value) == SB_VALUE_NULL) ||
      (text != NULL && text[0] == '\0'))
    {
      g_autofree char *message = g_strdup_printf (_ ("“%s” is missing."), member);

      add_problem (parser, object, member, message);
      return NULL;
    }
  return g_steal_pointer (&text);
}

/* A text with tokens. */
static char *
read_template (Parser *parser, const Object *object, const char *member, gboolean required)
{
  g_autofree char *path = sb_flow_member_path (object->path, member);
  SbValue *value = sb_value_get_member (object->value, member);
  char *text =
    required ? read_required (parser, object, member) : read_text (parser, object, member);

  if (text != NULL)
    {
      sb_flow_check_templates (value, path, object->step, NULL, parser->problems);
      sb_reach_check (&parser->reach, value, path, object->step, NULL);
    }
  return text;
}

static SbCondition *
read_condition (Parser *parser, const Object *object)
{
  g_autofree char *path = sb_flow_member_path (object->path, "condition");
  SbValue *value = sb_value_get_member (object->value, "condition");
  SbCondition *condition = sb_condition_parse (value, path, object->step, parser->problems);

  sb_reach_check (&parser->reach, value, path, object->step, NULL);
  return condition;
}

static SbValue *
read_fields (Parser *parser, const Object *object)
{
  g_autofree char *path = sb_flow_member_path (object->path, "fields");
  SbValue *fields = sb_value_get_member (object->value, "fields");

  if (sb_value_get_type (fields) == SB_VALUE_NULL)
    return sb_value_new_object ();
  if (sb_value_get_type (fields) != SB_VALUE_OBJECT)
    {
      add_problem (parser, object, "fields", _ ("An object of fields is expected here."));
      return sb_value_new_object ();
    }
  for (guint i = 0; i < sb_value_get_length (fields); i++)
    {
      const char *key = sb_value_get_member_name (fields, i);
      SbValue *value = sb_value_get_item (fields, i);
      g_autofree char *field_path = sb_flow_member_path (path, key);

      sb_flow_check_templates (value, field_path, object->step, key, parser->problems);
      sb_reach_check (&parser->reach, value, field_path, object->step, key);
    }
  return sb_value_ref (fields);
}

static void
check_duration (Parser *parser,
                const Object *object,
                const char *member,
                const char *text,
                gboolean may_be_negative)
{
  SbDuration duration;
  g_autoptr (GError) error = NULL;

  if (text == NULL || strstr (text, "{{") != NULL)
    return;
  if (!sb_duration_parse (text, &duration, &error))
    add_problem (parser, object, member, error->message);
  else if (!may_be_negative && (duration.days < 0 || duration.us < 0))
    add_problem (parser, object, member, _ ("A delay cannot be negative."));
}

static void
parse_action (Parser *parser, const Object *object, SbStep *step)
{
  static const char *const action_members[] = { "id",     "type",       "name",   "connector",
                                                "action", "connection", "fields", NULL };
  static const char *const lookup_members[] = { "id",        "type",    "name",
                                                "connector", "action",  "connection",
                                                "fields",    "if_none", NULL };
  static const char *const ways[] = { "stop", "continue", "fail", NULL };
  gboolean is_lookup = step->type == SB_STEP_LOOKUP;

  sb_flow_check_members (object->value, object->path, object->step,
                         is_lookup ? lookup_members : action_members, parser->problems);
  step->connector = read_required (parser, object, "connector");
  step->action = read_required (parser, object, "action");
  step->connection = read_text (parser, object, "connection");
  step->fields = read_fields (parser, object);
  if (!is_lookup)
    return;
  step->if_none = read_text (parser, object, "if_none");
  if (step->if_none == NULL)
    step->if_none = g_strdup ("fail");
  else if (!g_strv_contains (ways, step->if_none))
    add_problem (parser, object, "if_none", _ ("“stop”, “continue” or “fail” is expected here."));
}

static void
parse_lane (
  Parser *parser, SbStep *step, SbValue *value, const char *path, guint depth, gboolean is_last)
{
  static const char *const members[] = { "name", "condition", "steps", NULL };
  Object object = { .value = value, .path = path, .step = step->id };
  SbLane *lane = sb_lane_new ();
  g_autofree char *steps_path = sb_flow_member_path (path, "steps");

  g_ptr_array_add (step->lanes, lane);
  if (sb_value_get_type (value) != SB_VALUE_OBJECT)
    {
      sb_problems_add (parser->problems, path, step->id, NULL, _ ("A lane is expected here."));
      return;
    }
  sb_flow_check_members (value, path, step->id, members, parser->problems);
  lane->name = read_required (parser, &object, "name");
  if (sb_value_get_type (sb_value_get_member (value, "condition")) != SB_VALUE_NULL)
    lane->condition = read_condition (parser, &object);
  else if (!is_last)
    add_problem (parser, &object, "condition",
                 _ ("Only the last lane may be without a condition: it is taken otherwise."));
  parse_steps (parser, sb_value_get_member (value, "steps"), steps_path, depth + 1, lane->steps);
}

/* What one lane gives is not there in the next one. Behind the branch the steps of all lanes may be
 * referred to; the one that was not taken is missing then. */
static void
parse_branch (Parser *parser, const Object *object, SbStep *step, guint depth)
{
  static const char *const members[] = { "id", "type", "name", "lanes", NULL };
  SbValue *lanes = sb_value_get_member (object->value, "lanes");
  GPtrArray *visible = parser->reach.visible;
  g_autoptr (GPtrArray) passed = g_ptr_array_new ();
  guint before = visible->len;
  guint n = sb_value_get_length (lanes);

  sb_flow_check_members (object->value, object->path, step->id, members, parser->problems);
  if (sb_value_get_type (lanes) != SB_VALUE_ARRAY || n == 0)
    add_problem (parser, object, "lanes", _ ("A list of at least one lane is expected here."));
  for (guint i = 0; i < n; i++)
    {
      g_autofree char *path = g_strdup_printf ("%s.lanes[%u]", object->path, i);

      parse_lane (parser, step, sb_value_get_item (lanes, i), path, depth, i + 1 == n);
      for (guint j = before; j < visible->len; j++)
        g_ptr_array_add (passed, g_ptr_array_index (visible, j));
      g_ptr_array_set_size (visible, (gint)before);
    }
  g_ptr_array_extend (visible, passed, NULL, NULL);
}

static void
parse_for_each (Parser *parser, const Object *object, SbStep *step, guint depth)
{
  static const char *const members[] = { "id", "type", "name", "list", "steps", NULL };
  GPtrArray *visible = parser->reach.visible;
  guint before = visible->len;
  g_autofree char *path = sb_flow_member_path (object->path, "steps");

  sb_flow_check_members (object->value, object->path, step->id, members, parser->problems);
  step->list = read_template (parser, object, "list", TRUE);
  parser->reach.loops++;
  parse_steps (parser, sb_value_get_member (object->value, "steps"), path, depth + 1, step->steps);
  parser->reach.loops--;
  g_ptr_array_set_size (visible, (gint)before);
}

static void
parse_delay (Parser *parser, const Object *object, SbStep *step)
{
  static const char *const members[] = {
    "id", "type", "name", "duration", "until", "offset", NULL
  };

  sb_flow_check_members (object->value, object->path, step->id, members, parser->problems);
  step->duration = read_template (parser, object, "duration", FALSE);
  step->until = read_template (parser, object, "until", FALSE);
  step->offset = read_template (parser, object, "offset", FALSE);
  check_duration (parser, object, "duration", step->duration, FALSE);
  check_duration (parser, object, "offset", step->offset, TRUE);
  if ((step->duration == NULL) == (step->until == NULL))
    add_problem (parser, object, "duration",
                 _ ("A delay has either a “duration”, like 2 h, or “until” with a time."));
  if (step->offset != NULL && step->until == NULL)
    add_problem (parser, object, "offset", _ ("An offset goes with “until” only."));
}

static void
parse_set_fields (Parser *parser, const Object *object, SbStep *step)
{
  static const char *const members[] = { "id", "type", "name", "fields", NULL };

  sb_flow_check_members (object->value, object->path, step->id, members, parser->problems);
  step->fields = read_fields (parser, object);
}

static void
parse_filter (Parser *parser, const Object *object, SbStep *step)
{
  static const char *const members[] = { "id", "type", "name", "condition", NULL };

  sb_flow_check_members (object->value, object->path, step->id, members, parser->problems);
  step->condition = read_condition (parser, object);
}

static gboolean
is_good_id (const char *id)
{
  gsize length = strlen (id);

  return length <= 64 && g_ascii_islower (id[0]) &&
         strspn (id, "abcdefghijklmnopqrstuvwxyz0123456789-") == length;
}

static void
check_id (Parser *parser, const Object *object, const char *id)
{
  g_autofree char *message = NULL;

  if (!is_good_id (id))
    message =
      g_strdup_printf (_ ("“%.*s” cannot be an id: small letters, digits and - are, at most 64, "
                          "with a letter first."),
                       SB_FIT (id, 70));
  else if (sb_flow_is_reserved (id))
    message =
      g_strdup_printf (_ ("“%s” cannot be the id of a step: it has a meaning of its own."), id);
  else if (!g_hash_table_add (parser->seen, g_strdup (id)))
    message = g_strdup_printf (_ ("The id “%s” is there twice."), id);
  if (message != NULL)
    add_problem (parser, object, "id", message);
}

static gboolean
read_type (Parser *parser, const Object *object, SbStepType *type)
{
  const char *names[SB_STEP_SET_FIELDS + 1];
  g_autofree char *text = read_required (parser, object, "type");
  g_autofree char *message = NULL;

  if (text == NULL)
    return FALSE;
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      names[i] = sb_step_type_to_string ((SbStepType)i);
      if (strcmp (names[i], text) == 0)
        {
          *type = (SbStepType)i;
          return TRUE;
        }
    }
  message =
    g_strdup_printf (_ ("There is no kind of step “%.*s”. Did you mean “%s”?"), SB_FIT (text, 40),
                     sb_nearest_word (text, names, G_N_ELEMENTS (names)));
  add_problem (parser, object, "type", message);
  return FALSE;
}

static void
parse_step_of_type (Parser *parser, const Object *object, SbStep *step, guint depth)
{
  switch (step->type)
    {
    case SB_STEP_ACTION:
    case SB_STEP_LOOKUP:
      parse_action (parser, object, step);
      break;
    case SB_STEP_FILTER:
      parse_filter (parser, object, step);
      break;
    case SB_STEP_BRANCH:
      parse_branch (parser, object, step, depth);
      break;
    case SB_STEP_FOR_EACH:
      parse_for_each (parser, object, step, depth);
      break;
    case SB_STEP_DELAY:
      parse_delay (parser, object, step);
      break;
    case SB_STEP_SET_FIELDS:
    default:
      parse_set_fields (parser, object, step);
      break;
    }
}

static SbStep *
parse_step (Parser *parser, SbValue *value, const char *path, guint depth)
{
  Object object = { .value = value, .path = path };
  SbStepType type;
  SbStep *step;
  g_autofree char *id = NULL;

  if (sb_value_get_type (value) != SB_VALUE_OBJECT)
    {
      sb_problems_add (parser->problems, path, NULL, NULL, _ ("A step is expected here."));
      return NULL;
    }
  id = read_required (parser, &object, "id");
  object.step = id;
  if (id != NULL)
    check_id (parser, &object, id);
  if (!read_type (parser, &object, &type))
    return NULL;

  step = sb_step_new (type);
  step->id = g_steal_pointer (&id);
  step->path = g_strdup (path);
  step->name = read_text (parser, &object, "name");
  parse_step_of_type (parser, &object, step, depth);
  if (step->id != NULL && g_hash_table_contains (parser->reach.ids, step->id))
    g_ptr_array_add (parser->reach.visible, (gpointer)sb_value_get_string (value, "id"));
  return step;
}

static void
parse_steps (Parser *parser, SbValue *list, const char *path, guint depth, GPtrArray *steps)
{
  if (sb_value_get_type (list) != SB_VALUE_ARRAY)
    {
      sb_problems_add (parser->problems, path, NULL, NULL, _ ("A list of steps is expected here."));
      return;
    }
  if (depth > SB_FLOW_MAX_DEPTH)
    {
      sb_problems_add (parser->problems, path, NULL, NULL,
                       _ ("Branches and for-each are nested more than %d deep."),
                       SB_FLOW_MAX_DEPTH);
      return;
    }
  for (guint i = 0; i < sb_value_get_length (list); i++)
    {
      g_autofree char *step_path = g_strdup_printf ("%s[%u]", path, i);
      SbStep *step;

      if (++parser->n_steps > SB_FLOW_MAX_STEPS)
        {
          if (parser->n_steps == SB_FLOW_MAX_STEPS + 1)
            sb_problems_add (parser->problems, step_path, NULL, NULL,
                             _ ("A flow has at most %d steps."), SB_FLOW_MAX_STEPS);
          return;
        }
      step = parse_step (parser, sb_value_get_item (list, i), step_path, depth);
      if (step != NULL)
        g_ptr_array_add (steps, step);
    }
}

static void
parse_trigger (Parser *parser, SbFlow *self, SbValue *document)
{
  static const char *const members[] = { "type", "connector", "trigger", "connection", NULL };
  Object object = { .value = sb_value_get_member (document, "trigger"), .path = "$.trigger" };
  gboolean is_webhook;

  if (sb_value_get_type (object.value) != SB_VALUE_OBJECT)
    {
      sb_problems_add (parser->problems, object.path, NULL, NULL,
                       _ ("What starts the flow is missing: an object with “type”."));
      return;
    }
  sb_flow_check_members (object.value, object.path, NULL, members, parser->problems);
  self->trigger_type = read_required (parser, &object, "type");
  is_webhook = g_strcmp0 (self->trigger_type, "webhook") == 0;
  if (self->trigger_type != NULL && !is_webhook && strcmp (self->trigger_type, "manual") != 0)
    add_problem (parser, &object, "type", _ ("“webhook” or “manual” is expected here."));
  self->trigger_connector = is_webhook ? read_required (parser, &object, "connector")
                                       : read_text (parser, &object, "connector");
  self->trigger = is_webhook ? read_required (parser, &object, "trigger")
                             : read_text (parser, &object, "trigger");
  self->trigger_connection = read_text (parser, &object, "connection");
}

static void
check_format (SbValue *document, SbProblems *problems)
{
  gint64 format = sb_value_get_int_or (document, "format", 0);

  if (format > SB_FLOW_FORMAT)
    sb_problems_add (problems, "$.format", NULL, NULL,
                     _ ("The flow was written by a newer Signalbox. Update Signalbox to read it."));
  else if (format != SB_FLOW_FORMAT)
    sb_problems_add (problems, "$.format", NULL, NULL,
                     _ ("“format” is missing or wrong: this is not a flow of Signalbox. It has "
                        "\"format\": %d."),
                     SB_FLOW_FORMAT);
}

static void
parse_head (Parser *parser, SbFlow *self, SbValue *document)
{
  static const char *const members[] = { "format",    "id",      "name",  "description",
                                         "time_zone", "trigger", "steps", "tables",
                                         "criteria",  "plan",    NULL };
  Object object = { .value = document, .path = "$" };
  g_autoptr (GTimeZone) zone = NULL;
  g_autoptr (GError) error = NULL;

  sb_flow_check_members (document, "$", NULL, members, parser->problems);
  self->id = read_text (parser, &object, "id");
  if (self->id != NULL && !is_good_id (self->id))
    add_problem (
      parser, &object, "id",
      _ ("The id of a flow is of small letters, digits and -, at most 64, a letter first."));
  self->name = read_required (parser, &object, "name");
  self->description = read_text (parser, &object, "description");
  self->time_zone = read_text (parser, &object, "time_zone");
  zone = sb_zone_new (self->time_zone, &error);
  if (zone == NULL)
    add_problem (parser, &object, "time_zone", error->message);
}

static SbValue *
keep (SbValue *document, const char *name)
{
  SbValue *value = sb_value_get_member (document, name);

  return value != NULL ? sb_value_ref (value) : NULL;
}

static void
parse_all (Parser *parser, SbFlow *self, SbValue *document)
{
  parse_head (parser, self, document);
  parse_trigger (parser, self, document);
  self->tables = keep (document, "tables");
  self->criteria = keep (document, "criteria");
  self->plan = keep (document, "plan");
  if (self->criteria == NULL)
    self->criteria = sb_value_new_array ();
  if (self->plan == NULL)
    self->plan = sb_value_new_object ();
  sb_flow_check_tables (self->tables, parser->problems);
  sb_flow_check_criteria (self->criteria, parser->problems);
  sb_flow_check_plan (self->plan, parser->problems);
  parse_steps (parser, sb_value_get_member (document, "steps"), "$.steps", 0, self->steps);
}

/* (nullable): as much of a flow as can be made of @document; whole only where no problem was added.
 * What tokens refer to in vain and what is not seen goes to @reach_problems, which may be
 * @problems. */
static SbFlow *
parse_document (SbValue *document, SbProblems *problems, SbProblems *reach_problems)
{
  guint before = sb_problems_get_count (problems);
  SbFlow *self = NULL;
  Parser parser = { .problems = problems };

  if (sb_value_get_type (document) != SB_VALUE_OBJECT)
    {
      sb_problems_add (problems, "$", NULL, NULL, _ ("This is not a flow: an object is expected."));
      return NULL;
    }
  check_format (document, problems);
  if (sb_problems_get_count (problems) > before)
    return NULL;

  self = g_new0 (SbFlow, 1);
  self->ref_count = 1;
  self->document = sb_value_ref (document);
  self->steps = g_ptr_array_new_with_free_func ((GDestroyNotify)sb_step_free);
  parser.seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  sb_reach_init (&parser.reach, document, reach_problems);
  parse_all (&parser, self, document);
  sb_flow_check_visible (document, reach_problems);
  sb_reach_clear (&parser.reach);
  g_hash_table_unref (parser.seen);
  return self;
}

/**
 * sb_flow_parse:
 * @document: from then on shared with the flow
 * @problems: everything that is wrong is added, with its JSON path, step and field
 *
 * Reads a flow document as data/flows/README.md describes it.
 *
 * Returns: (transfer full) (nullable): NULL where anything is wrong
 */
SbFlow *
sb_flow_parse (SbValue *document, SbProblems *problems)
{
  guint before = sb_problems_get_count (problems);
  g_autoptr (SbFlow) self = NULL;

  g_return_val_if_fail (problems != NULL, NULL);

  self = parse_document (document, problems, problems);
  return sb_problems_get_count (problems) == before ? g_steal_pointer (&self) : NULL;
}

/**
 * sb_flow_parse_draft:
 * @document: from then on shared with the flow
 * @problems: everything that is wrong is added, as sb_flow_parse() does
 *
 * The same for a flow that is being worked on: it may refer to a step that was taken out, or to one
 * that is not before it any more.
 *
 * Returns: (transfer full) (nullable): NULL only where its shape is wrong
 */
SbFlow *
sb_flow_parse_draft (SbValue *document, SbProblems *problems)
{
  guint before = sb_problems_get_count (problems);
  g_autoptr (SbProblems) reach_problems = sb_problems_new ();
  g_autoptr (SbFlow) self = NULL;
  gboolean whole;

  self = parse_document (document, problems, reach_problems);
  whole = sb_problems_get_count (problems) == before;
  for (guint i = 0; i < sb_problems_get_length (reach_problems); i++)
    {
      const SbProblem *problem = sb_problems_get (reach_problems, i);

      sb_problems_add (problems, problem->path, problem->step, problem->field, "%s",
                       problem->message);
    }
  return whole ? g_steal_pointer (&self) : NULL;
}

/**
 * sb_flow_check_document:
 * @document: (transfer none): any JSON value
 * @problems: everything that is wrong is added
 *
 * What sb_flow_parse() and sb_flow_check() find, in one go: a document whose shape is wrong in one
 * place is still checked against the connectors in all others.
 */
void
sb_flow_check_document (SbValue *document, SbConnectors *connectors, SbProblems *problems)
{
  g_autoptr (SbFlow) self = parse_document (document, problems, problems);

  if (self != NULL)
    sb_flow_check (self, connectors, problems);
}

/**
 * sb_flow_load_file:
 *
 * Reads a flow from a file; blocks. A file that cannot be read is a problem at "$".
 *
 * Returns: (transfer full) (nullable)
 */
SbFlow *
sb_flow_load_file (const char *path, SbProblems *problems)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (SbValue) document = sb_json_load_file (path, &error);

  if (document == NULL)
    {
      sb_problems_add (problems, "$", NULL, NULL, "%s", error->message);
      return NULL;
    }
  return sb_flow_parse (document, problems);
}
