/* sb-connector.h
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "sb-problems.h"
#include "sb-value.h"

G_BEGIN_DECLS

/**
 * SbConnector:
 *
 * What Signalbox knows about one vendor, read from data/connectors/ID.json and checked against
 * data/connectors/schema.json. Immutable; owned by its SbConnectors. Members below are read-only.
 */
typedef struct _SbConnector SbConnector;
typedef struct _SbConnectors SbConnectors;

/* A setting of a connection, or a field of an action. */
typedef struct
{
  char     *key;
  char     *label;
  char     *type;      /* "text", "number", "money", "date", "boolean", "choice", "list", "object" */
  char     *help;      /* (nullable) */
  char     *example;   /* (nullable) */
  SbValue  *sample;    /* (nullable): what practice uses */
  char     *pattern;   /* (nullable): regular expression a value must match */
  char     *fallback;  /* (nullable): used when the owner leaves it empty */
  SbValue  *allowed;   /* (nullable): array of {"value", "label"} */
  gboolean  required;
  gboolean  secret;    /* settings only: kept in the keyring */
  gboolean  fixed;     /* action fields only: the owner types it, a token there is refused */
  SbValue  *columns;   /* (nullable): array of {"key", "label", "type", "from", …}: members of each item
                        * of a list */
  SbValue  *choices;   /* (nullable): action fields only: {"action", "value", "label"}: a look-up whose list has the
                        * values the vendor knows */
  char     *when;      /* (nullable): settings only: shown and required only where this other setting … */
  SbValue  *when_is;   /* (nullable): … has one of these values */
} SbField;

typedef struct
{
  char      *id;       /* "order-paid" */
  char      *label;    /* "an order is paid": reads on after "When" */
  char      *words;    /* (nullable): what else it is called, for searching, with blanks between */
  char      *record;   /* template over the body, "Order {{trigger.name}}": names a run */
  GPtrArray *topics;   /* (element-type utf8) (nullable): topics that belong to it */
  SbValue   *samples;  /* array of sample bodies */
  GPtrArray *outputs;  /* of SbField: named outputs for the data panel; key is the path */
} SbTrigger;

typedef enum
{
  SB_IDEMPOTENT_NONE,   /* a repeat may do it twice: outcome unknown goes to a person */
  SB_IDEMPOTENT_KEY,    /* the vendor honours a key: header, query or body member */
  SB_IDEMPOTENT_PUT,    /* doing it twice is doing it once */
  SB_IDEMPOTENT_LOOKUP, /* another action of the connector tells whether it happened */
} SbIdempotency;

typedef struct
{
  char          *id;      /* "create-invoice" */
  char          *label;   /* "create an invoice": reads on after "Do" */
  char          *words;   /* (nullable): what else it is called, for searching, with blanks between */
  char          *kind;    /* "action" or "lookup" */
  char          *help;    /* (nullable) */
  GPtrArray     *fields;  /* of SbField */
  GPtrArray     *outputs; /* of SbField: what the answer gives; key is the path */
  SbIdempotency  idempotency;
  SbValue       *document; /* the action as in the file: request, answer, idempotency, sample */
} SbAction;

struct _SbConnector
{
  char      *id;        /* "shopify" */
  char      *name;      /* "Shopify" */
  char      *kind;      /* tile: "shop", "stock", "payments", "chat", "books", "parcels", "web", … */
  char      *icon;      /* symbolic icon name of the kind */
  GPtrArray *settings;  /* of SbField, secret ones too */
  GPtrArray *triggers;  /* of SbTrigger */
  GPtrArray *actions;   /* of SbAction */
  SbValue   *document;  /* the whole file */
  gboolean   own;       /* a file of the owner's data folder; @name says so too */
};

/* Loads every *.json of @data_dir/connectors and then of @own_dir (nullable; the owner's files, which
 * win). A broken file is left out and its problems added; the rest is loaded. */
SbConnectors *sb_connectors_new    (const char     *data_dir,
                                    const char     *own_dir,
                                    SbProblems     *problems);
SbConnectors *sb_connectors_ref    (SbConnectors   *self);
void          sb_connectors_unref  (SbConnectors   *self);
guint         sb_connectors_get_length (SbConnectors *self);
SbConnector  *sb_connectors_get    (SbConnectors   *self,
                                    guint           index);
SbConnector  *sb_connectors_find   (SbConnectors   *self,
                                    const char     *id);
/* Checks one document; every problem with its JSON path. */
void          sb_connector_check   (SbValue        *document,
                                    SbProblems     *problems);
/* Where everything goes that it sends, in words. (transfer full) */
char         *sb_connector_describe_places (SbConnector *self);
/* A setting's value, else its fallback. */
const char   *sb_connector_get_setting (SbConnector   *self,
                                    SbValue        *settings,
                                    const char     *key);
SbField      *sb_connector_find_setting (SbConnector  *self,
                                    const char     *key);
/* Whether @setting counts with these settings: its "when" holds. */
gboolean      sb_connector_needs_setting (SbConnector *self,
                                    SbField        *setting,
                                    SbValue        *settings);
/* "auth" and "webhook" of the file, where they go by a setting the part that is chosen. */
SbValue      *sb_connector_get_auth (SbConnector    *self,
                                    SbValue        *settings);
SbValue      *sb_connector_get_webhook (SbConnector *self,
                                    SbValue        *settings);
SbTrigger    *sb_connector_find_trigger (SbConnector *self,
                                    const char     *id);
SbAction     *sb_connector_find_action  (SbConnector *self,
                                    const char     *id);
SbField      *sb_action_find_field (SbAction       *self,
                                    const char     *key);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SbConnectors, sb_connectors_unref)

G_END_DECLS
