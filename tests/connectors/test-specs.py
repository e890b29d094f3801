#!/usr/bin/python3
#
# Copyright 2026 The Signalbox authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What our connector files send, held against the vendors' own API descriptions.

Path and method must be there, required members too, and no member that the vendor does not know: open
objects are closed here, or a misspelt name would pass. The descriptions are not part of this project;
without $SIGNALBOX_TEST_SHARED/specs the test is skipped.
"""

import gzip
import json
import os
import re
import subprocess
import sys
import unittest
import urllib.parse

SPECS = os.path.join(os.environ.get("SIGNALBOX_TEST_SHARED", ""), "specs")

# connector → description, and what of its paths the base URL holds
OPENAPI = {
    "quickbooks": ("quickbooks.json", "/v3/company/9130350001234567"),
    "square": ("square.json", ""),
    "stripe": ("stripe.json", ""),
    "slack": ("slack.json", "/api"),
    "sendgrid": ("sendgrid.json", "/v3"),
    "shipstation": ("shipstation_v2.json", ""),
    "shipstation-v1": ("shipstation_v1.json", ""),
}
# Real operations that the cut-down descriptions leave out.
ABSENT = {
    ("quickbooks", "create-sales-receipt"), ("quickbooks", "create-refund-receipt"),
    ("quickbooks", "create-credit-memo"), ("square", "list-locations"), ("shipstation", "list-carriers"),
    ("sendgrid", "scopes"), ("slack", "list-channels"),
}
# Query parameters that the third-party description of QuickBooks does not list.
EXTRA_QUERY = {"quickbooks": {"requestid", "minorversion"}}
# Listed as required there, while the words beside them say that they may be left out.
OPTIONAL = {"$.shipment.return_to", "$.shipment.advanced_options"}


class Spec:
    def __init__(self, path):
        with open(path, encoding="utf-8") as file:
            self.document = json.load(file)

    def resolve(self, schema):
        while "$ref" in schema:
            node = self.document
            for part in schema["$ref"][2:].split("/"):
                node = node[part.replace("~1", "/")]
            schema = node
        return schema

    def find(self, method, path):
        for template, operations in self.document["paths"].items():
            pattern = re.sub(r"\\\{[^}]*\\\}", "[^/]+", re.escape(template))
            if re.fullmatch(pattern, path) and method.lower() in operations:
                return operations[method.lower()]
        return None

    def members(self, schema, seen=0):
        """All properties and required names, those of allOf and of every alternative too."""
        schema = self.resolve(schema)
        properties, required, is_open = dict(schema.get("properties", {})), set(schema.get("required", [])), False
        if schema.get("additionalProperties"):
            is_open = True
        if seen < 8:
            for part in schema.get("allOf", []):
                more, also, wide = self.members(part, seen + 1)
                properties.update(more)
                required |= also
                is_open |= wide
            for part in schema.get("oneOf", []) + schema.get("anyOf", []):
                more, _also, wide = self.members(part, seen + 1)
                properties.update(more)
                is_open |= wide
        return properties, required, is_open

    def check(self, schema, value, path, problems):
        schema = self.resolve(schema)
        kinds = {"string": str, "integer": int, "number": (int, float), "boolean": bool, "array": list, "object": dict}
        kind = schema.get("type")
        if isinstance(kind, str) and kind in kinds:
            right = isinstance(value, kinds[kind]) and not (isinstance(value, bool) and kind != "boolean")
            if not right and not (value is None and schema.get("nullable")):
                problems.append(f"{path} is {value!r}, not {kind}")
                return
        if "enum" in schema and value not in schema["enum"]:
            problems.append(f"{path} is {value!r}, not one of {schema['enum'][:8]}")
        if "maxLength" in schema and isinstance(value, str) and len(value) > schema["maxLength"]:
            problems.append(f"{path} is longer than {schema['maxLength']}")
        if isinstance(value, list):
            for index, item in enumerate(value):
                self.check(schema.get("items", {}), item, f"{path}[{index}]", problems)
        if isinstance(value, dict):
            self.check_object(schema, value, path, problems)

    def check_object(self, schema, value, path, problems):
        properties, required, is_open = self.members(schema)
        if not properties:
            return
        for name in value:
            if name not in properties:
                if not is_open:
                    problems.append(f"{path}.{name} is not known to the vendor")
            else:
                self.check(properties[name], value[name], f"{path}.{name}", problems)
        for name in required - set(value):
            filled = self.resolve(properties.get(name, {}))
            if not filled.get("readOnly") and "default" not in filled and f"{path}.{name}" not in OPTIONAL:
                problems.append(f"{path}.{name} is required")


def unflatten(form):
    """The nested value that "a[b][0]=c" stands for."""
    root = {}
    for name, value in urllib.parse.parse_qsl(form, keep_blank_values=True, strict_parsing=True):
        parts = re.findall(r"[^\[\]]+", name)
        node = root
        for part in parts[:-1]:
            node = node.setdefault(part, {})
        node[parts[-1]] = value
    return root


def form_value(spec, schema, value):
    """Forms carry text; numbers and booleans are read as the description has them."""
    schema = spec.resolve(schema)
    if isinstance(value, dict):
        properties, _required, _open = spec.members(schema)
        return {name: form_value(spec, properties.get(name, {}), below) for name, below in value.items()}
    if schema.get("type") in ("integer", "number"):
        return int(value)
    if schema.get("type") == "boolean":
        return value == "true"
    return value


def check_query(spec, operation, line, problems):
    query = dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(line["url"]).query))
    parameters = [spec.resolve(one) for one in operation.get("parameters", [])]
    known = {one["name"] for one in parameters if one["in"] == "query"} | EXTRA_QUERY.get(line["connector"], set())
    for name in query:
        if name not in known:
            problems.append(f"query {name} is not known to the vendor")
    for one in parameters:
        if one["in"] == "query" and one.get("required") and one["name"] not in query:
            problems.append(f"query {one['name']} is required")
    return {one["name"]: one for one in parameters if one["in"] == "formData"}


def check_body(spec, operation, fields, line, problems):
    if fields:
        sent = json.loads(line["body"])
        for name in sent:
            if name not in fields:
                problems.append(f"body {name} is not known to the vendor")
        for name, one in fields.items():
            if one.get("required") and name not in sent:
                problems.append(f"body {name} is required")
        return
    request = spec.resolve(operation.get("requestBody", {}))
    content = request.get("content", {})
    if "body" not in line:
        if request.get("required"):
            problems.append("a body is required")
        return
    sent_type = line["content_type"].split(";")[0]
    if sent_type not in content:
        problems.append(f"the vendor does not take {sent_type}")
        return
    schema = content[sent_type]["schema"]
    if "form" in sent_type:
        value = form_value(spec, schema, unflatten(line["body"]))
    else:
        value = json.loads(line["body"])
    spec.check(schema, value, "$", problems)


# --- GraphQL (spec.graphql.org, October 2021): as much of it as our documents use

TOKEN = re.compile(r'[\s,]*(\.\.\.|[A-Za-z_][A-Za-z0-9_]*|\$[A-Za-z_]\w*|@[A-Za-z_]\w*|"[^"]*"|-?\d+(?:\.\d+)?|[{}()\[\]:!=])')


class Document:
    def __init__(self, text, schema):
        self.tokens = TOKEN.findall(text)
        assert "".join(self.tokens) == re.sub(r"[\s,]", "", text), "not all of the document was understood"
        self.types = {one["name"]: one for one in schema["types"]}
        self.directives = {one["name"]: one for one in schema["directives"]}
        self.roots = {"query": schema["queryType"]["name"], "mutation": schema["mutationType"]["name"]}
        self.variables, self.problems, self.at = {}, [], 0

    def take(self, wanted=None):
        token = self.tokens[self.at]
        assert wanted in (None, token), f"{wanted} expected, not {token}"
        self.at += 1
        return token

    def peek(self):
        return self.tokens[self.at] if self.at < len(self.tokens) else ""

    def type(self):
        if self.peek() == "[":
            self.take()
            name = f"[{self.type()}]"
            self.take("]")
        else:
            name = self.take()
        if self.peek() == "!":
            name += self.take()
        return name

    @staticmethod
    def written(kind):
        if kind["kind"] == "NON_NULL":
            return Document.written(kind["ofType"]) + "!"
        if kind["kind"] == "LIST":
            return f"[{Document.written(kind['ofType'])}]"
        return kind["name"]

    @staticmethod
    def bare(kind):
        while kind.get("ofType"):
            kind = kind["ofType"]
        return kind["name"]

    def arguments(self, known, where):
        given = set()
        if self.peek() == "(":
            self.take()
            while self.peek() != ")":
                name = self.take()
                self.take(":")
                value = self.take()
                given.add(name)
                argument = next((one for one in known if one["name"] == name), None)
                if argument is None:
                    self.problems.append(f"{where} has no argument {name}")
                elif value.startswith("$"):
                    declared, wanted = self.variables.get(value), self.written(argument["type"])
                    if declared is None or declared.rstrip("!") != wanted.rstrip("!") or (wanted.endswith("!") and not declared.endswith("!")):
                        self.problems.append(f"{where}({name}): {value} is {declared}, not {wanted}")
            self.take(")")
        for one in known:
            if one["type"]["kind"] == "NON_NULL" and one.get("defaultValue") is None and one["name"] not in given:
                self.problems.append(f"{where} needs the argument {one['name']}")

    def selection(self, type_name):
        self.take("{")
        fields = {one["name"]: one for one in self.types[type_name].get("fields") or []}
        while self.peek() != "}":
            name = self.take()
            field = fields.get(name)
            if field is None:
                self.problems.append(f"{type_name} has no field {name}")
                raise AssertionError(self.problems)
            self.arguments(field["args"], f"{type_name}.{name}")
            while self.peek().startswith("@"):
                directive = self.take()[1:]
                self.arguments(self.directives[directive]["args"], f"@{directive}")
            below = self.bare(field["type"])
            if self.peek() == "{":
                self.selection(below)
            elif self.types[below]["kind"] in ("OBJECT", "INTERFACE", "UNION"):
                self.problems.append(f"{type_name}.{name} is an object; say which of its fields")
        self.take("}")

    def operation(self):
        kind = self.take()
        if self.peek() not in ("(", "{"):
            self.take()
        if self.peek() == "(":
            self.take()
            while self.peek() != ")":
                name = self.take()
                self.take(":")
                self.variables[name] = self.type()
            self.take(")")
        self.selection(self.roots[kind])
        assert self.peek() == "", "something follows the operation"

    def check_input(self, written, value, path):
        required, written = written.endswith("!"), written.rstrip("!")
        if value is None:
            if required:
                self.problems.append(f"{path} is required")
        elif written.startswith("["):
            for index, item in enumerate(value):
                self.check_input(written[1:-1], item, f"{path}[{index}]")
        elif self.types[written]["kind"] == "INPUT_OBJECT":
            known = {one["name"]: one for one in self.types[written]["inputFields"]}
            for name in value:
                if name not in known:
                    self.problems.append(f"{path}.{name} is not known to the vendor")
            for name, one in known.items():
                kind = self.written(one["type"])
                if name in value or (kind.endswith("!") and one.get("defaultValue") is None):
                    self.check_input(kind, value.get(name), f"{path}.{name}")
        elif self.types[written]["kind"] == "ENUM":
            if value not in [one["name"] for one in self.types[written]["enumValues"]]:
                self.problems.append(f"{path} is {value!r}, not a {written}")
        elif written in ("Int", "Boolean", "String", "ID"):
            wanted = {"Int": int, "Boolean": bool, "String": str, "ID": str}[written]
            if not isinstance(value, wanted) or (written == "Int" and isinstance(value, bool)):
                self.problems.append(f"{path} is {value!r}, not {written}")


def load_lines(program):
    result = subprocess.run([program], stdout=subprocess.PIPE, check=True)
    return [json.loads(line) for line in result.stdout.decode().splitlines()]


class SpecsTest(unittest.TestCase):
    lines = []

    def test_openapi(self):
        checked = set()
        for line in self.lines:
            if line["connector"] not in OPENAPI:
                continue
            file, base = OPENAPI[line["connector"]]
            spec = Spec(os.path.join(SPECS, file))
            path = urllib.parse.unquote(urllib.parse.urlsplit(line["url"]).path)
            self.assertTrue(path.startswith(base), line)
            operation = spec.find(line["method"], path[len(base):])
            name = (line["connector"], line["action"])
            if name in ABSENT:
                self.assertIsNone(operation, f"{name} is described now; take it off the list")
                continue
            with self.subTest(connector=name[0], action=name[1], required_only=line["required_only"]):
                self.assertIsNotNone(operation, f"{line['method']} {path} is not there")
                problems = []
                fields = check_query(spec, operation, line, problems)
                check_body(spec, operation, fields, line, problems)
                self.assertEqual(problems, [])
            checked.add(name)
        self.assertGreaterEqual(len(checked), 18)

    def test_shopify(self):
        with gzip.open(os.path.join(SPECS, "shopify", "admin_2026-07.json.gz")) as file:
            schema = json.load(file)["data"]["__schema"]
        checked = 0
        for line in self.lines:
            if line["connector"] != "shopify":
                continue
            with self.subTest(action=line["action"], required_only=line["required_only"]):
                body = json.loads(line["body"])
                document = Document(body["query"], schema)
                document.operation()
                variables = body.get("variables", {})
                for name, written in document.variables.items():
                    document.check_input(written, variables.get(name[1:]), name)
                for name in variables:
                    self.assertIn("$" + name, document.variables)
                self.assertEqual(document.problems, [])
            checked += 1
        self.assertGreaterEqual(checked, 8)


if __name__ == "__main__":
    if not os.path.isdir(SPECS):
        print(f"skipped: there are no API descriptions in {SPECS or 'SIGNALBOX_TEST_SHARED'}")
        sys.exit(77)
    SpecsTest.lines = load_lines(sys.argv.pop(1))
    unittest.main()
