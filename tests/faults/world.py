# world.py
#
# Copyright 2026 The Signalbox authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The world around an engine: a vendor that keeps books, clocks to be moved, an engine in a hurry.

Each connection is a folder at the vendor (http://127.0.0.1:PORT/NAME), so that one vendor misbehaves in as
many ways at a time as there are names. An action of tests/run/vendor.json is a path below it: /keyed honours the
Idempotency-Key, /once does its work each time it is asked, /looked can be asked for at /find.
"""

import collections
import json
import mmap
import os
import re
import socket
import sqlite3
import struct
import subprocess
import sys
import threading
import time
import unittest

import faults  # noqa: F401  (puts ctl.py on the path)
import ctl

SERVE_TIMED = os.environ.get("SIGNALBOX_SERVE_TIMED", "serve-timed")
CONNECTOR = os.path.join(os.environ["G_TEST_SRCDIR"], "run", "vendor.json")
HOUR_US = 3600 * 1000000

Request = collections.namedtuple("Request", "name action key ref head count")


def answer(body, status=200, headers="", content_type="application/json", length=None):
    """An HTTP answer as bytes."""
    if isinstance(body, (dict, list)):
        body = json.dumps(body)
    if isinstance(body, str):
        body = body.encode()
    head = (f"HTTP/1.1 {status} X\r\nContent-Type: {content_type}\r\n{headers}"
            f"Content-Length: {len(body) if length is None else length}\r\n\r\n")
    return head.encode() + body


def listen(port=0):
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind(("127.0.0.1", port))
    listener.listen(512)
    return listener


class Vendor:
    """Counts what it is asked and what it did; misbehaves by name until it is mended.

    behaviours: name → function (vendor, line, request), which writes what it likes to the socket and returns True
    where the connection is to be kept.
    """

    def __init__(self, behaviours=None, context=None, port=0):
        self.behaviours = behaviours or {}
        self.context = context
        self.lock = threading.Lock()
        self.asked = collections.defaultdict(list)  # (name, action) → [(time, key, ref)]
        self.done = collections.defaultdict(list)  # (name, action) → [ref]
        self.answers = {}
        self.inside = collections.Counter()
        self.busiest = collections.Counter()
        self.mended = set()
        self.closing = threading.Event()
        self.listener = listen(port)
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self.accept, daemon=True).start()

    def address(self, name, host="127.0.0.1"):
        return f"http{'s' if self.context else ''}://{host}:{self.port}/{name}"

    def close(self):
        self.closing.set()
        self.listener.close()

    def accept(self):
        while True:
            try:
                line, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self.serve, args=(line,), daemon=True).start()

    def serve(self, line):
        line.settimeout(60)
        try:
            if self.context is not None:
                line = self.context.wrap_socket(line, server_side=True)
            rest = b""
            while not self.closing.is_set():
                head, rest = self.read_head(line, rest)
                if head is None:
                    break
                length = re.search(rb"(?i)\r\ncontent-length: *(\d+)", head)
                size = int(length.group(1)) if length else 0
                while len(rest) < size:
                    more = line.recv(65536)
                    if not more:
                        return
                    rest += more
                body, rest = rest[:size], rest[size:]
                if not self.take(line, head.decode("latin-1"), body):
                    break
        except OSError:
            pass
        finally:
            line.close()

    @staticmethod
    def read_head(line, rest):
        while b"\r\n\r\n" not in rest:
            more = line.recv(65536)
            if not more:
                return None, b""
            rest += more
        head, rest = rest.split(b"\r\n\r\n", 1)
        return head, rest

    def take(self, line, head, body):
        path = head.split(" ")[1].split("?")[0]
        _, name, action = path.split("/", 2)
        key = re.search(r"(?i)\r\nidempotency-key: *([^\r\n]*)", head)
        ref = json.loads(body).get("ref") if body else None
        with self.lock:
            self.asked[name, action].append((time.monotonic(), key and key.group(1), ref))
            count = len(self.asked[name, action])
            self.inside[name] += 1
            self.busiest[name] = max(self.busiest[name], self.inside[name])
        request = Request(name, action, key and key.group(1), ref, head, count)
        try:
            behave = self.behaviours.get(name)
            if action in ("find", "whoami") or name in self.mended or behave is None:
                behave = good
            return behave(self, line, request)
        finally:
            with self.lock:
                self.inside[name] -= 1

    def work(self, request):
        """Does what is asked, once for a key where keys are honoured; gives the answer."""
        with self.lock:
            if request.action == "whoami":
                return {"id": "1"}
            if request.action == "find":
                found = self.done[request.name, "looked"]
                return {"items": [{"id": "1"}] if found else []}
            place = (request.name, request.action, request.key)
            if request.action == "keyed" and place in self.answers:
                return self.answers[place]
            self.done[request.name, request.action].append(request.ref)
            self.answers[place] = {"id": str(len(self.done[request.name, request.action]))}
            return self.answers[place]


def good(vendor, line, request):
    line.sendall(answer(vendor.work(request)))
    return True


class Clock:
    """What is added to the clocks of an engine, and may be changed while it runs."""

    def __init__(self, path):
        self.path = path
        with open(path, "wb") as file:
            file.write(bytes(16))
        with open(path, "r+b") as file:
            self.map = mmap.mmap(file.fileno(), 16)
        self.wall_us = self.elapsed_us = 0

    def write(self):
        self.map[:] = struct.pack("=qq", self.wall_us, self.elapsed_us)

    def sleep(self, us):
        """The computer sleeps: both clocks go on, the timers of the process do not."""
        self.elapsed_us += us
        self.wall_us += us
        self.write()

    def set(self, us):
        """Somebody sets the wall clock; no time passes."""
        self.wall_us += us
        self.write()

    def now_us(self):
        return time.time_ns() // 1000 + self.wall_us


class World(ctl.Case):
    """An engine on a folder of its own that knows tests/run/vendor.json, and what a person would ask it."""

    connector = {}

    def setUp(self):
        super().setUp()
        self.credentials = os.path.join(self.home, "credentials")
        os.makedirs(os.path.join(self.folder, "connectors"), 0o700)
        os.chmod(self.folder, 0o700)
        os.mkdir(self.credentials, 0o700)
        with open(CONNECTOR, encoding="utf-8") as file:
            connector = dict(json.load(file), **self.connector)
        with open(os.path.join(self.folder, "connectors", "vendor.json"), "w", encoding="utf-8") as file:
            json.dump(connector, file)
        self.clock = Clock(os.path.join(self.home, "clock"))
        self.line = None
        self.urls = {}
        self.engine = None

    # --- the engine

    def serve_timed(self, backoff=200, backoff_max=1000, give_up=24 * 3600 * 1000, timeout=4000, program=None):
        self.hang_up()
        self.engine = self.start(
            "--backoff", str(backoff), "--backoff-max", str(backoff_max), "--give-up", str(give_up), "--timeout",
            str(timeout), "--clock", self.clock.path, "--credentials", self.credentials, program=program or SERVE_TIMED)
        return self.engine

    def hang_up(self):
        if self.line is not None:
            self.line.close()
            self.line = None

    def tell(self, command, **arguments):
        """A command over the control socket, as signalboxctl sends it."""
        if self.line is None:
            plain = socket.socket(socket.AF_UNIX)
            plain.settimeout(60)
            folder = os.open(self.folder, os.O_PATH)
            plain.connect(f"/proc/self/fd/{folder}/control.sock")
            os.close(folder)
            self.line = plain.makefile("rw", encoding="utf-8")
            plain.close()
        self.line.write(json.dumps({"command": command, "arguments": arguments}) + "\n")
        self.line.flush()
        while True:
            got = json.loads(self.line.readline())
            if "result" in got:
                return got["result"]
            self.assertNotIn("error", got, (command, arguments))

    def connect(self, name, address, token="secret-token"):
        path = os.path.join(self.credentials, f"{name}.token")
        with open(os.open(path, os.O_WRONLY | os.O_CREAT, 0o600), "w", encoding="utf-8") as file:
            file.write(token)
        made = self.tell("connections.add", connector="vendor", name=name, environment="production",
                         settings={"address": address})
        self.assertEqual(made["id"], name, made)

    def add_flow(self, id, steps):
        """Puts a flow live; what rings it goes to self.ring."""
        self.tell("flows.import", document={
            "format": 1, "id": id, "name": id, "steps": steps, "time_zone": "Europe/Berlin",
            "trigger": self.trigger()})
        self.tell("flows.publish", id=id, override="a test")
        self.urls[id] = self.tell("flows.show", id=id)["url"]

    def trigger(self):
        return {"type": "webhook", "connector": "vendor", "trigger": "order", "connection": self.bell}

    @property
    def bell(self):
        """The connection whose triggers are heard; any will do."""
        if not hasattr(self, "bell_made"):
            self.bell_made = True
            self.connect("bell", "http://127.0.0.1:1")
        return "bell"

    def ring(self, flow, ref, **more):
        """An order comes in; it must be accepted."""
        path = self.urls[flow].split("/in/")[1]
        status, body = ctl.request("POST", f"{self.engine.url}/in/{path}",
                                   json.dumps(dict(more, id=f"{flow}-{ref}", name=str(ref), ref=str(ref))),
                                   {"Content-Type": "application/json"})
        self.assertEqual(status, 200, body)

    def runs(self, flow=None, **more):
        """Every run, newest first."""
        found = []
        while True:
            page = self.tell("runs.list", limit=1000, **more, **({"flow": flow} if flow else {}),
                             **({"before": found[-1]["id"]} if found else {}))
            found += page
            if len(page) < 1000:
                return found

    def alerts(self):
        return [line[7:] for line in self.engine.read_errors().splitlines() if line.startswith("alert: ")]

    def check_store(self):
        """After the engine's end."""
        self.hang_up()
        paths = [os.path.join(self.folder, name) for name in os.listdir(self.folder) if name.endswith(".db")]
        self.assertTrue(paths, os.listdir(self.folder))
        for path in paths:
            with sqlite3.connect(path) as base:
                self.assertEqual(base.execute("PRAGMA integrity_check").fetchall(), [("ok",)])
                self.assertEqual(base.execute("PRAGMA foreign_key_check").fetchall(), [])
            base.close()

    def rss_kb(self):
        with open(f"/proc/{self.engine.pid}/status", encoding="utf-8") as file:
            return int(re.search(r"VmRSS:\s+(\d+)", file.read()).group(1))


def action(name, connection, id="act", ref="{{trigger.ref}}"):
    return {"id": id, "type": "action", "connector": "vendor", "action": name, "connection": connection,
            "fields": {"ref": ref}}


CA_CONFIG = """[ca]
default_ca = own
[own]
database = {home}/index.txt
new_certs_dir = {home}
rand_serial = yes
default_md = sha256
policy = any
copy_extensions = copy
unique_subject = no
[any]
commonName = supplied
"""


class Authority:
    """Signs certificates for names and times of our choice."""

    def __init__(self, home):
        self.home = home
        os.makedirs(home)
        open(os.path.join(home, "index.txt"), "w", encoding="utf-8").close()
        with open(os.path.join(home, "ca.conf"), "w", encoding="utf-8") as file:
            file.write(CA_CONFIG.format(home=home))
        self.certificate = os.path.join(home, "ca.crt")
        self.openssl("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", "ca.key", "-out", "ca.crt", "-days", "30",
                     "-subj", "/CN=The tests", "-addext", "keyUsage=critical,keyCertSign")

    def openssl(self, *words):
        subprocess.run(["openssl", *words], check=True, capture_output=True, cwd=self.home, timeout=60)

    def sign(self, name, host, days):
        """(certificate, key) for a host, good from 60 days before its last day, which is @days from now."""
        times = [time.strftime("%Y%m%d%H%M%SZ", time.gmtime(time.time() + day * 86400)) for day in (days - 60, days)]
        self.openssl("req", "-new", "-newkey", "rsa:2048", "-nodes", "-keyout", name + ".key", "-out", name + ".csr", "-subj",
                     "/CN=" + host, "-addext", "subjectAltName=DNS:" + host)
        self.openssl("ca", "-batch", "-config", "ca.conf", "-cert", "ca.crt", "-keyfile", "ca.key", "-in", name + ".csr",
                     "-out", name + ".crt", "-startdate", times[0], "-enddate", times[1], "-notext")
        return os.path.join(self.home, name + ".crt"), os.path.join(self.home, name + ".key")


def side_by_side(case):
    """Runs each test of a case as a process of its own, all at a time: they wait more than they work."""
    if len(sys.argv) > 1:
        ctl.main()
    names = unittest.defaultTestLoader.getTestCaseNames(case)
    children = [subprocess.Popen([sys.executable, sys.argv[0], f"{case.__name__}.{name}"]) for name in names]
    sys.exit(1 if any([child.wait() for child in children]) else 0)
