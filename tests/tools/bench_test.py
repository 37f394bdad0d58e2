"""What bench/engine.py computes and writes is right. Starts no engine and needs no model."""

import contextlib
import http.server
import json
import random
import re
import sqlite3
import sys
import tempfile
import threading
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "bench"))

import engine  # noqa: E402
import scripts  # noqa: E402
from harness import experiment, prefix, processes, report, sections, server, sizes  # noqa: E402


class Prefixes(unittest.TestCase):
    def test_what_an_earlier_prompt_begins_with_is_not_computed(self):
        tree = prefix.PrefixTree()
        self.assertEqual([tree.add(p) for p in ([1, 2, 3], [1, 2, 4, 5], [1, 6], [7])], [3, 2, 1, 1])

    def test_the_last_token_of_a_known_prompt_is_computed_again(self):
        tree = prefix.PrefixTree()
        self.assertEqual([tree.add(p) for p in ([1, 2, 3], [1, 2, 3], [1, 2])], [3, 1, 1])

    def test_agrees_with_comparing_every_pair(self):
        draw = random.Random(1)
        prompts = [[draw.randrange(3) for _ in range(draw.randrange(1, 9))] for _ in range(200)]

        def common(a, b):
            return next((i for i, (x, y) in enumerate(zip(a, b)) if x != y), min(len(a), len(b)))

        expected = sum(max(1, len(p) - max((common(p, q) for q in prompts[:i]), default=0))
                       for i, p in enumerate(prompts))
        self.assertEqual(prefix.computed(prompts), expected)

    def test_groups_share_nothing(self):
        self.assertEqual(prefix.computed_apart([[[1, 2]], [[1, 2], [1, 3]]]), 5)


class Scripts(unittest.TestCase):
    def test_every_configuration_differs_from_the_others(self):
        with tempfile.TemporaryDirectory() as folder:
            paths = scripts.configurations(Path(folder) / "inputs", files=8, rounds=2)
            self.assertEqual(len({path.read_text(encoding="utf-8") for path in paths}), 8)

    def test_counts_what_was_said(self):
        with tempfile.TemporaryDirectory() as folder:
            logs = [["Maren", "one two"], ["Tobias", "three"]]
            (Path(folder) / "conversation.json").write_text(json.dumps({"logs": logs}), encoding="utf-8")
            self.assertEqual(scripts.said(Path(folder)), {"conversations": 1, "comments": 2, "words": 3})


class Sizes(unittest.TestCase):
    rates = {"as_is": sizes.Rates(300, 70, 150), "Q8_0": sizes.Rates(750, 80, 220), "BF16": sizes.Rates(900, 70, 230)}

    def test_the_best_weights_answer_soonest(self):
        self.assertEqual(sizes.best_weights(self.rates), "BF16")

    def test_all_that_is_planned_fits_the_time(self):
        for minutes in (15, 60):
            self.assertLessEqual(sizes.Plan(self.rates, "Q8_0", 60 * minutes).minutes(), minutes)

    def test_a_quarter_of_an_hour_on_a_slow_machine_keeps_sixteen_discussions_and_sequences(self):
        plan = sizes.Plan(self.rates, "Q8_0", 15 * 60)
        self.assertGreaterEqual(plan.sizes["b"].discussions, 16)
        self.assertIn(16, plan.sizes["a"].sequences)

    def test_a_single_section_has_all_the_time(self):
        alone, among = sizes.Plan(self.rates, "Q8_0", 900, "d"), sizes.Plan(self.rates, "Q8_0", 900, "abcde")
        self.assertEqual(list(alone.sizes), ["b"])
        self.assertGreater(alone.seconds("b", alone.sizes["b"]), among.seconds("b", among.sizes["b"]))

    def test_full_sizes_are_those_of_the_description(self):
        plan = sizes.Plan(self.rates, "Q8_0", float("inf"))
        self.assertEqual(plan.sizes["b"], sizes.ExperimentSize(32, 10))
        self.assertEqual(plan.sizes["e"].steps(), [1, 2, 4, 8, 16, 32, 64, 128])


