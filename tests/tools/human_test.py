"""Somebody at a real terminal takes part in a discussion.

Starts the program in a terminal of tmux, types as a person would, and looks at what stands on the screen and in the
files. Without tmux the test is skipped (exit code 77).

usage: SYNDISCO_PROGRAM=build/release/syndisco tests/tools/human_test.py
"""

import json
import os
import shlex
import shutil
import subprocess
import sys
import tempfile
import time
import unittest
from pathlib import Path

PROGRAM = os.environ.get("SYNDISCO_PROGRAM", "")
EXPERIMENT = """\
experiment: talk
models: {m: {scripted: {replies: ["one \\u001b[31mred"], delay_ms: DELAY}}}
discussions:
  context: About cars.
  turns: 6
  personas:
    - {username: you, actor: {human: terminal}}
    - {username: ben}
  opening_posts: ["Shall we begin?"]
"""


class Terminal:
    """The program in a terminal of 80 by 50, in a folder with an experiment."""

    def __init__(self, folder: Path):
        self.folder = folder
        self.socket = str(folder / "tmux.socket")
        self.tmux("-f", "/dev/null", "new-session", "-d", "-x", "80", "-y", "50", "env", "PS1=$ ", "sh")
        self.tmux("set-option", "-g", "remain-on-exit", "on")

    def tmux(self, *arguments: str) -> str:
        environment = {**os.environ, "LC_ALL": "C.UTF-8", "TERM": "xterm-256color"}
        return subprocess.run(["tmux", "-S", self.socket, *arguments], cwd=self.folder, check=True, env=environment,
                              capture_output=True, text=True, timeout=20).stdout

    def start(self, *arguments: str) -> None:
        command = " ".join(shlex.quote(each) for each in (PROGRAM, *arguments))
        self.line(f"{command}; echo \"ended with $?\"")

    def type(self, text: str) -> None:
        self.tmux("send-keys", "-l", text)

    def key(self, name: str) -> None:
        self.tmux("send-keys", name)

    def line(self, text: str) -> None:
        self.type(text)
        self.key("Enter")

    def screen(self) -> str:
        return self.tmux("capture-pane", "-p", "-S", "-200")

    def wait_for(self, text: str, times: int = 1) -> str:
        end = time.monotonic() + 30
        while time.monotonic() < end:
            screen = self.screen()
            if screen.count(text) >= times:
                return screen
            time.sleep(0.05)
        raise AssertionError(f"{text!r} never came {times} times:\n{self.screen()}")

    def close(self) -> None:
        subprocess.run(["tmux", "-S", self.socket, "kill-server"], capture_output=True, check=False)


class AtTheTerminal(unittest.TestCase):
    def setUp(self):
        self.folder = Path(tempfile.mkdtemp())
        self.write(delay="0")
        self.terminal = Terminal(self.folder)

    def tearDown(self):
        self.terminal.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    def write(self, delay: str) -> None:
        (self.folder / "experiment.yaml").write_text(EXPERIMENT.replace("DELAY", delay))

    def comments(self) -> list:
        file = json.loads((self.folder / "d/discussions/talk.all.0001.json").read_text())
        return [(each["name"], each["text"]) for each in file["logs"]]

    def run_program(self) -> None:
        self.terminal.start("run", "experiment.yaml", "--out", "d")

    def test_a_whole_discussion(self):
        self.run_program()
        screen = self.terminal.wait_for("you>")
        self.assertIn("talk.all.0001: you are you", screen)
        self.assertIn("About cars.", screen)
        self.assertIn("  Shall we begin?", screen)
        self.terminal.line("Grüße an älle")
        screen = self.terminal.wait_for("you>", 2)
        self.assertIn("one \\x1b[31mred", screen, "control characters are shown, not obeyed")
        self.terminal.type("wröng")
        self.terminal.key("C-u")
        self.terminal.type("ä")
        self.terminal.key("BSpace")
        self.terminal.line("right \\")
        self.terminal.wait_for("..>")
        self.terminal.line("and more")
        self.terminal.wait_for("you>", 3)
        self.terminal.key("Enter")
        screen = self.terminal.wait_for("ended with 0")
        self.assertIn("(says nothing)", screen)
        said = [text for name, text in self.comments() if name == "you"]
        self.assertIn("Grüße an älle", said)
        self.assertIn("right \nand more", said)

    def test_help_and_unknown_commands_ask_again(self):
        self.run_program()
        self.terminal.wait_for("you>")
        self.terminal.line("/help")
        self.terminal.wait_for("/leave   leaves the discussion")
        self.terminal.line("/pas")
        self.terminal.wait_for("did you mean /pass?")
        self.terminal.line("/leave")
        self.terminal.wait_for("ended with 0")
        self.assertNotIn("you", [name for name, text in self.comments() if text and text != "Shall we begin?"])

    def test_ctrl_d_leaves_and_the_others_go_on(self):
        self.run_program()
        self.terminal.wait_for("you>")
        self.terminal.key("C-d")
        screen = self.terminal.wait_for("ended with 0")
        self.assertIn("(has left)", screen)
        self.assertEqual(len([text for _, text in self.comments() if text.startswith("one")]), 3)

    def test_ctrl_c_stops_and_the_same_command_goes_on(self):
        self.run_program()
        self.terminal.wait_for("you>")
        self.terminal.line("first")
        self.terminal.wait_for("you>", 2)
        self.terminal.type("half a sent")
        self.terminal.key("C-c")
        self.terminal.wait_for("ended with 130")
        self.run_program()
        screen = self.terminal.wait_for("you>", 3)
        self.assertGreaterEqual(screen.count("Shall we begin?"), 2, "what was said before is shown again")
        self.terminal.line("second")
        self.terminal.wait_for("you>", 4)
        self.terminal.line("third")
        self.terminal.wait_for("ended with 0")
        self.assertEqual([text for name, text in self.comments() if name == "you" and text != "Shall we begin?"],
                         ["first", "second", "third"])

    def test_the_lines_of_a_pasted_text_are_one_comment(self):
        self.run_program()
        self.terminal.wait_for("you>")
        self.terminal.tmux("set-buffer", "one line\nanother line\n")
        self.terminal.tmux("paste-buffer")
        self.terminal.wait_for("you>", 2)
        self.terminal.line("/leave")
        self.terminal.wait_for("ended with 0")
        self.assertIn(("you", "one line\nanother line"), self.comments())

    def test_no_progress_line_comes_between(self):
        self.write(delay="400")
        self.run_program()
        self.terminal.wait_for("you>")
        self.terminal.line("hello")
        screen = self.terminal.wait_for("you>", 2)
        self.assertNotIn("tokens/s", screen)


if __name__ == "__main__":
    if not PROGRAM:
        sys.exit("SYNDISCO_PROGRAM is not set")
    PROGRAM = str(Path(PROGRAM).resolve())
    if shutil.which("tmux") is None:
        print("skipped: there is no tmux")
        sys.exit(77)
    unittest.main()
