# run-with-display.py
#
# Copyright 2026 The Signalbox authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Runs a program on a display and a bus of its own; GTK's warnings end it."""

import os
import subprocess
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from harness import Desktop, Skip   # noqa: E402

try:
    with Desktop() as desktop:
        environment = dict(desktop.environment, GTK_A11Y='test', G_DEBUG='fatal-warnings')
        sys.exit(subprocess.run(sys.argv[1:], env=environment, check=False).returncode)
except Skip as reason:
    print(f'1..0 # SKIP {reason}')
