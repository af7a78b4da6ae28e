"""A service in this process, on a loopback port, and a raw client that sends what no library would."""

from __future__ import annotations

import asyncio
import http.client
import json
import socket
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from threading import Event, Thread
from typing import Any, NamedTuple

from hanbench.emulator.clock import PacedClock
from hanbench.harness.bench.bench_file import BenchFile
from hanbench.harness.bench.street import assemble_street
from hanbench.harness.campaigns.watching import WatchedStore
from hanbench.harness.case.vocabulary import Close, Outcome
from hanbench.harness.control.bench_thread import BenchThread
from hanbench.harness.control.events import DecisionMade, FrameSeen
from hanbench.harness.control.live_bench import LiveBench
from hanbench.harness.serve.access import Access
from hanbench.harness.serve.app import application
from hanbench.harness.serve.benches import Benches
from hanbench.harness.serve.campaigns import Campaigns
from hanbench.harness.serve.http_server import HttpServer
from hanbench.harness.serve.problems import Refusals
from hanbench.harness.serve.sse import Streams

WAIT = 60.0
"""Real seconds; a busy machine needs some."""


class Answer(NamedTuple):
    """What came back."""

    status: int
    headers: dict[str, str]
    """By lower-case name."""
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def code(self) -> str:
        """The code of a problem."""
        assert self.headers["content-type"] == "application/problem+json"
        assert self.json["status"] == self.status
        return str(self.json["code"])


class Served:
    """A service that runs."""

    def __init__(self, port: int, threads: Sequence[BenchThread], refusals: Refusals, streams: Streams) -> None:
        self.port = port
        self.threads = threads
        self.refusals = refusals
        self.streams = streams

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self.port}"

    def ask(self, method: str, path: str, body: bytes | str | None = None, **headers: str) -> Answer:
        """Send a request. `headers`: underscores for hyphens; Host is that of the service unless it is given."""
        given = {name.replace("_", "-"): value for name, value in headers.items()}
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=WAIT)
        try:
            connection.putrequest(method, path, skip_host=True, skip_accept_encoding=True)
            for name, value in {"Host": self.host, **given}.items():
                connection.putheader(name, value)
            octets = body.encode() if isinstance(body, str) else body
            if octets is not None and "Content-Length" not in given:
                connection.putheader("Content-Length", str(len(octets)))
            connection.endheaders(octets)
            return answered(connection.getresponse())
        finally:
            connection.close()

    def get(self, path: str, **headers: str) -> Answer:
        return self.ask("GET", path, **headers)

    def post(self, verb: str, fields: object = None, bench: str = "virtual", **headers: str) -> Answer:
        """Post a verb with its fields."""
        body = json.dumps({} if fields is None else fields)
        return self.ask("POST", f"/api/benches/{bench}/{verb}", body, Content_Type="application/json", **headers)

    def raw(self, octets: bytes, *, until_closed: bool = True) -> bytes:
        """Send octets as they are, and return everything that comes until the service closes the connection."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=WAIT) as connection:
            connection.sendall(octets)
            found = bytearray()
            while chunk := connection.recv(65_536):
                found += chunk
                if not until_closed and b"\r\n\r\n" in found:
                    break
            return bytes(found)

    @contextmanager
    def stream(self, path: str, **headers: str) -> Iterator[Stream]:
        """Follow a stream of server-sent events."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=WAIT)
        try:
            connection.request("GET", path, headers={name.replace("_", "-"): value for name, value in headers.items()})
            response = connection.getresponse()
            assert response.status == 200, response.read()
            yield Stream(response)
        finally:
            connection.close()


class Message(NamedTuple):
    """One server-sent event."""

    event: str
    id: str
    data: Any


class Stream:
    """A stream of server-sent events."""

    def __init__(self, response: http.client.HTTPResponse) -> None:
        self.headers = {name.lower(): value for name, value in response.getheaders()}
        self._response = response

    def __iter__(self) -> Iterator[Message]:
        fields: dict[str, str] = {}
        for line in self._response:
            name, colon, value = line.decode().rstrip("\n").partition(": ")
            if colon and name:
                fields[name] = value
            elif not colon:
                if "data" in fields:
                    yield Message(fields.get("event", "message"), fields.get("id", ""), json.loads(fields["data"]))
                fields = {}

    def events(self) -> Iterator[dict[str, Any]]:
        """Every event of the bench, one by one."""
        for message in self:
            if message.event == "message":
                yield from message.data


def answered(response: http.client.HTTPResponse) -> Answer:
    headers = {name.lower(): value for name, value in response.getheaders()}
    return Answer(response.status, headers, response.read())


def bench_thread(folder: Path, name: str = "virtual", speed: float = 7200.0, bench: str = "virtual") -> BenchThread:
    """A bench that is up, in its thread."""
    file = BenchFile.find(bench)
    (folder / name).mkdir()
    thread = BenchThread(LiveBench(file, assemble_street(file, PacedClock(speed), seed=name), folder / name, name))
    thread.start()
    return thread


@contextmanager
def served(
    threads: Sequence[BenchThread],
    access: Access | None = None,
    streams: Callable[[], Streams] = Streams,
    stores: Mapping[str, WatchedStore] | None = None,
) -> Iterator[Served]:
    """Serve benches that are up, which are stopped in the end, and campaigns."""
    ready = Event()
    made: list[tuple[HttpServer, Streams, asyncio.AbstractEventLoop]] = []
    refusals = Refusals()
    listener = socket.create_server(("127.0.0.1", 0))

    async def run() -> None:
        open_streams = streams()
        app = application(Benches(threads), Campaigns(stores or {}), access or Access(), open_streams, refusals)
        server = HttpServer(app, refusals)
        made.append((server, open_streams, asyncio.get_running_loop()))
        ready.set()
        await server.serve_on(listener)

    runner = Thread(target=lambda: asyncio.run(run()), daemon=True)
    port = listener.getsockname()[1]
    runner.start()
    assert ready.wait(WAIT)
    server, open_streams, loop = made[0]
    try:
        yield Served(port, threads, refusals, open_streams)
    finally:
        loop.call_soon_threadsafe(open_streams.closing.set)
        loop.call_soon_threadsafe(server.end)
        runner.join(WAIT)
        for thread in threads:
            thread.stop()


def add_frames(thread: BenchThread, number: int, line: str = "x") -> None:
    """Put frames into the journal of a bench, as if they had been on the air just now."""
    journal = thread.journal
    for _ in range(number):
        made = FrameSeen(
            seq=journal.last + 1,
            clock=1.0,
            date=datetime(2022, 4, 4, tzinfo=UTC),
            number=1,
            channel=15,
            sender="hub",
            receiver="gsme",
            name="beacon",
            line=line,
        )
        journal.add_frame(lambda made=made: made)  # type: ignore[misc]


def add_decision(thread: BenchThread) -> None:
    """Put a decision into the journal of a bench."""
    thread.journal.add(DecisionMade, case="case", action=Close(Outcome.RETRY), text="closes the case")


def until(true: Callable[[], object]) -> None:
    """Wait until something is true."""
    end = time.monotonic() + WAIT
    while not true():
        assert time.monotonic() < end
        time.sleep(0.01)
