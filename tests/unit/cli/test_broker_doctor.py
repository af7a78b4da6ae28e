"""`hanbench doctor --mqtt URL` at a real mosquitto: plain, with an access list, with client certificates, absent."""

from __future__ import annotations

import json
import os
import re
import subprocess
from pathlib import Path

import pytest

from tests.support.certificates import certificates
from tests.support.mosquitto import (
    PASSWORD,
    Mosquitto,
    free_port,
    needs_mosquitto,
    with_access_list,
    with_client_certificates,
)

ALL = {"version", "publish", "receive", "kept messages", "round trip", "Home Assistant", "sessions"}
PAGE = (Path(__file__).parents[3] / "docs" / "home-assistant.md").read_text(encoding="utf-8")
(BENCH,) = re.findall(r"^```\n(user bench\n.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
"""The access list that the page gives a bench."""
ACCESS = """
user mute
topic read hanbench/#
user starved
topic write hanbench/#
"""


@pytest.fixture(autouse=True)
def clean(monkeypatch: pytest.MonkeyPatch) -> None:
    needs_mosquitto()
    for name in [each for each in os.environ if each.startswith("HANBENCH_MQTT")]:
        monkeypatch.delenv(name)


@pytest.fixture
def examined(hanbench):
    """`examined(url)`: the exit status, and the findings by trial."""

    def run(url: str) -> tuple[int, dict[str, tuple[str, str]]]:
        outcome = hanbench("doctor", "--mqtt", url, "--json")
        found = {each["trial"]: (each["verdict"], each["detail"]) for each in json.loads(outcome.out)}
        return outcome.status, found

    return run


def failed(found: dict[str, tuple[str, str]]) -> dict[str, str]:
    return {trial: detail for trial, (verdict, detail) in found.items() if verdict == "failed"}


def test_a_plain_broker_works_and_nothing_is_left_there(examined, hanbench, tmp_path: Path) -> None:
    with Mosquitto(tmp_path / "plain") as broker:
        status, found = examined(f"{broker.url}/lab/one")
        assert (status, failed(found), set(found)) == (0, {}, ALL)
        assert found["version"] == ("ok", "MQTT 5")
        assert "median" in found["round trip"][1]
        kept = subprocess.run(
            ["mosquitto_sub", "-p", str(broker.port), "-t", "#", "-W", "1"], capture_output=True, check=False
        )
        assert kept.stdout == b""
        shown = hanbench("doctor", "--mqtt", broker.url)
        assert shown.status == 0
        assert "round trip" in shown.out


def test_what_an_access_list_keeps_from_a_user_is_told(examined, tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setenv("HANBENCH_MQTT_PASSWORD", PASSWORD)
    with with_access_list(tmp_path / "acl", BENCH + ACCESS, "bench", "mute", "starved") as broker:
        at = f"127.0.0.1:{broker.port}"
        status, found = examined(f"mqtt://bench@{at}")
        assert (status, failed(found)) == (0, {})
        status, found = examined(f"mqtt://mute@{at}")
        assert status == 2
        assert "not authorized" in failed(found)["publish"]
        assert found["Home Assistant"][0] == "warning"
        status, found = examined(f"mqtt://starved@{at}")
        assert (status, set(failed(found))) == (2, {"receive"})
        assert "delivers nothing" in found["receive"][1]
        monkeypatch.setenv("HANBENCH_MQTT_PASSWORD", "s3cret")
        status, found = examined(f"mqtt://bench@{at}")
        assert (status, set(found)) == (3, {"connection"})
        assert "s3cret" not in found["connection"][1]


def test_tls_works_with_a_certificate_and_is_told_without(examined, tmp_path: Path, monkeypatch) -> None:
    made = certificates(tmp_path / "made")
    with with_client_certificates(tmp_path / "tls", made) as broker:
        url = f"mqtts://localhost:{broker.port}"
        status, found = examined(url)
        assert (status, set(failed(found))) == (3, {"connection"})
        assert "HANBENCH_MQTT_CA" in found["connection"][1]
        monkeypatch.setenv("HANBENCH_MQTT_CA", str(made.ca))
        status, found = examined(url)
        assert status == 3
        assert "client certificate" in found["connection"][1]
        monkeypatch.setenv("HANBENCH_MQTT_CERTIFICATE", str(made.client))
        monkeypatch.setenv("HANBENCH_MQTT_KEY", str(made.client_key))
        status, found = examined(url)
        assert (status, failed(found)) == (0, {})
        assert found["encryption"][0] == "ok"


def test_a_broker_that_is_not_there_and_a_url_that_is_none_are_bad_input(examined, hanbench) -> None:
    status, found = examined(f"mqtt://127.0.0.1:{free_port()}")
    assert (status, set(found)) == (3, {"connection"})
    assert "no broker listens there" in found["connection"][1]
    outcome = hanbench("doctor", "--mqtt", "mqtt://bench:s3cret@127.0.0.1")
    assert (outcome.status, "s3cret" in outcome.err) == (3, False)
    assert hanbench("doctor", "/dev/ttyUSB0", "--mqtt", "mqtt://127.0.0.1").status == 3
