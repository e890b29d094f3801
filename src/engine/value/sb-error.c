/* sb-error.c
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "sb-error.h"

#include <string.h>

/* Without G_DEFINE_QUARK (), whose variable threads write at once. */
GQuark
sb_error_quark (void)
{
  return g_quark_from_static_string ("sb-error-quark");
}

/**
 * sb_text_fit:
 * @text: (nullable): UTF-8
 * @most: bytes
 *
 * "%.60s" counts bytes, and a message that ends within a character is no UTF-8 any more: neither
 * GTK nor JSON takes it. Any thread.
 *
 * Returns: how many bytes of @text to show, at most @most
 */
int
sb_text_fit (const char *text, int most)
{
  int length = text != NULL ? (int)strnlen (text, (gsize)most + 1) : most;

  if (length <= most)
    return length;
  length = most;
  while (length > 0 && ((guchar)text[length] & 0xc0) == 0x80)
    length--;
  return length;
}
