# test-window-activity.py
#
# Copyright 2026 The Signalbox authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Runs are found by what came in and by day, walked through by keys, read attempt by attempt, copied as text
and run again; what is not found says what to do."""

import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from harness import Desktop, load_orders, open_with_live_flow, ring, run, wait_for   # noqa: E402


def test_activity():
    program, ctl = sys.argv[1], sys.argv[2]
    with Desktop() as desktop:
        app, ask = open_with_live_flow(desktop, program, ctl)
        url = ask('flows', 'show', 'tags')['url']
        order = load_orders()[0]
        for number, mail in ((7001, 'eero@example.com'), (7002, 'quilla@example.net'), (7003, 'eero@example.com')):
            assert ring(url, dict(order, name=f'#{number}', email=mail), f'event-{number}') == 200
        wait_for('three runs', lambda: len(ask('runs', 'list', '--state', 'done')) == 3)

        def focused():
            return [node.get_name() for node in app.find_all()
                    if node.get_state_set().contains(app.atspi.StateType.FOCUSED)]

        def title(name):
            # The list shows it, and so does the time line.
            return lambda: len(app.find_all('label', name)) >= 2

        # By something that stands only in the event, without touching the pointer.
        app.key('ctrl+shift+a')
        app.wait('label', '3 runs')
        app.key('ctrl+f')
        app.type('quilla')
        app.wait('label', '1 run')
        wait_for('the time line', title('Order #7002'))
        # The row says where it stands.
        app.wait('label', 'email: quilla@example.net')
        app.screenshot('activity-found')

        # Enter goes to the run, and from there to its time line; Control F back, Escape shows all again.
        app.key('Return')
        app.key('Return')
        wait_for('the time line to have the focus', lambda: 'Show the Event' in focused())
        app.key('ctrl+f')
        app.key('Escape')
        app.wait('label', '3 runs')
        app.key('Up')
        wait_for('the run above', title('Order #7003'))

        # Nothing found: it says what to try, and one press brings everything back.
        app.key('ctrl+f')
        app.type('zebra')
        app.wait('label', 'Nothing fits')
        app.wait('label', lambda name: name.startswith('“zebra” is in no name'))
        app.screenshot('activity-nothing')
        app.act(app.find_all('push button', 'Show All Runs')[-1])
        app.wait('label', '3 runs')

        # By day: the calendar stands at today, a click on the day before leaves nothing.
        def time_button():
            return app.find_all('push button', lambda name: name.startswith('Time: '))[-1]
        app.click(time_button())
        app.act(app.find_all('push button', '24 hours')[-1])
        wait_for('the filter to say so', lambda: time_button().get_name() == 'Time: 24 hours')
        app.wait('label', '3 runs')
        app.click(time_button())
        app.wait('push button', 'From …')
        # Four times that are ready, both ends, then the days: by keys, to the day before, when nothing ran.
        app.key('Tab', 'Tab', 'Tab', 'Tab', 'Tab', 'Tab', 'Left', 'space')
        app.wait('label', '0 runs')
        assert time_button().get_name() not in ('Time: Any time', 'Time: 24 hours')
        app.screenshot('activity-calendar')
        app.key('Escape')
        app.act(app.find_all('push button', 'Show All Runs')[-1])
        app.wait('label', '3 runs')
        assert time_button().get_name() == 'Time: Any time'

        # One attempt, as it went over the wire, with its key.
        app.act(app.find_all('push button', 'Request and Response')[-1])
        app.wait('label', 'What came back')
        app.wait('label', lambda name: name.startswith('What was asked'))
        app.screenshot('activity-attempt')
        app.key('Escape')
        app.wait_gone('label', 'What came back')

        # Copied, it can be pasted.
        app.focus()
        app.key('ctrl+f')
        app.key('Return')
        app.key('Return')
        app.key('ctrl+shift+c')
        app.wait('label', 'The time line is on the clipboard')
        app.key('ctrl+f')
        app.key('ctrl+v')
        wait_for('the text', lambda: any('Tag orders, version 1 · Practice' in app.text(entry)
                                         for entry in app.find_all('entry', 'Search runs')))
        app.key('Escape')
        app.wait('label', '3 runs')

        # Again: the question names what would be done a second time.
        app.click(app.find_all('push button', 'More for this run')[-1])
        app.act(app.wait('menu item', 'Run This Event Again…'))
        app.wait('label', lambda name: 'new keys' in name and '• ' in name)
        app.screenshot('activity-replay')
        app.key('Return')
        app.wait('label', '4 runs')
        wait_for('the run to be done', lambda: len(ask('runs', 'list', '--state', 'done')) == 4)

        log = app.read_log()
        assert 'CRITICAL' not in log and 'WARNING' not in log, log
        app.focus()
        app.key('ctrl+q')
        assert app.process.wait(30) == 0, app.read_log()


sys.exit(run(test_activity))
