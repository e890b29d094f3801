# test-window-sign-in.py
#
# Copyright 2026 The Signalbox authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Signing in at a vendor from the real window: it opens the person's browser (a stand-in that follows the redirect as
a browser does), waits for it, keeps what was granted in the keyring, and says in words how it went."""

import json
import os
import subprocess
import sys
import urllib.parse

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)
sys.path.insert(0, os.path.join(os.path.dirname(HERE), 'ctl'))
import authority   # noqa: E402
from harness import App, Desktop, run, wait_for   # noqa: E402

BROWSER = '''#!/usr/bin/python3
import sys, urllib.error, urllib.request
opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
try:
    page = opener.open(sys.argv[1], timeout=30).read()
except urllib.error.HTTPError as error:
    page = error.read()
with open(%(pages)r, 'ab') as file:
    file.write(page)
'''


def install_browser(desktop):
    """The program the desktop opens addresses with; gives the file with the pages it got."""
    pages = os.path.join(desktop.folder, 'pages')
    script = os.path.join(desktop.folder, 'browser')
    with open(script, 'w', encoding='utf-8') as file:
        file.write(BROWSER % {'pages': pages})
    os.chmod(script, 0o755)
    folder = os.path.join(desktop.environment['XDG_DATA_HOME'], 'applications')
    os.makedirs(folder)
    with open(os.path.join(folder, 'browser.desktop'), 'w', encoding='utf-8') as file:
        file.write(f'[Desktop Entry]\nType=Application\nName=Browser\nExec={script} %u\n'
                   'MimeType=x-scheme-handler/http;x-scheme-handler/https;\n')
    with open(os.path.join(desktop.environment['XDG_CONFIG_HOME'], 'mimeapps.list'), 'w', encoding='utf-8') as file:
        file.write('[Default Applications]\nx-scheme-handler/http=browser.desktop\n'
                   'x-scheme-handler/https=browser.desktop\n')
    return pages


def list_connections(app):
    done = subprocess.run([sys.argv[2], 'connections', 'list', '--json', '--data', app.data],
                          env=app.desktop.environment, capture_output=True, check=True, timeout=60)
    return json.loads(done.stdout)


def fill(app, title, text):
    assert app.wait('text', title).get_editable_text_iface().set_text_contents(text)


def read(path):
    if not os.path.exists(path):
        return ''
    with open(path, encoding='utf-8') as file:
        return file.read()


def test_sign_in():
    vendor = authority.Authority()
    with Desktop() as desktop:
        pages = install_browser(desktop)
        data = os.path.join(desktop.folder, 'data')
        os.makedirs(os.path.join(data, 'connectors'), mode=0o700)
        os.chmod(data, 0o700)
        with open(os.path.join(data, 'connectors', 'aaa.json'), 'w', encoding='utf-8') as file:
            # The first of the list, so that it is chosen already.
            json.dump(dict(vendor.connector(), id='aaa', name='A Vendor'), file)
        app = App(desktop, sys.argv[1], data=data)
        app.click(app.wait('list item', 'Connections'))
        app.act(app.wait('push button', 'Add Connection…'))
        app.wait('label', 'Signing in')
        assert app.find('text', 'Access token') is None, 'nobody types what a sign-in brings'
        app.screenshot('sign-in-form')

        # The first time access is declined.
        vendor.deny = 'access_denied'
        fill(app, 'Your name for it', 'Books')
        fill(app, 'Client id', authority.CLIENT)
        fill(app, 'Client secret', vendor.client_secret)
        app.act(app.wait('push button', 'Sign In…'))
        wait_for('the refusal', lambda: app.find(None, lambda name: 'declined' in name))
        app.screenshot('sign-in-declined')
        wait_for('the page', lambda: 'declined' in read(pages))
        account, = list_connections(app)
        assert account['signed_in'] is False, account

        # The second time it goes well, and the vendor is asked at once whether it works. The account behind the dialog
        # offers it too by now.
        vendor.deny = None
        wait_for('both ways to sign in', lambda: len(app.find_all('push button', 'Sign In…')) == 2)
        app.act(app.find_all('push button', 'Sign In…')[-1])
        app.wait_gone('push button', 'Cancel')
        account, = list_connections(app)
        assert account['signed_in'] is True and account['settings']['company'] == '4711', account
        assert 'You are signed in' in read(pages), read(pages)
        assert ('/whoami', vendor.access) in vendor.calls
        assert vendor.problems == [], vendor.problems
        app.wait('label', 'Books')
        app.wait('label', lambda name: 'renewed by itself' in name)
        app.wait('label', 'Sandbox')
        app.screenshot('sign-in-done')

        # Somebody who goes away is not waited for; where the browser ends elsewhere, its address is pasted.
        with open(os.path.join(desktop.folder, 'browser'), 'w', encoding='utf-8') as file:
            file.write(f'#!/bin/sh\necho "$1" > {desktop.folder}/address\n')
        app.act(app.wait('push button', 'Change, or enter keys'))
        app.act(app.wait('push button', 'Sign In…'))
        app.wait('label', 'Waiting for the browser…')
        asked = wait_for('the address', lambda: read(os.path.join(desktop.folder, 'address')).strip())
        app.screenshot('sign-in-waiting')
        back = authority.follow(asked)
        query = urllib.parse.urlsplit(back).query
        fill(app, 'Address the browser ended at', 'https://shop.example/?state=wrong&code=1')
        app.act(app.wait('push button', 'Go On'))
        wait_for('what is wrong', lambda: app.find(None, lambda name: 'does not belong' in name))
        fill(app, 'Address the browser ended at', f'https://shop.example/back?{query}')
        app.act(app.wait('push button', 'Go On'))
        app.wait_gone('push button', 'Cancel')
        assert vendor.exchanges == 2 and vendor.problems == [], vendor.problems

        log = app.read_log()
        for secret in [*vendor.given, vendor.client_secret]:
            assert secret not in log, 'a secret stands in the log'
        app.quit()
    vendor.close()


sys.exit(run(test_sign_in))
