# story.py
#
# Copyright 2026 The Signalbox authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The story of Returns and refunds, told once: an owner who has never seen code builds it from nothing,
tries it and goes live. The hands that do it (pointer or keyboard) are the tests'."""

import base64
import hashlib
import hmac
import json
import os
import subprocess
import time
import urllib.error
import urllib.request

from harness import App, Desktop, wait_for

# The sample secret of data/connectors/webhook.json, with which practice signs.
SECRET = base64.b64decode('cHJhY3RpY2Utc2lnbmluZy1zZWNyZXQtMzJieXQ=')
RECORDS = os.path.join(os.environ['SIGNALBOX_DATA_DIR'], 'flows', 'returns-and-refunds.records.json')


def ring_standard(url, body, event, secret=SECRET):
    """Posts an event signed by Standard Webhooks; the status of the answer."""
    data = json.dumps(body).encode()
    stamp = str(int(time.time()))
    signed = b'.'.join([event.encode(), stamp.encode(), data])
    signature = base64.b64encode(hmac.new(secret, signed, hashlib.sha256).digest()).decode()
    request = urllib.request.Request(url, data, {
        'Content-Type': 'application/json', 'webhook-id': event, 'webhook-timestamp': stamp,
        'webhook-signature': 'v1,' + signature})
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(request, timeout=20) as answer:
            return answer.status
    except urllib.error.HTTPError as error:
        return error.code


class Hands:
    """What a person does; every click and key is counted, and no brace is among them."""

    PANEL = 'Search what earlier steps give'

    def __init__(self, app):
        self.app = app
        self.clicks = self.keys = self.letters = 0
        self.parts = {}

    def part(self, name):
        """A part of the window, in which things are found sooner than in all of it."""
        if name not in self.parts:
            self.parts[name] = self.app.wait(None, name)
        return self.parts[name]

    def map(self):
        return self.part('Map of the flow')

    def inspector(self):
        return self.part('SbInspector')

    def key(self, *keys):
        self.keys += len(keys)
        self.app.key(*keys)

    def type(self, text):
        assert '{' not in text and '}' not in text, text
        self.letters += len(text)
        self.app.type(text)

    def has_focus(self, node):
        return node.get_state_set().contains(self.app.atspi.StateType.FOCUSED)

    def focused(self, start=None):
        for node in self.app.walk(start):
            try:
                if self.has_focus(node):
                    return node.get_role_name(), node.get_name() or ''
            except Exception:   # pylint: disable=broad-except
                continue        # it went away meanwhile
        return None, ''

    def windows(self):
        try:
            found = self.app.desktop.xdotool('search', '--onlyvisible', '--pid', self.app.process.pid)
        except subprocess.CalledProcessError:
            return []
        return sorted(found.split('\n'), key=int)

    def enter_new_window(self, number=None):
        """What a window manager does: the newest window of the program has the keyboard."""
        if number is not None:
            wait_for('the windows of the program', lambda: len(self.windows()) == number)
        self.app.desktop.xdotool('windowfocus', '--sync', self.windows()[-1])
        time.sleep(0.1)

    def choose(self, placeholder, words, row):
        """In a list with a search: types, looks, takes the first that is left."""
        search = self.app.wait('entry', placeholder)
        wait_for('the search to have the focus', lambda: self.has_focus(search))
        chooser = search.get_parent()
        self.type(words)
        self.app.wait('list item', row, chooser)
        self.key('Return')

    def find_panel(self):
        return self.app.find('entry', self.PANEL, self.inspector())

    def card(self, words):
        return self.app.find('push button', starts(words), self.map())

    def wait_panel_closed(self):
        wait_for('the panel to close', lambda: not self.find_panel())

    def search_panel(self, words, name):
        """What an earlier step gives, by its name in the panel's search."""
        panel = self.find_panel()
        wait_for('the search to have the focus', lambda: self.has_focus(panel))
        self.type(words)
        time.sleep(0.3)
        self.app.wait('label', name, panel.get_parent())
        self.key('Return')
        self.wait_panel_closed()

    def take_format(self, way):
        """One of the ways in a pill's menu, by the arrow keys and Enter."""
        row = self.app.wait('list item', way, self.inspector())
        self.key('Home')
        for _unused in range(40):
            if self.has_focus(row):
                self.key('Return')
                break
            self.key('Down')
        else:
            raise AssertionError('the keyboard does not get to ' + row.get_name())
        time.sleep(0.4)
        self.key('Escape')
        wait_for('the menu to close', lambda: not self.app.find('list item', way, self.inspector()))

    def take_menu_item(self, index):
        self.app.wait('menu item', starts('Open a File of Records'), self.part('SbPilotPage'))
        time.sleep(0.2)
        self.key(*['Down'] * index, 'Return')

    def wait_text(self, what, text):
        wait_for(what, lambda: self.app.find('label', text, self.inspector()))


def starts(words):
    return lambda name: name.startswith(words)


def tell(program, hands_of, arguments=('--practice',)):
    started = time.monotonic()
    with Desktop() as desktop:
        app = App(desktop, program, arguments=arguments)
        hands = hands_of(app)
        try:
            url = build(app, hands)
            pilot(app, hands)
            go_live(app, hands, url)
        except BaseException:
            app.screenshot('story-failed')
            raise
        log = app.read_log()
        assert 'CRITICAL' not in log and 'WARNING' not in log, log
        print(f'# {hands.clicks} clicks, {hands.keys} keys and {hands.letters} letters,'
              f' in {time.monotonic() - started:.0f} s')
        assert time.monotonic() - started < 600, 'within ten minutes'


