#!/usr/bin/python3
# test-timing.py
#
# Copyright 2026 The Signalbox authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""How much work a wrong proof causes does not tell how much of it was right.

A signature wrong in its first character and one wrong in its last one are judged with the same number of
instructions, counted by callgrind: no clock, so nothing that a busy machine could spoil.
"""

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

PROBE = sys.argv.pop(1)
PLACES = (0, 50, 100)
SCHEMES = ("shopify", "stripe", "quickbooks", "square", "slack", "webhook:standard", "webhook:hmac", "basic")

BASIC = {"format": 1, "id": "basic", "name": "Basic", "kind": "web", "about": "Signs in as browsers do.",
         "settings": [{"key": "user", "label": "User", "required": True, "sample": "warehouse"},
                      {"key": "password", "label": "Password", "secret": True, "required": True,
                       "sample": "correct horse battery staple"}],
         "webhook": {"scheme": "basic", "user": "user", "password": "password"},
         "event": {"id": [{"hash": ["body"]}]},
         "triggers": [{"id": "rung", "label": "it is rung", "record": "Event", "samples": [{"id": 1}]}]}


def count(scheme, place):
    with tempfile.TemporaryDirectory(prefix="signalbox-timing-") as folder:
        os.mkdir(f"{folder}/connectors")
        with open(f"{folder}/connectors/basic.json", "w", encoding="utf-8") as file:
            json.dump(BASIC, file)
        done = subprocess.run(
            ["valgrind", "--tool=callgrind", "--toggle-collect=measured", "--collect-atstart=no",
             f"--callgrind-out-file={folder}/out", PROBE, scheme, str(place), folder],
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=120)
        if done.returncode != 0:
            raise AssertionError(done.stdout)
        with open(f"{folder}/out", encoding="utf-8") as out:
            return int(re.search(r"^(?:summary|totals): (\d+)", out.read(), re.M).group(1))


class Timing(unittest.TestCase):
    def test_the_place_of_a_mistake_is_not_told(self):
        for scheme in SCHEMES:
            with self.subTest(scheme):
                counts = [count(scheme, place) for place in PLACES]
                self.assertGreater(counts[0], 1000)
                self.assertEqual(counts, [counts[0]] * len(counts))


if __name__ == "__main__":
    if shutil.which("valgrind") is None or "ASAN_OPTIONS" in os.environ:
        print("valgrind is not here, or cannot run a sanitized build: nothing was counted")
        sys.exit(77)
    unittest.main(verbosity=2)
