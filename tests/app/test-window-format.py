# test-window-format.py
#
# Copyright 2026 The Signalbox authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is done with a pill: its menu by mouse and by keyboard, with the result for the record beside
each way to write it; pills copied, pasted and dragged."""

import os
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from harness import App, Desktop, run, wait_for   # noqa: E402


def shows(app, text):
    return lambda: app.find('label', lambda name: text in name)


def pill(app, text):
    """A pill of the message by what is written on it."""
    return wait_for(f'the pill “{text}”', lambda: app.find('push button', text))


def take(app, name):
    """One of the ways in the menu, by the arrow keys and Enter."""
    wait_for('the way to write it', lambda: app.find('list item', name))
    app.key('Home')
    for _unused in range(40):
        row = app.find('list item', name)
        if row.get_state_set().contains(app.atspi.StateType.FOCUSED):
            app.key('Return')
            time.sleep(0.2)
            return
        app.key('Down')
        time.sleep(0.05)
    focused = [node.get_name() for node in app.walk()
               if node.get_state_set().contains(app.atspi.StateType.FOCUSED)]
    raise AssertionError(f'the keyboard does not get there, it is at {focused}')


def drag(app, start, end):
    """Presses, moves in steps as a hand does, and lets go."""
    app.desktop.xdotool('mousemove', '--sync', *start)
    app.desktop.xdotool('mousedown', 1)
    time.sleep(0.2)
    for step in range(1, 9):
        app.desktop.xdotool('mousemove', '--sync', start[0] + (end[0] - start[0]) * step // 8,
                            start[1] + (end[1] - start[1]) * step // 8)
        time.sleep(0.05)
    time.sleep(0.3)
    app.desktop.xdotool('mouseup', 1)
    time.sleep(0.4)


def extents(app, node):
    return node.get_component_iface().get_extents(app.atspi.CoordType.WINDOW)


def middle(app, node):
    box = extents(app, node)
    return box.x + box.width // 2, box.y + box.height // 2


def clear(app, message):
    app.focus()
    app.click(message)
    app.key('Escape', 'ctrl+a', 'Delete')


def put(app, words):
    """A value from the data panel, by keys."""
    app.key('ctrl+space')
    app.wait(None, 'Search what earlier steps give')
    app.key('Return')
    app.type(words)
    time.sleep(0.4)
    app.key('Return')
    time.sleep(0.2)


def test_format():
    program = sys.argv[1]
    with Desktop() as desktop:
        app = App(desktop, program, arguments=['--practice'])
        app.click(app.wait('push button', 'Paid orders'))
        slack = app.wait('push button', lambda name: ' in Slack' in name)
        app.act(slack)
        message = app.wait('text', 'Message')
        clear(app, message)
        wait_for('the field to be empty', lambda: app.text(message) == '')

        # A click on the pill opens its menu; every way to write it says what would stand there.
        put(app, 'ordered on')
        app.screenshot('pill')
        app.click(pill(app, 'Ordered on'))
        take(app, lambda name: name.startswith('Day for computers (ISO): 20'))
        app.screenshot('format-date')
        wait_for('the pill with its format', lambda: app.find('push button', 'Ordered on, as a date'))
        # Another way to write a date takes its place.
        take(app, lambda name: name.startswith('Time only: '))
        app.wait('push button', 'Remove “as a date”')
        assert len(app.find_all('push button', 'Remove “as a date”')) == 1
        app.screenshot('format-applied')
        app.act(app.find('push button', 'Remove “as a date”'))
        app.wait_gone('push button', 'Remove “as a date”')
        app.key('Escape')
        pill(app, 'Ordered on')

        # By keyboard: Left chooses the pill, Enter opens its menu, the arrows and Enter take one.
        clear(app, message)
        put(app, 'currency')
        pill(app, 'Currency')
        app.key('Left', 'Return')
        take(app, lambda name: name.startswith('Small letters: eur'))
        pill(app, 'Currency, in small letters')
        app.key('Escape')
        wait_for('the result under the field', shows(app, 'eur'))
        app.screenshot('format-text')

        # It is still the chosen one. Copied and pasted it is two pills, cut it is none, undo brings it back.
        app.key('ctrl+c', 'End', 'ctrl+v')
        wait_for('a second pill', lambda: len(app.find_all('push button', 'Currency, in small letters')) == 2)
        wait_for('both in the result', shows(app, 'eureur'))
        app.key('ctrl+a', 'ctrl+x')
        wait_for('no pill', lambda: not app.find('push button', 'Currency, in small letters'))
        app.key('ctrl+v')
        wait_for('both again', shows(app, 'eureur'))

        # A pill is dragged behind a word.
        clear(app, message)
        put(app, 'currency')
        app.type(' x')
        wait_for('text behind it', shows(app, 'EUR x'))
        one = pill(app, 'Currency')
        box = extents(app, one)
        drag(app, middle(app, one), (box.x + box.width + 60, box.y + box.height // 2))
        app.screenshot('dragged')
        wait_for('the pill behind the text', shows(app, ' xEUR'))

        log = app.read_log()
        for word in ('CRITICAL', 'WARNING'):
            assert word not in log, log


sys.exit(run(test_format))