def build(app, hands):
    app.wait('label', 'What do you copy by hand today?')
    hands.begin()
    hands.enter_new_window(2)
    hands.choose('What starts it?', 'return received webhook', 'When a return is received, Webhook')
    app.wait('push button', starts('When a return is received in Webhook'))
    hands.enter_new_window(1)
    url = app.text(app.wait('text', 'Address of this bell', hands.inspector()))
    assert ring_standard(url, {'type': 'return.received'}, 'too-early') == 404, 'a draft hears nothing'

    # The money goes back for every return, to the cent. The payment is filled in by its name.
    hands.add(starts('When a return'), 'refund payment stripe', 'Refund the payment, Stripe')
    assert 'required' not in hands.card('Do refund the payment').get_name()
    hands.more_fields()
    hands.field('Amount')
    hands.put_pill('refund total', 'Refund total')
    hands.format_pill('Refund total', starts('In the smallest unit'))
    hands.wait_text('cents', '4850')
    hands.field('Note on the refund')
    hands.leave_panel()
    hands.type('Return ')
    hands.open_panel()
    hands.put_pill('return number', 'Return number')
    hands.wait_text('what Stripe will show', 'Return R-2041')
    app.screenshot('story-refund')

    hands.add(starts('When a return'), 'branch', starts('Choose one of several ways'), 'Up')
    hands.field('If')
    hands.put_pill('condition', 'Condition')
    hands.field('Compare with')
    hands.leave_panel()
    hands.type('sellable')
    wait_for('the way in words', lambda: hands.card('If Condition is sellable'))
    app.screenshot('story-branch')

    # The items, each: their SKUs and quantities are filled in by their names.
    hands.add(starts('If Condition'), 'for each', starts('For each of a list'))
    hands.add(starts('For each of Items'), 'look up item square', 'Look up the item, Square')
    assert 'required' not in hands.card('Do look up the item').get_name()
    hands.add(starts('Do look up the item'), 'back in stock', 'Put the item back in stock, Square')
    hands.field('Place')
    hands.leave_panel()
    hands.type('YYQR03DGCTXA4')
    wait_for('all of it to be filled in', lambda: 'required' not in hands.card('Do put the item').get_name())
    app.screenshot('story-restock')

    hands.add(starts('Otherwise'), 'tell channel', 'Tell the channel, Slack', 'Up', 'Up', 'Up', 'Right')
    hands.field('Channel')
    hands.leave_panel()
    hands.type('#support')
    hands.field('Message')
    hands.leave_panel()
    hands.type('Return ')
    hands.open_panel()
    hands.put_pill('return number', 'Return number')
    hands.type(' came back ')
    hands.open_panel()
    hands.put_pill('condition', 'Condition')
    hands.wait_text('what support will read', 'Return R-2041 came back sellable')
    assert not app.find('push button', lambda name: 'is required' in name, hands.map())
    app.screenshot('story-map')
    return url


def not_expected(app, hands, number):
    return app.find('label', starts(f'Record {number} did not go as expected'), hands.part('SbPilotPage'))


def pilot(app, hands):
    hands.show_pilot()
    hands.records_menu(0)
    hands.enter_new_window(2)
    hands.key('ctrl+l')
    time.sleep(0.4)
    hands.type(RECORDS)
    time.sleep(0.6)
    hands.key('Return')
    hands.enter_new_window(1)
    wait_for('the ten records', lambda: app.find('label', 'Return R-2050', hands.part('SbPilotGrid')))
    hands.run_pilot()
    wait_for('goods of others that were paid back', lambda: not_expected(app, hands, 10), 120)
    app.screenshot('story-pilot-first')

    # What was bought elsewhere must not be paid back: the pilot showed it, the owner mends it.
    hands.show_map()
    hands.add(starts('When a return'), 'only if', starts('Go on only if'), *['Up'] * 4)
    hands.field('If')
    hands.put_pill('condition', 'Condition')
    hands.next_comparison()
    hands.field('Compare with')
    hands.leave_panel()
    hands.type('not-ours')
    wait_for('the filter in words', lambda: hands.card('Go on only if Condition is not not-ours'))
    hands.show_pilot()
    hands.run_pilot()
    wait_for('only what Stripe refuses to be left', lambda: not_expected(app, hands, 8) and
             not not_expected(app, hands, 10), 120)

    # Both refunds that it refuses wait in the inbox for a person, which is right.
    app.screenshot('story-pilot-second')
    hands.records_menu(2)
    hands.enter_new_window(2)
    app.wait('label', 'Expect this from now on?')
    app.screenshot('story-expect')
    hands.expect()
    hands.enter_new_window(1)
    app.wait('label', 'Go Live is open', seconds=120)
    app.screenshot('story-pilot')


def go_live(app, hands, url):
    hands.go_live()
    app.wait('label', 'Version 1 is live')
    with open(RECORDS, encoding='utf-8') as file:
        body = json.load(file)[0]['body']
    body['id'] = 'R-7001'
    assert ring_standard(url, body, 'msg_7001') == 200
    assert ring_standard(url, dict(body, id='R-6666'), 'msg_6666', b'guess') == 401
    hands.show_activity()
    wait_for('the return in Activity, done', lambda: app.find(
        None, lambda name: 'R-7001' in name and 'done' in name.lower()), 60)
    assert not app.find(None, lambda name: 'R-6666' in name)
    app.screenshot('story-done')
