"""The set-up fails in one clear line, and leaves nothing half done. Needs no network."""

import os
import subprocess
import tempfile
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


class Setup(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.work = Path(folder.name)
        self.cache = self.work / "cache"

    def run_tool(self, *command: str, **environment: str) -> subprocess.CompletedProcess:
        env = {name: value for name, value in os.environ.items() if name != "SYNDISCO_LLAMA_SOURCE"}
        env.update({"SYNDISCO_CACHE": str(self.cache)}, **environment)
        return subprocess.run([str(ROOT / command[0]), *command[1:]], env=env, capture_output=True, text=True)

    def fails_in_one_line(self, done: subprocess.CompletedProcess, part: str) -> None:
        self.assertEqual(done.returncode, 3, done.stderr)
        errors = [line for line in done.stderr.splitlines() if not line.startswith("==> ")]
        self.assertEqual(len(errors), 1, done.stderr)
        self.assertTrue(errors[0].startswith("error: "), errors[0])
        self.assertIn(part, errors[0])

    def where(self, *options: str, **environment: str) -> str:
        done = self.run_tool("tools/setup-llama", "where", *options, **environment)
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout.strip()

    def fake_python(self, downloads: str) -> str:
        """A PATH whose python3 has a pip that runs the shell text `downloads` in the folder it was given."""
        folder = self.work / "bin"
        folder.mkdir()
        python = folder / "python3"
        python.write_text(
            "#!/bin/sh\ncase \"$*\" in *--version*) exit 0 ;; esac\n"
            "while [ $# -gt 0 ]; do [ \"$1\" = -d ] && out=$2; shift; done\nmkdir -p \"$out\"; cd \"$out\"\n"
            + downloads)
        python.chmod(0o755)
        return f"{folder}:{os.environ['PATH']}"

    def test_a_missing_compiler_is_named(self):
        self.fails_in_one_line(self.run_tool("tools/setup-llama", "build", CXX="/nowhere/c++"), "/nowhere/c++")

    def test_a_folder_without_llama_is_refused(self):
        self.fails_in_one_line(
            self.run_tool("tools/setup-llama", "build", SYNDISCO_LLAMA_SOURCE=str(self.work)), str(self.work))

    def test_a_file_with_another_hash_is_refused_and_not_kept(self):
        path = self.fake_python("echo wrong >llama_cpp_python-0.3.35.tar.gz\n")
        self.fails_in_one_line(self.run_tool("tools/fetch", "llama", PATH=path), "not the expected")
        self.assertEqual(list((self.cache / "downloads").iterdir()), [])

    def test_a_failed_download_leaves_nothing_but_its_log(self):
        path = self.fake_python("echo half >llama_cpp_python-0.3.35.tar.gz\n"
                                "echo 'ERROR: the line went dead'\nexit 1\n")
        self.fails_in_one_line(self.run_tool("tools/fetch", "llama", PATH=path), "the line went dead")
        self.assertEqual(list((self.cache / "downloads").iterdir()), [])
        self.assertIn("went dead", (self.cache / "logs" / "fetch-llama.log").read_text())

    def test_a_damaged_download_is_not_used(self):
        downloads = self.cache / "downloads"
        downloads.mkdir(parents=True)
        (downloads / "llama_cpp_python-0.3.35.tar.gz").write_text("damaged")
        path = self.fake_python("echo 'ERROR: away'\nexit 1\n")
        self.fails_in_one_line(self.run_tool("tools/fetch", "llama", PATH=path), "away")
        self.assertEqual(list(downloads.iterdir()), [])

    def test_everything_that_makes_builds_differ_is_in_the_folder_name(self):
        plain = self.where()
        self.assertNotEqual(self.where("-DGGML_CUDA=ON"), plain)
        self.assertEqual(self.where("-DA=1", "-DB:STRING=2"), self.where("-DB=2", "-DA=3", "-DA:BOOL=1"))

        checkout = self.work / "checkout"
        (checkout / "include").mkdir(parents=True)
        (checkout / "include" / "llama.h").write_text("// one\n")
        first = self.where(SYNDISCO_LLAMA_SOURCE=str(checkout))
        self.assertNotEqual(first, plain)
        (checkout / "include" / "llama.h").write_text("// two\n")
        self.assertNotEqual(self.where(SYNDISCO_LLAMA_SOURCE=str(checkout)), first)

    def test_the_door_refuses_what_it_does_not_know(self):
        for command in (["frobnicate"], ["build", "--fast"], ["test", "--preset", "nothing"]):
            done = self.run_tool("dev", *command)
            self.assertEqual(done.returncode, 2, done.stderr)
            self.assertIn("hint: ./dev help", done.stderr)


if __name__ == "__main__":
    unittest.main()
