#!/usr/bin/python3
"""Writes the seeds of every corpus (tests/fuzz/corpus/TARGET/seed-*) from data/ and tests/vectors.

Run it after a connector or a flow was added: tests/fuzz/seeds.py. Files that are not named seed-* are left
alone.
"""

import base64
import hashlib
import hmac
import json
import pathlib
import re

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
CORPUS = HERE / "corpus"
MOST = 6000  # bytes of one seed

CONNECTORS = {}
for file in sorted((ROOT / "data/connectors").glob("*.json")):
    if file.name != "schema.json":
        CONNECTORS[file.stem] = json.loads(file.read_text())

# Vectors of vendors whose scheme the webhook connector speaks.
SCHEMES = {
    "standardwebhooks": "webhook scheme=standard",
    "github": "webhook scheme=hmac header=X-Hub-Signature-256 encoding=hex prefix=sha256=",
    "woocommerce": "webhook scheme=hmac header=X-WC-Webhook-Signature encoding=base64",
}


def write(target, name, content):
    if isinstance(content, str):
        content = content.encode()
    if len(content) <= MOST:
        (CORPUS / target / f"seed-{name}").write_bytes(content)


def compact(value):
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def strings(value):
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for item in value:
            yield from strings(item)
    elif isinstance(value, dict):
        for item in value.values():
            yield from strings(item)


def json_seeds():
    numbers = ["0", "-0", "1e400", "-1.50E+09", "0.10", "123456789012345678901234567890.120", "1E-9", "9007199254740993"]
    write("json", "numbers", "[" + ", ".join(numbers) + "]")
    write("json", "strings", r'{"a":"\u00e9\ud83d\ude00\"\\\/\b\f\n\r\t","ä":"“L” ☕","":null,"b":[true,false,{}]}')
    write("json", "deep", "[" * 60 + "]" * 60)
    write("json", "too-deep", "[" * 80 + "]" * 80)
    for name, text in {"nul": r'"a\u0000b"', "twice": '{"a":1,"a":2}', "surrogate": r'"\ud800"', "zero": "[01]",
                       "comma": "[1,]", "quote": "{'a':1}", "bom": "\ufeff{}", "half": '{"a":'}.items():
        write("json", name, text)
    write("json", "order", compact(CONNECTORS["shopify"]["triggers"][0]["samples"][0]))


def template_seeds():
    seen = set()
    for source in [*(ROOT / "data/flows").glob("*.json"), *(ROOT / "data/connectors").glob("*.json")]:
        for text in strings(json.loads(source.read_text())):
            if "{{" in text and len(text) < 300:
                seen.add(text)
    for code in re.findall(r"`([^`\n]*\{\{[^`\n]*)`", (ROOT / "data/flows/README.md").read_text()):
        seen.add(code)
    shapes = {}
    for text in sorted(seen):  # one of each kind of filters is enough
        kind = tuple(re.findall(r"\| *([a-z_]+)", text)), "{{" in text.strip()[2:]
        shapes.setdefault(kind, text)
    for number, text in enumerate(sorted(shapes.values())):
        write("template", f"{number:03}", text)
    filters = re.findall(r'^ *\{ "([a-z_]+)",',
                         "".join(p.read_text() for p in sorted((ROOT / "src/engine/value").glob("sb-filters-*.c"))), re.M)
    for name in filters:
        write("template", "filter-" + name, "{{trigger.total | %s}}{{trigger.line_items | %s: 1}}"
              '{{trigger.at | %s: "2 d", "x"}}' % (name, name, name))
    return filters


