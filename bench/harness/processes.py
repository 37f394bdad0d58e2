"""Programs that the benchmarks start. Whatever is left when the benchmarks end is ended with them."""

import os
import signal
import subprocess
import time
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Iterator, List, Sequence

_running: List["Child"] = []


class ProgramFailed(Exception):
    """A program ended otherwise than it should have; the message says where its output is."""


class Child:
    """A running program. Its output goes to `<log>.out` and `<log>.err`.

    In a session of its own, so that Ctrl-C reaches it through us, once, and nobody else's programs.
    """

    def __init__(self, command: Sequence, log: Path):
        log.parent.mkdir(parents=True, exist_ok=True)
        self.command = [str(part) for part in command]
        self.out, self.err = log.with_suffix(".out"), log.with_suffix(".err")
        self.peak_bytes = 0
        self.code = None
        self.started = time.monotonic()
        with open(self.out, "wb") as out, open(self.err, "wb") as err:
            self._process = subprocess.Popen(
                self.command, stdin=subprocess.DEVNULL, stdout=out, stderr=err, start_new_session=True)
        _running.append(self)

    def ended(self, wait: bool = False) -> bool:
        """Whether it has ended; if so, `code` and `peak_bytes` hold how."""
        if self.code is None:
            pid, status, usage = os.wait4(self._process.pid, 0 if wait else os.WNOHANG)
            if pid:
                self.seconds = time.monotonic() - self.started
                self.code = self._process.returncode = os.waitstatus_to_exitcode(status)
                self.peak_bytes = usage.ru_maxrss * 1024  # the VmHWM it ended with
                _running.remove(self)
        return self.code is not None

    def end(self, patience: float = 10) -> None:
        """Asks it to end, and makes it after `patience` seconds."""
        for wanted in (signal.SIGTERM, signal.SIGKILL):
            if self.ended():
                return
            self._process.send_signal(wanted)
            deadline = time.monotonic() + patience
            while not self.ended() and time.monotonic() < deadline:
                time.sleep(0.02)

    def failure(self) -> ProgramFailed:
        last = self.err.read_text(errors="replace").strip().splitlines()[-3:]
        name = Path(self.command[0]).name
        return ProgramFailed("\n  ".join([f"{name} ended with {self.code} (output: {self.err})", *last]))


@dataclass(frozen=True)
class Finished:
    """A program that has ended well: what it wrote on stdout, and what it took."""

    out: str
    seconds: float
    peak_bytes: int


def run(command: Sequence, log: Path) -> Finished:
    """Runs a program to its end."""
    with started(command, log) as child:
        child.ended(wait=True)
    if child.code != 0:
        raise child.failure()
    return Finished(child.out.read_text(errors="replace"), child.seconds, child.peak_bytes)


@contextmanager
def started(command: Sequence, log: Path) -> Iterator[Child]:
    """A program that runs for as long as the block does."""
    child = Child(command, log)
    try:
        yield child
    finally:
        child.end()


def end_all() -> None:
    for child in list(_running):
        child.end()


def end_with_us() -> None:
    """Makes SIGTERM and SIGHUP end us as Ctrl-C does: with everything we have started."""

    def interrupt(number, frame):
        raise KeyboardInterrupt

    signal.signal(signal.SIGTERM, interrupt)
    signal.signal(signal.SIGHUP, interrupt)
