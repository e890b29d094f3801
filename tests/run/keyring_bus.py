# keyring_bus.py
#
# Copyright 2026 The Signalbox authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A session bus of one's own, and a real gnome-keyring on it."""

import os
import shutil
import subprocess
import time

PROGRAMS = ("dbus-daemon", "gnome-keyring-daemon", "gdbus")

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


def find_missing():
    """The first program that is not installed, or None."""
    return next((name for name in PROGRAMS if shutil.which(name) is None), None)
