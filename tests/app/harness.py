# harness.py
#
# Copyright 2026 The Signalbox authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Drives the real window: a display, a session bus and an accessibility bus of its own, the program
itself, and what a person does with it (find by role and name, click, type, look)."""

import base64
import hashlib
import hmac
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
import warnings

# The names AT-SPI has had since Debian 12 are deprecated in newer ones only.
warnings.filterwarnings('ignore', category=DeprecationWarning)

WAIT_S = float(os.environ.get('SIGNALBOX_TEST_WAIT', '40'))

# The sample secret of data/connectors/shopify.json, with which practice signs.
SECRET = b'practice-signing-secret'

BUS_CONFIG = '''<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>session</type>
  <listen>unix:dir=%(folder)s</listen>
  <servicedir>%(folder)s/services</servicedir>
  <auth>EXTERNAL</auth>
  <policy context="default">
    <allow send_destination="*" eavesdrop="true"/>
    <allow eavesdrop="true"/>
    <allow own="*"/>
  </policy>
</busconfig>
'''


class Skip(Exception):
    """Something the test stands on is not on this system; the words say what."""


def require(*programs):
    for program in programs:
        if shutil.which(program) is None:
            raise Skip(f'{program} is not installed')


def wait_for(what, function, seconds=None):
    """Polls until function gives something true; says what was waited for when it never does."""
    deadline = time.monotonic() + (seconds or WAIT_S)
    while True:
        found = function()
        if found:
            return found
        if time.monotonic() > deadline:
            raise AssertionError(f'waited in vain for {what}')
        time.sleep(0.1)


def load_orders():
    """The bodies of the ready-made ten of Order to cash."""
    path = os.path.join(os.environ['SIGNALBOX_DATA_DIR'], 'flows', 'order-to-cash.records.json')
    with open(path, encoding='utf-8') as file:
        return [record['body'] for record in json.load(file) if 'body' in record]


def ring(url, order, event, secret=SECRET):
    """Posts an order as Shopify would; the status of the answer."""
    body = json.dumps(order).encode()
    signature = base64.b64encode(hmac.new(secret, body, hashlib.sha256).digest()).decode()
    request = urllib.request.Request(url, body, {
        'Content-Type': 'application/json',
        'X-Shopify-Topic': 'orders/paid',
        'X-Shopify-Webhook-Id': event,
        'X-Shopify-Event-Id': event,
        'X-Shopify-Hmac-Sha256': signature,
    })
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(request, timeout=20) as answer:
            return answer.status
    except urllib.error.HTTPError as error:
        return error.code


class Desktop:
    """A screen and two buses that nobody else uses, in a folder that is removed afterwards."""

    def __init__(self, width=1200, height=780, dark=False, pixels_in_file=False):
        require('Xvfb', 'dbus-daemon', 'xdotool')
        self.folder = tempfile.mkdtemp(prefix='signalbox-test-')
        # Xvfb_screen0 there: what is on the screen, to be looked at without asking the display for it.
        self.screen_options = ['-fbdir', self.folder] if pixels_in_file else []
        self.processes = []
        self.size = (width, height)
        self.environment = dict(os.environ)
        try:
            self._start_display(width, height)
            self._start_bus()
        except BaseException:
            self.close()
            raise
        config = os.path.join(self.folder, 'config', 'gtk-4.0')
        os.makedirs(config)
        with open(os.path.join(config, 'settings.ini'), 'w', encoding='utf-8') as file:
            file.write('[Settings]\ngtk-font-name=Cantarell 11\ngtk-enable-animations=false\n'
                       'gtk-decoration-layout=:close\n')
        # Without a compositor the shadows around popovers and tooltips would be black.
        with open(os.path.join(config, 'gtk.css'), 'w', encoding='utf-8') as file:
            file.write('popover > contents { box-shadow: none; margin: 0; border-radius: 0;'
                       ' border: 1px solid alpha(currentColor, .25); }\n'
                       'popover > arrow { background: none; border: none; }\n'
                       'tooltip { border-radius: 0; margin: 0; box-shadow: none; }\n')
        self.environment.update({
            'XDG_CONFIG_HOME': os.path.join(self.folder, 'config'),
            'XDG_DATA_HOME': os.path.join(self.folder, 'share'),
            'XDG_CACHE_HOME': os.path.join(self.folder, 'cache'),
            'XDG_RUNTIME_DIR': os.path.join(self.folder, 'run'),
            'GDK_BACKEND': 'x11',
            'GSK_RENDERER': 'cairo',
            'GTK_A11Y': 'atspi',
            'GSETTINGS_BACKEND': 'memory',
            'ADW_DISABLE_PORTAL': '1',
            'LANGUAGE': 'en',
            'LC_ALL': 'C.UTF-8',
            'SECRET_BACKEND': 'file',
            'SECRET_FILE_TEST_PATH': os.path.join(self.folder, 'keyring'),
            'SECRET_FILE_TEST_PASSWORD': 'test',
        })
        os.makedirs(self.environment['XDG_RUNTIME_DIR'], mode=0o700)
        if dark:
            self.environment['ADW_DEBUG_COLOR_SCHEME'] = 'prefer-dark'
        self.environment.pop('WAYLAND_DISPLAY', None)

    def _spawn(self, arguments, **options):
        process = subprocess.Popen(arguments, env=self.environment, **options)
        self.processes.append(process)
        return process

    def _start_display(self, width, height):
        read_end, write_end = os.pipe()
        self._spawn(['Xvfb', '-displayfd', str(write_end), '-screen', '0', f'{width}x{height}x24',
                     '-nolisten', 'tcp', '-noreset', *self.screen_options],
                    pass_fds=[write_end], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        os.close(write_end)
        with os.fdopen(read_end) as pipe:
            number = pipe.readline().strip()
        if not number:
            raise Skip('Xvfb did not start')
        self.environment['DISPLAY'] = f':{number}'

    def _start_bus(self):
        services = os.path.join(self.folder, 'services')
        os.makedirs(services)
        # Only the accessibility bus: with the system's services, portal and keyring would start too.
        source = '/usr/share/dbus-1/services/org.a11y.Bus.service'
        if not os.path.exists(source):
            raise Skip('at-spi2-core is not installed')
        shutil.copy(source, services)
        config = os.path.join(self.folder, 'bus.conf')
        with open(config, 'w', encoding='utf-8') as file:
            file.write(BUS_CONFIG % {'folder': self.folder})
        bus = self._spawn(['dbus-daemon', '--config-file', config, '--nofork', '--print-address'],
                          stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        address = bus.stdout.readline().decode().strip()
        if not address:
            raise Skip('dbus-daemon did not start')
        self.environment['DBUS_SESSION_BUS_ADDRESS'] = address

    def enter(self):
        """Makes this the desktop of the calling process, so that AT-SPI looks here."""
        for name in ('DISPLAY', 'DBUS_SESSION_BUS_ADDRESS', 'XDG_RUNTIME_DIR'):
            os.environ[name] = self.environment[name]
        os.environ['GTK_A11Y'] = 'none'

    def xdotool(self, *arguments):
        return subprocess.run(['xdotool', *map(str, arguments)], env=self.environment, check=True,
                              capture_output=True, text=True).stdout.strip()

    def screenshot(self, path):
        require('import')
        os.makedirs(os.path.dirname(os.path.abspath(path)), exist_ok=True)
        subprocess.run(['import', '-window', 'root', path], check=True,
                       env=dict(self.environment, TMPDIR=self.folder, MAGICK_TMPDIR=self.folder))
        return path

    def close(self):
        for process in reversed(self.processes):
            if process.poll() is None:
                process.terminate()
        for process in reversed(self.processes):
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)

    def __enter__(self):
        return self

    def __exit__(self, *unused):
        self.close()


class App:
    """The program on a data folder. Widgets are AT-SPI accessibles; names are what the owner reads."""

    def __init__(self, desktop, program, data=None, arguments=(), environment=None, fit=True):
        self.desktop = desktop
        self.data = data or os.path.join(desktop.folder, 'data')
        self.log = os.path.join(desktop.folder, 'app.log')
        self.output = open(self.log, 'ab')
        self.process = subprocess.Popen(
            [program, '--data', self.data, '--port', '0', *arguments],
            env=dict(desktop.environment, **(environment or {})),
            stdout=self.output, stderr=subprocess.STDOUT)
        desktop.processes.append(self.process)
        desktop.enter()
        import gi
        gi.require_version('Atspi', '2.0')
        from gi.repository import Atspi
        self.atspi = Atspi
        self.root = wait_for('the program on the accessibility bus', self._find_application)
        self.window = wait_for('a window', lambda: self.find('frame', 'Signalbox'))
        if fit:
            self._fit_window()
        else:
            wait_for('a window on the screen', self._search_window)
            self.focus()

    def _find_application(self):
        if self.process.poll() is not None:
            raise AssertionError(f'the program ended with {self.process.returncode}:\n{self.read_log()}')
        desktop = self.atspi.get_desktop(0)
        for index in range(desktop.get_child_count()):
            child = desktop.get_child_at_index(index)
            if child is not None and child.get_process_id() == self.process.pid:
                return child
        return None

    def _fit_window(self):
        window = wait_for('a window on the screen', lambda: self._search_window())
        width, height = self.desktop.size
        self.desktop.xdotool('windowmove', '--sync', window, 0, 0)
        self.desktop.xdotool('windowsize', window, width, height)
        self.desktop.xdotool('windowfocus', '--sync', window)
        time.sleep(0.4)

    def _search_window(self):
        try:
            found = self.desktop.xdotool('search', '--onlyvisible', '--pid', self.process.pid)
        except subprocess.CalledProcessError:
            return None
        return found.split('\n')[0] if found else None

    def size(self):
        """Width and height of the window on the screen, in pixels, with its shadow."""
        words = self.desktop.xdotool('getwindowgeometry', '--shell', self._search_window()).split('\n')
        values = dict(word.split('=') for word in words)
        return int(values['WIDTH']), int(values['HEIGHT'])

    def focus(self):
        self.desktop.xdotool('windowfocus', '--sync', self._search_window())

    def read_log(self):
        self.output.flush()
        with open(self.log, encoding='utf-8', errors='replace') as file:
            return file.read()

    # --- finding ------------------------------------------------------------------------------

    def walk(self, start=None):
        pending = [start or self.root]
        while pending:
            node = pending.pop()
            try:
                yield node
                children = [node.get_child_at_index(i) for i in range(node.get_child_count())]
            except Exception:   # pylint: disable=broad-except
                continue        # it went away meanwhile
            pending.extend(child for child in reversed(children) if child is not None)

    def search(self, role=None, name=None, start=None, visible=True):
        for node in self.walk(start):
            try:
                if role is not None and node.get_role_name() != role:
                    continue
                label = node.get_name() or ''
                if name is not None and not (name(label) if callable(name) else label == name):
                    continue
                if visible and not node.get_state_set().contains(self.atspi.StateType.VISIBLE):
                    continue
            except Exception:   # pylint: disable=broad-except
                continue
            yield node

    def find_all(self, role=None, name=None, start=None, visible=True):
        return list(self.search(role, name, start, visible))

    def find(self, role=None, name=None, start=None, visible=True):
        return next(self.search(role, name, start, visible), None)

    def wait(self, role, name=None, start=None, seconds=None):
        try:
            return wait_for(f'{role} “{name}”', lambda: self.find(role, name, start), seconds)
        except AssertionError:
            for line in self.describe().rstrip().split('\n')[:400]:
                print('#', line)
            print('# log:', self.read_log()[-2000:].replace('\n', '\n# '))
            raise

    def wait_gone(self, role, name=None):
        wait_for(f'{role} “{name}” to go', lambda: self.find(role, name) is None)

    def describe(self, start=None):
        lines = []

        def add(node, depth):
            try:
                lines.append('  ' * depth + f'{node.get_role_name()} “{node.get_name()}”')
                for index in range(node.get_child_count()):
                    child = node.get_child_at_index(index)
                    if child is not None and depth < 40:
                        add(child, depth + 1)
            except Exception:   # pylint: disable=broad-except
                pass
        add(start or self.root, 0)
        return '\n'.join(lines) + '\n'

    def text(self, node):
        interface = node.get_text_iface()
        return interface.get_text(0, interface.get_character_count()) if interface else ''

    # --- doing --------------------------------------------------------------------------------

    def act(self, node, action=None):
        """Does what assistive technology would: the accessible action, by name or the first."""
        interface = node.get_action_iface()
        count = interface.get_n_actions()
        for index in range(count):
            if action is None or interface.get_action_name(index) == action:
                assert interface.do_action(index)
                return
        names = [interface.get_action_name(index) for index in range(count)]
        raise AssertionError(f'“{node.get_name()}” has no action {action}, only {names}')

    def click(self, node, button=1):
        """A true click with the pointer in the middle of a widget."""
        box = node.get_component_iface().get_extents(self.atspi.CoordType.WINDOW)
        self.click_at(box.x + box.width // 2, box.y + box.height // 2, button)

    def click_at(self, x, y, button=1):
        self.desktop.xdotool('mousemove', '--sync', x, y)
        self.desktop.xdotool('click', button)
        time.sleep(0.15)

    def type(self, text):
        self.desktop.xdotool('type', '--delay', 12, text)

    def key(self, *keys):
        for key in keys:
            self.desktop.xdotool('key', '--clearmodifiers', key)
            time.sleep(0.05)

    def screenshot(self, name):
        folder = os.environ.get('SIGNALBOX_SCREENSHOTS')
        if folder:
            time.sleep(0.5)
            self.desktop.screenshot(os.path.join(folder, name + '.png'))

    def quit(self):
        """Closes it as a person would; the exit status is the program's."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        try:
            return self.process.wait(30)
        finally:
            self.output.close()


