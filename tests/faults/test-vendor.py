#!/usr/bin/python3
# test-vendor.py
#
# Copyright 2026 The Signalbox authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A vendor that is down, slow, refuses, hangs up, answers garbage or 200 MB.

Each way to misbehave is a connection of its own with two flows: one whose action may be repeated with the same key, and
one whose action may not. All ring at once; what is seen while the vendor misbehaves, and after it was mended, is judged.
"""

import email.utils
import gzip
import os
import shutil
import ssl
import subprocess
import time
import zlib

from world import SERVE_TIMED, Authority, Vendor, World, action, answer, good, listen

import ctl

MIB = 1 << 20
HUGE = 200 * MIB
SPACES = b" " * MIB
CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n" * 100
FILLER = b"X-Filler: " + b"a" * 65524 + b"\r\n"

# What becomes of a run while the vendor misbehaves:
WAITS = "waiting"  # tried again, done once when it is mended
UNKNOWN = "unknown"  # in the inbox, outcome unknown
INBOX = "inbox"  # in the inbox, not done
PAUSED = "blocked"  # the account is paused
DONE = "done"
ANY = None  # nothing but what holds for all


def status(code, headers=""):
    def behave(vendor, line, request):
        line.sendall(answer({"message": "the vendor says no"}, code, headers))
        return True
    return behave


def retry_after(text):
    return status(429, f"Retry-After: {text}\r\n")


def instead(data):
    """Does the work and answers something else."""
    def behave(vendor, line, request):
        vendor.work(request)
        line.sendall(data)
        return False
    return behave


def wait(vendor, seconds):
    vendor.closing.wait(seconds)


def slow(vendor, line, request):
    done = vendor.work(request)
    wait(vendor, 6)
    line.sendall(answer(done))
    return False


def drip_body(vendor, line, request):
    vendor.work(request)
    line.sendall(b"HTTP/1.1 200 X\r\nContent-Type: application/json\r\nContent-Length: 100000\r\n\r\n{")
    for _ in range(100):
        wait(vendor, 0.2)
        line.sendall(b" ")
    return False


def drip_head(vendor, line, request):
    vendor.work(request)
    for byte in b"HTTP/1.1 200 X\r\nContent-Type: application/json\r\n" + b"X-A: b\r\n" * 20:
        wait(vendor, 0.2)
        line.sendall(bytes([byte]))
    return False


def hang_up_unread(vendor, line, request):
    return False


def hang_up_done(vendor, line, request):
    vendor.work(request)
    return False


def hang_up_midway(vendor, line, request):
    whole = answer(vendor.work(request))
    line.sendall(whole[:-4])
    return False


def endless_headers(vendor, line, request):
    vendor.work(request)
    line.sendall(b"HTTP/1.1 200 X\r\n")
    for _ in range(HUGE // 65536):
        line.sendall(FILLER)
    return False


def endless_continue(vendor, line, request):
    vendor.work(request)
    for _ in range(50000):
        line.sendall(CONTINUE)
    return False


def early_hints(vendor, line, request):
    line.sendall(b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n")
    return good(vendor, line, request)


def send_huge(line, status_line):
    line.sendall(f"HTTP/1.1 {status_line}\r\nContent-Type: application/json\r\nContent-Length: {HUGE}\r\n\r\n".encode())
    for _ in range(HUGE // MIB):
        line.sendall(SPACES)


def huge(vendor, line, request):
    vendor.work(request)
    send_huge(line, "200 X")
    return True


def huge_no(vendor, line, request):
    send_huge(line, "422 X")
    return True


def drip_after_huge(vendor, line, request):
    """More than is kept, then a line that never ends: nobody may wait for the rest."""
    vendor.work(request)
    line.sendall(f"HTTP/1.1 200 X\r\nContent-Type: application/json\r\nContent-Length: {HUGE}\r\n\r\n".encode())
    line.sendall(b" " * (2 * MIB))
    wait(vendor, 50)
    return False


def squeeze():
    gzip_of_spaces = zlib.compressobj(9, zlib.DEFLATED, 31)
    return b"".join(gzip_of_spaces.compress(SPACES) for _ in range(HUGE // MIB)) + gzip_of_spaces.flush()


def close_when_idle(vendor, line, request):
    """Promises to keep the connection, and closes it as the next request comes in."""
    if request.count % 2 == 1:
        good(vendor, line, request)
        line.recv(1)
        return False
    return good(vendor, line, request)


class Redirect:
    """Sends elsewhere; what comes there is counted."""

    def __init__(self, code, where):
        self.code = code
        self.where = where

    def __call__(self, vendor, line, request):
        line.sendall(answer({}, self.code, f"Location: {self.where(vendor)}/elsewhere/{request.action}\r\n"))
        return True


def here(vendor):
    return f"http://127.0.0.1:{vendor.port}"


def dated(seconds):
    return email.utils.formatdate(time.time() + seconds, usegmt=True)


# name: (behaviour, with a key, without one, what the person reads without one)
FAULTS = {
    "slow": (slow, WAITS, UNKNOWN, "no answer from"),
    "drip-body": (drip_body, WAITS, UNKNOWN, "no answer from"),
    "drip-head": (drip_head, WAITS, UNKNOWN, "no answer from"),
    "unread": (hang_up_unread, WAITS, UNKNOWN, "went dead"),
    "hang-up-done": (hang_up_done, WAITS, UNKNOWN, "went dead"),
    "hang-up-midway": (hang_up_midway, WAITS, UNKNOWN, "went dead"),
    "s401": (status(401), PAUSED, PAUSED, "says no"),
    "s403": (status(403), PAUSED, PAUSED, "says no"),
    "s404": (status(404), INBOX, INBOX, "says no"),
    "s409": (status(409), INBOX, INBOX, "says no"),
    "s422": (status(422), INBOX, INBOX, "says no"),
    "s429": (status(429), WAITS, WAITS, "says no"),
    "s500": (status(500), WAITS, UNKNOWN, "says no"),
    "s502": (status(502), WAITS, UNKNOWN, "says no"),
    "s503": (status(503), WAITS, WAITS, "says no"),
    "s504": (status(504), WAITS, UNKNOWN, "says no"),
    "s999": (status(999), WAITS, UNKNOWN, "says no"),
    "after-seconds": (retry_after("2"), WAITS, WAITS, "says no"),
    "after-date": (retry_after(dated(4)), WAITS, WAITS, "says no"),
    "after-past": (retry_after(dated(-86400)), WAITS, WAITS, "says no"),
    "after-less": (retry_after("-5"), WAITS, WAITS, "says no"),
    "after-words": (retry_after("when we are back, " + "x" * 1000), WAITS, WAITS, "says no"),
    "after-absurd": (retry_after("9" * 30), ANY, ANY, None),
    "not-http": (instead(b"220 smtp.example.com ready\r\n"), WAITS, UNKNOWN, "may have been done"),
    "nothing": (instead(b"\r\n\r\n"), WAITS, UNKNOWN, "may have been done"),
    "html": (instead(answer("<html>Welcome to our Wi-Fi</html>", content_type="text/html")), WAITS, UNKNOWN,
             "cannot be read"),
    "cut-json": (instead(answer('{"id": "1", "lines": [')), WAITS, UNKNOWN, "cannot be read"),
    "short-length": (instead(answer({"id": "1"}, length=5)), WAITS, UNKNOWN, "cannot be read"),
    "two-lengths": (instead(answer({"id": "1"}, headers="Content-Length: 3\r\n")), ANY, ANY, None),
    "bad-length": (instead(answer({"id": "1"}, length="-1")), ANY, ANY, None),
    "empty": (instead(answer(b"")), WAITS, UNKNOWN, "cannot be read"),
    "deep-json": (instead(answer("[" * 500000)), WAITS, UNKNOWN, "cannot be read"),
    "bad-chunks": (instead(b"HTTP/1.1 200 X\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n0\r\n\r\n"), WAITS, UNKNOWN,
                   "may have been done"),
    "bad-gzip": (instead(answer(gzip.compress(b'{"id": "1"}')[:-12] + b"0" * 12, headers="Content-Encoding: gzip\r\n")),
                 WAITS, UNKNOWN, "may have been done"),
    "bad-utf8": (instead(answer(b'{"id": "\xff\xfe"}')), WAITS, UNKNOWN, "cannot be read"),
    "null-bytes": (instead(answer(b'{"id": "1"}\0\0')), WAITS, UNKNOWN, "cannot be read"),
    "text-type": (lambda v, l, r: l.sendall(answer(v.work(r), content_type="text/plain")), DONE, DONE, None),
    "early-hints": (early_hints, DONE, DONE, None),
    "endless-continue": (endless_continue, WAITS, UNKNOWN, "never the real one"),
    "endless-headers": (endless_headers, WAITS, UNKNOWN, "may have been done"),
    "huge": (huge, WAITS, UNKNOWN, "larger than"),
    "huge-no": (huge_no, INBOX, INBOX, "422"),
    "drip-after-huge": (drip_after_huge, WAITS, UNKNOWN, "larger than"),
    "bomb": (instead(answer(squeeze(), headers="Content-Encoding: gzip\r\n")), WAITS, UNKNOWN, "larger than"),
    "close-when-idle": (close_when_idle, DONE, DONE, None),
    "redirect-here": (Redirect(301, here), INBOX, INBOX, "another address"),
    "redirect-307": (Redirect(307, here), INBOX, INBOX, "another address"),
    "redirect-loop": (Redirect(308, lambda v: here(v) + "/redirect-loop"), INBOX, INBOX, "another address"),
    "redirect-away": (Redirect(302, lambda v: "http://127.0.0.2:9"), INBOX, INBOX, "another address"),
    "redirect-junk": (Redirect(303, lambda v: "ftp://\x7f?token=a" + "b" * 5000), INBOX, INBOX, "another address"),
}


ONLY = os.environ.get("SIGNALBOX_FAULTS_ONLY")
if ONLY:
    FAULTS = {name: FAULTS[name] for name in ONLY.split(",")}


class Test(World):
    def one(self, name, kind):
        """The one run of a flow."""
        found = self.runs(f"{name}-{kind}")
        self.assertEqual(len(found), 1, found)
        return found[0]

    def wait_until(self, func):
        """Gives up without a word: what is not there is said by the checks that follow."""
        deadline = time.monotonic() + 25
        while not func() and time.monotonic() < deadline:
            time.sleep(0.2)

    def has_failed(self, run):
        return any(attempt["message"] for attempt in self.tell("runs.show", id=run["id"])["attempts"])

    def is_settled(self, name, kind, wanted):
        """Whether the run got where it is to go; one that waits must have failed at least once."""
        run = self.one(name, kind)
        if wanted == WAITS:
            return run["state"] in ("waiting", "running") and self.has_failed(run)
        return run["state"] not in ("ready", "running", "waiting")

    def check_misbehaving(self, vendor, name, kind, wanted):
        run = self.one(name, kind)
        words = FAULTS[name][3]
        self.check_sent(vendor, name)
        if wanted is ANY:
            return
        if wanted == WAITS:
            self.assertTrue(self.is_settled(name, kind, wanted), run)
        else:
            self.assertEqual((run["state"], run["unknown"]),
                             {UNKNOWN: ("inbox", True), INBOX: ("inbox", False)}.get(wanted, (wanted, False)), run)
        if wanted == DONE:
            return
        if kind == "once":
            self.assertIn(words, run["problem"])
        shown = self.ctl("runs", "show", str(run["id"]), check=0).out
        if run["problem"]:
            self.assertIn(run["problem"][:20], " ".join(shown.split()))
        attempts = self.tell("runs.show", id=run["id"])["attempts"]
        if wanted != PAUSED:
            self.assertTrue(attempts and attempts[0]["request"] and attempts[0]["message"], attempts)

    def check_mended(self, vendor, name, kind, wanted):
        asked, done = len(vendor.asked[name, kind]), len(vendor.done[name, kind])
        if wanted in (WAITS, PAUSED):
            self.assertEqual(self.one(name, kind)["state"], "done", self.one(name, kind))
            self.assertEqual(done, 1)
        if wanted == UNKNOWN:
            self.assertEqual(asked, 1)
        if wanted == INBOX:
            self.assertEqual(done, 0)
        self.check_sent(vendor, name)

    def check_sent(self, vendor, name):
        """One key for one run, and work that cannot be repeated is asked for once."""
        keyed = vendor.asked[name, "keyed"]
        self.assertLessEqual(len({key for _, key, _ in keyed}), 1, (name, keyed))
        self.assertLessEqual(len(vendor.done[name, "keyed"]), 1, name)
        self.assertLessEqual(len(vendor.done[name, "once"]), 1, name)

    def test_misbehaviour(self):
        vendor = Vendor({name: fault[0] for name, fault in FAULTS.items()})
        self.addCleanup(vendor.close)
        self.serve_timed()
        for name in FAULTS:
            self.connect(name, vendor.address(name))
            for kind in ("keyed", "once"):
                self.add_flow(f"{name}-{kind}", [action(kind, name)])
        before_kb = self.rss_kb()
        for name in FAULTS:
            for kind in ("keyed", "once"):
                self.ring(f"{name}-{kind}", 1)

        # While it misbehaves.
        wanted = {(name, kind): fault[1 + at] for name, fault in FAULTS.items() for at, kind in enumerate(("keyed", "once"))}
        self.wait_until(lambda: all(self.is_settled(*place, want) for place, want in wanted.items()))
        for (name, kind), want in wanted.items():
            with self.subTest(name=name, kind=kind):
                self.check_misbehaving(vendor, name, kind, want)
        # Asked as a person would, while an answer of 200 MB drips: the engine's thread is free.
        began = time.monotonic()
        self.tell("status")
        self.assertLess(time.monotonic() - began, 20)

        # Mended.
        vendor.mended.update(FAULTS)
        for name in {"s401", "s403"} & set(FAULTS):
            told = [line for line in self.alerts() if f"({name})" in line]
            self.assertEqual(len(told), 1, told)
            self.assertIn("is paused", told[0])
            asked = len(vendor.asked[name, "keyed"]) + len(vendor.asked[name, "once"])
            self.assertLessEqual(asked, 2, "an account in trouble is left alone")
            self.tell("connections.test", id=name)
        again = [place for place, want in wanted.items() if want in (WAITS, PAUSED)]
        self.wait_until(lambda: all(self.one(*place)["state"] == "done" for place in again))
        for (name, kind), want in wanted.items():
            with self.subTest(name=name, kind=kind):
                self.check_mended(vendor, name, kind, want)
        self.assertFalse([place for place in vendor.asked if place[0] == "elsewhere"], "no redirect is followed")
        self.end(self.engine)
        self.check_store()


    def test_lookup(self):
        """An action that can be asked for: what was done is found, what was not is done."""
        vendor = Vendor({"did": hang_up_done, "did-not": hang_up_unread, "slow": slow})
        self.addCleanup(vendor.close)
        self.serve_timed()
        for name in vendor.behaviours:
            self.connect(name, vendor.address(name))
            self.add_flow(f"{name}-looked", [action("looked", name)])
            self.ring(f"{name}-looked", 1)
        self.wait_until(lambda: vendor.asked["did-not", "looked"])
        vendor.mended.add("did-not")
        for name in vendor.behaviours:
            self.wait_for(name, lambda: self.one(name, "looked")["state"] == "done")
            self.assertEqual(len(vendor.done[name, "looked"]), 1, name)
        self.assertEqual(len(vendor.asked["did", "looked"]), 1)
        self.end(self.engine)
        self.check_store()

    def test_down_and_up(self):
        """Nobody there: ten runs wait, one alert tells, and all go on when somebody is."""
        port = listen()
        number = port.getsockname()[1]
        port.close()
        self.serve_timed()
        self.connect("shop", f"http://127.0.0.1:{number}/shop")
        self.connect("nowhere", "https://127.255.255.255:9/nowhere")
        self.connect("unnamed", "https://signalbox.invalid/unnamed")
        for name in ("shop", "nowhere", "unnamed"):
            self.add_flow(f"{name}-once", [action("once", name)])
            for ref in range(10 if name == "shop" else 1):
                self.ring(f"{name}-once", ref)
        self.wait_until(lambda: any("(shop)" in line for line in self.alerts()))
        time.sleep(2)
        self.assertEqual(len([line for line in self.alerts() if "(shop)" in line]), 1, self.alerts())
        self.assertLessEqual({run["state"] for run in self.runs("shop-once")}, {"ready", "running", "waiting"})
        self.wait_for("words", lambda: any("refused the connection" in (run["problem"] or "")
                                           for run in self.runs("shop-once")))
        for name in ("nowhere", "unnamed"):
            self.wait_for(name, lambda: self.has_failed(self.one(name, "once")))
            self.assertNotEqual(self.one(name, "once")["state"], "inbox")

        vendor = Vendor(port=number)
        self.addCleanup(vendor.close)
        self.wait_for("all done", lambda: all(run["state"] == "done" for run in self.runs("shop-once")))
        self.assertEqual(sorted(vendor.done["shop", "once"]), sorted(str(ref) for ref in range(10)))
        self.end(self.engine)
        self.check_store()

    def test_kept_connection(self):
        """The vendor closes a kept connection as the next request comes in: nothing is sent twice."""
        vendor = Vendor({"shop": close_when_idle})
        self.addCleanup(vendor.close)
        self.serve_timed()
        self.connect("shop", vendor.address("shop"))
        for kind in ("keyed", "once"):
            self.add_flow(f"shop-{kind}", [action(kind, "shop")])
            for ref in range(6):
                self.ring(f"shop-{kind}", ref)
                self.wait_for(f"{kind} {ref}", lambda: self.runs(f"shop-{kind}")[0]["state"] in ("done", "inbox"))
            self.assertEqual({run["state"] for run in self.runs(f"shop-{kind}")}, {"done"})
            self.assertEqual(vendor.done["shop", kind], [str(ref) for ref in range(6)])
        self.assertEqual(len(vendor.asked["shop", "once"]), 6)
        self.end(self.engine)
        self.check_store()

    def test_certificates(self):
        """Only a certificate of an authority that is trusted, for that name and for today, is talked to."""
        if shutil.which("openssl") is None:
            self.skipTest("openssl is not installed")
        authority = Authority(os.path.join(self.home, "ca"))
        stranger = Authority(os.path.join(self.home, "stranger"))
        program = self.trusting(authority)
        vendors = {}
        for name, signer, host, days in (("good", authority, "localhost", 30), ("stranger", stranger, "localhost", 30),
                                         ("expired", authority, "localhost", -1), ("other", authority, "example.com", 30),
                                         ("future", authority, "localhost", 90)):
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(*signer.sign(name, host, days))
            vendors[name] = Vendor(context=context)
            self.addCleanup(vendors[name].close)
        self.serve_timed(program=program)
        for name, vendor in vendors.items():
            self.connect(name, vendor.address(name, "localhost"))
            self.add_flow(f"{name}-once", [action("once", name)])
            self.ring(f"{name}-once", 1)
        for name, vendor in vendors.items():
            with self.subTest(name=name):
                if name == "good":
                    if program is not None:
                        self.wait_for(name, lambda: self.one(name, "once")["state"] == "done")
                    continue
                self.wait_for(name, lambda: self.one(name, "once")["problem"])
                self.assertIn("no safe connection", self.one(name, "once")["problem"])
                self.assertEqual(self.one(name, "once")["state"], "waiting")
                self.assertFalse(vendor.asked)
        self.end(self.engine)
        self.check_store()

    def trusting(self, authority):
        """A program that serves in a world where the system trusts @authority, or None where that cannot be made."""
        trusted = "/etc/ssl/certs/ca-certificates.crt"
        script = os.path.join(self.home, "serve-trusting")
        with open(script, "w", encoding="utf-8") as file:
            file.write(f'#!/bin/sh\nmount --bind "{authority.certificate}" {trusted} && exec "{SERVE_TIMED}" "$@"\n')
        os.chmod(script, 0o700)
        outer = os.path.join(self.home, "serve-apart")
        with open(outer, "w", encoding="utf-8") as file:
            file.write(f'#!/bin/sh\nexec unshare -rm "{script}" "$@"\n')
        os.chmod(outer, 0o700)
        tried = subprocess.run(["unshare", "-rm", "mount", "--bind", authority.certificate, trusted], capture_output=True)
        return outer if tried.returncode == 0 else None


if __name__ == "__main__":
    ctl.main()
