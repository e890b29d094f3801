#!/usr/bin/python3
# compare.py
#
# Copyright 2026 The Signalbox authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Two files of figures side by side: compare.py OLD.json NEW.json"""

import json
import sys


def load(path):
    with open(path, encoding='utf-8') as file:
        return {key: value for key, value in json.load(file).items() if isinstance(value, (int, float))}


def main():
    if len(sys.argv) != 3:
        sys.exit('usage: compare.py OLD.json NEW.json')
    old, new = load(sys.argv[1]), load(sys.argv[2])
    print(f'{"":24} {"before":>12} {"now":>12} {"change":>9}')
    for key in [*new, *(key for key in old if key not in new)]:
        before, now = old.get(key), new.get(key)
        change = f'{100 * (now - before) / before:+.1f} %' if before and now is not None else ''
        print(f'{key:24} {"" if before is None else before:>12} {"" if now is None else now:>12} {change:>9}')


main()
