# test-window-edit.py
#
# Copyright 2026 The Signalbox authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""From an empty folder: welcome, a ready-made flow, its map; a field is edited, what it comes to
changes, undo brings it back; a step is put in and removed; what was edited is there after a restart."""

import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from harness import App, Desktop, run, wait_for   # noqa: E402


def preview_of(app, text):
    return app.find('label', lambda name: text in name)


def test_edit():
    program = sys.argv[1]
    with Desktop() as desktop:
        app = App(desktop, program, arguments=['--practice'])
        app.wait('label', 'What do you copy by hand today?')
        app.screenshot('welcome')
        app.click(app.wait('push button', 'Paid orders'))

        app.wait('push button', lambda name: name.startswith('When an order is paid in Shopify'))
        cards = app.find_all('push button', lambda name: name.startswith('Do '))
        assert len(cards) >= 6, [card.get_name() for card in cards]
        app.screenshot('map')

        # Choose the last card by its accessible action, as a screen reader would.
        slack = app.wait('push button', lambda name: ' in Slack' in name)
        app.act(slack)
        message = app.wait('text', 'Message')
        text = app.text(message)
        assert '{{' not in text and '}}' not in text, text
        wait_for('the preview of the message', lambda: preview_of(app, 'Order #1001 for'))

        # Type into it: what it comes to follows; braces are never seen.
        app.focus()
        # Beside the pills, which have a menu of their own.
        box = message.get_component_iface().get_extents(app.atspi.CoordType.WINDOW)
        app.click_at(box.x + box.width - 4, box.y + box.height - 6)
        app.wait(None, 'Search what earlier steps give')
        app.screenshot('data-panel')
        app.key('Escape')
        app.key('ctrl+Home')
        app.type('Now: ')
        wait_for('the new preview', lambda: preview_of(app, 'Now: Order #1001 for'))

        # Data of an earlier step goes in as a pill, by keys alone: panel, search, Enter.
        app.key('ctrl+space')
        app.wait(None, 'Search what earlier steps give')
        app.key('Return')
        app.type('currency')
        app.wait('label', 'Currency')
        app.key('Return')
        wait_for('the pill in the preview', lambda: preview_of(app, 'Now: EUROrder #1001 for'))
        assert '{{' not in app.text(message), app.text(message)
        app.key('BackSpace')
        wait_for('the pill to go', lambda: preview_of(app, 'Now: Order #1001 for'))

        # The next record, by its key.
        app.key('alt+Right')
        wait_for('the second record', lambda: preview_of(app, 'Now: Order #1002 for'))
        app.key('alt+Left')
        wait_for('the first record', lambda: preview_of(app, 'Now: Order #1001 for'))

        # Undo takes the editing of the field back in one go, redo brings it again.
        app.key('ctrl+z')
        wait_for('the old preview', lambda: preview_of(app, 'Order #1001 for') and
                 not preview_of(app, 'Now: Order'))
        app.key('ctrl+shift+z')
        wait_for('the new preview again', lambda: preview_of(app, 'Now: Order #1001 for'))

        # A + between cards opens the list of everything a step can be.
        count = len(app.find_all('push button', 'Add a step here'))
        app.act(app.find_all('push button', 'Add a step here')[1])
        app.wait(None, 'What is to be done?')
        app.type('tell channel')
        wait_for('the list to be narrowed', lambda: app.find('list item', 'Tell the channel, Slack'))
        app.screenshot('chooser')
        app.key('Return')
        added = app.wait('push button', lambda name: 'in Slack' in name and 'required' in name)
        assert len(app.find_all('push button', 'Add a step here')) == count + 1
        app.wait('label', lambda name: name.startswith('Required'))
        app.screenshot('required')

        # Delete takes the chosen card, which has the focus, out again.
        wait_for('the card to have the focus',
                 lambda: added.get_state_set().contains(app.atspi.StateType.FOCUSED))
        app.key('Delete')
        wait_for('the card to go', lambda: len(app.find_all('push button', 'Add a step here')) == count)

        assert app.find('push button', 'Go Live'), 'Go Live is there'
        app.screenshot('edited')
        # A pause after the last edit and it is saved; closing would save it, too.
        app.key('ctrl+q')
        assert app.process.wait(30) == 0, app.read_log()
        log = app.read_log()
        for word in ('CRITICAL', 'WARNING'):
            assert word not in log, log

        again = App(desktop, program, data=app.data, arguments=['--practice'])
        again.act(again.wait('push button', lambda name: ' in Slack' in name))
        again.wait('text', 'Message')
        wait_for('the edit after a restart', lambda: preview_of(again, 'Now: Order #1001 for'))


sys.exit(run(test_edit))
