/* fuzz-connector.c
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Connector files: the whole input is one.
 */

#include "config.h"

#include "fuzz.h"

#include <glib/gstdio.h>
#include <string.h>

#include "sb-connector-private.h"
#include "sb-json.h"
#include "sb-paths.h"
#include "sb-request.h"
#include "sb-signature.h"

/* A data folder with nothing in it but the schema, and one for the owner's file. */
static char *shipped, *own;

static SbSchema *
get_schema (void)
{
  static SbSchema *schema;

  if (schema == NULL)
    {
      g_autofree char *data_dir = sb_paths_get_data_dir ();
      g_autofree char *path = g_build_filename (data_dir, "connectors", "schema.json", NULL);
      g_autofree char *folder = g_dir_make_tmp ("sb-fuzz-XXXXXX", NULL);
      g_autofree char *copy = NULL;
      g_autofree char *text = NULL;
      g_autofree char *connectors = NULL;
      gsize length;

      shipped = g_build_filename (folder, "shipped", NULL);
      own = g_build_filename (folder, "own", NULL);
      connectors = g_build_filename (own, "connectors", NULL);
      g_mkdir_with_parents (connectors, 0700);
      g_free (connectors);
      connectors = g_build_filename (shipped, "connectors", NULL);
      g_mkdir_with_parents (connectors, 0700);
      copy = g_build_filename (connectors, "schema.json", NULL);
      if (!g_file_get_contents (path, &text, &length, NULL) ||
          !g_file_set_contents (copy, text, (gssize)length, NULL))
        g_error ("%s cannot be copied", path);
      schema = sb_schema_load_file (path, NULL);
    }
  return schema;
}

static SbConnectors *
load (SbValue *document, const char *id)
{
  g_autofree char *name = g_strconcat (id, ".json", NULL);
  g_autofree char *path = g_build_filename (own, "connectors", name, NULL);
  g_autofree char *text = sb_json_write (document);
  g_autoptr (SbProblems) problems = sb_problems_new ();
  SbConnectors *connectors = NULL;

  /* A file name comes of it. */
  fuzz_check (strpbrk (id, "/\\") == NULL && id[0] != '.' && id[0] != '\0');
  if (strlen (name) < 200 &&
      g_file_set_contents_full (path, text, -1, G_FILE_SET_CONTENTS_NONE, 0600, NULL))
    {
      connectors = sb_connectors_new (shipped, own, problems);
      fuzz_check (sb_problems_get_length (problems) == 0);
      fuzz_check (sb_connectors_get_length (connectors) == 1);
      g_unlink (path);
    }
  return connectors;
}

static void
check_request (SbRequest *request)
{
  fuzz_check (g_str_has_prefix (request->url, "https://") ||
              g_str_has_prefix (request->url, "http://127.0.0.1") ||
              g_str_has_prefix (request->url, "http://localhost") ||
              g_str_has_prefix (request->url, "http://[::1]"));
  for (const char *at = request->url; *at != '\0'; at++)
    fuzz_check ((guchar)*at > 0x20 && *at != 0x7f);
}

/* A file that is let in can be used, however odd. */
static void
use (SbConnector *connector)
{
  g_autoptr (GHashTable) secrets = NULL;
  g_autoptr (SbConnection) connection = sb_connection_new_practice (connector, &secrets);
  g_autoptr (GHashTable) headers = g_hash_table_new (g_str_hash, g_str_equal);
  g_autoptr (GBytes) body =
    g_bytes_new_static ("{\"id\":1,\"items\":[{\"a\":\"b\"}],\"error\":\"x\"}", 39);
  SbIncoming incoming = { "POST", "/in/x", headers, body };
  g_autoptr (SbVerdict) verdict =
    sb_signature_judge (connector, NULL, connection, secrets, &incoming, NULL, FUZZ_NOW_US);
  g_autoptr (GHashTable) signature =
    sb_signature_sign (connector, NULL, connection, secrets, NULL, body, "e", FUZZ_NOW_US, NULL);

  fuzz_check_words (verdict->reason);
  fuzz_check (signature == NULL || g_hash_table_size (signature) > 0);
  for (guint i = 0; i < connector->actions->len; i++)
    {
      SbAction *action = g_ptr_array_index (connector->actions, i);
      g_autoptr (SbValue) fields = fuzz_sample_fields (action);
      g_autoptr (GError) error = NULL;
      g_autoptr (SbRequest) request =
        sb_request_build (connector, action, connection, secrets, fields, "key", NULL, &error);
      static const guint statuses[] = { 0, 200, 404, 409, 500 };

      fuzz_check_error (request != NULL, &error);
      if (request != NULL)
        check_request (request);
      for (guint j = 0; j < G_N_ELEMENTS (statuses); j++)
        {
          SbAnswer answer = {
            .status = statuses[j], .headers = headers, .body = body, .sent = TRUE, .fields = fields
          };
          g_autoptr (SbOutcome) outcome = sb_answer_judge (connector, action, &answer, FUZZ_NOW_US);

          fuzz_check_words (outcome->message);
        }
    }
}

int
LLVMFuzzerTestOneInput (const guint8 *data, size_t size)
{
  g_autoptr (SbValue) document = sb_json_parse ((const char *)data, (gssize)size, NULL);
  g_autoptr (SbProblems) problems = sb_problems_new ();
  g_autoptr (SbConnectors) connectors = NULL;

  if (document == NULL)
    return 0;
  sb_schema_check (get_schema (), document, problems);
  sb_connector_check_meaning (document, problems);
  for (guint i = 0; i < sb_problems_get_length (problems); i++)
    {
      const SbProblem *problem = sb_problems_get (problems, i);

      fuzz_check (problem->path != NULL && problem->message != NULL);
      fuzz_check_words (problem->path);
      fuzz_check_words (problem->message);
    }
  if (sb_problems_get_length (problems) > 0)
    return 0;

  connectors = load (document, sb_value_get_string (document, "id"));
  if (connectors != NULL)
    use (sb_connectors_get (connectors, 0));
  return 0;
}
