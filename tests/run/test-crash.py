#!/usr/bin/python3
# test-crash.py
#
# Copyright 2026 The Signalbox authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""kill -9 at twenty random moments while 500 orders come in.

The practice ground is a process of its own and outlives the engine; it honours idempotency keys as the
vendors do. In the end every order that was answered 2xx has each action exactly once there, or stands in
the inbox as outcome unknown.

Usage: test-crash.py SIGNALBOXCTL [ORDERS KILLS [SEED]]
"""

import base64
import collections
import hashlib
import hmac
import http.client
import json
import os
import random
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time

CTL = sys.argv[1]
ORDERS = int(sys.argv[2]) if len(sys.argv) > 2 else 500
KILLS = int(sys.argv[3]) if len(sys.argv) > 3 else 20
SEED = int(sys.argv[4]) if len(sys.argv) > 4 else random.randrange(1 << 32)
SENDERS = 8
PATIENCE_S = 60
SECRET = b"practice-signing-secret"  # of the Shopify stand-in, as its connector file says

FLOW = {
    "format": 1, "id": "crash", "name": "Crash",
    "trigger": {"type": "webhook", "connector": "shopify", "trigger": "order-paid"},
    "steps": [
        {"id": "invoice", "type": "action", "connector": "quickbooks", "action": "create-invoice",
         "fields": {"CustomerRef": "1", "DocNumber": "{{trigger.name}}",
                    "Line": [{"title": "Thing", "quantity": 1, "price": "1.00"}], "ItemRef": "1"}},
        {"id": "tell", "type": "action", "connector": "slack", "action": "post-message",
         "fields": {"channel": "#packing", "text": "{{trigger.name}} {{invoice.DocNumber}}"}},
    ],
}


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def request(port, method, path, body=None, headers=None):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    try:
        connection.request(method, path, body, headers or {})
        answer = connection.getresponse()
        return answer.status, answer.read()
    finally:
        connection.close()


class Program:
    """A signalboxctl that goes on, with the line it prints when it is ready."""

    running = []

    def __init__(self, *arguments):
        self.process = subprocess.Popen([CTL, *arguments], stdout=subprocess.PIPE, text=True)
        Program.running.append(self)
        line = self.process.stdout.readline()
        assert line, f"{arguments} said nothing and ended with {self.process.wait()}"
        self.ready = json.loads(line)

    def kill(self):
        Program.running.remove(self)
        self.process.kill()
        self.process.wait()
        self.process.stdout.close()

    def stop(self):
        Program.running.remove(self)
        self.process.send_signal(signal.SIGTERM)
        status = self.process.wait(timeout=PATIENCE_S)
        self.process.stdout.close()
        return status


class Orders:
    """The vendor's side: posts each order until it was answered 2xx, as a vendor does."""

    def __init__(self, port, path, pause_s):
        self.port = port
        self.path = path
        self.pause_s = pause_s
        self.lock = threading.Lock()
        self.left = list(range(ORDERS, 0, -1))
        self.answered = set()
        self.repeats = 0
        self.failure = None
        self.threads = [threading.Thread(target=self.run, daemon=True) for _ in range(SENDERS)]

    def start(self):
        for thread in self.threads:
            thread.start()

    def post(self, number):
        body = json.dumps({"id": number, "name": f"#{number}", "total_price": "1.00"}).encode()
        signature = base64.b64encode(hmac.new(SECRET, body, hashlib.sha256).digest()).decode()
        return request(self.port, "POST", self.path, body, {
            "Content-Type": "application/json", "X-Shopify-Topic": "orders/paid",
            "X-Shopify-Hmac-Sha256": signature, "X-Shopify-Webhook-Id": f"hook-{number}",
            "X-Shopify-Event-Id": f"event-{number}"})[0]

    def deliver(self, number):
        deadline = time.monotonic() + PATIENCE_S
        while time.monotonic() < deadline:
            try:
                status = self.post(number)
            except (OSError, http.client.HTTPException):
                status = 0
            if 200 <= status < 300:
                with self.lock:
                    self.answered.add(number)
                return
            assert status in (0, 503), f"order {number} was answered {status}"
            with self.lock:
                self.repeats += 1
            time.sleep(0.02)
        raise AssertionError(f"order {number} was never answered")

    def run(self):
        while True:
            with self.lock:
                if not self.left or self.failure:
                    return
                number = self.left.pop()
            try:
                self.deliver(number)
            except AssertionError as failure:
                self.failure = failure
                return
            time.sleep(self.pause_s)

    def join(self):
        for thread in self.threads:
            thread.join(PATIENCE_S * 2)
        if self.failure:
            raise self.failure


