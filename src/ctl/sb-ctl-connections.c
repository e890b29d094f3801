/* sb-ctl-connections.c
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "sb-ctl-private.h"

#include <glib/gi18n-lib.h>
#include <stdio.h>
#include <string.h>

#include "sb-error.h"

static char *
describe_secrets (SbValue *connection)
{
  SbValue *secrets = sb_value_get_member (connection, "secrets");
  g_autoptr (GString) missing = g_string_new (NULL);

  if (sb_value_get_string (connection, "secrets_problem") != NULL)
    return g_strdup (sb_value_get_string (connection, "secrets_problem"));
  for (guint i = 0; i < sb_value_get_length (secrets); i++)
    {
      SbValue *secret = sb_value_get_item (secrets, i);

      if (!sb_value_get_boolean_or (secret, "set", FALSE) &&
          sb_value_get_boolean_or (secret, "required", FALSE))
        g_string_append_printf (missing, "%s%s", missing->len > 0 ? ", " : "",
                                sb_value_get_string (secret, "key"));
    }
  if (missing->len > 0)
    return g_strdup_printf (_ ("missing: %s"), missing->str);
  if (sb_value_get_boolean_or (connection, "signs_in", FALSE))
    return g_strdup (sb_value_get_boolean_or (connection, "signed_in", FALSE)
                       ? _ ("signed in")
                       : _ ("not signed in"));
  return g_strdup (_ ("set"));
}

static int
list_connections (SbCtl *self)
{
  g_autoptr (SbTable) table = sb_table_new (_ ("CONNECTION"), _ ("AT"), _ ("NAME"),
                                            _ ("ENVIRONMENT"), _ ("SECRETS"), _ ("TROUBLE"), NULL);
  g_autoptr (SbValue) connections = NULL;
  int status = sb_ctl_run_plain (self, "connections.list", NULL, NULL, &connections);

  if (connections == NULL)
    return status;
  if (sb_value_get_length (connections) == 0)
    {
      sb_ctl_hint (
        self,
        _ ("No connections yet. “signalboxctl connections add --help” shows how to add one."));
      return status;
    }
  for (guint i = 0; i < sb_value_get_length (connections); i++)
    {
      SbValue *connection = sb_value_get_item (connections, i);
      g_autofree char *secrets = describe_secrets (connection);

      sb_table_add (table, sb_value_get_string (connection, "id"),
                    sb_value_get_string (connection, "connector"),
                    sb_value_get_string (connection, "name"),
                    sb_value_get_string (connection, "environment"), secrets,
                    sb_value_get_string (connection, "trouble"));
    }
  sb_table_print (table, self);
  return status;
}

static int
list_connectors (SbCtl *self)
{
  g_autoptr (SbTable) table =
    sb_table_new (_ ("CONNECTOR"), _ ("NAME"), _ ("SETTINGS"), _ ("SECRETS"), _ ("SENDS TO"), NULL);
  g_autoptr (SbValue) connectors = NULL;
  int status = sb_ctl_run_plain (self, "connections.connectors", NULL, NULL, &connectors);

  if (connectors == NULL)
    return status;
  for (guint i = 0; i < sb_value_get_length (connectors); i++)
    {
      SbValue *connector = sb_value_get_item (connectors, i);

      sb_table_add (
        table, sb_value_get_string (connector, "id"), sb_value_get_string (connector, "name"),
        sb_value_get_string (connector, "settings"), sb_value_get_string (connector, "secrets"),
        sb_value_get_string (connector, "sends_to"));
    }
  sb_table_print (table, self);
  return status;
}

static gboolean
take_setting (SbCtl *self, const char *text, SbValue *settings, int *status)
{
  const char *equals = strchr (text, '=');
  g_autofree char *key = NULL;

  if (equals == NULL || equals == text)
    {
      *status = sb_ctl_usage (self, _ ("“%s” is not KEY=VALUE"), text);
      return FALSE;
    }
  key = g_strndup (text, (gsize)(equals - text));
  if (sb_value_get_member (settings, key) != NULL)
    {
      *status = sb_ctl_usage (self, _ ("“%s” was given twice"), key);
      return FALSE;
    }
  sb_value_set_string (settings, key, equals + 1);
  return TRUE;
}

/* From every --set, and from KEY=VALUE that follow one. */
static SbValue *
take_settings (SbCtl *self, int *status)
{
  g_autoptr (SbValue) settings = sb_value_new_object ();

  for (guint i = 0; i < self->options->len; i += 2)
    {
      if (g_str_equal (g_ptr_array_index (self->options, i), "set") &&
          !take_setting (self, g_ptr_array_index (self->options, i + 1), settings, status))
        return NULL;
    }
  for (guint i = 0; i < self->operands->len; i++)
    {
      if (!take_setting (self, g_ptr_array_index (self->operands, i), settings, status))
        return NULL;
    }
  return g_steal_pointer (&settings);
}

