#!/usr/bin/python3
# test-pilot.py
#
# Copyright 2026 The Signalbox authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""signalboxctl pilot: the ready-made flow and others, their verdict, and the report."""

import json
import os
import subprocess
import time

import ctl

TEMPLATE = ctl.DATA + "/flows/order-to-cash.json"


class Pilot(ctl.Case):
    def test_the_ready_made_flow_meets_its_criteria(self):
        report = os.path.join(self.home, "report.html")
        result = self.ctl("pilot", TEMPLATE, "--report", report, check=0)
        self.assertIn("Report: " + report, result.out)
        self.assertEqual(result.err, "")
        with open(report, encoding="utf-8") as file:
            html = file.read()
        self.assertIn("</html>", html)
        self.assertNotIn("<script", html)
        self.assertEqual(os.stat(report).st_mode & 0o777, 0o600)
        self.assertFalse(os.path.exists(self.folder), "a pilot of a file needs no data folder")

    def test_every_ready_made_flow_comes_with_ten_records_that_pass(self):
        templates = [one["id"] for one in self.ask("flows", "templates")]
        self.assertGreaterEqual(len(templates), 3)
        for id in templates:
            with self.subTest(id):
                result = self.ask("pilot", id)
                self.assertTrue(result["passed"])
                self.assertEqual(len(result["records"]), 10)

    def test_the_result_as_json(self):
        result = self.ctl("pilot", TEMPLATE, "--json", check=0).json
        self.assertTrue(result["passed"])
        self.assertEqual(len(result["records"]), 10)
        self.assertEqual(result["mode"], "practice")
        self.assertTrue(os.path.exists(result["report"]))
        self.assertEqual(os.path.dirname(result["report"]), self.folder + "/reports")

    def test_preview_sends_nothing_and_says_so(self):
        result = self.ctl("pilot", TEMPLATE, "--mode", "preview", "--json")
        self.assertIn(result.status, (0, 1))
        self.assertEqual(result.json["mode"], "preview")

    def test_a_kept_flow_opens_its_gate(self):
        id = self.ctl("flows", "new", "order-to-cash", check=0).out.strip()
        before = self.ask("flows", "show", id)["gate"]
        self.assertGreater(len(before), 0)
        self.ctl("pilot", id, check=0)
        self.assertNotEqual(self.ask("flows", "show", id)["gate"], before)

    def test_a_name_stands_for_the_ready_made_flow_until_there_is_one(self):
        self.assertTrue(self.ask("pilot", "order-to-cash")["passed"])
        self.assertEqual(self.ask("flows", "list"), [])
        self.ctl("flows", "new", "order-to-cash", check=0)
        self.ctl("flows", "set", "order-to-cash", "packing.no-such-field=x", check=1)
        self.ctl("pilot", "order-to-cash", check=0)
        self.ctl("pilot", "order-to-csah", check=1)

    def test_beside_a_server(self):
        id = self.ctl("flows", "new", "order-to-cash", check=0).out.strip()
        server = self.serve()
        self.assertTrue(self.ask("pilot", id)["passed"])
        self.assertEqual(server.received(), [], "a pilot has a practice ground of its own")
        self.assertEqual(self.ask("runs", "list"), [])
        self.end(server)

    def test_a_client_that_dies_takes_its_pilot_along(self):
        id = self.ctl("flows", "new", "order-to-cash", check=0).out.strip()
        server = self.serve()
        client = subprocess.Popen([ctl.PROGRAM, "pilot", id, "--data", self.folder], env=self.environment,
                                  stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(0.3)
        client.kill()
        client.wait()
        gate = self.ask("flows", "show", id)["gate"]
        self.assertIn("pilot", " ".join(gate).lower(), "nothing was kept")
        self.assertTrue(self.ask("pilot", id)["passed"], "the next one is not disturbed")
        self.end(server)

    def test_criteria_that_are_not_met_are_a_failure(self):
        with open(TEMPLATE, encoding="utf-8") as file:
            flow = json.load(file)
        records = [{"title": "An order that lacks everything", "body": {"name": "#1"}}]
        result = self.ctl("pilot", self.write("flow.json", flow), "--records", self.write("records.json", records), check=1)
        self.assertTrue(result.err.startswith("signalboxctl: pilot: "), result)
        self.assertIn("criteria", result.err)
        self.assertIn("Report: ", result.out)

    def test_records_from_other_files(self):
        flow = self.write("flow.json", ctl.order_flow())
        lines = self.write("records.jsonl", "".join(json.dumps(ctl.order(number)) + "\n" for number in (1, 2)))
        result = self.ctl("pilot", flow, "--records", lines, "--json")
        self.assertEqual(len(result.json["records"]), 2, result)
        table = self.write("records.csv", "id,name,customer.id\n5702450000001,#1,7\n5702450000002,#2,8\n")
        result = self.ctl("pilot", flow, "--records", table, "--json")
        self.assertEqual(len(result.json["records"]), 2, result)

    def test_what_cannot_be_tried(self):
        flow = self.write("flow.json", ctl.order_flow())
        broken = self.write("broken.json", ctl.order_flow(steps=[{"id": "x", "type": "odd"}]))
        self.assertIn("$.steps[0]", self.ctl("pilot", broken, check=1).err)
        self.ctl("pilot", "/nonexistent.json", check=1)
        self.ctl("pilot", "no-such-flow", check=1)
        self.ctl("pilot", flow, "--records", "/nonexistent.json", check=1)
        self.ctl("pilot", flow, "--records", self.write("bad.json", "[1,"), check=1)
        result = self.ctl("pilot", TEMPLATE, "--report", "/nonexistent/report.html", check=1)
        self.assertIn("/nonexistent/report.html", result.err)


if __name__ == "__main__":
    ctl.main()
