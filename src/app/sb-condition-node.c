/* sb-condition-node.c
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "sb-condition-node.h"

#include <string.h>

#include "sb-words.h"

void
sb_condition_node_free (SbConditionNode *self)
{
  if (self == NULL)
    return;
  g_clear_pointer (&self->children, g_ptr_array_unref);
  g_clear_pointer (&self->value, sb_value_unref);
  g_clear_pointer (&self->to, sb_value_unref);
  g_free (self->is);
  g_free (self);
}

static SbConditionNode *
new_node (SbConditionNode *parent, SbNodeKind kind)
{
  SbConditionNode *self = g_new0 (SbConditionNode, 1);

  self->kind = kind;
  self->parent = parent;
  if (kind == SB_NODE_GROUP)
    self->children = g_ptr_array_new_with_free_func ((GDestroyNotify)sb_condition_node_free);
  if (kind == SB_NODE_COMPARISON)
    self->is = g_strdup ("equals");
  if (parent != NULL)
    g_ptr_array_add (parent->children, self);
  return self;
}

SbConditionNode *
sb_condition_node_add (SbConditionNode *group, SbNodeKind kind)
{
  SbConditionNode *self = new_node (group, kind);

  /* An empty group would hold always, which nobody means who adds one. */
  if (kind == SB_NODE_GROUP)
    {
      self->join = group->join == SB_JOIN_ALL ? SB_JOIN_ANY : SB_JOIN_ALL;
      new_node (self, SB_NODE_COMPARISON);
    }
  return self;
}

void
sb_condition_node_remove (SbConditionNode *self)
{
  SbConditionNode *parent = self->parent;

  g_ptr_array_remove (parent->children, self);
  if (parent->children->len == 0 && parent->parent != NULL)
    sb_condition_node_remove (parent);
  else if (parent->children->len == 0)
    new_node (parent, SB_NODE_COMPARISON);
}

static SbValue *
ref (SbValue *value)
{
  return value != NULL ? sb_value_ref (value) : NULL;
}

static void
parse (SbConditionNode *parent, SbValue *document)
{
  SbValue *inverse = sb_value_get_member (document, "not");
  SbValue *all = sb_value_get_member (inverse != NULL ? inverse : document, "all");
  SbValue *any = sb_value_get_member (inverse != NULL ? inverse : document, "any");
  SbValue *list = all != NULL ? all : any;
  SbConditionNode *self;

  if (list != NULL || inverse != NULL)
    {
      self = new_node (parent, SB_NODE_GROUP);
      if (inverse == NULL)
        self->join = all != NULL ? SB_JOIN_ALL : SB_JOIN_ANY;
      else
        self->join = all != NULL ? SB_JOIN_NOT_ALL : SB_JOIN_NONE;
      for (guint i = 0; i < sb_value_get_length (list); i++)
        parse (self, sb_value_get_item (list, i));
      if (list == NULL)
        parse (self, inverse);
      return;
    }
  if (sb_value_get_string (document, "is") == NULL)
    {
      self = new_node (parent, SB_NODE_OTHER);
      self->value = ref (document);
      return;
    }
  self = new_node (parent, SB_NODE_COMPARISON);
  g_free (self->is);
  self->is = g_strdup (sb_value_get_string (document, "is"));
  self->value = ref (sb_value_get_member (document, "value"));
  self->to = ref (sb_value_get_member (document, "to"));
}

SbConditionNode *
sb_condition_node_new (SbValue *document)
{
  g_autoptr (SbConditionNode) holder = new_node (NULL, SB_NODE_GROUP);
  SbConditionNode *root;

  if (document != NULL)
    parse (holder, document);
  else
    new_node (holder, SB_NODE_COMPARISON);
  root = g_ptr_array_index (holder->children, 0);
  if (root->kind != SB_NODE_GROUP)
    return g_steal_pointer (&holder);
  root = g_ptr_array_steal_index (holder->children, 0);
  root->parent = NULL;
  if (root->children->len == 0)
    new_node (root, SB_NODE_COMPARISON);
  return root;
}

static SbValue *
write_comparison (SbConditionNode *self)
{
  SbValue *comparison = sb_value_new_object ();

  sb_value_set (comparison, "value",
                self->value != NULL ? ref (self->value) : sb_value_new_string (""));
  sb_value_set_string (comparison, "is", self->is);
  if (!sb_words_comparison_is_unary (self->is))
    sb_value_set (comparison, "to", self->to != NULL ? ref (self->to) : sb_value_new_string (""));
  return comparison;
}

