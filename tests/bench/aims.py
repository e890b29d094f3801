#!/usr/bin/python3
# aims.py
#
# Copyright 2026 The Signalbox authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The figures that something was promised of, the aim beside each: aims.py FIGURES.json"""

import json
import operator
import sys

AT_LEAST, BELOW = operator.ge, operator.lt

AIMS = (
    ('ingest_ratio', AT_LEAST, 0.6, 'durable ingest beside a bare server, 16 connections'),
    ('ingest_p99_ms', BELOW, 10, 'the slowest hundredth of the answers, ms'),
    ('e2e_ratio', AT_LEAST, 0.15, 'flows of two actions for each request of a bare server'),
    ('idle_rss_kib', BELOW, 30 * 1024, 'signalboxctl serve with nothing to do, KiB'),
    ('window_empty_rss_kib', BELOW, 120 * 1024, 'the window on an empty folder, KiB'),
    ('window_history_rss_kib', BELOW, 120 * 1024, 'the window on a long history, KiB'),
    ('window_start_empty_ms', BELOW, 500, 'until the window is seen, empty folder, ms'),
    ('window_start_history_ms', BELOW, 500, 'until the window is seen, long history, ms'),
    ('start_status_ms', BELOW, 50, 'signalboxctl status on a long history, ms'),
    ('start_runs_ms', BELOW, 50, 'signalboxctl runs list on a long history, ms'),
    ('drain_window_longest_gap_ms', BELOW, 50, 'the window held up while a backlog drains, longest, ms'),
    ('drain_rss_bytes_a_run', BELOW, 1024, 'memory for each run that waited, bytes'),
    ('scroll_wheel_between_p95_ms', BELOW, 20, 'between two frames of Activity, scrolled by the wheel, ms'),
    ('scroll_jump_between_p95_ms', BELOW, 20, 'the same, all of the history drawn by in four seconds, ms'),
    ('long_search_slowest_ms', BELOW, 100, 'the slowest of thirteen searches, ms'),
    ('ratio_one_more', BELOW, 1.5, 'a run more by the same with a thousand in the history'),
    ('growth_1k_ratio', BELOW, 3, 'store growth by the payload, orders of 1 KB'),
    ('growth_4k_ratio', BELOW, 3, 'store growth by the payload, orders of 4 KB'),
    ('growth_20k_ratio', BELOW, 3, 'store growth by the payload, orders of 20 KB'),
)


def main():
    if len(sys.argv) != 2:
        sys.exit('usage: aims.py FIGURES.json')
    with open(sys.argv[1], encoding='utf-8') as file:
        figures = json.load(file)
    print(f'{"":26} {"now":>10} {"aim":>10}')
    for key, holds, aim, what in AIMS:
        now = figures.get(key)
        word = 'not measured' if now is None else 'met' if holds(now, aim) else 'NOT MET'
        sign = '≥' if holds is AT_LEAST else '<'
        print(f'{key:26} {"" if now is None else now:>10} {f"{sign} {aim}":>10}  {word:12}  {what}')


main()
