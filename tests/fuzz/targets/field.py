"""A diagnosis of frames that anybody may have sent: each with its length and a pause before it."""

from __future__ import annotations

from functools import cache
from types import MappingProxyType

from hanbench.emulator.radio.fcs import fcs
from hanbench.harness.capture.foreign import ForeignCapture, ForeignFrame
from hanbench.harness.capture.link_types import LinkFrame
from hanbench.harness.cli.errors import BadInput
from hanbench.harness.cli.field_input import diagnosis_of
from hanbench.harness.field.as_scenario import NoStoryError, scenario_text
from hanbench.harness.field.diagnosis import diagnose
from hanbench.harness.field.keys import FieldKeys
from hanbench.harness.field.result import result_of
from hanbench.harness.scenario.loading import load_scenario_text
from hanbench.profiles.rulesets import RuleSet, shipped
from tests.fuzz.place import file
from tests.fuzz.target import Target
from tests.interop.han import NETWORK_KEY


@cache
def _rules() -> MappingProxyType[str, RuleSet]:
    return shipped()


def _diagnose(octets: bytes) -> None:
    capture = ForeignCapture("fuzz")
    time = at = 0
    while at + 3 <= len(octets) and len(capture.frames) < 60:
        length, pause = octets[at], int.from_bytes(octets[at + 1 : at + 3], "little")
        mpdu = octets[at + 3 : at + 3 + min(length, 125)]
        time += pause * 10_000_000
        if mpdu:
            number = len(capture.frames) + 1
            capture.frames.append(ForeignFrame(number, time, LinkFrame(mpdu, fcs(mpdu))))
        at += 3 + length
    capture.packets = len(capture.frames)
    keys = FieldKeys()
    keys.add("network key", NETWORK_KEY)
    result_of(diagnose(capture, keys))


def _scenario(octets: bytes) -> None:
    """A capture, after the lines of a key file: the scenario that tells its story can be loaded."""
    keys, _, capture = octets.partition(b"\n\n")
    found = diagnosis_of(file(capture, "field.pcapng"), [file(keys, "more.keys")], [], [], None, None)
    load_scenario_text(scenario_text(found, "capture"), "the scenario", _rules())


TARGETS = (
    Target("field.diagnose", _diagnose, (), 2048),
    Target("field.scenario", _scenario, (BadInput, NoStoryError), 4096),
)
