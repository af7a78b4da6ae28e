"""Several homes on one Air: streets, neighbours on one channel, wrong hubs, PAN ID conflicts."""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import Callable, Coroutine
from typing import Any

import pytest

from hanbench.emulator.clock import VirtualClock, run
from hanbench.harness.bench.bench_file import BenchFile
from hanbench.harness.bench.street import Street, StreetHome, assemble_street
from hanbench.harness.case.check import Verdict
from hanbench.harness.checks import HanConnectivityCheck
from hanbench.harness.cli.main import main
from hanbench.profiles.benches import read_bench

HEAD = 'id = "street"\ntitle = "A street"\n'
TWO = "[homes.a]\n[homes.b]\n"
SAME_PAN_ID = "[homes.a]\nchannel = 20\npan_id = 0x1A62\n[homes.b]\nchannel = 20\npan_id = 0x1A62\n"
ON_ONE_CHANNEL = "[homes.a]\nchannel = 20\n[homes.b]\nchannel = 20\n"


@pytest.fixture
def street(tmp_path):
    """Return a street and the list of what its homes tell."""

    def assembled(text: str, seed: str = "1", begins: str = "new") -> tuple[Street, list[str]]:
        path = tmp_path / "street.toml"
        path.write_text(f'{HEAD}begins = "{begins}"\n{text}', encoding="utf-8")
        made = assemble_street(BenchFile(read_bench(path), str(path)), VirtualClock(), seed=seed)
        told: list[str] = []
        made.on_event(told.append, progress=False)
        return made, told

    return assembled


def play(street: Street, story: Callable[[], Coroutine[Any, Any, list[Verdict]]]) -> list[Verdict]:
    async def played() -> list[Verdict]:
        async with street:
            return await story()

    return run(street.homes[0].han.clock, played())


async def check(home: StreetHome) -> Verdict:
    return (await HanConnectivityCheck().run(home.han)).check.verdict


def verdicts(street: Street) -> list[Verdict]:
    """Bring all homes up, in their turns, and check each."""

    async def story() -> list[Verdict]:
        async def brought_up(home: StreetHome) -> Verdict:
            await street.begin(home)
            return await check(home)

        return list(await asyncio.gather(*map(brought_up, street.homes)))

    return play(street, story)


def networks(street: Street) -> list[tuple[int, int]]:
    """Channel and PAN ID of each hub."""
    stored = [home.han.hub.stack.nwk.network for home in street.homes]
    return [(network.channel, network.pan_id) for network in stored]


def test_ten_homes_in_range_form_and_pass_at_the_same_time(street):
    ten, told = street("".join(f"[homes.h{number}]\n" for number in range(10)))
    assert verdicts(ten) == [Verdict.PASS] * 10
    assert len({pan_id for _, pan_id in networks(ten)}) == 10
    # Ten homes on the seven channels of their profiles: the hubs spread out.
    channels = [channel for channel, _ in networks(ten)]
    assert set(channels) == set(ten.homes[0].han.settings.hub.node.channels)
    assert sum("heard PAN" in text for text in told) > 10


@pytest.mark.timeout(1800)
@pytest.mark.skipif(os.environ.get("HANBENCH_NIGHTLY") != "1", reason="takes minutes: HANBENCH_NIGHTLY=1")
def test_a_street_of_a_hundred_homes_forms_and_passes(street):
    hundred, _ = street("".join(f"[homes.h{number}]\n" for number in range(100)))
    assert verdicts(hundred) == [Verdict.PASS] * 100


def test_installed_homes_stand_side_by_side(street):
    two, _ = street(TWO, begins="installed")
    assert verdicts(two) == [Verdict.PASS] * 2


@pytest.mark.parametrize("seed", ["1", "2", "3"])
def test_neighbours_on_one_channel_do_not_mix(street, seed):
    two, told = street(ON_ONE_CHANNEL, seed)
    assert verdicts(two) == [Verdict.PASS] * 2
    assert {channel for channel, _ in networks(two)} == {20}
    assert any("b: hub: heard PAN" in text and "on channel 20" in text for text in told)
    a, b = (home.han for home in two.homes)
    assert not set(a.hub.device_table) & set(b.hub.device_table)
    assert set(a.hub.device_table) == {a.settings.esme.ieee, a.settings.gsme.ieee}


def test_a_dead_meter_fails_though_the_neighbours_meter_answers(street):
    two, _ = street('[homes.a]\nchannel = 20\nfaults = ["battery-dead"]\n[homes.b]\nchannel = 20\n')
    assert verdicts(two) == [Verdict.FAIL, Verdict.PASS]


