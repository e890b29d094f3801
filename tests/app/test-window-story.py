# test-window-story.py
#
# Copyright 2026 The Signalbox authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Returns and refunds from nothing to live, with the pointer; words are typed."""

import os
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from harness import run, wait_for   # noqa: E402
from story import Hands, tell       # noqa: E402


class Pointer(Hands):
    def click(self, node):
        self.clicks += 1
        self.app.click(node)

    def press(self, role, name):
        self.click(self.app.wait(role, name))

    def press_last(self, role, name):
        self.app.wait(role, name)
        self.click(self.app.find_all(role, name)[-1])

    def accept(self, name):
        # A popover or a dialog has a surface of its own, whose place AT-SPI does not tell.
        self.clicks += 1
        self.app.act(self.app.wait('push button', name))

    def add(self, index, words, row):
        self.clicks += 1
        self.app.act(self.app.find_all('push button', 'Add a step here')[index])
        self.choose('What is to be done?', words, row)
        wait_for('the list to close', lambda: not self.app.find('entry', 'What is to be done?'))
        time.sleep(0.3)

    def field(self, name):
        self.click(self.app.wait('text', name))

    def open_panel(self):
        self.key('ctrl+space')

    def leave_panel(self):
        if self.app.find('entry', 'Search what earlier steps give'):
            self.key('Escape')
            time.sleep(0.3)

    def next_comparison(self):
        self.click(self.app.wait('combo box', 'Comparison'))
        time.sleep(0.4)
        self.key('Down', 'Return')

    def show_pilot(self):
        self.click(self.app.wait('page tab', 'Pilot'))

    def show_map(self):
        self.click(self.app.wait('page tab', 'Map'))

    def show_activity(self):
        self.click(self.app.wait('list item', 'Activity'))

    def records_menu(self, index):
        self.click(self.app.find_all('push button', 'Records')[0])
        self.app.wait('menu item', lambda name: name.startswith('Open a File of Records'))
        time.sleep(0.3)
        self.key(*['Down'] * index, 'Return')

    def run_pilot(self):
        self.click(self.app.wait('push button', 'Run Pilot'))


def test_story():
    tell(sys.argv[1], Pointer)


sys.exit(run(test_story))
