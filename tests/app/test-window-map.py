# test-window-map.py
#
# Copyright 2026 The Signalbox authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The map by pointer and by key: a card drawn to another place, given up with Escape, a step drawn out of the
list, what no longer fits said in words; copy, paste and ways of a branch; zoom about the pointer and panning."""

import os
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from harness import App, Desktop, run, wait_for   # noqa: E402

PLUS = 'Add a step here'


def box(app, node):
    extents = node.get_component_iface().get_extents(app.atspi.CoordType.WINDOW)
    return extents.x, extents.y, extents.width, extents.height


def card(app, start):
    return app.wait('push button', lambda name: name.startswith(start))


def choose(app, start):
    """As assistive technology does; a button takes a moment to be pressed."""
    node = card(app, start)
    app.act(node)
    time.sleep(0.5)
    app.focus()
    return node


def cards(app):
    """What is read from top to bottom."""
    starts = ('When ', 'Do ', 'Go on only if', 'If ', 'Otherwise', 'For each', 'Wait')
    names = []
    for node in app.find_all('push button'):
        try:
            name = node.get_name()
        except Exception:   # pylint: disable=broad-except
            continue        # it went away meanwhile
        if name.startswith(starts):
            names.append(name.split('.')[0])
    return names


def draw(app, start, end, release=True):
    """A true drag with the left button."""
    app.desktop.xdotool('mousemove', '--sync', *start)
    app.desktop.xdotool('mousedown', 1)
    for step in range(1, 13):
        app.desktop.xdotool('mousemove', '--sync', start[0] + (end[0] - start[0]) * step // 12,
                            start[1] + (end[1] - start[1]) * step // 12)
        time.sleep(0.03)
    time.sleep(0.2)
    if release:
        app.desktop.xdotool('mouseup', 1)


def middle(app, node):
    x, y, width, height = box(app, node)
    return x + width // 2, y + height // 2


def check_dragging(app):
    before = cards(app)
    look_up = card(app, 'Do look up the customer')
    x, y, _width, _height = box(app, look_up)
    target = middle(app, app.find_all('push button', PLUS)[0])

    # Escape leaves everything as it was.
    draw(app, (x + 60, y + 30), target, release=False)
    app.screenshot('drag')
    # Not by app.key (), which lets go of the button, too.
    app.desktop.xdotool('key', 'Escape')
    time.sleep(0.2)
    app.desktop.xdotool('mouseup', 1)
    time.sleep(0.3)
    assert cards(app) == before, cards(app)

    # Dropped on the + under the trigger it stands before the filter.
    draw(app, (x + 60, y + 30), target)
    wait_for('the card at its new place', lambda: cards(app)[1].startswith('Do look up the customer'))
    assert sorted(cards(app)) == sorted(before)
    app.key('ctrl+z')
    wait_for('the old order', lambda: cards(app) == before)

    # The trigger stays where it is; dropping where no + is near does nothing.
    x, y, _width, _height = box(app, card(app, 'When an order is paid'))
    draw(app, (x + 60, y + 30), (x + 60, y + 330))
    time.sleep(0.3)
    assert cards(app) == before


def check_moving(app):
    """By keys; what needs a step that now comes later says so, and Undo is there."""
    before = cards(app)
    choose(app, 'Do look up the customer')
    app.key('alt+Down')
    wait_for('the sentence', lambda: app.find(None, lambda name: 'needs what “' in name))
    app.screenshot('moved')
    assert cards(app) != before
    app.key('ctrl+z')
    wait_for('the old order', lambda: cards(app) == before)
    app.key('alt+Up')
    wait_for('one place up', lambda: cards(app)[1].startswith('Do look up the customer'))
    app.key('alt+Down')
    wait_for('the old order again', lambda: cards(app) == before)


def check_clipboard(app):
    before = cards(app)
    choose(app, 'Go on only if')
    app.key('ctrl+c')
    app.key('ctrl+v')
    wait_for('the copy', lambda: len(cards(app)) == len(before) + 1)
    assert cards(app)[1] == cards(app)[2], cards(app)
    # The copy is chosen: it is what is cut out, and the card above it is chosen then.
    app.key('ctrl+x')
    wait_for('the copy to go', lambda: cards(app) == before)
    app.key('ctrl+d')
    wait_for('a duplicate', lambda: len(cards(app)) == len(before) + 1)
    app.key('ctrl+v')
    wait_for('what was cut out', lambda: len(cards(app)) == len(before) + 2)
    for count in (1, 0):
        app.key('ctrl+z')
        wait_for('one step back', lambda: len(cards(app)) == len(before) + count)
    assert cards(app) == before, cards(app)


def check_ways(app):
    ways = [name for name in cards(app) if name.startswith('If ')]
    app.act(app.find_all('push button', 'Add another condition')[0])
    wait_for('another condition',
             lambda: len([name for name in cards(app) if name.startswith('If ')]) == len(ways) + 1)
    # The other ways are still there, and Otherwise is still the last.
    first = card(app, ways[0])
    others = app.find_all('push button', 'Otherwise')
    assert box(app, first)[0] < box(app, others[0])[0]
    app.screenshot('three-ways')
    app.key('ctrl+z')
    wait_for('two ways', lambda: len([name for name in cards(app)
                                      if name.startswith('If ')]) == len(ways))


def check_palette(app):
    """A step drawn out of the list of a +, onto another +."""
    choose(app, 'When an order is paid')
    before = cards(app)
    target = middle(app, app.find_all('push button', PLUS)[1])
    app.act(app.find_all('push button', PLUS)[0])
    app.wait(None, 'What is to be done?')
    app.type('wait')
    row = app.wait('list item', lambda name: name.startswith('Wait'))
    time.sleep(0.5)
    # Rows are placed on the chooser's own surface; the search stands under the + that opened it.
    window = app.desktop.xdotool('getmouselocation')
    assert window
    plus = middle(app, app.find_all('push button', PLUS)[0])
    _x, y, _width, height = box(app, row)
    del y
    start = (plus[0] - 60, plus[1] + 30 + 40 + height // 2 + 10)
    draw(app, start, target)
    wait_for('the step from the list', lambda: len(cards(app)) == len(before) + 1)
    assert cards(app)[2].startswith('Wait'), cards(app)
    app.key('ctrl+z')
    wait_for('without it', lambda: cards(app) == before)


def check_view(app):
    # The ground is drawn along with the left button, and the wheel with Ctrl zooms about the pointer.
    trigger = choose(app, 'When an order is paid')
    x, y, width, height = box(app, trigger)
    draw(app, (x - 60, y + 300), (x - 60, y + 150))
    wait_for('the map to move', lambda: box(app, trigger)[1] < y - 100)
    draw(app, (x - 60, y + 100), (x - 60, y + 400))
    wait_for('the map to move back', lambda: abs(box(app, trigger)[1] - y) <= 2)

    app.desktop.xdotool('mousemove', '--sync', x + width // 2, y)
    app.desktop.xdotool('keydown', 'ctrl', 'click', 5, 'keyup', 'ctrl')
    wait_for('a smaller map', lambda: app.find('label', '83%'))
    assert abs(box(app, trigger)[1] - y) < 8, (box(app, trigger), y)
    app.key('ctrl+9')
    wait_for('all of it', lambda: app.find('label', lambda name: name.endswith('%') and
                                           name not in ('83%', '100%')))
    app.screenshot('fit')
    app.key('ctrl+0')
    wait_for('the usual size', lambda: app.find('label', '100%'))


def check_menu(app):
    choose(app, 'Go on only if')
    app.key('Menu')
    app.wait(None, lambda name: name.startswith('Paste Below'))
    app.screenshot('card-menu')
    app.key('Escape')


def test_map():
    with Desktop() as desktop:
        app = App(desktop, sys.argv[1], arguments=['--practice'])
        app.act(app.wait('push button', 'Paid orders'))
        card(app, 'When an order is paid')
        app.focus()
        time.sleep(0.5)
        check_dragging(app)
        check_moving(app)
        check_clipboard(app)
        check_ways(app)
        check_palette(app)
        check_view(app)
        check_menu(app)
        app.key('ctrl+q')
        assert app.process.wait(30) == 0
        log = app.read_log()
        assert 'CRITICAL' not in log and 'WARNING' not in log, log


sys.exit(run(test_map))
