"""Faults of power, radio and air."""

from __future__ import annotations

from hanbench.emulator.radio import Jammer
from hanbench.harness.case.check import Subject
from hanbench.harness.faults.fault import Fault
from hanbench.harness.han.han import Han

FAR_AWAY = (600.0, 0.0)
"""Metres."""
JAMMER_POWER = -25.0
"""dBm: a badly screened appliance beside the gas meter. It drowns the meter and is noise to nobody else."""
JAMMER_DISTANCE = 0.3


async def _battery_dead(han: Han) -> None:
    han.gsme.power_off()


async def _battery_changed(han: Han) -> None:
    han.gsme.power_on()


async def _silence(han: Han) -> None:
    han.radio_of("gsme").muted = True


async def _unsilence(han: Han) -> None:
    han.radio_of("gsme").muted = False


async def _carry_away(han: Han) -> None:
    han.radio("gsme").position = FAR_AWAY


async def _carry_back(han: Han) -> None:
    han.radio("gsme").position = han.settings.positions["gsme"]


def _jammers(han: Han) -> list[Jammer]:
    return [jammer for jammer in han.air.jammers if jammer.position is not None]


async def _jam(han: Han) -> None:
    x, y = han.radio("gsme").position
    network = han.gsme.storage.network
    channel = han.radio("gsme").config.channel if network is None else network.channel
    han.air.add_jammer(Jammer(frozenset({channel}), JAMMER_POWER, (x + JAMMER_DISTANCE, y)))


async def _unjam(han: Han) -> None:
    for jammer in _jammers(han):
        han.air.remove_jammer(jammer)


async def _esme_dead(han: Han) -> None:
    han.esme.power_off()


async def _esme_back(han: Han) -> None:
    han.esme.power_on()


async def _wan_down(han: Han) -> None:
    han.wan.up = False


async def _wan_up(han: Han) -> None:
    han.wan.up = True


async def _bench_broken(han: Han) -> None:
    han.health.fault = "the capture adapter does not answer"


async def _bench_mended(han: Han) -> None:
    han.health.fault = None


FAULTS = (
    Fault(
        "battery-dead",
        "Battery dead",
        Subject.GSME,
        "power",
        "The meter has gone dark: no frame of any kind, on any channel, and its display is blank.",
        _battery_dead,
        _battery_changed,
    ),
    Fault(
        "radio-silent",
        "Radio silent",
        Subject.GSME,
        "radio",
        "The meter counts and shows gas, but its radio neither hears nor is heard.",
        _silence,
        _unsilence,
    ),
    Fault(
        "out-of-range",
        "Out of range",
        Subject.GSME,
        "air",
        "The meter was moved, or a wall was built: frames no longer arrive either way.",
        _carry_away,
        _carry_back,
    ),
    Fault(
        "jammed-channel",
        "Jammed channel",
        Subject.GSME,
        "air",
        "Something beside the gas meter fills the channel: it never finds it clear, and hears nothing.",
        _jam,
        _unjam,
    ),
    Fault(
        "esme-dead",
        "Electricity meter dead",
        Subject.ESME,
        "power",
        "The electricity meter does not answer either: nothing can be said of the gas meter alone.",
        _esme_dead,
        _esme_back,
    ),
    Fault(
        "wan-down",
        "WAN down",
        Subject.WAN,
        "WAN",
        "The hub cannot be reached from the head end.",
        _wan_down,
        _wan_up,
    ),
    Fault(
        "bench-fault",
        "Bench fault",
        Subject.BENCH,
        "bench",
        "The test bench itself has failed: what it says about any meter is worth nothing.",
        _bench_broken,
        _bench_mended,
    ),
)
