/* test-run-order.c
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "sb-run-order.h"

/* Runs from @newest down, one for each number in @days, which says how many each day has. */
static SbRunOrder *
make_order (gint64 newest, const guint *days, guint n_days)
{
  GArray *ids = g_array_new (FALSE, FALSE, sizeof (gint64));
  GArray *starts = g_array_new (FALSE, FALSE, sizeof (guint));

  for (guint day = 0; day < n_days; day++)
    {
      guint start = ids->len;

      g_array_append_val (starts, start);
      for (guint i = 0; i < days[day]; i++, newest--)
        g_array_append_val (ids, newest);
    }
  return sb_run_order_new (ids, starts);
}

/* What a view would see in a row: a day's heading as its first run, negative. */
static gint64
get_row (SbRunOrder *order, guint row)
{
  guint day;
  guint index;

  if (sb_run_order_locate (order, row, &day, &index))
    return -g_array_index (order->ids, gint64, g_array_index (order->days, guint, day));
  return g_array_index (order->ids, gint64, index);
}

static void
test_rows (void)
{
  const guint days[] = { 3, 1, 2 };
  g_autoptr (SbRunOrder) order = make_order (6, days, 3);
  const gint64 expected[] = { -6, 6, 5, 4, -3, 3, -2, 2, 1 };

  g_assert_cmpuint (sb_run_order_get_n_rows (order), ==, G_N_ELEMENTS (expected));
  for (guint row = 0; row < G_N_ELEMENTS (expected); row++)
    g_assert_cmpint (get_row (order, row), ==, expected[row]);
  for (guint index = 0; index < order->ids->len; index++)
    g_assert_cmpint (get_row (order, sb_run_order_get_row (order, index)), ==,
                     g_array_index (order->ids, gint64, index));
  g_assert_cmpuint (sb_run_order_count_day (order, 0), ==, 3);
  g_assert_cmpuint (sb_run_order_count_day (order, 2), ==, 2);
  g_assert_cmpint (sb_run_order_find (order, 3), ==, 3);
  g_assert_cmpint (sb_run_order_find (order, 7), ==, -1);
  g_assert_cmpint (sb_run_order_find (order, 0), ==, -1);
}

/* Takes the stretch out of what was seen before and puts in what is seen now: then all rows are
 * right, but for headings, whose words follow by themselves. */
static void
assert_compare (SbRunOrder *before, SbRunOrder *after)
{
  g_autoptr (GArray) rows = g_array_new (FALSE, FALSE, sizeof (gint64));
  guint position;
  guint removed;
  guint added;

  for (guint row = 0; row < sb_run_order_get_n_rows (before); row++)
    {
      gint64 id = get_row (before, row);

      g_array_append_val (rows, id);
    }
  sb_run_order_compare (before, after, &position, &removed, &added);
  g_assert_cmpuint (position + removed, <=, rows->len);
  g_assert_cmpuint (rows->len - removed + added, ==, sb_run_order_get_n_rows (after));
  if (removed > 0)
    g_array_remove_range (rows, position, removed);
  for (guint i = 0; i < added; i++)
    {
      gint64 id = get_row (after, position + i);

      g_array_insert_val (rows, position + i, id);
    }
  for (guint row = 0; row < rows->len; row++)
    {
      gint64 id = g_array_index (rows, gint64, row);
      gint64 wanted = get_row (after, row);

      if (id >= 0 || wanted >= 0)
        g_assert_cmpint (id, ==, wanted);
    }
}

static void
test_compare (void)
{
  const guint counts[][4] = { { 0 },       { 1 },          { 5 },          { 3, 2 },
                              { 2, 3 },    { 1, 1, 1 },    { 4, 4, 4 },    { 1, 4, 4, 4 },
                              { 5, 4, 4 }, { 4, 4, 4, 2 }, { 4, 5, 3, 2 }, { 12 } };
  const guint lengths[] = { 0, 1, 1, 2, 2, 3, 3, 4, 3, 4, 4, 1 };

  for (guint i = 0; i < G_N_ELEMENTS (counts); i++)
    for (guint j = 0; j < G_N_ELEMENTS (counts); j++)
      for (gint64 newer = 0; newer < 4; newer++)
        {
          g_autoptr (SbRunOrder) before = make_order (20, counts[i], lengths[i]);
          g_autoptr (SbRunOrder) after = make_order (20 + newer, counts[j], lengths[j]);

          assert_compare (before, after);
        }
}

/* One more at the head of a million moves no other row. */
static void
test_small_change (void)
{
  const guint before_days[] = { 10, 1000000 };
  const guint after_days[] = { 11, 1000000 };
  const guint next_day[] = { 1, 10, 1000000 };
  g_autoptr (SbRunOrder) before = make_order (2000000, before_days, 2);
  g_autoptr (SbRunOrder) after = make_order (2000001, after_days, 2);
  g_autoptr (SbRunOrder) morning = make_order (2000001, next_day, 3);
  guint position;
  guint removed;
  guint added;

  sb_run_order_compare (before, before, &position, &removed, &added);
  g_assert_cmpuint (removed + added, ==, 0);
  sb_run_order_compare (before, after, &position, &removed, &added);
  g_assert_cmpuint (position, <=, 1);
  g_assert_cmpuint (removed, <=, 2);
  g_assert_cmpuint (added, <=, 3);
  sb_run_order_compare (before, morning, &position, &removed, &added);
  g_assert_cmpuint (removed, ==, 0);
  g_assert_cmpuint (added, ==, 2);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/run-order/rows", test_rows);
  g_test_add_func ("/run-order/compare", test_compare);
  g_test_add_func ("/run-order/small-change", test_small_change);
  return g_test_run ();
}