class Journal(unittest.TestCase):
    """Fails when the journal's tables change in what the benchmarks read."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        schema = (ROOT / "src/syndisco/journal/schema_internal.h").read_text(encoding="utf-8")
        with contextlib.closing(sqlite3.connect(self.folder / "syndisco.db")) as database, database:
            for migration in re.findall(r'R"sql\((.*?)\)sql"', schema, re.DOTALL):
                database.executescript(migration)
            database.execute("INSERT INTO jobs(number, id, ordinal, cell, ready)"
                             " VALUES (1, 'bench.all.0001', 0, 'all', 1)")
            database.execute("INSERT INTO texts(id, hash, text) VALUES (1, x'00', 'You are Ada.')")
            for step, kind, ended in ((0, "opening", "00.000"), (2, "user", "09.500"), (1, "user", "04.000")):
                turn = dict(job=1, step=step, kind=kind, name="Ada", silent=0, model="small", finish="end", seed=-1,
                            dropped=0, prompt_tokens=50 * step, reused_tokens=40, generated_tokens=7, seconds=1.5,
                            time=f"2026-01-01T00:00:{ended}Z", target=0, system=1, text="", thinking="",
                            prompt=f"{step}")
                columns, marks = ", ".join(turn), ", ".join("?" * len(turn))
                database.execute(f"INSERT INTO turns({columns}) VALUES ({marks})", list(turn.values()))

    def test_answers_are_read_in_the_order_of_time(self):
        turns = experiment.read_turns(self.folder)
        self.assertEqual([turn.prompt for turn in turns], ["1", "2"])
        self.assertEqual(turns[1].computed_tokens, 60)
        self.assertEqual(turns[0].messages[0], {"role": "system", "content": "You are Ada."})
        self.assertEqual(turns[1].ended - turns[0].began, 7)
        self.assertEqual(experiment.read_turns(self.folder, annotations=True), [])

    def test_the_server_is_asked_for_as_many_tokens_as_we_generated(self):
        request = experiment.same_work(experiment.read_turns(self.folder)[0],
                                       {"temperature": 0.8, "top_p": 0.95, "top_k": 40, "min_p": 0.05})
        self.assertEqual((request["n_predict"], request["ignore_eos"], request["temperature"]), (7, True, 0.8))
        self.assertLess(request["seed"], 2**31)
        self.assertGreaterEqual(request["seed"], 0)


class Experiment(unittest.TestCase):
    def test_a_copy_has_the_size_and_the_model_that_are_asked_for(self):
        with tempfile.TemporaryDirectory() as folder:
            path = experiment.write(Path(folder) / "copy", Path("m.gguf"), "BF16", discussions=3, turns=2, max_tokens=9,
                                    annotations=True)
            document = json.loads(path.read_text(encoding="utf-8"))
            self.assertTrue((path.parent / "personas.json").exists())
        self.assertEqual(document["models"]["small"]["weights"], "BF16")
        self.assertEqual((document["discussions"]["per_cell"], document["discussions"]["turns"]), (3, 2))
        self.assertEqual(document["annotations"], experiment.ANNOTATIONS)


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    seen, lock = [], threading.Lock()

    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        status, answer = 200, {"prompt": "".join(body.get("messages", []))}
        if self.path == "/completion":
            status, answer = self.completion(body["prompt"])
        text = json.dumps(answer).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def completion(self, prompt):
        with self.lock:
            self.seen.append(prompt)
        if prompt == "bad":
            return 500, {"error": "bad"}
        if prompt == "cut":
            return 500, {"error": "output that does not match the expected format"}
        return 200, {"content": "yes", "tokens_evaluated": 9, "tokens_predicted": 2, "timings": {"prompt_n": 4}}

    def log_message(self, *arguments):
        pass


class Replays(unittest.TestCase):
    def setUp(self):
        Handler.seen = []
        self.http = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.http.daemon_threads = True
        threading.Thread(target=self.http.serve_forever, daemon=True).start()
        self.addCleanup(self.http.server_close)
        self.addCleanup(self.http.shutdown)
        self.server = server.Server(None, self.http.server_address[1])

    def test_requests_of_a_discussion_are_sent_in_order(self):
        discussions = [[{"messages": [f"{d}.{turn}"]} for turn in range(5)] for d in range(6)]
        replay = self.server.replay(discussions, clients=3)
        self.assertEqual(replay.replies, [server.Reply(9, 4, 2)] * 30)
        for d in range(6):
            seen = [name for name in Handler.seen if name.startswith(f"{d}.")]
            self.assertEqual(seen, [f"{d}.{turn}" for turn in range(5)])

    def test_a_refused_request_ends_the_replay(self):
        with self.assertRaises(processes.ProgramFailed):
            self.server.replay([[{"messages": ["bad"]}, {"messages": ["never"]}]], clients=2)

    def test_an_answer_that_ends_within_a_character_counts(self):
        replay = self.server.replay([[{"messages": ["cut"], "n_predict": 5}]], clients=1)
        self.assertEqual(replay.replies, [server.Reply(None, None, 5)])


class Processes(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.log = Path(folder.name) / "log"

    def test_an_interrupted_block_ends_its_program(self):
        with self.assertRaises(KeyboardInterrupt):
            with processes.started(["sleep", "60"], self.log) as child:
                raise KeyboardInterrupt
        self.assertTrue(child.ended())
        self.assertEqual(child.code, -15)

    def test_a_failed_program_says_why(self):
        with self.assertRaisesRegex(processes.ProgramFailed, "ended with 3.*\n.*no model"):
            processes.run(["sh", "-c", "echo no model >&2; exit 3"], self.log)

    def test_output_and_memory_are_told(self):
        done = processes.run(["echo", "x"], self.log)
        self.assertEqual(done.out, "x\n")
        self.assertGreater(done.peak_bytes, 0)


def results():
    """A result of every section, with figures that are easy to find again."""
    def row(who, parallel, speed):
        return {"who": who, "weights": "Q8_0", "asked_for": "tuned", "parallel": parallel, "peak_bytes": 2_000_000_000,
                **sections._figures(100, 30_000, 8_000, 100 / speed)}

    ours, theirs = row("ours", 32, 3), row("llama-server", 8, 1.5)
    ratio = sections._ratio("ours to theirs", ours, theirs)
    about = {"date": "2026-01-02T03:04:05Z", "versions": ["syndisco 1", "llama.cpp 2"],
             "machine": {"cpu": "A CPU", "cores": 2, "memory_bytes": 2**34, "kernel": "Linux 6", "load_before": 0.1},
             "model": {"file": "m.gguf", "sha256": "0123456789abcdef"}}
    samples = [{"who": who, "repeat": repeat, "sequences": 8, "prompt_per_second": speed * (repeat + 1),
                "generated_per_second": speed * (repeat + 1)}
               for repeat in range(3) for who, speed in (("ours", 90), ("llama.cpp", 100))]
    return {
        "a": {**about, "size": {"prompt": 300}, "weights": "Q8_0", "threads": 2, "attention": "plain", "batch": 2048,
              "ubatch": 512, "rows": [sections._batch_row(samples, 8)]},
        "b": {**about, "size": {"discussions": 16}, "full": False, "rows": [ours, theirs], "ratios": [ratio],
              "idle_share": 0.04},
        "c": {**about, "size": {"discussions": 8}, "rows": [ours, theirs], "ratios": [ratio]},
        "d": {**about, "size": {"turns": 100}, "rows": [
            {"shown": "a", "size": {"turns": 100}, "per_turn": {"prompt": 659, "bound_in_discussions": 338,
             "bound_in_experiment": 301, "computed": 310}, "ratio": 1.03, "counted_otherwise": 2}]},
        "e": {**about, "size": {"most": 32}, "rows": [row("ours", 1, 1), row("ours", 32, 4)]},
    }


class Report(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)

    def test_every_section_has_its_table(self):
        for letter, result in results().items():
            engine.keep(self.folder, letter, result)
        page = report.page(self.folder)
        self.assertNotIn("{{", page)
        self.assertNotIn("Not measured", page)
        for part in ("| 8 | 180 | 200 | **0.90×** |", "**2.00×**", "had nothing to compute (best weights): 4.0 %",
                     "| **ours** | 310 |", "**1.030×**", "Of 100 prompts, 2 have", "| 32 | 100 | 4.00 |",
                     "reduced: discussions 16", "A CPU, 2 cores, 16 GB"):
            self.assertIn(part, page)
        self.assertIn("b  ours to theirs: answers/s 2.00×", report.summary(self.folder))

    def test_tables_are_rectangular(self):
        for letter, result in results().items():
            engine.keep(self.folder, letter, result)
        for block in re.findall(r"(?:^\|.*\n)+", report.page(self.folder), re.MULTILINE):
            self.assertEqual(len({line.count("|") for line in block.splitlines()}), 1, block)

    def test_what_was_not_measured_is_said(self):
        self.assertEqual(report.page(self.folder).count("Not measured yet."), 5)


if __name__ == "__main__":
    unittest.main()
