#!/usr/bin/python3
# test-storms.py
#
# Copyright 2026 The Signalbox authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Vendors that ring far too often, in the wrong order, and while nobody at the other end does the work.

Each storm goes on over a kill -9 and a restart on the same port, as a vendor would see it.
"""

import http.client
import json
import random
import signal
import socket
import threading
import time

import faults
import ctl
import standin

CONNECTIONS = 16
EVENTS = 50
REPEATS = 20


class Line(threading.Thread):
    """One connection of the vendor's: takes bells off the list and rings each until it is answered 200."""

    def __init__(self, storm):
        super().__init__(daemon=True)
        self.storm = storm
        self.connection = None
        self.failure = None

    def ring(self, body):
        try:
            if self.connection is None:
                self.connection = http.client.HTTPConnection("127.0.0.1", self.storm.port, timeout=ctl.PATIENCE)
            self.connection.request("POST", self.storm.path, body, {"Content-Type": "application/json"})
            answer = self.connection.getresponse()
            answer.read()
            return answer.status
        except (OSError, http.client.HTTPException):
            self.connection.close()
            self.connection = None
            return 0

    def run(self):
        while True:
            with self.storm.lock:
                if not self.storm.left:
                    break
                event, body = self.storm.left.pop()
            deadline = time.monotonic() + 2 * ctl.PATIENCE
            status = 0
            while status != 200:
                status = self.ring(body)
                if status not in (0, 200, 503) or time.monotonic() > deadline:
                    self.failure = f"{event} was answered {status}"
                    return
                if status != 200:
                    time.sleep(0.02)
            with self.storm.lock:
                self.storm.answered.append(event)
        if self.connection is not None:
            self.connection.close()


class Storm:
    """Bells that are rung over many connections at once."""

    def __init__(self, port, path, bells):
        self.port = port
        self.path = path
        self.left = bells
        self.answered = []
        self.lock = threading.Lock()
        self.lines = [Line(self) for _ in range(CONNECTIONS)]
        for line in self.lines:
            line.start()

    def end(self):
        for line in self.lines:
            line.join(4 * ctl.PATIENCE)
            assert line.failure is None, line.failure
            assert not line.is_alive()


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


class Storms(faults.Rig):
    def setUp(self):
        super().setUp()
        self.stand_in = standin.StandIn()
        self.addCleanup(self.stand_in.stop)
        self.prepare(self.stand_in)
        self.port = free_port()

    def bell(self, event, name=None, **more):
        body = dict({"id": event, "name": "#" + (name or event), "ref": event}, **more)
        return event, json.dumps(body).encode()

    def storm(self, bells, kills):
        """Rings them all, with so many kills on the way; gives what was answered 200."""
        self.serve_until(port=self.port)
        storm = Storm(self.port, self.path, list(bells))
        for kill in range(1, kills + 1):
            self.wait_for("some answers", lambda: len(storm.answered) >= kill * len(bells) // (kills + 1))
            self.serving.end(signal.SIGKILL)
            self.serve_until(port=self.port)
        storm.end()
        self.assertEqual(len(storm.answered), len(bells))
        return storm

    def test_duplicates(self):
        """50 events, each sent 20 times at once: one run each."""
        for round in range(faults.rounds(1, 10)):
            bells = [self.bell(f"r{round}e{number}") for number in range(EVENTS) for _ in range(REPEATS)]
            random.shuffle(bells)
            self.rung.update((event, {}) for event, _ in bells)
            self.storm(bells, kills=2)
            self.answered.update(self.rung)
            self.settle()
            self.judge()
            self.stop()
        self.assertEqual(self.query("SELECT count (*) FROM events"), [(len(self.rung),)])
        self.check_database()

    def test_out_of_order(self):
        """An order's change comes before the order: each is a run of its own, with what it said."""
        orders = faults.rounds(20, 200)
        bells = []
        for number in range(orders):
            for step in ("cancelled", "updated", "created"):
                bells += [self.bell(f"o{number}-{step}", total=step)] * 2
        self.rung = {event: {} for event, _ in bells}
        self.storm(bells[::-1], kills=1)
        self.answered.update(self.rung)
        self.settle()
        self.judge()
        events = self.ask("events", "list", "--limit", "1000")
        self.assertEqual(len(events), 3 * orders)
        for event in events[:6]:
            body = self.ask("events", "show", str(event["id"]))["body"]
            self.assertEqual((body["id"], body["total"]), (event["event_id"], event["event_id"].split("-")[1]))
        self.stop()
        self.check_database()

    def test_a_burst_while_the_vendor_is_down(self):
        """None is lost and none is done twice; when the vendor is back, all of it is done."""
        number = faults.rounds(400, 5000)
        self.stand_in.down = True
        bells = [self.bell(f"b{index}") for index in range(number)]
        self.storm(bells, kills=2)
        self.assertEqual(sum(self.stand_in.work.values()), 0)
        self.assertEqual(self.count("done"), 0)
        self.stand_in.down = False
        self.stop()
        self.assertEqual(self.query("SELECT count (*) FROM runs"), [(number,)])
        self.assertEqual(self.query("SELECT count (*) FROM runs WHERE state IN ('inbox', 'done')"), [(0,)])
        self.bring_forward()
        self.serve_until(port=self.port)
        deadline = time.monotonic() + 20 * ctl.PATIENCE
        while self.count("done") < number:
            self.assertLess(time.monotonic(), deadline, self.ask("status"))
            time.sleep(0.1)
        for event, _ in bells:
            for action in faults.ACTIONS:
                self.assertEqual(self.stand_in.work[action, event], 1, (action, event))
            self.assertEqual(len(self.stand_in.keys["keyed", event]), 1, event)
        self.stop()
        self.check_database()

    def count(self, state):
        return self.ask("status")["runs"].get(state, 0)

    def bring_forward(self):
        """What waits for a later time waits no more: hours pass in an instant."""
        self.change("UPDATE runs SET due_us = 1 WHERE state = 'waiting'")


if __name__ == "__main__":
    ctl.main()