def flow_seeds():
    for file in sorted((ROOT / "data/flows").glob("*.json")):
        document = json.loads(file.read_text())
        if not file.stem.endswith(".records"):
            write("flow", file.stem, compact(document))
            for part in ("plan", "description", "criteria"):
                small = {key: value for key, value in document.items() if key in ("format", "id", "name", "trigger", part)}
                write("flow", f"{file.stem}-{part}", compact({**small, "steps": []}))
            for number, step in enumerate(document["steps"]):
                small = {key: value for key, value in document.items() if key in ("format", "id", "name", "time_zone", "trigger", "tables")}
                write("flow", f"{file.stem}-step-{number}", compact({**small, "steps": [step]}))
    head = {"format": 1, "id": "x", "name": "X", "time_zone": "Europe/Berlin",
            "trigger": {"type": "webhook", "connector": "shopify", "trigger": "order-paid"}}
    paid = {"value": "{{trigger.financial_status}}", "is": "equals", "to": "paid"}
    slack = {"type": "action", "id": "tell", "connector": "slack", "action": "post-message",
             "fields": {"channel": "#orders", "text": "Paid: {{trigger.name}}"}}
    steps = {
        "filter": [{"type": "filter", "id": "f", "condition": {"all": [paid, {"not": {"any": [paid]}}]}}],
        "branch": [{"type": "branch", "id": "b", "lanes": [{"name": "Yes", "condition": {"all": [paid]}, "steps": [slack]},
                                                           {"name": "Otherwise", "steps": []}]}],
        "loop": [{"type": "for-each", "id": "l", "list": "{{trigger.line_items}}",
                  "steps": [{**slack, "fields": {"channel": "#x", "text": "{{item.sku}}"}}]}],
        "delay": [{"type": "delay", "id": "d", "duration": "2 h"},
                  {"type": "delay", "id": "u", "until": "{{trigger.created_at}}", "offset": "-24 h"}, slack],
        "set": [{"type": "set-fields", "id": "s", "fields": {"total": "{{trigger.total_price | times: 2}}"}}, slack],
    }
    for name, list_ in steps.items():
        write("flow", name, compact({**head, "steps": list_}))
    write("flow", "wrong", '{"format":1,"name":7,"steps":[{"type":"dance"},[],{"id":"a b"}],"trigger":null}')


def connector_seeds():
    for name, document in CONNECTORS.items():
        small = {key: value for key, value in json.loads(json.dumps(document)).items() if key not in ("notes", "about")}
        for setting in small.get("settings", []):
            setting.pop("help", None)
        for trigger in small.get("triggers", []):
            trigger["samples"] = [{"id": 1}]
            trigger.pop("outputs", None)
            trigger.pop("setup", None)
            trigger.pop("help", None)
        small["triggers"] = small.get("triggers", [])[:1]
        small["actions"] = small.get("actions", [])[:1]
        write("connector", name, compact(small))


def request_seeds():
    for name, document in CONNECTORS.items():
        for action in document.get("actions", []):
            fields = {field["key"]: field["sample"] for field in action.get("fields", []) if "sample" in field}
            write("request", f"{name}-{action['id']}", f"{name} {action['id']}\n{compact(fields)}")
    nasty = {"method": "POST", "path": "/a/../b", "record": "../c?d#e@f", "query": {"a&b": "c=d"},
             "headers": {"X-A": "b\r\nHost: evil.example", "Authorization": "x"}, "body": {"text": "a\u0001"}}
    write("request", "nasty", "http send-request production\n" + compact(nasty))


def answer_seeds():
    for name, document in CONNECTORS.items():
        for action in document.get("actions", []):
            answer = action.get("answer", {})
            head = f"{name} {action['id']}"
            write("answer", f"{name}-{action['id']}", f"{head} 200\ncontent-type: application/json\n\n{compact(answer.get('sample', {}))}")
            if "refusal" in answer or "refuse" in answer:
                write("answer", f"{name}-{action['id']}-no", f"{head} 400\n\n{compact(answer.get('refusal', answer.get('refuse')))}")
    for number, (status, headers, body) in enumerate([
            (429, "retry-after: 120\n", '{"error":"slow down"}'), (503, "retry-after: Mon, 24 Nov 2025 16:00:10 GMT\n", ""),
            (500, "", "<html>oops"), (200, "", '{"ok":false,"error":"ratelimited"}'), (404, "", "{}"), (0, "", ""),
            (200, "", '{"error":{"code":"idempotency_key_in_use","message":"“x”\\nline"}}')]):
        for name in ("stripe", "slack", "quickbooks"):
            action = CONNECTORS[name]["actions"][0]["id"]
            write("answer", f"{name}-{number}", f"{name} {action} {status}\n{headers}\n{body}")
    write("answer", "unsent", f"stripe {CONNECTORS['stripe']['actions'][0]['id']} 0 unsent\n")


