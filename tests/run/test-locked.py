#!/usr/bin/python3
# test-locked.py
#
# Copyright 2026 The Signalbox authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A live engine after an automatic login: the keyring is locked, so runs wait and go on once it is not."""

import http.server
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request

from keyring_bus import Bus, find_missing

CTL = sys.argv[1]
PATIENCE_S = 60

FLOW = {
    "format": 1, "id": "tell", "name": "Tell",
    "trigger": {"type": "webhook", "connector": "webhook", "trigger": "event-received"},
    "steps": [{"id": "send", "type": "action", "connector": "http", "action": "send-request",
               "fields": {"method": "POST", "path": "/orders", "body": {"id": "{{trigger.id}}"}}}],
}


class Vendor(http.server.BaseHTTPRequestHandler):
    seen = []

    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        Vendor.seen.append(self.headers["Authorization"])
        self.send_response(200)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"{}")

    def log_message(self, *arguments):
        pass


class Test:
    def __init__(self, bus, home, vendor_port):
        self.bus = bus
        self.data = home + "/data"
        self.home = home
        self.address = f"http://127.0.0.1:{vendor_port}"
        self.engine = None

    def ctl(self, *arguments, secret=None):
        done = subprocess.run([CTL, *arguments, "--data", self.data, "--json"], input=secret,
                              capture_output=True, text=True, env=self.bus.env, timeout=PATIENCE_S)
        assert done.returncode == 0, f"{arguments}: {done.stderr}"
        return json.loads(done.stdout) if done.stdout.strip() else None

    def prepare(self):
        self.ctl("connections", "add", "--connector", "http", "--name", "Vendor",
                 "--environment", "production", "--set", f"address={self.address}",
                 "--set", "auth=bearer")
        self.ctl("connections", "set-secret", "vendor", "--secret", "token", secret="s3cret")
        self.ctl("connections", "add", "--connector", "webhook", "--name", "Bell",
                 "--environment", "production", "--set", "scheme=path")
        with open(self.home + "/tell.json", "w") as file:
            json.dump(FLOW, file)
        self.ctl("flows", "import", self.home + "/tell.json")
        self.ctl("flows", "publish", "tell", "--override", "a test")
        return "/in/" + self.ctl("flows", "show", "tell")["url"].rsplit("/", 1)[1]

    def serve(self):
        self.engine = subprocess.Popen([CTL, "serve", "--port", "0", "--data", self.data],
                                       stdout=subprocess.PIPE, env=self.bus.env, text=True)
        return json.loads(self.engine.stdout.readline())["listening"]

    def stop(self):
        if self.engine is None:
            return
        self.engine.terminate()
        self.engine.wait(timeout=PATIENCE_S)
        self.engine.stdout.close()

    def wait_for(self, state):
        deadline = time.monotonic() + PATIENCE_S
        while True:
            run = self.ctl("runs", "list")[0]
            if run["state"] == state:
                return run
            assert time.monotonic() < deadline, f"wanted {state}: {run}"
            time.sleep(0.2)

    def run(self):
        path = self.prepare()
        self.bus.lock()
        url = self.serve() + path
        with urllib.request.urlopen(urllib.request.Request(
                url, b'{"id": "1"}', {"Content-Type": "application/json"}), timeout=20) as answer:
            assert 200 <= answer.status < 300

        run = self.wait_for("blocked")
        assert "keyring is locked" in run["problem"], run
        time.sleep(6)  # longer than the engine takes to ask again
        assert self.wait_for("blocked") and Vendor.seen == []

        # Unlocked, as by the owner's password: the run goes on by itself.
        self.bus.stop_keyring()
        self.bus.start_keyring()
        self.wait_for("done")
        assert Vendor.seen == ["Bearer s3cret"], Vendor.seen
        for name in os.listdir(self.data):
            if os.path.isfile(f"{self.data}/{name}"):
                with open(f"{self.data}/{name}", "rb") as file:
                    assert b"s3cret" not in file.read(), name


def main():
    missing = find_missing()
    if missing is not None:
        print(f"skipped: {missing} is not installed")
        return 77
    vendor = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Vendor)
    threading.Thread(target=vendor.serve_forever, daemon=True).start()
    with tempfile.TemporaryDirectory() as home:
        bus = Bus(home)
        bus.start_keyring()
        test = Test(bus, home, vendor.server_address[1])
        try:
            test.run()
        finally:
            test.stop()
            bus.close()
    print("the run waited for the keyring and went on")
    return 0


sys.exit(main())
