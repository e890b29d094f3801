# test-window-story.py
#
# Copyright 2026 The Signalbox authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Returns and refunds from nothing to live, with the pointer; words are typed."""

import os
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from harness import run, wait_for           # noqa: E402
from story import Hands, starts, tell       # noqa: E402


class Pointer(Hands):
    def click(self, node):
        self.clicks += 1
        self.app.click(node)

    def begin(self):
        self.click(self.app.wait('push button', 'Something else'))

    def find_plus(self, after):
        passed = False
        for node in self.app.search('push button', None, self.map()):
            passed = passed or after(node.get_name())
            if passed and node.get_name() == 'Add a step here':
                return node
        return None

    def add(self, after, words, row, *_unused):
        self.leave_panel()
        self.click(wait_for('the +', lambda: self.find_plus(after)))
        self.choose('What is to be done?', words, row)
        self.app.wait_gone('entry', 'What is to be done?')

    def more_fields(self):
        self.click(self.app.wait('label', lambda name: 'more fields' in name, self.inspector()))

    def field(self, name):
        self.click(self.app.wait('text', name, self.inspector()))

    def open_panel(self):
        if not self.find_panel():
            self.key('ctrl+space')

    def put_pill(self, words, name):
        # A popover has a surface of its own, whose place AT-SPI does not tell: there is typing and Enter.
        if not self.has_focus(wait_for('the data panel', self.find_panel)):
            self.key('Return')
        self.search_panel(words, name)

    def format_pill(self, name, way):
        self.click(self.app.wait('push button', name, self.inspector()))
        self.take_format(way)

    def leave_panel(self):
        if self.find_panel():
            self.key('Escape')
            self.wait_panel_closed()

    def next_comparison(self):
        self.click(self.app.wait('combo box', 'Comparison', self.inspector()))
        time.sleep(0.3)
        self.key('Down', 'Return')

    def show_pilot(self):
        self.leave_panel()
        self.click(self.app.wait('page tab', 'Pilot'))

    def show_map(self):
        self.click(self.app.wait('page tab', 'Map'))

    def show_activity(self):
        self.click(self.app.wait('list item', 'Activity'))

    def records_menu(self, index):
        self.click(self.app.wait('push button', 'Records', self.part('SbPilotPage')))
        self.take_menu_item(index)

    def run_pilot(self):
        self.click(self.app.wait('push button', 'Run Pilot'))

    def expect(self):
        self.key('alt+e')

    def go_live(self):
        self.click(self.app.find_all('push button', 'Go Live')[-1])
        self.app.wait('label', 'Ready to go live')
        self.clicks += 1
        self.app.act(self.app.wait('push button', 'Go Live Now'))


def test_story():
    tell(sys.argv[1], Pointer)


sys.exit(run(test_story))
