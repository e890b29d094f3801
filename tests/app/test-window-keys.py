# test-window-keys.py
#
# Copyright 2026 The Signalbox authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The map by keyboard alone: arrows go from card to card, Enter opens lists, Delete and undo, zoom,
views and the sidebar; and the window made small stays usable."""

import os
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from harness import App, Desktop, run, wait_for   # noqa: E402


def focused(app, role=None):
    for node in app.find_all(role):
        if node.get_state_set().contains(app.atspi.StateType.FOCUSED):
            return node.get_name()
    return None


def press(app, key, what, condition):
    app.key(key)
    return wait_for(what, condition)


def test_keys():
    with Desktop() as desktop:
        app = App(desktop, sys.argv[1], arguments=['--practice'])
        app.wait('push button', 'Paid orders')
        app.focus()

        # Tab to the ready-made flow and take it.
        wait_for('the focus on a ready-made flow',
                 lambda: focused(app) == 'Paid orders' or app.key('Tab'))
        app.key('Return')
        trigger = app.wait('push button', lambda name: name.startswith('When an order is paid'))
        wait_for('the focus on the map',
                 lambda: (focused(app) or '').startswith('When an order is paid') or app.key('Tab'))
        assert trigger is not None

        # Down through the filter and the look-up into a lane, across to the other, and back up.
        press(app, 'Down', 'the filter', lambda: (focused(app) or '').startswith('Go on only if'))
        press(app, 'Down', 'the look-up', lambda: (focused(app) or '').startswith('Do look up'))
        press(app, 'Down', 'the lane', lambda: (focused(app) or '').startswith('If '))
        press(app, 'Right', 'the other lane', lambda: focused(app) == 'Otherwise')
        press(app, 'Left', 'the lane again', lambda: (focused(app) or '').startswith('If '))
        press(app, 'Up', 'the look-up again', lambda: (focused(app) or '').startswith('Do look up'))

        # Delete, with undo.
        pluses = len(app.find_all('push button', 'Add a step here'))
        press(app, 'Delete', 'the card to go',
              lambda: len(app.find_all('push button', 'Add a step here')) < pluses)
        press(app, 'ctrl+z', 'the card to come back',
              lambda: len(app.find_all('push button', 'Add a step here')) == pluses)

        # Zoom.
        wait_for('the focus on the map', lambda: focused(app, 'push button') or app.key('Tab'))
        press(app, 'ctrl+minus', 'a smaller map', lambda: app.find('label', '83%'))
        press(app, 'ctrl+0', 'the usual size', lambda: app.find('label', '100%'))

        # Views by Alt with a number.
        app.key('alt+4')
        app.wait('text', 'Who owns it')
        app.key('alt+1')
        time.sleep(0.3)

        # A window of 800 × 600: the sidebar makes room and comes back with F9.
        desktop.xdotool('windowsize', app._search_window(), 800, 600)
        wait_for('the switcher below', lambda: [bar for bar in app.find_all('page tab', 'Map')])
        time.sleep(0.8)
        app.screenshot('small')
        box = app.window.get_component_iface().get_extents(app.atspi.CoordType.WINDOW)
        assert box.width <= 800 and box.height <= 600, (box.width, box.height)
        app.key('F9')
        time.sleep(0.5)
        app.screenshot('small-sidebar')
        box = app.window.get_component_iface().get_extents(app.atspi.CoordType.WINDOW)
        assert box.width <= 800, box.width

        app.key('ctrl+q')
        assert app.process.wait(30) == 0
        log = app.read_log()
        assert 'CRITICAL' not in log and 'WARNING' not in log, log


sys.exit(run(test_keys))
