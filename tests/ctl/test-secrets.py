#!/usr/bin/python3
# test-secrets.py
#
# Copyright 2026 The Signalbox authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A canary: a secret goes through every command, and is found nowhere but in the keyring."""

import os
import threading

import ctl

CANARY = "canary_9d2f7a51c3"
SIGNING = "canary_signing_77e1b0"


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
                except OSError:
                    continue
                if CANARY.encode() in line or SIGNING.encode() in line:
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

    def test_the_secret_is_nowhere_else(self):
        stop = threading.Event()
        seen = []
        self.environment["G_MESSAGES_DEBUG"] = "all"
        watcher = threading.Thread(target=self.watch, args=(stop, seen))
        watcher.start()
        try:
            self.go_through_everything()
        finally:
            stop.set()
            watcher.join()
        self.assertEqual(seen, [], "a secret stood on a command line")
        for output in self.outputs:
            self.assert_unknown(output, "an output")
        looked_at = 0
        for path in self.files():
            with open(path, "rb") as file:
                self.assert_unknown(file.read().decode("latin-1"), path)
            looked_at += 1
        self.assertGreater(looked_at, 2)


if __name__ == "__main__":
    ctl.main()
