"""`wan`: a head end elsewhere reaches the meters through the hub, as the bench's own does."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest

from hanbench.emulator.clock import PacedClock
from hanbench.harness.bench.bench_file import BenchFile
from hanbench.harness.bench.street import assemble_street
from hanbench.harness.control.bench_thread import BenchThread
from hanbench.harness.control.calling import call
from hanbench.harness.control.errors import ControlError
from hanbench.harness.control.live_bench import LiveBench
from hanbench.harness.control.requests import InjectRequest, NodesRequest, StateRequest, WanRequest


@pytest.fixture
def on_bench(tmp_path: Path) -> Callable[[Callable[[BenchThread], Awaitable[None]]], None]:
    def run(test: Callable[[BenchThread], Awaitable[None]]) -> None:
        file = BenchFile.find("virtual")
        thread = BenchThread(LiveBench(file, assemble_street(file, PacedClock(7200.0), seed="1"), tmp_path))
        thread.start()

        async def tested() -> None:
            while not (await thread.perform(StateRequest())).up:
                await asyncio.sleep(0.01)
            await test(thread)

        try:
            asyncio.run(asyncio.wait_for(tested(), 90.0))
        finally:
            thread.stop()

    return run


def test_identity_register_table_and_mirror_are_those_of_the_home(on_bench) -> None:
    async def test(thread: BenchThread) -> None:
        nodes = {each.name: each for each in (await thread.perform(NodesRequest())).nodes}
        settings = thread.bench.homes[""].han.settings
        table = await thread.perform(WanRequest("device-table"))
        assert table.delivered
        assert {each.ieee for each in table.devices} == {nodes["esme"].ieee, nodes["gsme"].ieee}
        for role in ("esme", "gsme"):
            of = settings.of(role)
            identity = await thread.perform(WanRequest("identity", role))
            assert (identity.delivered, identity.known, identity.outcome) == (True, True, "answered")
            assert [each.value for each in identity.attributes] == [of.maker, of.model]
            register = await thread.perform(WanRequest("register", nodes[role].ieee))
            assert register.proven_by == nodes[role].ieee  # SE 1.4a, 5.4.6: Metering needs the link key
            values: dict[str, Any] = {each.name: each.value for each in register.attributes}
            assert values["MeterSerialNumber"] == of.serial
            # Registers of GB meters count watt-hours and litres (divisor 1000); the node tells kWh and m3.
            read: Any = nodes[role].readings[0].value
            assert values["CurrentSummationDelivered"] / 1000 >= read
        mirror = await thread.perform(WanRequest("mirror", "gsme"))
        assert mirror.updated is not None

    on_bench(test)


def test_what_is_not_there_is_told_and_any_attribute_can_be_read(on_bench) -> None:
    async def test(thread: BenchThread) -> None:
        stranger = await thread.perform(WanRequest("identity", "00124b0000000001"))
        assert (stranger.delivered, stranger.known) == (True, False)
        # Metering, UnitOfMeasure 0x0300 (SE 1.4a, D.3.2.2.4): 0 is kWh; no device has 0xFEFE, 0x86 is UNSUPPORTED.
        asked = b'{"ask":"read","device":"esme","cluster":1794,"attributes":[768,65278]}'
        read = msgspec.to_builtins(await call(thread, "wan", asked))
        assert [(each["attribute"], each["value"], each.get("status", 0)) for each in read["attributes"]] == [
            (768, 0, 0),
            (65278, None, 0x86),
        ]
        await thread.perform(InjectRequest("wan-down"))
        assert not (await thread.perform(WanRequest("device-table"))).delivered

    on_bench(test)


@pytest.mark.parametrize(
    "asked",
    [
        b'{"ask":"device-table","device":"esme"}',
        b'{"ask":"identity"}',
        b'{"ask":"read","device":"esme"}',
        b'{"ask":"read","device":"esme","cluster":1794}',
        b'{"ask":"identity","device":"esme","cluster":1}',
        b'{"ask":"read","device":"esme","cluster":70000,"attributes":[0]}',
        b'{"ask":"identity","device":"../x"}',
        b'{"ask":"identity","device":"nobody"}',
    ],
)
def test_a_request_that_cannot_be_is_refused(on_bench, asked: bytes) -> None:
    async def test(thread: BenchThread) -> None:
        with pytest.raises(ControlError):
            await call(thread, "wan", asked)

    on_bench(test)
