"""The URL of a broker, and what belongs to it: each mistake is one line that says what was expected."""

from __future__ import annotations

from pathlib import Path

import pytest

from hanbench.harness.broker.address import CredentialFiles, broker_address
from hanbench.harness.broker.errors import AddressError
from hanbench.harness.broker.keeping import pauses_between

SECRET = "correct-horse"


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("mqtt://127.0.0.1", "mqtt://127.0.0.1:1883/hanbench"),  # 1883 and 8883: IANA's registry of ports
        ("mqtts://broker.lab", "mqtts://broker.lab:8883/hanbench"),
        ("mqtt://bench@[::1]:1884/lab/7/", "mqtt://bench@[::1]:1884/lab/7"),
    ],
)
def test_a_url_is_completed(url: str, shown: str) -> None:
    assert str(broker_address(url)) == shown


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("mqtt://", "expected mqtt://"),
        ("http://127.0.0.1", "expected mqtt://"),
        ("mqtt://127.0.0.1:99999", "expected mqtt://"),
        ("mqtt://127.0.0.1/a/+/b", "without +, # and empty levels"),
        ("mqtt://127.0.0.1/a//b", "empty levels"),
        ("mqtt://127.0.0.1/%24SYS", "without"),  # topics that begin with $ are the broker's (MQTT 5.0, 4.7.2)
        ("mqtt://127.0.0.1/a#b", "expected mqtt://"),
        ("mqtt://127.0.0.1/a/#", "expected mqtt://"),  # as a filter of topics is written (MQTT 5.0, 4.7.1.2)
        ("mqtt://127.0.0.1/a?", "expected mqtt://"),
        ("mqtt://127.0.0.1/a?b=c", "expected mqtt://"),
        ("mqtt://127.0.0.1/" + 300 * "a", "expected levels"),
    ],
)
def test_a_wrong_url_is_said_in_one_line(url: str, said: str) -> None:
    with pytest.raises(AddressError) as caught:
        broker_address(url)
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_password_in_a_url_is_refused_and_not_repeated() -> None:
    for url in (f"mqtt://bench:{SECRET}@127.0.0.1", f"mqtt://bench:{SECRET}@127.0.0.1:x"):
        with pytest.raises(AddressError) as caught:
            broker_address(url)
        assert SECRET not in str(caught.value)


def test_a_password_is_read_from_a_file_and_never_shown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "password"
    file.write_text(f"{SECRET}\n")
    address = broker_address("mqtt://bench@192.0.2.1", CredentialFiles(password=file))
    assert address.password == SECRET
    assert address.exposes_password
    assert SECRET not in repr(address) + str(address)
    monkeypatch.setenv("HANBENCH_MQTT_PASSWORD", SECRET)
    assert broker_address("mqtt://bench@127.0.0.1").password == SECRET
    assert not broker_address("mqtt://bench@127.0.0.1").exposes_password
    assert broker_address("mqtt://127.0.0.1").password is None
    with pytest.raises(AddressError, match="without its user"):
        broker_address("mqtt://127.0.0.1", CredentialFiles(password=file))


def test_files_that_cannot_be_used_are_named(tmp_path: Path) -> None:
    rubbish = tmp_path / "rubbish.pem"
    rubbish.write_text("rubbish")
    for files in (
        CredentialFiles(ca=rubbish),
        CredentialFiles(certificate=rubbish),
        CredentialFiles(certificate=tmp_path / "missing.pem"),
        CredentialFiles(ca=tmp_path / "missing.pem"),
        CredentialFiles(password=tmp_path / "missing"),
        CredentialFiles(key=rubbish),
    ):
        with pytest.raises(AddressError, match=str(tmp_path)):
            broker_address("mqtts://bench@127.0.0.1", files)
    with pytest.raises(AddressError, match="expected mqtts"):
        broker_address("mqtt://127.0.0.1", CredentialFiles(ca=rubbish))


def test_pauses_grow_from_half_a_second_to_thirty() -> None:
    # domain sheet mqtt.md, section 1: "backoff 0.5 -> 30 s with jitter"
    pauses = pauses_between()
    found = [next(pauses) for _ in range(12)]
    assert 0.25 <= found[0] <= 0.5
    assert all(pause <= 30.0 for pause in found)
    assert all(pause >= 15.0 for pause in found[7:])
