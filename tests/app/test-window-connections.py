# test-window-connections.py
#
# Copyright 2026 The Signalbox authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""An account at a vendor in the real window: what is missing is said, its key goes to the keyring and nowhere
else, it can be tried out, and it can be removed."""

import json
import os
import sqlite3
import subprocess
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from harness import App, Desktop, run, wait_for   # noqa: E402

CANARY = 'canary-token-5f1c2b'


def list_connections(app):
    done = subprocess.run([sys.argv[2], 'connections', 'list', '--json', '--data', app.data],
                          env=app.desktop.environment, capture_output=True, check=True, timeout=60)
    return json.loads(done.stdout)


def files_with(folder, text):
    found = []
    for place, _, names in os.walk(folder):
        for name in names:
            path = os.path.join(place, name)
            if os.path.isfile(path):
                with open(path, 'rb') as file:
                    if text.encode() in file.read():
                        found.append(name)
    return found


def fill(app, title, text):
    """As assistive technology does: without a window manager a second window never has the keyboard."""
    assert app.wait('text', title).get_editable_text_iface().set_text_contents(text)


def test_connections():
    with Desktop() as desktop:
        app = App(desktop, sys.argv[1], arguments=['--practice'])
        app.click(app.wait('list item', 'Connections'))
        app.act(app.wait('push button', 'Add Connection…'))

        # Nothing was filled in: every problem is named, nothing is stored.
        app.act(app.wait('push button', 'Add'))
        wait_for('the problems', lambda: app.find(None, lambda name: 'Company id' in name and '\n' in name))
        app.screenshot('connection-problems')
        assert list_connections(app) == []

        fill(app, 'Your name for it', 'Books')
        fill(app, 'Company id', '9130350001234567')
        fill(app, 'Access token', CANARY)
        app.screenshot('connection-filled')
        app.act(app.wait('push button', 'Add'))
        app.wait_gone('push button', 'Cancel')
        wait_for('the account', lambda: app.find('label', 'Books'))
        app.screenshot('connections')
        account, = list_connections(app)
        assert (account['name'], account['environment']) == ('Books', 'sandbox'), account
        wait_for('the age of its key', lambda: list_connections(app)[0]['secret_changed'])
        assert files_with(app.data, CANARY) == []

        # Another name; the key that is left empty stays the one in the keyring.
        dated = list_connections(app)[0]['secret_changed']
        app.act(app.wait('push button', 'Change, or enter keys'))
        fill(app, 'Your name for it', 'Ledger')
        app.act(app.wait('push button', 'Save'))
        app.wait_gone('push button', 'Cancel')
        wait_for('the new name', lambda: app.find('label', 'Ledger'))
        account, = list_connections(app)
        assert account['secret_changed'] == dated, account

        app.act(app.wait('push button', 'Test'))
        wait_for('what the test says', lambda: app.find('label', lambda name: 'QuickBooks' in name and '·' not in name))
        app.screenshot('connection-tested')

        app.act(app.wait('push button', 'Remove…'))
        app.wait('label', 'Remove “Ledger”?')
        app.act(app.wait('push button', lambda name: name.startswith('Remove') and name != 'Remove…'))
        app.wait('label', 'No connections yet')
        assert list_connections(app) == []

        # All of it is on record, as it is when signalboxctl does it.
        app.quit()
        with sqlite3.connect(f'file:{app.data}/signalbox.db?mode=ro', uri=True) as store:
            on_record = [what for what, in store.execute('SELECT what FROM audit ORDER BY id')]
        assert on_record == ['connection-added', 'secret-set', 'connection-changed', 'connection-removed'], on_record


sys.exit(run(test_connections))
