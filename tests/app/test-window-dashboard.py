# test-window-dashboard.py
#
# Copyright 2026 The Signalbox authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Runs that happened are on the dashboard: in its bars, its table and by flow; a bar opens just those runs
in Activity, by pointer and by key; a flow that does not say what it saves leads to its plan."""

import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from harness import Desktop, load_orders, open_with_live_flow, ring, run, wait_for   # noqa: E402


def test_dashboard():
    program, ctl = sys.argv[1], sys.argv[2]
    with Desktop() as desktop:
        app, ask = open_with_live_flow(desktop, program, ctl)

        # Nothing has run: the page says what will stand there.
        app.key('ctrl+shift+d')
        app.wait('label', 'Nothing has run yet')
        app.screenshot('dashboard-empty')

        url = ask('flows', 'show', 'tags')['url']
        order = load_orders()[0]
        for number in (7001, 7002, 7003):
            assert ring(url, dict(order, name=f'#{number}'), f'event-{number}') == 200
        today = app.wait('push button', lambda name: name.endswith(': 3 runs, 0 needed you'))
        assert len(app.find_all('push button', lambda name: name.endswith(' runs, 0 needed you'))) == 30
        app.screenshot('dashboard')

        # A bar opens its runs, and only those.
        app.act(today)
        wait_for('a run in Activity', lambda: app.find(None, lambda name: '#7002' in name))
        app.wait('label', '3 runs')
        app.wait('push button', lambda name: name.startswith('Time: ') and name != 'Time: Any time')
        app.screenshot('dashboard-activity')

        # By keys: from the header to the bars of the first chart, the day before, its runs: none.
        app.key('ctrl+shift+d')
        app.wait('push button', '30 Days')

        def focused():
            return [node.get_name() for node in app.find_all()
                    if node.get_state_set().contains(app.atspi.StateType.FOCUSED)]

        def tab_to_bars():
            app.key('Tab')
            return any(name.endswith(': 3 runs, 0 needed you') for name in focused())
        app.focus()
        wait_for('the focus on the bar of today', tab_to_bars)
        app.key('Left')
        before = wait_for('the focus on the day before', lambda: [
            name for name in focused() if name.endswith(': 0 runs, 0 needed you')])[0]
        app.wait('label', before)
        app.key('Return')
        app.wait('label', '0 runs')
        app.key('ctrl+shift+d')

        # The same as a table, row by row; seven days of it.
        app.act(app.wait('push button', '7 Days'))
        wait_for('seven bars', lambda: len(app.find_all(
            'push button', lambda name: name.endswith(' runs, 0 needed you'))) == 7)
        app.act(app.wait('push button', 'As a Table'))
        row = app.wait('list item', lambda name: ', Runs: 3, Done: 3, Needed You: 0' in name)
        app.screenshot('dashboard-table')
        app.click(row)
        app.wait('label', '3 runs')

        # What a flow saves is what its plan says, or nothing.
        app.key('ctrl+shift+d')
        app.wait('label', '1 flow is not counted: see below')
        app.act(app.wait('push button', 'Say What It Saves'))
        wait_for('the plan', lambda: app.find(None, 'Minutes by hand, before'))

        log = app.read_log()
        assert 'CRITICAL' not in log and 'WARNING' not in log, log
        app.key('ctrl+q')
        assert app.process.wait(30) == 0, app.read_log()


sys.exit(run(test_dashboard))
