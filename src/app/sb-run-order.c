/* sb-run-order.c
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "sb-run-order.h"

#include <string.h>

#define ID(self, index)  g_array_index ((self)->ids, gint64, index)
#define DAY(self, index) g_array_index ((self)->days, guint, index)

SbRunOrder *
sb_run_order_new (GArray *ids, GArray *days)
{
  SbRunOrder *self = g_new0 (SbRunOrder, 1);

  self->ids = ids;
  self->days = days;

  return self;
}

void
sb_run_order_free (SbRunOrder *self)
{
  g_array_unref (self->ids);
  g_array_unref (self->days);
  g_free (self);
}

guint
sb_run_order_get_n_rows (const SbRunOrder *self)
{
  return self->ids->len + self->days->len;
}

gboolean
sb_run_order_locate (const SbRunOrder *self, guint row, guint *day, guint *index)
{
  guint low = 0;
  guint high = self->days->len;

  /* The last day whose heading stands at or above the row. */
  while (high - low > 1)
    {
      guint middle = low + (high - low) / 2;

      if (DAY (self, middle) + middle <= row)
        low = middle;
      else
        high = middle;
    }
  *day = low;
  *index = row - low - 1;

  return DAY (self, low) + low == row;
}

static guint
count_days_before (const SbRunOrder *self, guint index)
{
  guint low = 0;
  guint high = self->days->len;

  while (low < high)
    {
      guint middle = low + (high - low) / 2;

      if (DAY (self, middle) < index)
        low = middle + 1;
      else
        high = middle;
    }

  return low;
}

guint
sb_run_order_get_row (const SbRunOrder *self, guint index)
{
  return index + count_days_before (self, index + 1);
}

guint
sb_run_order_count_day (const SbRunOrder *self, guint day)
{
  guint end = day + 1 < self->days->len ? DAY (self, day + 1) : self->ids->len;

  return end - DAY (self, day);
}

int
sb_run_order_find (const SbRunOrder *self, gint64 id)
{
  guint low = 0;
  guint high = self->ids->len;

  while (low < high)
    {
      guint middle = low + (high - low) / 2;

      if (ID (self, middle) == id)
        return (int)middle;
      if (ID (self, middle) > id)
        low = middle + 1;
      else
        high = middle;
    }

  return -1;
}

/* How many runs at the beginning are the same, each with or without a heading. */
static guint
count_same (const SbRunOrder *a, const SbRunOrder *b)
{
  guint shorter = MIN (a->ids->len, b->ids->len);
  guint n = 0;

  while (n < shorter && ID (a, n) == ID (b, n))
    n++;
  for (guint i = 0; i < MIN (a->days->len, b->days->len); i++)
    if (DAY (a, i) != DAY (b, i))
      return MIN (n, MIN (DAY (a, i), DAY (b, i)));
  if (a->days->len > b->days->len)
    n = MIN (n, DAY (a, b->days->len));
  if (b->days->len > a->days->len)
    n = MIN (n, DAY (b, a->days->len));

  return n;
}

/* The same from the end, at most @most. */
static guint
count_same_at_end (const SbRunOrder *a, const SbRunOrder *b, guint most)
{
  guint day_a = a->days->len;
  guint day_b = b->days->len;
  guint n = 0;

  while (n < most && ID (a, a->ids->len - 1 - n) == ID (b, b->ids->len - 1 - n))
    {
      gboolean heads_a = day_a > 0 && DAY (a, day_a - 1) == a->ids->len - 1 - n;
      gboolean heads_b = day_b > 0 && DAY (b, day_b - 1) == b->ids->len - 1 - n;

      if (heads_a != heads_b)
        break;
      day_a -= heads_a;
      day_b -= heads_b;
      n++;
    }

  return n;
}

void
sb_run_order_compare (
  const SbRunOrder *before, const SbRunOrder *after, guint *position, guint *removed, guint *added)
{
  guint start = count_same (before, after);
  guint end = count_same_at_end (before, after, MIN (before->ids->len, after->ids->len) - start);
  guint end_before = before->ids->len - end;
  guint end_after = after->ids->len - end;

  /* A heading that stands where the stretch ends is part of what stays if the run below it does. */
  *position = start + count_days_before (before, start);
  *removed = end_before + count_days_before (before, end_before) - *position;
  *added = end_after + count_days_before (after, end_after) - *position;
}
