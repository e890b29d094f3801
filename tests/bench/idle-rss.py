#!/usr/bin/python3
# idle-rss.py
#
# Copyright 2026 The Signalbox authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Memory of "signalboxctl serve" in an empty data folder, two seconds after it was ready, into the
figures of the benches."""

import json
import os
import signal
import subprocess
import sys
import tempfile
import time


def measure(program):
    with tempfile.TemporaryDirectory(prefix='sb-bench-') as folder:
        credentials = os.path.join(folder, 'credentials')
        os.mkdir(credentials, 0o700)
        process = subprocess.Popen([program, 'serve', '--data', os.path.join(folder, 'data'), '--port', '0',
                                    '--credentials', credentials], stdout=subprocess.PIPE, text=True)
        try:
            json.loads(process.stdout.readline())
            time.sleep(2)
            with open(f'/proc/{process.pid}/status', encoding='ascii') as status:
                lines = dict(line.split(':', 1) for line in status)
            return int(lines['VmRSS'].split()[0])
        finally:
            process.send_signal(signal.SIGTERM)
            process.communicate(timeout=30)


def main():
    program, out = sys.argv[1:]
    kib = measure(program)
    print(f'{"idle_rss_kib":20} {kib}')
    figures = {}
    if os.path.exists(out):
        with open(out, encoding='utf-8') as file:
            figures = json.load(file)
    figures['idle_rss_kib'] = kib
    with open(out, 'w', encoding='utf-8') as file:
        json.dump(figures, file, indent=2)
        file.write('\n')


main()
