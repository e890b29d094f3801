/* sb-practice-index.c
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "sb-practice-private.h"

#include <string.h>

#include "sb-json.h"

static SbValue *
describe (SbConnectors *connectors, GHashTable *all, gint port)
{
  SbValue *index = sb_value_new_object ();
  SbValue *vendors = sb_value_new_array ();

  for (guint i = 0; i < sb_connectors_get_length (connectors); i++)
    {
      SbConnector *connector = sb_connectors_get (connectors, i);
      GPtrArray *stand_ins = g_hash_table_lookup (all, connector->id);
      SbValue *vendor, *actions;
      g_autofree char *base = NULL;

      if (stand_ins == NULL || stand_ins->len == 0)
        continue;
      vendor = sb_value_new_object ();
      actions = sb_value_new_array ();
      base = g_strdup_printf ("http://127.0.0.1:%d/%s", port, connector->id);
      for (guint j = 0; j < stand_ins->len; j++)
        {
          SbStandIn *stand_in = g_ptr_array_index (stand_ins, j);
          SbValue *request = sb_value_get_member (stand_in->action->document, "request");
          SbValue *action = sb_value_new_object ();
          const char *path = sb_value_get_string (request, "path");

          sb_value_set_string (action, "action", stand_in->action->id);
          sb_value_set_string (action, "method", stand_in->method);
          sb_value_set_string (action, "path", path != NULL ? path : "");
          sb_value_append (actions, action);
        }
      sb_value_set_string (vendor, "vendor", connector->id);
      sb_value_set_string (vendor, "name", connector->name);
      sb_value_set_string (vendor, "base", base);
      sb_value_set (vendor, "actions", actions);
      sb_value_append (vendors, vendor);
    }
  sb_value_set_string (
    index, "about",
    "The Signalbox practice ground stands in for these vendors. It calls none of "
    "them. GET /_practice/received lists what it did (?all=1: what it refused, "
    "too), DELETE empties the list; POST /_practice/faults sets what goes wrong "
    "next, DELETE takes that back.");
  sb_value_set (index, "vendors", vendors);
  return index;
}

/* What the practice ground stands in for: for people as a page, else as JSON. */
SbReply *
sb_practice_index (SbConnectors *connectors,
                   GHashTable *vendors_by_id,
                   gint port,
                   guint received,
                   guint faults,
                   SbCall *call)
{
  const char *accept = soup_message_headers_get_list (call->headers, "Accept");
  g_autoptr (SbValue) index = describe (connectors, vendors_by_id, port);
  SbValue *vendors = sb_value_get_member (index, "vendors");
  g_autoptr (GString) page = NULL;
  SbReply *reply;

  sb_value_set_int (index, "received", received);
  sb_value_set_int (index, "faults", faults);
  if (accept == NULL || strstr (accept, "text/html") == NULL)
    return sb_reply_new (200, sb_json_write_pretty (index));

  page = g_string_new ("<!doctype html><meta charset=\"utf-8\"><title>Practice ground</title>"
                       "<h1>Practice ground</h1><p>");
  g_string_append (page, sb_value_get_string (index, "about"));
  g_string_append (page, "</p>");
  for (guint i = 0; i < sb_value_get_length (vendors); i++)
    {
      SbValue *vendor = sb_value_get_item (vendors, i);
      SbValue *actions = sb_value_get_member (vendor, "actions");
      g_autofree char *name = g_markup_escape_text (sb_value_get_string (vendor, "name"), -1);

      g_string_append_printf (page, "<h2>%s</h2><ul>", name);
      for (guint j = 0; j < sb_value_get_length (actions); j++)
        {
          SbValue *action = sb_value_get_item (actions, j);
          g_autofree char *line = g_markup_printf_escaped (
            "<li>%s: <code>%s %s%s</code></li>", sb_value_get_string (action, "action"),
            sb_value_get_string (action, "method"), sb_value_get_string (vendor, "base"),
            sb_value_get_string (action, "path"));

          g_string_append (page, line);
        }
      g_string_append (page, "</ul>");
    }
  reply = sb_reply_new (200, g_string_free (g_steal_pointer (&page), FALSE));
  reply->content_type = g_strdup ("text/html; charset=utf-8");
  return reply;
}
