#!/usr/bin/python3
# test-processes.py
#
# Copyright 2026 The Signalbox authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What other users, other programs and pages in a browser get of a running Signalbox: nothing."""

import json
import os
import resource
import signal
import socket
import stat
import subprocess
import sys
import urllib.parse

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "ctl"))
import ctl

NOBODY = 65534


def as_other_user(code, *arguments):
    """Runs Python code as another user; gives what it printed."""
    def become():
        os.setgroups([])
        os.setgid(NOBODY)
        os.setuid(NOBODY)
    done = subprocess.run([sys.executable, "-c", code, *arguments], preexec_fn=become, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True, cwd="/", timeout=60)
    return done.stdout.strip()


class Processes(ctl.Case):
    def test_a_crash_leaves_no_dump(self):
        before = resource.getrlimit(resource.RLIMIT_CORE)
        resource.setrlimit(resource.RLIMIT_CORE, (before[1], before[1]))
        # AddressSanitizer would tell of the signal and end the program itself.
        environment = dict(self.environment, ASAN_OPTIONS=os.environ.get("ASAN_OPTIONS", "") + ":handle_segv=0")
        try:
            server = self.serve(environment=environment)
        finally:
            resource.setrlimit(resource.RLIMIT_CORE, before)
        with open(f"/proc/{server.pid}/limits", encoding="ascii") as file:
            core = next(line for line in file if line.startswith("Max core file size"))
        self.assertEqual(core.split()[4:6], ["0", "0"])
        server.process.send_signal(signal.SIGSEGV)
        self.assertEqual(-server.process.wait(ctl.PATIENCE), signal.SIGSEGV)
        self.assertEqual([name for name in os.listdir(".") if name.startswith("core")], [])

    def test_other_programs_of_the_user_cannot_look_inside(self):
        if os.geteuid() != 0:
            server = self.serve()
            with self.assertRaises(PermissionError):
                open(f"/proc/{server.pid}/environ", "rb")
            return
        # As root everything can be read; the owner that the kernel gives those files tells.
        folder = os.path.join(self.home, "nobody")
        os.mkdir(folder, 0o700)
        os.chown(folder, NOBODY, NOBODY)
        os.chmod(self.home, 0o755)
        process = subprocess.Popen([ctl.PROGRAM, "practice", "--port", "0"], user=NOBODY, group=NOBODY, extra_groups=[],
                                   env=dict(self.environment, HOME=folder), cwd="/", stdout=subprocess.PIPE)
        try:
            if not process.stdout.readline():
                self.skipTest("the program cannot be run as another user from where it was built")
            self.assertEqual(os.stat(f"/proc/{process.pid}/environ").st_uid, 0)
        finally:
            process.terminate()
            process.wait(ctl.PATIENCE)
            process.stdout.close()

    def test_the_folder_is_the_owners_alone_whatever_the_umask(self):
        before = os.umask(0)
        try:
            server = self.serve(environment=self.without_leak_check())
            self.add_shopify()
            url = self.live_flow()
            self.assertEqual(ctl.post_order(url, 1), 200)
            self.wait_for("a request at the practice ground", server.received)
            report = os.path.join(self.home, "report.html")
            self.ctl("pilot", "order-to-cash", "--mode", "preview", "--report", report, check=0)
        finally:
            os.umask(before)
        looked_at = 0
        for top, folders, names in os.walk(self.folder):
            for name in [".", *folders, *names]:
                status = os.lstat(os.path.join(top, name))
                self.assertEqual(stat.S_IMODE(status.st_mode) & 0o077, 0, os.path.join(top, name))
                looked_at += 1
        self.assertGreater(looked_at, 4)
        self.assertEqual(stat.S_IMODE(os.stat(report).st_mode), 0o600)
        self.end(server)

    def live_flow(self):
        flow = self.add_live_flow(connection=self.ask("connections", "list")[0]["id"])
        return self.ask("flows", "show", flow)["url"]

    def test_the_socket_answers_no_other_user(self):
        if os.geteuid() != 0:
            self.skipTest("only root can become another user")
        server = self.serve()
        path = os.path.join(self.folder, "control.sock")
        code = ("import socket, sys\n"
                "s = socket.socket(socket.AF_UNIX)\n"
                "try:\n"
                "    s.connect(sys.argv[1])\n"
                "    s.sendall(b'{\"command\": \"status\"}\\n')\n"
                "    s.settimeout(20)\n"
                "    print('answer', s.recv(100))\n"
                "except OSError as error:\n"
                "    print(type(error).__name__)\n")
        self.assertEqual(as_other_user(code, path), "PermissionError")
        # Should the folder have been opened to others by hand, the socket still asks who is there.
        os.chmod(self.home, 0o755)
        os.chmod(self.folder, 0o755)
        os.chmod(path, 0o666)
        self.assertIn(as_other_user(code, path), ("answer b''", "ConnectionResetError", "BrokenPipeError"))
        with socket.socket(socket.AF_UNIX) as own:
            own.connect(path)
            own.sendall(b'{"command": "status"}\n')
            self.assertIn(b'"result"', own.recv(1 << 16))
        self.end(server)


