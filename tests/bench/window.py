#!/usr/bin/python3
# window.py
#
# Copyright 2026 The Signalbox authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""How long the window takes until it is seen, and what it needs while nothing happens. Starts the real program on a
screen of its own and looks at the screen's pixels; puts the figures into the file of the benches.

    tests/bench/window.py BUILD_FOLDER FIGURES.json"""

import contextlib
import json
import mmap
import os
import shutil
import statistics
import struct
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(os.path.dirname(HERE), 'app'))
from harness import Desktop, Skip   # noqa: E402

ROUNDS = 5
RUNS = 100000
SIZE = (1200, 780)
PATIENCE_S = 60
SETTLE_S = 6


class Screen:
    """The pixels of an Xvfb, as they are at this moment: it keeps them in a file in the XWD format."""

    def __init__(self, desktop):
        with open(os.path.join(desktop.folder, 'Xvfb_screen0'), 'rb') as file:
            self.map = mmap.mmap(file.fileno(), 0, prot=mmap.PROT_READ)
        header = struct.unpack('>25I', self.map[:100])
        self.start = header[0] + 12 * header[19]
        self.row = header[12]

    def shows_something(self):
        """Whether there is anything but black in the middle half of the screen."""
        for y in range(SIZE[1] // 4, SIZE[1] * 3 // 4, 40):
            begin = self.start + y * self.row + SIZE[0]
            if not any(self.map[begin:begin + 2 * SIZE[0]]):
                return False
        return True

    def close(self):
        self.map.close()


def read_rss(pid):
    with open(f'/proc/{pid}/status', encoding='ascii') as status:
        lines = dict(line.split(':', 1) for line in status)
    return int(lines['VmRSS'].split()[0])


def stop(process):
    process.terminate()
    process.wait(30)


def start_once(program, folder, settle_s):
    """Milliseconds until the window is on the screen, and its memory after @settle_s more."""
    with Desktop(*SIZE, pixels_in_file=True) as desktop, contextlib.closing(Screen(desktop)) as screen:
        # Xvfb's GL is drawn by LLVM, 50 MB that no desktop loads; the cairo renderer needs none.
        environment = dict(desktop.environment, GDK_DEBUG='gl-disable')
        if screen.shows_something():
            raise SystemExit('window.py: the screen is not empty at the start')
        start = time.monotonic()
        process = subprocess.Popen([program, '--data', folder, '--port', '0'], env=environment,
                                   stderr=subprocess.DEVNULL)
        try:
            while not screen.shows_something():
                if time.monotonic() - start > PATIENCE_S or process.poll() is not None:
                    raise SystemExit('window.py: the window never came')
                time.sleep(0.001)
            took_ms = (time.monotonic() - start) * 1000
            time.sleep(settle_s)
            return took_ms, read_rss(process.pid)
        finally:
            stop(process)


def measure(program, make_folder):
    """Medians; the first start reads the program from the disk and does not count."""
    times, sizes = [], []
    for i in range(ROUNDS + 1):
        with tempfile.TemporaryDirectory(prefix='sb-bench-') as top:
            folder = os.path.join(top, 'data')
            make_folder(folder)
            took_ms, kib = start_once(program, folder, SETTLE_S if i == ROUNDS else 0.5)
            if i > 0:
                times.append(took_ms)
            sizes.append(kib)
    return statistics.median(times), sizes[-1]


def main():
    build, out = sys.argv[1:]
    program = os.path.join(build, 'src', 'app', 'signalbox')
    history = os.path.join(build, f'history-{RUNS}')
    figures = {}
    if os.path.exists(out):
        with open(out, encoding='utf-8') as file:
            figures = json.load(file)
    if not os.path.exists(history):
        subprocess.run([os.path.join(build, 'tests', 'bench', 'bench-history'), '--runs', str(RUNS), history + '.new'],
                       check=True, stdout=subprocess.DEVNULL)
        os.rename(history + '.new', history)
    os.environ['GSETTINGS_SCHEMA_DIR'] = os.path.join(os.path.abspath(build), 'data')
    try:
        for name, make_folder in (('empty', os.mkdir), ('history', lambda folder: shutil.copytree(history, folder))):
            start_ms, kib = measure(program, make_folder)
            for key, value in ((f'window_start_{name}_ms', round(start_ms)), (f'window_{name}_rss_kib', kib)):
                figures[key] = value
                print(f'{key:26} {value}', flush=True)
    except (Skip, FileNotFoundError) as reason:
        print(f'The window was not measured: {reason}')
    with open(out, 'w', encoding='utf-8') as file:
        json.dump(figures, file, indent=2)
        file.write('\n')


main()
