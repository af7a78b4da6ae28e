"""Hosts, and tokens with their files."""

from __future__ import annotations

from pathlib import Path

import pytest

from hanbench.harness.files import OutputError
from hanbench.harness.serve.access import Access, access_for, host_of, is_loopback

TOKEN = "0123456789abcdef"


@pytest.fixture(autouse=True)
def state_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    return tmp_path / "state"


@pytest.mark.parametrize(
    ("authority", "host"),
    [
        ("localhost", "localhost"),
        ("LocalHost.:80", "localhost"),
        ("[::1]:8571", "::1"),
        ("[::1]", "::1"),
        ("127.0.0.1:", ""),
        ("::1", ""),
        ("[::1", ""),
        ("a:b", ""),
        ("", ""),
    ],
)
def test_the_host_of_an_authority(authority: str, host: str) -> None:
    # RFC 3986, 3.2.2 and 3.2.3.
    assert host_of(authority) == host


@pytest.mark.parametrize("host", ["127.0.0.1", "127.1.2.3", "::1", "localhost"])
def test_loopback_addresses_need_no_token(host: str, state_home: Path) -> None:
    assert is_loopback(host)
    found, file = access_for(host, None, ())
    assert (found.token, file) == (None, None)
    assert not state_home.exists()


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.9", "lab-pc", "10.0.0.1"])
def test_any_other_address_has_a_token_of_this_user_alone(host: str, state_home: Path) -> None:
    found, file = access_for(host, None, ())
    assert file is not None
    assert file.is_relative_to(state_home)
    assert file.stat().st_mode & 0o777 == 0o600
    assert file.parent.stat().st_mode & 0o777 == 0o700
    assert found.token == file.read_text().strip()
    assert len(found.token) >= 43  # 256 bits in base64
    assert access_for(host, None, ())[0].token == found.token
    file.unlink()
    assert access_for(host, None, ())[0].token != found.token


def test_a_given_token_is_needed_on_loopback_too(tmp_path: Path) -> None:
    file = tmp_path / "token"
    file.write_text(f"{TOKEN}\n")
    file.chmod(0o600)
    found, where = access_for("127.0.0.1", file, ())
    assert (found.token, where) == (TOKEN, file)


@pytest.mark.parametrize(
    ("content", "mode", "problem"),
    [
        (TOKEN, 0o640, "others can read it"),
        (TOKEN, 0o604, "others can read it"),
        ("short", 0o600, "16 to 256 characters"),
        ("", 0o600, "16 to 256 characters"),
        ("two words in here", 0o600, "without blanks"),
        ("é" * 20, 0o600, "without blanks"),
        ("x" * 257, 0o600, "16 to 256 characters"),
    ],
)
def test_an_unfit_token_file_is_refused(tmp_path: Path, content: str, mode: int, problem: str) -> None:
    file = tmp_path / "token"
    file.write_text(content)
    file.chmod(mode)
    with pytest.raises(OutputError, match=problem):
        access_for("127.0.0.1", file, ())


def test_a_missing_token_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="nowhere: cannot be read: No such file"):
        access_for("0.0.0.0", tmp_path / "nowhere", ())


def test_tokens_are_compared_in_constant_time(monkeypatch: pytest.MonkeyPatch) -> None:
    compared = []

    def compare(one: bytes, other: bytes) -> bool:
        compared.append((one, other))
        return one == other

    monkeypatch.setattr("hmac.compare_digest", compare)
    wanted = Access(token=TOKEN)
    assert wanted.allows_token(TOKEN)
    assert not wanted.allows_token("x")
    assert not wanted.allows_cookie("x")
    assert len(compared) == 3


def test_allowed_names_are_allowed_and_no_others() -> None:
    found, _ = access_for("127.0.0.1", None, ("Bench.Example",))
    assert found.allows_host("bench.example:80")
    assert not found.allows_host("other.example")
    assert not found.allows_host("192.168.1.9")
