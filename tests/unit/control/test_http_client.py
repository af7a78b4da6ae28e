"""The clients over HTTP: the same methods and errors as over the socket, and streams that go on where they broke."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from hanbench.client import AsyncClient, Client, ControlError, connect
from hanbench.harness.control import http_link, http_messages
from hanbench.harness.control.answers import NodeList
from hanbench.harness.control.async_http_link import AsyncHttpLink
from hanbench.harness.control.events import DecisionMade
from tests.support.served import Served, add_decision, bench_thread, served

pytest.importorskip("starlette")
TOKEN = "a token of forty characters, no more no less"


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("served")
    with served([bench_thread(folder, "one"), bench_thread(folder, "other")]) as running:
        yield running


def url(service: Served) -> str:
    return f"http://{service.host}"


def test_verbs_are_asked_by_blocking_code_and_by_asyncio(service: Served) -> None:
    with connect(url(service), bench="one") as client:
        assert (client.bench, client.state().bench) == ("one", "one")
        assert isinstance(client.nodes(), NodeList)
        assert client.inject("battery-dead", wait_s=60.0).active == ("battery-dead",)
        check = client.check()
        assert check.check is not None
        assert (check.check.verdict, check.check.code) == ("fail", "GT01")
        assert client.events(kinds=("fault", "check"), limit=3).events

    async def others() -> None:
        async with AsyncClient(url(service), bench="one") as client:
            healed, state, node = await asyncio.gather(
                client.heal("battery-dead", wait_s=60.0), client.state(), client.node("gsme")
            )
            assert (healed.active, state.bench, node.name) == ((), "one", "gsme")

    asyncio.run(others())


@pytest.mark.parametrize(
    ("ask", "code", "exit_status"),
    [
        (lambda client: client.inject("batery-dead"), "unknown-fault", 3),
        (lambda client: client.node("gmse"), "unknown-node", 3),
        (lambda client: client.heal("flapping"), "not-active", 3),
        (lambda client: client.events(kinds=("decisions",)), "invalid-request", 3),
        (lambda client: client.scenario("play", text="id = 1"), "invalid-request", 3),
    ],
)
def test_errors_are_those_of_the_socket(service: Served, ask: Any, code: str, exit_status: int) -> None:
    with Client(url(service), bench="other") as client, pytest.raises(ControlError) as caught:
        ask(client)
    assert (caught.value.kind.code, caught.value.kind.exit_status) == (code, exit_status)


def test_a_bench_is_named_where_there_are_several(service: Served) -> None:
    with pytest.raises(ControlError, match="several are up: one, other"):
        connect(url(service))
    with pytest.raises(ControlError, match="did you mean other"):
        connect(url(service), bench="othr")


def test_a_token_is_sent_and_its_absence_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from hanbench.harness.serve.access import Access

    with served([bench_thread(tmp_path)], Access(token=TOKEN)) as guarded:
        with pytest.raises(ControlError, match="there is no token") as caught:
            connect(url(guarded))
        assert caught.value.kind.code == "unauthorized"
        with pytest.raises(ControlError, match="the token is wrong"):
            connect(url(guarded), token="wrong")
        with connect(url(guarded), token=TOKEN) as client:
            assert client.bench == "virtual"
            with client.follow(0, ("node",)) as nodes:
                assert next(nodes).seq >= 1
        monkeypatch.setenv("HANBENCH_TOKEN", TOKEN)

        async def asked() -> str:
            async with AsyncClient(url(guarded)) as client:
                return (await client.state()).bench

        assert asyncio.run(asked()) == "virtual"


@pytest.mark.parametrize("where", ["http://", "http://a:b", "https://u:p@h", "http://h/?q=1", "http://[::1"])
def test_a_wrong_address_is_told(where: str) -> None:
    with pytest.raises(ControlError, match=r"expected the address of a service, such as http://127\.0\.0\.1:8571"):
        connect(where)


def test_a_service_that_is_not_there_is_told() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    with pytest.raises(ControlError, match=r"nothing answers at .*Connection refused.*hanbench serve") as caught:
        connect(f"http://127.0.0.1:{port}")
    assert caught.value.kind.code == "unknown-bench"


def test_events_are_followed_in_order_by_both(service: Served) -> None:
    thread = service.threads[0]
    after = thread.journal.last
    with connect(url(service), bench="one") as client, client.follow(after, ("decision", "frame")) as followed:
        for _ in range(3):
            add_decision(thread)
        seen = [next(each for each in followed if isinstance(each, DecisionMade)) for _ in range(3)]
    assert [each.number for each in seen] == sorted(each.number for each in seen)

    async def both() -> list[int]:
        async with AsyncClient(url(service), bench="one") as client:
            found = []
            follow = client.follow(after, ("decision",))
            async for event in follow:
                found.append(event.seq)
                if len(found) == 3:
                    break
            await follow.aclose()
            return found

    assert asyncio.run(both()) == [each.seq for each in seen]


# --- a service that breaks off ----------------------------------------------------------------------------------------

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"
BEGIN = 'event: begin\nid: one:ab:4\ndata: {"bench":"one","life":"ab","after":4,"resumed":%s}\n\n'
LOG = '{"kind":"log","seq":%d,"clock":1.0,"date":"2022-04-04T08:00:00Z","text":"x"}'
ENDED = '{"kind":"ended","seq":9,"clock":1.0,"date":"2022-04-04T08:00:00Z","reason":"stopped"}'


def message(seq: int, data: str) -> bytes:
    return f"id: one:ab:{seq}\ndata: [{data}]\n\n".encode()


def chunked(octets: bytes) -> bytes:
    """RFC 9112, 7.1, in pieces that no line ends with."""
    pieces = [octets[at : at + 7] for at in range(0, len(octets), 7)]
    return b"".join(f"{len(each):x}\r\n".encode() + each + b"\r\n" for each in pieces)


@contextmanager
def breaking(*streams: bytes) -> Iterator[tuple[str, list[bytes]]]:
    """A server that gives each connection the next of these octets, and hangs up; and the requests that it got."""
    got: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            for stream in streams:
                connection, _ = listener.accept()
                with connection:
                    got.append(connection.recv(65_536))
                    connection.sendall(stream)

        thread = Thread(target=serve, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}", got
        thread.join(30)


def feed(where: str) -> http_messages.EventFeed:
    return http_messages.EventFeed(http_messages.Service.at(where, None), "one", 4, ("log",))


class _Link:
    """As much of a link as following needs."""

    bench = "one"
    connection = http_link.HttpLink.connection

    def __init__(self, where: str) -> None:
        self._service = http_messages.Service.at(where, None)


def followed(where: str, found: list[int]) -> None:
    """Put the numbers of the events that a blocking client follows, up to the error at the end."""
    with http_link.HttpFollowing(_Link(where), feed(where)) as events:  # type: ignore[arg-type]
        found.extend(event.seq for event in events)


async def async_followed(where: str, found: list[int]) -> None:
    """The same for asyncio."""
    async for event in AsyncHttpLink(where, "one", None).follow(4, ("log",)):
        found.append(event.seq)  # noqa: PERF401 - the error at the end must not lose them


@pytest.mark.parametrize("kind", ["blocking", "asyncio"])
@pytest.mark.parametrize(
    ("second", "expected", "why"),
    [
        (BEGIN % "true", [5, 6, 7, 9], "there are no more events"),
        (BEGIN % "false", [5, 6], "it was started anew meanwhile"),
    ],
    ids=["resumed", "started anew"],
)
def test_a_stream_that_breaks_goes_on_after_the_last_event(
    kind: str, second: str, expected: list[int], why: str
) -> None:
    # HTML Living Standard, 9.2.6: the last event id is that of the last message that was whole.
    begin = (BEGIN % "true").encode()
    first = begin + b": alive\n\n" + message(6, f"{LOG % 5},{LOG % 6}") + message(7, LOG % 7)[:-2]
    last = second.encode() + message(7, LOG % 7) + message(9, ENDED)
    found: list[int] = []
    with breaking(HEAD + chunked(first), HEAD + chunked(last)) as (where, got), pytest.raises(ControlError) as caught:
        followed(where, found) if kind == "blocking" else asyncio.run(async_followed(where, found))
    assert (caught.value.kind.code, found) == ("bench-ended", expected)
    assert why in str(caught.value)
    assert b"after=4" in got[0]
    assert b"Last-Event-ID: one:ab:6\r\n" in got[1]


@pytest.mark.parametrize(
    "octets",
    [
        b"",
        b"\r\n\r\n",
        b"SSH-2.0-OpenSSH_9.2\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n[]",
        b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\n<html>",
        b"HTTP/1.1 302 Found\r\nLocation: http://elsewhere/\r\nContent-Length: 0\r\n\r\n",
        b"HTTP/1.1 500 No\r\nContent-Length: 4\r\n\r\nnull",
    ],
)
@pytest.mark.parametrize("kind", ["blocking", "asyncio"])
def test_an_answer_that_is_none_ends_in_an_error(kind: str, octets: bytes) -> None:
    async def opened(where: str) -> None:
        await AsyncHttpLink(where, "one", None).open()

    with breaking(octets) as (where, _), pytest.raises(ControlError) as caught:
        connect(where, bench="one") if kind == "blocking" else asyncio.run(opened(where))
    assert caught.value.kind.code in ("unknown-bench", "unsupported-version")
    assert "\n" not in str(caught.value)
