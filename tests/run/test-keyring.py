#!/usr/bin/python3
# test-keyring.py
#
# Copyright 2026 The Signalbox authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Secrets in a real gnome-keyring on a bus of its own: kept, locked, gone and back, and no bus."""

import os
import shutil
import subprocess
import sys
import tempfile
import time

TOOL = sys.argv[1]

BUS_CONFIG = """<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig><type>session</type><listen>unix:dir={dir}</listen>
<policy context="default"><allow send_destination="*" eavesdrop="true"/><allow eavesdrop="true"/>
<allow own="*"/></policy></busconfig>
"""


class Bus:
    """A session bus that starts nothing by itself, and a keyring on it."""

    def __init__(self, home):
        self.home = home
        self.env = dict(os.environ, HOME=home, XDG_DATA_HOME=home + "/share",
                        XDG_RUNTIME_DIR=home + "/run", XDG_CACHE_HOME=home + "/cache")
        for name in ("SECRET_BACKEND", "DISPLAY", "WAYLAND_DISPLAY"):
            self.env.pop(name, None)
        for name in ("share", "run", "cache"):
            os.mkdir(f"{home}/{name}", 0o700)
        with open(home + "/bus.conf", "w") as config:
            config.write(BUS_CONFIG.format(dir=home + "/run"))
        self.bus = subprocess.Popen(
            ["dbus-daemon", "--config-file", home + "/bus.conf", "--nofork", "--print-address=1"],
            stdout=subprocess.PIPE, env=self.env, text=True)
        self.env["DBUS_SESSION_BUS_ADDRESS"] = self.bus.stdout.readline().strip()
        self.keyring = None

    def start_keyring(self, password=b"pw"):
        self.keyring = subprocess.Popen(
            ["gnome-keyring-daemon", "--foreground", "--unlock", "--components=secrets"],
            stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            env=self.env)
        self.keyring.stdin.write(password)
        self.keyring.stdin.close()
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline:
            if self.call("org.freedesktop.DBus", "/org/freedesktop/DBus",
                         "org.freedesktop.DBus.NameHasOwner", "org.freedesktop.secrets",
                         check=False).startswith("(true"):
                return
            time.sleep(0.05)
        raise AssertionError("the keyring did not come up")

    def stop_keyring(self):
        self.keyring.kill()
        self.keyring.wait()

    def call(self, name, path, method, *arguments, check=True):
        return subprocess.run(
            ["gdbus", "call", "--session", "-d", name, "-o", path, "-m", method, *arguments],
            env=self.env, capture_output=True, text=True, check=check, timeout=30).stdout

    def lock(self):
        self.call("org.freedesktop.secrets", "/org/freedesktop/secrets",
                  "org.freedesktop.Secret.Service.Lock",
                  "['/org/freedesktop/secrets/collection/login']")

    def close(self):
        if self.keyring is not None and self.keyring.poll() is None:
            self.stop_keyring()
        self.bus.kill()
        self.bus.wait()


class Tool:
    def __init__(self, folder, env):
        self.process = subprocess.Popen([TOOL, folder], stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, env=env, text=True)

    def ask(self, line):
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()
        return self.process.stdout.readline().rstrip("\n")

    def close(self):
        self.process.stdin.close()
        assert self.process.wait(timeout=60) == 0


def expect(got, wanted):
    assert got == wanted or (wanted.endswith("…") and got.startswith(wanted[:-1])), \
        f"got {got!r}, wanted {wanted!r}"


def test_without_bus(home):
    env = dict(os.environ, DBUS_SESSION_BUS_ADDRESS=f"unix:path={home}/nowhere",
               XDG_RUNTIME_DIR=home)
    for name in ("SECRET_BACKEND", "DISPLAY"):
        env.pop(name, None)
    tool = Tool(home + "/data", env)
    answer = tool.ask("load shop")
    expect(answer, "UNAVAILABLE The system keyring cannot be reached…")
    assert "--credentials DIR" in answer, answer
    tool.close()


def test_keyring(bus, home):
    bus.start_keyring()
    tool = Tool(home + "/data", bus.env)
    expect(tool.ask("load shop"), "OK")
    expect(tool.ask("save shop token first"), "OK")
    expect(tool.ask("save shop client_secret ünï cödé"), "OK")
    expect(tool.ask("save till token other"), "OK")
    expect(tool.ask("save shop token second"), "OK")
    expect(tool.ask("load shop"), "OK client_secret=ünï cödé token=second")

    # What is in memory serves on; what is not waits for the owner, and no dialog is opened.
    bus.lock()
    expect(tool.ask("load shop"), "OK client_secret=ünï cödé token=second")
    expect(tool.ask("load till"), "LOCKED The keyring is locked; unlock it and the runs go on")
    expect(tool.ask("forget"), "OK")
    expect(tool.ask("load shop"), "LOCKED …")

    # The same process goes on with a keyring that went and came back.
    bus.stop_keyring()
    expect(tool.ask("load shop"), "UNAVAILABLE …")
    bus.start_keyring()
    expect(tool.ask("load shop"), "OK client_secret=ünï cödé token=second")
    expect(tool.ask("remove shop"), "OK")
    expect(tool.ask("load shop"), "OK")
    expect(tool.ask("load till"), "OK token=other")
    tool.close()

    # A moved folder keeps its secrets; another folder has none of them.
    os.rename(home + "/data", home + "/moved")
    tool = Tool(home + "/moved", bus.env)
    expect(tool.ask("load till"), "OK token=other")
    tool.close()
    tool = Tool(home + "/data", bus.env)
    expect(tool.ask("load till"), "OK")
    tool.close()


def main():
    for program in ("dbus-daemon", "gnome-keyring-daemon", "gdbus"):
        if shutil.which(program) is None:
            print(f"skipped: {program} is not installed")
            return 77
    with tempfile.TemporaryDirectory() as home:
        test_without_bus(home)
    with tempfile.TemporaryDirectory() as home:
        bus = Bus(home)
        try:
            test_keyring(bus, home)
        finally:
            bus.close()
    print("the keyring tests passed")
    return 0


sys.exit(main())