class Pages(ctl.Case):
    """A page in a browser on this computer can send to 127.0.0.1; with a name of its own it could read, too."""

    def test_the_practice_ground_answers_no_page_from_elsewhere(self):
        server = self.serve()
        address = urllib.parse.urlsplit(server.practice).netloc
        for path in ("/_practice/received", "/_practice/", "/shopify/admin/api"):
            for headers in ({"Host": "evil.example"}, {"Host": "evil.example:80"}, {"Host": "127.0.0.1.evil.example"},
                            {"Host": address, "Origin": "https://evil.example"}, {"Host": address, "Origin": "null"},
                            {"Host": address, "Origin": "http://127.0.0.1.evil.example"}):
                with self.subTest(path=path, headers=headers):
                    status, body = ctl.request("GET", server.practice + path, headers=headers)
                    self.assertEqual(status, 403)
                    self.assertNotIn(b"[", body)
        fault = json.dumps({"vendor": "shopify", "action": "tag-order", "fault": "500"}).encode()
        status, _ = ctl.request("POST", server.practice + "/_practice/faults", fault,
                                {"Content-Type": "text/plain", "Origin": "https://evil.example"})
        self.assertEqual(status, 403)
        for headers in ({}, {"Host": "localhost"}, {"Host": address, "Origin": f"http://{address}"}):
            self.assertEqual(ctl.request("GET", server.practice + "/_practice/received", headers=headers), (200, b"[]"))
        self.end(server)

    def test_the_endpoint_tells_a_page_nothing(self):
        server = self.serve(environment=self.without_leak_check())
        self.add_shopify()
        flow = self.add_live_flow(connection=self.ask("connections", "list")[0]["id"])
        url = self.ask("flows", "show", flow)["url"]
        for method, headers in (("GET", {}), ("OPTIONS", {"Access-Control-Request-Method": "POST"}), ("DELETE", {})):
            parts = urllib.parse.urlsplit(url)
            with socket.create_connection((parts.hostname, parts.port), ctl.PATIENCE) as peer:
                lines = [f"{method} {parts.path} HTTP/1.1", "Host: evil.example", "Origin: https://evil.example",
                         "Connection: close", *(f"{key}: {value}" for key, value in headers.items())]
                peer.sendall("\r\n".join(lines).encode() + b"\r\n\r\n")
                answer = b"".join(iter(lambda: peer.recv(65536), b""))
            head, _, body = answer.partition(b"\r\n\r\n")
            self.assertTrue(head.startswith(b"HTTP/1.1 404"), answer)
            self.assertNotIn(b"access-control", head.lower())
            self.assertEqual(body, b'{"status":"not found"}\n')
        status, body = ctl.request("GET", server.url + "/healthz", headers={"Host": "evil.example"})
        self.assertEqual((status, body), (200, b'{"status":"ok"}\n'))
        self.end(server)

    def test_guessing_is_noticed(self):
        server = self.serve()
        for number in range(10):
            self.assertEqual(ctl.request("POST", f"{server.url}/in/{'A' * 42}{number}", b"{}")[0], 404)
        self.assertIn("10 requests came to addresses that are no flow", self.wait_for("a warning", server.read_errors))
        self.end(server)


class Terminal(ctl.Case):
    NASTY = "\x1b]0;owned\x07\x1b[2J\u009b31m\u202eevil\u2066"

    def test_nothing_reaches_the_terminal_that_it_would_act_on(self):
        server = self.serve(environment=self.without_leak_check())
        connection = self.add_shopify()
        document = ctl.order_flow(steps=[{"id": "tag", "type": "action", "connector": "shopify", "action": "tag-order",
                                          "fields": {"Order": "{{trigger.id}}", "Tags": "{{trigger.name}}"}}])
        url = self.ask("flows", "show", self.add_live_flow(document, connection))["url"]
        order = dict(ctl.order(1), name=self.NASTY)
        body = json.dumps(order).encode()
        server.fault(vendor="shopify", action="tag-order", fault="422", message=self.NASTY, times=5)
        self.assertEqual(ctl.request("POST", url, body, ctl.sign_shopify(body, "shpss_test", "e1"))[0], 200)
        self.wait_for("the inbox", lambda: self.ask("inbox"))
        shown = ""
        for words in (["runs", "list"], ["runs", "show", "1"], ["events", "list"], ["events", "show", "1"], ["inbox"],
                      ["status"], ["flows", "list"]):
            for more in ([], ["--json"]):
                result = self.ctl(*words, *more, check=0)
                shown += result.out + result.err
        shown += self.ctl("flows", "show", self.NASTY, check=1).err
        for character in "\x1b\x07\u009b\u202e\u2066\x7f":
            self.assertNotIn(character, shown)
        self.assertIn("evil", shown)
        self.end(server)


class Imports(ctl.Case):
    def test_an_imported_flow_is_not_live(self):
        server = self.serve()
        document = ctl.order_flow()
        document.update(state="live", version=7, token="chosen-by-the-file", live_version=1)
        refused = self.ctl("flows", "import", self.write("forged.json", document))
        self.assertEqual(refused.status, 1)
        self.ctl("flows", "import", self.write("flow.json", ctl.order_flow()), check=0)
        flow = self.ask("flows", "list")[0]
        self.assertEqual(flow["state"], "draft")
        for token in ("chosen-by-the-file", "tag-orders"):
            self.assertEqual(ctl.request("POST", f"{server.url}/in/{token}", b"{}")[0], 404)
        self.end(server)

    def test_an_own_connector_says_so_and_where_it_sends_to(self):
        os.makedirs(os.path.join(self.folder, "connectors"), 0o700)
        self.write("data/connectors/shopify.json", {
            "format": 1, "id": "shopify", "name": "Shopify", "kind": "shop", "about": "Mine",
            "environments": {"production": {"base_url": "https://evil.example"}}})
        found = {one["id"]: one for one in self.ask("connections", "connectors")}
        self.assertEqual((found["shopify"]["name"], found["shopify"]["own"]), ("Shopify (own file)", True))
        self.assertEqual(found["shopify"]["sends_to"], "https://evil.example")
        self.assertFalse(found["stripe"]["own"])
        self.assertIn("https://evil.example", self.ctl("connections", "connectors", check=0).out)


if __name__ == "__main__":
    ctl.main()
