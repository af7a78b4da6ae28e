"""A link to a real mosquitto: what the broker refuses, keeps or drops is an error that says what to do."""

from __future__ import annotations

import asyncio
import os
import socket
import struct
import time
from collections.abc import Iterator
from pathlib import Path
from threading import Thread

import pytest

from hanbench.harness.broker.address import BrokerAddress, CredentialFiles, broker_address
from hanbench.harness.broker.errors import (
    BrokerError,
    ConnectError,
    LinkLostError,
    PublishRefusedError,
    StarvedError,
)
from hanbench.harness.broker.keeping import keep_connected
from hanbench.harness.broker.link import Link
from hanbench.harness.broker.message import Message, Outgoing, Will
from tests.support.certificates import Certificates, certificates
from tests.support.mosquitto import (
    PASSWORD,
    Mosquitto,
    listening,
    needs_mosquitto,
    until,
    with_access_list,
    with_client_certificates,
)

ACCESS = """
user bench
topic readwrite hanbench/#
user starved
topic write hanbench/#
"""


@pytest.fixture(autouse=True)
def mosquitto_is_there() -> None:
    needs_mosquitto()


@pytest.fixture
def plain(tmp_path: Path) -> Iterator[Mosquitto]:
    with Mosquitto(tmp_path / "broker") as broker:
        yield broker


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    needs_mosquitto()
    return certificates(tmp_path_factory.mktemp("certificates"))


def trouble(address: BrokerAddress) -> str:
    """What connecting ends in."""

    async def connect() -> None:
        async with Link(address, "tried"):
            pass

    with pytest.raises(ConnectError) as caught:
        asyncio.run(connect())
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_a_refused_publish_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # aiomqtt 2.5.1 reports it as success (domain sheet mqtt.md, section 1); 135: MQTT 5.0, 3.4.2.1.
    monkeypatch.setenv("HANBENCH_MQTT_PASSWORD", PASSWORD)

    async def session(broker: Mosquitto) -> None:
        async with Link(broker_address(f"mqtt://bench@127.0.0.1:{broker.port}"), "bench") as link:
            await link.publish("hanbench/x/state", b"{}")
            with pytest.raises(PublishRefusedError, match="access list") as caught:
                await link.publish("elsewhere/x", b"{}")
            assert caught.value.reason == 135

    with with_access_list(tmp_path / "broker", ACCESS, "bench") as broker:
        asyncio.run(session(broker))


def test_a_subscription_that_the_access_list_starves_is_noticed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HANBENCH_MQTT_PASSWORD", PASSWORD)

    async def session(broker: Mosquitto, user: str) -> None:
        async with Link(broker_address(f"mqtt://{user}@127.0.0.1:{broker.port}"), user) as link:
            await link.subscribe("hanbench/x/request/+")
            await link.prove("hanbench/x/request/self-test", 1.0 if user == "starved" else 10.0)

    with with_access_list(tmp_path / "broker", ACCESS, "bench", "starved") as broker:
        asyncio.run(session(broker, "bench"))
        with pytest.raises(StarvedError, match="access list"):
            asyncio.run(session(broker, "starved"))


def test_a_wrong_password_is_said_without_showing_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HANBENCH_MQTT_PASSWORD", "open-sesame")
    with with_access_list(tmp_path / "broker", ACCESS, "bench") as broker:
        said = trouble(broker_address(f"mqtt://bench@127.0.0.1:{broker.port}"))
    assert "HANBENCH_MQTT_PASSWORD" in said
    assert "open-sesame" not in said


def test_tls_troubles_say_what_is_missing(tmp_path: Path, made: Certificates) -> None:
    with with_client_certificates(tmp_path / "broker", made) as broker:
        url = f"mqtts://localhost:{broker.port}"
        assert "HANBENCH_MQTT_CA" in trouble(broker_address(url))
        assert "client certificate" in trouble(broker_address(url, CredentialFiles(ca=made.ca)))
        stranger = CredentialFiles(ca=made.ca, certificate=made.stranger, key=made.stranger_key)
        assert "does not trust" in trouble(broker_address(url, stranger))
        assert "mqtts://" in trouble(broker_address(f"mqtt://localhost:{broker.port}"))
        asyncio.run(published(broker_address(url, CredentialFiles(None, made.ca, made.client, made.client_key))))


async def published(address: BrokerAddress) -> None:
    async with Link(address, "bench") as link:
        await link.publish("hanbench/x/state", b"{}")


def test_no_broker_and_no_answer_are_told_apart(tmp_path: Path) -> None:
    with Mosquitto(tmp_path / "broker") as broker:
        pass
    assert "no broker listens" in trouble(broker_address(broker.url))

    async def silent() -> None:
        with socket.create_server(("127.0.0.1", 0)) as deaf:
            address = broker_address(f"mqtt://127.0.0.1:{deaf.getsockname()[1]}")
            with pytest.raises(ConnectError, match="no answer in time"):
                async with Link(address, "x", timeout_s=0.5):
                    pass

    asyncio.run(silent())


