"""The meters as a GB in-home display would publish them, for readers of the Hildebrand Glow's local MQTT messages.

Paths and units are those that such displays send (firmware 1.8.13 and later: a gas meter has no power). The product's
known mistakes are not made: volumes are cubic metres. MPAN and MPRN stay empty: an emulated home has none.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

from hanbench import __version__
from hanbench.emulator.radio.propagation import NOISE_FLOOR
from hanbench.harness.control.answers import BenchState
from hanbench.harness.control.node import NodeState
from hanbench.harness.mqtt.gas import energy_of

PREFIX = "glow"
LOCALLY_ADMINISTERED = 0x02
"""Bit of the first octet of a MAC address that no manufacturer was given (IEEE 802-2014, 8.4)."""
FULL_LINK = 255
PERIODS = {"day": "today", "week": "this week", "month": "this month"}
"""Keys of a message, and the periods of a meter's readings."""

Message = dict[str, Any]


def device_id(root: str) -> str:
    """Return the id of the display: twelve hexadecimal digits, as of a MAC address. `root`: the bench's topic."""
    octets = bytearray(sha256(root.encode()).digest()[:6])
    octets[0] = octets[0] & 0xFC | LOCALLY_ADMINISTERED
    return octets.hex().upper()


def messages(device: str, bench: BenchState, nodes: Sequence[NodeState]) -> dict[str, Message]:
    """Return the messages of a display, by topic: of itself, and of each emulated meter that has power."""
    display = next((node for node in nodes if node.role == "ihd"), nodes[0])
    found = {f"{PREFIX}/{device}/STATE": _state(device, bench.clock.date, display)}
    price = _readings(display).get("price", 0.0)
    for node in nodes:
        if node.emulated and node.powered and node.role in _METERS:
            kind, message = _METERS[node.role]
            found[f"{PREFIX}/{device}/SENSOR/{kind}"] = {kind: message(bench.clock.date, node, price)}
    return found


def _electricity(date: datetime, meter: NodeState, price: float) -> Message:
    read = _readings(meter)
    periods = {key: read.get(f"import {period}", 0.0) for key, period in PERIODS.items()}
    imported = {"cumulative": read["import"], **periods, "units": "kWh", "mpan": "", "supplier": "---"}
    return {
        "timestamp": _stamp(date),
        "energy": {
            "export": {"cumulative": 0.0, "units": "kWh"},
            "import": {**imported, "price": {"unitrate": price, "standingcharge": 0.0}},
        },
        "power": {"value": read["power"], "units": "kW"},
    }


def _gas(date: datetime, meter: NodeState, price: float) -> Message:
    """Return a gas meter's message. `price` is that of electricity: a hub publishes no other."""
    read = _readings(meter)
    volumes = {key: read.get(f"gas volume {period}", 0.0) for key, period in PERIODS.items()}
    imported = {
        "cumulative": _energy(read["gas volume"]),
        **{key: _energy(volume) for key, volume in volumes.items()},
        "units": "kWh",
        "cumulativevol": read["gas volume"],
        "cumulativevolunits": "m3",
        **{f"{key}vol": volume for key, volume in volumes.items()},
        "dayweekmonthvolunits": "m3",
        "mprn": "",
        "supplier": "---",
        "price": {"unitrate": 0.0, "standingcharge": 0.0},
    }
    return {"timestamp": _stamp(date), "energy": {"import": imported}}


_METERS = {"esme": ("electricitymeter", _electricity), "gsme": ("gasmeter", _gas)}


def _state(device: str, date: datetime, display: NodeState) -> Message:
    joined, lqi = display.powered and display.joined, display.lqi or 0
    return {
        "software": f"hanbench {__version__}",
        "timestamp": _stamp(date),
        "hardware": "hanbench",
        "ethmac": device,
        "smetsversion": "SMETS1",
        "eui": ":".join(display.ieee[place : place + 2].upper() for place in range(0, 16, 2)),
        "han": {"rssi": _dbm(lqi), "status": "joined" if joined else "not joined", "lqi": lqi},
    }


def _readings(meter: NodeState) -> dict[str, float]:
    return {each.name: each.value for each in meter.readings if isinstance(each.value, float)}


def _dbm(lqi: int) -> int:
    """Return the signal strength of a link quality, as the emulated transceivers relate the two."""
    return round(NOISE_FLOOR + lqi * 60 / FULL_LINK)


def _energy(volume: float) -> float:
    return round(energy_of(volume), 3)


def _stamp(date: datetime) -> str:
    return f"{date.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
