#!/usr/bin/python3
# test-flows.py
#
# Copyright 2026 The Signalbox authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Flows without a window: made, edited, published, paused, rolled back, moved between folders."""

import json
import os

import ctl


class Flows(ctl.Case):
    def show(self, id):
        return self.ask("flows", "show", id)

    def test_nothing_yet(self):
        self.assertEqual(self.ask("flows", "list"), [])
        self.assertEqual(self.ctl("flows", "list", check=0).out, "")
        self.assertEqual(os.stat(self.folder).st_mode & 0o777, 0o700)

    def test_new_prints_the_id_and_no_connection_is_chosen(self):
        self.assertIn("order-to-cash", [one["id"] for one in self.ask("flows", "templates")])
        id = self.ctl("flows", "new", "order-to-cash", check=0).out.strip()
        self.assertEqual(id, "order-to-cash")
        flow = self.show(id)
        self.assertEqual(flow["state"], "draft")
        self.assertEqual(flow["live_version"], 0)
        self.assertIsNone(flow["trigger"]["connection"])
        for step in flow["steps"]:
            self.assertIsNone(step.get("connection"))
        self.assertRegex(flow["url"], r"^http://127\.0\.0\.1:\d+/in/[\w-]{20,}$")
        self.assertGreater(len(flow["gate"]), 0)
        second = self.ctl("flows", "new", "order-to-cash", "--name", "Second shop", check=0).out.strip()
        self.assertNotEqual(second, id)
        self.assertNotEqual(self.show(second)["url"], flow["url"])
        self.assertEqual({one["name"] for one in self.ask("flows", "list")}, {flow["name"], "Second shop"})

    def test_the_same_template_twice_makes_two(self):
        first = self.ctl("flows", "new", "order-to-cash", check=0).out.strip()
        second = self.ctl("flows", "new", "order-to-cash", check=0).out.strip()
        self.assertNotEqual(first, second)

    def test_new_of_what_there_is_not(self):
        result = self.ctl("flows", "new", "order-to-csah", check=1)
        self.assertIn("order-to-cash", result.err)
        self.ctl("flows", "new", "../../etc/passwd", check=1)

    def test_unknown_flow(self):
        for words in (["show", "x"], ["export", "x"], ["publish", "x"], ["pause", "x"], ["resume", "x"],
                      ["rollback", "x", "1"], ["remove", "x"], ["set", "x", "a.b=c"], ["connect", "x", "trigger", "none"]):
            result = self.ctl("flows", *words, check=1)
            self.assertRegex(result.err, r"^signalboxctl: flows \w+ x: .*“x”.*: .+\n$")

    def test_import_of_a_broken_flow_names_every_problem_and_imports_nothing(self):
        path = self.write("flow.json", ctl.order_flow(steps=[
            {"id": "a", "type": "no-such-type"}, {"id": "b", "type": "action", "connector": "shopify"}]))
        result = self.ctl("flows", "import", path, check=1)
        self.assertIn("$.steps[0]", result.err)
        self.assertIn("$.steps[1]", result.err)
        path = self.write("unfinished.json", ctl.order_flow(steps=[
            {"id": "tag", "type": "action", "connector": "shopify", "action": "tag-order", "fields": {}}]))
        result = self.ctl("flows", "import", path, check=1)
        self.assertIn("Order", result.err)
        self.assertEqual(self.ask("flows", "list"), [])
        result = self.ctl("flows", "import", path, "--unfinished", check=0)
        self.assertEqual(result.out, "tag-orders\n")
        self.assertIn("still to do", result.err)
        self.assertGreater(len(self.show("tag-orders")["problems"]), 0)

    def test_import_of_what_is_no_flow(self):
        for name, content in (("a.json", "[]"), ("b.json", "42"), ("c.json", "{"), ("d.json", "{}")):
            self.ctl("flows", "import", self.write(name, content), check=1)
        self.ctl("flows", "import", "/nonexistent.json", check=1)
        self.assertEqual(self.ask("flows", "list"), [])

    def test_import_does_not_overwrite_unasked(self):
        path = self.write("flow.json", ctl.order_flow())
        self.ctl("flows", "import", path, check=0)
        changed = ctl.order_flow()
        changed["name"] = "Changed"
        path = self.write("flow.json", changed)
        self.assertIn("--replace", self.ctl("flows", "import", path, check=1).err)
        self.assertEqual(self.show("tag-orders")["name"], "Tag paid orders")
        self.ctl("flows", "import", path, "--replace", check=0)
        self.assertEqual(self.show("tag-orders")["name"], "Changed")
        other = self.ctl("flows", "import", path, "--name", "Another", check=0).out.strip()
        self.assertEqual(other, "another")

    def test_export_gives_back_what_was_imported(self):
        document = ctl.order_flow()
        document["steps"][0]["fields"]["Tags"] = "{{trigger.total_price}} 1199.00 ☕"
        self.ctl("flows", "import", self.write("flow.json", document), check=0)
        exported = self.ctl("flows", "export", "tag-orders", check=0).out
        self.assertEqual(json.loads(exported), document)
        path = os.path.join(self.home, "out.json")
        self.ctl("flows", "export", "tag-orders", "--output", path, check=0)
        self.ctl("flows", "import", path, folder=self.home + "/other", check=0)
        self.assertEqual(self.ctl("flows", "export", "tag-orders", folder=self.home + "/other", check=0).out, exported)
        self.ctl("flows", "export", "tag-orders", "--version", "1", check=1)
        self.ctl("flows", "export", "tag-orders", "--output", "/nonexistent/x.json", check=1)

    def test_set_changes_one_field_of_the_draft(self):
        self.ctl("flows", "import", self.write("flow.json", ctl.order_flow()), check=0)
        self.ctl("flows", "set", "tag-orders", "tag.Tags=Order {{trigger.name}}", check=0)
        self.ctl("flows", "set", "tag-orders", 'tag.Order:="57"', check=0)
        fields = self.show("tag-orders")["steps"][0]["fields"]
        self.assertEqual(fields, {"Order": "57", "Tags": "Order {{trigger.name}}"})
        for assignment, says in (("nostep.Tags=x", "Its steps are: tag"), ("tag.Tgas=x", "Its fields are: Order, Tags")):
            self.assertIn(says, self.ctl("flows", "set", "tag-orders", assignment, check=1).err)
        self.assertEqual(self.show("tag-orders")["steps"][0]["fields"], fields)

    def test_connect_chooses_accounts(self):
        connection = self.add_shopify()
        self.ctl("flows", "import", self.write("flow.json", ctl.order_flow()), check=0)
        self.ctl("flows", "connect", "tag-orders", "trigger", connection, check=0)
        flow = self.show("tag-orders")
        self.assertEqual(flow["trigger"]["connection"], connection)
        self.assertIsNone(flow["steps"][0]["connection"])
        self.ctl("flows", "connect", "tag-orders", "tag", connection, check=0)
        self.assertEqual(self.show("tag-orders")["steps"][0]["connection"], connection)
        self.ctl("flows", "connect", "tag-orders", "tag", "none", check=0)
        self.assertIsNone(self.show("tag-orders")["steps"][0]["connection"])
        self.ctl("flows", "connect", "tag-orders", "all", connection, check=0)
        self.assertEqual(self.show("tag-orders")["steps"][0]["connection"], connection)
        self.assertIn("nobody", self.ctl("flows", "connect", "tag-orders", "tag", "nobody", check=1).err)
        self.assertIn("tag", self.ctl("flows", "connect", "tag-orders", "nostep", connection, check=1).err)

    def test_an_account_of_another_vendor_is_refused(self):
        self.ctl("flows", "import", self.write("flow.json", ctl.order_flow()), check=0)
        other = self.ask("connections", "add", "--connector", "slack", "--name", "Chat", "--environment", "production")
        result = self.ctl("flows", "connect", "tag-orders", "tag", other["id"], check=1)
        self.assertIn("shopify", result.err)
        self.assertIn("slack", self.ctl("flows", "connect", "tag-orders", "all", other["id"], check=1).err)

    def test_publish_needs_a_pilot_or_a_reason(self):
        self.ctl("flows", "import", self.write("flow.json", ctl.order_flow()), check=0)
        result = self.ctl("flows", "publish", "tag-orders", check=1)
        self.assertIn("pilot", result.err.lower())
        self.assertEqual(self.show("tag-orders")["state"], "draft")
        self.ctl("flows", "publish", "tag-orders", "--override", "", check=2)
        published = self.ask("flows", "publish", "tag-orders", "--override", "the owner is away")
        self.assertEqual(published["version"], 1)
        flow = self.show("tag-orders")
        self.assertEqual(flow["state"], "live")
        self.assertEqual([one["version"] for one in flow["versions"]], [1])

    def test_pause_resume_rollback_remove(self):
        self.ctl("flows", "import", self.write("flow.json", ctl.order_flow()), check=0)
        self.assertIn("pilot", self.ctl("flows", "pause", "tag-orders", check=1).err)
        self.ctl("flows", "publish", "tag-orders", "--override", "a test", check=0)
        self.ctl("flows", "set", "tag-orders", "tag.Tags=second", check=0)
        self.assertTrue(self.show("tag-orders")["draft_changed"])
        self.ctl("flows", "publish", "tag-orders", "--override", "a test", check=0)
        self.assertEqual(self.show("tag-orders")["live_version"], 2)
        first = json.loads(self.ctl("flows", "export", "tag-orders", "--version", "1", check=0).out)
        self.assertEqual(first["steps"][0]["fields"]["Tags"], "paid")

        self.ctl("flows", "rollback", "tag-orders", "3", check=1)
        self.ctl("flows", "rollback", "tag-orders", "1", check=0)
        flow = self.show("tag-orders")
        self.assertEqual(flow["live_version"], 1)
        self.assertEqual(flow["steps"][0]["fields"]["Tags"], "paid")

        self.assertIn("Pause it first", self.ctl("flows", "remove", "tag-orders", check=1).err)
        self.ctl("flows", "pause", "tag-orders", check=0)
        self.assertEqual(self.show("tag-orders")["state"], "paused")
        self.ctl("flows", "resume", "tag-orders", check=0)
        self.assertEqual(self.show("tag-orders")["state"], "live")
        self.ctl("flows", "pause", "tag-orders", check=0)
        self.ctl("flows", "remove", "tag-orders", check=0)
        self.assertEqual(self.ask("flows", "list"), [])
        self.ctl("flows", "show", "tag-orders", check=1)

    def test_show_in_words(self):
        self.ctl("flows", "import", self.write("flow.json", ctl.order_flow()), check=0)
        out = self.ctl("flows", "show", "tag-orders", check=0).out
        for words in ("Tag paid orders (tag-orders)", "Address:     http://127.0.0.1:", "when an order is paid",
                      "tag the order", "Before it can go live:"):
            self.assertIn(words, out)


if __name__ == "__main__":
    ctl.main()
