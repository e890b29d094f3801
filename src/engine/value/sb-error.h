/* sb-error.h
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * SB_ERROR:
 *
 * The one error domain of Signalbox. A message is a sentence an owner can act on: it says what
 * went wrong, where, and what to do. It never holds a secret.
 */
#define SB_ERROR (sb_error_quark ())

typedef enum
{
  SB_ERROR_FAILED,        /* nothing more precise fits */
  SB_ERROR_INVALID,       /* the input is wrong: a file, an argument, a request */
  SB_ERROR_NOT_FOUND,     /* no flow, run, connection, file of that name */
  SB_ERROR_MISSING_VALUE, /* a token stands for a field that is not there */
  SB_ERROR_REFUSED,       /* right in form, but not allowed now: the gate is closed */
  SB_ERROR_BUSY,          /* another engine owns the data folder */
  SB_ERROR_TOO_NEW,       /* the data folder was written by a newer version */
  SB_ERROR_READ_ONLY,     /* the data folder cannot be written */
  SB_ERROR_FULL,          /* the disk is full */
  SB_ERROR_LOCKED,        /* the keyring is locked: wait, do not fail */
  SB_ERROR_UNAVAILABLE,   /* a peer could not be reached: try again later */
  SB_ERROR_TOO_LARGE,     /* over a limit of size or depth */
  SB_ERROR_UNAUTHORIZED,  /* a signature or a credential was refused */
} SbErrorCode;

GQuark sb_error_quark (void);

/* For "%.*s" in a message: @text, or the beginning of it that fits into @most bytes without half a
 * character at its end. */
#define SB_FIT(text, most) sb_text_fit ((text), (most)), (text)

int    sb_text_fit    (const char *text,
                       int         most);

G_END_DECLS
