#!/usr/bin/python3
# test-no-crash-points.py
#
# Copyright 2026 The Signalbox authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A build for use holds no crash point: neither a name nor the code that would look for one."""

import os
import re
import unittest

import faults
import ctl

SOURCES = os.path.join(os.environ["G_TEST_SRCDIR"], "..", "src")
MACHINERY = [b"SIGNALBOX_CRASH_AT", b"sb_fault_pass", b"sb_fault_points"]


def names_in_sources():
    names = set()
    for folder, _, files in os.walk(SOURCES):
        for name in files:
            if name.endswith(".c"):
                with open(os.path.join(folder, name), encoding="utf-8") as file:
                    names.update(re.findall(r'SB_CRASH_(?:POINT \(|ON_SIGNAL \([a-z]+, "[a-z-]+", )"([^"]+)"\)', file.read()))
    return names


def programs():
    window = os.path.join(os.path.dirname(ctl.PROGRAM), "..", "app", "signalbox")
    return [path for path in (ctl.PROGRAM, window) if os.path.exists(path)]


class NoCrashPoints(unittest.TestCase):
    def test_programs(self):
        names = names_in_sources()
        self.assertTrue(names)
        for path in programs():
            with open(path, "rb") as file:
                content = file.read()
            # The linker keeps a string that another one ends with only once, within that one.
            found = [name for name in names if name.encode() + b"\0" in content]
            machinery = [text for text in MACHINERY if text in content]
            if faults.FAULT_BUILD:
                self.assertEqual(sorted(found), sorted(names), path)
                self.assertEqual(machinery, MACHINERY, path)
            else:
                self.assertEqual((found, machinery), ([], []), path)


if __name__ == "__main__":
    ctl.main()
