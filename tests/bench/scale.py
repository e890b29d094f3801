#!/usr/bin/python3
# scale.py
#
# Copyright 2026 The Signalbox authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What size does to it: a long history, a backlog after an outage, bodies of several lengths. Drives the real
programs from outside and puts the figures into the file of the benches.

    tests/bench/scale.py BUILD_FOLDER FIGURES.json [--full]

--full: a million runs in the history and a hundred thousand that wait, as in the README; without it a tenth of
both. The history is made once and kept in BUILD_FOLDER."""

import argparse
import contextlib
import json
import os
import shutil
import signal
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(os.path.dirname(HERE), 'app'))
from harness import Desktop, Skip   # noqa: E402

PATIENCE_S = 900


def show(figures, name, value):
    figures[name] = value
    print(f'{name:26} {value}', flush=True)


def read_rss(pid, field='VmRSS'):
    with open(f'/proc/{pid}/status', encoding='ascii') as status:
        lines = dict(line.split(':', 1) for line in status)
    return int(lines[field].split()[0])


def ask(folder, sql):
    """A number in the database, from outside."""
    connection = sqlite3.connect(f'file:{folder}/signalbox.db?mode=ro', uri=True, timeout=20)
    with contextlib.closing(connection):
        return connection.execute(sql).fetchone()[0]


ON_THEIR_WAY = "SELECT coalesce (sum (n), 0) FROM counts WHERE what IN ('ready', 'running', 'waiting', 'blocked', 'held')"


class Bench:
    def __init__(self, build, full):
        self.build = build
        self.n_history = 1000000 if full else 100000
        self.n_waiting = 100000 if full else 10000
        self.figures = {}

    def program(self, name):
        return os.path.join(self.build, 'tests', 'bench', name)

    def ctl(self):
        return os.path.join(self.build, 'src', 'ctl', 'signalboxctl')

    def run(self, *arguments, **options):
        return subprocess.run(arguments, check=True, text=True, stdout=subprocess.PIPE, **options).stdout

    def show(self, name, value):
        show(self.figures, name, value)

    def make_history(self, folder, runs, *options):
        self.run(self.program('bench-history'), '--runs', str(runs), *options, folder)

    @contextlib.contextmanager
    def sink(self):
        process = subprocess.Popen([self.program('bench-sink')], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                   text=True)
        try:
            yield process.stdout.readline().strip()
        finally:
            process.communicate()

    @contextlib.contextmanager
    def serve(self, folder):
        with tempfile.TemporaryDirectory(prefix='sb-bench-') as credentials:
            process = subprocess.Popen([self.ctl(), 'serve', '--data', folder, '--port', '0', '--credentials',
                                        credentials], stdout=subprocess.PIPE, text=True)
            try:
                json.loads(process.stdout.readline())
                yield process
            finally:
                process.send_signal(signal.SIGTERM)
                process.communicate(timeout=60)

    def wait_until_done(self, folder, process):
        """Seconds until nothing is on its way any more, and the most memory that was seen, KiB."""
        start = time.monotonic()
        most = 0
        while ask(folder, ON_THEIR_WAY) > 0:
            most = max(most, read_rss(process.pid))
            if time.monotonic() - start > PATIENCE_S:
                raise SystemExit('scale.py: the backlog does not drain')
            time.sleep(0.05)
        return time.monotonic() - start, max(most, read_rss(process.pid))

    # --- a long history -----------------------------------------------------------------------------

    def measure_history(self):
        folder = os.path.join(self.build, f'history-{self.n_history}')
        if not os.path.exists(folder):
            print(f'A history of {self.n_history} runs, made once …', flush=True)
            self.make_history(folder + '.new', self.n_history)
            os.rename(folder + '.new', folder)
        out = os.path.join(self.build, 'scale-store.json')
        with tempfile.TemporaryDirectory(prefix='sb-bench-') as small:
            self.make_history(os.path.join(small, 'data'), 1000)
            self.run(self.program('bench-store'), '--prefix', 'at_1k_', '--out', out, os.path.join(small, 'data'))
        print(self.run(self.program('bench-store'), '--prefix', 'long_', '--out', out, folder), end='')
        with open(out, encoding='utf-8') as file:
            found = json.load(file)
        os.remove(out)
        self.figures.update(found)
        for name in ('one_more_us', 'claim_ms', 'page_first_ms'):
            self.show(f'ratio_{name.rsplit("_", 1)[0]}', round(found[f'long_{name}'] / found[f'at_1k_{name}'], 2))
        self.measure_starts(folder)
        self.measure_window(folder)

    def time_start(self, *arguments):
        took = []
        for _ in range(10):
            start = time.monotonic()
            self.run(self.ctl(), *arguments, stderr=subprocess.DEVNULL)
            took.append((time.monotonic() - start) * 1000)
        return round(statistics.median(took), 1)

    def measure_starts(self, folder):
        commands = {'status': ('status',), 'runs': ('runs', 'list'), 'inbox': ('inbox',)}
        self.show('start_help_ms', self.time_start('--help'))
        for name, arguments in commands.items():
            self.show(f'start_{name}_ms', self.time_start(*arguments, '--data', folder))
        with self.serve(folder) as process:
            for name, arguments in commands.items():
                self.show(f'start_{name}_serving_ms', self.time_start(*arguments, '--data', folder))
            time.sleep(2)
            self.show('serve_rss_kib', read_rss(process.pid))

    def watch_window(self, folder, *options):
        with Desktop() as desktop:
            # Xvfb's GL is drawn by LLVM, 50 MB that no desktop loads; the cairo renderer needs none.
            environment = dict(desktop.environment, GTK_A11Y='none', GDK_DEBUG='gl-disable')
            done = self.run(self.program('bench-window'), *options, folder, env=environment, timeout=PATIENCE_S,
                            stderr=subprocess.DEVNULL)
        return json.loads(done.splitlines()[-1])

    def measure_window(self, folder):
        try:
            seen = self.watch_window(folder, '--seconds', '6')
            self.show('window_first_frame_ms', seen['first_frame_ms'])
            self.show('window_first_rows_ms', seen['first_rows_ms'])
            self.show('window_rss_kib', seen['rss_kib'])
            seen = self.watch_window(folder, '--seconds', '4', '--scroll', '8')
            for name in sorted(seen):
                if name.startswith(('wheel_', 'jump_')):
                    self.show(f'scroll_{name}', seen[name])
        except (Skip, FileNotFoundError) as reason:
            print(f'The window was not measured: {reason}')

    # --- a backlog ---------------------------------------------------------------------------------------

    def measure_backlog(self):
        n = self.n_waiting
        with tempfile.TemporaryDirectory(prefix='sb-bench-') as top, self.sink() as port:
            empty = os.path.join(top, 'empty')
            folder = os.path.join(top, 'waiting')
            copy = os.path.join(top, 'window')
            self.make_history(empty, 1, '--sink', port)
            with self.serve(empty) as process:
                self.wait_until_done(empty, process)
                time.sleep(1)
                before = read_rss(process.pid)
            self.make_history(folder, n, '--sink', port, '--state', 'waiting')
            shutil.copytree(folder, copy)
            with self.serve(folder) as process:
                seconds, most = self.wait_until_done(folder, process)
                time.sleep(1)
                after = read_rss(process.pid)
            self.show('waiting_runs', n)
            self.show('drain_runs_per_s', round(n / seconds))
            self.show('drain_rss_bytes_a_run', round(max(0, most - before) * 1024 / n))
            self.show('drain_rss_most_kib', most)
            self.show('drain_rss_after_kib', after)
            try:
                seen = self.watch_window(copy, '--drain', '--seconds', str(PATIENCE_S / 2))
                self.show('drain_window_longest_gap_ms', seen['longest_gap_ms'])
                self.show('drain_window_p99_gap_ms', seen['p99_gap_ms'])
                self.show('drain_window_rss_kib', seen['rss_kib'])
            except (Skip, FileNotFoundError) as reason:
                print(f'The window was not measured: {reason}')

    # --- growth ---------------------------------------------------------------------------------------------

    def measure_growth(self):
        """Orders that a pause held go through both actions; then the database is looked at."""
        for size in (1000, 4000, 20000):
            n = 4000000 // size
            with tempfile.TemporaryDirectory(prefix='sb-bench-') as top, self.sink() as port:
                folder = os.path.join(top, 'data')
                self.make_history(folder, n, '--sink', port, '--state', 'held', '--bytes', str(size))
                with self.serve(folder) as process:
                    for flow in ('orders', 'returns'):
                        self.run(self.ctl(), 'flows', 'resume', flow, '--data', folder, stderr=subprocess.DEVNULL)
                    self.wait_until_done(folder, process)
                    while ask(folder, 'SELECT max (runs.id) - done FROM runs, search_state') > 0:
                        time.sleep(0.05)
                payload = ask(folder, 'SELECT sum (length (body)) FROM events') if size else 0
                done = ask(folder, "SELECT count (*) FROM runs WHERE state = 'done'")
                stored = ask(folder, 'SELECT (SELECT * FROM pragma_page_count) - (SELECT * FROM pragma_freelist_count)')
                if done != n:
                    raise SystemExit(f'scale.py: {done} of {n} runs are done')
                stored = stored * 4096
                self.show(f'growth_{size // 1000}k_bytes', round(stored / n))
                self.show(f'growth_{size // 1000}k_ratio', round(stored / payload, 2))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('build')
    parser.add_argument('figures')
    parser.add_argument('--full', action='store_true')
    parser.add_argument('--only', choices=('history', 'backlog', 'growth'), action='append')
    arguments = parser.parse_args()
    bench = Bench(arguments.build, arguments.full)
    for name in arguments.only or ('history', 'backlog', 'growth'):
        getattr(bench, f'measure_{name}')()
    figures = {}
    if os.path.exists(arguments.figures):
        with open(arguments.figures, encoding='utf-8') as file:
            figures = json.load(file)
    figures.update(bench.figures)
    with open(arguments.figures, 'w', encoding='utf-8') as file:
        json.dump(figures, file, indent=2)
        file.write('\n')


main()