static int
add_connection (SbCtl *self)
{
  static const char *const needed[] = { "connector", "name", "environment" };
  SbValue *arguments = NULL;
  SbValue *settings = NULL;
  g_autoptr (SbValue) added = NULL;
  int status = SB_CTL_DONE;

  for (guint i = 0; i < G_N_ELEMENTS (needed); i++)
    {
      const char *value = sb_ctl_get_option (self, needed[i]);

      if (value == NULL || *value == '\0')
        return sb_ctl_usage (self, _ ("--%s is missing"), needed[i]);
    }
  settings = take_settings (self, &status);
  if (settings == NULL)
    return status;

  arguments = sb_value_new_object ();
  for (guint i = 0; i < G_N_ELEMENTS (needed); i++)
    sb_value_set_string (arguments, needed[i], sb_ctl_get_option (self, needed[i]));
  sb_value_set (arguments, "settings", settings);
  status =
    sb_ctl_run_plain (self, "connections.add", arguments, sb_ctl_get_option (self, "name"), &added);
  if (added != NULL)
    {
      SbValue *secrets = sb_value_get_member (added, "secrets");
      const char *id = sb_value_get_string (added, "id");

      sb_ctl_print (self, "%s", id);
      for (guint i = 0; i < sb_value_get_length (secrets); i++)
        sb_ctl_hint (self, _ ("Next: signalboxctl connections set-secret %s --secret %s"), id,
                     sb_value_get_string (sb_value_get_item (secrets, i), "key"));
      if (sb_value_get_boolean_or (added, "signs_in", FALSE))
        sb_ctl_hint (self, _ ("Then: signalboxctl connections sign-in %s"), id);
    }
  return status;
}

static int
set_secret (SbCtl *self)
{
  const char *key = sb_ctl_get_option (self, "secret");
  g_autofree char *buffer = NULL;
  SbValue *arguments = NULL;
  g_autoptr (SbValue) connection = NULL;
  GError *error = NULL;
  int status = SB_CTL_DONE;

  if (key == NULL || *key == '\0')
    return sb_ctl_usage (self, _ ("--secret KEY is missing: which of its secrets it is"));
  if (strchr (key, '=') != NULL)
    return sb_ctl_usage (
      self, _ ("--secret takes only the name: the secret itself is read from standard input, "
               "for others can see a command line"));

  buffer = g_malloc0 (SB_CTL_MAX_SECRET);
  if (!sb_ctl_read_secret (key, buffer, &error))
    {
      explicit_bzero (buffer, SB_CTL_MAX_SECRET);
      return sb_ctl_fail (self, sb_ctl_get_operand (self, 0), error);
    }
  arguments = sb_value_new_object ();
  sb_value_set_string (arguments, "id", sb_ctl_get_operand (self, 0));
  sb_value_set_string (arguments, "key", key);
  sb_value_set_string (arguments, "secret", buffer);
  explicit_bzero (buffer, SB_CTL_MAX_SECRET);
  status = sb_ctl_run_plain (self, "connections.set-secret", arguments,
                             sb_ctl_get_operand (self, 0), &connection);
  if (connection != NULL)
    sb_ctl_print (self, _ ("%s: %s is set"), sb_value_get_string (connection, "id"), key);
  return status;
}

static int
remove_connection (SbCtl *self)
{
  SbValue *arguments = sb_value_new_object ();
  g_autoptr (SbValue) removed = NULL;
  int status = SB_CTL_DONE;

  sb_value_set_string (arguments, "id", sb_ctl_get_operand (self, 0));
  sb_value_set_boolean (arguments, "force", sb_ctl_get_option (self, "force") != NULL);
  status = sb_ctl_run_plain (self, "connections.remove", arguments, sb_ctl_get_operand (self, 0),
                             &removed);
  if (removed != NULL)
    sb_ctl_print (self, _ ("%s: removed, with its secrets"), sb_value_get_string (removed, "id"));
  return status;
}

