# mirror.py
#
# Copyright 2026 The Signalbox authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A vendor that repeats the key it was sent, in every way an answer can."""

import http.server
import json
import threading

WAYS = ("body", "deep", "name", "text", "header", "cookie", "refusal", "sentence", "redirect", "garbage", "trouble", "error")


class Mirror:
    def __init__(self, canary):
        self.asked = set()
        self.keys = set()
        mirror = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                self.rfile.read(int(self.headers.get("Content-Length", 0)))
                mirror.asked.add(self.path)
                mirror.keys.add(self.headers.get("Authorization"))
                status, headers, body = mirror.answer(self.path.rsplit("/", 1)[-1], canary)
                self.send_response(status)
                for key, value in headers.items():
                    self.send_header(key, value)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            do_GET = do_HEAD = do_POST

            def log_message(self, *arguments):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    @staticmethod
    def answer(way, canary):
        kind = {"Content-Type": "application/json"}
        said = json.dumps({"you_sent": f"Bearer {canary}", "error": canary, "message": f"The key {canary} is unknown",
                           "errors": [{"message": f"{canary}!"}]}).encode()
        return {
            "body": (200, kind, said),
            "deep": (200, kind, json.dumps({"a": [{"b": {"c": f"x{canary}y"}}]}).encode()),
            "name": (200, kind, json.dumps({canary: 1}).encode()),
            "text": (200, {"Content-Type": "text/plain"}, f"Authorization: Bearer {canary}".encode()),
            "header": (200, dict(kind, **{"X-You-Sent": canary, "Authorization": f"Bearer {canary}"}), b"{}"),
            "cookie": (200, dict(kind, **{"Set-Cookie": f"key={canary}"}), b"{}"),
            "refusal": (422, kind, said),
            "sentence": (400, {"Content-Type": "text/plain"}, f"no such key: {canary}".encode()),
            "redirect": (307, {"Location": f"http://127.0.0.1:9/?key={canary}"}, b""),
            "garbage": (200, kind, b"{" + canary.encode() + b"\xff<html>"),
            "trouble": (401, dict(kind, **{"WWW-Authenticate": f'Bearer realm="{canary}"'}), said),
            "error": (500, kind, said),
        }.get(way, (200, kind, b"{}"))

    def close(self):
        self.server.shutdown()
        self.server.server_close()