@pytest.mark.parametrize("seed", ["1", "2", "3"])
def test_the_hub_with_the_install_code_takes_a_meter_that_two_open_hubs_hear(street, seed):
    # The neighbour's hub stands between the meter and its own hub: its beacon is the better one.
    two, told = street(
        """
[homes.a]
[homes.b]
at_m = [0.0, 0.0]
[homes.b.nodes.hub]
position_m = [6.0, 0.0]
[homes.b.nodes.esme]
[homes.b.nodes.gsme]
""",
        seed,
    )
    near = two.homes[1].han.radio("hub").position
    two.homes[0].han.radio("gsme").position = (near[0] + 1.0, near[1])

    async def story() -> list[Verdict]:
        a, b = two.homes
        await two.begin(b)
        b.han.hub.permit_join(254)
        await a.bench.begin(a.han)
        return [await check(each) for each in two.homes]

    assert play(two, story) == [Verdict.PASS] * 2
    a, b = (home.han for home in two.homes)
    assert a.settings.gsme.ieee in a.hub.device_table
    assert a.settings.gsme.ieee not in b.hub.device_table
    wrong = f"{b.hub.extended_pan_id:016x}"
    assert f"a: gsme: extended PAN {wrong} did not take it" in told


@pytest.mark.parametrize("seed", ["1", "2", "3"])
def test_a_pan_id_conflict_is_told_and_both_homes_go_on(street, seed):
    two, told = street(SAME_PAN_ID, seed)

    async def story() -> list[Verdict]:
        await asyncio.gather(*map(two.begin, two.homes))
        # A conflict is heard when hubs answer the next Beacon Request; sleeping meters have their time to rejoin.
        await asyncio.sleep(2 * 3600)
        return list(await asyncio.gather(*map(check, two.homes)))

    assert play(two, story) == [Verdict.PASS] * 2
    assert any("b: hub: PAN ID 0x1a62 is another network's too" in text for text in told)
    assert any("PAN ID conflict" in text and "moves to PAN" in text for text in told)
    pan_ids = [pan_id for _, pan_id in networks(two)]
    assert len(set(pan_ids)) == 2


def out_of_range(one: str, other: str) -> str:
    return f'[[links]]\nbetween = ["{one}", "{other}"]\nattenuation_db = 120\n'


def test_routers_report_a_conflict_that_no_hub_can_hear(street):
    """R22, 3.6.1.13: Network Report to the network manager, Network Update to all."""
    far = (("a.hub", "b.hub"), ("a.hub", "b.esme"), ("a.esme", "b.hub"))
    two, told = street(SAME_PAN_ID + "".join(out_of_range(*pair) for pair in far), begins="installed")

    async def story() -> list[Verdict]:
        await asyncio.gather(*map(two.begin, two.homes))
        await asyncio.sleep(60)
        two.homes[1].han.gsme.look_for_network()
        await asyncio.sleep(2 * 3600)
        return list(await asyncio.gather(*map(check, two.homes)))

    assert play(two, story) == [Verdict.PASS] * 2
    for home in two.homes:
        short = home.han.esme.storage.network.short
        said = f"{home.name}: hub: PAN ID conflict on 0x1a62, reported by {short:#06x}: the HAN moves to PAN "
        assert any(text.startswith(said) for text in told)
    assert len({0x1A62, *(pan_id for _, pan_id in networks(two))}) == 3


def test_the_same_seed_gives_the_same_street(street):
    def octets() -> list[bytes]:
        two, _ = street(ON_ONE_CHANNEL, "7")
        seen: list[bytes] = []
        two.medium.observers.append(lambda transmission: seen.append(transmission.psdu))
        verdicts(two)
        return seen

    assert octets() == octets()


def test_check_counts_the_homes_and_has_one_verdict(tmp_path, capsys):
    path = tmp_path / "street.toml"
    path.write_text(f'{HEAD}[homes.no1]\n[homes.no2]\nfaults = ["battery-dead"]\n[homes.no3]\n', encoding="utf-8")
    for options in ((), ("--json",)):
        with pytest.raises(SystemExit) as ended:
            main(("check", str(path), *options))
        assert ended.value.code == 1
        out = capsys.readouterr().out
        if not options:
            assert out.splitlines()[-1] == "2 of 3 homes pass; no2 fails"
            assert (
                "  mirror without a report since the hub started, meter not heard since the hub started: stale" in out
            )
            continue
        said = json.loads(out)
        assert said["verdict"] == "fail"
        mirrors = {name: each["mirror"] for name, each in said["homes"].items()}
        assert (mirrors["no2"]["as_of"], mirrors["no2"]["heard"], mirrors["no2"]["stale"]) == (None, None, True)
        assert mirrors["no1"]["as_of"].startswith("2022-04-04T08:")
        assert mirrors["no1"]["stale"] is False
