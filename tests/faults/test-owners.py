#!/usr/bin/python3
# test-owners.py
#
# Copyright 2026 The Signalbox authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A data folder has one owner: whoever comes second is told who it is, and whoever comes after a crash is let in."""

import fcntl
import os
import signal
import socket
import struct
import subprocess

import faults
import ctl

F_OFD_SETLK = 37
STARTERS = 20


class Owners(faults.Rig):
    def start_second(self):
        """A second server on the folder; gives its status and what it said."""
        done = subprocess.run([ctl.PROGRAM, "serve", "--port", "0", "--data", self.folder], env=self.environment,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=ctl.PATIENCE)
        self.assertEqual(done.stdout, "")
        return done.returncode, done.stderr

    def lock_path(self):
        return os.path.join(self.folder, "signalbox.lock")

    def hold(self, words):
        """Takes the lock as a program named @words would; closing what it gives lets go."""
        os.makedirs(self.folder, 0o700, exist_ok=True)
        file = open(self.lock_path(), "w+", encoding="utf-8")
        fcntl.fcntl(file, F_OFD_SETLK, struct.pack("hhqqi4x", fcntl.F_WRLCK, os.SEEK_SET, 0, 0, 0))
        file.write(words)
        file.flush()
        return file

    def test_the_second_server_is_told_who_has_the_folder(self):
        self.serve_until()
        status, said = self.start_second()
        self.assertEqual(status, 1, said)
        self.assertIn(self.folder, said)
        self.assertIn(f"in use by signalboxctl (process {self.serving.process.pid})", said)
        self.assertIn("choose another folder", said)
        # The first one was not disturbed, and commands still go to it.
        self.assertEqual(self.ask("status")["folder"], self.folder)
        self.stop()

    def test_of_many_that_start_at_once_one_wins(self):
        for _ in range(faults.rounds(1, 10)):
            servers = [subprocess.Popen([ctl.PROGRAM, "serve", "--port", "0", "--data", self.folder], text=True,
                                        env=self.environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
                       for _ in range(STARTERS)]
            try:
                self.wait_for("all but one to give up", lambda: sum(one.poll() is None for one in servers) == 1)
                winner = next(one for one in servers if one.poll() is None)
                self.assertIn("listening", winner.stdout.readline())
                for one in servers:
                    if one is not winner:
                        said = one.stderr.read()
                        self.assertEqual(one.returncode, 1, said)
                        self.assertIn(f"(process {winner.pid})", said)
                winner.send_signal(signal.SIGKILL)  # the next round finds what it left
            finally:
                for one in servers:
                    if one.poll() is None:
                        one.kill()
                    one.wait()
                    one.stdout.close()
                    one.stderr.close()
            self.check_database()

    def test_after_a_kill_the_next_may_start_at_once(self):
        for _ in range(faults.rounds(3, 30)):
            self.serve_until()
            self.serving.end(signal.SIGKILL)
            with open(self.lock_path(), encoding="utf-8") as file:
                self.assertIn("process", file.read())
        self.serve_until()
        self.stop()
        self.check_database()

    def test_files_left_behind_are_in_nobody_s_way(self):
        os.makedirs(self.folder, 0o700)
        for name in ("init (process 1)\n", "somebody (process 999999999)\n", "\0\xff nonsense", ""):
            with open(self.lock_path(), "w", encoding="latin-1") as file:
                file.write(name)
            self.serve_until()
            self.stop()
        # A socket nobody listens on, and something that is no socket at all.
        here = os.getcwd()
        os.chdir(self.folder)
        try:
            with socket.socket(socket.AF_UNIX) as dead:
                dead.bind("control.sock")
        finally:
            os.chdir(here)
        self.assertEqual(self.ask("flows", "list"), [])
        self.serve_until()
        self.assertEqual(self.ask("flows", "list"), [])
        self.stop()
        with open(os.path.join(self.folder, "control.sock"), "w", encoding="utf-8") as file:
            file.write("no socket")
        self.serve_until()
        self.assertEqual(self.ask("flows", "list"), [])
        self.stop()

    def test_a_folder_that_is_held_but_silent_is_refused_in_words(self):
        with self.hold(f"signalbox (process {os.getpid()})\n"):
            done = self.ctl("flows", "list")
            self.assertEqual(done.status, 1, done)
            self.assertIn(f"in use by signalbox (process {os.getpid()})", done.err)
        self.assertEqual(self.ask("flows", "list"), [])

    def test_a_server_waits_for_a_command_that_is_about_to_end(self):
        with self.hold(f"signalboxctl (process {os.getpid()})\n"):
            server = subprocess.Popen([ctl.PROGRAM, "serve", "--port", "0", "--data", self.folder], text=True,
                                      env=self.environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
            self.addCleanup(server.stderr.close)
            self.addCleanup(server.stdout.close)
            self.addCleanup(server.wait)
            self.addCleanup(server.kill)
            with self.assertRaises(subprocess.TimeoutExpired):
                server.wait(0.5)
        self.assertIn("listening", server.stdout.readline())

    def test_many_commands_at_once_are_all_done(self):
        """Whether nobody has the folder or a server does."""
        for served in (False, True):
            if served:
                self.serve_until()
            commands = [subprocess.Popen([ctl.PROGRAM, "settings", "set", "retention_days", str(10 + number), "--data",
                                          self.folder], env=self.environment, stdout=subprocess.DEVNULL,
                                         stderr=subprocess.PIPE, text=True) for number in range(STARTERS)]
            for one in commands:
                said = one.communicate(timeout=ctl.PATIENCE)[1]
                self.assertEqual(one.returncode, 0, said)
        self.stop()
        self.assertEqual(self.query("SELECT count (*) FROM audit WHERE what = 'setting-changed'"), [(2 * STARTERS,)])
        self.check_database()

    def test_the_name_of_a_folder_is_never_made_anew(self):
        """Idempotency keys are made of it: with another one, work would be done twice after a crash."""
        self.assertEqual(self.ask("flows", "list"), [])
        path = os.path.join(self.folder, "folder-id")
        with open(path, encoding="utf-8") as file:
            name = file.read()
        for broken in ("", name[:20], "nonsense"):
            with open(path, "w", encoding="utf-8") as file:
                file.write(broken)
            done = self.ctl("flows", "list")
            self.assertEqual(done.status, 1, done)
            self.assertIn(path, done.err)
            self.assertIn("twice", done.err)
            with open(path, encoding="utf-8") as file:
                self.assertEqual(file.read(), broken)
        with open(path, "w", encoding="utf-8") as file:
            file.write(name)
        self.assertEqual(self.ask("flows", "list"), [])


if __name__ == "__main__":
    ctl.main()
