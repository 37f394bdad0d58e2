#!/usr/bin/env python3
"""Writes src/syndisco/text/unicode_tables.cc: the properties of code points that text handling needs.

The published versions ran on Python 3.12, so the tables follow its Unicode 15.0. Run it with Python 3.12,
or with an older one that has the package unicodedata2==15.0.0:

    tools/make_unicode_tables.py
"""

import pathlib
import sys

try:
    import unicodedata2 as unicodedata
except ImportError:
    import unicodedata

VERSION = "15.0.0"
LAST = 0x10FFFF
LINE = 100


def ranges(holds):
    """Pairs (first, last) of the code points for which `holds` is true."""
    found = []
    first = None
    for code in range(LAST + 2):
        true = code <= LAST and holds(code)
        if true and first is None:
            first = code
        elif not true and first is not None:
            found.append((first, code - 1))
            first = None
    return found


def category(code):
    return unicodedata.category(chr(code))


def is_alphanumeric(code):  # str.isalnum
    c = chr(code)
    return (category(code) in ("Lu", "Ll", "Lt", "Lm", "Lo") or unicodedata.decimal(c, None) is not None
            or unicodedata.digit(c, None) is not None or unicodedata.numeric(c, None) is not None)


def is_decimal(code):  # str.isdecimal
    return unicodedata.decimal(chr(code), None) is not None


def is_not_printable(code):  # not str.isprintable
    return code != 0x20 and category(code) in ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp", "Zs")


def is_mark(code):
    return category(code).startswith("M")


def is_wide(code):
    return unicodedata.east_asian_width(chr(code)) in ("W", "F")


def is_zero_width(code):
    if code == 0xAD:  # terminals show the soft hyphen
        return False
    if 0x1160 <= code <= 0x11FF or 0xD7B0 <= code <= 0xD7FF:  # jamo that join the leading one
        return True
    return category(code) in ("Mn", "Me", "Cf", "Zl", "Zp", "Cc")


def lower_case():
    """Runs (first, last, step, distance): each step-th code point from first to last has its lower case at
    + distance. Only mappings of one code point to one."""
    mapping = []
    for code in range(0x80, LAST + 1):
        if 0xD800 <= code <= 0xDFFF:
            continue
        lower = chr(code).lower()
        if len(lower) == 1 and ord(lower) != code:
            mapping.append((code, ord(lower) - code))
    runs = []
    for code, distance in mapping:
        if runs:
            first, last, step, known = runs[-1]
            gap = code - last
            if known == distance and gap <= 2 and (step in (0, gap)):
                runs[-1] = (first, code, gap, known)
                continue
        runs.append((code, code, 0, distance))
    return [(first, last, step or 1, distance) for first, last, step, distance in runs]


def write_items(out, items):
    line = "   "
    for item in items:
        if len(line) + 1 + len(item) > LINE:
            out.append(line)
            line = "   "
        line += " " + item
    out.append(line)


def main():
    if unicodedata.unidata_version != VERSION:
        sys.exit(f"error: this Python knows Unicode {unicodedata.unidata_version}, wanted is {VERSION}\n"
                 "hint: use Python 3.12, or install unicodedata2==15.0.0")
    out = [
        "// Unicode " + VERSION + ". Written by tools/make_unicode_tables.py; do not edit.",
        "// clang-format off",
        '#include "syndisco/text/unicode_tables.h"',
        "",
        "namespace syndisco {",
        "namespace {",
    ]
    tables = [
        ("Alphanumeric", ranges(is_alphanumeric)),
        ("Decimal", ranges(is_decimal)),
        ("NotPrintable", ranges(is_not_printable)),
        ("Mark", ranges(is_mark)),
        ("Wide", ranges(is_wide)),
        ("ZeroWidth", ranges(is_zero_width)),
    ]
    for name, found in tables:
        out += ["", f"constexpr CodePointRange k{name}Ranges[] = {{"]
        write_items(out, [f"{{{first:#x},{last:#x}}}," for first, last in found])
        out.append("};")
    out += ["", "constexpr CaseRange kLowerCaseRanges[] = {"]
    write_items(out, [f"{{{a:#x},{b:#x},{step},{distance}}}," for a, b, step, distance in lower_case()])
    out += ["};", "", "}  // namespace", ""]
    for name, _ in tables:
        out.append(f"constinit const std::span<const CodePointRange> k{name} = k{name}Ranges;")
    out += ["constinit const std::span<const CaseRange> kLowerCase = kLowerCaseRanges;", "", "}  // namespace syndisco", ""]

    path = pathlib.Path(__file__).resolve().parent.parent / "src/syndisco/text/unicode_tables.cc"
    path.write_text("\n".join(out))


if __name__ == "__main__":
    main()
