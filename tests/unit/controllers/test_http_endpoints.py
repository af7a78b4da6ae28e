"""Controllers behind a URL. An answer is one body, so `unasked` is the one misbehaviour that they cannot have."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from hanbench.harness.case.trace import encode
from hanbench.harness.controllers.endpoint_address import TOKEN
from hanbench.harness.controllers.lookup import UnknownControllerError, controller_factory, named

CHECK = {"action": "run-check", "not-before": "2022-04-04T08:00:00Z"}
COMMISSION = {"action": "commission-devices", "devices": ["esme"]}


@pytest.fixture(autouse=True)
def no_token(monkeypatch) -> None:
    monkeypatch.delenv(TOKEN, raising=False)


@pytest.mark.usefixtures("nothing_stays_open")
def test_an_endpoint_is_told_each_turn_and_can_tell_cases_apart(endpoint, retry, run_with, faults):
    heard = []

    def answer(handler, turn):
        heard.append((handler.headers["Hanbench-Case"], turn["event"]["event"]))
        retry(handler, turn)

    with endpoint(answer) as url:
        first, second = run_with(url), run_with(url)
    assert first.outcome == second.outcome == "retry"
    assert faults(first) == []
    assert len(dict(heard)) == 2
    assert [event for case, event in heard if case == heard[0][0]] == ["installation-loaded", "tick"]


# --- those that do not behave -----------------------------------------------------------------------------------------


@pytest.mark.usefixtures("nothing_stays_open")
@pytest.mark.parametrize(
    ("body", "status", "kind", "text"),
    [
        (b"[]", 500, "crashed", "HTTP status 500 Internal Server Error"),
        (b"[]", 404, "crashed", "HTTP status 404 Not Found"),
        (b"[]", 401, "unreachable", "HTTP status 401 Unauthorized: set HANBENCH_CONTROLLER_TOKEN, or a user"),
        (b"{]", 200, "not-json", "JSON is malformed"),
        (b"", 200, "not-json", ""),
        (b"{}", 200, "not-json", "expected a list of actions"),
        (b"\xff\xfe", 200, "not-json", ""),
        (b"[" * 500_000, 200, "not-json", ""),
        (b"x" * 3_000_000, 200, "flood", "more than 1048576 octets in one answer"),
    ],
)
def test_an_answer_that_is_none_is_judged_and_nothing_more_is_asked(
    endpoint, say, run_with, faults, body, status, kind, text
):
    asked = []

    def answer(handler, turn):
        asked.append(turn)
        say(handler, body, status)

    with endpoint(answer) as url:
        run = run_with(url)
    ((found, said),) = faults(run)
    assert found == kind
    assert text in said
    assert len(asked) == 1
    assert not run.as_expected
    assert "in-turn" in {violation.property for violation in run.violations}


@pytest.mark.parametrize(
    ("actions", "kind", "text"),
    [
        ([{"action": "dance"}], "not-an-action", "Invalid value 'dance'"),
        ([7], "not-an-action", "Expected `object`"),
        ([COMMISSION] * 2, "out-of-turn", "CommissionDevices while a check or a commissioning is under way"),
        ([CHECK] * 500, "too-many-actions", "more than 200"),
    ],
)
def test_actions_that_are_none_or_out_of_turn_are_judged(endpoint, say, run_with, faults, actions, kind, text):
    with endpoint(lambda handler, turn: say(handler, json.dumps(actions).encode())) as url:
        run = run_with(url)
    assert faults(run)[0][0] == kind
    assert text in faults(run)[0][1]


@contextmanager
def server_that_writes(*pieces: bytes, every: float = 0.0) -> Iterator[str]:
    """A URL at which each connection gets these octets, the last piece again and again if `every` says how often."""

    def serve(connection: socket.socket) -> None:
        with connection:
            try:
                connection.recv(65536)
                for piece in pieces:
                    connection.sendall(piece)
                if not every:
                    connection.shutdown(socket.SHUT_WR)
                connection.settimeout(every or None)
                while True:  # what is left unread when a connection is closed resets it
                    try:
                        if not connection.recv(65536):
                            return
                    except TimeoutError:
                        connection.sendall(pieces[-1])
            except OSError:
                pass  # whoever asked hung up

    def accept() -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            threads.append(threading.Thread(target=serve, args=(connection,)))
            threads[-1].start()

    threads: list[threading.Thread] = []
    with socket.create_server(("127.0.0.1", 0)) as listener:
        threads.append(threading.Thread(target=accept))
        threads[0].start()
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}/"
        finally:
            listener.shutdown(socket.SHUT_RDWR)
            for thread in threads:
                thread.join()


OK = b"HTTP/1.1 200 OK\r\n"


@pytest.mark.usefixtures("prompt", "nothing_stays_open")
@pytest.mark.parametrize(
    ("pieces", "every", "kind", "text"),
    [
        ((OK, b"Content-Length: 1000\r\n\r\n", b" "), 0.05, "silent", "no answer within 0.5 s"),
        ((OK, b"x"), 0.05, "silent", "no answer within 0.5 s"),
        ((b"HTTP/1.1 100 Continue\r\n\r\n",), 0.05, "silent", "no answer within 0.5 s"),
        ((OK, b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\n \r\n"), 0.05, "silent", "no answer within 0.5 s"),
        ((b"",), 0.05, "silent", "no answer within 0.5 s"),
        ((b"",), 0.0, "unreachable", "it closed the connection without an answer"),
        ((b"SSH-2.0-OpenSSH_9.2\r\n",), 0.0, "unreachable", "invalid HTTP: BadStatusLine"),
        ((OK, b"X: " + b"x" * 100_000 + b"\r\n\r\n"), 0.0, "unreachable", "invalid HTTP: LineTooLong"),
        ((OK, b"Content-Length: 1000\r\n\r\n[]"), 0.0, "crashed", "in the middle of its answer"),
        ((OK, b"Transfer-Encoding: chunked\r\n\r\n2\r\n[]\r\n"), 0.0, "crashed", "in the middle of its answer"),
    ],
    ids=[
        "body",
        "header",
        "continue",
        "chunks",
        "nothing",
        "closes",
        "not-http",
        "long-header",
        "short",
        "no-last-chunk",
    ],
)
def test_an_endpoint_that_trickles_or_hangs_up_keeps_nobody_waiting(
    run_with, faults, request, pieces, every, kind, text
):
    if "within" in text:
        request.getfixturevalue("impatient")
    with server_that_writes(*pieces, every=every) as url:
        run = run_with(url)
    ((found, said),) = faults(run)
    assert (found, text in said) == (kind, True), said


@pytest.mark.usefixtures("nothing_stays_open")
def test_an_endpoint_that_is_not_there_is_judged_too(run_with, faults):
    run = run_with("http://127.0.0.1:1/")
    assert faults(run) == [("unreachable", "[Errno 111] Connection refused")]
    assert not run.as_expected


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_redirects_are_not_followed(endpoint, say, retry, run_with, faults, monkeypatch, status):
    """Of a POST, most of them would make a GET; and the token is for the endpoint that was named."""
    monkeypatch.setenv(TOKEN, "s3cret")
    elsewhere = []

    def other(handler, turn):
        elsewhere.append(turn)
        retry(handler, turn)

    with endpoint(other) as there, endpoint(lambda h, _: say(h, b"", status, Location=f"{there}?token=abc")) as url:
        run = run_with(url)
    ((kind, said),) = faults(run)
    assert kind == "unreachable"
    assert said.startswith(f"HTTP status {status} ")
    assert said.endswith(f"redirects are not followed; this one leads to {there}?***")
    assert elsewhere == []


def test_a_proxy_is_asked_for_other_machines_and_never_for_this_one(endpoint, retry, run_with, faults, monkeypatch):
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.delenv("no_proxy", raising=False)
    asked = []

    def answer(handler, turn):
        asked.append(handler.path)
        retry(handler, turn)

    with endpoint(answer) as url:
        monkeypatch.setenv("http_proxy", url)
        assert faults(run_with("http://controller.invalid/turn")) == []
        monkeypatch.setenv("http_proxy", "http://127.0.0.1:1/")
        assert faults(run_with(url)) == []
    assert asked == ["http://controller.invalid/turn"] * 2 + ["/"] * 2


# --- who asks ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def guarded(endpoint, retry):
    """`with guarded() as (url, heard)`: an endpoint that notes the header `Authorization`."""

    @contextmanager
    def serving():
        heard = []

        def answer(handler, turn):
            heard.append(handler.headers["Authorization"])
            retry(handler, turn)

        with endpoint(answer) as url:
            yield url, heard

    return serving


def test_a_token_of_the_environment_is_sent_as_a_bearer_token(guarded, run_with, faults, monkeypatch):
    monkeypatch.setenv(TOKEN, "s3cret-t0ken\n")
    with guarded() as (url, heard):
        run = run_with(url)
    assert faults(run) == []
    assert set(heard) == {"Bearer s3cret-t0ken"}


def test_a_user_in_the_url_is_sent_as_basic_credentials(guarded, run_with, faults):
    with guarded() as (url, heard):
        run = run_with(url.replace("//", "//Aladdin:open%20sesame@"))
    assert faults(run) == []
    assert set(heard) == {"Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ=="}  # RFC 7617, 2


def test_without_either_nothing_is_sent(guarded, run_with):
    with guarded() as (url, heard):
        run_with(url)
    assert set(heard) == {None}


def test_an_endpoint_that_repeats_a_token_does_not_get_it_into_the_trace(endpoint, say, run_with, faults, monkeypatch):
    monkeypatch.setenv(TOKEN, "s3cret-t0ken")
    with endpoint(lambda handler, _: say(handler, b"", 500, handler.headers["Authorization"])) as url:
        run = run_with(url, controller_name=named(url))
    assert faults(run) == [("crashed", "HTTP status 500 Bearer ***")]
    assert b"s3cret" not in encode(run.records)


@pytest.mark.parametrize(
    ("url", "text"),
    [
        ("https://ann:s3cret@example.com:8443/turn?key=s3cret", "https://***@example.com:8443/turn?***"),
        ("HTTPS://s3cret@example.com/", "https://***@example.com/"),
        ("http://ann:s3cret/s3cret@example.com", "http://***@example.com"),
        ("http://127.0.0.1:8765/@home", "http://127.0.0.1:8765/@home"),
        ("process:./controller --speed 2", "process:./controller --speed 2"),
        ("acme", "acme"),
    ],
)
def test_a_controller_is_named_without_its_credentials(url, text):
    assert named(url) == text


@pytest.mark.parametrize(
    ("url", "token", "said"),
    [
        ("http://", "", "expected a URL, got 'http://'"),
        ("https:example.com", "", "expected a URL, got 'https:example.com'"),
        ("https://example.com:port/", "", "expected a URL, got 'https://example.com:port/'"),
        ("https://exa mple.com/", "", "expected a URL, got"),
        ("https://[::1/", "", "expected a URL, got"),
        ("https://ann:s3cret/x@example.com/", "", r"expected a URL, got 'https://\*\*\*@example.com/'"),
        (
            "htps://ann:s3cret@example.com/",
            "",
            "expected http://, https://, mqtt:// or mqtts:// before an address, got 'htps://'",
        ),
        ("http://ann:s3cret@example.com/", "", "expected https://, or a loopback address"),
        ("http://example.com/", "s3cret", "expected https://, or a loopback address"),
        ("https://ann:s3cret@example.com/", "s3cret", "a user in the URL or HANBENCH_CONTROLLER_TOKEN, got both"),
        ("https://example.com/", "s3cret t0ken", "HANBENCH_CONTROLLER_TOKEN: expected visible ASCII"),
    ],
)
def test_a_url_or_token_that_cannot_be_is_told_without_showing_it(monkeypatch, url, token, said):
    monkeypatch.setenv(TOKEN, token)
    with pytest.raises(UnknownControllerError, match=said) as caught:
        controller_factory(url)
    assert "s3cret" not in str(caught.value)