def ctl(folder, *arguments):
    done = subprocess.run([CTL, *arguments, "--data", folder, "--json"], capture_output=True, text=True,
                          timeout=PATIENCE_S)
    assert done.returncode == 0, f"{arguments}: {done.stderr}"
    return json.loads(done.stdout) if done.stdout.strip() else None


def list_runs(folder):
    return ctl(folder, "runs", "list", "--limit", str(ORDERS * 2))


def wait_until_quiet(folder):
    deadline = time.monotonic() + PATIENCE_S * 2
    while True:
        runs = list_runs(folder)
        open_runs = [run for run in runs if run["state"] not in ("done", "inbox")]
        if not open_runs and len(runs) >= ORDERS:
            return runs
        assert time.monotonic() < deadline, f"{len(runs)} runs, still open: {open_runs[:3]}"
        time.sleep(0.2)


def check(runs, received):
    by_order = collections.defaultdict(list)
    for run in runs:
        by_order[run["label"].split("#")[1]].append(run)
    work = collections.Counter()
    for item in received:
        if item["repeated"] or not 200 <= item["status"] < 300:
            continue
        body = item["body"]
        number = body["DocNumber"] if item["vendor"] == "quickbooks" else body["text"].split()[0]
        work[item["vendor"], number.lstrip("#")] += 1

    unknown = 0
    for number in map(str, range(1, ORDERS + 1)):
        assert len(by_order[number]) == 1, f"order {number} has {len(by_order[number])} runs"
        run = by_order[number][0]
        invoices = work["quickbooks", number]
        messages = work["slack", number]
        if run["state"] == "done":
            assert (invoices, messages) == (1, 1), f"order {number}: {invoices}, {messages}: {run}"
            continue
        unknown += 1
        assert run["unknown"], f"order {number} is in the inbox for something else: {run}"
        assert run["step"] == "tell", f"order {number}: {run}"
        assert invoices == 1 and messages <= 1, f"order {number}: {invoices}, {messages}: {run}"
    assert sum(work.values()) <= 2 * ORDERS
    return unknown


def main():
    chance = random.Random(SEED)
    print(f"seed {SEED}", flush=True)
    with tempfile.TemporaryDirectory() as folder:
        for name in ("SECRET_BACKEND", "SECRET_FILE_TEST_PATH", "SECRET_FILE_TEST_PASSWORD"):
            os.environ[name] = {"SECRET_BACKEND": "file", "SECRET_FILE_TEST_PATH": folder + "/keyring",
                                "SECRET_FILE_TEST_PASSWORD": "password"}[name]
        with open(folder + "/crash.json", "w") as file:
            json.dump(FLOW, file)
        data = folder + "/data"
        ctl(data, "flows", "import", folder + "/crash.json")
        ctl(data, "flows", "publish", "crash", "--override", "the crash test")
        path = "/in/" + ctl(data, "flows", "show", "crash")["url"].rsplit("/", 1)[1]

        practice = Program("practice", "--data", data)
        practice_url = practice.ready["practice"] if "practice" in practice.ready \
            else practice.ready["listening"]
        practice_port = int(practice_url.rsplit(":", 1)[1])
        for vendor, action in (("quickbooks", "create-invoice"), ("slack", "post-message")):
            status, _ = request(practice_port, "POST", "/_practice/faults", json.dumps(
                {"vendor": vendor, "action": action, "fault": "slow", "delay_ms": 25,
                 "times": ORDERS * 4}))
            assert 200 <= status < 300, status

        port = free_port()
        arguments = ("serve", "--data", data, "--port", str(port), "--practice-url", practice_url)
        life_s = max(0.25, ORDERS / 500 * 0.9)
        orders = Orders(port, path, SENDERS * KILLS * life_s / ORDERS * 0.8)
        engine = Program(*arguments)
        orders.start()
        for _ in range(KILLS):
            time.sleep(chance.uniform(0.1, 1.0) * life_s * 1.6)
            engine.kill()
            engine = Program(*arguments)
        orders.join()

        runs = wait_until_quiet(data)
        _, text = request(practice_port, "GET", "/_practice/received")
        unknown = check(runs, json.loads(text))
        assert len(orders.answered) == ORDERS
        assert engine.stop() == 0
        practice.stop()
    print(f"{ORDERS} orders, {KILLS} kills, {orders.repeats} deliveries repeated, "
          f"{unknown} outcomes left to a person, nothing twice and nothing lost")
    return 0


try:
    sys.exit(main())
finally:
    for program in list(Program.running):
        program.kill()
