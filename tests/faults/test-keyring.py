#!/usr/bin/python3
# test-keyring.py
#
# Copyright 2026 The Signalbox authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A keyring that is slow, goes away in the middle, is locked, lost what it kept or holds garbage.

Runs wait, with words that say for what; none fails, nothing is sent without its key, and all go on when the keyring does.
The keyring is fake-keyring.py, on a bus of its own; a real gnome-keyring is tested in tests/run.
"""

import os
import subprocess
import sys
import time
import unittest

import faults
from world import Vendor, World, action, answer, side_by_side

import ctl

sys.path.insert(0, os.path.join(os.environ["G_TEST_SRCDIR"], "run"))
from keyring_bus import Bus, find_missing  # noqa: E402

SECRET = "s3cret-in-the-keyring"
PYTHON = "/usr/bin/python3"


def with_key(vendor, line, request):
    """Keeps what came as the key."""
    vendor.keys.append(next((field.split(": ", 1)[1] for field in request.head.split("\r\n")
                             if field.lower().startswith("authorization")), None))
    line.sendall(answer(vendor.work(request)))
    return True


class Test(World):
    def setUp(self):
        super().setUp()
        missing = find_missing()
        if missing is not None:
            self.skipTest(f"{missing} is not installed")
        if subprocess.run([PYTHON, "-c", "import gi.repository.Gio"], capture_output=True).returncode != 0:
            self.skipTest("python3-gi is not installed")
        bus_home = os.path.join(self.home, "bus")
        os.mkdir(bus_home)
        self.bus = Bus(bus_home)
        self.addCleanup(self.bus.close)
        self.environment["DBUS_SESSION_BUS_ADDRESS"] = self.bus.env["DBUS_SESSION_BUS_ADDRESS"]
        for name in ("SECRET_BACKEND", "DISPLAY", "WAYLAND_DISPLAY"):
            self.environment.pop(name, None)
        self.keyring = subprocess.Popen([PYTHON, os.path.join(os.path.dirname(__file__), "fake-keyring.py")],
                                        env=self.environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.addCleanup(self.end_keyring)
        self.keep("plain")
        self.vendor = Vendor({"shop": with_key})
        self.vendor.keys = []
        self.addCleanup(self.vendor.close)
        for name, connector, setting in (("shop", "vendor", "address=" + self.vendor.address("shop")),
                                         ("bell", "webhook", "scheme=path")):
            self.ctl("connections", "add", "--connector", connector, "--name", name, "--environment", "production",
                     "--set", setting, check=0)
        self.set_secret("shop")
        self.serve()
        self.add_flow("flow", [action("once", "shop")])

    def trigger(self):
        return {"type": "webhook", "connector": "webhook", "trigger": "event-received", "connection": "bell"}

    def end_keyring(self):
        self.keyring.stdin.close()
        self.keyring.wait(30)
        self.keyring.stdout.close()

    def set_secret(self, name, status=0):
        return self.ctl("connections", "set-secret", name, "--secret", "token", given=SECRET + "\n", check=status)

    def keep(self, command):
        """Tells the keyring how to behave."""
        self.keyring.stdin.write(command + "\n")
        self.keyring.stdin.flush()
        self.assertEqual(self.keyring.stdout.readline(), "ok\n")

    def serve(self):
        self.hang_up()
        # libsecret 0.20.5 forgets what came of a dialog that was closed: 96 bytes, never given back.
        prompts = self._testMethodName in ("test_dismissed", "test_locked_later")
        self.engine = self.start("serve", "--port", "0", environment=self.without_leak_check() if prompts else None)

    def again(self, command):
        """The engine starts anew, with a keyring that behaves so."""
        self.hang_up()
        self.end(self.engine)
        self.keep(command)
        self.serve()

    def wait_for_state(self, wanted, words=None, patience=60):
        deadline = time.monotonic() + patience
        while True:
            states = {run["state"] for run in self.runs("flow")}
            self.assertLessEqual(states, {"ready", "running", "waiting", "blocked", "done"}, self.runs("flow"))
            if states == {wanted}:
                break
            self.assertLess(time.monotonic(), deadline, self.runs("flow"))
            time.sleep(0.1)
        if words:
            self.assertIn(words, self.runs("flow")[0]["problem"])
            shown = self.ctl("runs", "show", str(self.runs("flow")[0]["id"]), check=0).out
            self.assertIn(words, " ".join(shown.split()))

    def check_waiting(self, words):
        """The run waits, is not given up, and nothing was sent."""
        self.wait_for_state("blocked", words)
        time.sleep(6)  # longer than until the keyring is asked again
        self.wait_for_state("blocked", words)
        self.assertEqual(self.vendor.keys, [])

    def finish(self):
        self.wait_for_state("done", patience=90)
        self.assertEqual(self.vendor.keys, ["Bearer " + SECRET] * len(self.runs("flow")))
        self.assertEqual(len(self.vendor.done["shop", "once"]), len(self.runs("flow")))
        errors = self.engine
        self.hang_up()
        self.end(errors)
        self.assertNotIn(SECRET, repr(errors))
        self.check_store()
        for folder, _, names in os.walk(self.folder):
            for name in names:
                with open(os.path.join(folder, name), "rb") as file:
                    self.assertNotIn(SECRET.encode(), file.read(), name)

    def test_locked_at_start(self):
        self.again("lock")
        self.ring("flow", 1)
        self.check_waiting("keyring is locked")
        self.keep("unlock")
        self.finish()

    def test_locked_later(self):
        """What the engine has read serves on, and a new key cannot be put away until the keyring is open."""
        self.ring("flow", 1)
        self.wait_for_state("done")
        self.keep("lock")
        self.ring("flow", 2)
        self.wait_for_state("done")
        self.assertIn("locked", self.set_secret("shop", status=None).err)
        self.ring("flow", 3)
        self.finish()

    def test_dismissed(self):
        """The owner closes the dialog of the keyring: said in words, nothing lost, nothing kept in plain text."""
        self.keep("lock")
        result = self.set_secret("shop", status=None)
        self.assertNotEqual(result.status, 0)
        self.assertIn("keyring is locked", result.err)
        self.keep("unlock")
        self.ring("flow", 1)
        self.finish()

    def test_slow(self):
        """Each answer takes its time, but comes: the engine hears bells meanwhile, and goes on by itself."""
        self.again("slow 4")
        self.ring("flow", 1)
        self.wait_for_state("blocked", "keyring")
        self.finish()

    @unittest.skipUnless(faults.LONG, "in the long form")
    def test_too_slow(self):
        """Each answer takes thirty seconds: longer than a call on the bus waits by itself."""
        self.again("slow 30")
        self.ring("flow", 1)
        self.wait_for_state("blocked", "keyring", patience=120)
        self.assertEqual(self.vendor.keys, [])
        time.sleep(60)
        self.wait_for_state("blocked", "keyring")
        self.keep("slow 0")
        self.finish()

    def test_gone_midway(self):
        """The keyring leaves the bus while it is being asked, and comes back."""
        self.again("slow 3")
        self.ring("flow", 1)
        self.keep("gone")
        self.check_waiting("keyring")
        self.keep("slow 0")
        self.keep("back")
        self.finish()

    def test_deleted(self):
        self.again("forget")
        self.ring("flow", 1)
        self.check_waiting("is not ready")
        self.set_secret("shop")
        self.finish()

    def check_garbage(self, garbage):
        self.again("garbage " + garbage)
        self.ring("flow", 1)
        self.check_waiting("is not ready")
        self.keep("plain")
        self.set_secret("shop")
        self.finish()

    def test_garbage(self):
        self.check_garbage(r"\xff\xfe\x00\x01")

    def test_empty(self):
        self.check_garbage("")

    def test_header_in_a_key(self):
        """A key that would add a header of its own is no key: the account waits for a good one."""
        self.check_garbage(r"key\r\nX-Evil: 1")


if __name__ == "__main__":
    side_by_side(Test)
