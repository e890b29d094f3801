#!/usr/bin/python3
# test-vectors.py
#
# Copyright 2026 The Signalbox authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Requests signed by the vendors' own SDKs, posted to the real server with its clock at their time.

Every accepted one is answered 2xx and drives its flow on the practice ground; every tampered one is answered
401 and drives nothing.
"""

import base64
import json
import os

import ctl

# File of vectors: connector, name of the secret, trigger.
VENDORS = {
    "shopify": ("shopify", "client_secret", "order-paid"),
    "stripe": ("stripe", "signing_secret", "charge-refunded"),
    "quickbooks": ("quickbooks", "verifier_token", "customer-created"),
    "square": ("square", "signature_key", "stock-changed"),
    "shipstation": ("shipstation", "api_key", "tracking-changed"),
    "slack": ("slack", "signing_secret", "message-posted"),
    "standardwebhooks": ("webhook", "signing_secret", "event-received"),
}


def load(vendor):
    with open(os.path.join(ctl.VECTORS, vendor + ".json"), encoding="utf-8") as file:
        return json.load(file)["cases"]


class Vectors(ctl.Case):
    def clocked(self, now):
        return dict(self.without_leak_check(), SIGNALBOX_TEST_NOW=str(now))

    def connect(self, vendor, case):
        """The account that was registered with the vendor as the case says; gives its id."""
        connector, secret_key, _ = VENDORS[vendor]
        with open(f"{ctl.DATA}/connectors/{connector}.json", encoding="utf-8") as file:
            known = json.load(file)["settings"]
        settings = {setting["key"]: setting["sample"] for setting in known
                    if not setting.get("secret") and setting.get("required") and "sample" in setting}
        # An address that is not https is turned away when the account is added, so it cannot be signed for.
        if case["url"].startswith("https:"):
            settings["public_address"] = case["url"]
        if "jwks" in case:
            settings["jwks"] = json.dumps(case["jwks"])
        words = [word for key, value in settings.items() for word in ("--set", f"{key}={value}")]
        id = self.ask("connections", "add", "--connector", connector, "--name", vendor, "--environment", "sandbox",
                      *words)["id"]
        # ShipStation signs with a key pair: its case has no secret, the account has its API key all the same.
        self.ctl("connections", "set-secret", id, "--secret", secret_key, given=case.get("secret", "TEST_key"), check=0)
        return id

    def make_flow(self, vendor, case, marker):
        """A live flow of one trigger and one action that tags with the marker; gives its address."""
        connector, _, trigger = VENDORS[vendor]
        if case["headers"].get("Content-Type", "").endswith("form-urlencoded"):
            trigger = "command-given"
        document = ctl.order_flow(id=marker)
        document["steps"][0]["fields"] = {"Order": "5702450184321", "Tags": marker}
        document["trigger"] = {"type": "webhook", "connector": connector, "trigger": trigger,
                               "connection": self.connect(vendor, case)}
        self.ctl("flows", "import", self.write("flow.json", document), check=0)
        self.ctl("flows", "publish", marker, "--override", "a test", check=0)
        return self.ask("flows", "show", marker)["url"]

    def post(self, url, case):
        return ctl.request(case["method"], url, base64.b64decode(case["body_base64"]), case["headers"])[0]

    def try_vendor(self, vendor):
        by_time = {}
        for number, case in enumerate(load(vendor)):
            by_time.setdefault(case["now"], []).append((f"{vendor}-{number}", case))
        for now, cases in by_time.items():
            self.folder = os.path.join(self.home, f"data-{now}")
            server = self.serve(program=ctl.CLOCKED, environment=self.clocked(now))
            self.try_cases(server, vendor, cases)
            self.end(server)

    def try_cases(self, server, vendor, cases):
        accepted = set()
        for marker, case in cases:
            url = self.make_flow(vendor, case, marker)
            status = self.post(url, case)
            if case["expected"] == "valid":
                self.assertIn(status, range(200, 300), case["name"])
                accepted.add(marker)
            else:
                self.assertEqual(status, 401, case["name"])
        self.assertGreater(len(accepted), 0, "no accepted vector at all")
        self.assertLess(len(accepted), len(cases), "no tampered vector at all")
        driven = self.wait_for("every accepted one to drive its flow",
                               lambda: accepted <= self.driven(server) and self.driven(server))
        self.assertEqual(driven, accepted)
        self.assertEqual({event["flow"] for event in self.ask("events", "list", "--limit", "1000")}, accepted)
        refused = {marker: 0 if marker in accepted else 1 for marker, _ in cases}
        self.wait_for("every refusal to be counted",
                      lambda: {flow["id"]: flow["refused"] for flow in self.ask("flows", "list")} == refused)

    def driven(self, server):
        """The markers of the flows that reached the practice ground."""
        found = set()
        for received in server.received():
            tags = received["body"]["variables"]["tags"]
            found.add(tags if isinstance(tags, str) else tags[0])
        return found


def add_test(vendor):
    setattr(Vectors, f"test_{vendor}", lambda self: self.try_vendor(vendor))


for name in VENDORS:
    add_test(name)


if __name__ == "__main__":
    ctl.main()
