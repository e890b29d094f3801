# screenshots.py
#
# Copyright 2026 The Signalbox authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Pictures of every page, light and dark, into BUILD/screenshots: ./dev screenshots. They are looked at by
eye and never compared; README and metainfo show some of them."""

import os
import subprocess
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from harness import App, Desktop, Skip, load_orders, ring, wait_for   # noqa: E402


def tour(build, folder, dark):
    suffix = '-dark' if dark else ''
    with Desktop(1200, 780, dark) as desktop:
        app = App(desktop, os.path.join(build, 'src', 'app', 'signalbox'), arguments=['--practice'])

        def picture(name):
            # The pointer rests where it shows no tooltip.
            desktop.xdotool('mousemove', 600, 775)
            app.screenshot(name + suffix)

        os.environ['SIGNALBOX_SCREENSHOTS'] = folder
        app.wait('push button', 'Paid orders')
        picture('welcome')
        app.act(app.wait('push button', 'Paid orders'))
        app.wait('push button', lambda name: name.startswith('When an order is paid'))
        picture('map-trigger')
        url = app.text(app.wait('text', 'Address of this bell'))

        app.act(app.wait('push button', lambda name: ' in Slack' in name))
        wait_for('the preview', lambda: app.find('label', lambda name: 'Order #1001 for' in name))
        picture('map')
        app.focus()
        box = app.wait('text', 'Message').get_component_iface().get_extents(app.atspi.CoordType.WINDOW)
        app.click_at(box.x + box.width - 4, box.y + box.height - 6)
        app.wait(None, 'Search what earlier steps give')
        app.screenshot('data-panel' + suffix)
        app.key('Escape')

        app.act(app.wait('page tab', 'Plan'))
        picture('plan')
        app.act(app.wait('push button', 'Run Pilot'))
        app.wait('label', 'Go Live is open', seconds=90)
        picture('pilot')
        app.act(app.find_all('push button', 'Go Live')[-1])
        app.wait('label', 'Ready to go live')
        app.screenshot('go-live' + suffix)
        app.act(app.wait('push button', 'Go Live Now'))
        app.wait('label', 'Version 1 is live')

        orders = load_orders()
        for number, order in enumerate(orders):
            ring(url, order, f'picture-{number}')
        app.wait('list item', lambda name: name.startswith('Inbox, '))
        app.act(app.wait('page tab', 'Map'))
        picture('map-live')
        app.click(app.wait('list item', lambda name: name.startswith('Inbox')))
        picture('inbox')
        app.click(app.wait('list item', 'Activity'))
        app.click(wait_for('a run', lambda: app.find(None, lambda name: name.startswith('Order #1001'))))
        picture('activity')
        app.click(app.wait('list item', 'Connections'))
        picture('connections')
        app.click(app.wait('list item', 'Dashboard'))
        app.wait('label', 'How long they took')
        picture('dashboard')


def main():
    build = os.path.abspath(sys.argv[1] if len(sys.argv) > 1 else 'build')
    folder = os.path.join(build, 'screenshots')
    if len(sys.argv) > 2:
        try:
            tour(build, folder, sys.argv[2] == 'dark')
        except Skip as reason:
            print(f'dev: no pictures: {reason}', file=sys.stderr)
            return 1
        return 0
    # AT-SPI keeps to the first bus of a process, so each desktop gets a process of its own.
    for scheme in ('light', 'dark'):
        status = subprocess.run([sys.executable, __file__, build, scheme], check=False).returncode
        if status != 0:
            return status
    print(folder)
    return 0


sys.exit(main())
