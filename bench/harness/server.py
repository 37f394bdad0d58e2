"""llama-server: started, asked by one or more clients, ended."""

import http.client
import json
import queue
import socket
import threading
import time
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Iterator, List, Optional, Sequence

from . import processes


class Refused(processes.ProgramFailed):
    """The server has answered otherwise than with what was asked for."""


@dataclass(frozen=True)
class Reply:
    """What a server says about one answer. What it does not say is None."""

    prompt_tokens: Optional[int]
    computed_tokens: Optional[int]
    generated_tokens: int


@dataclass(frozen=True)
class Replay:
    """All requests of some discussions, answered."""

    replies: List[Reply]
    seconds: float


class Client:
    """One connection, kept open. For one thread."""

    def __init__(self, port: int):
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=600)
        self._connection.connect()
        # Head and body of a request are sent apart; without this the second would wait for the first.
        self._connection.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def post(self, path: str, body: dict) -> dict:
        self._connection.request("POST", path, json.dumps(body), {"Content-Type": "application/json"})
        response = self._connection.getresponse()
        text = response.read().decode()
        if response.status != 200:
            raise Refused(f"llama-server answered {response.status} to {path}: {text[:300]}")
        return json.loads(text)

    def close(self) -> None:
        self._connection.close()

    def prompt(self, messages: Sequence[dict]) -> str:
        """A chat as the model's template has it."""
        return self.post("/apply-template", {"messages": list(messages)})["prompt"]

    def tokens(self, messages: Sequence[dict]) -> List[int]:
        """The tokens of a chat, as the server would compute them."""
        body = {"content": self.prompt(messages), "add_special": True, "parse_special": True}
        return self.post("/tokenize", body)["tokens"]

    def complete(self, request: dict) -> Reply:
        try:
            answer = self.post("/completion", request)
        except Refused as refused:
            # All is computed by then, only the text ends within a character, as one of given length may.
            if "does not match the expected" in str(refused):
                return Reply(None, None, request["n_predict"])
            raise
        return Reply(answer["tokens_evaluated"], answer["timings"]["prompt_n"], answer["tokens_predicted"])


class Server:
    """A llama-server that answers."""

    def __init__(self, child: processes.Child, port: int):
        self.child, self.port = child, port

    def client(self) -> Client:
        return Client(self.port)

    def replay(self, discussions: Sequence[Sequence[dict]], clients: int) -> Replay:
        """Sends the requests of each discussion one after the other, as many discussions at once as
        there are clients; a client that has finished one takes the next.

        Requests have `messages`, but are sent as texts: what a model says past the end of its answer
        may look to the server like a broken tool call, which it refuses to send.
        """
        waiting: queue.Queue = queue.Queue()
        with closing(self.client()) as client:
            for discussion in discussions:
                waiting.put([_as_text(client, request) for request in discussion])
        answered: queue.Queue = queue.Queue()
        connections = [self.client() for _ in range(clients)]
        start = time.monotonic()
        for connection in connections:
            threading.Thread(target=_serve, args=(connection, waiting, answered), daemon=True).start()
        replies = []
        for _ in range(sum(len(discussion) for discussion in discussions)):
            reply = answered.get()
            if isinstance(reply, Exception):
                raise reply
            replies.append(reply)
        return Replay(replies, time.monotonic() - start)


def _as_text(client: Client, request: dict) -> dict:
    rest = {name: value for name, value in request.items() if name != "messages"}
    return {**rest, "prompt": client.prompt(request["messages"])}


def _serve(client: Client, waiting: queue.Queue, answered: queue.Queue) -> None:
    try:
        while True:
            for request in waiting.get_nowait():
                answered.put(client.complete(request))
    except queue.Empty:
        pass
    except Exception as error:  # whatever it is, who waits for the answer has to know
        answered.put(error)
    finally:
        client.close()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _healthy(port: int) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", "/health")
        return connection.getresponse().status == 200
    except OSError:
        return False
    finally:
        connection.close()


@contextmanager
def serving(program: Path, model: Path, flags: Sequence[str], log: Path) -> Iterator[Server]:
    """A llama-server with `flags`, on a free port of this machine, for as long as the block runs."""
    port = free_port()
    command = [program, "-m", model, "--host", "127.0.0.1", "--port", port, *flags]
    with processes.started(command, log) as child:
        deadline = time.monotonic() + 120
        while not _healthy(port):
            if child.ended():
                raise child.failure()
            if time.monotonic() > deadline:
                raise Refused(f"llama-server was not ready after two minutes (output: {child.err})")
            time.sleep(0.05)
        yield Server(child, port)
