"""tools/check-includes finds what it is there to find."""

import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

CHECK = Path(__file__).resolve().parents[2] / "tools" / "check-includes"

PAGE = """# Architecture

| key | other table |
|-|-|
| a | b |

| room | holds | may include |
|-|-|-|
| `base` | errors | – |
| `record` | what is kept | base |
| `model` | models | base, record |
| `journal` | SQLite | record |
| `cli` | commands | all |
"""


class CheckIncludes(unittest.TestCase):
    def check(self, files: dict[str, str]) -> tuple[int, str]:
        with tempfile.TemporaryDirectory() as folder:
            root = Path(folder)
            (root / "docs").mkdir()
            (root / "docs" / "architecture.md").write_text(PAGE, encoding="utf-8")
            for name, text in files.items():
                path = root / "src" / "syndisco" / name
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(text, encoding="utf-8")
            done = subprocess.run([sys.executable, str(CHECK), str(root)], capture_output=True, text=True)
            return done.returncode, done.stderr

    def passes(self, files: dict[str, str]) -> None:
        code, errors = self.check(files)
        self.assertEqual((code, errors), (0, ""))

    def fails(self, files: dict[str, str], part: str) -> None:
        code, errors = self.check(files)
        self.assertEqual(code, 1)
        self.assertIn(part, errors)

    def test_allows_what_the_table_names_and_what_those_name(self):
        self.passes({
            "base/a.h": "#include <string>\n",
            "record/a.h": '#include "syndisco/base/a.h"\n#include "syndisco/record/b.h"\n',
            "journal/a.h": '#include "syndisco/base/a.h"\n',
            "cli/main.cc": '#include "syndisco/journal/a.h"\n',
        })

    def test_catches_two_types_of_one_name(self):
        text = "namespace syndisco {\nstruct Factor {\n};\n}\n"
        self.fails({"base/a.h": text, "record/a.h": text},
                   "src/syndisco/record/a.h: Factor is defined in src/syndisco/base/a.h already")
        self.passes({"base/a.h": text, "record/a.h": text.replace("syndisco {", "syndisco::x {"),
                     "record/b.h": "namespace syndisco {\nstruct Factor;\n}\n"})

    def test_catches_a_wrong_direction(self):
        self.fails({"base/a.cc": '#include <string>\n#include "syndisco/record/a.h"\n'},
                   "src/syndisco/base/a.cc:2: base may not include record")
        self.fails({"journal/a.cc": '#  include "syndisco/model/a.h"\n'}, "journal may not include model")

    def test_catches_unknown_rooms(self):
        self.fails({"attic/a.cc": "\n"}, "attic/a.cc: docs/architecture.md knows no such room")
        self.fails({"base/a.cc": '#include "syndisco/attic/a.h"\n'}, "knows no room attic")

    def test_keeps_llama_in_its_place(self):
        self.passes({"model/llama/e.cc": '#include <llama.h>\n#include "chat.h"\n'})
        self.fails({"model/a.cc": "#include <llama.h>\n"}, "llama.cpp (llama.h) stays under model/llama/")
        self.fails({"cli/a.cc": '#include "chat.h"\n'}, '"chat.h"')
        self.fails({"model/llama/e.h": "#include <llama.h>\n"}, "a public header may not show llama.h")
        self.passes({"model/llama/e_internal.h": "#include <llama.h>\n"})

    def test_keeps_sqlite_in_its_place(self):
        self.passes({"journal/a.cc": "#include <SQLiteCpp/SQLiteCpp.h>\n"})
        self.fails({"record/a.cc": "#include <sqlite3.h>\n"}, "SQLite (sqlite3.h) stays under journal/")

    def test_keeps_json_and_yaml_out_of_headers(self):
        self.passes({"record/a.cc": "#include <nlohmann/json.hpp>\n"})
        self.fails({"record/a.h": "#include <nlohmann/json_fwd.hpp>\n"}, "by .cc files only")
        self.fails({"record/a_internal.h": "#include <yaml-cpp/yaml.h>\n"}, "by .cc files only")

    def test_keeps_internal_headers_internal(self):
        self.passes({"base/a.cc": '#include "syndisco/base/a_internal.h"\n'})
        self.fails({"base/a.h": '#include "syndisco/base/a_internal.h"\n'}, "a public header may not include")
        self.fails({"record/a.cc": '#include "syndisco/base/a_internal.h"\n'}, "is for base alone")

    def test_compares_the_build_file(self):
        rooms = ("syndisco_room(base LIBRARIES x)\nsyndisco_room(record DEPENDS base)\n"
                 "syndisco_room(model DEPENDS record LIBRARIES y)\n")
        self.passes({"base/a.h": "", "CMakeLists.txt": rooms + "syndisco_room(journal DEPENDS record)\n"})
        self.fails({"base/a.h": "", "CMakeLists.txt": rooms + "syndisco_room(journal DEPENDS model)\n"},
                   "journal depends on base, model, record, the page says base, record")


if __name__ == "__main__":
    unittest.main()
