#!/usr/bin/python3
# test-bad-disk.py
#
# Copyright 2026 The Signalbox authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The whole engine while its disk is full or fails, with runs on their way.

A bell is answered 503 while its event cannot be stored, never 200. No request leaves without its attempt on
the disk; what came back meanwhile is kept and stored once that can be. The owner is told in words, and
everything goes on by itself when the disk does.
"""

import collections
import os
import signal
import subprocess
import threading
import time

import faults
import ctl

FAULTY = os.environ["SIGNALBOX_CTL_FAULTY"]
# As in fault-vfs.h.
OPEN, READ, WRITE, TRUNCATE, SYNC = 1, 2, 4, 8, 16
PRACTICE_SECRET = "practice-signing-secret"
ORDERS = faults.rounds(30, 150)

STEPS = [
    {"id": "invoice", "type": "action", "connector": "quickbooks", "action": "create-invoice",
     "fields": {"CustomerRef": "1", "DocNumber": "{{trigger.name}}",
                "Line": [{"title": "Thing", "quantity": 1, "price": "1.00"}], "ItemRef": "1"}},
    {"id": "tell", "type": "action", "connector": "slack", "action": "post-message",
     "fields": {"channel": "#packing", "text": "{{trigger.name}} {{invoice.DocNumber}}"}},
]


class BadDisk(ctl.Case):
    def setUp(self):
        super().setUp()
        self.fifo = os.path.join(self.home, "faults")
        os.mkfifo(self.fifo)
        self.add_live_flow(ctl.order_flow("orders", STEPS))
        self.path = "/in/" + self.ask("flows", "show", "orders")["url"].rsplit("/", 1)[1]
        self.vendor = self.start("practice", "--port", "0")
        self.vendor.practice = self.vendor.practice or self.vendor.url
        for vendor, action in (("quickbooks", "create-invoice"), ("slack", "post-message")):
            self.vendor.fault(vendor=vendor, action=action, fault="slow", delay_ms=150, times=ORDERS * 10)
        self.engine = self.start_engine()
        self.answered = set()

    def start_engine(self):
        return self.start("serve", "--port", "0", "--practice-url", self.vendor.practice, program=FAULTY,
                          environment=dict(self.environment, SIGNALBOX_TEST_FAULTS=self.fifo))

    def order_disk(self, order):
        with open(self.fifo, "w", encoding="ascii") as fifo:
            fifo.write(order + "\n")
        # The engine's other end reads it on a thread of its own.
        time.sleep(0.1)

    def deliver(self, number):
        status = ctl.post_order(self.engine.url + self.path, number, secret=PRACTICE_SECRET)
        if status == 200:
            self.answered.add(number)
        return status

    def deliver_all(self, numbers):
        """From several connections at once, each order until it is taken in."""
        numbers = list(numbers)
        failures = []

        def work():
            while numbers:
                number = numbers.pop()
                deadline = time.monotonic() + ctl.PATIENCE
                while self.deliver(number) != 200:
                    if time.monotonic() > deadline:
                        failures.append(number)
                        return
                    time.sleep(0.05)
        threads = [threading.Thread(target=work) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(failures, [])

    def work(self):
        """What the vendors did, by vendor and order."""
        done = collections.Counter()
        for item in self.vendor.received():
            if item["repeated"] or not 200 <= item["status"] < 300:
                continue
            body = item["body"]
            number = body["DocNumber"] if item["vendor"] == "quickbooks" else body["text"].split()[0]
            done[item["vendor"], number.lstrip("#")] += 1
        return done

    def wait_until_still(self):
        """Requests that were under way when the disk broke still come to the vendors; then no more do."""
        before, since = -1, time.monotonic()
        deadline = time.monotonic() + ctl.PATIENCE
        while time.monotonic() - since < 1.5:
            count = len(self.vendor.received())
            if count != before:
                before, since = count, time.monotonic()
            self.assertLess(time.monotonic(), deadline, "requests go out on a disk that takes no attempts")
            time.sleep(0.1)
        return before

    def list_runs(self):
        return self.ask("runs", "list", "--limit", str(ORDERS * 4))

    def wait_until_quiet(self):
        def quiet():
            runs = self.list_runs()
            return runs if all(run["state"] in ("done", "inbox") for run in runs) else None
        return self.wait_for("all runs come to an end", quiet)

    def check_work(self, runs):
        by_order = collections.Counter(run["label"].split("#")[1] for run in runs)
        work = self.work()
        for number in sorted(self.answered):
            self.assertEqual(by_order[str(number)], 1, f"order {number}")
        for run in runs:
            number = run["label"].split("#")[1]
            invoices, messages = work["quickbooks", number], work["slack", number]
            if run["state"] == "done":
                self.assertEqual((invoices, messages), (1, 1), run)
            else:
                self.assertTrue(run["unknown"], run)
                self.assertLessEqual(messages, 1, run)
        return work

    def break_disk(self, order, words):
        """Breaks it in the midst of the work; it recovers by itself."""
        self.deliver_all(range(1, ORDERS + 1))
        self.order_disk(order)
        for number in range(1001, 1006):
            self.assertEqual(self.deliver(number), 503, number)
        still = self.wait_until_still()
        sent_for = len(self.work())
        self.assertLess(sent_for, 2 * ORDERS, "nothing was left to be sent when the disk broke")
        for number in range(1001, 1006):
            self.assertEqual(self.deliver(number), 503, number)
        self.assertEqual(len(self.vendor.received()), still)

        # What is wrong is said where a person looks.
        trouble = self.ask("status").get("trouble", "")
        for text in (trouble, self.ctl("status", check=0).out, self.engine.read_errors()):
            for word in (self.folder, *words):
                self.assertIn(word, text)

        self.order_disk("mend")
        self.wait_for("the trouble is over", lambda: "trouble" not in self.ask("status"))
        self.deliver_all(range(1001, 1006))
        runs = self.wait_until_quiet()
        self.assertEqual({run["state"] for run in runs}, {"done"})
        self.assertEqual(len(runs), ORDERS + 5)
        self.check_work(runs)
        self.end(self.engine)
        self.check_database()

    def check_database(self):
        done = subprocess.run(["sqlite3", os.path.join(self.folder, "signalbox.db"), "PRAGMA integrity_check"],
                              stdout=subprocess.PIPE, text=True, check=True)
        self.assertEqual(done.stdout.strip(), "ok")

    def test_full(self):
        self.break_disk("room 0", ("is full", "Make room"))

    def test_writes_fail(self):
        self.break_disk(f"fail {WRITE}", ("could not be read or written", "Check the disk"))

    def test_syncs_fail(self):
        self.break_disk(f"fail {SYNC}", ("could not be read or written", "Check the disk"))

    def test_reads_fail(self):
        """A read that fails for a moment is nobody's business but the disk's: no run goes to the inbox for it."""
        self.deliver_all(range(1, ORDERS + 1))
        self.order_disk(f"fail {READ}")
        time.sleep(1)
        self.order_disk("mend")
        runs = self.wait_until_quiet()
        self.assertEqual({run["state"] for run in runs}, {"done"}, runs)
        self.check_work(runs)
        self.end(self.engine)
        self.check_database()

    def test_stopped_meanwhile(self):
        """Outcomes that could not be stored before the end: the next start asks, and sends nothing twice."""
        self.deliver_all(range(1, ORDERS + 1))
        self.order_disk("room 0")
        self.wait_until_still()
        self.end(self.engine)
        self.assertIn("could not be stored before the stop", self.engine.end_errors)

        self.engine = self.start_engine()
        runs = self.wait_until_quiet()
        self.assertEqual(len(runs), ORDERS)
        self.check_work(runs)
        self.end(self.engine)
        self.check_database()

    def test_killed_meanwhile(self):
        self.deliver_all(range(1, ORDERS + 1))
        self.order_disk(f"fail {WRITE | SYNC}")
        self.wait_until_still()
        self.engine.stop(signal.SIGKILL)

        self.engine = self.start_engine()
        runs = self.wait_until_quiet()
        self.assertEqual(len(runs), ORDERS)
        self.check_work(runs)
        self.end(self.engine)
        self.check_database()


if __name__ == "__main__":
    ctl.main()