def test_a_broker_of_version_3_1_1_is_spoken_to_in_that(tmp_path: Path) -> None:
    # MQTT 3.1.1, 3.2.2.3: return code 1, "the Server does not support the level of the MQTT protocol requested".
    levels: list[int] = []

    def serve(server: socket.socket) -> None:
        for answer in (b"\x20\x02\x00\x01", b"\x20\x02\x00\x00"):
            connection, _ = server.accept()
            with connection:
                head = connection.recv(1024)
                levels.append(head[head.index(b"MQTT") + 4])
                connection.sendall(answer)
                if answer[3] == 0:
                    connection.recv(1024)  # DISCONNECT

    async def session(port: int) -> int:
        async with Link(broker_address(f"mqtt://127.0.0.1:{port}"), "old") as link:
            return link.version

    with socket.create_server(("127.0.0.1", 0)) as server:
        thread = Thread(target=serve, args=(server,), daemon=True)
        thread.start()
        assert asyncio.run(session(server.getsockname()[1])) == 3
        thread.join(10)
    assert levels == [5, 4]


def test_the_will_is_published_after_its_delay_when_the_client_vanishes(plain: Mosquitto, tmp_path: Path) -> None:
    async def vanish() -> None:
        link = Link(broker_address(plain.url), "gone", will=Will("hanbench/x/availability", b"offline", delay_s=1))
        await link.__aenter__()
        link._client._client.socket().setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        link._client._drop()  # a reset, as from a machine that has lost its power

    with listening(plain.port, "hanbench/#", tmp_path / "heard") as listener:
        asyncio.run(vanish())
        until(lambda: listener.heard)
    assert listener.heard[0][::2] == ("hanbench/x/availability", "offline")


def test_what_comes_in_too_fast_is_dropped_and_counted(plain: Mosquitto) -> None:
    async def session() -> tuple[int, int]:
        async with Link(broker_address(plain.url), "slow", queued=10) as link:
            await link.subscribe("hanbench/load")
            for _ in range(30):
                await link.publish("hanbench/load", b"x")
            read = 0
            async for _ in link.messages():
                read += 1
                if read + link.dropped_in == 30:
                    break
            return read, link.dropped_in

    assert asyncio.run(asyncio.wait_for(session(), 60)) == (10, 20)


def test_a_kept_session_comes_back_after_the_broker_was_killed(plain: Mosquitto) -> None:
    async def run() -> tuple[list[str], list[Message]]:
        said: list[str] = []
        got: list[Message] = []

        async def session(link: Link) -> None:
            await link.subscribe("hanbench/again", "hanbench/first")
            if said:
                await link.publish("hanbench/again", b"2", response_topic="hanbench/r", correlation=b"\x00c")
            else:
                asyncio.get_running_loop().call_soon(plain.kill)
                asyncio.get_running_loop().call_later(0.3, plain.start)
            async for message in link.messages():
                got.append(message)
                return

        await asyncio.wait_for(
            keep_connected(lambda: Link(broker_address(plain.url), "kept"), session, said.append), 60
        )
        return said, got

    said, got = asyncio.run(run())
    assert any("trying again" in each for each in said)
    assert any("connected again" in each for each in said)
    assert [(each.payload, each.response_topic, each.correlation) for each in got] == [(b"2", "hanbench/r", b"\x00c")]


def test_a_publish_without_connection_is_an_error(plain: Mosquitto) -> None:
    async def session() -> None:
        async with Link(broker_address(plain.url), "cut") as link:
            plain.kill()
            with pytest.raises(LinkLostError):
                async for _ in link.messages():
                    pass
            with pytest.raises(BrokerError):
                await link.publish("hanbench/x", b"1")

    asyncio.run(session())


def test_thousands_of_messages_a_second_leave_memory_flat(plain: Mosquitto) -> None:
    # Measured: 6,300 to 9,000 for each second of processor time (docs/mqtt.md); a busy machine has few of those.
    def resident() -> int:
        return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")

    async def session() -> tuple[float, int]:
        async with Link(broker_address(plain.url), "load") as link:
            batch = [Outgoing("hanbench/load", b"x" * 300) for _ in range(500)]
            for _ in range(4):
                await link.publish_all(batch)
            before, began = resident(), time.process_time()
            for _ in range(8):
                await link.publish_all(batch)
            return 4_000 / (time.process_time() - began), resident() - before

    rate, grown = asyncio.run(session())
    assert rate > 1_000
    assert grown < 1_000_000