# One step, which the practice ground takes.
TAGS = {'format': 1, 'id': 'tags', 'name': 'Tag orders',
        'trigger': {'type': 'webhook', 'connector': 'shopify', 'trigger': 'order-paid'},
        'steps': [{'id': 'tag', 'type': 'action', 'connector': 'shopify', 'action': 'tag-order',
                   'fields': {'Order': '{{trigger.id}}', 'Tags': 'paid'}}]}


def open_with_live_flow(desktop, program, ctl):
    """The window with “Tag orders” live, and what asks signalboxctl about its folder."""
    data = os.path.join(desktop.folder, 'data')

    def ask(*words):
        done = subprocess.run([ctl, *words, '--data', data, '--json'], env=desktop.environment,
                              check=True, stdout=subprocess.PIPE)
        return json.loads(done.stdout)

    path = os.path.join(desktop.folder, 'tags.json')
    with open(path, 'w', encoding='utf-8') as file:
        json.dump(TAGS, file)
    ask('flows', 'import', path)
    ask('flows', 'publish', 'tags', '--override', 'a test')
    app = App(desktop, program, data=data, arguments=['--practice'])
    app.wait('list item', 'Tag orders, Live')
    return app, ask


def run(test):
    """Runs one test function as a TAP test; what is missing skips it."""
    print('1..1')
    try:
        test()
    except Skip as reason:
        print(f'ok 1 {test.__name__} # SKIP {reason}')
        return 0
    except BaseException as error:   # pylint: disable=broad-except
        import traceback
        for line in traceback.format_exc().rstrip().split('\n'):
            print('#', line)
        print(f'not ok 1 {test.__name__}: {type(error).__name__}')
        return 1
    print(f'ok 1 {test.__name__}')
    return 0
