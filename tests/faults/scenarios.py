# scenarios.py
#
# Copyright 2026 The Signalbox authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What happens around a crash point: how the process is brought to pass it, and what must hold afterwards.

A scenario takes a rig of its own (a copy of a prepared folder) and the point at which the process dies. `prefix` makes
the references of its orders its own, because all rigs share one stand-in.
"""

import json
import os
import signal
import subprocess

import ctl
import faults


# --- bells ---------------------------------------------------------------------------------------

def recover(rig, crash_again=None, **judging):
    """The next start, and whatever the vendor rings again; then everything is judged."""
    if crash_again:
        rig.serve_until(crash_again)
        rig.wait_for(f"the crash at {crash_again}", lambda: not rig.serving.is_alive())
        rig.must_have_crashed(crash_again)
    rig.serve_until()
    rig.ring_until_heard()
    rig.settle()
    rig.judge(**judging)
    rig.stop()
    rig.check_database()


def ring_until_dead(rig, point, number=3, **more):
    """Orders come in, one after the other, until the process dies."""
    for index in range(number):
        if not rig.ring(f"{rig.prefix}-{index}", **more):
            break
        rig.wait_for("the run or the crash", lambda: not rig.serving.is_alive() or rig.asked_for("looked", index))
    rig.wait_for(f"the crash at {point}", lambda: not rig.serving.is_alive())
    rig.must_have_crashed(point)


def bells(rig, point, crash_again=None):
    rig.serve_until(point)
    ring_until_dead(rig, point)
    recover(rig, crash_again)


def many_bells(rig, point):
    rig.serve_until(point)
    ring_until_dead(rig, point, number=20)
    recover(rig)


def retries(rig, point):
    """The vendor is not there at first."""
    rig.stand_in.fault("keyed", f"{rig.prefix}-0", 503)
    bells(rig, point)


def trouble(rig, point):
    """The vendor does not know the key any more; after the restart it does."""
    rig.stand_in.fault("keyed", f"{rig.prefix}-0", 401)
    bells(rig, point)


def refusal(rig, point):
    """The vendor will never take it: the run ends in the inbox, before the crash or after it."""
    rig.stand_in.fault("keyed", f"{rig.prefix}-0", *[400] * 9)
    bells(rig, point)
    self_made = rig.stand_in.work["keyed", f"{rig.prefix}-0"]
    rig.assertEqual(self_made, 0)


def unknown(rig, point):
    """The vendor buys a label and hangs up: nobody may buy a second one."""
    rig.stand_in.fault("once", f"{rig.prefix}-0", "hang-up")
    bells(rig, point)
    rig.assertEqual(rig.stand_in.asked["once", f"{rig.prefix}-0"], 1)


def check(rig, point):
    """The vendor adds a note and hangs up: looking tells that it was done."""
    rig.stand_in.fault("looked", f"{rig.prefix}-0", "hang-up")
    bells(rig, point)


def recovery(rig, point):
    """Dies with a label on the way, then at @point while it starts again."""
    rig.serve_until("answer-read:2")
    ring_until_dead(rig, "answer-read:2")
    recover(rig, point)
    rig.assertEqual(rig.stand_in.asked["once", f"{rig.prefix}-0"], 1)


def backlog(rig, point):
    """Three events wait, with nothing in memory that knows of them."""
    rig.serve_until()
    rig.ctl("flows", "pause", faults.FLOW, check=0)
    for index in range(3):
        rig.assertTrue(rig.ring(f"{rig.prefix}-{index}"))
    rig.stop()
    rig.ctl("flows", "resume", faults.FLOW, check=0)
    rig.serve_until(point)
    rig.wait_for(f"the crash at {point}", lambda: not rig.serving.is_alive())
    rig.must_have_crashed(point)
    recover(rig)


def stopping(rig, point):
    """SIGTERM while a request is on the way."""
    rig.stand_in.fault("keyed", f"{rig.prefix}-0", "slow")
    rig.serve_until(point)
    rig.assertTrue(rig.ring(f"{rig.prefix}-0"))
    rig.wait_for("the request", lambda: rig.asked_for("keyed", 0))
    rig.serving.process.send_signal(signal.SIGTERM)
    rig.must_have_crashed(point)
    recover(rig)


def checkpoint(rig, point):
    """So much comes in that the log is moved into the database."""
    rig.serve_until(point)
    for index in range(400):
        if not rig.ring(f"{rig.prefix}-{index}", note="x" * 60000):
            break
    rig.wait_for(f"the crash at {point}", lambda: not rig.serving.is_alive())
    rig.must_have_crashed(point)
    recover(rig)


# --- commands ------------------------------------------------------------------------------------

def crash_in_command(rig, point, *words, given=None):
    """Gives a command to a server that dies of it: the caller hears of it in words."""
    rig.serve_until(point)
    done = rig.ctl(*words, given=given)
    rig.assertNotEqual(done.status, 0, done)
    rig.assertIn("signalboxctl: ", done.err)
    rig.must_have_crashed(point)
    rig.serve_until()


def finish(rig, **judging):
    rig.ring_until_heard()
    rig.settle()
    rig.judge(**judging)
    rig.stop()
    rig.check_database()


def on_record(rig, what, subject):
    """How often the audit log says so; call it while nobody has the store open."""
    return rig.query("SELECT count (*) FROM audit WHERE what = ? AND subject = ?", what, subject)[0][0]


def pause(rig, point):
    crash_in_command(rig, point, "flows", "pause", faults.FLOW)
    paused = rig.ask("flows", "show", faults.FLOW)["state"] == "paused"
    rig.stop()
    rig.assertEqual(on_record(rig, "flow-paused", faults.FLOW), paused)
    rig.serve_until()
    rig.ctl("flows", "pause", faults.FLOW, check=0)
    rig.assertTrue(rig.ring(f"{rig.prefix}-0"))
    rig.assertEqual(rig.ask("flows", "show", faults.FLOW)["held"], 1)
    rig.ctl("flows", "resume", faults.FLOW, check=0)
    finish(rig)


def resume(rig, point):
    rig.serve_until()
    rig.ctl("flows", "pause", faults.FLOW, check=0)
    for index in range(2):
        rig.assertTrue(rig.ring(f"{rig.prefix}-{index}"))
    rig.stop()
    crash_in_command(rig, point, "flows", "resume", faults.FLOW)
    rig.ctl("flows", "resume", faults.FLOW, check=0)
    rig.assertEqual(rig.ask("flows", "show", faults.FLOW)["held"], 0)
    finish(rig)


def publish(rig, point):
    crash_in_command(rig, point, "flows", "publish", faults.FLOW, "--override", "again")
    version = rig.ask("flows", "show", faults.FLOW)["live_version"]
    rig.assertIn(version, (1, 2))
    rig.stop()
    rig.assertEqual(on_record(rig, "flow-published", faults.FLOW), version)
    rig.serve_until()
    rig.assertTrue(rig.ring(f"{rig.prefix}-0"))
    finish(rig)


def roll_back(rig, point):
    rig.ctl("flows", "publish", faults.FLOW, "--override", "again", check=0)
    crash_in_command(rig, point, "flows", "rollback", faults.FLOW, "1")
    gone_back = rig.ask("flows", "show", faults.FLOW)["live_version"] == 1
    rig.stop()
    rig.assertEqual(on_record(rig, "flow-rolled-back", faults.FLOW), gone_back)
    rig.serve_until()
    rig.ctl("flows", "rollback", faults.FLOW, "1", check=0)
    rig.assertEqual(rig.ask("flows", "show", faults.FLOW)["live_version"], 1)
    rig.assertTrue(rig.ring(f"{rig.prefix}-0"))
    finish(rig)


def remove(rig, point):
    rig.ctl("flows", "pause", faults.FLOW, check=0)
    crash_in_command(rig, point, "flows", "remove", faults.FLOW)
    gone = not rig.ask("flows", "list")
    rig.stop()
    rig.assertEqual(on_record(rig, "flow-removed", faults.FLOW), gone)
    if not gone:
        rig.ctl("flows", "remove", faults.FLOW, check=0)
    rig.assertEqual(rig.ask("flows", "list"), [])
    rig.check_database()


def replay(rig, point):
    rig.serve_until()
    rig.assertTrue(rig.ring(f"{rig.prefix}-0"))
    rig.settle()
    rig.stop()
    crash_in_command(rig, point, "events", "replay", "1")
    rig.settle()
    runs = len(rig.runs())
    rig.assertIn(runs, (1, 2))
    rig.assertEqual(rig.stand_in.work["once", f"{rig.prefix}-0"], runs)
    rig.stop()
    rig.assertEqual(on_record(rig, "event-replayed", "1"), runs - 1)
    rig.check_database()


def draft(rig, point):
    document = dict(faults.order_flow(), id="second", name="Second")
    crash_in_command(rig, point, "flows", "import", rig.write("second.json", document))
    known = [flow["id"] for flow in rig.ask("flows", "list")]
    rig.assertIn(known, ([faults.FLOW], ["second", faults.FLOW], [faults.FLOW, "second"]))
    if len(known) == 1:
        rig.ask("flows", "import", rig.write("second.json", document))
    rig.assertEqual(len(rig.ask("flows", "list")), 2)
    finish(rig)


def connection(rig, point):
    words = ("connections", "add", "--connector", "vendor", "--name", "Other", "--environment", "sandbox",
             "--set", "address=" + rig.stand_in.url())
    crash_in_command(rig, point, *words)
    there = len(rig.ask("connections", "list")) - 1
    rig.stop()
    rig.assertEqual(on_record(rig, "connection-added", "other"), there)
    rig.serve_until()
    if not there:
        rig.ask(*words)
    rig.assertEqual([one["id"] for one in rig.ask("connections", "list")], ["vendor", "other"])
    rig.assertTrue(rig.ring(f"{rig.prefix}-0"))
    finish(rig)


def secret(rig, point):
    words = ("connections", "set-secret", "vendor", "--secret", "token")
    crash_in_command(rig, point, *words, given="another\n")
    secrets = rig.ask("connections", "list")[0]["secrets"]
    rig.assertEqual([one["set"] for one in secrets], [True])
    rig.ctl(*words, given="another\n", check=0)
    rig.assertTrue(rig.ring(f"{rig.prefix}-0"))
    finish(rig)


def secret_removal(rig, point):
    words = ("connections", "remove", "vendor", "--force")
    crash_in_command(rig, point, *words)
    listed = rig.ask("connections", "list")
    rig.stop()
    rig.assertEqual(on_record(rig, "connection-removed", "vendor"), not listed)
    rig.serve_until()
    if listed:
        # The account is still listed, and says that it has no key: nothing of it is left where nobody looks.
        rig.assertEqual([one["set"] for one in rig.ask("connections", "list")[0]["secrets"]], [False])
        rig.ctl(*words, check=0)
    rig.assertEqual(rig.ask("connections", "list"), [])
    rig.stop()
    rig.check_database()


def setting(rig, point):
    crash_in_command(rig, point, "settings", "set", "retention_days", "30")
    changed = rig.setting("retention_days") == 30
    rig.assertIn(rig.setting("retention_days"), (30, 90))
    rig.stop()
    rig.assertEqual(on_record(rig, "setting-changed", "retention_days"), changed)
    rig.serve_until()
    rig.ctl("settings", "set", "retention_days", "30", check=0)
    rig.assertEqual(rig.setting("retention_days"), 30)
    rig.stop()
    rig.check_database()


def pilot(rig, point):
    records = rig.write("records.json", [{"id": str(number), "name": f"#{number}", "ref": f"{rig.prefix}-{number}"}
                                         for number in range(10)])
    words = ("pilot", faults.FLOW, "--mode", "preview", "--records", records)
    crash_in_command(rig, point, *words)
    rig.ctl(*words, "--json")
    rig.stop()
    kept = rig.query("SELECT count (*) FROM pilots")[0][0]
    rig.assertIn(kept, (1, 2))
    rig.check_database()


def resolve(rig, point):
    """A person says of a label whose purchase nobody knows: it was done."""
    reference = f"{rig.prefix}-0"
    rig.stand_in.fault("once", reference, "hang-up")
    rig.serve_until()
    rig.assertTrue(rig.ring(reference))
    rig.wait_for("the inbox", lambda: rig.ask("inbox"))
    rig.stop()
    words = ("runs", "resolve", "1", "--as", "done")
    crash_in_command(rig, point, *words)
    rig.settle()
    still_open = bool(rig.ask("inbox"))
    rig.stop()
    rig.assertEqual(on_record(rig, "run-resolved", "1"), not still_open)
    rig.serve_until()
    if still_open:
        rig.ctl(*words, check=0)
    rig.settle()
    rig.assertEqual(rig.runs()[0]["state"], "done")
    finish(rig, by_hand=(reference,))


# --- the folder ----------------------------------------------------------------------------------

def first_start(rig, point):
    """The very first command of a folder dies; the next one finds nothing in its way."""
    path = rig.write("flow.json", dict(ctl.order_flow(), id="first"))
    words = ("flows", "import", path, "--data", rig.folder)
    done = subprocess.run([ctl.PROGRAM, *words], stderr=subprocess.PIPE, text=True, timeout=ctl.PATIENCE,
                          env=dict(rig.environment, SIGNALBOX_CRASH_AT=point))
    rig.assertEqual(done.returncode, -signal.SIGKILL, f"{point}: {done.stderr}")
    rig.assertIn(f"crash point {point.split(':')[0]}\n", done.stderr)
    if not rig.ask("flows", "list"):
        rig.ask("flows", "import", path)
    rig.assertEqual([flow["id"] for flow in rig.ask("flows", "list")], ["first"])
    rig.assertEqual(os.stat(rig.folder).st_mode & 0o777, 0o700)
    rig.check_database()


def retention(rig, point):
    """Old runs are removed in slices, and it dies between or within them."""
    rig.serve_until()
    for index in range(4):
        rig.assertTrue(rig.ring(f"{rig.prefix}-{index}"))
    rig.settle()
    rig.stand_in.fault("keyed", f"{rig.prefix}-open", *[400] * 9)
    rig.assertTrue(rig.ring(f"{rig.prefix}-open"))
    rig.settle()
    rig.stop()
    program = os.environ["SIGNALBOX_FAULTS_STORE_HOST"]
    done = subprocess.run([program, rig.folder], env=dict(rig.environment, SIGNALBOX_CRASH_AT=point),
                          stderr=subprocess.PIPE, text=True, timeout=ctl.PATIENCE)
    rig.assertEqual(done.returncode, -signal.SIGKILL, done.stderr)
    rig.check_database()
    subprocess.run([program, rig.folder], env=rig.environment, check=True, stdout=subprocess.DEVNULL,
                   timeout=ctl.PATIENCE)
    # What a person still has to see stays, and an order that was done is not done again because its run is gone.
    rig.assertEqual([run["label"] for run in rig.runs()], [f"Order #{rig.prefix}-open"])
    rig.serve_until()
    rig.assertTrue(rig.ring(f"{rig.prefix}-0"))
    rig.settle()
    rig.assertEqual(rig.stand_in.work["once", f"{rig.prefix}-0"], 1)
    rig.stop()
    rig.check_database()