static int
test_connection (SbCtl *self)
{
  SbValue *arguments = sb_value_new_object ();
  g_autoptr (SbValue) tested = NULL;
  int status = SB_CTL_DONE;

  sb_value_set_string (arguments, "id", sb_ctl_get_operand (self, 0));
  status =
    sb_ctl_run_plain (self, "connections.test", arguments, sb_ctl_get_operand (self, 0), &tested);
  if (tested != NULL)
    sb_ctl_print (self, "%s", sb_value_get_string (tested, "says"));
  return status;
}

static void
address_cb (SbValue *progress, gpointer data)
{
  SbCtl *self = data;

  if (self->json)
    {
      sb_ctl_print_json (self, progress);
      (void)fflush (stdout);
      return;
    }
  sb_ctl_hint (self, _ ("Open this address in a browser on this computer:"));
  sb_ctl_print (self, "%s", sb_value_get_string (progress, "address"));
  sb_ctl_hint (self, _ ("Waiting for the browser to come back to %s (Ctrl+C gives up) …"),
               sb_value_get_string (progress, "redirect"));
  /* A script that reads it must not wait for the end of what waits for the script. */
  (void)fflush (stdout);
}

static int
sign_in (SbCtl *self)
{
  g_autoptr (SbValue) arguments = sb_value_new_object ();
  g_autoptr (SbValue) signed_in = NULL;
  GError *error = NULL;

  sb_value_set_string (arguments, "id", sb_ctl_get_operand (self, 0));
  signed_in = sb_ctl_run (self, "connections.sign-in", arguments, address_cb, self, &error);
  if (signed_in == NULL)
    return sb_ctl_fail (self, sb_ctl_get_operand (self, 0), error);
  if (self->json)
    sb_ctl_print_json (self, signed_in);
  else
    sb_ctl_print (self, "%s", sb_value_get_string (signed_in, "says"));
  return SB_CTL_DONE;
}

static const SbCtlOption add_options[] = {
  { "connector", "CONNECTOR", NULL, N_ ("the vendor, as “connections connectors” lists it") },
  { "name", "NAME", NULL, N_ ("what you call the account") },
  { "environment", "ENVIRONMENT", "sandbox|production",
    N_ ("which of the vendor's worlds it is in") },
  { "set", "KEY=VALUE", NULL, N_ ("a setting of the connector; may be given several times") },
  { NULL, NULL, NULL, NULL },
};

static const SbCtlOption secret_options[] = {
  { "secret", "KEY", NULL, N_ ("which secret; the secret itself is read from standard input") },
  { NULL, NULL, NULL, NULL },
};

static const SbCtlOption remove_options[] = {
  { "force", NULL, NULL, N_ ("although a live flow uses it: its runs then wait") },
  { NULL, NULL, NULL, NULL },
};

const SbCtlCommand sb_ctl_connections_commands[] = {
  { "connections list", "", 0, 0, N_ ("List the accounts. Secrets are never shown."),
    "connections list", NULL, list_connections },
  { "connections connectors", "", 0, 0, N_ ("List the vendors there are, with their settings."),
    "connections connectors", NULL, list_connectors },
  { "connections add", "[KEY=VALUE…]", 0, G_MAXUINT,
    N_ ("Add an account at a vendor. Prints its id; its secrets are set afterwards."),
    "connections add --connector shopify --name \"Harbour Goods\" --environment sandbox "
    "--set shop=harbour-goods.myshopify.com",
    add_options, add_connection },
  { "connections set-secret", "ID", 1, 1,
    N_ ("Set a secret of an account. It is read from standard input, without echo from a terminal, "
        "and kept in "
        "the keyring."),
    "connections set-secret harbour-goods --secret access_token < token.txt", secret_options,
    set_secret },
  { "connections test", "ID", 1, 1, N_ ("Ask the vendor whether the account works."),
    "connections test harbour-goods", NULL, test_connection },
  { "connections sign-in", "ID", 1, 1,
    N_ ("Sign in at the vendor in the browser. Prints the address to open there and waits for up "
        "to ten "
        "minutes."),
    "connections sign-in harbour-goods", NULL, sign_in },
  { "connections remove", "ID", 1, 1, N_ ("Remove an account and its secrets."),
    "connections remove harbour-goods", remove_options, remove_connection },
  { NULL, NULL, 0, 0, NULL, NULL, NULL, NULL },
};
