# test-window-folder.py
#
# Copyright 2026 The Signalbox authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A folder that another engine owns: the window says so in one sentence and can try again; a second
start of the same folder brings up the first window instead of another."""

import json
import os
import subprocess
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from harness import App, Desktop, run, wait_for   # noqa: E402


def test_folder():
    program, ctl = sys.argv[1], sys.argv[2]
    with Desktop() as desktop:
        data = os.path.join(desktop.folder, 'data')
        serve = subprocess.Popen([ctl, 'serve', '--data', data, '--port', '0', '--practice'],
                                 env=desktop.environment, stdout=subprocess.PIPE, text=True)
        desktop.processes.append(serve)
        assert json.loads(serve.stdout.readline())['listening'].startswith('http://127.0.0.1:')

        app = App(desktop, program, data=data, arguments=['--practice'])
        app.wait(None, 'This data folder is in use')
        app.screenshot('in-use')
        serve.terminate()
        assert serve.wait(30) == 0
        app.click(app.wait('push button', 'Try Again'))
        app.wait('label', 'What do you copy by hand today?')

        # The same folder once more: the second process hands over to the first and ends.
        second = subprocess.run([program, '--data', data, '--practice', '--port', '0'],
                                env=desktop.environment, timeout=30, check=False)
        assert second.returncode == 0
        assert app.process.poll() is None
        assert len(app.find_all('frame', 'Signalbox')) == 1

        # Arguments that make no sense are said, with the status for that.
        wrong = subprocess.run([program, '--port', 'x'], env=desktop.environment, timeout=30, check=False,
                               capture_output=True, text=True)
        assert wrong.returncode == 2 and wrong.stderr.startswith('signalbox: '), wrong

        # A folder that cannot be made.
        blocked = os.path.join(desktop.folder, 'file')
        with open(blocked, 'w', encoding='utf-8') as file:
            file.write('no folder')
        app.key('ctrl+q')
        assert app.process.wait(30) == 0, app.read_log()
        other = App(desktop, program, data=os.path.join(blocked, 'data'), arguments=['--practice'])
        other.wait('push button', 'Try Again')
        other.screenshot('failed')
        time.sleep(0.2)
        assert other.process.poll() is None


sys.exit(run(test_folder))