def signature_seeds():
    for file in sorted((ROOT / "tests/vectors").glob("*.json")):
        start = SCHEMES.get(file.stem, file.stem)
        if file.stem.startswith("_") or start.split()[0] not in CONNECTORS:
            continue
        document = json.loads(file.read_text())
        for number, case in enumerate(document["cases"][:4]):
            headers = "".join(f"{key}: {value}\n" for key, value in case["headers"].items())
            write("signature", f"{file.stem}-{number}",
                  (start + "\n" + headers + "\n").encode() + base64.b64decode(case["body_base64"]))
    for name in CONNECTORS:
        write("signature", name, f'{name}\ncontent-type: application/json\n\n{{"type":"x","id":"1"}}')
    write("signature", "slack-challenge", 'slack\ncontent-type: application/json\n\n{"type":"url_verification","challenge":"abc"}')
    write("signature", "path-form", "webhook scheme=path\ncontent-type: application/x-www-form-urlencoded\n\na=b&c%20=%C3%A4")
    write("signature", "path-list", 'webhook scheme=path\n\n[{"id":1},{"id":2}]')
    write("signature", "path-text", "webhook scheme=path\ncontent-type: text/plain\n\nhello ☕")


def post(path, body, headers=""):
    return f"POST {path} HTTP/1.1\r\nHost: x\r\n{headers}Content-Length: {len(body.encode())}\r\n\r\n{body}"


def endpoint_seeds():
    order = compact({"id": 1, "name": "#1", "financial_status": "paid"})
    secret = next(s["sample"] for s in CONNECTORS["shopify"]["settings"] if s["key"] == "client_secret")
    mac = base64.b64encode(hmac.new(secret.encode(), order.encode(), hashlib.sha256).digest()).decode()
    signed = f"X-Shopify-Topic: orders/paid\r\nX-Shopify-Hmac-Sha256: {mac}\r\nContent-Type: application/json\r\n"
    chunked = "POST /in/open HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
    seeds = {
        "open": post("/in/open", '{"a":1}'),
        "shopify": post("/in/shopify", order, signed),
        "refused": post("/in/stripe", order),
        "unknown": post("/in/nothing", order),
        "health": "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n",
        "head": "HEAD /in/open HTTP/1.1\r\nHost: x\r\n\r\n",
        "old": "GET /healthz HTTP/1.0\r\n\r\n",
        "two": post("/in/open", '{"a":2}') + post("/in/open", "text"),
        "chunked": chunked + '3\r\n{"a\r\n4;x=y\r\n":1}\r\n0\r\n\r\n',
        "chunked-cut": chunked + '7\r\n{"a',
        "chunked-two": chunked + "2\r\n{}\r\n0\r\nX: y\r\n\r\n" + post("/in/open", "{}"),
        "drip": "\0".join(post("/in/open", '{"a":3}')),
        "packets": post("/in/open", '{"a":4}').replace("\r\n", "\r\n\0"),
        "expect": post("/in/open", '{"a":5}', "Expect: 100-continue\r\n"),
        "close": post("/in/open", '{"a":6}', "Connection: close\r\n") + "GET /healthz HTTP/1.1\r\n\r\n",
        "large": "POST /in/open HTTP/1.1\r\nHost: x\r\nContent-Length: 99999\r\n\r\n" + "x" * 100,
        "short": "POST /in/open HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\n{}",
        "smuggle": "POST /in/open HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        "absolute": "POST http://h/in/open?x=%00&y HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n{}",
        "range": post("/in/open", "{}", "Range: bytes=0-1\r\nContent-Encoding: gzip\r\n"),
        "upgrade": "GET /in/open HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n",
        "tls": "\x16\x03\x01\x02\x01",
    }
    for name, text in seeds.items():
        write("endpoint", name, text)
        if "\0" not in text:
            write("head", name, text)
    write("head", "folded", "GET / HTTP/1.1\r\nHost: x\r\nA: b\r\n c\r\n\r\n")
    write("head", "bare", "GET / HTTP/1.1\nHost: x\n\n")
    write("head", "many", "GET / HTTP/1.1\r\nHost: x\r\n" + "A: b\r\n" * 101 + "\r\n")


