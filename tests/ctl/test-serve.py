#!/usr/bin/python3
# test-serve.py
#
# Copyright 2026 The Signalbox authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""signalboxctl serve: one owner of a folder, commands beside it, its end, and the socket between them."""

import json
import os
import signal
import socket
import stat
import subprocess
import threading
import time

import ctl


class Serve(ctl.Case):
    def call(self, text, folder=None):
        """Speaks to the control socket without the client; gives every line of the answer."""
        peer = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        peer.settimeout(ctl.PATIENCE)
        fd = os.open(folder or self.folder, os.O_PATH)
        try:
            peer.connect(f"/proc/self/fd/{fd}/control.sock")
            peer.sendall(text)
            peer.shutdown(socket.SHUT_WR)
            answer = b""
            while chunk := peer.recv(65536):
                answer += chunk
        finally:
            os.close(fd)
            peer.close()
        return [json.loads(line) for line in answer.splitlines()]

    def test_the_line_says_where_it_is(self):
        server = self.serve()
        self.assertRegex(server.ready["listening"], r"^http://127\.0\.0\.1:\d+$")
        self.assertRegex(server.ready["practice"], r"^http://127\.0\.0\.1:\d+$")
        self.assertEqual(server.ready["folder"], self.folder)
        self.assertEqual(server.ready["pid"], server.pid)
        self.assertEqual(server.ready["mode"], "practice")
        self.assertEqual(ctl.request("GET", server.url + "/healthz")[0], 200)
        self.end(server)
        self.assertFalse(os.path.exists(self.folder + "/control.sock"))

    def test_without_practice_there_is_none(self):
        server = self.start("serve", "--port", "0")
        self.assertIsNone(server.practice)
        self.assertEqual(server.ready["mode"], "live")
        self.assertEqual(server.stop(signal.SIGINT), 0)

    def test_settings_count_from_the_next_start(self):
        connection = self.add_shopify()
        flow = self.add_live_flow(connection=connection)
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        self.ctl("settings", "set", "port", str(port), check=0)
        self.ctl("settings", "set", "body_limit", "1024", check=0)
        server = self.start("serve", "--practice")
        self.assertEqual(server.url, f"http://127.0.0.1:{port}")
        url = self.ask("flows", "show", flow)["url"]
        self.assertEqual(ctl.request("POST", url, b"x" * 2000)[0], 413)
        self.end(server)
        self.assertEqual({setting["key"]: setting["value"] for setting in self.ask("settings", "list")},
                         {"port": port, "body_limit": 1024, "retention_days": 90, "retention_bytes": 1 << 30})

    def test_settings_that_are_none(self):
        self.assertIn("1024 to 65535", self.ctl("settings", "set", "port", "80", check=1).err)
        self.assertIn("10485760", self.ctl("settings", "set", "body_limit", "10485761", check=1).err)
        self.assertIn("“prot”", self.ctl("settings", "set", "prot", "9000", check=1).err)
        self.ctl("settings", "set", "port", "nine", check=2)
        self.assertEqual(self.ask("settings", "list")[0]["value"], 8787)

    def test_a_full_disk_is_not_answered_with_yes(self):
        disk = os.path.join(self.home, "disk")
        os.mkdir(disk)
        if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=8m", "tmpfs", disk],
                          stderr=subprocess.DEVNULL).returncode != 0:
            self.skipTest("a small disk can only be mounted by root")
        self.addCleanup(subprocess.run, ["umount", "--lazy", disk])
        self.folder = os.path.join(disk, "data")
        connection = self.add_shopify()
        flow = self.add_live_flow(connection=connection)
        self.ctl("flows", "pause", flow, check=0)
        server = self.serve()
        url = self.ask("flows", "show", flow)["url"]
        with open(os.path.join(disk, "filler"), "wb", buffering=0) as filler:
            try:
                while True:
                    filler.write(bytes(4096))
            except OSError:
                pass

        kept = 0
        status = 200
        while status == 200 and kept < 5000:
            status = ctl.post_order(url, 1001 + kept)
            kept += status == 200
        self.assertEqual(status, 503)
        os.unlink(os.path.join(disk, "filler"))
        self.wait_for("it to take orders again", lambda: ctl.post_order(url, 9001) == 200)
        self.assertEqual(self.ask("flows", "show", flow)["held"], kept + 1)
        self.end(server)
        self.assertEqual(len(self.ask("events", "list", "--limit", "1000")), min(kept + 1, 1000))

    def test_commands_beside_it_work_on_the_same_flows(self):
        self.ctl("flows", "import", self.write("flow.json", ctl.order_flow()), check=0)
        server = self.serve()
        flow = self.ask("flows", "show", "tag-orders")
        self.assertTrue(flow["url"].startswith(server.url + "/in/"), flow["url"])
        self.ctl("flows", "publish", "tag-orders", "--override", "a test", check=0)
        self.assertEqual(self.ask("flows", "list")[0]["state"], "live")
        result = self.ctl("flows", "show", "nothing", check=1)
        self.assertIn("“nothing”", result.err)
        self.end(server)
        self.assertEqual(self.ask("flows", "list")[0]["state"], "live")

    def test_a_second_one_on_the_folder_says_who_has_it(self):
        first = self.serve()
        result = self.ctl("serve", "--port", "0", check=1)
        self.assertEqual(result.out, "")
        self.assertEqual(result.err.count("\n"), 1, result)
        self.assertTrue(result.err.startswith("signalboxctl: serve: "), result)
        self.assertIn(str(first.pid), result.err)
        self.assertEqual(self.ask("flows", "list"), [])
        self.end(first)

    def test_a_port_in_use(self):
        first = self.serve()
        port = first.url.rsplit(":", 1)[1]
        result = self.ctl("serve", "--port", port, folder=self.home + "/other", check=1)
        self.assertIn(port, result.err)
        self.assertEqual(result.out, "")

    def test_folders_that_cannot_be_used(self):
        path = self.write("file", "x")
        for folder in (path, path + "/below", "/proc/nonexistent"):
            result = self.ctl("flows", "list", folder=folder, check=1)
            self.assertTrue(result.err.startswith("signalboxctl: flows list: "), result)
            self.assertEqual(result.err.count("\n"), 1, result)

    def test_two_commands_at_once_without_an_owner_wait_for_each_other(self):
        self.ask("flows", "list")
        commands = [subprocess.Popen([ctl.PROGRAM, "flows", "new", "order-to-cash", "--name", f"Flow {i}", "--data", self.folder],
                                     env=self.environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
                    for i in range(5)]
        for command in commands:
            out, err = command.communicate(timeout=60)
            self.assertEqual(command.returncode, 0, err)
        self.assertEqual(len(self.ask("flows", "list")), 5)

    def test_long_folder_names(self):
        folder = os.path.join(self.home, *(["a-folder-with-a-rather-long-name-" + "x" * 60] * 3))
        os.makedirs(folder)
        server = self.serve(folder=folder)
        self.assertEqual(self.ask("status", folder=folder)["mode"], "practice")
        self.end(server)

    def test_the_socket_is_the_owners_alone(self):
        self.serve()
        status = os.stat(self.folder + "/control.sock")
        self.assertTrue(stat.S_ISSOCK(status.st_mode))
        self.assertEqual(stat.S_IMODE(status.st_mode), 0o600)
        self.assertEqual(stat.S_IMODE(os.stat(self.folder).st_mode), 0o700)

    def test_a_socket_left_behind_is_replaced(self):
        server = self.serve()
        server.stop(signal.SIGKILL)
        self.assertTrue(os.path.exists(self.folder + "/control.sock"))
        self.assertEqual(self.ask("flows", "list"), [])
        again = self.serve()
        self.assertEqual(self.ask("status")["mode"], "practice")
        self.end(again)

    def test_what_the_socket_is_told_wrongly(self):
        server = self.serve()
        for text, code in ((b"\n", "invalid"), (b"hello\n", "invalid"), (b"[]\n", "invalid"), (b"{}\n", "invalid"),
                           (b'{"command": 7}\n', "invalid"), (b'{"command": "flows.lst"}\n', "not-found"),
                           (b'{"command": "flows.show"}\n', "invalid"),
                           (b'{"command": "flows.show", "arguments": []}\n', "invalid"),
                           (b'{"command": "flows.show", "arguments": {"id": {}}}\n', "invalid"),
                           (b'{"command": "runs.show", "arguments": {"id": -1}}\n', "invalid"),
                           (b"[" * 100000 + b"\n", "invalid"), (b"\xff\xfe\n", "invalid")):
            answer = self.call(text)
            self.assertEqual(len(answer), 1, (text[:40], answer))
            self.assertEqual(answer[0]["error"]["code"], code, (text[:40], answer))
        answers = self.call(b'{"command": "flows.list"}\n{"command": "flows.list", "arguments": {}}\n')
        self.assertEqual(answers, [{"result": []}, {"result": []}])
        self.assertEqual(self.call(b'{"command": "flows.list"'), [])
        self.end(server)

    def test_an_endless_request_is_turned_away(self):
        server = self.serve()
        peer = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        peer.settimeout(ctl.PATIENCE)
        peer.connect(self.folder + "/control.sock")
        try:
            for _ in range(30):
                peer.sendall(b"x" * (1024 * 1024))
        except OSError:
            pass
        self.assertEqual(ctl.request("GET", server.url + "/healthz")[0], 200)
        peer.close()
        self.assertEqual(self.ask("flows", "list"), [])
        self.end(server)

    def test_a_peer_that_hangs_does_not_keep_it_from_ending(self):
        server = self.serve()
        peer = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        peer.connect(self.folder + "/control.sock")
        peer.sendall(b'{"command": "fl')
        self.end(server)
        peer.close()

    def test_sigterm_finishes_what_is_in_flight(self):
        connection = self.add_shopify()
        flow = self.add_live_flow(connection=connection)
        server = self.serve()
        url = self.ask("flows", "show", flow)["url"]
        server.fault(vendor="shopify", action="tag-order", fault="slow", delay_ms=1500)
        self.assertEqual(ctl.post_order(url, 1001), 200)
        self.wait_for("the run to be in flight",
                      lambda: [run for run in self.ask("runs", "list") if run["state"] == "running"])
        self.end(server)
        run = self.ask("runs", "show", "1")
        self.assertEqual([attempt["state"] for attempt in run["attempts"]], ["done"], run)
        again = self.serve()
        self.wait_for("the run to end", lambda: self.ask("runs", "show", "1")["state"] == "done")
        self.assertEqual(len(again.received()), 1, "what was done is not sent again")

    def test_orders_that_come_while_it_ends_are_stored_or_not_answered(self):
        connection = self.add_shopify()
        flow = self.add_live_flow(connection=connection)
        server = self.serve()
        url = self.ask("flows", "show", flow)["url"]
        accepted = []
        halt = threading.Event()

        def send(first):
            number = first
            while not halt.is_set():
                try:
                    if ctl.post_order(url, number) == 200:
                        accepted.append(f"event-{number}")
                except OSError:
                    return
                number += 1

        threads = [threading.Thread(target=send, args=(base,)) for base in (10000, 20000, 30000)]
        for thread in threads:
            thread.start()
        self.wait_for("orders to come in", lambda: len(accepted) > 20)
        self.end(server)
        halt.set()
        for thread in threads:
            thread.join(ctl.PATIENCE)
        stored = set()
        before = 0
        while events := self.ask("events", "list", "--limit", "1000", *(["--before", str(before)] if before else [])):
            stored |= {event["event_id"] for event in events}
            before = events[-1]["id"]
        self.assertEqual(set(accepted) - stored, set())

    def test_secrets_from_a_credentials_folder(self):
        credentials = os.path.join(self.home, "credentials")
        os.mkdir(credentials, 0o700)
        connection = self.ask("connections", "add", "--connector", "shopify", "--name", "Shop", "--environment",
                              "sandbox", "--set", "shop=harbour-goods")["id"]
        for key, secret in (("client_secret", "shpss_of_a_file"), ("access_token", "shpat_of_a_file")):
            with open(os.path.join(credentials, f"{connection}.{key}"), "w") as file:
                os.fchmod(file.fileno(), 0o600)
                file.write(secret)
        flow = self.add_live_flow(connection=connection)
        # Without a session bus and without libsecret's file: as on a server.
        environment = {name: value for name, value in self.environment.items() if not name.startswith("SECRET_")}
        server = self.serve("--credentials", credentials, environment=environment)
        url = self.ask("flows", "show", flow, environment=environment)["url"]
        self.assertEqual(ctl.post_order(url, 1, secret="shpss_of_a_file"), 200)
        self.assertEqual(ctl.post_order(url, 2, secret="shpss_test"), 401)
        self.wait_for("the order at the ground", server.received)
        self.end(server)
        self.assertNotIn("of_a_file", server.end_errors)

    def test_a_practice_ground_of_its_own(self):
        ground = self.start("practice", "--port", "0")
        port = ground.practice.rsplit(":", 1)[1]
        self.assertIn(port, self.ctl("practice", "--port", port, check=1).err)
        connection = self.add_shopify()
        flow = self.add_live_flow(connection=connection)
        server = self.start("serve", "--port", "0", "--practice-url", ground.practice)
        self.assertEqual(server.practice, ground.practice)
        self.assertEqual(server.ready["mode"], "practice")
        self.assertEqual(ctl.post_order(self.ask("flows", "show", flow)["url"], 1001), 200)
        received = self.wait_for("the order at the ground", ground.received)
        self.assertEqual(received[0]["vendor"], "shopify")
        self.assertEqual(received[0]["action"], "tag-order")
        self.end(server)
        self.end(ground)
        self.assertFalse(os.path.exists(self.folder + "/control.sock"))


if __name__ == "__main__":
    ctl.main()
