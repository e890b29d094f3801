#!/usr/bin/python3
# test-time.py
#
# Copyright 2026 The Signalbox authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Clocks that jump, and a computer that sleeps for thirty hours.

A wall clock that is set and a sleep are told apart: in a sleep both the wall clock and the elapsed time go on while the
timers of the process stand still; a clock that is set moves alone. What was overdue must go on within a minute, once.
"""

import base64
import datetime
import hashlib
import hmac
import json
import os
import time

from world import HOUR_US, Vendor, World, action, answer, good, side_by_side

import ctl

DAY_US = 24 * HOUR_US
MINUTE = 60
HOUR_MS = 3600 * 1000
WAIT_A_DAY = {"id": "wait", "type": "delay", "duration": "24 h"}
SECRET = b"practice-signing-secret-32byt"


def until_told(code, headers=""):
    """Says no until it is mended."""
    def behave(vendor, line, request):
        line.sendall(answer({"message": "not now"}, code, headers))
        return True
    return behave


class Test(World):
    def begin(self, behaviour=None, **options):
        self.vendor = Vendor({"shop": behaviour or good})
        self.addCleanup(self.vendor.close)
        self.serve_timed(backoff=HOUR_MS, backoff_max=4 * HOUR_MS, **options)
        self.connect("shop", self.vendor.address("shop"))
        self.add_flow("later", [WAIT_A_DAY, action("once", "shop")])
        self.add_flow("now", [action("keyed", "shop")])

    def wait_within_a_minute(self, what, func):
        deadline = time.monotonic() + MINUTE
        while not func():
            self.assertLess(time.monotonic(), deadline, what)
            time.sleep(0.2)

    def state(self, flow):
        return [run["state"] for run in self.runs(flow)]

    def wait_for_states(self, flow, wanted):
        self.wait_within_a_minute(f"{flow}: {wanted}", lambda: set(self.state(flow)) == {wanted})

    def finish(self):
        for name in (("shop", "once"), ("shop", "keyed")):
            done = self.vendor.done[name]
            self.assertEqual(len(done), len(set(done)), f"{name}: something was done twice")
        self.end(self.engine)
        self.check_store()

    def test_thirty_hours_of_sleep(self):
        """Delays and retries that came due in the night are taken promptly, at the vendor's pace, once."""
        self.begin(until_told(503))
        for ref in range(40):
            self.ring("later", ref)
        for ref in range(3):
            self.ring("now", ref)
        self.wait_for_states("later", "waiting")
        self.wait_for_states("now", "waiting")
        asked = len(self.vendor.asked["shop", "keyed"])
        self.vendor.mended.add("shop")
        self.clock.sleep(30 * HOUR_US)
        self.wait_for_states("now", "done")
        self.wait_for_states("later", "done")
        self.assertEqual(sorted(map(int, self.vendor.done["shop", "once"])), list(range(40)))
        self.assertEqual(len(self.vendor.asked["shop", "once"]), 40)
        self.assertEqual(len(self.vendor.asked["shop", "keyed"]), asked + 3)
        self.assertLessEqual(self.vendor.busiest["shop"], 4)
        self.finish()

    def test_network_that_wakes_late(self):
        """The first try after a sleep fails because there is no network yet: nobody gives up for that."""
        self.begin(until_told(500))
        self.ring("now", 1)
        self.wait_for_states("now", "waiting")
        self.clock.sleep(30 * HOUR_US)
        self.wait_within_a_minute("asked again", lambda: len(self.vendor.asked["shop", "keyed"]) == 2)
        self.wait_for_states("now", "waiting")
        self.vendor.mended.add("shop")
        self.clock.sleep(5 * HOUR_US)
        self.wait_for_states("now", "done")
        self.finish()

    def test_a_day_forwards(self):
        """What the wall clock decides goes on; a pause the vendor asked for lasts as long as it asked."""
        self.begin(until_told(429, "Retry-After: 7200\r\n"))
        self.ring("now", 1)
        self.wait_for_states("now", "waiting")
        self.clock.set(DAY_US)
        time.sleep(25)
        self.assertEqual(len(self.vendor.asked["shop", "keyed"]), 1, "the vendor was asked in the pause it wants")
        self.vendor.mended.add("shop")
        self.clock.sleep(3 * HOUR_US)
        self.wait_for_states("now", "done")
        self.finish()

    def check_back(self, jump_us, stopped=False):
        self.begin(until_told(500))
        self.ring("later", 1)
        self.ring("now", 1)
        self.wait_for_states("now", "waiting")
        self.wait_for_states("later", "waiting")
        self.vendor.mended.add("shop")
        if stopped:
            self.end(self.engine)
        self.clock.set(-jump_us)
        if stopped:
            self.serve_timed(backoff=HOUR_MS, backoff_max=4 * HOUR_MS)
        self.wait_for_states("now", "done")

        # A day is a day from now at most, however wrong the clock was that it was counted by.
        def is_put_right():
            run = self.runs("later")[0]
            due_us = run["due"] and ctl_time_us(run["due"])
            return run["state"] == "waiting" and due_us <= self.clock.now_us() + DAY_US
        self.wait_within_a_minute("the delay was put right", is_put_right)
        self.assertEqual(self.vendor.asked["shop", "once"], [])
        self.clock.sleep(DAY_US + HOUR_US)
        self.wait_for_states("later", "done")
        self.finish()

    def test_a_day_backwards(self):
        self.check_back(DAY_US)

    def test_a_year_backwards(self):
        self.check_back(365 * DAY_US)

    def test_a_year_backwards_while_stopped(self):
        self.check_back(365 * DAY_US, stopped=True)

    def test_pause_through_a_year_backwards(self):
        """A pause that a vendor asked for does not become a year."""
        self.begin(until_told(429, "Retry-After: 3600\r\n"))
        self.ring("now", 1)
        self.wait_for_states("now", "waiting")
        self.clock.set(-365 * DAY_US)
        self.vendor.mended.add("shop")
        self.clock.sleep(2 * HOUR_US)
        self.wait_for_states("now", "done")
        self.finish()

    def test_signature_window(self):
        """What was signed before the sleep is refused after it; what is signed by another clock too."""
        self.begin()
        path = self.credentials + "/signed.signing_secret"
        with open(path, "w", encoding="utf-8", opener=private) as file:
            file.write("whsec_" + base64.b64encode(SECRET).decode())
        self.tell("connections.add", connector="webhook", name="signed", environment="production",
                  settings={"scheme": "standard"})
        self.tell("flows.import", document={
            "format": 1, "id": "signed", "name": "signed", "steps": [action("once", "shop", ref="{{trigger.ref}}")],
            "trigger": {"type": "webhook", "connector": "webhook", "trigger": "event-received", "connection": "signed"}})
        self.tell("flows.publish", id="signed", override="a test")
        path = self.tell("flows.show", id="signed")["url"].split("/in/")[1]
        url = f"{self.engine.url}/in/{path}"

        before_us = self.clock.now_us()
        self.assertEqual(self.post(url, "1", before_us), 200)
        self.clock.sleep(30 * HOUR_US)
        self.assertEqual(self.post(url, "2", before_us), 401, "signed thirty hours ago")
        self.assertEqual(self.post(url, "3", self.clock.now_us()), 200)
        self.assertEqual(self.post(url, "1", self.clock.now_us()), 200, "a repeat is welcome")
        self.clock.set(-DAY_US)
        self.assertEqual(self.post(url, "4", self.clock.now_us() + DAY_US), 401, "signed tomorrow")
        self.assertEqual(self.post(url, "5", self.clock.now_us()), 200)
        self.wait_for_states("signed", "done")
        self.assertEqual(sorted(self.vendor.done["shop", "once"]), ["1", "3", "5"])
        self.finish()

    def post(self, url, ref, time_us):
        body = json.dumps({"ref": ref}).encode()
        stamp = str(time_us // 1000000)
        signed = f"msg_{ref}.{stamp}.".encode() + body
        signature = base64.b64encode(hmac.new(SECRET, signed, hashlib.sha256).digest()).decode()
        return ctl.request("POST", url, body, {
            "Content-Type": "application/json", "webhook-id": f"msg_{ref}", "webhook-timestamp": stamp,
            "webhook-signature": "v1," + signature})[0]


def private(path, flags):
    return os.open(path, flags, 0o600)


def ctl_time_us(text):
    return int(datetime.datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp() * 1000000)


if __name__ == "__main__":
    side_by_side(Test)