def record_seeds():
    csv = 'name,customer.id,line_items[0].sku,note\r\n#1,7,MUG,"a ""quoted"", thing\r\nover lines"\r\n#2,,POT,\r\n'
    write("records", "csv", "r.csv\n" + csv)
    write("records", "csv-semicolon", "r.csv\na;b\n1;2\n")
    write("records", "csv-bom", "r.csv\n\ufeffa,b\n1,2\n")
    write("records", "csv-broken", 'r.csv\na,a\n"x\n')
    write("records", "lines", 'r.jsonl\n{"a":1}\n\n{"a":2.50}\r\n')
    write("records", "array", 'r.json\n[{"a":{"b":[1]}},{}]')
    write("records", "alone", 'r.json\n{\n"a":1\n}')
    for file in (ROOT / "data/flows").glob("*.records.json"):
        document = json.loads(file.read_text())
        write("records", file.stem, "r.json\n" + compact(document if isinstance(document, list) else document.get("records", []))[:3000])


def quote(word):
    return "".join(c if 0x20 <= ord(c) < 0x7f and c not in '"\\' else "".join(f"\\x{b:02x}" for b in c.encode()) for c in word)


def dictionaries(filters):
    """Words that random bytes would not come to by themselves."""
    schema = json.loads((ROOT / "data/connectors/schema.json").read_text())
    keys = set()

    def collect(value):
        if isinstance(value, dict):
            keys.update(value.get("properties", {}))
            keys.update(v for v in value.get("enum", []) if isinstance(v, str))
            for item in value.values():
                collect(item)
        elif isinstance(value, list):
            for item in value:
                collect(item)

    collect(schema)
    flow = set(re.findall(r'"([a-z_-]{2,})"', "".join(
        p.read_text() for p in sorted((ROOT / "src/engine/flow").glob("sb-flow*.c")) + [ROOT / "src/engine/flow/sb-condition.c"])))
    paths = ["trigger.name", "trigger.customer", "trigger.line_items", "trigger.missing", "item.sku", "run.id", "now",
             "trigger.at", "trigger.total", "trigger.big", "trigger.tiny", "trigger.tags", "Europe/Berlin", "accounts", "EUR"]
    words = {
        "json": ["{", "}", "[", "]", "true", "false", "null", '\\u0000', '\\ud83d', '\\ude00', "1e400", "-0", "\\"],
        "template": ["{{", "}}", "|", ":", ",", '"'] + paths + filters,
        "flow": sorted(flow) + ["{{trigger.", "}}", "{{item."] + filters,
        "connector": sorted(keys) + ["{{fields.", "{{settings.", "{{secrets.", "}}", "https://", "http://127.0.0.1"],
        "head": ["Content-Length", "Transfer-Encoding", "chunked", "Host:", "HTTP/1.1", "HTTP/1.0", "\r\n\r\n", "Connection: close",
                 "Expect: 100-continue", "/in/open", "/healthz", "POST ", "GET ", "Upgrade", "gzip", "\x00"],
        "records": [".csv", "[0]", ".", '""', "\r\n", ";", "\t", "\ufeff"],
        "signature": list(CONNECTORS) + ["scheme=", "t=", "v1=", "v0=", "v1,", "sha256=", "content-type: application/json",
                      "application/x-www-form-urlencoded", "text/plain", "url_verification"],
        "answer": list(CONNECTORS) + ["retry-after: ", "unsent", "error", "code", "message", "ok", "Fault", "errors",
                   "idempotency_key_in_use", "ratelimited", "stripe-should-retry: true"],
        "request": list(CONNECTORS) + ["../", "..", "%2e%2e", "\\u000d\\u000a", "@", "#", "?", "//", "https://evil.example"],
    }
    words["endpoint"] = words["head"] + words["json"]
    words["practice"] = words["endpoint"] + words["answer"] + ["/_practice/faults", "/_practice/received", "fault", "times", "delay_ms"]
    words["control"] = words["json"] + words["flow"] + ["command", "arguments", "flows.", "connections.", "runs.", "events.", "settings."]
    for target, list_ in words.items():
        lines = ["# Made by seeds.py."] + sorted({f'"{quote(word)}"' for word in list_ if word})
        (HERE / f"{target}.dict").write_text("\n".join(lines) + "\n")