SbValue *
sb_condition_node_write (SbConditionNode *self)
{
  gboolean negated = self->join == SB_JOIN_NONE || self->join == SB_JOIN_NOT_ALL;
  gboolean any = self->join == SB_JOIN_ANY || self->join == SB_JOIN_NONE;
  SbValue *group;
  SbValue *list;
  SbValue *outer;

  if (self->kind == SB_NODE_OTHER)
    return ref (self->value);
  if (self->kind == SB_NODE_COMPARISON)
    return write_comparison (self);
  list = sb_value_new_array ();
  for (guint i = 0; i < self->children->len; i++)
    sb_value_append (list, sb_condition_node_write (g_ptr_array_index (self->children, i)));
  group = sb_value_new_object ();
  if (self->join == SB_JOIN_NONE && self->children->len == 1)
    {
      sb_value_set (group, "not", ref (sb_value_get_item (list, 0)));
      sb_value_unref (list);
      return group;
    }
  sb_value_set (group, any ? "any" : "all", list);
  if (!negated)
    return group;
  outer = sb_value_new_object ();
  sb_value_set (outer, "not", group);
  return outer;
}

static gboolean
has_same_shape (SbConditionNode *a, SbConditionNode *b)
{
  if (a->kind != b->kind || (a->kind == SB_NODE_GROUP && a->children->len != b->children->len))
    return FALSE;
  for (guint i = 0; a->kind == SB_NODE_GROUP && i < a->children->len; i++)
    if (!has_same_shape (g_ptr_array_index (a->children, i), g_ptr_array_index (b->children, i)))
      return FALSE;
  return TRUE;
}

static void
take (SbConditionNode *self, SbConditionNode *from)
{
  self->join = from->join;
  g_clear_pointer (&self->value, sb_value_unref);
  g_clear_pointer (&self->to, sb_value_unref);
  g_free (self->is);
  self->value = ref (from->value);
  self->to = ref (from->to);
  self->is = g_strdup (from->is);
  for (guint i = 0; self->kind == SB_NODE_GROUP && i < self->children->len; i++)
    take (g_ptr_array_index (self->children, i), g_ptr_array_index (from->children, i));
}

gboolean
sb_condition_node_take (SbConditionNode *self, SbConditionNode *from)
{
  if (!has_same_shape (self, from))
    return FALSE;
  take (self, from);
  return TRUE;
}

/* A list of plain words can be typed with commas; anything else has rows of its own. */
static gboolean
is_plain_list (SbValue *list)
{
  for (guint i = 0; i < sb_value_get_length (list); i++)
    {
      SbValue *item = sb_value_get_item (list, i);

      if (sb_value_get_type (item) >= SB_VALUE_ARRAY ||
          (sb_value_get_text (item) != NULL && strchr (sb_value_get_text (item), ',') != NULL))
        return FALSE;
    }
  return sb_value_get_type (list) == SB_VALUE_ARRAY;
}

SbValue *
sb_condition_node_show_to (SbConditionNode *self)
{
  g_autoptr (GString) out = NULL;

  if (self->to == NULL || !is_plain_list (self->to))
    return ref (self->to);
  out = g_string_new (NULL);
  for (guint i = 0; i < sb_value_get_length (self->to); i++)
    {
      g_autofree char *text = sb_value_to_text (sb_value_get_item (self->to, i));

      g_string_append_printf (out, "%s%s", i > 0 ? ", " : "", text);
    }
  return sb_value_new_string (out->str);
}

/* A token alone may be a list itself. */
static gboolean
is_one_token (const char *text)
{
  g_autoptr (SbTemplate) template = sb_template_new (text, NULL);

  return template != NULL && sb_template_get_n_segments (template) == 1 &&
         sb_template_get_segment (template, 0)->path != NULL;
}

void
sb_condition_node_read_to (SbConditionNode *self, SbValue *typed)
{
  const char *text = typed != NULL ? sb_value_get_text (typed) : NULL;
  g_auto (GStrv) words = NULL;
  SbValue *list;

  if (strcmp (self->is, "one-of") != 0 || text == NULL ||
      sb_value_get_type (typed) != SB_VALUE_STRING || is_one_token (text))
    {
      ref (typed);
      g_clear_pointer (&self->to, sb_value_unref);
      self->to = typed;
      return;
    }
  list = sb_value_new_array ();
  words = g_strsplit (text, ",", -1);
  for (guint i = 0; words[i] != NULL; i++)
    if (*g_strstrip (words[i]) != '\0')
      sb_value_append (list, sb_value_new_string (words[i]));
  g_clear_pointer (&self->to, sb_value_unref);
  self->to = list;
}

void
sb_condition_node_set_is (SbConditionNode *self, const char *is)
{
  g_autoptr (SbValue) shown = sb_condition_node_show_to (self);

  g_free (self->is);
  self->is = g_strdup (is);
  sb_condition_node_read_to (self, shown);
}
