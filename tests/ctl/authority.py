# authority.py
#
# Copyright 2026 The Signalbox authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""An authorization server on loopback, with the API it guards.

It holds clients to what RFC 6749 and RFC 7636 say: a code is good once, for its redirect address, with the verifier of
its challenge; a refresh token is good once; whoever sends an old one again loses everything.
"""

import base64
import hashlib
import http.server
import json
import secrets
import threading
import urllib.error
import urllib.parse
import urllib.request

CLIENT = "client-1"


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *words):
        pass

    def say(self, status, value=None, **headers):
        body = json.dumps(value).encode() if value is not None else b""
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        for name, text in headers.items():
            self.send_header(name, text)
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self):
        parts = urllib.parse.urlsplit(self.path)
        if parts.path == "/authorize":
            self.say(302, None, Location=self.server.authority.authorize(dict(urllib.parse.parse_qsl(parts.query))))
        else:
            self.call(parts.path)

    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
        if self.path == "/token":
            asked = dict(urllib.parse.parse_qsl(body, strict_parsing=True))
            self.say(*self.server.authority.give_token(asked, self.headers.get("Authorization")))
        else:
            self.call(self.path)

    def call(self, path):
        status, value = self.server.authority.call(path, self.headers.get("Authorization", ""))
        try:
            self.say(status, value)
        except BrokenPipeError:
            pass


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True
    # Twenty runs knock at the same time.
    request_queue_size = 128


class Authority:
    """Counts, and does what `deny`, `lifetime`, `failures`, `hold` and `prefix` say."""

    def __init__(self, prefix="canary_", lifetime=3600):
        self.prefix = prefix
        self.client_secret = prefix + "client_" + secrets.token_urlsafe(12)
        self.lifetime = lifetime
        self.deny = None
        self.failures = []        # statuses of the next requests for tokens
        self.hold = None          # (path, event): calls there wait for it
        self.arrived = threading.Event()
        self.codes = {}
        self.access = None
        self.refresh = None
        self.given = []           # every code and token there ever was
        self.renewals = 0
        self.exchanges = 0
        self.calls = []           # (path, token)
        self.problems = []        # what a client did wrong
        self.lock = threading.Lock()
        self.server = Server(("127.0.0.1", 0), Handler)
        self.server.authority = self
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()

    def new(self, kind):
        text = f"{self.prefix}{kind}_{secrets.token_urlsafe(16)}"
        self.given.append(text)
        return text

    def connector(self, **oauth):
        """The connector file of this vendor."""
        document = {
            "format": 1, "id": "guarded", "name": "Guarded", "kind": "books", "about": "A vendor that the tests play.",
            "environments": {"production": {"base_url": self.url}, "sandbox": {"base_url": self.url}},
            "settings": [
                {"key": "company", "label": "Company", "type": "text", "required": True, "pattern": "^[0-9]{1,12}$",
                 "sample": "1"},
                {"key": "client_id", "label": "Client id", "type": "text", "required": True, "sample": "c"},
                {"key": "app_secret", "label": "Client secret", "secret": True, "required": True, "sample": "s"},
                {"key": "access_token", "label": "Access token", "secret": True, "required": True, "sample": "t"}],
            "auth": {"scheme": "bearer", "value": "{{secrets.access_token}}"},
            "oauth": dict({
                "authorize_url": self.url + "/authorize", "token_url": self.url + "/token", "token": "access_token",
                "client_id": "client_id", "client_secret": "app_secret", "pkce": True, "scopes": ["read", "write"],
                "gives": {"company": "companyId"}, "parameters": {"prompt": "consent"},
                "help": ["Make an app at Guarded."]}, **oauth),
            "webhook": {"scheme": "secret-path"},
            "event": {"id": [{"path": "id"}]},
            "triggers": [{"id": "order", "label": "an order comes in", "record": "Order {{trigger.id}}",
                          "samples": [{"id": "1"}], "outputs": [{"key": "id", "label": "Id", "type": "text"}],
                          "setup": ["Nothing."]}],
            "actions": [
                {"id": "book", "label": "book it", "kind": "action",
                 "fields": [{"key": "ref", "label": "Reference", "type": "text", "required": True, "sample": "a"}],
                 "request": {"method": "POST", "path": "/book/{{fields.ref}}", "encoding": "none"},
                 "idempotency": {"kind": "key", "in": "header", "name": "Idempotency-Key"},
                 "answer": {"ok": [200], "error_message": "message", "sample": {"id": "1"}}},
                {"id": "whoami", "label": "ask who we are", "kind": "lookup", "fields": [],
                 "request": {"method": "GET", "path": "/whoami", "encoding": "none"},
                 "idempotency": {"kind": "put", "why": "It only reads."},
                 "answer": {"ok": [200], "error_message": "message", "sample": {"id": "1"}}}],
            "test": "whoami"}
        return document

    # --- the person in the browser

    def authorize(self, asked):
        """Where the browser is sent to."""
        answer = {"state": asked.get("state", "")}
        for name, wanted in (("response_type", "code"), ("client_id", CLIENT), ("scope", "read write"),
                             ("prompt", "consent"), ("code_challenge_method", "S256")):
            if asked.get(name) != wanted:
                self.problems.append(f"{name} is {asked.get(name)}")
        if self.deny:
            answer["error"] = self.deny
        else:
            code = self.new("code")
            self.codes[code] = asked
            answer.update(code=code, companyId="4711")
        return asked["redirect_uri"] + "?" + urllib.parse.urlencode(answer)

    # --- tokens

    def give_token(self, asked, authorization):
        with self.lock:
            if self.failures:
                status = self.failures.pop(0)
                return status, {"error": "temporarily_unavailable"} if status >= 500 else {"error": "invalid_grant"}
            if authorization is None:
                client = asked.get("client_id"), asked.get("client_secret")
            else:
                client = tuple(base64.b64decode(authorization.removeprefix("Basic ")).decode().split(":"))
            if client != (CLIENT, self.client_secret):
                self.problems.append(f"an unknown client: {client[0]}")
                return 401, {"error": "invalid_client"}
            if asked["grant_type"] == "authorization_code":
                return self.exchange(asked)
            return self.renew(asked)

    def exchange(self, asked):
        wanted = self.codes.pop(asked["code"], None)
        self.exchanges += 1
        if wanted is None:
            self.problems.append("a code came twice")
            return 400, {"error": "invalid_grant", "error_description": "code " + asked["code"] + " is used up"}
        digest = hashlib.sha256(asked.get("code_verifier", "").encode("ascii")).digest()
        if base64.urlsafe_b64encode(digest).decode().rstrip("=") != wanted["code_challenge"]:
            self.problems.append("the verifier is not the challenge's")
            return 400, {"error": "invalid_grant"}
        if asked["redirect_uri"] != wanted["redirect_uri"]:
            self.problems.append("another redirect address")
            return 400, {"error": "invalid_grant"}
        return self.grant()

    def renew(self, asked):
        if asked["refresh_token"] != self.refresh:
            self.problems.append("an old refresh token")
            self.refresh = self.access = None
            return 400, {"error": "invalid_grant", "error_description": asked["refresh_token"] + " was used before"}
        self.renewals += 1
        return self.grant()

    def grant(self):
        self.access = self.new("access")
        self.refresh = self.new("refresh")
        return 200, {"access_token": self.access, "refresh_token": self.refresh, "token_type": "bearer",
                     "expires_in": self.lifetime}

    # --- the API

    def call(self, path, authorization):
        token = authorization.removeprefix("Bearer ")
        with self.lock:
            self.calls.append((path, token))
            good = self.access is not None and token == self.access
            hold = self.hold
        if hold and path.startswith(hold[0]) and good:
            self.arrived.set()
            hold[1].wait(30)
        if not good:
            # Some vendors repeat what they were sent.
            return 401, {"message": f"the token {token} is not known"}
        return 200, {"id": path}

    def done(self, path):
        """How often a call was let through there."""
        return sum(1 for at, token in self.calls if at.startswith(path) and token == self.access)

    def revoke_access(self):
        """The access token counts no more; the refresh token does."""
        with self.lock:
            self.access = None


def follow(url):
    """The redirect that the browser would follow."""
    request = urllib.request.Request(url)
    opener = urllib.request.build_opener(NoRedirect)
    try:
        opener.open(request, timeout=30)
    except urllib.error.HTTPError as answer:
        if answer.code == 302:
            return answer.headers["Location"]
    raise AssertionError("no redirect came")


class NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *words):
        return None
