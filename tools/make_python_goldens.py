#!/usr/bin/env python3
"""Writes tests/unit/text/data/*.json: what Python itself answers where our text handling promises the same.

    tools/make_python_goldens.py

The cases are the same at every run. They hold no code point younger than Unicode 14.0, so Python 3.11 and later agree.
"""

import json
import math
import pathlib
import random
import struct
import textwrap

FOLDER = pathlib.Path(__file__).resolve().parent.parent / "tests/unit/text/data"

WRAP_TEXTS = [
    "", " ", "   ", "\n", "\n\n", "\t", "a", " a", "a ", "  a  b  ",
    "one\ntwo", "one\n\ntwo", "one\r\ntwo", "a\tb", "abc\tdefgh\tij", "a\nbc\tdef", "a\rbc\tdef", "\x0b\x0ca\x0bb\tc",
    "Hello there -- you goof-ball, use the -b option!",
    "Look, goof-ball -- use the -b option!",
    "alpha---beta", "alpha--beta", "(alpha)-beta", "alpha -- beta--gamma ---delta--- -", "--alpha", "alpha--",
    "well-known e-mail a-b a-b-c ab-cd-ef x-y-z co-operate-", "1234-1234 12-ab ab-12 a1-b2 2-3-4",
    "this-is-a-useful-feature-for-reformatting-posts-from-tim-peters'ly",
    "yaba daba-doo", "some text with--what are known as--em-dashes", "--option=foo -o --option-opt",
    "what about unterminated \"quoted-\" and 'single-'ones? e.g.--this!--that?--", "a.--b a,--b a&--b a)--b a:--b",
    "λόγος-μύθος άλφα-βήτα", "état-major déjà-vu", "日本語のテキストは空白がない-から", "漢字 かな-カナ", "_-_ __-__ a_-_b", "²-½ Ⅷ-ⅸ ٣-५",
    "no\u00a0break\u00a0here \u00a0 \u00a0", "em\u2003space\u3000ideographic \u3000 x", "line\u2028sep\u2029par\u0085nel",
    "soft\u00adhyphen non\u2011breaking en\u2013dash em\u2014dash figure\u2012 \u2010hyphen", "zero\u200bwidth\ufeff",
    "🙂🙂🙂🙂🙂🙂🙂🙂🙂🙂🙂🙂 👍🏽 👩‍👩‍👧", "e\u0301e\u0301e\u0301e\u0301 o\u0308", "----------", "- - - -", "a-----------------b",
    "x" * 50, "x" * 24 + "-" + "y" * 24, "-" * 30 + "a", "1-2-3-4-5-6-7-8-9-10-11-12",
    "short verylongwordthatdoesnotfit short", "a  verylongwordthatdoesnotfit", "ab \u00a0\u00a0\u00a0\u00a0 cd",
    "The quick brown fox.  Two blanks after.   Three after that.\n\n- a list\n- of things\n\n\tindented",
    "I don't think so!\" she said, \"it's a well-documented, long-standing (and, frankly, over-used) trick--really.",
]

PIECES = [
    "-", "--", "---", "a", "bc", "word", "Hello", "x1", "42", "7", "_", ".", ",", "!", "?", '"', "'", "&", "(", ")", "/",
    "\u2026", "\u2014", "\u2013", "\u2010", "\u2011", "\u00ad", "\u00a0", "\u2003", "\u2028", "\u0085", "\u3000", "\u200b",
    "é", "Ω", "λόγος", "мир", "日本語", "٣", "५", "²", "½", "🙂", "👍🏽", "e\u0301", "ः", "\t", "\n", "\r\n", "\x0b", "\x0c",
    "\x1c", "\x1f", " ", "  ", "well-known", "e-mail", "a-b-c", "--foo", "bar--", "one--two", "𝒜", "①",
]

STRIPS = [
    "", " ", "a", " a ", "\t\n\v\f\r a b \x1c\x1d\x1e\x1f", "\u0085\u00a0a\u00a0\u0085", "\u1680\u2000\u200a\u2028\u2029",
    "\u202f\u205f\u3000x\u3000\u205f\u202f", "\u200bx\u200b", "\ufeffx\ufeff", "\u180ex\u180e", "\u2060", "é \u00a0é",
    "日本\u3000", "\u3000日本", " 🙂 ", "\x00 ", " \x7f", "\u00a1", "\u2007x\u2007", "\u2800",
]

