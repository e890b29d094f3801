# test-window-guide.py
#
# Copyright 2026 The Signalbox authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The 90-minute guide: it follows what is done, its button goes to the next thing, it can be put away and
brought back, and all of that is still so after the window was closed."""

import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from harness import App, Desktop, run, wait_for   # noqa: E402


def stages(app):
    return app.find('push button', lambda name: name.startswith('Live in 90 minutes'))


def step(app, number, title):
    wait_for(f'step {number}: {title}', lambda: stages(app) and stages(app).get_name() ==
             f'Live in 90 minutes, step {number} of 4: {title}')


def wait_view(app, name):
    wait_for(f'the view {name}', lambda: app.find('page tab', name).get_state_set().contains(
        app.atspi.StateType.SELECTED))


def test_guide():
    with Desktop() as desktop:
        app = App(desktop, sys.argv[1], arguments=['--practice'])
        app.click(app.wait('push button', 'Something else'))
        app.wait('list item', lambda name: name.startswith('When I start it'))
        app.type('start it')
        app.key('Return')
        # An empty map: the first thing is what is to be done, and the button goes there.
        step(app, 1, 'Map the flow')
        app.wait('label', 'Add what is to be done: press + on the map')
        app.act(app.wait('page tab', 'Plan'))
        wait_view(app, 'Plan')
        app.click(app.wait('push button', 'Show the Map'))
        wait_view(app, 'Map')
        app.screenshot('guide-map')

        # A ready-made one has its map, and in practice its accounts: it stands before the pilot.
        app.act(app.wait('push button', 'New flow'))
        app.act(app.wait('push button', 'Paid orders'))
        step(app, 3, 'Try ten records')
        app.click(stages(app))
        app.wait('label', 'Practice needs no accounts')
        app.wait('push button', 'Done: Owned by Order desk')
        app.screenshot('guide-list')
        app.act(app.wait('push button', 'Done: Owned by Order desk'))
        wait_view(app, 'Plan')

        # What the plan no longer says is the next thing again, at once.
        owner = app.wait('text', 'Who owns it')
        owner.get_editable_text_iface().set_text_contents('')
        step(app, 1, 'Map the flow')
        app.wait('label', 'Say who owns this flow')
        owner.get_editable_text_iface().set_text_contents('Anna')
        step(app, 3, 'Try ten records')
        app.click(app.wait('push button', 'Go to the Pilot'))
        app.act(app.wait('push button', 'Run Pilot'))
        step(app, 4, 'Go live with a way back')
        app.screenshot('guide-pilot')

        # Away and back, by the keyboard's way too.
        app.act(app.wait('push button', 'Put the guide away'))
        wait_for('the guide to go', lambda: not stages(app))
        app.click(app.wait('push button', 'More about this flow'))
        app.act(app.wait('menu item', 'The 90-Minute Guide'))
        step(app, 4, 'Go live with a way back')
        app.focus()
        app.key('ctrl+g')
        app.wait('label', 'Ready to go live')
        app.act(app.wait('push button', 'Go Live Now'))
        app.wait('label', 'Version 1 is live')
        wait_for('the end of the guide', lambda: stages(app).get_name() == 'Live in 90 minutes: all done')
        app.screenshot('guide-done')
        app.act(app.wait('push button', 'Done'))
        wait_for('the guide to go', lambda: not stages(app))
        app.focus()
        app.key('ctrl+q')
        assert app.process.wait(30) == 0, app.read_log()

        # The other flow's guide is where it was; this one's stays away.
        app = App(desktop, sys.argv[1], data=app.data, arguments=['--practice'])
        app.click(app.wait('list item', 'Paid orders, Live'))
        app.wait('label', 'Version 1 is live')
        assert not stages(app)
        app.click(app.wait('list item', lambda name: name.endswith(', Draft')))
        step(app, 1, 'Map the flow')
        log = app.read_log()
        assert 'CRITICAL' not in log and 'WARNING' not in log, log


sys.exit(run(test_guide))
