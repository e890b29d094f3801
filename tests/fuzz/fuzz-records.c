/* fuzz-records.c
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Records of a pilot: the first line is the file's name, the rest what stands in it.
 */

#include "config.h"

#include "fuzz.h"

#include "sb-records.h"

int
LLVMFuzzerTestOneInput (const guint8 *data, size_t size)
{
  FuzzInput input = { data, size };
  g_autofree char *line = fuzz_take_line (&input);
  g_autofree char *name = g_utf8_make_valid (line, -1);
  g_autoptr (GError) error = NULL;
  g_autoptr (SbValue) records =
    sb_records_parse ((const char *)input.data, (gssize)input.size, name, &error);

  fuzz_check_error (records != NULL, &error);
  if (records == NULL)
    return 0;

  fuzz_check (sb_value_get_type (records) == SB_VALUE_ARRAY);
  fuzz_check (sb_value_get_length (records) > 0 && sb_value_get_length (records) <= SB_RECORDS_MAX);
  for (guint i = 0; i < sb_value_get_length (records); i++)
    fuzz_check (sb_value_get_type (sb_value_get_item (records, i)) == SB_VALUE_OBJECT);
  fuzz_check_value (records);
  return 0;
}
