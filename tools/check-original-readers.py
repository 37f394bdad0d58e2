#!/usr/bin/env python3
"""Reads a run directory with the readers of syndisco 2.0 and 2.2 and compares what they see.

    pip download --no-deps --python-version 3.12 --only-binary=:all: -d wheels syndisco==2.0.8
    pip download --no-deps --python-version 3.12 --only-binary=:all: -d wheels syndisco==2.2.1
    tools/check-original-readers.py runs/my-experiment wheels/*.whl

Also takes the folder of an export (syndisco-2.0, syndisco-2.2), as far as a reader knows its files.
Without wheels the installed syndisco is used. Needs Python 3.12 and, for 2.0, pandas; what else the
packages import (torch, transformers, ...) is replaced by stand-ins where it is not installed, since
reading files needs none of it. Exits 0 when all is read as written, or with a message when there is
nothing to read with; 1 when a reader fails or sees something else.
"""

import argparse
import importlib
import importlib.util
import json
import subprocess
import sys
import types
from pathlib import Path

STAND_INS = ("torch", "transformers", "openai", "accelerate", "bitsandbytes", "coloredlogs", "tqdm")


class StandIn(types.ModuleType):
    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        return type(name, (), {})


def stand_in_for_missing():
    for name in STAND_INS:
        if importlib.util.find_spec(name) is None:
            sys.modules[name] = StandIn(name)
            sys.modules[name].__path__ = []
            if name == "tqdm":
                sys.modules["tqdm.auto"] = sys.modules["tqdm"]


def read(path):
    return json.loads(path.read_text(encoding="utf-8"))


def expect(condition, message):
    if not condition:
        raise SystemExit(f"  different: {message}")


def discussions_2_0(postprocessing, folder):
    files = [read(path) for path in sorted(folder.rglob("*.json"))]
    # The reader fails at a whole folder where one file of it has no comment, its own files too.
    expect(all(file["logs"] for file in files), "a discussion without comments cannot be read by 2.0")
    table = postprocessing.import_discussions(folder)
    expect(len(table) == sum(len(file["logs"]) for file in files), "number of comments")
    for file in files:
        rows = table[table["conv_id"] == file["id"]]
        expect(list(rows["message"]) == [entry["text"] for entry in file["logs"]], file["id"])
        expect(list(rows["user"]) == [entry["name"] for entry in file["logs"]], file["id"])
        expect(
            list(rows["is_moderator"]) == [e["name"] == file["moderator"] for e in file["logs"]],
            f"moderator of {file['id']}",
        )
        expect(not rows["persona"].isna().any(), f"personas of {file['id']}")
    print(f"  2.0 discussions: {len(files)} files, {len(table)} comments")
    return table


def annotations_2_0(postprocessing, folder):
    files = [read(path) for path in sorted(folder.rglob("*.json"))]
    expect(all(file["logs"] for file in files), "annotations of nothing cannot be read by 2.0")
    table = postprocessing.import_annotations(folder)
    seen = sorted(
        (conversation, annotation)
        for conversation, annotations in zip(table["conv_id"], table["annotation"])
        for annotation in annotations
    )
    written = sorted((file["conv_id"], pair[1]) for file in files for pair in file["logs"])
    expect(seen == written, f"{len(seen)} annotations seen, {len(written)} written")
    print(f"  2.0 annotations: {len(files)} files, {len(seen)} annotations in {len(table)} rows")


def logs_2_2(logs_class, what, folder):
    files = sorted(folder.rglob("*.json"))
    if any(read(path)["logs"][:1] and isinstance(read(path)["logs"][0], list) for path in files):
        print(f"  2.2 {what}: skipped, these are pairs as 2.0 writes them")
        return
    comments = 0
    for path in files:
        written = read(path)["logs"]
        seen = list(logs_class.from_file(str(path)))
        keys = ("name", "text", "model")
        expect(
            [[entry[key] for key in keys] for entry in seen]
            == [[entry[key] for key in keys] for entry in written],
            path.name,
        )
        comments += len(seen)
    print(f"  2.2 {what}: {len(files)} files, {comments} entries")


def compare_table(table, path):
    """The reader's table and our CSV agree where both have a row: by order within a discussion."""
    import pandas

    ours = pandas.read_csv(path, keep_default_na=False)
    ours = ours[~(ours["silent"] & (ours["message"].str.strip() == ""))]
    ours = ours[ours["conv_id"].isin(set(table["conv_id"]))]
    expect(len(ours) == len(table), f"{len(ours)} rows in {path.name}, {len(table)} read")
    for conversation, theirs in table.groupby("conv_id", sort=False):
        mine = ours[ours["conv_id"] == conversation]
        for column in ("user", "message", "message_id", "message_order", "is_moderator", "ctx_length"):
            expect(list(mine[column]) == list(theirs[column]), f"{column} of {conversation}")
    print(f"  {path.name}: {len(ours)} rows agree with the reader's")


def check(directory, table_path):
    stand_in_for_missing()
    discussions = directory / "discussions"
    annotations = directory / "annotations"
    try:
        package = importlib.import_module("syndisco")
    except ImportError as error:
        print(f"skipped: {error}")
        return
    logs_class = getattr(package, "Logs", None)
    if logs_class is not None:
        logs_2_2(logs_class, "discussions", discussions)
        if annotations.is_dir():
            logs_2_2(logs_class, "annotations", annotations)
        return
    if importlib.util.find_spec("pandas") is None:
        print("skipped: the reader of 2.0 needs pandas")
        return
    if not all("id" in read(path) for path in discussions.rglob("*.json")):
        print("skipped: these discussions have no id, as 2.2 writes them")
        return
    postprocessing = importlib.import_module("syndisco.postprocessing")
    table = discussions_2_0(postprocessing, discussions)
    if table_path is not None:
        compare_table(table, table_path)
    for folder in sorted(path for path in annotations.glob("*") if path.is_dir()):
        annotations_2_0(postprocessing, folder)


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("directory", type=Path)
    parser.add_argument("wheels", nargs="*", type=Path)
    parser.add_argument("--csv", type=Path, help="an export of the same run, to compare with")
    parser.add_argument("--one", action="store_true", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if sys.version_info < (3, 12):
        print("skipped: the packages need Python 3.12")
        return 0
    if not (arguments.directory / "discussions").is_dir():
        print(f"error: no discussions in {arguments.directory}", file=sys.stderr)
        return 2
    if arguments.one or not arguments.wheels:
        sys.path[:0] = [str(wheel) for wheel in arguments.wheels]
        check(arguments.directory, arguments.csv)
        return 0
    # The versions share a name, so each is imported by a process of its own.
    failed = False
    for wheel in arguments.wheels:
        print(wheel.name, flush=True)
        command = [sys.executable, __file__, "--one", str(arguments.directory), str(wheel)]
        if arguments.csv is not None:
            command += ["--csv", str(arguments.csv)]
        failed |= subprocess.run(command, check=False).returncode != 0
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
