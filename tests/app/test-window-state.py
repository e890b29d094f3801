# test-window-state.py
#
# Copyright 2026 The Signalbox authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The window comes back as it was left: its size, the page, the flow. And the list of keys opens."""

import os
import subprocess
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from harness import App, Desktop, run, wait_for   # noqa: E402


def test_state():
    program, ctl = sys.argv[1], sys.argv[2]
    keep = {'GSETTINGS_BACKEND': 'keyfile'}
    with Desktop() as desktop:
        data = os.path.join(desktop.folder, 'data')
        for template in ('order-to-cash', 'returns-and-refunds'):
            subprocess.run([ctl, 'flows', 'new', template, '--data', data], check=True,
                           env=desktop.environment, stdout=subprocess.DEVNULL)
        app = App(desktop, program, data=data, arguments=['--practice'], environment=keep)
        app.click(app.wait('list item', lambda name: name.startswith('Returns and refunds')))
        app.wait('push button', lambda name: name.startswith('When a return is received'))

        # What a screen reader calls a button with an icon alone is never the name of a class.
        nameless = [node for node in app.find_all('push button')
                    if (node.get_name() or 'Gtk').startswith('Gtk')
                    and app.find('label', start=node, visible=False) is None]
        assert not nameless, app.describe(nameless[0].get_parent().get_parent())

        app.focus()
        app.key('ctrl+question')
        app.wait(None, 'Move the card')
        app.screenshot('shortcuts')
        app.key('Escape')
        app.wait_gone(None, 'Move the card')

        app.key('ctrl+i')
        app.wait('label', 'Inbox')
        desktop.xdotool('windowsize', '--sync', app._search_window(), 1010, 640)
        wait_for('the new size', lambda: app.size() == (1010, 640))
        app.key('ctrl+q')
        assert app.process.wait(30) == 0, app.read_log()

        app = App(desktop, program, data=data, arguments=['--practice'], environment=keep, fit=False)
        app.wait('label', lambda name: name.startswith('Nothing needs you'))
        wait_for('the size from before', lambda: app.size() == (1010, 640), 10)
        # The flow that was open is the one the keys of the flow belong to.
        app.key('alt+1')
        app.wait('push button', lambda name: name.startswith('When a return is received'))
        app.key('ctrl+q')
        assert app.process.wait(30) == 0, app.read_log()


sys.exit(run(test_state))
