#!/usr/bin/python3
# test-endpoint.py
#
# Copyright 2026 The Signalbox authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Rings the real endpoint over raw sockets: what it accepts, and everything it must not fall over."""

import base64
import glob
import hashlib
import hmac
import json
import os
import resource
import select
import shutil
import socket
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
import unittest

HOST = sys.argv.pop(1) if len(sys.argv) > 1 else 'endpoint-host'
DEADLINE = 20


# What is kept of freed memory under the address sanitizer, and the zones around each piece, are not ours.
MEBIBYTE = 1024 * 1024 * (2 if 'ASAN_OPTIONS' in os.environ else 1)


class Endpoint:
    """endpoint-host in a folder of its own."""

    def __init__(self, **options):
        self.folder = tempfile.mkdtemp(prefix='sb-endpoint-')
        arguments = [f'{key}={value}' for key, value in options.items()]
        self.process = subprocess.Popen([HOST, f'folder={self.folder}', *arguments],
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        ready = json.loads(self.process.stdout.readline())
        self.port, self.token = ready['port'], ready['token']
        self.secret = ready['secret'].encode()

    def order(self, line):
        self.process.stdin.write(line + '\n')
        self.process.stdin.flush()
        return json.loads(self.process.stdout.readline())

    def stats(self):
        return self.order('stats')

    def memory(self):
        with open(f'/proc/{self.process.pid}/status', encoding='ascii') as status:
            for line in status:
                if line.startswith('VmRSS'):
                    return int(line.split()[1]) * 1024
        raise AssertionError('no VmRSS')

    def close(self):
        self.process.stdin.close()
        status = self.process.wait(DEADLINE)
        self.process.stdout.close()
        shutil.rmtree(self.folder)
        return status

    def connect(self):
        return socket.create_connection(('127.0.0.1', self.port), DEADLINE)

    def sign(self, body):
        return base64.b64encode(hmac.new(self.secret, body, hashlib.sha256).digest()).decode()

    def headers(self, body, event, **more):
        headers = {'Host': 'localhost', 'Content-Type': 'application/json',
                   'X-Shopify-Topic': 'orders/paid', 'X-Shopify-Webhook-Id': 'w-' + event,
                   'X-Shopify-Event-Id': event, 'X-Shopify-Hmac-Sha256': self.sign(body)}
        headers.update(more)
        return {key: value for key, value in headers.items() if value is not None}

    def request(self, body=b'{}', event='e1', method='POST', path=None, chunked=False, headers=None):
        """The bytes of a signed order."""
        headers = dict(headers if headers is not None else self.headers(body, event))
        if chunked:
            headers['Transfer-Encoding'] = 'chunked'
            body = b''.join(b'%x\r\n%s\r\n' % (len(body[i:i + 100]), body[i:i + 100])
                            for i in range(0, len(body), 100)) + b'0\r\n\r\n'
        elif method == 'POST':
            headers['Content-Length'] = str(len(body))
        else:
            body = b''
        lines = [f'{method} {path or "/in/" + self.token} HTTP/1.1']
        lines += [f'{key}: {value}' for key, value in headers.items()]
        return ('\r\n'.join(lines) + '\r\n\r\n').encode('latin-1') + body

    def ring(self, **arguments):
        with self.connect() as peer:
            peer.sendall(self.request(**arguments))
            return read_answer(peer)


class Answer:
    def __init__(self, status, head, body):
        self.status, self.head, self.body = status, head, body


def read_answer(peer, head_only=False):
    """One answer; None if the connection ends before it."""
    data = b''
    while b'\r\n\r\n' not in data:
        try:
            piece = peer.recv(65536)
        except ConnectionError:
            piece = b''
        if not piece:
            return None
        data += piece
    head, _, body = data.partition(b'\r\n\r\n')
    lines = head.decode('latin-1').split('\r\n')
    fields = dict(line.lower().split(': ', 1) for line in lines[1:])
    length = 0 if head_only else int(fields.get('content-length', 0))
    while len(body) < length:
        piece = peer.recv(65536)
        if not piece:
            break
        body += piece
    return Answer(int(lines[0].split()[1]), fields, body)


def send_all(peer, data):
    """Sends what the other side lets us; TRUE if that was everything."""
    try:
        peer.sendall(data)
        return True
    except (ConnectionError, socket.timeout):
        return False


def wait_for(condition):
    end = time.monotonic() + DEADLINE
    while not condition():
        if time.monotonic() > end:
            raise AssertionError('waited in vain')
        time.sleep(0.02)


def order(number, size=0):
    return json.dumps({'id': number, 'name': f'#{number}', 'note': 'x' * size}).encode()


class EndpointCase(unittest.TestCase):
    options = {}

    def setUp(self):
        self.endpoint = Endpoint(**self.options)

    def tearDown(self):
        self.assertEqual(self.endpoint.close(), 0)

    def refused_with(self, data, status):
        """@data gets @status and the end of the connection; a real bell is heard afterwards."""
        with self.endpoint.connect() as peer:
            send_all(peer, data)
            answer = read_answer(peer)
            self.assertIsNotNone(answer, data[:200])
            self.assertEqual(answer.status, status, data[:200])
            self.assert_ended(peer)
        self.assertEqual(self.endpoint.ring(method='GET', path='/healthz').status, 200)

    def assert_ended(self, peer):
        peer.settimeout(DEADLINE)
        try:
            while peer.recv(65536):
                pass
        except ConnectionError:
            pass


class Bells(EndpointCase):
    def test_order_is_stored_and_opens_a_run(self):
        answer = self.endpoint.ring(body=order(1004), event='e-1004')
        self.assertEqual((answer.status, answer.body), (200, b'{"status":"ok"}\n'))
        stats = self.endpoint.stats()
        self.assertEqual((stats['events'], stats['runs'], stats['accepted']), (1, 1, 1))
        self.assertEqual(stats['event_id'], 'e-1004')
        self.assertEqual(stats['label'], 'Order #1004')
        headers = json.loads(stats['headers'])
        self.assertEqual(headers['x-shopify-topic'], 'orders/paid')
        self.assertEqual(headers['x-shopify-hmac-sha256'], '(hidden)')

    def test_secret_headers_are_hidden(self):
        body = order(1)
        headers = self.endpoint.headers(body, 'e', Authorization='Basic abc', Cookie='a=b')
        self.assertEqual(self.endpoint.ring(body=body, headers=headers).status, 200)
        stored = self.endpoint.stats()['headers']
        self.assertNotIn('abc', stored)
        self.assertNotIn('a=b', stored)
        self.assertNotIn(self.endpoint.sign(body), stored)

    def test_keep_alive_and_pipelining(self):
        with self.endpoint.connect() as peer:
            for number in range(5):
                peer.sendall(self.endpoint.request(body=order(number), event=f'k{number}'))
                self.assertEqual(read_answer(peer).status, 200)
            peer.sendall(b''.join(self.endpoint.request(body=order(n), event=f'p{n}') for n in range(20)))
            data = b''
            while data.count(b'HTTP/1.1 ') < 20:
                piece = peer.recv(65536)
                self.assertTrue(piece)
                data += piece
            self.assertEqual(data.count(b'HTTP/1.1 200 OK'), 20)
        self.assertEqual(self.endpoint.stats()['runs'], 25)

    def test_bytes_one_by_one(self):
        with self.endpoint.connect() as peer:
            peer.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            for byte in self.endpoint.request(body=order(1)):
                peer.sendall(bytes([byte]))
            self.assertEqual(read_answer(peer).status, 200)

    def test_half_closed_peer_gets_its_answer(self):
        with self.endpoint.connect() as peer:
            peer.sendall(self.endpoint.request(body=order(1)))
            peer.shutdown(socket.SHUT_WR)
            self.assertEqual(read_answer(peer).status, 200)

    def test_chunked_order(self):
        answer = self.endpoint.ring(body=order(1, 100_000), chunked=True)
        self.assertEqual(answer.status, 200)
        self.assertEqual(self.endpoint.stats()['runs'], 1)

    def test_large_order(self):
        self.assertEqual(self.endpoint.ring(body=order(1, 1_000_000)).status, 200)

    def test_expect_continue(self):
        body = order(1)
        request = self.endpoint.request(body=body, headers=self.endpoint.headers(body, 'e', Expect='100-continue'))
        head = request[:-len(body)]
        with self.endpoint.connect() as peer:
            peer.sendall(head)
            self.assertEqual(read_answer(peer).status, 100)
            peer.sendall(body)
            self.assertEqual(read_answer(peer).status, 200)

    def test_repeat_gets_the_same_answer_and_no_run(self):
        first = self.endpoint.ring(body=order(1), event='same')
        second = self.endpoint.ring(body=order(1), event='same')
        self.assertEqual((first.status, first.body), (second.status, second.body))
        stats = self.endpoint.stats()
        self.assertEqual((stats['runs'], stats['repeated']), (1, 1))

    def test_repeats_in_parallel(self):
        statuses = []

        def ring_ten_times():
            with self.endpoint.connect() as peer:
                for _ in range(10):
                    peer.sendall(self.endpoint.request(body=order(1), event='same'))
                    statuses.append(read_answer(peer).status)

        threads = [threading.Thread(target=ring_ten_times) for _ in range(16)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(statuses, [200] * 160)
        stats = self.endpoint.stats()
        self.assertEqual((stats['events'], stats['runs'], stats['repeated']), (1, 1, 159))

    def test_health(self):
        answer = self.endpoint.ring(method='GET', path='/healthz')
        self.assertEqual((answer.status, answer.body), (200, b'{"status":"ok"}\n'))
        with self.endpoint.connect() as peer:
            peer.sendall(self.endpoint.request(method='HEAD', path='/healthz'))
            answer = read_answer(peer, head_only=True)
            self.assertEqual((answer.status, answer.body), (200, b''))

    def test_unready_bell_says_later(self):
        self.endpoint.order('unready')
        answer = self.endpoint.ring(body=order(1))
        self.assertEqual(answer.status, 503)
        self.assertIn('retry-after', answer.head)
        self.endpoint.order('ready')
        self.assertEqual(self.endpoint.ring(body=order(1)).status, 200)
        self.endpoint.order('forget')
        self.assertEqual(self.endpoint.ring(body=order(2), event='e2').status, 404)

    def test_only_loopback(self):
        with open('/proc/net/tcp', encoding='ascii') as table:
            listening = [line.split()[1] for line in table if line.split()[3] == '0A']
        ours = [address for address in listening if address.endswith(f':{self.endpoint.port:04X}')]
        self.assertEqual(ours, [f'0100007F:{self.endpoint.port:04X}'])


class Refusals(EndpointCase):
    def test_unknown_addresses_look_alike(self):
        answers = []
        for method, path in (('POST', '/in/' + 'A' * 43), ('POST', '/in/' + self.endpoint.token + 'x'),
                             ('POST', '/in/' + self.endpoint.token[:-1]), ('GET', '/in/' + self.endpoint.token),
                             ('DELETE', '/in/' + self.endpoint.token), ('GET', '/'), ('POST', '/healthz'),
                             ('GET', '/healthz/../in/' + self.endpoint.token), ('GET', '/%2e%2e/etc/passwd')):
            answer = self.endpoint.ring(method=method, path=path)
            answer.head.pop('date')
            answers.append((answer.status, answer.head, answer.body))
        self.assertEqual(answers[0][0], 404)
        self.assertEqual(answers, [answers[0]] * len(answers))

    def test_wrong_and_missing_signature(self):
        body = order(1)
        for signature in ('AAAA', self.endpoint.sign(body + b' '), self.endpoint.sign(body)[:-1], '', None):
            headers = self.endpoint.headers(body, 'e1')
            headers['X-Shopify-Hmac-Sha256'] = signature
            headers = {key: value for key, value in headers.items() if value is not None}
            answer = self.endpoint.ring(body=body, headers=headers)
            self.assertEqual((answer.status, answer.body), (401, b'{"status":"refused"}\n'))
        wait_for(lambda: self.endpoint.stats()['refused'] == 5)
        self.assertEqual(self.endpoint.stats()['runs'], 0)

    def test_broken_bodies(self):
        for body in (b'{', b'[' * 100_000, b'{"a":' * 70 + b'1' + b'}' * 70, b'{"a":1}x', b'\xff\xfe',
                     b"{'a':1}", b'{"a":01}', b'nonsense', b'{"a":"\\ud800"}'):
            answer = self.endpoint.ring(body=body)
            self.assertEqual(answer.status, 400, body[:40])
            self.assertTrue(json.loads(answer.body)['reason'], body[:40])
        self.assertEqual(self.endpoint.stats()['runs'], 0)

    def test_empty_body(self):
        answer = self.endpoint.ring(body=b'')
        self.assertIn(answer.status, (400, 401))
        self.assertEqual(self.endpoint.stats()['runs'], 0)

    def test_malformed_requests(self):
        token = self.endpoint.token.encode()
        for data, status in (
                (b'\x16\x03\x01\x02\x00\x01\x00', 400),
                (b'hello\r\n\r\n', 400),
                (b'GET /healthz\r\n\r\n', 400),
                (b'GET  /healthz HTTP/1.1\r\nHost: a\r\n\r\n', 400),
                (b'GET /healthz HTTP/1.1\nHost: a\n\n', 400),
                (b'GET /healthz HTTP/1.1\r\n\r\n', 400),
                (b'GET /healthz HTTP/3.0\r\nHost: a\r\n\r\n', 505),
                (b'GET /' + b'a' * 5000 + b' HTTP/1.1\r\nHost: a\r\n\r\n', 414),
                (b'GET / HTTP/1.1\r\nHost: a\r\n' + b'X: y\r\n' * 200 + b'\r\n', 431),
                (b'GET / HTTP/1.1\r\nHost: a\r\nX: ' + b'y' * 40_000 + b'\r\n\r\n', 431),
                (b'GET / HTTP/1.1\r\nX: ' + b'y' * 10_000_000, 431),
                (b'POST /in/%s HTTP/1.1\r\nHost: a\r\nContent-Length: abc\r\n\r\n' % token, 400),
                (b'POST /in/%s HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip\r\n\r\n' % token, 501)):
            with self.subTest(data[:60]):
                self.refused_with(data, status)

    def test_smuggling(self):
        body = order(1)
        inner = self.endpoint.request(body=body, event='smuggled')
        for extra in ({'Content-Length': '0', 'Transfer-Encoding': 'chunked'},
                      {'Content-Length': f'{len(inner)}\r\nContent-Length: 0'},
                      {'Content-Length': f'{len(inner)}, 0'}, {'Content-Length ': '0'},
                      {'Transfer-Encoding': 'chunked\r\nTransfer-Encoding: identity'}):
            lines = ['POST /in/none HTTP/1.1', 'Host: a'] + [f'{k}: {v}' for k, v in extra.items()]
            data = '\r\n'.join(lines).encode() + b'\r\n\r\n0\r\n\r\n' + inner
            with self.subTest(extra):
                self.refused_with(data, 400)
        self.assertEqual(self.endpoint.stats()['runs'], 0)

    def test_what_follows_a_chunked_body_is_not_taken(self):
        first = self.endpoint.request(body=order(1), event='first', chunked=True)
        with self.endpoint.connect() as peer:
            peer.sendall(first + self.endpoint.request(body=order(2), event='second'))
            answer = read_answer(peer)
            self.assertEqual((answer.status, answer.head['connection']), (200, 'close'))
            self.assert_ended(peer)
        self.assertEqual(self.endpoint.stats()['runs'], 1)

    def test_broken_chunks(self):
        head = b'POST /in/%s HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n' % self.endpoint.token.encode()
        for tail in (b'zz\r\n', b'-5\r\nhello\r\n', b'5\r\nhelloworld\r\n0\r\n\r\n', b'1' * 5000):
            with self.endpoint.connect() as peer:
                send_all(peer, head + tail)
                peer.shutdown(socket.SHUT_WR)
                self.assert_ended(peer)
        self.assertEqual(self.endpoint.ring(body=order(1)).status, 200)
        self.assertEqual(self.endpoint.stats()['runs'], 1)


class Oversized(EndpointCase):
    def assert_flat(self, work):
        self.endpoint.ring(body=order(0, 1_000_000), event='warm')
        before = self.endpoint.memory()
        work()
        self.assertLess(self.endpoint.memory() - before, 24 * MEBIBYTE)
        self.assertEqual(self.endpoint.ring(body=order(1), event='after').status, 200)

    def test_announced(self):
        def work():
            head = b'POST /in/%s HTTP/1.1\r\nHost: a\r\nContent-Length: %d\r\n\r\n'
            for length in (1024 * 1024 + 1, 200_000_000, 10 ** 17):
                with self.endpoint.connect() as peer:
                    peer.sendall(head % (self.endpoint.token.encode(), length))
                    for _ in range(400):
                        if not send_all(peer, b'x' * 500_000) or select.select([peer], [], [], 0)[0]:
                            break
                    answer = read_answer(peer)
                    self.assertEqual(answer.status, 413)
        self.assert_flat(work)

    def test_chunked_for_ever(self):
        def work():
            head = b'POST /in/%s HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n'
            for chunk in (b'10000\r\n' + b'x' * 65536 + b'\r\n', b'1\r\nx\r\n' * 5000):
                with self.endpoint.connect() as peer:
                    peer.sendall(head % self.endpoint.token.encode())
                    for _ in range(3000):
                        if not send_all(peer, chunk) or select.select([peer], [], [], 0)[0]:
                            break
                    self.assertEqual(read_answer(peer).status, 413)
        self.assert_flat(work)

    def test_hundred_bodies_that_never_end(self):
        def work():
            peers = [self.endpoint.connect() for _ in range(150)]
            head = b'POST /in/x HTTP/1.1\r\nHost: a\r\nContent-Length: 1048576\r\n\r\n'
            for peer in peers:
                peer.settimeout(2)
                send_all(peer, head + b'x' * 1_000_000)
            self.assertEqual(self.endpoint.ring(body=order(2), event='meanwhile').status, 200)
            self.memory_then = self.endpoint.memory()
            for peer in peers:
                peer.close()
            wait_for(lambda: self.endpoint.stats()['connections'] == 0)
        before = self.endpoint.memory()
        work()
        # ThreadSanitizer keeps several times what the program has.
        if 'TSAN_OPTIONS' not in os.environ:
            self.assertLess(self.memory_then - before, 120 * MEBIBYTE)


class Slow(EndpointCase):
    options = {'head': 400, 'request': 900, 'idle': 700, 'linger': 400}

    def test_slow_head(self):
        with self.endpoint.connect() as peer:
            peer.sendall(b'POST /in/x HTTP/1.1\r\n')
            began = time.monotonic()
            answer = read_answer(peer)
            self.assertEqual(answer.status, 408)
            self.assert_ended(peer)
            self.assertGreater(time.monotonic() - began, 0.2)

    def test_head_that_drips(self):
        with self.endpoint.connect() as peer:
            send_all(peer, b'POST /in/x HTTP/1.1\r\n')
            end = time.monotonic() + DEADLINE
            while not select.select([peer], [], [], 0.05)[0]:
                self.assertLess(time.monotonic(), end)
                send_all(peer, b'X: y\r\n')
            self.assertEqual(read_answer(peer).status, 408)

    def test_slow_body(self):
        with self.endpoint.connect() as peer:
            peer.sendall(self.endpoint.request(body=order(1))[:-3])
            self.assertEqual(read_answer(peer).status, 408)
            self.assert_ended(peer)
        wait_for(lambda: self.endpoint.stats()['connections'] == 0)

    def test_slow_body_on_a_used_connection(self):
        with self.endpoint.connect() as peer:
            peer.sendall(self.endpoint.request(body=order(1)))
            self.assertEqual(read_answer(peer).status, 200)
            peer.sendall(self.endpoint.request(body=order(1))[:-3])
            self.assertEqual(read_answer(peer).status, 408)

    def test_chunks_that_drip_for_ever(self):
        with self.endpoint.connect() as peer:
            peer.sendall(b'POST /in/%s HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n'
                         % self.endpoint.token.encode())
            end = time.monotonic() + DEADLINE
            while not select.select([peer], [], [], 0.05)[0]:
                self.assertLess(time.monotonic(), end)
                send_all(peer, b'1\r\nx\r\n')
            self.assertEqual(read_answer(peer).status, 408)

    def test_idle_connections_end(self):
        with self.endpoint.connect() as silent, self.endpoint.connect() as used:
            used.sendall(self.endpoint.request(method='GET', path='/healthz'))
            self.assertEqual(read_answer(used).status, 200)
            self.assertEqual(silent.recv(10), b'')
            self.assertEqual(used.recv(10), b'')
        wait_for(lambda: self.endpoint.stats()['connections'] == 0)

    def test_peer_that_never_reads(self):
        with self.endpoint.connect() as peer:
            peer.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            peer.settimeout(1)
            request = self.endpoint.request(method='GET', path='/healthz')
            for _ in range(200):
                if not send_all(peer, request * 500):
                    break
            self.assertEqual(self.endpoint.ring(body=order(1)).status, 200)


class Vendors(EndpointCase):
    """Requests that vendors' own software signed and judged, at the real endpoint."""

    HMAC = {'scheme': 'hmac'}
    VENDORS = {
        'shopify': ('shopify', 'client_secret', {}),
        'stripe': ('stripe', 'signing_secret', {}),
        'quickbooks': ('quickbooks', 'verifier_token', {}),
        'square': ('square', 'signature_key', {}),
        'shipstation': ('shipstation', None, {}),
        'slack': ('slack', 'signing_secret', {}),
        'standardwebhooks': ('webhook', 'signing_secret', {'scheme': 'standard'}),
        'github': ('webhook', 'signing_secret', dict(HMAC, header='X-Hub-Signature-256', encoding='hex',
                                                     prefix='sha256=')),
        'woocommerce': ('webhook', 'signing_secret', dict(HMAC, header='X-WC-Webhook-Signature',
                                                          encoding='base64')),
        'xero': ('webhook', 'signing_secret', dict(HMAC, header='x-xero-signature', encoding='base64')),
    }

    def ring_case(self, connector, trigger, secret, settings, case):
        if 'jwks' in case:
            settings = dict(settings, jwks=json.dumps(case['jwks']))
        self.endpoint.order('bell ' + json.dumps({
            'connector': connector, 'trigger': trigger, 'settings': settings,
            'secrets': {secret: case['secret']} if secret else {},
            'public_address': case['url'], 'now': case.get('now', 1764000000)}))
        headers = {key: value for key, value in case['headers'].items()
                   if key.lower() not in ('host', 'content-length')}
        headers['Host'] = 'localhost'
        return self.endpoint.ring(body=base64.b64decode(case['body_base64']), headers=headers)

    def test_vectors(self):
        rung = 0
        for vendor, (connector, secret, settings) in self.VENDORS.items():
            with open(os.path.join(os.environ['SIGNALBOX_TEST_VECTORS'], vendor + '.json'),
                      encoding='utf-8') as file:
                cases = json.load(file)['cases']
            with open(os.path.join(os.environ['SIGNALBOX_DATA_DIR'], 'connectors', connector + '.json'),
                      encoding='utf-8') as file:
                triggers = [trigger['id'] for trigger in json.load(file)['triggers']]
            for case in cases:
                if case['expected'] == 'unsigned_ping':
                    continue
                before = self.endpoint.stats()['runs']
                for trigger in triggers:
                    with self.subTest(vendor=vendor, case=case['name'], trigger=trigger):
                        answer = self.ring_case(connector, trigger, secret, settings, case)
                        self.assertEqual(answer.status, 200 if case['expected'] == 'valid' else 401)
                        rung += 1
                if case['expected'] != 'valid':
                    self.assertEqual(self.endpoint.stats()['runs'], before, case['name'])
        self.assertGreater(rung, 60)
        self.assertGreater(self.endpoint.stats()['runs'], 8)

    def test_stale_time_stamp(self):
        body = json.dumps({'id': 'evt_1', 'type': 'charge.refunded', 'data': {'object': {}}}).encode()
        self.endpoint.order('bell ' + json.dumps({'connector': 'stripe', 'trigger': 'charge-refunded',
                                                  'secrets': {'signing_secret': 'whsec_x'}, 'settings': {}}))
        for age, status in ((400, 401), (-400, 401), (0, 200)):
            stamp = str(int(time.time()) - age)
            signature = hmac.new(b'whsec_x', stamp.encode() + b'.' + body, hashlib.sha256).hexdigest()
            answer = self.endpoint.ring(body=body, headers={'Host': 'a', 'Content-Type': 'application/json',
                                                            'Stripe-Signature': f't={stamp},v1={signature}'})
            self.assertEqual(answer.status, status, age)
        stats = self.endpoint.stats()
        self.assertEqual((stats['runs'], stats['refused']), (1, 2))


    def test_slack_handshake(self):
        body = b'{"type":"url_verification","challenge":"3eZbrw1aB"}'
        self.endpoint.order('bell ' + json.dumps({'connector': 'slack', 'trigger': 'message-posted',
                                                  'secrets': {'signing_secret': 's'}, 'settings': {}}))
        stamp = str(int(time.time()))
        signature = hmac.new(b's', b'v0:' + stamp.encode() + b':' + body, hashlib.sha256).hexdigest()
        headers = {'Host': 'a', 'Content-Type': 'application/json', 'X-Slack-Request-Timestamp': stamp,
                   'X-Slack-Signature': 'v0=' + signature}
        answer = self.endpoint.ring(body=body, headers=headers)
        self.assertEqual(answer.status, 200)
        self.assertIn(b'3eZbrw1aB', answer.body)
        headers['X-Slack-Signature'] = 'v0=' + '0' * 64
        self.assertEqual(self.endpoint.ring(body=body, headers=headers).status, 401)
        self.assertEqual(self.endpoint.stats()['runs'], 0)


    def test_probe_by_head(self):
        self.endpoint.order('bell ' + json.dumps({'connector': 'webhook', 'trigger': 'event-received',
                                                  'secrets': {}, 'settings': {'scheme': 'path'}}))
        for method, status in (('HEAD', 200), ('GET', 404), ('POST', 200)):
            with self.endpoint.connect() as peer:
                headers = {'Host': 'a', 'Content-Type': 'application/json'}
                peer.sendall(self.endpoint.request(body=b'{"a":1}', method=method, headers=headers))
                self.assertEqual(read_answer(peer, head_only=method == 'HEAD').status, status, method)
        self.assertEqual(self.endpoint.stats()['runs'], 1)


class Crowd(EndpointCase):
    def test_thousand_idle_connections_and_a_real_bell(self):
        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        if hard < 4096:
            self.skipTest('this user may not open 4,096 files')
        resource.setrlimit(resource.RLIMIT_NOFILE, (4096, hard))
        before = self.endpoint.memory()
        crowd = []
        for number in range(1000):
            peer = self.endpoint.connect()
            if number % 2:
                peer.sendall(b'POST /in/x HTTP/1.1\r\nX: ')
            crowd.append(peer)
        for number in range(20):
            self.assertEqual(self.endpoint.ring(body=order(number), event=f'e{number}').status, 200)
        self.assertEqual(self.endpoint.stats()['connections'], 1000)
        self.assertLess(self.endpoint.memory() - before, 16 * 1024 * 1024)

        for _ in range(500):
            crowd.append(self.endpoint.connect())
        self.assertEqual(self.endpoint.ring(body=order(1), event='more').status, 200)
        self.assertLessEqual(self.endpoint.stats()['connections'], 1024)
        self.assertEqual(crowd[0].recv(1), b'')
        for peer in crowd:
            peer.close()
        wait_for(lambda: self.endpoint.stats()['connections'] == 0)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


class Store(EndpointCase):
    def database(self):
        for path in glob.glob(os.path.join(self.endpoint.folder, '*')):
            with open(path, 'rb') as file:
                if file.read(15) == b'SQLite format 3':
                    return path
        raise AssertionError('no database')

    def test_peer_that_goes_while_its_event_is_stored(self):
        lock = sqlite3.connect(self.database(), isolation_level=None, timeout=5)
        lock.execute('BEGIN IMMEDIATE')
        peer = self.endpoint.connect()
        peer.sendall(self.endpoint.request(body=order(1), event='gone'))
        time.sleep(0.2)
        peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b'\1\0\0\0\0\0\0\0')
        peer.close()
        time.sleep(0.1)
        lock.execute('ROLLBACK')
        lock.close()
        wait_for(lambda: self.endpoint.stats()['in_flight'] == 0 and self.endpoint.stats()['events'] == 1)
        self.assertEqual(self.endpoint.ring(body=order(1), event='gone').status, 200)
        self.assertEqual(self.endpoint.stats()['runs'], 1)
        wait_for(lambda: self.endpoint.stats()['connections'] == 0)

    def test_stop_answers_what_is_being_stored(self):
        lock = sqlite3.connect(self.database(), isolation_level=None, timeout=5)
        lock.execute('BEGIN IMMEDIATE')
        with self.endpoint.connect() as peer, self.endpoint.connect() as idle:
            peer.sendall(self.endpoint.request(body=order(1), event='last'))
            time.sleep(0.2)
            self.endpoint.order('stop')
            self.assertEqual(idle.recv(1), b'')
            with self.assertRaises(ConnectionError):
                self.endpoint.connect()
            lock.execute('ROLLBACK')
            lock.close()
            answer = read_answer(peer)
            self.assertEqual((answer.status, answer.head['connection']), (200, 'close'))
            self.assert_ended(peer)
        self.assertEqual(self.endpoint.stats()['runs'], 1)


class Port(unittest.TestCase):
    def test_port_in_use(self):
        with socket.create_server(('127.0.0.1', 0)) as other:
            port = other.getsockname()[1]
            folder = tempfile.mkdtemp(prefix='sb-endpoint-')
            done = subprocess.run([HOST, f'folder={folder}', f'port={port}'], capture_output=True, text=True,
                                  stdin=subprocess.DEVNULL, timeout=DEADLINE)
            shutil.rmtree(folder)
        self.assertEqual(done.returncode, 1)
        self.assertIn(f'Port {port} ', done.stderr)
        self.assertIn('choose another port', done.stderr)


if __name__ == '__main__':
    unittest.main(verbosity=2)
