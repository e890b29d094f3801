#!/usr/bin/python3
# test-keyring.py
#
# Copyright 2026 The Signalbox authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Secrets in a real gnome-keyring on a bus of its own: kept, locked, gone and back, and no bus."""

import os
import subprocess
import sys
import tempfile

from keyring_bus import Bus, find_missing

TOOL = sys.argv[1]


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
    missing = find_missing()
    if missing is not None:
        print(f"skipped: {missing} is not installed")
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
