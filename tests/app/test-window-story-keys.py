# test-window-story-keys.py
#
# Copyright 2026 The Signalbox authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Returns and refunds from nothing to live, by keyboard alone: the pointer is never moved."""

import os
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from harness import run, wait_for           # noqa: E402
from story import Hands, starts, tell       # noqa: E402


class Keyboard(Hands):
    def tab_to(self, node, key='Tab'):
        for _unused in range(60):
            if self.has_focus(node):
                return
            self.key(key)
            time.sleep(0.05)
        raise AssertionError(f'the keyboard does not get to “{node.get_name()}”, it is at {self.focused()}')

    def begin(self):
        self.tab_to(self.app.wait('push button', 'Something else'))
        self.key('Return')

    def go(self, where, *keys):
        """By the arrows from the card that has the focus, or from the field that is filled in for it."""
        for _unused in range(3):
            if self.focused(self.map())[0] is not None:
                break
            self.key('Escape')
            time.sleep(0.2)
        self.key(*keys)
        wait_for('the focus on the card', lambda: where(self.focused(self.map())[1]))

    def add(self, after, words, row, *keys):
        self.go(after, *keys)
        self.key('Insert')
        self.choose('What is to be done?', words, row)
        self.app.wait_gone('entry', 'What is to be done?')

    def more_fields(self):
        self.fill_in()
        expander = self.app.wait('label', lambda name: 'more fields' in name, self.inspector())
        while expander.get_role_name() != 'push button':
            expander = expander.get_parent()
        self.tab_to(expander)
        self.key('space')

    def fill_in(self):
        if self.focused(self.inspector())[0] is None:
            wait_for('the focus on a card', lambda: self.focused(self.map())[0])
            self.key('Return')
            wait_for('the focus in a field', lambda: self.focused(self.inspector())[0])

    def field(self, name):
        self.fill_in()
        field = self.app.wait('text', name, self.inspector())
        for _unused in range(20):
            if self.has_focus(field):
                return
            self.key('Tab')
            time.sleep(0.05)
        raise AssertionError(f'the keyboard does not get to “{name}”, it is at {self.focused()}')

    def open_panel(self):
        pass

    def leave_panel(self):
        pass

    def put_pill(self, words, name):
        self.key('ctrl+space')
        wait_for('the data panel', self.find_panel)
        self.search_panel(words, name)

    def format_pill(self, _name, way):
        self.key('Left', 'Return')
        self.take_format(way)

    def next_comparison(self):
        self.key('Return')
        box = self.app.wait('combo box', 'Comparison', self.inspector())
        wait_for('the focus on the comparison', lambda: self.focused(box)[0])
        self.key('space')
        time.sleep(0.3)
        self.key('Down', 'Return')

    def show_pilot(self):
        self.key('alt+2')

    def show_map(self):
        self.key('alt+1')

    def show_activity(self):
        self.key('ctrl+shift+a')

    def records_menu(self, index):
        page = self.part('SbPilotPage')
        button = wait_for('the menu of records', lambda: self.app.find_all('push button', 'Records', page))[-1]
        self.tab_to(button)
        self.key('Return')
        self.take_menu_item(index)

    def run_pilot(self):
        self.key('ctrl+r')

    def expect(self):
        self.key('alt+e')

    def go_live(self):
        self.tab_to(self.app.find_all('push button', 'Go Live')[-1], 'shift+Tab')
        self.key('Return')
        self.app.wait('label', 'Ready to go live')
        self.tab_to(self.app.wait('push button', 'Go Live Now'))
        self.key('Return')


def test_story_keys():
    tell(sys.argv[1], Keyboard)


sys.exit(run(test_story_keys))
