# faults.py
#
# Copyright 2026 The Signalbox authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the fault tests share, on top of what tests/ctl/ctl.py gives.

A test imports this module before ctl: it puts the folder of ctl.py on the path.
"""

import collections
import contextlib
import http.client
import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile

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


FLOW = "orders"
ACTIONS = ("keyed", "once", "looked")


def order_flow(delay=None):
    """A flow that asks the stand-in for all three kinds of work. delay: how long to wait in between."""
    steps = [{"id": action, "type": "action", "connector": "vendor", "action": action, "connection": "vendor",
              "fields": {"ref": "{{trigger.ref}}"}} for action in ACTIONS]
    if delay:
        steps.insert(1, {"id": "pause", "type": "delay", "duration": delay})
    return {"format": 1, "id": FLOW, "name": "Orders",
            "trigger": {"type": "webhook", "connector": "vendor", "trigger": "order"}, "steps": steps}


class Serving:
    """A `signalboxctl serve` that may die at any moment; its address, where it got that far."""

    def __init__(self, rig, crash_at=None, port=0):
        environment = rig.without_leak_check()  # Some scenarios keep a secret twice.
        if crash_at:
            environment["SIGNALBOX_CRASH_AT"] = crash_at
        self.errors = tempfile.TemporaryFile()
        self.process = subprocess.Popen([ctl.PROGRAM, "serve", "--port", str(port), "--data", rig.folder],
                                        text=True, env=environment, stdout=subprocess.PIPE, stderr=self.errors)
        line = self.process.stdout.readline()
        self.url = json.loads(line)["listening"] if line else None

    def is_alive(self):
        return self.process.poll() is None

    def end(self, number=None):
        """Its exit status and what it said on standard error. number: the signal it is sent."""
        if number is not None and self.is_alive():
            self.process.send_signal(number)
        try:
            status = self.process.wait(ctl.PATIENCE)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            raise AssertionError("it did not end")
        finally:
            self.process.stdout.close()
        self.errors.seek(0)
        said = self.errors.read().decode(errors="replace")
        self.errors.close()
        return status, said


class Rig(ctl.Case):
    """A data folder with a live flow whose work is done by a stand-in, and a vendor that rings until it is heard."""

    stand_in = None
    serving = None

    def runTest(self):
        pass

    def setUp(self):
        super().setUp()
        self.answered = set()
        self.rung = {}
        self.addCleanup(lambda: self.serving and self.serving.is_alive() and self.serving.end(signal.SIGKILL))

    def prepare(self, stand_in, delay=None):
        """Makes the folder: connector, account with its secret, live flow."""
        self.stand_in = stand_in
        os.makedirs(os.path.join(self.folder, "connectors"), 0o700)
        shutil.copy(os.path.join(os.environ["G_TEST_SRCDIR"], "run", "vendor.json"),
                    os.path.join(self.folder, "connectors"))
        self.ask("connections", "add", "--connector", "vendor", "--name", "Vendor", "--environment", "production",
                 "--set", "address=" + stand_in.url())
        self.ctl("connections", "set-secret", "vendor", "--secret", "token", given="secret\n", check=0)
        self.ask("flows", "import", self.write("flow.json", order_flow(delay)))
        self.ctl("flows", "publish", FLOW, "--override", "the fault suite", check=0)
        self.path = "/in/" + self.ask("flows", "show", FLOW)["url"].rsplit("/", 1)[1]

    def copy_of(self, other):
        """Takes a copy of another rig's folder and keyring, as both are on the disk."""
        self.stand_in = other.stand_in
        self.path = getattr(other, "path", None)
        self.answered = set(other.answered)
        self.rung = dict(other.rung)
        shutil.copytree(other.home, self.home, dirs_exist_ok=True, ignore=shutil.ignore_patterns("control.sock"))

    def serve_until(self, crash_at=None, port=0):
        """Starts the server, on a port of its own or on @port."""
        self.serving = Serving(self, crash_at, port)
        if not crash_at:
            self.assertTrue(self.serving.url, self.serving.is_alive() or self.serving.end())
        return self.serving

    def must_have_crashed(self, point):
        """It died where it was told to, and of nothing else."""
        status, said = self.serving.end()
        self.assertEqual(status, -signal.SIGKILL, f"{point}: {said}")
        self.assertIn(f"crash point {point.split(':')[0]}\n", said)

    def ring(self, reference, **more):
        """Rings the bell once, as the vendor would; whether it was answered 200."""
        self.rung[reference] = more
        body = json.dumps(dict({"id": reference, "name": "#" + reference, "ref": reference}, **more)).encode()
        try:
            status, _ = ctl.request("POST", self.serving.url + self.path, body, {"Content-Type": "application/json"})
        except (OSError, http.client.HTTPException, TypeError):
            return False
        self.assertIn(status, (200, 503), reference)
        if status == 200:
            self.answered.add(reference)
        return status == 200

    def ring_until_heard(self):
        """Every bell that was not answered rings again."""
        for reference, more in self.rung.items():
            if reference not in self.answered:
                self.wait_for(f"an answer for {reference}", lambda: self.ring(reference, **more))

    def runs(self):
        return self.ask("runs", "list", "--limit", "1000")

    def settle(self):
        """Waits until no run goes on by itself; what waits for a retry is tried at once."""
        def at_rest():
            runs = self.runs()
            for run in runs:
                if run["state"] == "waiting" and run["problem"]:
                    self.ctl("runs", "retry", str(run["id"]))
            return all(run["state"] in ("done", "inbox", "stopped", "dropped") for run in runs)

        self.wait_for("all runs to end", at_rest)

    def stop(self):
        status, said = self.serving.end(signal.SIGTERM)
        self.assertEqual(status, 0, said)

    def check_database(self):
        """The store is whole; call it while nobody has it open."""
        self.assertEqual(self.query("PRAGMA integrity_check"), [("ok",)])
        self.assertEqual(self.query("SELECT flow, what, n FROM counts WHERE n < 0"), [])

    def query(self, sql, *arguments):
        """Asks the database itself; call it while nobody has it open."""
        with contextlib.closing(sqlite3.connect(os.path.join(self.folder, "signalbox.db"))) as database:
            return database.execute(sql, arguments).fetchall()

    def change(self, sql):
        """Changes the database itself; call it while nobody has it open."""
        with contextlib.closing(sqlite3.connect(os.path.join(self.folder, "signalbox.db"))) as database:
            with database:
                database.execute(sql)

    def judge(self, by_hand=()):
        """What must hold in the end. by_hand: references of which a person said that a step was done."""
        events = self.ask("events", "list", "--limit", "1000")
        ids = collections.Counter(event["event_id"] for event in events)
        self.assertEqual({name: ids[name] for name in self.answered}, {name: 1 for name in self.answered})
        by_name = collections.defaultdict(list)
        for run in self.runs():
            by_name[run["label"].split("#", 1)[1]].append(run)
        for reference in self.rung:
            self.assertEqual(len(by_name[reference]), 1, f"{reference}: {by_name[reference]}")
            self.judge_run(by_name[reference][0], reference, reference in by_hand)

    def judge_run(self, run, reference, by_hand):
        work = {action: self.stand_in.work[action, reference] for action in ACTIONS}
        said = f"{run}: {work}"
        for action in ACTIONS:
            self.assertLessEqual(work[action], 1, said)
            self.assertLessEqual(len(self.stand_in.keys[action, reference]), 1, said)
        shown = self.ctl("runs", "show", str(run["id"]), check=0).out
        self.assertIn("#" + reference, shown)
        if run["state"] == "done":
            if not by_hand:
                self.assertEqual(work, {action: 1 for action in ACTIONS}, said)
            return
        self.assertEqual(run["state"], "inbox", said)
        self.assertTrue(run["problem"], said)
        # A person reads the reason where the run is shown, and what to do.
        self.assertIn(run["problem"].split("\n")[0][:60], shown)
        if run["unknown"]:
            self.assertEqual(run["step"], "once", said)
            self.assertIn("say so here", run["problem"])
