# test-window-live.py
#
# Copyright 2026 The Signalbox authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""From an empty folder to a green pilot and a live flow, which then hears a signed webhook: the whole
way of an owner, with the pointer, in the real window. Then pause, which keeps events, and resume."""

import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from harness import App, Desktop, load_orders, ring, run, wait_for   # noqa: E402

def menu_item(app, name):
    app.click(app.wait('push button', 'More about this flow'))
    app.act(app.wait('menu item', name))


def test_live():
    with Desktop() as desktop:
        app = App(desktop, sys.argv[1], arguments=['--practice'])
        app.click(app.wait('push button', 'Paid orders'))
        app.wait('push button', lambda name: name.startswith('When an order is paid'))
        url = app.text(app.wait('text', 'Address of this bell'))
        assert url.startswith('http://127.0.0.1:'), url
        order = load_orders()[0]
        assert ring(url, order, 'too-early') == 404, 'a draft hears nothing'

        # The gate is closed and says what opens it.
        app.focus()
        app.click(app.find_all('push button', 'Go Live')[-1])
        app.wait('label', 'Go Live is closed')
        app.screenshot('gate-closed')
        app.key('Escape')

        app.click(app.wait('push button', 'Run Pilot'))
        app.wait('label', 'Go Live is open', seconds=90)
        app.screenshot('pilot')

        app.click(app.find_all('push button', 'Go Live')[-1])
        app.wait('label', 'Ready to go live')
        app.screenshot('gate-open')
        app.act(app.wait('push button', 'Go Live Now'))
        app.wait('label', 'Version 1 is live')
        app.wait('list item', 'Paid orders, Live')
        app.wait('label', lambda name: name.startswith('Listening'))

        # The bell: once, again (the same answer, no second run), and by somebody without the secret.
        order['name'] = '#7001'
        assert ring(url, order, 'event-7001') == 200
        assert ring(url, order, 'event-7001') == 200
        assert ring(url, dict(order, name='#6666'), 'event-6666', b'guess') == 401
        app.wait('label', 'Last bell just now')
        app.click(app.wait('list item', 'Activity'))
        wait_for('the run in Activity', lambda: app.find(None, lambda name: '#7001' in name))
        app.screenshot('activity')
        assert not app.find(None, lambda name: '#6666' in name)

        # Paused, an event is kept; resumed, it runs.
        app.click(app.wait('list item', 'Paid orders, Live'))
        menu_item(app, 'Pause')
        app.wait('list item', 'Paid orders, Paused')
        order['name'] = '#7002'
        assert ring(url, order, 'event-7002') == 200
        app.wait('label', 'Paused · 1 event is kept')
        menu_item(app, 'Resume')
        app.wait('list item', 'Paid orders, Live')
        app.click(app.wait('list item', 'Activity'))
        wait_for('the kept event in Activity', lambda: app.find(None, lambda name: '#7002' in name))

        log = app.read_log()
        assert 'CRITICAL' not in log and 'WARNING' not in log, log


sys.exit(run(test_live))
