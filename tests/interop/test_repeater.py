"""A home with a repeater before the judges: route commands, source routes, and keys through a tunnel."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pytest

from hanbench.emulator.clock import ClockLoop
from hanbench.harness.bench.bench_file import BenchFile
from hanbench.harness.capture import keyfile, recording
from hanbench.harness.case.check import Verdict as CheckVerdict
from hanbench.harness.faults import FAULTS
from hanbench.harness.han.formation import form
from tests.interop.filters import ANSWER, METERING, PUSHED, TRANSPORT_KEY
from tests.interop.herdsman import coordinate
from tests.support.han import START, check_connectivity

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from tests.interop.live import LiveBench
    from tests.interop.reference_dissectors import Reader
    from tests.interop.tshark import Tshark, Verdict

OLD_EVENTS = "zbee_aps.zbeeseversion:SE 1.1b"
ROUTE_REQUEST, ROUTE_REPLY, NETWORK_STATUS, ROUTE_RECORD = (f"zbee_nwk.cmd.id == {number}" for number in (1, 2, 3, 5))
SOURCE_ROUTED = "zbee_nwk.src_route == 1"
RELAYED = """
id = "relayed"
title = "A foreign coordinator, and a gas meter out of its range"
nodes.hub.radio = "physical"
nodes.repeater = { install_code = "well-known", position_m = [8.0, 2.0] }
dongles.coordinator = { radio = "pty:", position_m = [0.0, 0.0], transmit_queue = 4 }
links = [{ between = ["coordinator", "gsme"], attenuation_db = 60 }]

[nodes.gsme]
profile = "relaxed-gsme"
ieee = "70b3d51ff0000003"
install_code = "well-known"
wake_interval_s = 5
position_m = [16.0, 0.0]
"""
GSME = "0x70b3d51ff0000003"


class Recorded(NamedTuple):
    """The capture of a home, with its keys beside it, and the short addresses of its devices."""

    capture: Path
    places: dict[str, int]


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> Recorded:
    """The home forms, a check passes over the repeater, the repeater goes, and another check fails."""
    capture = tmp_path_factory.mktemp("repeater") / "home.pcapng"
    bench = BenchFile.find("repeater")
    clock = bench.clock()
    han = bench.assemble(clock=clock, start=START, seed="interop")
    places: dict[str, int] = {}

    async def story() -> None:
        async with han.radios:
            await form(han)
            assert (await check_connectivity(han)).verdict is CheckVerdict.PASS
            for device in han.devices:
                assert device.storage.network is not None
                places[device.name] = device.storage.network.short
            await FAULTS["repeater-gone"].inject(han)
            assert (await check_connectivity(han)).verdict is CheckVerdict.FAIL

    with recording(han.medium, capture, epoch=START), asyncio.Runner(loop_factory=lambda: ClockLoop(clock)) as runner:
        runner.run(story())
    keyfile.write(keyfile.beside(capture), han.keys)
    return Recorded(capture, places)


def test_tshark_has_nothing_to_object(recorded: Recorded, clean: Callable[..., Verdict]) -> None:
    clean(recorded.capture, preferring=OLD_EVENTS)


@pytest.mark.parametrize(
    "shown",
    [
        ROUTE_REQUEST,
        f"{ROUTE_REQUEST} && zbee_nwk.cmd.route.opts.many2one == 1 && zbee_nwk.src == 0",
        ROUTE_REPLY,
        f"{ROUTE_RECORD} && zbee_nwk.src == {{gsme}} && zbee_nwk.dst == 0",
        f"{SOURCE_ROUTED} && zbee_nwk.relay.count == 1 && zbee_nwk.relay == {{repeater}} && zbee_nwk.dst == {{gsme}}",
        "zbee_aps.cmd.id == 6 && zbee_nwk.src == {repeater} && zbee_nwk.dst == 0",  # Update-Device
        "zbee_aps.cmd.id == 14 && zbee_nwk.dst == {repeater}",  # Tunnel
        f"{TRANSPORT_KEY} && wpan.src16 == {{repeater}} && wpan.dst16 == {{gsme}}",
        "zbee_zcl_se.ke.macv && zbee_nwk.dst == {gsme} && wpan.src16 == {repeater}",
        f"{PUSHED} && wpan.src16 == {{repeater}} && zbee_nwk.src == {{gsme}}",
        f"{METERING} && {ANSWER} && zbee_nwk.src == {{gsme}} && wpan.src16 == {{gsme}} && wpan.dst16 == {{repeater}}",
    ],
)
def test_tshark_sees_the_way_of_the_frames(recorded: Recorded, tshark: Tshark, shown: str) -> None:
    assert tshark.fields(recorded.capture, "frame.number", where=shown.format(**recorded.places))


@pytest.mark.parametrize(
    "never", ["wpan.src16 == {gsme} && wpan.dst16 == 0", "wpan.src16 == 0 && wpan.dst16 == {gsme}"]
)
def test_no_frame_passes_the_repeater_by(recorded: Recorded, tshark: Tshark, never: str) -> None:
    assert not tshark.fields(recorded.capture, "frame.number", where=never.format(**recorded.places))


def test_other_readers_find_the_same_in_every_header(
    recorded: Recorded, reader: Reader, agree: Callable[..., None]
) -> None:
    agree(recorded.capture, reader)


@pytest.mark.slow
@pytest.mark.timeout(240)
def test_zigbee_on_host_takes_a_sleeper_in_and_reads_it_over_our_repeater(
    live_bench: Callable[..., AbstractContextManager[LiveBench]],
    herdsman: Path,
    clean: Callable[..., Verdict],
    agree: Callable[..., None],
    readers: list[Reader],
    tmp_path: Path,
) -> None:
    """Its Trust Centre answers our Update-Device with a Tunnel, and its frames find the sleeper behind its parent."""
    path = tmp_path / "relayed.toml"
    path.write_text(RELAYED, encoding="utf-8")
    with live_bench(path) as bench:
        bench.wait_for("searches for an open network")
        said = coordinate(herdsman, bench, GSME)
        capture = bench.capture
    assert {"event": "interview", "status": "successful", "ieee": GSME} in said
    (reading,) = [each["read"] for each in said if each["event"] == "read"]
    assert 4_321_098 <= reading["currentSummDelivered"] < 4_322_098
    clean(capture)
    for reader in readers:
        agree(capture, reader)
