#!/usr/bin/env python3
"""scripts/: each wrapper calls the command of its own name and passes its arguments on."""

import os
import pathlib
import subprocess
import unittest

SCRIPTS = pathlib.Path(__file__).resolve().parents[2] / "scripts"


class Wrappers(unittest.TestCase):
    def test_each_calls_the_command_of_its_name(self):
        environment = dict(os.environ, SYNDISCO_PROGRAM="/bin/echo")
        wrappers = sorted(SCRIPTS.iterdir())
        self.assertEqual(len(wrappers), 9)
        for wrapper in wrappers:
            runner = ["python3", "-u"] if wrapper.suffix == ".py" else ["bash"]
            said = subprocess.run([*runner, wrapper, "--output", "a b"], env=environment,
                                  capture_output=True, text=True, check=True).stdout
            self.assertEqual(said, f"{wrapper.stem} --output a b\n")

    def test_says_what_to_do_where_the_program_is_missing(self):
        environment = dict(os.environ, SYNDISCO_PROGRAM="/nowhere/syndisco")
        ended = subprocess.run(["python3", SCRIPTS / "llm_annotation.py"], env=environment,
                               capture_output=True, text=True, check=False)
        self.assertNotEqual(ended.returncode, 0)
        self.assertIn("hint:", ended.stderr)


if __name__ == "__main__":
    unittest.main()
