/* sb-random.c
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "sb-random.h"

#include <errno.h>
#include <glib/gi18n-lib.h>
#include <string.h>
#include <sys/random.h>

#include "sb-error.h"

#define TOKEN_BYTES 32

char *
sb_random_token (GError **error)
{
  guint8 bytes[TOKEN_BYTES];
  gsize filled = 0;
  g_autofree char *token = NULL;

  while (filled < sizeof bytes)
    {
      ssize_t got = getrandom (bytes + filled, sizeof bytes - filled, 0);

      if (got < 0 && errno == EINTR)
        continue;
      if (got < 0)
        {
          g_set_error (error, SB_ERROR, SB_ERROR_FAILED,
                       _ ("The system gives no random numbers (%s)."), g_strerror (errno));
          return NULL;
        }
      filled += got;
    }
  token = g_base64_encode (bytes, sizeof bytes);
  explicit_bzero (bytes, sizeof bytes);
  g_strdelimit (token, "+", '-');
  g_strdelimit (token, "/", '_');
  *strchrnul (token, '=') = '\0';
  return g_steal_pointer (&token);
}
