# test-window-choices.py
#
# Copyright 2026 The Signalbox authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the vendor knows for a field is offered where it is asked for; choosing puts it in."""

import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from harness import App, Desktop, run, wait_for   # noqa: E402


def test_choices():
    with Desktop() as desktop:
        app = App(desktop, sys.argv[1], arguments=['--practice'])
        app.click(app.wait('push button', 'Paid orders'))
        app.wait('push button', lambda name: name.startswith('When an order is paid'))
        app.act(app.wait('push button', lambda name: name.startswith('Do tell the channel') or 'in Slack' in name))
        app.click(app.wait('push button', 'Choose: Channel'))
        wait_for('the channels', lambda: app.find(None, lambda name: 'packing' in name and 'C123ABC456' in name)
                 or app.find('label', 'packing'))
        app.screenshot('choices')
        app.key('g', 'e', 'n')
        app.key('Return')
        wait_for('the channel', lambda: app.find(None, lambda name: 'C123ABC457' in name))
        app.screenshot('choices-chosen')


sys.exit(run(test_choices))
