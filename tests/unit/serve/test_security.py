"""What a page of another site, a client without the token and a client without manners can do: nothing.

The cases are those of the OWASP cheat sheets on cross-site request forgery and DNS rebinding, of RFC 9110 and RFC 6750,
and of the file overwrite in the web port of OpenThread's network simulator that was closed in July 2026 (ot-ns #817).
"""

from __future__ import annotations

import socket
from pathlib import Path
from urllib.parse import quote

import pytest

from hanbench.harness.control.calling import LONGEST
from hanbench.harness.serve import http_server
from tests.support.served import WAIT, Served, until
from tests.unit.serve.conftest import TOKEN

STATE = "/api/benches/virtual/state"
HEAL = "/api/benches/virtual/heal"
TRAVERSALS = ("..", "../..", "../../etc/passwd", "/etc/passwd", "..\\..", "main/../../..", "\x00", "%2e%2e", "~root")


# --- which host, which site -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("host", ["evil.example", "evil.example:8571", "localhost.evil.example", "127.0.0.1.nip.io"])
def test_a_name_that_was_made_to_lead_here_is_refused(service: Served, host: str) -> None:
    # DNS rebinding: the browser of the victim sends the name of the attacker's site.
    for answer in (service.get(STATE, Host=host), service.get("/", Host=host), service.get("/api/events", Host=host)):
        assert (answer.status, answer.code) == (421, "misdirected")


@pytest.mark.parametrize("host", ["", "localhost:x", "[::1", "[::1]x", "192.168.1.9", "a@localhost", "localhost, evil"])
def test_a_malformed_or_foreign_host_is_refused(service: Served, host: str) -> None:
    assert service.get(STATE, Host=host).code == "misdirected"


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST:1", "127.0.0.1:9999", "[::1]:8571", "127.0.0.1"])
def test_names_of_this_machine_are_allowed_with_any_port(service: Served, host: str) -> None:
    # A tunnel (ssh -L) has a port of its own.
    assert service.get(STATE, Host=host).status == 200


def test_two_hosts_and_none_are_refused(service: Served) -> None:
    two = f"GET {STATE} HTTP/1.1\r\nHost: localhost\r\nHost: evil.example\r\n\r\n".encode()
    assert b" 400 " in service.raw(two)
    assert b" 400 " in service.raw(f"GET {STATE} HTTP/1.1\r\n\r\n".encode())
    assert b" 421 " in service.raw(f"GET {STATE} HTTP/1.0\r\n\r\n".encode())


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://localhost:1"},
        {"Origin": "https://{host}"},
        {"Sec_Fetch_Site": "cross-site"},
        {"Sec_Fetch_Site": "same-site"},
        {"Sec_Fetch_Site": "cross-site", "Sec_Fetch_Mode": "navigate"},
    ],
)
def test_a_page_of_another_site_can_post_nothing(service: Served, headers: dict[str, str]) -> None:
    given = {name: value.format(host=service.host) for name, value in headers.items()}
    answer = service.post("inject", {"fault": "battery-dead"}, **given)
    assert (answer.status, answer.code) == (403, "cross-site")
    assert service.get(STATE).json["faults"] == []


def test_the_page_itself_and_a_program_can_post(service: Served) -> None:
    own = {"Origin": f"http://{service.host}", "Sec_Fetch_Site": "same-origin"}
    assert service.post("pause", {"action": "off"}, **own).status == 200
    assert service.post("pause", {"action": "off"}).status == 200


def test_a_page_of_another_site_opens_no_stream_but_may_link_to_the_page(service: Served) -> None:
    # Streams are counted: a foreign page could use them up, though it cannot read them.
    assert service.get("/api/events", Sec_Fetch_Site="cross-site", Sec_Fetch_Mode="no-cors").code == "cross-site"
    assert service.get("/", Sec_Fetch_Site="cross-site", Sec_Fetch_Mode="navigate").status == 200
    assert service.get(STATE, Sec_Fetch_Site="cross-site", Sec_Fetch_Mode="navigate").code == "cross-site"


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", ""])
def test_what_a_form_can_send_is_no_request(service: Served, kind: str) -> None:
    answer = service.ask("POST", HEAL, '{"fault": "battery-dead"}', Content_Type=kind)
    assert (answer.status, answer.code) == (415, "unsupported-media-type")


def test_every_answer_has_the_headers_that_keep_a_browser_in_bounds(service: Served) -> None:
    answers = (service.get("/"), service.get(STATE), service.get("/nothing"), service.get(STATE, Host="evil.example"))
    for answer in answers:
        assert answer.headers["content-security-policy"].startswith("default-src 'self'")
        assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["referrer-policy"] == "no-referrer"
        assert answer.headers["cache-control"] in ("no-store", "no-cache")
        assert "server" not in answer.headers
        assert "access-control-allow-origin" not in answer.headers


# --- the token --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["/", "/page.js", STATE, "/api/overview", "/api/events", "/openapi.json", "/nothing"])
def test_without_the_token_there_is_nothing(guarded: Served, path: str) -> None:
    answer = guarded.get(path)
    assert (answer.status, answer.code) == (401, "unauthorized")
    assert answer.headers["www-authenticate"] == "Bearer"
    assert TOKEN not in answer.body.decode()


