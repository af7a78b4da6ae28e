"""What Smart Energy versions say differently, before a tshark that was told which of them it reads."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from hanbench.emulator.zcl.cluster import Cluster, ClusterCommand
from hanbench.emulator.zcl.clusters import events
from hanbench.emulator.zcl.clusters.events import EarlyLoggedEvent, LoggedEvent, LogId, LogPayloadControl

if TYPE_CHECKING:
    from tests.interop.tshark import Tshark

Message = tuple[Cluster, ClusterCommand]
Commands = Callable[[Iterable[Message]], Path]

SE_1_1, SE_1_2, SE_1_4 = ("zbee_aps.zbeeseversion:SE " + version for version in ("1.1b", "1.2", "1.4"))
EARLY: tuple[Message, ...] = (
    (events.CLUSTER_SE_1_1, events.EarlyPublishEvent(0x0201, 86_400, 1, b"\xaa\xbb\xcc")),
    (
        events.CLUSTER_SE_1_1,
        events.EarlyPublishEventLog(
            total_number_of_matching_events=2,
            command_index=0,
            total_commands=1,
            log_payload_control=LogPayloadControl(0, 2),
            events=(EarlyLoggedEvent(0x0201, 86_400, b"\xaa"), EarlyLoggedEvent(0x0202, 86_401, b"\xbb")),
        ),
    ),
)
LATER: tuple[Message, ...] = (
    (events.CLUSTER, events.PublishEvent(LogId.FAULT, 0x0201, 86_400, 1, b"\xaa\xbb\xcc")),
    (
        events.CLUSTER,
        events.PublishEventLog(
            total_number_of_matching_events=2,
            command_index=0,
            total_commands=1,
            log_payload_control=LogPayloadControl(0, 2),
            events=(
                LoggedEvent(LogId.FAULT, 0x0201, 86_400, b"\xaa"),
                LoggedEvent(LogId.TAMPER, 0x0202, 86_401, b"\xbb"),
            ),
        ),
    ),
)
COLUMNS = [
    f"zbee_zcl_se.events.{command}.{field}"
    for command in ("publish_event", "publish_event_log")
    for field in ("log_id", "event_id", "event_time", "event_data")
]
MIDNIGHT, A_SECOND_LATER = (f"Jan  2, 2000 00:00:0{second}.000000000 UTC" for second in (0, 1))
TIMES = f"{MIDNIGHT},{A_SECOND_LATER}"
NOTHING = [""] * 4
MATCHING = "2,"
"""tshark gives the number of matching events the filter name of an event's identifier."""


@pytest.mark.parametrize(
    ("version", "messages", "event_log", "logs"),
    [(SE_1_1, EARLY, "", ""), (SE_1_2, LATER, "0x02", "0x02,0x01"), (SE_1_4, LATER, "0x02", "0x02,0x01")],
    ids=["1.1b", "1.2", "1.4"],
)
def test_events_name_their_log_from_se_1_2_on(
    tshark: Tshark, commands: Commands, version: str, messages: tuple[Message, ...], event_log: str, logs: str
) -> None:
    capture = commands(messages)
    judge = tshark.preferring(version)
    verdict = judge.judge(capture)
    assert verdict.frames == len(messages)
    assert not any(getattr(verdict, name) for name in verdict.OBJECTIONS)
    assert judge.fields(capture, *COLUMNS) == [
        [event_log, "0x0201", MIDNIGHT, "aa:bb:cc", *NOTHING],
        [*NOTHING, logs, f"{MATCHING}0x0201,0x0202", TIMES, "aa,bb"],
    ]


@pytest.mark.parametrize(
    ("messages", "right", "wrong"),
    [(EARLY, SE_1_1, SE_1_4), (LATER, SE_1_4, SE_1_1)],
    ids=["1.1b read as 1.4", "1.4 read as 1.1b"],
)
def test_the_judge_knows_the_versions_apart(
    tshark: Tshark, commands: Commands, messages: tuple[Message, ...], right: str, wrong: str
) -> None:
    capture = commands(messages)
    assert tshark.preferring(wrong).fields(capture, *COLUMNS) != tshark.preferring(right).fields(capture, *COLUMNS)
