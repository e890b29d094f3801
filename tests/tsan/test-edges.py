#!/usr/bin/env python3
# test-edges.py
#
# Copyright 2026 The Signalbox authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""ThreadSanitizer as we build with it says nothing about what is handed over well, and reports each thing
handed over badly: edges.c plays both, each many times, since a false report could come now and then."""

import os
import subprocess
import sys

program = sys.argv[1]
environment = dict(os.environ)
# Reports are wanted here, on stderr, and not where those of the other tests are gathered.
environment['TSAN_OPTIONS'] = environment.get('TSAN_OPTIONS', '') + ':log_path=stderr:exitcode=66'


def play(name):
    done = subprocess.run([program, name], env=environment, capture_output=True, text=True, timeout=60, check=False)
    return done.returncode, done.stderr


names = subprocess.run([program], env=environment, capture_output=True, text=True, check=True).stdout.split()
print(f'1..{len(names)}')
failed = 0
for number, name in enumerate(names, 1):
    words = ''
    if name.startswith('well'):
        for _ in range(5):
            status, words = play(name)
            good = status == 0 and 'WARNING: ThreadSanitizer' not in words
            if not good:
                break
    else:
        status, words = play(name)
        good = status == 66 and 'WARNING: ThreadSanitizer: data race' in words
    print(f'{"ok" if good else "not ok"} {number} - {name}')
    if not good:
        failed += 1
        print(f'status {status}\n{words}', file=sys.stderr)
sys.exit(1 if failed else 0)
