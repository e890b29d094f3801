#!/usr/bin/python3
# test-secrets.py
#
# Copyright 2026 The Signalbox authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A canary: a secret goes through every command, and is found nowhere but in the keyring."""

import json
import os
import threading

import ctl
import mirror

# Every secret of this file begins so: tests/check-canary looks for it in all that the tests leave.
PREFIX = "canary_"
CANARY = PREFIX + "9d2f7a51c3"
SIGNING = PREFIX + "signing_77e1b0"


class Canary(ctl.Case):
    def files(self):
        for top, _, names in os.walk(self.home):
            for name in names:
                path = os.path.join(top, name)
                # libsecret's own file, encrypted, stands in for the keyring.
                if not name.startswith("test.keyring") and not os.path.islink(path) and os.path.isfile(path):
                    yield path

    def assert_unknown(self, text, where):
        for secret in (CANARY, SIGNING):
            self.assertNotIn(secret, text, where)

    def watch(self, stop, seen):
        """Reads the command lines and environments of every process of this test."""
        while not stop.is_set():
            for pid in filter(str.isdigit, os.listdir("/proc")):
                try:
                    with open(f"/proc/{pid}/cmdline", "rb") as file:
                        line = file.read()
                    with open(f"/proc/{pid}/environ", "rb") as file:
                        line += file.read()
                except OSError:
                    continue
                if PREFIX.encode() in line:
                    seen.append(line)
            stop.wait(0.005)

    def go_through_everything(self):
        connection = self.ask("connections", "add", "--connector", "shopify", "--name", "Harbour Goods", "--environment",
                              "sandbox", "--set", "shop=harbour-goods")["id"]
        self.ctl("connections", "set-secret", connection, "--secret", "client_secret", given=SIGNING, check=0)
        server = self.serve(environment=self.without_leak_check())
        self.ctl("connections", "set-secret", connection, "--secret", "access_token", given=CANARY, check=0)
        self.ctl("connections", "list", check=0)
        self.ctl("connections", "test", connection)
        document = ctl.order_flow()
        document["trigger"]["connection"] = connection
        document["steps"][0]["connection"] = connection
        self.ctl("flows", "import", self.write("flow.json", document), check=0)
        self.ctl("flows", "publish", "tag-orders", "--override", "a test", check=0)
        url = self.ask("flows", "show", "tag-orders")["url"]
        server.fault(vendor="shopify", action="tag-order", fault="500", times=1)
        for number in (1, 2):
            self.assertEqual(ctl.post_order(url, number, secret=SIGNING), 200)
        self.assertEqual(ctl.post_order(url, 3, secret="wrong"), 401)
        self.wait_for("a request at the practice ground", server.received)
        for words in (["runs", "list"], ["runs", "show", "1"], ["runs", "show", "2"], ["events", "list"],
                      ["events", "show", "1"], ["flows", "export", "tag-orders"], ["flows", "show", "tag-orders"],
                      ["status"], ["inbox"]):
            self.ctl(*words, check=0)
            self.ctl(*words, "--json", check=0)
        self.ctl("pilot", "tag-orders", "--records", self.write("records.json", [ctl.order(5)]))
        self.ctl("connections", "set-secret", connection, "--secret", "no_such", given=CANARY, check=1)
        self.end(server)
        self.outputs.append(server.end_errors)

    def watched(self, func):
        """What func does, with all debugging on, leaves the secrets nowhere."""
        stop = threading.Event()
        seen = []
        self.environment.update(G_MESSAGES_DEBUG="all", SOUP_DEBUG="all", LIBSOUP_DEBUG="all", GNUTLS_DEBUG_LEVEL="9")
        watcher = threading.Thread(target=self.watch, args=(stop, seen))
        watcher.start()
        try:
            func()
        finally:
            stop.set()
            watcher.join()
        self.assertEqual(seen, [], "a secret stood on a command line or in an environment")
        for output in self.outputs:
            self.assert_unknown(output, "an output")
        looked_at = 0
        for path in self.files():
            with open(path, "rb") as file:
                self.assert_unknown(file.read().decode("latin-1"), path)
            looked_at += 1
        self.assertGreater(looked_at, 2)

    def test_the_secret_is_nowhere_else(self):
        self.watched(self.go_through_everything)

    def test_what_a_vendor_repeats_is_masked(self):
        self.watched(self.be_told_what_was_sent)

    def be_told_what_was_sent(self):
        """A vendor that says the key back, in every place where an answer has room for it, before it is killed."""
        vendor = mirror.Mirror(CANARY)
        self.addCleanup(vendor.close)
        id = self.ask("connections", "add", "--connector", "http", "--name", "Mirror", "--environment", "production",
                      "--set", f"address={vendor.url}", "auth=bearer")["id"]
        self.ctl("connections", "set-secret", id, "--secret", "token", given=CANARY, check=0)
        self.ctl("connections", "test", id)
        send = {"type": "action", "connector": "http", "action": "send-request-with-key", "connection": id}
        steps = [dict(send, id="ask", fields={"method": "POST", "path": "/mirror", "record": "{{trigger.how}}",
                                              "body": {"how": "{{trigger.how}}"}}),
                 dict(send, id="again", fields={"method": "POST", "path": "/last", "body": {"said": "{{ask}}"}})]
        document = {"format": 1, "id": "mirror", "name": "Mirror", "steps": steps,
                    "trigger": {"type": "webhook", "connector": "webhook", "trigger": "event-received"}}
        bell = self.ask("connections", "add", "--connector", "webhook", "--name", "Bell", "--environment", "production",
                        "--set", "scheme=path")["id"]
        document["trigger"]["connection"] = bell
        server = self.start("serve", "--port", "0", environment=self.without_leak_check())
        self.ctl("flows", "import", self.write("mirror.json", document), check=0)
        self.ctl("flows", "publish", "mirror", "--override", "a test", check=0)
        url = self.ask("flows", "show", "mirror")["url"]
        for how in mirror.WAYS:
            body = json.dumps({"how": how, "id": how}).encode()
            status, answer = ctl.request("POST", url, body, {"Content-Type": "application/json"})
            self.assertEqual(status, 200, answer)
        self.wait_for("every way of saying it", lambda: vendor.asked >= {f"/mirror/{how}" for how in mirror.WAYS})
        self.wait_for("the ends", lambda: len([run for run in self.ask("runs", "list") if run["state"] != "running"])
                      >= len(mirror.WAYS) - 1)
        for number in range(1, len(mirror.WAYS) + 1):
            self.ctl("runs", "show", str(number), check=0)
            self.ctl("runs", "show", str(number), "--json", check=0)
        for words in (["inbox"], ["status"], ["connections", "list"], ["runs", "list"]):
            self.ctl(*words, "--json", check=0)
        self.assertEqual(vendor.keys, {f"Bearer {CANARY}"})
        # A crash is no reason to leave it behind either.
        server.process.kill()
        server.process.wait()
        self.outputs.append(server.read_errors())


if __name__ == "__main__":
    ctl.main()
