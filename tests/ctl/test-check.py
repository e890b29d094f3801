#!/usr/bin/python3
# test-check.py
#
# Copyright 2026 The Signalbox authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""signalboxctl check: every problem of flow and connector files, each with its place."""

import glob
import json
import os

import ctl


class Check(ctl.Case):
    def test_what_comes_with_signalbox_is_good(self):
        files = [path for path in glob.glob(ctl.DATA + "/connectors/*.json") + glob.glob(ctl.DATA + "/flows/*.json")
                 if os.path.basename(path) != "schema.json"]
        self.assertGreater(len(files), 1)
        result = self.ctl("check", *files, check=0)
        self.assertEqual(result.out, "")
        self.assertFalse(os.path.exists(self.folder), "check must not make a data folder")

    def test_every_problem_of_a_flow_is_named_with_its_place(self):
        document = ctl.order_flow(steps=[
            {"id": "tag", "type": "action", "connector": "shopify", "action": "no-such-action", "fields": {}},
            {"id": "tag", "type": "action", "connector": "no-such-vendor", "action": "x", "fields": {}},
            {"id": "odd", "type": "no-such-type"},
        ])
        path = self.write("flow.json", document)
        result = self.ctl("check", path, check=1)
        lines = result.out.splitlines()
        self.assertGreaterEqual(len(lines), 1)
        for line in lines:
            self.assertRegex(line, "^" + path + r": \$[.\w\[\]-]*: \S")
        self.assertIn("$.steps[2]", result.out)
        self.assertIn("no-such-type", result.out)
        self.assertTrue(result.err.startswith("signalboxctl: check: 1 of 1 file has problems"), result)

    def test_tokens_and_actions_are_checked_against_the_connectors(self):
        document = ctl.order_flow(steps=[
            {"id": "tag", "type": "action", "connector": "shopify", "action": "no-such-action", "fields": {}},
            {"id": "late", "type": "action", "connector": "shopify", "action": "tag-order",
             "fields": {"Order": "{{nowhere.id}}", "Tags": "{{trigger.name | no_such_filter}}"}},
        ])
        result = self.ctl("check", self.write("flow.json", document), check=1)
        self.assertIn("no-such-action", result.out)
        self.assertIn("no_such_filter", result.out)
        self.assertIn("nowhere", result.out)

    def test_every_problem_of_a_connector_is_named(self):
        path = self.write("connector.json", {"format": 1, "id": "Bad Id", "triggers": [{}], "actions": [{"id": "x"}]})
        result = self.ctl("check", path, check=1)
        self.assertIn("$.id", result.out)
        self.assertIn("$.triggers[0]", result.out)
        self.assertIn("$.actions[0]", result.out)

    def test_broken_files(self):
        cases = {
            "cut.json": '{"format": 1, "steps": [', "empty.json": "", "deep.json": "[" * 100000, "text.json": "hello",
            "quotes.json": "{'format': 1}", "neither.json": "{}", "number.json": "42",
        }
        paths = {name: self.write(name, content) for name, content in cases.items()}
        result = self.ctl("check", *paths.values(), check=1)
        for path in paths.values():
            self.assertIn(f"{path}: $: ", result.out)
        self.assertIn("7 of 7 files", result.err)

    def test_files_that_are_not_there_or_no_files(self):
        result = self.ctl("check", "/nonexistent.json", self.home, "/dev/null", check=1)
        for path in ("/nonexistent.json", self.home, "/dev/null"):
            self.assertIn(f"{path}: $: ", result.out)

    def test_the_good_ones_are_checked_beside_the_bad_ones(self):
        good = self.write("good.json", ctl.order_flow())
        bad = self.write("bad.json", "{")
        files = {file["file"]: file for file in json.loads(self.ctl("check", bad, good, "--json", check=1).out)}
        self.assertEqual(files[good]["kind"], "flow")
        self.assertEqual(files[good]["problems"], [])
        self.assertEqual(files[bad]["problems"][0]["path"], "$")

    def test_own_connectors_of_the_data_folder_count(self):
        with open(ctl.DATA + "/connectors/shopify.json", encoding="utf-8") as file:
            own = json.load(file)
        own["id"] = "my-shop"
        os.makedirs(self.folder + "/connectors")
        with open(self.folder + "/connectors/my-shop.json", "w", encoding="utf-8") as file:
            json.dump(own, file)
        document = ctl.order_flow()
        document["trigger"]["connector"] = document["steps"][0]["connector"] = "my-shop"
        self.ctl("check", self.write("flow.json", document), check=0)
        self.ctl("check", self.write("flow.json", document), folder=self.home + "/other", check=1)


if __name__ == "__main__":
    ctl.main()
