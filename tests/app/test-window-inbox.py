# test-window-inbox.py
#
# Copyright 2026 The Signalbox authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""An order without an email waits in the inbox. Its owner puts the address in, and it goes on."""

import json
import os
import sqlite3
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from harness import App, Desktop, load_orders, ring, run, wait_for   # noqa: E402


def go_live(app):
    app.act(app.wait('push button', 'Paid orders'))
    url = app.text(app.wait('text', 'Address of this bell'))
    app.act(app.wait('push button', 'Run Pilot'))
    app.wait('label', 'Go Live is open', seconds=90)
    app.act(app.find_all('push button', 'Go Live')[-1])
    app.act(app.wait('push button', 'Go Live Now'))
    app.wait('label', 'Version 1 is live')
    return url


def count_decisions(app, decision):
    """How often the record of decisions has this one."""
    database = sqlite3.connect(f'file:{app.data}/signalbox.db?mode=ro', uri=True)
    try:
        details = database.execute("SELECT detail FROM audit WHERE what = 'run-resolved'").fetchall()
        return sum(json.loads(detail)['decision'] == decision for (detail,) in details)
    finally:
        database.close()


def share_a_cause(app, url, order):
    """Two orders that stopped for the same reason: one decision for both, and a drop taken back."""
    for number in (2001, 2002):
        other = dict(order, id=570245010000 + number, name=f'#{number}', order_number=number)
        assert ring(url, other, f'event-{number}') == 200
    app.click(app.wait('list item', lambda name: name.startswith('Inbox, ')))
    app.wait('label', '… has no email')
    app.act(app.wait('push button', 'Try Both Again…'))
    app.act(app.wait('push button', lambda name: name.startswith('Try 2 Again')))
    wait_for('both to be tried again', lambda: count_decisions(app, 'retry') == 2)
    app.wait('push button', 'Try Both Again…')

    app.wait('label', lambda name: name.startswith('What is to happen with Order #200'))
    app.screenshot('inbox-cause')
    app.act(app.wait('push button', 'Drop…'))
    check = app.wait('check box', lambda name: name.endswith('All 2 with the same cause'))
    app.key('alt+a')
    wait_for('both to be chosen', lambda: check.get_state_set().contains(app.atspi.StateType.CHECKED))
    app.act(app.wait('push button', lambda name: name.startswith('Drop Drop') or name == 'Drop'))
    toast = app.wait('label', '2 runs dropped. They stay in Activity.').get_parent()
    assert count_decisions(app, 'drop') == 2
    app.act(app.wait('push button', lambda name: 'Undo' in name, start=toast.get_parent()))
    wait_for('both to be back', lambda: count_decisions(app, 'restore') == 2)
    app.wait('push button', 'Try Both Again…')


def test_inbox():
    with Desktop() as desktop:
        app = App(desktop, sys.argv[1], arguments=['--practice'])
        url = go_live(app)
        order = next(order for order in load_orders() if order.get('name') == '#1005')
        assert ring(url, order, 'event-1005') == 200
        app.act(app.find_all('page tab', 'Map')[0])
        app.click(app.wait('list item', lambda name: name.startswith('Inbox, ')))
        app.wait('label', lambda name: name.startswith('What is to happen with Order #1005'))

        app.act(app.wait('push button', 'Edit the Data…'))
        save = app.wait('push button', 'Save and Try Again')
        assert not save.get_state_set().contains(app.atspi.StateType.SENSITIVE), 'nothing was changed yet'
        app.wait('label', 'Order #1005 has no email')
        # What the step uses stands on top, and the one that is empty has the focus.
        app.wait('label', 'What “Find customer” uses')
        app.wait('text', 'Customer\'s e-mail (empty)')
        app.screenshot('inbox-edit')
        app.type('anna@example.com')
        wait_for('the button', lambda: save.get_state_set().contains(app.atspi.StateType.SENSITIVE))
        app.act(save)
        app.wait('label', 'Nothing needs you')

        # The same run, with an event of its own beside the one that came.
        app.click(app.wait('list item', 'Activity'))
        app.wait('label', 'Data edited by you; what came in first is kept')
        app.screenshot('inbox-edited')
        share_a_cause(app, url, order)
        log = app.read_log()
        assert 'CRITICAL' not in log and 'WARNING' not in log, log


sys.exit(run(test_inbox))
