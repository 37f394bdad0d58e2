"""The report in a real browser: no errors, nothing runs that is not ours, and it fits narrow screens.

Writes a study by the scripted model, one text of which means harm, and looks at its report in headless
Chromium, from the file and, so that a page beside it may measure, from a server of our own on a loopback
port. Without Chromium the test is skipped (exit code 77).

usage: SYNDISCO_PROGRAM=build/release/syndisco tests/tools/report_browser_test.py
"""

import functools
import html
import http.server
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import threading
import unittest
import xml.dom.minidom
from pathlib import Path

PROGRAM = os.environ.get("SYNDISCO_PROGRAM", "")
NAMES = ("chromium", "chromium-browser", "google-chrome")
BROWSER = os.environ.get("SYNDISCO_CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), "")

EVIL = ("<script>document.title='taken'</script><img src=x onerror=\"document.title='taken'\">"
        "</script><svg onload=\"document.title='taken'\"> \u202e\x1b[2J \u0000 \uffff needle")
EXPERIMENT = {
    "experiment": "browser",
    "models": {"m": {"scripted": {"by_role": {
        "user": ["I think so.", EVIL, "", "w" * 3000, "\u05e9\u05dc\u05d5\u05dd"], "facilitator": ["Calm down."],
        "annotator": ["1", "2", "4"]}}}},
    "discussions": {"per_cell": 3, "turns": 6, "personas": [{"username": "ann"}, {"username": "ben " + EVIL}],
                    "opening_posts": ["What a day."]},
    "factors": {"facilitation": {
        "none": {}, "light": {"facilitator": {"name": "moderator", "instructions": "Calm them."}}}},
    "annotations": [{"name": "toxicity", "annotators": [{"username": "judy"}, {"username": "karl"}],
                     "instructions": "Rate.", "answer": {"integer": [1, 5]}}],
}

# More conditions than fit half of the page.
MANY = {
    **EXPERIMENT, "experiment": "many", "discussions": {**EXPERIMENT["discussions"], "per_cell": 1},
    "factors": {"strategy": {f"a strategy with a long name {i}": {} for i in range(14)}},
}

# The letters of figures, in pixels, whether the page is wider than its window, and what is closed before, in
# and after print.
LETTERS = """<!DOCTYPE html><link rel="icon" href="data:,"><body><pre id="result">nothing</pre><script>
var frame = document.createElement("iframe");
frame.style.width = "1280px";
frame.onload = function () {
  var page = frame.contentDocument;
  var found = {wide: page.documentElement.scrollWidth, visible: frame.clientWidth};
  found.letters = Array.prototype.map.call(page.querySelectorAll("#-figures ~ div svg"),
      function (svg) { return 11 * svg.getBoundingClientRect().width / svg.viewBox.baseVal.width; });
  var closed = function () { return page.querySelectorAll("details:not([open]):not(.d)").length; };
  found.closed = [closed()];
  ["beforeprint", "afterprint"].forEach(function (name) {
    frame.contentWindow.dispatchEvent(new Event(name));
    found.closed.push(closed());
  });
  found.transcripts_open = page.querySelectorAll("details.d[open]").length;
  document.getElementById("result").textContent = JSON.stringify(found);
};
frame.src = "many/report.html";
document.body.appendChild(frame);
</script>"""

# Measures the report in a frame of a given width, then searches and follows a link.
MEASURE = """<!DOCTYPE html><link rel="icon" href="data:,"><body><pre id="result">nothing</pre><script>
var frame = document.createElement("iframe");
frame.style.width = WIDTH + "px";
frame.style.height = "900px";
frame.onload = function () {
  var page = frame.contentDocument, found = {};
  found.wide = page.documentElement.scrollWidth;
  found.visible = frame.clientWidth;
  found.title = page.title;
  found.controls = !page.getElementById("-controls").hidden;
  found.all = page.querySelectorAll("details.d").length;
  found.smallest = Math.min.apply(null, Array.prototype.map.call(page.querySelectorAll("#-figures ~ div svg"),
      function (svg) { return 11 * svg.getBoundingClientRect().width / svg.viewBox.baseVal.width; }));
  var cell = page.getElementById("-cell");
  cell.value = "light";
  cell.dispatchEvent(new Event("change"));
  found.light = page.querySelectorAll("details.d:not([hidden])").length;
  var text = page.getElementById("-search");
  text.value = "no such words";
  text.dispatchEvent(new Event("input"));
  setTimeout(function () {
    found.none = page.querySelectorAll("details.d:not([hidden])").length;
    text.value = "NEEDLE";
    text.dispatchEvent(new Event("input"));
    setTimeout(function () {
      found.needle = page.querySelectorAll("details.d:not([hidden])").length;
      page.getElementById("-open").click();
      found.open = page.querySelectorAll("details.d[open]").length;
      found.wide_open = page.documentElement.scrollWidth;
      page.getElementById("-close").click();
      frame.contentWindow.location.hash = "#browser.none.0002:2";
      setTimeout(function () {
        found.linked = page.getElementById("browser.none.0002").open;
        found.title_after = page.title;
        document.getElementById("result").textContent = JSON.stringify(found);
      }, 300);
    }, 600);
  }, 600);
};
frame.src = "d/report.html";
document.body.appendChild(frame);
</script>"""


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *arguments):
        pass