def control_seeds():
    flow = json.loads((ROOT / "data/flows/order-to-cash.json").read_text())
    small = {"format": 1, "id": "f", "name": "F", "trigger": {"type": "webhook", "connector": "shopify", "trigger": "order-paid"},
             "steps": [{"id": "tag", "type": "action", "connector": "shopify", "action": "tag-order",
                        "fields": {"Order": "{{trigger.id}}", "Tags": "paid"}}]}
    names = re.findall(r'\{ "([a-z]+\.?[a-z-]*)", *[a-z_]+ \}',
                       "".join(path.read_text() for path in (ROOT / "src/engine/control").glob("sb-commands-*.c")))
    account = {"connector": "shopify", "name": "Shop", "environment": "sandbox", "settings": {"shop": "a-shop"}}
    arguments = {"id": "f", "key": "access_token", "secret": "shpat_x", "flow": "f", "version": 1, "document": small, "reason": "r",
                 "override": "r", "step": "tag", "field": "Tags", "value": "x", "limit": 5, "state": "done", "text": "a"}
    for name in sorted(set(names)):
        if not name.startswith("pilot"):
            write("control", name.replace(".", "-"), compact({"command": name, "arguments": arguments}) + "\n")
    story = [("connections.add", account), ("flows.import", {"document": small}), ("flows.publish", {"id": "f", "override": "r"}),
             ("flows.list", {}), ("status", {})]
    write("control", "story", "".join(compact({"command": c, "arguments": a}) + "\n" for c, a in story))
    write("control", "import", compact({"command": "flows.import", "arguments": {"document": flow}})[:MOST - 1] + "\n")
    for name, text in {"empty": "\n\n", "none": '{"command":"no.such"}\n', "list": "[]\n", "half": '{"command":"status"',
                       "number": '{"command":1}\n', "packets": "\0".join('{"command":"status"}\n')}.items():
        write("control", f"odd-{name}", text)


def practice_seeds():
    for name, document in CONNECTORS.items():
        for action in document.get("actions", [])[:3]:
            request = action.get("request", {})
            method, path = request.get("method", "POST"), request.get("path", "/")
            body = compact(request["body"]) if "body" in request else ""
            kind = {"form": "application/x-www-form-urlencoded"}.get(request.get("encoding"), "application/json")
            write("practice", f"{name}-{action['id']}",
                  f"{method} /{name}{path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer practice-token\r\n"
                  f"Content-Type: {kind}\r\nContent-Length: {len(body.encode())}\r\nConnection: close\r\n\r\n{body}")
    for number, fault in enumerate([{"fault": "500"}, {"vendor": "slack", "fault": "drop-after-work", "times": 2},
                                    [{"fault": "429", "retry_after": 1}, {"fault": "slow", "delay_ms": 5}], {"fault": "nonsense"}]):
        body = compact(fault)
        write("practice", f"fault-{number}", post("/_practice/faults", body).replace("Host: x", "Host: localhost"))
    for name, target in {"index": "/_practice/", "received": "/_practice/received?all=1", "unknown": "/nobody/x", "dots": "/%2e%2e/x"}.items():
        write("practice", name, f"GET {target} HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: text/html\r\nConnection: close\r\n\r\n")


def main():
    for target in ("answer", "connector", "control", "endpoint", "flow", "head", "json", "practice", "records", "request", "signature", "template"):
        (CORPUS / target).mkdir(parents=True, exist_ok=True)
        for old in (CORPUS / target).glob("seed-*"):
            old.unlink()
    json_seeds()
    filters = template_seeds()
    flow_seeds()
    connector_seeds()
    request_seeds()
    answer_seeds()
    signature_seeds()
    endpoint_seeds()
    record_seeds()
    control_seeds()
    practice_seeds()
    dictionaries(filters)


main()
