# test-window-trigger.py
#
# Copyright 2026 The Signalbox authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The bell of a flow that is not live yet: its address, the vendor's steps to tick off, a test that is heard the moment
it comes, right and wrong, and taken as a record."""

import os
import sqlite3
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from harness import App, Desktop, load_orders, ring, run, wait_for   # noqa: E402


def test_trigger():
    with Desktop() as desktop:
        app = App(desktop, sys.argv[1], arguments=['--practice'])
        app.click(app.wait('push button', 'Paid orders'))
        app.wait('push button', lambda name: name.startswith('When an order is paid'))
        url = app.text(app.wait('text', 'Address of this bell'))
        order = load_orders()[0]
        assert ring(url, order, 'before') == 404, 'a flow that is not live hears nothing by itself'

        steps = app.find_all('check box', lambda name: 'Notifications' in name)
        assert steps, 'the steps of the connector'
        app.click(steps[0])

        app.act(app.wait('push button', 'Listen for a Test'))
        app.wait('push button', 'Stop Listening')
        app.screenshot('trigger-listening')

        # A wrong signature is told with its reason, and what to look at.
        wait_for('the wrong one', lambda: ring(url, order, 'wrong', secret=b'other') == 401)
        wait_for('the reason', lambda: app.find('label', lambda name: 'was refused' in name))
        wait_for('the help', lambda: app.find('label', lambda name: 'tunnel' in name and name.startswith('1.')))
        app.screenshot('trigger-refused')

        assert ring(url, order, 'right') == 200
        wait_for('the order', lambda: app.find('label', lambda name: name.startswith('Order #1001 ·')))
        wait_for('its verdict', lambda: app.find('label', lambda name: 'signature is right' in name))
        app.screenshot('trigger-heard')
        app.act(app.wait('push button', 'Use as a Record'))
        app.wait('label', 'Record 11 of 11')
        app.act(app.wait('push button', 'Stop Listening'))
        app.wait('push button', 'Listen for a Test')
        wait_for('nobody at home', lambda: ring(url, order, 'after') == 404)
        app.quit()

        with sqlite3.connect(f'file:{app.data}/signalbox.db?mode=ro', uri=True) as store:
            assert store.execute('SELECT count (*) FROM events').fetchone() == (0,)
            kept = store.execute("SELECT value FROM settings WHERE key LIKE 'trigger-steps.%'").fetchall()
        assert len(kept) == 1 and '[0]' in kept[0][0], kept


sys.exit(run(test_trigger))
