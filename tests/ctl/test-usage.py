#!/usr/bin/python3
# test-usage.py
#
# Copyright 2026 The Signalbox authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The command line: help, wrong usage, exit status, and what the program is linked with."""

import re
import subprocess

import ctl


class Usage(ctl.Case):
    def refused(self, *words, says):
        result = self.ctl(*words, data=False, check=2)
        self.assertEqual(result.out, "")
        self.assertTrue(result.err.startswith("signalboxctl: "), result)
        self.assertEqual(result.err.count("\n"), 1, result)
        self.assertIn(says, result.err)

    def commands(self):
        out = self.ctl("--help", data=False, check=0).out
        listed = out.split("Commands:\n")[1].split("\n\n")[0]
        return re.findall(r"^  ([a-z]+(?: [a-z-]+)?)(?= [A-Z\[]|  |$)", listed, re.M)

    def test_every_command_has_help_with_an_example(self):
        commands = self.commands()
        for name in ("serve", "flows list", "flows show", "flows new", "flows import", "flows export",
                     "flows publish", "flows pause", "flows resume", "flows rollback", "flows set", "flows connect",
                     "connections list", "connections add", "connections set-secret", "connections remove",
                     "connections test", "pilot", "events list", "events show", "events replay", "stats", "runs list",
                     "runs show", "runs retry", "runs resolve", "check", "practice", "inbox"):
            self.assertIn(name, commands)
        for name in commands:
            help = self.ctl(*name.split(), "--help", data=False, check=0).out
            self.assertIn(f"Usage: signalboxctl {name}", help)
            example = help.split("Example:\n  signalboxctl ")[1]
            self.assertTrue(example.startswith(name), help)
            for option in ("--data", "--json", "--credentials", "--help"):
                self.assertIn(option, help)

    def test_help_of_a_group_lists_only_its_commands(self):
        out = self.ctl("flows", "--help", data=False, check=0).out
        self.assertIn("flows publish ID", out)
        self.assertNotIn("runs list", out)

    def test_version(self):
        self.assertRegex(self.ctl("--version", data=False, check=0).out, r"^signalboxctl \d+\.\d+\.\d+\n$")

    def test_the_nearest_is_suggested(self):
        self.refused("flwos", "list", says="did you mean “signalboxctl flows”?")
        self.refused("flows", "lsit", says="did you mean “signalboxctl flows list”?")
        self.refused("flows", "publsh", "x", says="did you mean “signalboxctl flows publish”?")
        self.refused("flows", "list", "--dat", "/x", says="did you mean --data?")
        self.refused("runs", "list", "--sate", "done", says="did you mean --state?")

    def test_nothing_is_suggested_for_nonsense(self):
        result = self.ctl("xyzzyplugh", data=False, check=2)
        self.assertNotIn("did you mean", result.err)

    def test_what_is_missing_or_too_much(self):
        self.refused(says="no command was given")
        self.refused("flows", says="see “signalboxctl flows --help”")
        self.refused("flows", "show", says="flows show ID")
        self.refused("flows", "show", "a", "b", says="“b” is one too many")
        self.refused("flows", "rollback", "a", "two", says="“two” is not the number of a version")
        self.refused("runs", "show", "first", says="“first” is not the number of a run")
        self.refused("runs", "resolve", "1", says="--as is missing")
        self.refused("runs", "resolve", "1", "--as", "maybe", says="done, not-done, drop")
        self.refused("runs", "list", "--limit", "0", says="from 1 to 1000")
        self.refused("runs", "list", "--since", "soon", says="--since")
        self.refused("flows", "set", "a", "b", says="STEP.FIELD=TEXT")
        self.refused("flows", "set", "a", "b.c:={", says="not JSON")
        self.refused("pilot", "x", "--mode", "live", says="preview, practice, sandbox")
        self.refused("connections", "add", "--connector", "shopify", says="--name is missing")
        self.refused("connections", "add", "--connector", "shopify", "--name", "x", "--environment", "test",
                     says="sandbox, production")
        self.refused("connections", "add", "--connector", "shopify", "--name", "x", "--environment", "sandbox",
                     "--set", "shop", says="KEY=VALUE")
        self.refused("connections", "set-secret", "x", says="--secret KEY is missing")
        self.refused("serve", "--port", "70000", says="from 0 to 65535")
        self.refused("serve", "--port", says="--port needs a value")
        self.refused("serve", "--practice-port", "0", says="--practice-port goes with --practice")
        self.refused("serve", "--practice-url", "https://example.com", says="on this computer")
        self.refused("serve", "-p", "1", says="options begin with --")
        self.refused("flows", "list", "--json=yes", says="--json takes no value")
        self.refused("flows", "list", "--data", "", says="--data needs the name of a folder")

    def test_a_secret_on_the_command_line_is_refused_and_not_repeated(self):
        result = self.ctl("connections", "set-secret", "x", "--secret", "token=hunter2", data=False, check=2)
        self.assertIn("standard input", result.err)
        self.assertNotIn("hunter2", result.out + result.err)

    def test_control_characters_of_arguments_do_not_reach_the_terminal(self):
        result = self.ctl("flows", "\x1b]0;owned\x07", data=False, check=2)
        self.assertNotIn("\x1b", result.err)
        self.assertNotIn("\x07", result.err)

    def test_a_full_output_is_a_failure(self):
        with open("/dev/full", "w") as full:
            done = subprocess.run([ctl.PROGRAM, "--help"], stdout=full, stderr=subprocess.PIPE,
                                  env=self.environment, text=True)
        self.assertEqual(done.returncode, 1)
        self.assertIn("standard output", done.stderr)

    def test_no_gtk_is_linked(self):
        libraries = subprocess.run(["ldd", ctl.PROGRAM], stdout=subprocess.PIPE, text=True, check=True).stdout
        self.assertIn("libgio", libraries)
        for name in ("gtk", "gdk", "adwaita", "pango", "cairo", "X11", "wayland"):
            self.assertNotIn(name, libraries)

    def test_the_shipped_program_has_no_clock_of_its_own(self):
        with open(ctl.PROGRAM, "rb") as program:
            self.assertNotIn(b"SIGNALBOX_TEST_NOW", program.read())


if __name__ == "__main__":
    ctl.main()