@pytest.mark.parametrize(
    "authorization",
    [f"Bearer {TOKEN[:-1]}", f"Bearer {TOKEN}x", "Bearer", "Bearer ", f"Basic {TOKEN}", TOKEN, "Bearer \u00e9"],
)
def test_a_wrong_token_is_refused(guarded: Served, authorization: str) -> None:
    assert guarded.get(STATE, Authorization=authorization).code == "unauthorized"


def test_the_token_opens_everything(guarded: Served) -> None:
    assert guarded.get(STATE, Authorization=f"Bearer {TOKEN}").status == 200
    assert guarded.get(STATE, Authorization=f"bearer {TOKEN}").status == 200


def test_the_page_takes_the_token_once_and_leaves_a_cookie(guarded: Served) -> None:
    answer = guarded.get(f"/?token={TOKEN}&view=1")
    assert (answer.status, answer.headers["location"]) == (303, "/?view=1")
    cookie = answer.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "samesite=strict" in cookie.lower()
    assert TOKEN not in cookie
    value = cookie.partition(";")[0]
    assert guarded.get(STATE, Cookie=value).status == 200
    assert guarded.get(STATE, Cookie=f"{value}0").code == "unauthorized"
    assert guarded.get(STATE, Cookie=value.partition("=")[0] + "=" + TOKEN).code == "unauthorized"


def test_the_token_in_an_address_opens_nothing_but_the_page(guarded: Served) -> None:
    assert guarded.get(f"{STATE}?token={TOKEN}").code == "unauthorized"
    assert guarded.get("/?token=wrong").code == "unauthorized"
    assert guarded.get(f"/?token={TOKEN}" + "&x=1" * 100).code == "unauthorized"
    assert guarded.ask("POST", f"/?token={TOKEN}").code == "unauthorized"


def test_a_cookie_does_not_help_a_page_of_another_site(guarded: Served) -> None:
    value = guarded.get(f"/?token={TOKEN}").headers["set-cookie"].partition(";")[0]
    assert guarded.post("pause", {"action": "on"}, Cookie=value, Origin="http://evil.example").code == "cross-site"
    assert guarded.get(STATE, Cookie=value, Host="evil.example").code == "misdirected"


def test_an_address_and_the_name_of_the_machine_are_allowed_where_others_reach_it(guarded: Served) -> None:
    bearer = f"Bearer {TOKEN}"
    assert guarded.get(STATE, Host="192.168.1.9:8571", Authorization=bearer).status == 200
    assert guarded.get(STATE, Host="LAB-PC:8571", Authorization=bearer).status == 200
    assert guarded.get(STATE, Host="evil.example", Authorization=bearer).code == "misdirected"


# --- bodies, heads and methods ----------------------------------------------------------------------------------------


def test_a_long_body_is_refused_without_being_read(service: Served) -> None:
    announced = f"POST {HEAL} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: {{}}\r\n"
    for length in (LONGEST + 1, 10**12):
        # Nothing of the body is sent: the answer comes at once.
        answer = service.raw((announced.format(length) + "\r\n").encode())
        assert b" 413 " in answer
        assert b'"too-large"' in answer


def test_a_long_body_in_chunks_is_refused_at_the_limit(service: Served) -> None:
    head = f"POST {HEAL} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
    chunk = b"%x\r\n" % 40_000 + b" " * 40_000 + b"\r\n"
    answer = service.raw(head.encode() + b"Transfer-Encoding: chunked\r\n\r\n" + chunk * 2)
    assert b" 413 " in answer


@pytest.mark.parametrize("body", ["", "{", "[]", "null", "\xff", "[" * 60_000, '{"fault": 1}', '{"x": 1}', '"a"'])
def test_a_malformed_body_is_an_invalid_request(service: Served, body: str) -> None:
    answer = service.ask("POST", HEAL, body.encode("latin-1"), Content_Type="application/json")
    assert (answer.status, answer.code) == (400, "invalid-request")


@pytest.mark.parametrize("method", ["TRACE", "PUT", "DELETE", "PATCH", "CONNECT", "FOO", "POST", "OPTIONS"])
@pytest.mark.parametrize("path", [STATE, "/", "/api/events"])
def test_a_method_that_a_path_does_not_have_is_refused(service: Served, method: str, path: str) -> None:
    answer = service.ask(method, path)
    assert (answer.status, answer.code) == (405, "method-not-allowed")
    assert answer.headers["allow"] == "GET, HEAD"


def test_a_verb_that_acts_cannot_be_got(service: Served) -> None:
    assert service.get("/api/benches/virtual/inject?fault=battery-dead").code == "method-not-allowed"


@pytest.mark.parametrize("octets", [b"\x16\x03\x01\x02", b"GET\r\n\r\n", b"GET / HTTP/9\r\n\r\n", b"\r\n" * 9000])
def test_what_is_no_http_gets_an_answer_and_is_counted(service: Served, octets: bytes) -> None:
    before = service.refusals["malformed"]
    assert b" 400 " in service.raw(octets)
    assert service.refusals["malformed"] == before + 1