JSON_VALUES = [
    None, True, False, 0, -1, 9223372036854775807, -9223372036854775808, 9223372036854775808, -9223372036854775809,
    10**40, 0.0, -0.0, 1.0, 1.5, 1e16, 1e-5, 123456789012345680.0, "", [], {}, [[]], [{}], {"": []}, {"a": {}},
    [1, [2, [3, []]], {"a": [{}]}], {"b": 1, "a": 2}, {"a b": "c/d", "e\\f": "g\"h"},
    "".join(map(chr, range(0x20))), "".join(map(chr, range(0x20, 0x100))), "Ω é 日本 🙂 \u2028\u2029\ufeff\ufffd",
    "'", '"', "'\"", "it's", 'say "x"', "\\", "\\n\n", "\u00ad\u200b\u200d\u2066\ue000\U000e0001\U0010ffff\u0378\u3000",
    "e\u0301", "👩‍👩‍👧", "\U0001d7d8", ["a", "it's"], {"it's": 'a "b"', "n": None, "t": True, "f": False},
    {"name": "alice", "attributes": ["a", "b"], "age": 30, "weight": 61.5, "big": 10**20},
]

FLOATS = [
    0.0, -0.0, 1.0, -1.0, 0.1, 0.5, 1 / 3, 100.0, 1e15, 1e16, 1e17, 9999999999999998.0, 123456789012345.6, 1e-3, 1e-4, 1e-5,
    0.00012345, 1.5e-5, 1e21, 1e22, 1e23, 1e100, 5e-324, 2.2250738585072014e-308, 1.7976931348623157e308, 2.0**-44, 2.0**53,
    2.0**63, 2.0**64, 4503599627370497.5, 9007199254740993.0, 1e-7, 123e-7, math.inf, -math.inf, math.nan, math.pi,
]


def wrap_cases(draw):
    cases = []
    for text in WRAP_TEXTS:
        for width in sorted({1, 7, 20, 70, draw.randrange(2, 40)}):
            if len(text) >= width or width in (1, 70):
                cases.append([text, width])
    while len(cases) < 420:
        text = "".join(draw.choice(PIECES) + draw.choice(["", "", " "]) for _ in range(draw.randrange(2, 25)))
        cases.append([text, draw.randrange(1, 45)])
    return [[text, width, textwrap.fill(text, width)] for text, width in cases]


def json_cases(draw):
    def value(depth):
        kind = draw.randrange(8 if depth < 4 else 5)
        if kind == 0:
            return "".join(draw.choice(PIECES) for _ in range(draw.randrange(4)))
        if kind == 1:
            return draw.choice([-1, 1]) * draw.randrange(10 ** draw.randrange(1, 25))
        if kind == 2:
            return draw.uniform(-1, 1) * 10.0 ** draw.randrange(-20, 20)
        if kind in (3, 4):
            return draw.choice([True, False, None])
        if kind < 7:
            return [value(depth + 1) for _ in range(draw.randrange(4))]
        return {draw.choice(PIECES) + str(i): value(depth + 1) for i in range(draw.randrange(4))}

    values = JSON_VALUES + [[value(0), value(0)] for _ in range(40)]
    return [{
        "text": json.dumps(v, ensure_ascii=i % 2 == 0, indent=draw.choice([None, 1])),
        "dumps": json.dumps(v),
        "indented": json.dumps(v, indent=4),
        "compact": json.dumps(v, ensure_ascii=False, separators=(",", ":")),
        "repr": repr(v),
    } for i, v in enumerate(values)]


def float_cases(draw):
    values = list(FLOATS)
    while len(values) < 160:
        values.append(struct.unpack("<d", draw.randbytes(8))[0])
    values += [2.0 ** draw.randrange(-1074, 1024) for _ in range(40)]
    return [[struct.pack(">d", v).hex(), repr(v)] for v in values if v == v or v is math.nan]


def write(name, cases):
    lines = ",\n".join(json.dumps(case) for case in cases)
    (FOLDER / name).write_text(f"[\n{lines}\n]\n")


def main():
    FOLDER.mkdir(parents=True, exist_ok=True)
    write("wrap.json", wrap_cases(random.Random(1)))
    write("json.json", json_cases(random.Random(2)))
    write("float.json", float_cases(random.Random(3)))
    write("strip.json", [[text, text.strip()] for text in STRIPS])


if __name__ == "__main__":
    main()
