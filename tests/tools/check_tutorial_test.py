"""tools/check-tutorial finds code that is not in the examples."""

import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

CHECK = Path(__file__).resolve().parents[2] / "tools" / "check-tutorial"


class CheckTutorial(unittest.TestCase):
    def setUp(self):
        self._folder = tempfile.TemporaryDirectory()
        self.addCleanup(self._folder.cleanup)
        self.root = Path(self._folder.name)
        (self.root / "docs").mkdir()
        (self.root / "examples" / "api").mkdir(parents=True)

    def check(self, page, **sources):
        (self.root / "docs" / "tutorial.md").write_text(page)
        for name, text in sources.items():
            (self.root / "examples" / "api" / f"{name}.cc").write_text(text)
        run = subprocess.run([sys.executable, CHECK, self.root], capture_output=True, text=True)
        return run.returncode, run.stderr

    def test_takes_code_at_any_depth(self):
        page = "In `a.cc`:\n```cpp\n  if (x)\n    go();\n```\n"
        self.assertEqual(self.check(page, a="int main() {\n    if (x)\n      go();\n}\n"), (0, ""))

    def test_finds_changed_code(self):
        code, said = self.check("`a.cc`\n```cpp\ngo();\n```\n", a="stop();\n")
        self.assertEqual(code, 1)
        self.assertIn("tutorial.md:2: the code is not in examples/api/a.cc", said)

    def test_finds_an_example_that_the_page_leaves_out(self):
        code, said = self.check("`a.cc`\n```cpp\ngo();\n```\n", a="go();\n", b="more();\n")
        self.assertEqual(code, 1)
        self.assertIn("b.cc: docs/tutorial.md has no code of it", said)

    def test_finds_an_example_that_is_too_long(self):
        code, said = self.check("`a.cc`\n```cpp\ngo();\n```\n", a="go();\n" * 66)
        self.assertEqual(code, 1)
        self.assertIn("longer than", said)


if __name__ == "__main__":
    unittest.main()
