#!/usr/bin/python3
# test-outage.py
#
# Copyright 2026 The Signalbox authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Thousands of orders come in while a vendor is out for hours; then it is back.

All are drained, each once, and no faster than the vendor allows; in what order is not promised, since each run comes back
in its own time. While it is out, it is asked now and then by one run, not by all. Short form 2,000 orders, long form 20,000.
"""

import threading
import time

import faults
from world import HOUR_US, Vendor, World, action, answer

import ctl

ORDERS = faults.rounds(2000, 20000)
PER_SECOND = 250
CONCURRENT = 4
SENDERS = 4


def out(vendor, line, request):
    line.sendall(answer({"message": "we are down for maintenance"}, 503))
    return True


class Test(World):
    connector = {"rate_limit": {"concurrent": CONCURRENT, "per_second": PER_SECOND}}

    def ring_all(self):
        def send(first):
            for ref in range(first, ORDERS, SENDERS):
                self.ring("flow", ref)
        senders = [threading.Thread(target=send, args=(first,)) for first in range(SENDERS)]
        for sender in senders:
            sender.start()
        for sender in senders:
            sender.join()

    def wait_long(self, func, seconds):
        deadline = time.monotonic() + seconds
        while not func() and time.monotonic() < deadline:
            time.sleep(0.1)

    def test_outage(self):
        vendor = Vendor({"shop": out})
        self.addCleanup(vendor.close)
        self.serve_timed(backoff=15000, backoff_max=4 * 3600 * 1000)
        self.connect("shop", vendor.address("shop"))
        self.add_flow("flow", [action("once", "shop")])
        self.ring_all()
        self.assertEqual(len(self.runs("flow")), ORDERS)
        first = len(vendor.asked["shop", "once"])
        self.assertLess(first, 50, "an outage is known after some failures, and nobody hammers on")
        self.assertEqual(len(self.alerts()), 1, self.alerts())

        # Hours later it is still out: somebody asks, and all the others wait on.
        self.clock.sleep(5 * HOUR_US)
        self.wait_long(lambda: len(vendor.asked["shop", "once"]) > first, 40)
        self.assertGreater(len(vendor.asked["shop", "once"]), first)
        time.sleep(3)
        self.assertLess(len(vendor.asked["shop", "once"]), first + 10, "one asks, not all")

        # Back.
        vendor.mended.add("shop")
        before = len(vendor.asked["shop", "once"])
        self.clock.sleep(6 * HOUR_US)
        self.wait_long(lambda: len(vendor.done["shop", "once"]) >= ORDERS, 60 + ORDERS / PER_SECOND * 10)
        done = [int(ref) for ref in vendor.done["shop", "once"]]
        self.assertEqual(sorted(done), list(range(ORDERS)), "each once")
        self.assertEqual(len(vendor.asked["shop", "once"]), before + ORDERS, "none asked for twice")
        self.wait_for("all done", lambda: {run["state"] for run in self.runs("flow")} == {"done"})
        self.assertEqual(len(self.alerts()), 1, "one alert for one outage")
        self.check_pace(vendor.asked["shop", "once"][before:])
        self.assertLessEqual(vendor.busiest["shop"], CONCURRENT)
        self.end(self.engine)
        self.check_store()

    def check_pace(self, asked):
        """In no second more than the bucket holds and what flows into it meanwhile."""
        times = [when for when, _, _ in asked]
        first = 0
        for last, when in enumerate(times):
            while when - times[first] > 1:
                first += 1
            # Twice: a full bucket at its beginning. The rest: the vendor hears them a little later than they were sent.
            self.assertLessEqual(last - first, 2 * PER_SECOND + PER_SECOND / 2)


if __name__ == "__main__":
    ctl.main()