class Report(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.temporary = tempfile.TemporaryDirectory()
        cls.folder = Path(cls.temporary.name)
        (cls.folder / "e.json").write_text(json.dumps(EXPERIMENT))
        (cls.folder / "many.json").write_text(json.dumps(MANY))
        for arguments in (("run", "e.json", "--out", "d", "--quiet"), ("report", "d", "--figures", "figures"),
                          ("run", "many.json", "--out", "many", "--quiet"), ("report", "many")):
            ended = subprocess.run([str(Path(PROGRAM).resolve()), *arguments], cwd=cls.folder, capture_output=True,
                                   text=True, check=False)
            if ended.returncode != 0:
                raise AssertionError(ended.stderr)
        cls.page = cls.folder / "d" / "report.html"
        handler = functools.partial(Quiet, directory=str(cls.folder))
        cls.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
        threading.Thread(target=cls.server.serve_forever, daemon=True).start()

    @classmethod
    def tearDownClass(cls):
        cls.server.shutdown()
        cls.server.server_close()
        cls.temporary.cleanup()

    def browse(self, *arguments):
        with tempfile.TemporaryDirectory() as profile:
            ended = subprocess.run(
                [BROWSER, "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
                 "--disable-background-networking", "--disable-component-update", "--disable-sync",
                 "--disable-dev-shm-usage", "--enable-logging=stderr", f"--user-data-dir={profile}", *arguments],
                capture_output=True, text=True, timeout=120, check=False)
        self.assertEqual(ended.returncode, 0, ended.stderr[-2000:])
        return ended

    def measure(self, name, page):
        (self.folder / f"{name}.html").write_text(page)
        ended = self.browse("--virtual-time-budget=10000", "--dump-dom",
                            f"http://127.0.0.1:{self.server.server_address[1]}/{name}.html")
        found = re.search(r'<pre id="result">(.*?)</pre>', ended.stdout, re.DOTALL)
        self.assertIsNotNone(found, ended.stdout[:2000])
        self.assertTrue(found.group(1).startswith("{"), found.group(1) + ended.stderr[-2000:])
        return json.loads(html.unescape(found.group(1)))

    def test_opens_from_a_file_without_a_word_on_the_console(self):
        shot = self.folder / "shot.png"
        ended = self.browse(f"--screenshot={shot}", "--window-size=1280,1600", self.page.as_uri())
        self.assertEqual([line for line in ended.stderr.splitlines() if "CONSOLE" in line], [])
        self.assertGreater(shot.stat().st_size, 20_000)

    def test_can_be_read_searched_and_linked_to_on_any_screen(self):
        for width in (1280, 400):
            found = self.measure(f"measure-{width}", MEASURE.replace("WIDTH", str(width)))
            with self.subTest(width=width):
                self.assertEqual(found["title"], "browser \u2013 report")
                self.assertEqual(found["title_after"], found["title"])
                self.assertLessEqual(found["wide"], found["visible"])
                self.assertLessEqual(found["wide_open"], found["visible"])
                self.assertTrue(found["controls"])
                self.assertEqual((found["all"], found["light"], found["none"], found["needle"], found["open"]),
                                 (6, 3, 0, 3, 3))
                self.assertTrue(found["linked"])
                # The smallest letters of figures, in pixels.
                self.assertGreater(found["smallest"], 7)

    def test_figures_of_many_conditions_can_be_read(self):
        found = self.measure("letters", LETTERS)
        self.assertLessEqual(found["wide"], found["visible"])
        self.assertGreater(min(found["letters"]), 10.5)

    def test_prints_what_is_closed_but_transcripts(self):
        found = self.measure("closed", LETTERS)
        closed, printed, after = found["closed"]
        self.assertGreater(closed, 0)
        self.assertEqual((printed, after), (0, closed))
        self.assertEqual(found["transcripts_open"], 0)

    def test_prints(self):
        pdf = self.folder / "page.pdf"
        self.browse(f"--print-to-pdf={pdf}", "--no-pdf-header-footer", self.page.as_uri())
        self.assertEqual(pdf.read_bytes()[:5], b"%PDF-")

    def test_figures_are_xml(self):
        figures = sorted((self.folder / "figures").glob("*.svg"))
        self.assertGreater(len(figures), 4)
        for figure in figures:
            root = xml.dom.minidom.parse(str(figure)).documentElement
            self.assertEqual(root.getAttribute("role"), "img")
            self.assertTrue(root.getElementsByTagName("desc")[0].firstChild.data)


if __name__ == "__main__":
    if not PROGRAM:
        sys.exit("SYNDISCO_PROGRAM names no program")
    if not BROWSER:
        print("skipped: there is no Chromium")
        sys.exit(77)
    unittest.main()
