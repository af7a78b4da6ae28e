"""The cluster tables against tshark's: attribute and command identifiers mean the same to both."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from hanbench.emulator.zcl.clusters import CLUSTERS

if TYPE_CHECKING:
    from hanbench.harness.capture import CapturedFrame
    from tests.interop.tshark import Tshark, Verdict

OTHER_WORDS = {
    "SWBuildID": "Software Build Id",
    "BatteryVoltageMinThreshold": "Battery Voltage Minimum Threshold",
    "DstStart": "Daylight Saving Time Start",
    "DstEnd": "Daylight Saving Time End",
    "DstShift": "Daylight Saving Time Shift",
    "TCKeepAliveBase": "Keep-Alive Base",
    "TCKeepAliveJitter": "Keep-Alive Jitter",
    "IntervalReadReportingPeriod": "Deprecated",
    "UncontrolledFlowThresholdUnitOfMeasure": "Uncontrolled Flow Unit of Measure",
    "MinimumBlockPeriod": "Minimum Block Request Delay",
    "QueryDeviceSpecificFileRequest": "Query Specific File Request",
    "QueryDeviceSpecificFileResponse": "Query Specific File Response",
    "KeyEstablishmentSuite": "Supported Key Establishment Suites",
    "EmergencyCreditLimit": "Emergency Credit Limit / Allowance",
    "LowCreditWarningLevel": "Low Credit Warning",
    "IHDLowCreditWarningLevel": "IHD Low Credit Warning",
}
"""Where tshark 4.0 words a name differently; the first form is the standard's."""
UNKNOWN_ATTRIBUTES = {
    "ClusterRevision",
    "BatteryPercentageMinThreshold",
    "BatteryAlarmState",
    *(f"Battery{what}Threshold{n}" for what in ("Voltage", "Percentage") for n in (1, 2, 3)),
    "ImageStamp",
    "UpgradeActivationPolicy",
    "UpgradeTimeoutPolicy",
}
"""Of later revisions of the ZCL than tshark 4.0 has."""
BOTH_WAYS = {
    command.name: command.name.removeprefix("Server")
    for cluster in CLUSTERS
    for command in cluster.server_to_client
    if command.name.removeprefix("Server") in {row.name for row in cluster.client_to_server}
}
"""Commands that the standard gives one name in both directions: ours say which side sends them."""


@pytest.mark.parametrize("cluster", [cluster.name for cluster in CLUSTERS])
def test_attributes_have_the_same_names_and_types(
    cluster: str,
    attribute_reports: Callable[[str], Path],
    tshark: Tshark,
    clean: Callable[..., Verdict],
) -> None:
    capture = attribute_reports(cluster)
    clean(capture)
    table = next(each for each in CLUSTERS if each.name == cluster)
    attributes = (*table.attributes, *table.client_attributes)
    assert attributes
    wrong = {}
    for attribute, shown in zip(attributes, _shown(tshark, capture), strict=True):
        name, identifier = shown["Attribute"]
        expected = "Unknown" if attribute.name in UNKNOWN_ATTRIBUTES else attribute.name
        expected = OTHER_WORDS.get(expected, expected)
        if (_plain(name), identifier) != (_plain(expected), attribute.id):
            wrong[attribute.name] = name
        assert shown["Data Type"][1] == attribute.type.id
        assert _kind(shown["Data Type"][0]) == attribute.type.name
    assert not wrong


@pytest.mark.parametrize("sampled", ["zcl-commands"], indirect=True)
def test_commands_have_the_same_names(
    sampled: Path, tshark: Tshark, frames_of: Callable[[Path], list[CapturedFrame]]
) -> None:
    names = [frame.comment.split()[-1] for frame in frames_of(sampled)]
    names = [BOTH_WAYS.get(name, OTHER_WORDS.get(name, name)) for name in names]
    shown = [command["Command"][0] for command in _shown(tshark, sampled)]
    assert [_plain(name) for name in shown] == [_plain(name) for name in names]


def _shown(tshark: Tshark, capture: Path) -> list[dict[str, tuple[str, int]]]:
    """What tshark calls things, a frame a row: `Attribute: Zone State (0x0000)` and the like.

    What it gives a number and no name is Unknown.
    """
    rows = []
    for packet in ET.fromstring(tshark.run(capture, "-T", "pdml")).iter("packet"):
        texts = (field.get("showname", "") for field in packet.iter("field"))
        found = (re.match(r"(Attribute|Data Type|Command): (?:(.*) \()?(0x[0-9a-f]+)\)?$", text) for text in texts)
        rows.append({match[1]: (match[2] or "Unknown", int(match[3], 16)) for match in found if match})
    return rows


def _plain(name: str) -> str:
    """Letters and digits only: the standard's own documents do not agree on blanks and capitals."""
    return re.sub(r"[^a-z0-9]", "", name.lower())


def _kind(name: str) -> str:
    """tshark's name of a data type in the form that ours have."""
    match = re.match(r"(\d+)-Bit (Unsigned Integer|Signed Integer|Bitmap|Enumeration)$", name)
    if match:
        short = {"Unsigned Integer": "uint", "Signed Integer": "int", "Bitmap": "bitmap", "Enumeration": "enum"}
        return short[match[2]] + match[1]
    return {
        "Boolean": "bool",
        "Octet String": "octstr",
        "Character String": "string",
        "UTC Time": "UTCTime",
        "IEEE Address": "EUI64",
    }[name]
