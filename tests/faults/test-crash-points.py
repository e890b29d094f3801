#!/usr/bin/python3
# test-crash-points.py
#
# Copyright 2026 The Signalbox authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The process dies at every crash point; what is there afterwards is judged."""

import os
import signal
import subprocess

import faults
import ctl


class CrashPoints(ctl.Case):
    def crash(self, point, *words):
        done = subprocess.run([ctl.PROGRAM, *words, "--data", self.folder], stderr=subprocess.PIPE, text=True,
                              env=dict(self.environment, SIGNALBOX_CRASH_AT=point), timeout=ctl.PATIENCE)
        self.assertEqual(done.returncode, -signal.SIGKILL, done.stderr)
        self.assertIn(f"crash point {point.split(':')[0]}\n", done.stderr)

    def test_writer(self):
        path = self.write("flow.json", ctl.order_flow())
        self.crash("writer-before-commit:1", "flows", "import", path)
        self.assertEqual(self.ask("flows", "list"), [])
        self.crash("writer-after-commit:1", "flows", "import", path)
        self.assertEqual(len(self.ask("flows", "list")), 1)
        self.assertTrue(os.path.exists(self.folder))

    def test_names(self):
        self.assertIn("writer-before-commit", faults.crash_points())


if __name__ == "__main__":
    ctl.main()
