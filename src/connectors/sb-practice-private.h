/* sb-practice-private.h
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <libsoup/soup.h>

#include "sb-practice.h"

G_BEGIN_DECLS

#define SB_PRACTICE_BODY_MAX (1024 * 1024)
#define SB_PRACTICE_KEPT_MAX 200000

/**
 * SbShape:
 *
 * A template of a connector file turned round: matched against what came in, it gives back the
 * fields that must have been put in. Immutable once made.
 */
typedef struct _SbShape SbShape;

/* What a match found. */
typedef struct
{
  SbValue *fields;    /* object */
  SbValue *item;      /* while an item of a list is matched: what stood in it; borrowed */
  SbValue *key;       /* (nullable): what stood where the idempotency key goes */
  guint    matched;   /* constants that were there */
  guint    conflicts; /* constants that were not, or were others */
} SbCatch;

void     sb_catch_init     (SbCatch *self);
void     sb_catch_clear    (SbCatch *self);

SbShape *sb_shape_new      (SbValue    *template);
SbShape *sb_shape_new_text (const char *template);
void     sb_shape_free     (SbShape    *self);
void     sb_shape_match    (SbShape    *self,
                            SbValue    *actual,
                            SbCatch    *found);
/* Whether the member "fields.@key" stands anywhere in it. */
gboolean sb_shape_mentions (SbShape    *self,
                            const char *key);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SbShape, sb_shape_free)
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (SbCatch, sb_catch_clear)

/* One request as it came in, read as far as it can be read. */
typedef struct
{
  const char *method;
  GStrv       path;         /* decoded segments after the connector's id */
  SbValue    *query;        /* object of strings */
  SoupMessageHeaders *headers;
  char       *content_type; /* (nullable): without parameters */
  GBytes     *bytes;
  SbValue    *body;         /* (nullable): JSON or form, as a value */
  char       *broken;       /* (nullable): why the body could not be read */
} SbCall;

gboolean sb_call_read  (SbCall            *call,
                        SoupServerMessage *message,
                        GHashTable        *query,
                        char             **vendor);
gboolean sb_call_is_from_here (SoupMessageHeaders *headers);
void     sb_call_clear (SbCall            *call);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (SbCall, sb_call_clear)

/* What is sent back. */
typedef struct
{
  guint    status;
  char    *text;         /* (nullable) */
  char    *content_type; /* (nullable): application/json */
  char    *retry_after;  /* (nullable) */
  char    *location;     /* (nullable) */
  char    *version;      /* (nullable): value of the header that echoes the API version */
  char       *version_header; /* (nullable) */
} SbReply;

SbReply *sb_reply_new  (guint       status,
                        char       *text);
SbReply *sb_reply_new_sentence (guint status,
                        const char *sentence);
SbReply *sb_reply_copy (const SbReply *self);
void     sb_reply_free (SbReply    *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SbReply, sb_reply_free)

/**
 * SbStandIn:
 *
 * One action of one connector as the practice ground knows it.
 */
typedef struct
{
  SbConnector *connector;
  SbAction    *action;
  char        *method;
  GPtrArray   *path;       /* of SbShape, one a segment */
  SbShape     *whole_path; /* (nullable): instead of it, where the path is a token altogether */
  SbShape     *query;
  SbShape     *headers;    /* (nullable) */
  SbShape     *body;       /* (nullable) */
  const char  *encoding;   /* "json", "form", "none" */
  const char  *key_in;     /* (nullable): "header", "query", "body" */
  const char  *key_name;   /* (nullable) */
  gint64       key_max;    /* 0: any length */
  GHashTable  *auth_headers; /* lower-case name → value, as the sample secrets make them */
  GHashTable  *auth_query;   /* name → value */
} SbStandIn;

SbStandIn *sb_stand_in_new     (SbConnector *connector,
                                SbAction    *action);
void       sb_stand_in_free    (SbStandIn   *self);
/* -1: not this one; else the better the more constants fit. */
gint       sb_stand_in_fits    (SbStandIn   *self,
                                SbCall      *call,
                                SbCatch     *found);
/* What the vendor would object to; NULL: nothing. */
SbReply   *sb_stand_in_check   (SbStandIn   *self,
                                SbCall      *call,
                                SbCatch     *found);