def test_a_long_head_is_refused(service: Served) -> None:
    head = b"GET / HTTP/1.1\r\nHost: localhost\r\nX: " + b"a" * (2 * http_server.LONGEST_HEAD)
    assert b" 400 " in service.raw(head)


@pytest.mark.parametrize("begun", [b"", b"GET / HT", b"GET / HTTP/1.1\r\nHost: localhost\r\nX-A: "])
def test_a_head_that_never_ends_is_cut_off(service: Served, monkeypatch: pytest.MonkeyPatch, begun: bytes) -> None:
    monkeypatch.setattr(http_server, "HEAD_WITHIN", 0.2)
    with socket.create_connection(("127.0.0.1", service.port), timeout=WAIT) as connection:
        connection.sendall(begun)
        assert _closed(connection)


def test_a_second_head_that_never_ends_is_cut_off_too(service: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_connection(("127.0.0.1", service.port), timeout=WAIT) as connection:
        connection.sendall(f"GET {STATE} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
        assert b"200 OK" in connection.recv(65_536)
        monkeypatch.setattr(http_server, "HEAD_WITHIN", 0.2)
        connection.sendall(b"GET / HT")
        assert _closed(connection)


def _closed(connection: socket.socket) -> bool:
    try:
        while connection.recv(65_536):
            pass
    except ConnectionError:
        pass
    return True


def test_a_body_that_never_ends_is_cut_off(service: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hanbench.harness.serve.body.ARRIVES_WITHIN", 0.2)
    head = f"POST {HEAL} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 9\r\n\r\n"
    assert b" 408 " in service.raw(head.encode() + b"{")


def test_the_number_of_connections_is_bounded(service: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http_server, "MOST_CONNECTIONS", 0)
    with socket.create_connection(("127.0.0.1", service.port), timeout=WAIT) as connection:
        assert _closed(connection)
    assert service.refusals["too-many-connections"] >= 1


def test_refusals_are_counted_by_their_code(service: Served) -> None:
    before = service.get("/api/overview").json["service"]["refused"].get("not-found", 0)
    service.get("/nothing")
    assert service.get("/api/overview").json["service"]["refused"]["not-found"] == before + 1


# --- names and paths --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", TRAVERSALS)
def test_names_are_looked_up_and_lead_to_no_path(service: Served, name: str, folder: Path) -> None:
    secret = folder.parent / "secret"
    secret.write_text("not for clients")
    captures = ("/api/benches/virtual/captures/{}", "/api/benches/{}/captures/main")
    for template in ("/{}", "/api/benches/{}/state", *captures):
        for sent in {quote(name, safe=""), quote(name, safe="/.~")}:
            answer = service.get(template.format(sent))
            assert answer.status in (404, 405), (template, sent)
            assert answer.code in ("not-found", "unknown-bench", "unknown-capture", "method-not-allowed")


def test_the_key_file_beside_a_capture_cannot_be_had(service: Served, folder: Path) -> None:
    until(lambda: any(each.suffix == ".keys" for each in folder.iterdir()))
    for file in folder.iterdir():
        assert service.get(f"/{file.name}").status == 404
        assert service.get(f"/api/benches/virtual/captures/{file.name}").code == "unknown-capture"


def test_no_verb_writes_where_a_client_says(service: Served, folder: Path, tmp_path: Path) -> None:
    # ot-ns #817 let a client name the file. Every text field of every verb gets a path here.
    target = tmp_path / "written"
    before = sorted(folder.parent.iterdir())
    paths = service.get("/openapi.json").json["paths"]
    schemas = service.get("/openapi.json").json["components"]["schemas"]
    tried = 0
    for path, methods in paths.items():
        for operation in methods.values():
            body = operation.get("requestBody")
            if body is None:
                continue
            reference = body["content"]["application/json"]["schema"]["$ref"]
            schema = schemas[reference.rpartition("/")[2]]
            fields = {name: str(target) for name in schema["properties"] if name != "action"}
            for action in ("play", "start", "stop"):
                given = {**fields, "action": action} if "action" in schema["properties"] else fields
                verb = path.rpartition("/")[2]
                assert service.post(verb, given).status in (400, 404, 409), (verb, given)
                tried += 1
    assert tried > 5
    assert not target.exists()
    assert sorted(folder.parent.iterdir()) == before


def test_keys_are_in_no_answer(service: Served) -> None:
    keys = {key.octets for key in service.threads[0].bench.street.keys}
    assert keys
    paths = [f"/api/benches/virtual/{each}" for each in ("state", "nodes", "events?after=0&limit=1000")]
    paths += [f"/api/benches/virtual/table?node={node}" for node in ("hub", "esme", "gsme")]
    text = b"".join(service.get(path).body for path in (*paths, "/api/overview", "/api/benches/virtual/captures/main"))
    for key in keys:
        assert key not in text
        assert key.hex().encode() not in text.lower()
        assert key.hex(":").encode() not in text.lower()
