# standin.py
#
# Copyright 2026 The Signalbox authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The vendor of tests/run/vendor.json, on loopback: it does work, and counts what it did and by which key.

A reference names one piece of work. `keyed` does it once for each idempotency key, `once` and `looked` as often as they
are asked; `find` tells whether `looked` was done. What goes wrong is set for an action and a reference.
"""

import collections
import http.server
import json
import threading
import time
import urllib.parse


class StandIn:
    """Its port, what it did, what it shall do wrong."""

    def __init__(self):
        self.lock = threading.Lock()
        self.work = collections.Counter()  # (action, reference) → how often it was done
        self.asked = collections.Counter()  # (action, reference) → how often it was asked for
        self.keys = collections.defaultdict(set)  # (action, reference) → idempotency keys
        self.answers = {}  # (action, reference, key) → answer
        self.faults = {}  # (action, reference) → list of faults, the next one first
        self.down = False
        handler = type("Handler", (Handler,), {"stand_in": self})
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self.server.daemon_threads = True
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def url(self):
        return f"http://127.0.0.1:{self.port}"

    def stop(self):
        self.server.shutdown()
        self.server.server_close()

    def fault(self, action, reference, *what):
        """what: a status, "hang-up" (work, then no answer), "slow"; one for each request, then all is well again."""
        with self.lock:
            self.faults[action, reference] = list(what)

    def do(self, action, reference, key):
        """Gives status and answer; None hangs up."""
        with self.lock:
            self.asked[action, reference] += 1
            if self.down:
                return 503, {"message": "closed"}
            left = self.faults.get((action, reference))
            fault = left.pop(0) if left else None
        if fault == "slow":
            time.sleep(0.4)
        if isinstance(fault, int):
            return fault, {"message": "not today"}
        with self.lock:
            if action == "find":
                done = self.work["looked", reference] > 0
                return 200, {"items": [{"id": reference}] if done else []}
            if action == "whoami":
                return 200, {"id": "vendor"}
            self.keys[action, reference].add(key)
            known = (action, reference, key)
            if action != "keyed" or known not in self.answers:
                self.work[action, reference] += 1
                self.answers[known] = {"id": f"{action}-{reference}"}
            answer = self.answers[known]
        return (None, None) if fault == "hang-up" else (200, answer)


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    stand_in = None

    def answer(self, reference):
        action = urllib.parse.urlsplit(self.path).path.strip("/")
        status, answer = self.stand_in.do(action, reference, self.headers.get("Idempotency-Key"))
        if status is None:
            self.close_connection = True
            return
        body = json.dumps(answer).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self):
        query = urllib.parse.parse_qs(urllib.parse.urlsplit(self.path).query)
        self.answer(query.get("ref", [""])[0])

    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.answer(body["ref"])

    def handle(self):
        # The other side dies a lot here.
        try:
            super().handle()
        except OSError:
            pass

    def log_message(self, *arguments):
        pass
