# ctl.py
#
# Copyright 2026 The Signalbox authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Drives the real signalboxctl: short commands, servers that are waited for and ended by pid, signed webhooks.

What every test here may use. Servers listen on free ports of 127.0.0.1 and keep to folders that are removed.
Secrets go to libsecret's file backend, so that no keyring of the person who runs the tests is touched.
"""

import base64
import hashlib
import hmac
import http.client
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import unittest
import urllib.parse

PROGRAM = os.environ.get("SIGNALBOX_CTL", "signalboxctl")
CLOCKED = os.environ.get("SIGNALBOX_CTL_CLOCKED", "signalboxctl-clocked")
DATA = os.environ["SIGNALBOX_DATA_DIR"]
VECTORS = os.environ["SIGNALBOX_TEST_VECTORS"]
PATIENCE = 30


class Result:
    """How a command ended."""

    def __init__(self, status, out, err):
        self.status = status
        self.out = out
        self.err = err

    def __repr__(self):
        return f"status {self.status}\n--- stdout\n{self.out}--- stderr\n{self.err}"

    @property
    def json(self):
        return json.loads(self.out)


class Server:
    """A signalboxctl that runs until it is told to end."""

    def __init__(self, words, environment, program=PROGRAM):
        self.errors = tempfile.TemporaryFile()
        self.process = subprocess.Popen(
            [program, *words], env=environment, stdout=subprocess.PIPE, stderr=self.errors, text=True)
        line = self.process.stdout.readline()
        if not line:
            status = self.process.wait(PATIENCE)
            raise AssertionError(f"{words} ended with {status}: {self.read_errors()}")
        self.ready = json.loads(line)
        self.url = self.ready.get("listening")
        self.practice = self.ready.get("practice")
        self.pid = self.process.pid

    def read_errors(self):
        self.errors.seek(0)
        return self.errors.read().decode(errors="replace")

    def __repr__(self):
        return self.read_errors() if not self.errors.closed else self.end_errors

    def received(self):
        """What the practice ground was sent and did."""
        status, body = request("GET", self.practice + "/_practice/received")
        assert status == 200, status
        return json.loads(body)

    def fault(self, **fault):
        status, body = request("POST", self.practice + "/_practice/faults", json.dumps(fault).encode(),
                               {"Content-Type": "application/json"})
        assert status in (200, 201, 204), (status, body)

    def stop(self, number=signal.SIGTERM):
        """Ends it and returns its exit status."""
        if self.process.poll() is None:
            self.process.send_signal(number)
        try:
            status = self.process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            raise AssertionError(f"it did not end within {PATIENCE} s: {self.read_errors()}")
        finally:
            self.process.stdout.close()
        self.end_errors = self.read_errors()
        self.errors.close()
        return status


class Case(unittest.TestCase):
    """One data folder, with what runs on it."""

    def setUp(self):
        self.home = tempfile.mkdtemp(prefix="signalbox-ctl-")
        self.addCleanup(shutil.rmtree, self.home, ignore_errors=True)
        self.folder = os.path.join(self.home, "data")
        self.environment = dict(
            os.environ, HOME=self.home, LC_ALL="C.UTF-8", TZ="Europe/Berlin",
            XDG_DATA_HOME=os.path.join(self.home, "share"), XDG_RUNTIME_DIR=self.home,
            SECRET_BACKEND="file", SECRET_FILE_TEST_PATH=os.path.join(self.home, "test.keyring"),
            SECRET_FILE_TEST_PASSWORD="pw")
        for name in ("DBUS_SESSION_BUS_ADDRESS", "COLUMNS", "LANGUAGE", "G_MESSAGES_DEBUG"):
            self.environment.pop(name, None)
        self.outputs = []

    def without_leak_check(self):
        """For a process that changes libsecret's file twice: libsecret 0.20.5 forgets the file's old etag."""
        return dict(self.environment, ASAN_OPTIONS=os.environ.get("ASAN_OPTIONS", "") + ":detect_leaks=0")

    def ctl(self, *words, given=None, folder=None, data=True, environment=None, check=None, program=PROGRAM):
        """Runs a command. check: the exit status it must end with."""
        arguments = [program, *words]
        if data:
            arguments += ["--data", folder or self.folder]
        if environment is None:
            secrets = words[:2] in (("connections", "set-secret"), ("connections", "remove"))
            environment = self.without_leak_check() if secrets else self.environment
        done = subprocess.run(arguments, env=environment, input=given, text=True,
                              stdin=None if given is not None else subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=120)
        result = Result(done.returncode, done.stdout, done.stderr)
        self.outputs.append(result.out + result.err)
        if check is not None:
            self.assertEqual(result.status, check, f"{words}: {result}")
        return result

    def ask(self, *words, **options):
        """Runs a command that must be done and gives its JSON."""
        return self.ctl(*words, "--json", check=0, **options).json

    def start(self, *words, folder=None, environment=None, program=PROGRAM):
        server = Server([*words, "--data", folder or self.folder], environment or self.environment, program)
        self.addCleanup(lambda: server.process.poll() is None and server.stop())
        return server

    def end(self, server):
        """Ends a server, which must be done properly."""
        self.assertEqual(server.stop(), 0, server)

    def serve(self, *words, **options):
        return self.start("serve", "--port", "0", "--practice", *words, **options)

    def write(self, name, content):
        path = os.path.join(self.home, name)
        with open(path, "w", encoding="utf-8") as file:
            file.write(content if isinstance(content, str) else json.dumps(content))
        return path

    def wait_for(self, what, func):
        """Polls until func gives something true, and gives it."""
        deadline = time.monotonic() + PATIENCE
        while True:
            found = func()
            if found:
                return found
            if time.monotonic() > deadline:
                self.fail(f"waited {PATIENCE} s in vain: {what}")
            time.sleep(0.02)

    def add_shopify(self, secret="shpss_test", folder=None, name="Harbour Goods"):
        """A Shopify account whose webhooks are signed with @secret; gives its id."""
        added = self.ask("connections", "add", "--connector", "shopify", "--name", name, "--environment", "sandbox",
                         "--set", "shop=harbour-goods", folder=folder)
        for key, value in (("client_secret", secret), ("access_token", "shpat_practice")):
            self.ctl("connections", "set-secret", added["id"], "--secret", key, given=value + "\n", folder=folder, check=0)
        return added["id"]

    def add_live_flow(self, document=None, connection=None):
        """Imports a flow, connects it and puts it live; gives its id."""
        path = self.write("flow.json", document or order_flow())
        saved = self.ask("flows", "import", path)
        if connection:
            self.ctl("flows", "connect", saved["id"], "trigger", connection, check=0)
        self.ctl("flows", "publish", saved["id"], "--override", "a test", check=0)
        return saved["id"]


def order_flow(id="tag-orders", steps=None):
    """A flow of one trigger and one action at the same vendor."""
    return {
        "format": 1, "id": id, "name": "Tag paid orders",
        "trigger": {"type": "webhook", "connector": "shopify", "trigger": "order-paid"},
        "steps": steps if steps is not None else [
            {"id": "tag", "type": "action", "connector": "shopify", "action": "tag-order",
             "fields": {"Order": "{{trigger.id}}", "Tags": "paid"}}],
    }


def order(number):
    """A paid order as Shopify sends it."""
    return {"id": 5702450000000 + number, "admin_graphql_api_id": f"gid://shopify/Order/{5702450000000 + number}",
            "name": f"#{number}", "order_number": number, "currency": "EUR", "financial_status": "paid",
            "total_price": "66.90", "email": "oona@example.com", "customer": {"id": 7320184001},
            "line_items": [{"id": 1, "sku": "MUG", "quantity": 2, "price": "18.50", "title": "Mug"}]}


def request(method, url, body=None, headers=None):
    """One HTTP request; gives status and body."""
    parts = urllib.parse.urlsplit(url)
    connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=PATIENCE)
    try:
        connection.request(method, parts.path + (f"?{parts.query}" if parts.query else ""), body, headers or {})
        answer = connection.getresponse()
        return answer.status, answer.read()
    finally:
        connection.close()


def sign_shopify(body, secret, event_id, topic="orders/paid"):
    digest = base64.b64encode(hmac.new(secret.encode(), body, hashlib.sha256).digest()).decode()
    return {"Content-Type": "application/json", "X-Shopify-Topic": topic, "X-Shopify-Hmac-Sha256": digest,
            "X-Shopify-Shop-Domain": "harbour-goods.myshopify.com", "X-Shopify-API-Version": "2026-07",
            "X-Shopify-Webhook-Id": f"hook-{event_id}", "X-Shopify-Event-Id": str(event_id)}


def post_order(url, number, secret="shpss_test", event_id=None):
    """Sends a paid order as Shopify would; gives the status of the answer."""
    body = json.dumps(order(number)).encode()
    return request("POST", url, body, sign_shopify(body, secret, event_id or f"event-{number}"))[0]


def main():
    unittest.main(module=sys.modules["__main__"], verbosity=2, buffer=False)
