# faults.py
#
# Copyright 2026 The Signalbox authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the fault tests share, on top of what tests/ctl/ctl.py gives.

A test imports this module before ctl: it puts the folder of ctl.py on the path.
"""

import os
import subprocess
import sys

sys.path.insert(0, os.path.join(os.environ["G_TEST_SRCDIR"], "ctl"))

import ctl  # noqa: E402

# ./dev faults runs the long form; everything else the short one.
LONG = os.environ.get("SIGNALBOX_FAULTS") == "long"
# Whether the programs under test have crash points.
FAULT_BUILD = os.environ.get("SIGNALBOX_FAULT_BUILD") == "1"


def rounds(short, long):
    """How often, in the short form and in the long one."""
    return long if LONG else short


def crash_points(program=None):
    """Every crash point of the program, as it lists them itself."""
    done = subprocess.run([program or ctl.PROGRAM], env=dict(os.environ, SIGNALBOX_CRASH_AT="list"),
                          stdout=subprocess.PIPE, text=True, timeout=30, check=True)
    return sorted(set(done.stdout.split()))
