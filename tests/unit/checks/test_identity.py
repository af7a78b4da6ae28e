"""Whose answers a check takes: those of the expected EUI-64, manufacturer, model and serial number."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from hanbench.emulator.devices import AnyDevice
from hanbench.emulator.zcl import Reply, ReplyOutcome
from hanbench.harness.case.check import Subject, Verdict
from hanbench.harness.case.installation import MeterRole
from hanbench.harness.checks import HanConnectivityCheck, commission
from hanbench.harness.checks.identity import ExpectedIdentity
from hanbench.harness.han.han import Han
from tests.support.han import START, check_connectivity, home_settings, run_on_han

BASIC, METERING = 0x0000, 0x0702
METER, OTHER = 0x00124B0000000001, 0x00124B0000000002
EXPECTED = ExpectedIdentity(METER, {BASIC: {0x0004: "Elster", 0x0005: "BK-G4E"}, METERING: {0x0308: b"G4A0001"}})


def answered(values: dict[int, object], ieee: int | None) -> Reply:
    return Reply(ReplyOutcome.ANSWERED, values=values, ieee=ieee)


@pytest.mark.parametrize(
    ("cluster", "values", "ieee", "told"),
    [
        (BASIC, {4: "Elster", 5: "BK-G4E"}, None, None),
        (BASIC, {4: "Elster", 5: "BK-G4E"}, METER, None),
        (BASIC, {4: "Elster", 5: "BK-G4"}, None, "as 'BK-G4', expected 'BK-G4E'"),
        (BASIC, {4: "Elster"}, OTHER, "under the link key of 00124b0000000002, expected that of 00124b0000000001"),
        (METERING, {0: 1, 0x0308: b"G4A0001"}, METER, None),
        (METERING, {0: 1, 0x0308: b"G4A0002"}, METER, "as 'G4A0002', expected 'G4A0001'"),
        (METERING, {0: 1, 0x0308: b"\xff"}, METER, "as '\ufffd', expected 'G4A0001'"),
        (METERING, {0: 1}, None, "without its link key, expected that of 00124b0000000001"),
    ],
)
def test_an_answer_of_another_device_is_told(
    cluster: int, values: dict[int, object], ieee: int | None, told: str | None
) -> None:
    assert EXPECTED.difference(cluster, answered(values, ieee), proven=cluster == METERING) == told


def test_of_a_physical_meter_the_address_alone_is_known() -> None:
    han = Han(home_settings(), seed="physical", start=START, emulated=("hub", "esme"), physical=("gsme",))
    assert ExpectedIdentity.of(han, "gsme") == ExpectedIdentity(han.settings.gsme.ieee, {})


async def exchange(device: AnyDevice) -> None:
    """Hang a meter of another model on the wall, with the keys and addresses of the one before."""
    device.settings = replace(device.settings, model="other")
    device.power_off()
    device.power_on()
    await asyncio.sleep(60)


def test_a_check_is_inconclusive_if_another_electricity_meter_answers() -> None:
    async def scenario(han: Han) -> None:
        await exchange(han.esme)
        found = await check_connectivity(han)
        assert (found.verdict, found.cause) == (Verdict.INCONCLUSIVE, Subject.ESME)
        assert found.detail == f"the ESME answered as 'other', expected {han.settings.esme.model!r}"

    run_on_han(scenario, seed="identity")


@pytest.mark.parametrize("role", MeterRole)
def test_a_meter_of_another_model_is_not_commissioned(role: MeterRole) -> None:
    async def scenario(han: Han) -> None:
        before = (await commission(han, (role,), HanConnectivityCheck())).commissioning
        assert before.succeeded
        await exchange(han.esme if role is MeterRole.ESME else han.gsme)
        after = (await commission(han, (role,), HanConnectivityCheck())).commissioning
        assert not after.succeeded
        assert after.detail.startswith(
            f"the read of the {role.value.upper()}'s identity was answered as 'other', expected "
        )

    run_on_han(scenario, seed="identity")
