"""What hanbench calls a frame, and what tshark takes it for, in the captures of a HAN that comes to be and lives on."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from hanbench.harness.capture import KeyRing, keyfile, read
from hanbench.harness.faults import FAULTS
from hanbench.harness.frames import Dissector
from hanbench.harness.han.han import Han
from tests.interop.groups import GROUPS
from tests.interop.han import LINK_KEY, NETWORK_KEY
from tests.support.han import check_connectivity, home_settings, run_on_han

if TYPE_CHECKING:
    from tests.interop.tshark import Tshark

MEANS = {
    "acknowledgement": "wpan.frame_type == 2",
    "aps-ack": "zbee_aps.type == 2",
    "association-request": "wpan.cmd == 1",
    "association-response": "wpan.cmd == 2",
    "beacon": "wpan.frame_type == 0",
    "beacon-request": "wpan.cmd == 7",
    "data-request": "wpan.cmd == 4",
    "device-announce": "zbee_aps.type == 0 && zbee_aps.zdp_cluster == 0x0013",
    "initiate-key-establishment-request": "zbee_zcl_se.ke.cmd.srv_rx.id == 0",
    "leave": "zbee_nwk.cmd.id == 4",
    "link-status": "zbee_nwk.cmd.id == 8",
    "read-attributes": "zbee_zcl.cmd.id == 0 && !(zbee_zcl.type == 1)",
    "read-attributes-response": "zbee_zcl.cmd.id == 1 && !(zbee_zcl.type == 1)",
    "rejoin-request": "zbee_nwk.cmd.id == 6",
    "rejoin-response": "zbee_nwk.cmd.id == 7",
    "report-attributes": "zbee_zcl.cmd.id == 0x0a && !(zbee_zcl.type == 1)",
    "request-mirror-response": "zbee_zcl_se.met.request_mirror_rsp.endpoint_id",
    "switch-key": "zbee_aps.cmd.id == 9",
    "transport-key": "zbee_aps.cmd.id == 5",
}
"""By our name: the display filter that finds the same frames, from tshark's documentation of its fields."""


async def scenario(han: Han) -> None:
    await check_connectivity(han)
    await FAULTS["network-key-lost"].inject(han)
    await asyncio.sleep(4000)
    await FAULTS["network-key-lost"].heal(han)
    await FAULTS["hub-entry-lost"].inject(han)
    await asyncio.sleep(4000)
    await FAULTS["hub-entry-lost"].heal(han)
    await asyncio.sleep(4000)


@pytest.fixture(scope="module")
def capture(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("names") / "scenario.pcapng"
    settings = home_settings(slow_background=False)
    run_on_han(scenario, seed="names", settings=settings, formed=True, settle=0, capture=path)
    return path


@pytest.mark.timeout(180)
def test_our_names_are_what_tshark_finds(capture: Path, tshark: Tshark) -> None:
    dissector = Dissector(keyfile.read(keyfile.beside(capture)))
    names = [dissector(frame.psdu).name for frame in read(capture)]
    assert set(MEANS) <= set(names), f"not in the scenario: {set(MEANS) - set(names)}"
    assert not {"unreadable", "malformed"} & set(names)
    for name, where in MEANS.items():
        theirs = {int(row[0]) for row in tshark.fields(capture, "frame.number", where=where)}
        ours = {number for number, each in enumerate(names, start=1) if each == name}
        assert ours == theirs, name


def test_every_kind_of_frame_is_named_and_shows_no_key() -> None:
    ring = KeyRing()
    ring.add("network", NETWORK_KEY)
    ring.add("link", LINK_KEY)
    for group in GROUPS.values():
        dissector = Dissector(ring)
        for sample in group():
            found = dissector(sample.psdu)
            assert found.name not in ("unreadable", "malformed"), sample.name
            said = repr((found.line, found.layers))
            assert not [key for key in ring if key.octets.hex() in said], sample.name
