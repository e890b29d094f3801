/* sb-request-private.h
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "sb-request.h"
#include "sb-template.h"

G_BEGIN_DECLS

/* The fields as the action wants them: by their types, with fallbacks, columns and escapes; optional ones
 * that are empty are not in it. (transfer full) (nullable) Errors: MISSING_VALUE, INVALID. */
SbValue   *sb_request_read_fields   (SbAction    *action,
                                     SbValue     *fields,
                                     GError     **error);

/* Renders a body, query or headers. (transfer full) (nullable): NULL without an error where all of it is
 * left out. */
SbValue   *sb_request_render        (SbValue     *template,
                                     SbScope     *scope,
                                     GError     **error);

/* RFC 3986: everything but the unreserved characters is encoded. */
char      *sb_request_percent       (const char  *text);
/* "a[b][0]=c&…" */
char      *sb_request_encode_form   (SbValue     *value);

/* @base: with nothing but a path after the host. (transfer full) (nullable) */
char      *sb_request_build_path    (SbAction    *action,
                                     const char  *path,
                                     SbScope     *scope,
                                     GError     **error);
/* The vendor's base URL for the connection's environment. (transfer full) (nullable) */
char      *sb_request_build_base    (SbConnector *connector,
                                     SbConnection *connection,
                                     SbScope     *scope,
                                     GError     **error);

/* Any other address of the vendor: @base is a template over settings and version. (transfer full)
 * (nullable) */
char      *sb_request_build_address (SbConnector *connector,
                                     SbConnection *connection,
                                     const char  *base,
                                     SbScope     *scope,
                                     GError     **error);
/* What templates may refer to. @secrets, @key (nullable). (transfer full) */
SbScope   *sb_request_make_scope    (SbConnector *connector,
                                     SbConnection *connection,
                                     GHashTable  *secrets,
                                     const char  *key);

/* Whether @url leads to the host of @base. Errors: INVALID. */
gboolean   sb_request_check_place   (const char  *base,
                                     const char  *url,
                                     SbConnection *connection,
                                     GError     **error);

char      *sb_redact_numbers        (const char  *text);
gboolean   sb_is_secret_header      (const char  *name);

G_END_DECLS
