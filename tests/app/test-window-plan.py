# test-window-plan.py
#
# Copyright 2026 The Signalbox authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The plan: time is measured, a criterion is removed and brought back, and whom to call is a link."""

import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from harness import App, Desktop, run   # noqa: E402


def type_into(app, name, text):
    app.wait('text', name).get_editable_text_iface().set_text_contents(text)


def open_plan(app):
    app.act(app.wait('page tab', 'Plan'))
    app.wait('text', 'Who owns it')


def test_plan():
    with Desktop() as desktop:
        app = App(desktop, sys.argv[1], arguments=['--practice'])
        app.act(app.wait('push button', 'Paid orders'))
        app.wait('push button', lambda name: name.startswith('When an order is paid'))
        open_plan(app)

        # What the ready-made flow says is not taken for a measurement.
        app.wait('label', lambda name: name.startswith('Take the time of a few records by hand'))
        type_into(app, 'Minutes by hand, before', '12,5')
        type_into(app, 'Minutes by hand, now', '2')
        app.wait('label', lambda name: name.startswith('Saves 10.5 minutes'))
        type_into(app, 'Minutes by hand, before', 'twelve')
        app.wait('label', lambda name: name.startswith('Take the time of a few records'))

        app.act(app.wait('push button', 'Remove: No order booked twice'))
        app.wait_gone('push button', 'Remove: No order booked twice')
        app.act(app.wait('push button', 'Undo'))
        app.wait('push button', 'Remove: No order booked twice')

        type_into(app, 'Whom to call', 'Anna, +49 30 1234567 or anna@harbour.example')
        app.wait(None, '+49301234567')
        app.wait(None, 'anna@harbour.example')
        app.screenshot('plan')

        log = app.read_log()
        assert 'CRITICAL' not in log and 'WARNING' not in log, log


sys.exit(run(test_plan))
