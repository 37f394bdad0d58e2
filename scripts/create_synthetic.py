#!/usr/bin/env python3
"""Calls the command of syndisco that has this file's name, for shell scripts that still call Python."""

import os
import pathlib
import shutil
import sys

here = pathlib.Path(sys.argv[0])
built = pathlib.Path(__file__).resolve().parent.parent / "build" / "release" / "syndisco"
program = os.environ.get("SYNDISCO_PROGRAM") or shutil.which("syndisco") or str(built)
try:
    os.execv(program, [program, here.stem, *sys.argv[1:]])
except OSError as error:
    sys.exit(f"error: cannot start {program}: {error.strerror}\n"
             "hint: put syndisco on PATH, or its path into SYNDISCO_PROGRAM")
