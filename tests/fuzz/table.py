"""The table of fuzz targets, by name. A family is a module in tests/fuzz/targets, and imported when it is asked for."""

from __future__ import annotations

from collections.abc import Iterator
from difflib import get_close_matches
from importlib import import_module

from tests.fuzz.target import Target

FAMILIES: dict[str, tuple[str, ...]] = {
    "mac": ("hanbench.emulator.mac", "hanbench.emulator.radio"),
    "nwk": ("hanbench.emulator.zigbee.nwk", "hanbench.emulator.octets"),
    "aps": ("hanbench.emulator.zigbee.aps", "hanbench.emulator.octets"),
    "zdp": ("hanbench.emulator.zigbee.zdo", "hanbench.emulator.layout", "hanbench.emulator.octets"),
    "zcl": (
        "hanbench.emulator.zcl",
        "hanbench.emulator.devices.services.image",
        "hanbench.emulator.layout",
        "hanbench.emulator.octets",
    ),
    "cbke": ("hanbench.emulator.zigbee.security.cbke", "hanbench.emulator.devices.key_establishment"),
    "spinel": ("hanbench.emulator.radio.spinel", "hanbench.hardware", "hanbench.emulator.octets"),
    "dongle": ("hanbench.emulator.dongle", "hanbench.emulator.radio.spinel", "hanbench.hardware"),
    "capture": ("hanbench.harness.capture", "hanbench.harness.field.keys", "hanbench.harness.wireshark.keys"),
    "field": ("hanbench.harness.field", "hanbench.harness.frames"),
    "decode": ("hanbench.harness.frames", "hanbench.harness.cli.pasted"),
    "key": (
        "hanbench.emulator.zigbee.security",
        "hanbench.harness.broker",
        "hanbench.harness.cli.values",
        "hanbench.harness.conform.dut.choice",
        "hanbench.harness.controllers.endpoint_address",
        "hanbench.harness.serve.access",
        "hanbench.profiles",
    ),
    "toml": ("hanbench.profiles", "hanbench.harness.scenario", "hanbench.harness.bench"),
    "conform": ("hanbench.profiles",),
    "controller": ("hanbench.harness.controllers", "hanbench.harness.case"),
    "record": (
        "hanbench.harness.case",
        "hanbench.harness.control",
        "hanbench.harness.oracle",
        "hanbench.harness.report",
    ),
    "finished": (
        "hanbench.harness.bench.flash_file",
        "hanbench.harness.bench.stored_stack",
        "hanbench.harness.control.recorded_folder",
        "hanbench.harness.control.recorded_frames",
        "hanbench.harness.control.recorded_journal",
        "hanbench.harness.control.recorded_trace",
        "hanbench.harness.report.merge",
        "hanbench.harness.report.stale",
    ),
    "control": ("hanbench.harness.control", "hanbench.profiles.explain"),
    "campaign": (
        "hanbench.harness.campaigns.spec",
        "hanbench.harness.campaigns.store",
        "hanbench.harness.campaigns.summary",
        "hanbench.harness.campaigns.tables",
        "hanbench.harness.sqlite_file",
    ),
    "http": ("hanbench.harness.serve", "hanbench.harness.control.calling", "hanbench.harness.control.http_messages"),
    "mqtt": (
        "hanbench.harness.control.calling",
        "hanbench.harness.mqtt.decisions",
        "hanbench.harness.mqtt.home_assistant_feed",
        "hanbench.harness.mqtt.outbox",
        "hanbench.harness.mqtt.requests",
        "hanbench.harness.sqlite_file",
    ),
    "stack": ("hanbench.emulator",),
    "check": ("hanbench.emulator", "hanbench.harness.checks"),
}
"""By family: the packages and modules whose coverage guides the fuzzer. To instrument one takes seconds, before the
first input; so none is named that an input does not reach."""


class UnknownTargetError(Exception):
    """There is no target of this name; the text is one line."""


def of_family(family: str) -> tuple[Target, ...]:
    """Return the targets of a family."""
    targets: tuple[Target, ...] = import_module(f"tests.fuzz.targets.{family}").TARGETS
    assert all(each.name.partition(".")[0] == family for each in targets), family
    return targets


def every() -> Iterator[Target]:
    """Yield all targets, in the order of the families."""
    for family in FAMILIES:
        yield from of_family(family)


def named(name: str) -> Target:
    """Return a target. Raises UnknownTargetError."""
    family = name.partition(".")[0]
    known = {each.name: each for each in of_family(family)} if family in FAMILIES else {}
    if name not in known:
        near = get_close_matches(name, [each.name for each in every()], 1)
        raise UnknownTargetError(f"found {name!r}; expected a fuzz target" + (f"; nearest: {near[0]}" if near else ""))
    return known[name]
