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

    def __init__(self, app):
        self.app = app
        self.clicks = self.keys = self.letters = 0

    def key(self, *keys):
        self.keys += len(keys)
        self.app.key(*keys)

    def type(self, text):
        assert '{' not in text and '}' not in text, text
        self.letters += len(text)
        self.app.type(text)

    def focused(self):
        for node in self.app.find_all():
            if node.get_state_set().contains(self.app.atspi.StateType.FOCUSED):
                return node.get_role_name(), node.get_name() or ''
        return None, ''

    def enter_new_window(self):
        """What a window manager does: the newest window of the program has the keyboard."""
        def newest():
            found = self.app.desktop.xdotool('search', '--onlyvisible', '--pid', self.app.process.pid)
            return max(found.split('\n'), key=int)
        time.sleep(0.5)
        self.app.desktop.xdotool('windowfocus', '--sync', newest())
        time.sleep(0.2)

    def choose(self, placeholder, words, row):
        """In a list with a search: types, looks, takes the first that is left."""
        self.app.wait('entry', placeholder)
        self.type(words)
        self.app.wait('list item', row)
        time.sleep(0.3)
        self.key('Return')

    def put_pill(self, words, name):
        """What an earlier step gives, into the field that has the focus."""
        wait_for('the data panel', lambda: self.app.find('entry', 'Search what earlier steps give'))
        time.sleep(0.3)
        if self.focused()[0] != 'entry':
            self.key('Return')
            wait_for('the search to have the focus', lambda: self.focused()[0] == 'entry')
        self.type(words)
        self.app.wait('label', name)
        time.sleep(0.3)
        self.key('Return')
        wait_for('the panel to close',
                 lambda: not self.app.find('entry', 'Search what earlier steps give'))


def is_card(words):
    return lambda name: name.startswith('Do ' + words)


def tell(program, hands_of, arguments=('--practice',)):
    started = time.monotonic()
    with Desktop() as desktop:
        app = App(desktop, program, arguments=arguments)
        hands = hands_of(app)
        url = build(app, hands)
        pilot(app, hands)
        go_live(app, hands, url)
        log = app.read_log()
        assert 'CRITICAL' not in log and 'WARNING' not in log, log
        print(f'# {hands.clicks} clicks, {hands.keys} keys and {hands.letters} letters,'
              f' in {time.monotonic() - started:.0f} s')
        assert time.monotonic() - started < 600, 'within ten minutes'


def build(app, hands):
    app.wait('label', 'What do you copy by hand today?')
    hands.press('push button', 'Something else')
    app.wait('frame', 'What Starts the Flow?')
    hands.enter_new_window()
    hands.choose('What starts it?', 'return received webhook', 'When a return is received, Webhook')
    app.wait('push button', lambda name: name.startswith('When a return is received in Webhook'))
    hands.enter_new_window()
    url = app.text(app.wait('text', 'Address of this bell'))
    assert ring_standard(url, {'type': 'return.received'}, 'too-early') == 404, 'a draft hears nothing'

    # Back to front, so that each + is the one behind the trigger, or in its way.
    hands.add(0, 'refund payment stripe', 'Refund the payment, Stripe')
    card = app.wait('push button', is_card('refund the payment'))
    assert 'required' not in card.get_name(), 'the payment is filled in by the name it has'
    hands.add(0, 'branch', lambda name: name.startswith('Choose one of two ways'))
    hands.field('If')
    hands.put_pill('condition', 'Condition')
    hands.field('Compare with')
    hands.leave_panel()
    hands.type('sellable')
    wait_for('the way in words',
             lambda: app.find('push button', lambda name: name.startswith('If Condition is sellable')))
    app.screenshot('story-branch')

    hands.add(1, 'for each', lambda name: name.startswith('For each of a list'))
    hands.add(2, 'look up item square', 'Look up the item, Square')
    card = app.wait('push button', is_card('look up the item'))
    assert 'required' not in card.get_name(), 'the SKU of the item is filled in'
    hands.add(3, 'back in stock', 'Put the item back in stock, Square')
    hands.field('Place')
    hands.leave_panel()
    hands.type('YYQR03DGCTXA4')
    wait_for('all of it to be filled in', lambda: not app.find(
        'push button', lambda name: 'back in stock' in name and 'required' in name))
    app.screenshot('story-restock')

    hands.add(6, 'tell channel', 'Tell the channel, Slack')
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
    wait_for('what support will read',
             lambda: app.find('label', 'Return R-2041 came back sellable'))
    wait_for('every card to be complete', lambda: not app.find(
        'push button', lambda name: 'is required' in name))
    app.screenshot('story-map')
    return url


def pilot(app, hands):
    hands.show_pilot()
    hands.records_menu(0)
    hands.enter_new_window()
    hands.key('ctrl+l')
    time.sleep(0.4)
    hands.type(RECORDS)
    time.sleep(0.6)
    hands.key('Return')
    wait_for('the ten records', lambda: app.find('label', 'Return R-2050'))
    hands.enter_new_window()
    hands.run_pilot()
    unexpected = wait_for('what was not expected', lambda: len(app.find_all(
        'push button', lambda name: name.startswith('Record 8, ') and name.endswith(': Unexpected'))),
        120)
    assert unexpected
    app.screenshot('story-pilot-first')

    # Goods that were bought elsewhere must not be paid back: the pilot showed it, the owner mends it.
    hands.show_map()
    hands.add(0, 'only if', lambda name: name.startswith('Go on only if'))
    hands.field('If')
    hands.put_pill('condition', 'Condition')
    hands.field('Compare with')
    hands.leave_panel()
    hands.type('not-ours')
    hands.next_comparison()
    wait_for('the filter in words', lambda: app.find(
        'push button', lambda name: name.startswith('Go on only if Condition is not not-ours')))
    hands.show_pilot()
    hands.run_pilot()
    wait_for('the filter to stop record 10', lambda: app.find(
        'push button', lambda name: name.startswith('Record 10, Refund') and name.endswith(': Skipped')),
        120)

    # Two refunds that Stripe refuses end in the inbox, which is right.
    wait_for('the pilot to be kept', lambda: not app.find('push button', 'Stop'), 120)
    hands.records_menu(2)
    app.wait('label', 'Expect this from now on?')
    app.screenshot('story-expect')
    hands.enter_new_window()
    hands.accept('Expect It and Run Again')
    hands.enter_new_window()
    app.wait('label', 'Go Live is open', seconds=120)
    app.screenshot('story-pilot')


def go_live(app, hands, url):
    hands.press_last('push button', 'Go Live')
    app.wait('label', 'Ready to go live')
    hands.accept('Go Live Now')
    app.wait('label', 'Version 1 is live')
    with open(RECORDS, encoding='utf-8') as file:
        body = json.load(file)[0]['body']
    body['id'] = 'R-7001'
    assert ring_standard(url, body, 'msg_7001') == 200
    assert ring_standard(url, dict(body, id='R-6666'), 'msg_6666', b'guess') == 401
    hands.show_activity()
    wait_for('the return in Activity', lambda: app.find(None, lambda name: 'R-7001' in name))
    wait_for('its run to be done', lambda: app.find(
        None, lambda name: 'R-7001' in name and 'done' in name.lower()), 60)
    assert not app.find(None, lambda name: 'R-6666' in name)
    app.screenshot('story-done')
