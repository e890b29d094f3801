#!/usr/bin/python3
# test-connections.py
#
# Copyright 2026 The Signalbox authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Accounts and their secrets: in the keyring's file, in a credentials folder, and nowhere else."""

import os
import pty
import select
import subprocess
import time

import ctl

CANARY = "shpat_canary_4f1c9b7e2d"


class Connections(ctl.Case):
    def add(self, *more, check=0):
        return self.ctl("connections", "add", "--connector", "shopify", "--name", "Harbour Goods", "--environment",
                        "sandbox", *more, check=check)

    def secrets(self, id):
        found = [one for one in self.ask("connections", "list") if one["id"] == id]
        return {secret["key"]: secret["set"] for secret in found[0]["secrets"]}

    def test_add_prints_the_id_and_list_shows_it(self):
        id = self.add("--set", "shop=harbour-goods").out.strip()
        self.assertEqual(id, "harbour-goods")
        listed = self.ask("connections", "list")
        self.assertEqual([one["id"] for one in listed], [id])
        self.assertEqual(listed[0]["settings"], {"shop": "harbour-goods"})
        self.assertEqual(listed[0]["environment"], "sandbox")
        self.assertFalse(self.secrets(id)["access_token"])
        line = self.ctl("connections", "list", check=0).out
        self.assertEqual(line.split("\t")[:4], [id, "shopify", "Harbour Goods", "sandbox"])
        self.assertIn("access_token", line)

    def test_settings_may_follow_one_set(self):
        self.add("--set", "shop=harbour-goods", "public_address=https://hooks.example.test/a")
        settings = self.ask("connections", "list")[0]["settings"]
        self.assertEqual(settings["public_address"], "https://hooks.example.test/a")

    def test_what_add_turns_away(self):
        for more, says in ((["--set", "shpo=x"], "has no setting “shpo”"),
                           (["--set", "access_token=" + CANARY], "is a secret"),
                           (["--set", "shop=Not A Shop!"], "shop"),
                           ([], "shop")):
            result = self.add(*more, check=1)
            self.assertIn(says, result.err)
            self.assertNotIn(CANARY, result.err)
            self.assertEqual(result.out, "")
        result = self.ctl("connections", "add", "--connector", "shopfy", "--name", "x", "--environment", "sandbox", check=1)
        self.assertIn("shopify", result.err)
        self.assertEqual(self.ask("connections", "list"), [])

    def test_secret_from_a_pipe_without_its_last_newline(self):
        id = self.add("--set", "shop=harbour-goods").out.strip()
        result = self.ctl("connections", "set-secret", id, "--secret", "access_token", given=CANARY + "\n", check=0)
        self.assertNotIn(CANARY, result.out + result.err)
        self.assertTrue(self.secrets(id)["access_token"])
        self.assertFalse(self.secrets(id)["client_secret"])

    def test_secret_from_a_terminal_is_not_shown(self):
        id = self.add("--set", "shop=harbour-goods").out.strip()
        master, slave = pty.openpty()
        process = subprocess.Popen(
            [ctl.PROGRAM, "connections", "set-secret", id, "--secret", "access_token", "--data", self.folder],
            stdin=slave, stdout=slave, stderr=slave, env=self.environment, start_new_session=True)
        os.close(slave)
        shown = b""
        sent = False
        deadline = time.monotonic() + ctl.PATIENCE
        while time.monotonic() < deadline:
            if select.select([master], [], [], 0.1)[0]:
                try:
                    shown += os.read(master, 4096)
                except OSError:
                    break
            if b"is not shown" in shown and not sent:
                os.write(master, CANARY.encode() + b"\n")
                sent = True
            if process.poll() is not None and not select.select([master], [], [], 0)[0]:
                break
        os.close(master)
        self.assertEqual(process.wait(ctl.PATIENCE), 0, shown)
        self.assertNotIn(CANARY.encode(), shown)
        self.assertTrue(self.secrets(id)["access_token"])

    def test_secrets_that_are_none(self):
        id = self.add("--set", "shop=harbour-goods").out.strip()
        for given, says in (("", "no secret on standard input"), ("\n", "no secret"), ("x" * 70000, "too long"),
                            ("a\0b", "no secret")):
            result = self.ctl("connections", "set-secret", id, "--secret", "access_token", given=given, check=1)
            self.assertIn(says, result.err)
        result = self.ctl("connections", "set-secret", id, "--secret", "acess_token", given="x", check=1)
        self.assertIn("Its secrets are: access_token, client_secret", result.err)
        result = self.ctl("connections", "set-secret", "nobody", "--secret", "access_token", given="x", check=1)
        self.assertIn("nobody", result.err)
        self.assertFalse(self.secrets(id)["access_token"])

    def test_remove_takes_the_secrets_along(self):
        id = self.add_shopify()
        self.assertTrue(self.secrets(id)["access_token"])
        self.ctl("connections", "remove", id, check=0)
        self.assertEqual(self.ask("connections", "list"), [])
        again = self.add("--set", "shop=harbour-goods").out.strip()
        self.assertEqual(again, id)
        self.assertFalse(self.secrets(again)["access_token"])
        self.ctl("connections", "remove", "nobody", check=1)

    def test_one_that_a_live_flow_uses_stays(self):
        connection = self.add_shopify()
        self.add_live_flow(connection=connection)
        result = self.ctl("connections", "remove", connection, check=1)
        self.assertIn("Tag paid orders", result.err)
        self.ctl("connections", "remove", connection, "--force", check=0)
        self.assertEqual(self.ask("connections", "list"), [])

    def test_credentials_folder(self):
        id = self.add("--set", "shop=harbour-goods").out.strip()
        credentials = os.path.join(self.home, "credentials")
        os.mkdir(credentials, 0o700)
        path = os.path.join(credentials, f"{id}.access_token")
        with open(path, "w", opener=lambda name, flags: os.open(name, flags, 0o600)) as file:
            file.write(CANARY + "\n")
        listed = self.ask("connections", "list", "--credentials", credentials)
        self.assertTrue({one["key"]: one["set"] for one in listed[0]["secrets"]}["access_token"])
        result = self.ctl("connections", "set-secret", id, "--secret", "access_token", "--credentials", credentials,
                          given="x", check=1)
        self.assertIn("credentials", result.err.lower())
        with open(path) as file:
            self.assertEqual(file.read(), CANARY + "\n")

    def test_connectors_lists_settings_and_secrets(self):
        found = {one["id"]: one for one in self.ask("connections", "connectors")}
        self.assertIn("access_token", found["shopify"]["secrets"])
        self.assertIn("shop", found["shopify"]["settings"])


if __name__ == "__main__":
    ctl.main()
