# test-window-background.py
#
# Copyright 2026 The Signalbox authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""With a live flow the program stays when its window is closed: bells are heard, the desktop was asked,
the person is told, a second start shows the window again, Quit ends it. Without one it ends."""

import os
import subprocess
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from harness import App, Desktop, Skip, load_orders, ring, run, wait_for   # noqa: E402


class Services:
    """The portal and the notification server of a desktop, as far as the program speaks to them."""

    PORTAL = '''<node><interface name="org.freedesktop.portal.Background"><method name="RequestBackground">
      <arg type="s" direction="in"/><arg type="a{sv}" direction="in"/><arg type="o" direction="out"/></method>
      </interface></node>'''
    NOTIFY = '''<node><interface name="org.freedesktop.Notifications"><method name="Notify">
      <arg type="s" direction="in"/><arg type="u" direction="in"/><arg type="s" direction="in"/>
      <arg type="s" direction="in"/><arg type="s" direction="in"/><arg type="as" direction="in"/>
      <arg type="a{sv}" direction="in"/><arg type="i" direction="in"/><arg type="u" direction="out"/></method>
      <method name="GetCapabilities"><arg type="as" direction="out"/></method>
      <method name="CloseNotification"><arg type="u" direction="in"/></method></interface></node>'''

    def __init__(self, desktop):
        try:
            import gi
            from gi.repository import Gio, GLib
        except ImportError:
            raise Skip('python3-gi is not installed')
        self.gio, self.glib = Gio, GLib
        self.allow(True)
        self.bus = Gio.DBusConnection.new_for_address_sync(
            desktop.environment['DBUS_SESSION_BUS_ADDRESS'],
            Gio.DBusConnectionFlags.AUTHENTICATION_CLIENT | Gio.DBusConnectionFlags.MESSAGE_BUS_CONNECTION,
            None, None)
        for name, path, xml in (('org.freedesktop.portal.Desktop', '/org/freedesktop/portal/desktop', self.PORTAL),
                                ('org.freedesktop.Notifications', '/org/freedesktop/Notifications', self.NOTIFY)):
            interface = Gio.DBusNodeInfo.new_for_xml(xml).interfaces[0]
            self.bus.register_object(path, interface, self._called, None, None)
            Gio.bus_own_name_on_connection(self.bus, name, Gio.BusNameOwnerFlags.NONE, None, None)

    def allow(self, allowed):
        self.allowed, self.asked, self.told = allowed, [], []

    def _called(self, bus, sender, path, interface, method, parameters, invocation):
        if method == 'RequestBackground':
            options = parameters.unpack()[1]
            self.asked.append(options)
            request = (f'/org/freedesktop/portal/desktop/request/{sender[1:].replace(".", "_")}/'
                       + options['handle_token'])
            invocation.return_value(self.glib.Variant('(o)', (request,)))
            results = {'background': self.glib.Variant('b', self.allowed),
                       'autostart': self.glib.Variant('b', self.allowed)}
            bus.emit_signal(sender, request, 'org.freedesktop.portal.Request', 'Response',
                            self.glib.Variant('(ua{sv})', (0 if self.allowed else 1, results)))
        elif method == 'Notify':
            self.told.append(parameters.unpack())
            invocation.return_value(self.glib.Variant('(u)', (len(self.told),)))
        elif method == 'GetCapabilities':
            invocation.return_value(self.glib.Variant('(as)', (['actions', 'body'],)))
        else:
            invocation.return_value(None)

    def wait(self, what, function):
        def turn():
            while self.glib.MainContext.default().iteration(False):
                pass
            return function()
        return wait_for(what, turn)


def open_app(desktop, program, data):
    return App(desktop, program, data=data, environment={'GNOTIFICATION_BACKEND': 'freedesktop'})


def stays(desktop, services, program, ctl, allowed):
    data = os.path.join(desktop.folder, f'data-{allowed}')

    def tell(*arguments, **options):
        return subprocess.run([ctl, *arguments, '--data', data], check=True, env=desktop.environment,
                              stdout=subprocess.PIPE, text=True, **options).stdout

    tell('flows', 'new', 'order-to-cash')
    services.allow(allowed)
    app = open_app(desktop, program, data)
    app.wait('push button', lambda name: name.startswith('When an order is paid'))
    app.key('ctrl+w')
    assert app.process.wait(30) == 0, 'with no live flow, closing the window ends the program'
    assert services.asked == []

    tell('connections', 'add', '--connector', 'shopify', '--name', 'Shop', '--environment', 'production',
         '--set', 'shop=harbour')
    tell('connections', 'set-secret', 'shop', '--secret', 'client_secret', input='practice-signing-secret')
    tell('flows', 'connect', 'order-to-cash', 'trigger', 'shop')
    tell('flows', 'publish', 'order-to-cash', '--override', 'the window is tried')
    app = open_app(desktop, program, data)
    app.act(app.wait('push button', lambda name: name.startswith('When an order is paid')))
    url = app.text(app.wait('text', 'Address of this bell'))
    app.focus()
    app.key('ctrl+w')
    services.wait('the question to the desktop', lambda: services.asked)
    assert services.asked[0]['autostart'] is True
    assert services.asked[0]['commandline'] == ['signalbox', '--background']
    words = services.wait('the notification', lambda: services.told)[0]
    assert ('goes on listening' if allowed else 'may not run in the background') in words[3], words
    assert app.process.poll() is None
    assert ring(url, load_orders()[0], 'background-1') == 200

    # The second start hands over, and the window is back.
    assert subprocess.run([program, '--data', data], env=desktop.environment, timeout=30, check=False).returncode == 0
    app.wait('push button', lambda name: name.startswith('When an order is paid'))
    app.focus()
    app.key('ctrl+w')
    time.sleep(0.5)
    assert app.process.poll() is None
    subprocess.run(['gdbus', 'call', '--session', '--dest', app_name(services), '--object-path',
                    '/' + app_name(services).replace('.', '/'), '--method', 'org.gtk.Actions.Activate', 'quit', '[]', '{}'],
                   env=desktop.environment, check=True, stdout=subprocess.DEVNULL)
    assert app.process.wait(30) == 0, app.read_log()

    # At sign-in it starts with no window, and hears.
    alone = subprocess.Popen([program, '--data', data, '--port', url.split(':')[2].split('/')[0], '--background'],
                             env=desktop.environment)
    desktop.processes.append(alone)
    wait_for('the endpoint', lambda: try_ring(url, 'background-2'))
    assert subprocess.run(['xdotool', 'search', '--onlyvisible', '--pid', str(alone.pid)],
                          env=desktop.environment, check=False, stdout=subprocess.DEVNULL).returncode != 0
    alone.terminate()
    alone.wait(30)


def try_ring(url, event):
    try:
        return ring(url, load_orders()[1], event) == 200
    except OSError:
        return False


def app_name(services):
    names = services.bus.call_sync('org.freedesktop.DBus', '/org/freedesktop/DBus', 'org.freedesktop.DBus',
                                   'ListNames', None, None, 0, -1, None).unpack()[0]
    return [name for name in names if name.startswith('io.github.signalbox')][0]


def test_background():
    program, ctl = sys.argv[1], sys.argv[2]
    with Desktop() as desktop:
        services = Services(desktop)
        for allowed in (True, False):
            stays(desktop, services, program, ctl, allowed)


sys.exit(run(test_background))
