#!/usr/bin/python3
# test-runs.py
#
# Copyright 2026 The Signalbox authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Events and runs as a script sees them: listed, shown, replayed, retried, decided about."""

import ctl


class Runs(ctl.Case):
    def setUp(self):
        super().setUp()
        self.connection = self.add_shopify()
        self.flow = self.add_live_flow(connection=self.connection)
        self.server = self.serve()
        self.url = self.ask("flows", "show", self.flow)["url"]

    def runs(self, *more):
        return self.ask("runs", "list", *more)

    def wait_for_state(self, state, number=1):
        return self.wait_for(f"{number} runs {state}", lambda: len(self.runs("--state", state)) >= number
                             and self.runs("--state", state))

    def test_an_order_becomes_an_event_and_a_run(self):
        self.assertEqual(ctl.post_order(self.url, 1004), 200)
        run = self.wait_for_state("done")[0]
        self.assertEqual(run["label"], "Order #1004")
        self.assertEqual(run["flow"], self.flow)
        self.assertEqual(run["mode"], "practice")
        event = self.ask("events", "list")[0]
        self.assertEqual((event["event_id"], event["source"], event["flow"]), ("event-1004", "webhook", self.flow))
        shown = self.ask("events", "show", str(event["id"]))
        self.assertEqual(shown["body"], ctl.order(1004))
        whole = self.ask("runs", "show", str(run["id"]))
        self.assertEqual([attempt["state"] for attempt in whole["attempts"]], ["done"])
        self.assertEqual(whole["attempts"][0]["request"]["method"], "POST")
        self.assertEqual(len(self.server.received()), 1)
        words = self.ctl("runs", "show", str(run["id"]), check=0).out
        self.assertIn("Order #1004", words)
        self.assertIn("tag", words)
        line = self.ctl("runs", "list", check=0).out.split("\t")
        self.assertEqual(line[0], str(run["id"]))
        self.assertIn("Order #1004", line)

    def test_lists_are_cut_by_flow_state_text_time_and_number(self):
        for number in (1001, 1002, 1003):
            self.assertEqual(ctl.post_order(self.url, number), 200)
        self.wait_for_state("done", 3)
        self.assertEqual(len(self.runs("--limit", "2")), 2)
        newest = self.runs("--limit", "1")[0]
        self.assertEqual(len(self.runs("--before", str(newest["id"]))), 2)
        self.assertEqual([run["label"] for run in self.runs("--text", "#1002")], ["Order #1002"])
        self.assertEqual(len(self.runs("--flow", self.flow)), 3)
        self.assertIn("“other”", self.ctl("runs", "list", "--flow", "other", check=1).err)
        self.assertEqual(self.runs("--state", "open"), [])
        self.assertEqual(self.runs("--since", "2099-01-01T00:00:00Z"), [])
        self.assertEqual(len(self.runs("--since", "2020-01-01")), 3)
        self.assertEqual(len(self.ask("events", "list", "--limit", "2")), 2)
        self.assertEqual(len(self.ask("events", "list", "--flow", self.flow)), 3)
        self.assertIn("“other”", self.ctl("events", "list", "--flow", "other", check=1).err)
        self.assertEqual(self.ask("inbox"), [])

    def test_replay_runs_again(self):
        ctl.post_order(self.url, 7)
        self.wait_for_state("done")
        event = self.ask("events", "list")[0]
        run = self.ask("events", "replay", str(event["id"]))["run"]
        self.wait_for_state("done", 2)
        self.assertIn(run, [one["id"] for one in self.runs()])
        self.assertIn("999", self.ctl("events", "replay", "999", check=1).err)
        self.ctl("events", "show", "999", check=1)

    def test_a_repeat_makes_no_second_run(self):
        self.assertEqual(ctl.post_order(self.url, 8), 200)
        self.assertEqual(ctl.post_order(self.url, 8), 200)
        self.wait_for_state("done")
        self.assertEqual(len(self.runs()), 1)
        self.assertEqual(len(self.ask("events", "list")), 1)

    def test_pause_holds_and_resume_takes_up(self):
        self.ctl("flows", "pause", self.flow, check=0)
        self.assertEqual(ctl.post_order(self.url, 9), 200)
        flow = self.wait_for("a held event", lambda: self.ask("flows", "show", self.flow)["held"] and
                             self.ask("flows", "show", self.flow))
        self.assertEqual((flow["state"], flow["held"]), ("paused", 1))
        self.assertEqual(self.server.received(), [])
        self.ctl("flows", "resume", self.flow, check=0)
        self.wait_for_state("done")
        self.assertEqual(self.ask("flows", "show", self.flow)["held"], 0)

    def test_a_bad_signature_is_counted(self):
        self.assertEqual(ctl.post_order(self.url, 10, secret="wrong"), 401)
        self.wait_for("the count", lambda: self.ask("flows", "show", self.flow)["refused"] == 1)
        self.assertEqual(self.ask("events", "list"), [])
        self.assertEqual(self.runs(), [])

    def fill_inbox(self):
        """An order the vendor would never take: it has no id to tag."""
        body = b'{"name": "#1005"}'
        status, _ = ctl.request("POST", self.url, body, ctl.sign_shopify(body, "shpss_test", "event-1005"))
        self.assertEqual(status, 200)
        return self.wait_for_state("inbox")[0]

    def test_the_inbox_says_why_in_words(self):
        run = self.fill_inbox()
        self.assertIn("#1005", run["problem"])
        self.assertIn("id", run["problem"])
        self.assertEqual([one["id"] for one in self.ask("inbox")], [run["id"]])
        self.assertEqual(self.ask("flows", "show", self.flow)["inbox"], 1)
        self.assertEqual(self.server.received(), [])
        self.assertIn(run["problem"], self.ctl("inbox", check=0).out)

    def test_decisions(self):
        run = self.fill_inbox()
        number = str(run["id"])
        self.ctl("runs", "retry", number, check=0)
        self.wait_for_state("inbox")
        self.ctl("runs", "resolve", number, "--as", "drop", check=0)
        self.assertEqual(self.ask("runs", "show", number)["state"], "dropped")
        self.assertEqual(self.ask("inbox"), [])
        self.ctl("runs", "resolve", number, "--as", "done", check=1)
        self.ctl("runs", "retry", "999", check=1)
        self.ctl("runs", "resolve", "999", "--as", "not-done", check=1)

    def test_edited_data_go_on_beside_what_came(self):
        run = self.fill_inbox()
        number = str(run["id"])
        self.ctl("runs", "edit", number, check=2)
        self.ctl("runs", "edit", number, "id", check=2)
        self.ctl("runs", "edit", number, "id:={", check=2)
        self.assertIn("no place", self.ctl("runs", "edit", number, "name[7]=x", check=1).err)
        self.assertIn("stop again", self.ctl("runs", "edit", number, "name=#1006", check=1).err)
        self.assertEqual(self.ask("inbox")[0]["label"], run["label"], "what is refused changes nothing")
        self.ctl("runs", "edit", number, "id:=450789469", "name=#1006", check=0)
        done = self.wait_for_state("done")[0]
        self.assertEqual(done["id"], run["id"], "the same run")
        self.assertIn("#1006", done["label"])
        self.assertEqual(len(self.server.received()), 1)
        edited, original = self.ask("events", "list")
        self.assertEqual((edited["source"], edited["original"]), ("edited", original["id"]))
        self.assertEqual(done["event"], edited["id"])
        self.assertEqual(self.ask("events", "show", str(original["id"]))["body"], {"name": "#1005"})
        self.assertEqual(self.ask("events", "show", str(edited["id"]))["body"],
                         {"name": "#1006", "id": 450789469})
        # Found by what it says now; finished, there is nothing to edit any more.
        self.assertEqual([one["id"] for one in self.runs("--text", "1006")], [run["id"]])
        self.assertIn("not in the inbox", self.ctl("runs", "edit", number, "name=#1", check=1).err)
        self.ctl("runs", "edit", "999", "name=#1", check=1)

    def test_done_by_hand_goes_on_after_the_step(self):
        run = self.fill_inbox()
        self.ctl("runs", "resolve", str(run["id"]), "--as", "done", check=0)
        self.wait_for_state("done")
        self.assertEqual(self.server.received(), [])

    def test_status_sums_up(self):
        ctl.post_order(self.url, 11)
        self.wait_for_state("done")
        status = self.ask("status")
        self.assertEqual(status["mode"], "practice")
        self.assertEqual(status["folder"], self.folder)
        self.assertEqual(status["runs"]["done"], 1)
        self.assertRegex(status["last_event"], r"^\d{4}-\d\d-\d\dT.*Z$")
        self.assertRegex(self.ctl("status", check=0).out, r"Events today: +1\n")

    def test_stats_count_what_happened(self):
        for number in (21, 22, 23):
            self.assertEqual(ctl.post_order(self.url, number), 200)
        self.wait_for_state("done", 3)
        self.fill_inbox()
        stats = self.ask("stats")
        total = stats["total"]
        self.assertEqual((total["runs"], total["done"], total["to_inbox"]), (3, 3, 1))
        self.assertGreaterEqual(total["p95_ms"], total["median_ms"])
        self.assertEqual(total["saved_minutes"], 0)
        self.assertEqual(len(stats["days"]), 30)
        self.assertEqual(stats["days"][-1]["runs"], 3)
        flow = stats["flows"][0]
        self.assertEqual((flow["id"], flow["runs"], flow["open"], flow["has_baseline"]), (self.flow, 3, 1, False))
        self.assertEqual(self.ask("stats", "--mode", "live")["total"]["runs"], 0)
        self.assertEqual(len(self.ask("stats", "--days", "7", "--flow", self.flow)["days"]), 7)
        self.assertIn("“other”", self.ctl("stats", "--flow", "other", check=1).err)
        self.ctl("stats", "--days", "0", check=2)
        self.ctl("stats", "--by", "moon", check=2)
        words = self.ctl("stats", check=0).out
        self.assertRegex(words, r"Runs: +3, 3 done to the end\n")
        self.assertRegex(words, r"Needed a person: +1 \(33.3 %\)\n")
        # Nobody said what this flow saves: no figure is made up.
        line = [line.split("\t") for line in words.splitlines() if line.startswith(self.flow)][0]
        self.assertEqual((line[1], line[-1]), ("3", "–"))
        days = [line.split("\t") for line in self.ctl("stats", "--by", "day", "--days", "2", check=0).out.splitlines()]
        self.assertEqual([line[1] for line in days[-2:]], ["3", "0"])

    def test_tables_fit_the_terminal(self):
        import os
        import pty
        import subprocess
        ctl.post_order(self.url, 12)
        self.wait_for_state("done")
        master, slave = pty.openpty()
        environment = dict(self.environment, COLUMNS="60", TERM="xterm")
        process = subprocess.Popen([ctl.PROGRAM, "runs", "list", "--data", self.folder], stdin=subprocess.DEVNULL,
                                   stdout=slave, stderr=slave, env=environment)
        self.assertEqual(process.wait(ctl.PATIENCE), 0)
        os.close(slave)
        text = b""
        try:
            while chunk := os.read(master, 4096):
                text += chunk
        except OSError:
            pass
        os.close(master)
        lines = text.decode().replace("\r", "").splitlines()
        self.assertEqual(len(lines), 2, lines)
        self.assertTrue(lines[0].startswith("RUN"))
        for line in lines:
            self.assertLessEqual(len(line), 60, line)


if __name__ == "__main__":
    ctl.main()