/* The idempotency key of @call; NULL where the action has none. */
char      *sb_stand_in_key     (SbStandIn   *self,
                                SbCall      *call,
                                SbCatch     *found);
/* The vendor's answer to @found, the @number-th thing that was done. */
SbReply   *sb_stand_in_answer  (SbStandIn   *self,
                                SbCatch     *found,
                                const char  *key,
                                guint64      number);
/* A look-up's answer when there is none of it. */
SbReply   *sb_stand_in_find_none (SbStandIn  *self,
                                SbCatch     *found);
/* The vendor's way to say no. @code (nullable): the vendor's word for it. */
SbReply   *sb_stand_in_refuse  (SbStandIn   *self,
                                guint        status,
                                const char  *code,
                                const char  *message);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SbStandIn, sb_stand_in_free)

/* Things that go wrong on request. */
typedef enum
{
  SB_FAULT_STATUS,
  SB_FAULT_TIMEOUT,
  SB_FAULT_DROP_BEFORE_WORK,
  SB_FAULT_DROP_AFTER_WORK,
  SB_FAULT_SLOW,
  SB_FAULT_GARBAGE,
  SB_FAULT_REDIRECT,
  SB_FAULT_NONE, /* a look-up finds nothing */
} SbFaultKind;

typedef struct
{
  char       *vendor;      /* (nullable): any */
  char       *action;      /* (nullable): any */
  SbFaultKind kind;
  guint       status;      /* SB_FAULT_STATUS */
  char       *message;     /* (nullable) */
  char       *code;        /* (nullable) */
  gint64      times;
  gint64      retry_after; /* s; -1: none is said */
  gint64      delay_ms;
  SbValue    *match;       /* (nullable): text the body must hold, or object of path → text */
} SbFault;

SbFault *sb_fault_new     (SbValue    *document,
                           GError    **error);
void     sb_fault_free    (SbFault    *self);
gboolean sb_fault_applies (SbFault    *self,
                           SbStandIn  *stand_in,
                           SbCall     *call);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SbFault, sb_fault_free)

/**
 * SbLedger:
 *
 * What the practice ground did, was asked again, or refused; and what it must remember to answer a
 * repeat as it answered the first time. Kept in a file too where it is given one, so that a practice
 * ground whose process was killed still knows, as a vendor would.
 */
typedef struct _SbLedger SbLedger;

typedef enum
{
  SB_KNOWN_NOT,   /* never seen */
  SB_KNOWN_SAME,  /* the same once more */
  SB_KNOWN_OTHER, /* the same identity with another request */
} SbKnown;

/* One thing to be written down. */
typedef struct
{
  SbStandIn     *stand_in;
  SbCall        *call;
  const char    *key;      /* (nullable) */
  const char    *identity; /* (nullable): what a repeat is known by */
  const char    *digest;   /* (nullable) */
  SbValue       *fields;
  const SbReply *reply;
  guint64        number;
  gboolean       done;     /* work was done; else it was a repeat, or refused */
  gboolean       repeated;
} SbDeed;

SbLedger *sb_ledger_new     (void);
void      sb_ledger_free    (SbLedger    *self);
/* Reads what @path holds and from now on adds to it. */
gboolean  sb_ledger_keep_in (SbLedger    *self,
                             const char  *path,
                             GError     **error);
guint64   sb_ledger_next    (SbLedger    *self);
/* @reply (transfer full), @number: as they were the first time. */
SbKnown   sb_ledger_look_up (SbLedger    *self,
                             const char  *identity,
                             const char  *digest,
                             SbReply    **reply,
                             guint64     *number);
void      sb_ledger_add     (SbLedger    *self,
                             const SbDeed *deed);
SbValue  *sb_ledger_list    (SbLedger    *self,
                             gboolean     refused_too);
void      sb_ledger_clear   (SbLedger    *self);
guint     sb_ledger_count   (SbLedger    *self);
/* Whether @action was done in such a way that its look-up with @asked finds it; @number: as which. */
gboolean  sb_ledger_did     (SbLedger    *self,
                             SbConnector *connector,
                             SbAction    *action,
                             SbValue     *asked,
                             guint64     *number);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SbLedger, sb_ledger_free)

SbReply  *sb_practice_index (SbConnectors *connectors,
                             GHashTable   *vendors_by_id,
                             gint          port,
                             guint         received,
                             guint         faults,
                             SbCall       *call);

G_END_DECLS
