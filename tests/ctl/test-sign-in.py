#!/usr/bin/python3
# test-sign-in.py
#
# Copyright 2026 The Signalbox authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Signing in in the browser, and what keeps a sign-in alive, against an authorization server on loopback."""

import json
import os
import signal
import subprocess
import threading
import urllib.parse

import authority
import ctl


class SignIn(ctl.Case):
    def setUp(self):
        super().setUp()
        self.authority = authority.Authority()
        self.addCleanup(self.authority.close)
        self.environment["G_MESSAGES_DEBUG"] = "all"
        self.use()

    def use(self, **oauth):
        """Writes the connector file and adds a connection that nobody has signed in to."""
        folder = os.path.join(self.folder, "connectors")
        os.makedirs(folder, mode=0o700, exist_ok=True)
        os.chmod(self.folder, 0o700)
        with open(os.path.join(folder, "guarded.json"), "w", encoding="utf-8") as file:
            json.dump(self.authority.connector(**oauth), file)

    def add(self, *settings):
        added = self.ask("connections", "add", "--connector", "guarded", "--name", "Books", "--environment", "production",
                         "--set", f"client_id={authority.CLIENT}", *settings)
        self.assertTrue(added["signs_in"])
        self.ctl("connections", "set-secret", added["id"], "--secret", "app_secret", given=self.authority.client_secret,
                 check=0)
        return added["id"]

    def begin(self, connection):
        """Begins to sign in; gives the program and the address it prints."""
        program = subprocess.Popen([ctl.PROGRAM, "connections", "sign-in", connection, "--data", self.folder],
                                   env=self.without_leak_check(), stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                   stdin=subprocess.DEVNULL, text=True)
        self.addCleanup(lambda: program.poll() is None and program.kill())
        address = program.stdout.readline().strip()
        if not address:
            self.fail(program.communicate(timeout=ctl.PATIENCE)[1])
        return program, address

    def finish(self, program, status=0):
        out, err = program.communicate(timeout=ctl.PATIENCE)
        self.outputs.append(out + err)
        self.assertEqual(program.returncode, status, out + err)
        return out if status == 0 else err

    def sign_in(self, connection):
        program, address = self.begin(connection)
        status, page = ctl.request("GET", authority.follow(address))
        self.assertEqual(status, 200, page)
        self.assertIn(b"signed in", page)
        self.assertIn("signed in", self.finish(program))

    def serve_live(self):
        server = self.start("serve", "--port", "0", environment=self.without_leak_check())
        return server

    def make_flow(self, connection):
        document = {"format": 1, "id": "book", "name": "Book", "trigger": {
            "type": "webhook", "connector": "guarded", "trigger": "order", "connection": connection},
            "steps": [{"id": "book", "type": "action", "connector": "guarded", "action": "book",
                       "connection": connection, "fields": {"ref": "{{trigger.id}}"}}]}
        self.ctl("flows", "import", self.write("flow.json", document), check=0)
        self.ctl("flows", "publish", "book", "--override", "a test", check=0)

    def ring(self, server, *numbers):
        url = self.ask("flows", "show", "book")["url"]
        for number in numbers:
            status, _ = ctl.request("POST", url, json.dumps({"id": str(number)}).encode(),
                                    {"Content-Type": "application/json"})
            self.assertEqual(status, 200)

    def states(self):
        return [run["state"] for run in self.ask("runs", "list", "--limit", "100")]

    def wait_done(self, number):
        self.wait_for(f"{number} runs", lambda: self.states().count("done") == number)

    def assert_no_secret(self, *servers):
        """Nothing that was ever granted stands anywhere but in the keyring."""
        texts = {"outputs": "\n".join(self.outputs)}
        for server in servers:
            texts["log"] = texts.get("log", "") + server.end_errors
        for top, _, names in os.walk(self.home):
            for name in names:
                path = os.path.join(top, name)
                if not name.startswith("test.keyring") and os.path.isfile(path):
                    with open(path, "rb") as file:
                        texts[path] = file.read().decode("latin-1")
        for where, text in texts.items():
            for secret in [*self.authority.given, self.authority.client_secret]:
                self.assertFalse(secret in text, f"{secret[:16]}… stands in {where}")

    # --- signing in

    def test_a_person_signs_in(self):
        connection = self.add()
        self.assertEqual(self.ask("connections", "list")[0]["signed_in"], False)
        self.ctl("connections", "test", connection, check=1)
        self.sign_in(connection)
        listed = self.ask("connections", "list")[0]
        self.assertEqual(listed["signed_in"], True)
        self.assertEqual(listed["settings"]["company"], "4711", "the vendor names the company")
        self.assertIn("works", self.ctl("connections", "test", connection, check=0).out)
        self.assertEqual(self.authority.problems, [])
        self.assertEqual(self.authority.calls[-1], ("/whoami", self.authority.access))
        self.assert_no_secret()

    def test_the_same_while_a_server_has_the_folder(self):
        connection = self.add()
        server = self.serve_live()
        self.sign_in(connection)
        self.make_flow(connection)
        self.ring(server, 1)
        self.wait_done(1)
        self.end(server)
        self.assertEqual(self.authority.problems, [])
        self.assert_no_secret(server)

    def test_a_vendor_that_wants_the_client_in_a_header(self):
        self.use(client="basic")
        self.sign_in(self.add())
        self.assertEqual(self.authority.problems, [])

    def test_what_does_not_belong_to_it_is_refused_and_changes_nothing(self):
        connection = self.add()
        program, address = self.begin(connection)
        good = authority.follow(address)
        parts = urllib.parse.urlsplit(good)
        asked = dict(urllib.parse.parse_qsl(parts.query))
        base = f"http://{parts.netloc}"
        wrong = urllib.parse.urlencode(dict(asked, state="x" * len(asked["state"])))
        denied = urllib.parse.urlencode({"state": "guessed", "error": "access_denied"})
        for status, method, path, headers in (
                (400, "GET", f"{parts.path}?{wrong}", {}),
                (400, "GET", f"{parts.path}?{denied}", {}),
                (400, "GET", f"{parts.path}?code=1", {}),
                (400, "GET", f"{parts.path}?{parts.query}&state=again", {}),
                (400, "GET", f"{parts.path}?state={asked['state']}", {}),
                (404, "GET", f"/other?{parts.query}", {}),
                (404, "GET", "/", {}),
                (404, "GET", f"{parts.path}?{parts.query}", {"Host": f"evil.example:{parts.port}"}),
                (405, "PUT", f"{parts.path}?{parts.query}", {}),
                (400, "POST", f"{parts.path}?{parts.query}", {"Content-Length": "1"})):
            got, page = ctl.request(method, base + path, None, headers)
            self.assertEqual(got, status, (method, path, headers))
            self.assertNotIn(asked["code"].encode(), page)
        self.assertEqual(self.authority.exchanges, 0)
        self.assertEqual(ctl.request("GET", good)[0], 200)
        self.finish(program)

        # It listened for this one answer only: the same code is worth nothing to anybody else.
        with self.assertRaises(OSError):
            ctl.request("GET", good)
        self.assertEqual(self.authority.exchanges, 1)
        self.assertEqual(self.authority.problems, [])
        self.assert_no_secret()

    def test_a_code_that_was_used_is_told_in_words(self):
        connection = self.add()
        program, address = self.begin(connection)
        good = authority.follow(address)
        self.authority.codes.clear()
        status, page = ctl.request("GET", good)
        self.assertEqual(status, 400)
        self.assertIn(b"failed", page)
        self.assertIn("does not accept the sign-in", self.finish(program, status=1))
        self.assertEqual(self.ask("connections", "list")[0]["signed_in"], False)
        self.assert_no_secret()

    def test_who_declines_is_told_that_nothing_changed(self):
        connection = self.add()
        self.authority.deny = "access_denied"
        program, address = self.begin(connection)
        self.assertEqual(ctl.request("GET", authority.follow(address))[0], 400)
        self.assertIn("declined", self.finish(program, status=1))
        self.assertEqual(self.authority.exchanges, 0)

    def test_another_account_does_not_slip_in(self):
        connection = self.add("--set", "company=1")
        program, address = self.begin(connection)
        self.assertEqual(ctl.request("GET", authority.follow(address))[0], 400)
        self.assertIn("another account", self.finish(program, status=1))

    def test_without_its_client_it_says_what_is_missing(self):
        added = self.ask("connections", "add", "--connector", "guarded", "--name", "Books", "--environment", "production",
                         "--set", f"client_id={authority.CLIENT}")
        said = self.ctl("connections", "sign-in", added["id"], check=1)
        self.assertIn("Client secret", said.err)

    def test_a_sign_in_that_is_given_up_listens_no_more(self):
        connection = self.add()
        server = self.serve_live()
        program, address = self.begin(connection)
        good = authority.follow(address)
        program.kill()
        program.communicate(timeout=ctl.PATIENCE)

        def deaf():
            try:
                return ctl.request("GET", good)[0] != 200 and None
            except OSError:
                return True
        self.wait_for("the end of the listening", deaf)
        self.assertEqual(self.authority.exchanges, 0)
        self.end(server)

    def test_a_server_that_stops_waits_for_nobody(self):
        connection = self.add()
        server = self.serve_live()
        program, _ = self.begin(connection)
        self.end(server)
        program.communicate(timeout=ctl.PATIENCE)
        self.assertNotEqual(program.returncode, 0)

    # --- staying signed in

    def signed_in_and_serving(self):
        connection = self.add()
        self.sign_in(connection)
        server = self.serve_live()
        self.make_flow(connection)
        return connection, server

    def test_twenty_runs_wait_for_one_renewal(self):
        self.authority.lifetime = 5      # less than a call is worth: it counts as over from the start
        connection = self.add()
        self.sign_in(connection)
        self.authority.lifetime = 3600
        old = self.authority.access
        server = self.serve_live()
        self.make_flow(connection)
        self.ring(server, *range(20))
        self.wait_done(20)
        self.assertEqual(self.authority.renewals, 1)
        self.assertNotIn(old, [token for _, token in self.authority.calls], "an old token is not even tried")
        self.assertEqual(self.authority.done("/book/"), 20)
        self.end(server)
        self.assertEqual(self.authority.problems, [])
        self.assert_no_secret(server)

    def test_a_token_the_vendor_has_withdrawn_is_renewed_once(self):
        connection, server = self.signed_in_and_serving()
        self.authority.revoke_access()
        self.ring(server, *range(20))
        self.wait_done(20)
        self.assertEqual(self.authority.renewals, 1)
        # New tokens that are refused as well mean something else.
        self.authority.revoke_access()
        self.ring(server, 21)
        self.wait_for("trouble", lambda: self.ask("connections", "list")[0]["trouble"])
        self.assertEqual(self.authority.renewals, 1)
        self.end(server)
        self.assert_no_secret(server)

    def test_a_renewal_that_is_refused_asks_for_a_person_once(self):
        connection, server = self.signed_in_and_serving()
        self.authority.revoke_access()
        self.authority.refresh = None
        self.ring(server, *range(5))
        self.wait_for("five runs that wait", lambda: self.states().count("blocked") == 5)
        trouble = self.wait_for("trouble", lambda: self.ask("connections", "list")[0]["trouble"])
        self.assertIn("Sign in again", trouble)
        self.sign_in(connection)
        self.wait_done(5)
        self.assertIsNone(self.ask("connections", "list")[0]["trouble"])
        self.end(server)
        self.assertEqual(server.end_errors.count("serve: Sign in again at Guarded"), 1, server.end_errors)
        self.assert_no_secret(server)

    def test_a_vendor_that_is_down_is_asked_again(self):
        connection, server = self.signed_in_and_serving()
        self.authority.failures = [503]
        self.authority.revoke_access()
        self.ring(server, 1)
        self.wait_done(1)
        self.assertEqual(self.authority.renewals, 1)
        self.assertEqual(self.authority.problems, [])
        self.end(server)

    def test_new_tokens_outlive_a_kill(self):
        connection, server = self.signed_in_and_serving()
        go_on = threading.Event()
        self.authority.hold = ("/book/", go_on)
        self.authority.revoke_access()
        self.ring(server, 1)
        self.assertTrue(self.authority.arrived.wait(ctl.PATIENCE), "the call with new tokens")
        self.assertEqual(self.authority.renewals, 1)
        server.process.send_signal(signal.SIGKILL)
        server.process.wait(ctl.PATIENCE)
        server.process.stdout.close()
        server.errors.close()
        self.authority.hold = None
        go_on.set()

        # The old refresh token would have cost everything: this vendor takes each of them once.
        again = self.serve_live()
        self.wait_done(1)
        self.assertEqual(self.authority.problems, [])
        self.authority.revoke_access()
        self.ring(again, 2)
        self.wait_done(2)
        self.assertEqual(self.authority.renewals, 2)
        self.assertEqual(self.authority.problems, [])
        self.end(again)
        self.assert_no_secret(again)


if __name__ == "__main__":
    ctl.main()
