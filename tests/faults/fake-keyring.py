#!/usr/bin/python3
# fake-keyring.py
#
# Copyright 2026 The Signalbox authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A secret service (org.freedesktop.secrets) in memory that can be slow, go away, be locked or hold garbage.

It hears a command a line on standard input and answers each with "ok": slow SECONDS, gone, back, lock, unlock,
forget, garbage TEXT (with Python's escapes), plain.
https://specifications.freedesktop.org/secret-service/latest/
"""

import sys

from gi.repository import Gio, GLib

NAME = "org.freedesktop.secrets"
ROOT = "/org/freedesktop/secrets"
COLLECTION = ROOT + "/collection/login"
ALIAS = ROOT + "/aliases/default"
NO_PROMPT = "/"
INTERFACES = Gio.DBusNodeInfo.new_for_xml("""<node>
<interface name="org.freedesktop.Secret.Service">
 <method name="OpenSession"><arg type="s" direction="in"/><arg type="v" direction="in"/><arg type="v" direction="out"/>
  <arg type="o" direction="out"/></method>
 <method name="SearchItems"><arg type="a{ss}" direction="in"/><arg type="ao" direction="out"/>
  <arg type="ao" direction="out"/></method>
 <method name="Unlock"><arg type="ao" direction="in"/><arg type="ao" direction="out"/><arg type="o" direction="out"/></method>
 <method name="GetSecrets"><arg type="ao" direction="in"/><arg type="o" direction="in"/>
  <arg type="a{o(oayays)}" direction="out"/></method>
 <method name="ReadAlias"><arg type="s" direction="in"/><arg type="o" direction="out"/></method>
 <property name="Collections" type="ao" access="read"/>
</interface>
<interface name="org.freedesktop.Secret.Collection">
 <method name="CreateItem"><arg type="a{sv}" direction="in"/><arg type="(oayays)" direction="in"/>
  <arg type="b" direction="in"/><arg type="o" direction="out"/><arg type="o" direction="out"/></method>
 <property name="Items" type="ao" access="read"/><property name="Label" type="s" access="read"/>
 <property name="Locked" type="b" access="read"/><property name="Created" type="t" access="read"/>
 <property name="Modified" type="t" access="read"/>
</interface>
<interface name="org.freedesktop.Secret.Item">
 <method name="Delete"><arg type="o" direction="out"/></method>
 <property name="Attributes" type="a{ss}" access="readwrite"/><property name="Label" type="s" access="readwrite"/>
 <property name="Locked" type="b" access="read"/><property name="Created" type="t" access="read"/>
 <property name="Modified" type="t" access="read"/>
</interface>
<interface name="org.freedesktop.Secret.Prompt">
 <method name="Prompt"><arg type="s" direction="in"/></method><method name="Dismiss"/>
 <signal name="Completed"><arg type="b"/><arg type="v"/></signal>
</interface></node>""")


class Keyring:
    def __init__(self, bus):
        self.bus = bus
        self.items = {}  # path → (attributes, secret)
        self.made = 0
        self.slow_s = 0
        self.locked = False
        self.garbage = None
        for path, interface in ((ROOT, "Service"), (COLLECTION, "Collection"), (ALIAS, "Collection"),
                                (ROOT + "/prompt/p", "Prompt")):
            self.register(path, interface)
        self.owned = self.own()

    def own(self):
        return Gio.bus_own_name_on_connection(self.bus, NAME, Gio.BusNameOwnerFlags.NONE, None, None)

    def register(self, path, interface):
        self.bus.register_object(path, INTERFACES.lookup_interface("org.freedesktop.Secret." + interface),
                                 self.called, self.get_property, None)

    def called(self, bus, sender, path, interface, method, arguments, invocation):
        def reply():
            self.answer(path, method, arguments.unpack(), arguments, invocation)
            return GLib.SOURCE_REMOVE
        if self.slow_s:
            GLib.timeout_add(int(self.slow_s * 1000), reply)
        else:
            reply()

    def answer(self, path, method, given, raw, invocation):
        if method == "OpenSession" and given[0] != "plain":
            invocation.return_dbus_error("org.freedesktop.DBus.Error.NotSupported", "plain only")
        elif method == "OpenSession":
            invocation.return_value(GLib.Variant("(vo)", (GLib.Variant("s", ""), ROOT + "/session/s")))
        elif method == "SearchItems":
            found = [at for at, (attributes, _) in self.items.items()
                     if all(attributes.get(name) == value for name, value in given[0].items())]
            invocation.return_value(GLib.Variant("(aoao)", ([], found) if self.locked else (found, [])))
        elif method == "Unlock":
            invocation.return_value(GLib.Variant("(aoo)", ([], ROOT + "/prompt/p") if self.locked
                                                 else (given[0], NO_PROMPT)))
        elif method == "GetSecrets":
            invocation.return_value(GLib.Variant("(a{o(oayays)})", ({
                at: (given[1], b"", self.garbage if self.garbage is not None else self.items[at][1], "text/plain")
                for at in given[0] if at in self.items and not self.locked},)))
        elif method == "ReadAlias":
            invocation.return_value(GLib.Variant("(o)", (COLLECTION,)))
        elif method == "CreateItem":
            self.create(given, invocation)
        elif method == "Delete":
            self.items.pop(path, None)
            invocation.return_value(GLib.Variant("(o)", (NO_PROMPT,)))
        elif method in ("Prompt", "Dismiss"):
            invocation.return_value(None)
            # The owner closes the dialog.
            self.bus.emit_signal(None, path, "org.freedesktop.Secret.Prompt", "Completed",
                                 GLib.Variant("(bv)", (True, GLib.Variant("ao", []))))

    def create(self, given, invocation):
        if self.locked:
            invocation.return_dbus_error("org.freedesktop.Secret.Error.IsLocked", "locked")
            return
        attributes = given[0]["org.freedesktop.Secret.Item.Attributes"]
        path = next((at for at, (known, _) in self.items.items() if known == attributes), None)
        if path is None:
            self.made += 1
            path = f"{COLLECTION}/{self.made}"
            self.register(path, "Item")
        self.items[path] = (attributes, bytes(given[1][2]))
        invocation.return_value(GLib.Variant("(oo)", (path, NO_PROMPT)))

    def get_property(self, bus, sender, path, interface, name):
        return {"Collections": lambda: GLib.Variant("ao", [COLLECTION]),
                "Items": lambda: GLib.Variant("ao", list(self.items)),
                "Attributes": lambda: GLib.Variant("a{ss}", self.items.get(path, ({}, b""))[0]),
                "Label": lambda: GLib.Variant("s", "Signalbox"),
                "Locked": lambda: GLib.Variant("b", self.locked)}.get(name, lambda: GLib.Variant("t", 1))()

    def told(self, line):
        word, _, rest = line.partition(" ")
        if word == "slow":
            self.slow_s = float(rest)
        elif word == "gone":
            Gio.bus_unown_name(self.owned)
        elif word == "back":
            self.owned = self.own()
        elif word in ("lock", "unlock"):
            self.locked = word == "lock"
        elif word == "forget":
            self.items.clear()
        elif word == "garbage":
            self.garbage = rest.encode().decode("unicode_escape").encode("latin-1")
        elif word == "plain":
            self.garbage = None
        print("ok", flush=True)


def main():
    loop = GLib.MainLoop()
    keyring = Keyring(Gio.bus_get_sync(Gio.BusType.SESSION))

    def read(channel, condition):
        line = sys.stdin.readline()
        if not line:
            loop.quit()
            return False
        # After what was asked for is on its way.
        GLib.idle_add(lambda: keyring.told(line.rstrip("\n")))
        return True
    GLib.io_add_watch(GLib.IOChannel.unix_new(0), GLib.PRIORITY_DEFAULT, GLib.IOCondition.IN | GLib.IOCondition.HUP, read)
    loop.run()


main()
