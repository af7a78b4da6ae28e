"""Metering of before SE 1.2, before a tshark that is told so; and what GetSnapshot is to one that is not."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from hanbench.emulator.zcl.cluster import Cluster, ClusterCommand
from hanbench.emulator.zcl.clusters import metering
from hanbench.emulator.zcl.clusters.metering import CLUSTER, CLUSTER_SE_1_1

if TYPE_CHECKING:
    from tests.interop.tshark import Tshark

Commands = Callable[[Iterable[tuple[Cluster, ClusterCommand]]], Path]

SE_1_1, SE_1_4 = ("zbee_aps.zbeeseversion:SE " + version for version in ("1.1b", "1.4"))
MESSAGES: tuple[ClusterCommand, ...] = (
    metering.GetProfile(interval_channel=0, end_time=0, number_of_periods=24),
    metering.RequestMirrorResponse(endpoint_id=0x0A),
    metering.MirrorRemoved(removed_endpoint_id=0x0A),
    metering.RequestFastPollMode(fast_poll_update_period=5, duration=15),
    metering.GetProfileResponse(end_time=86_400, status=0, profile_interval_period=2, intervals=(1, 2, 3)),
    metering.RequestMirror(),
    metering.RemoveMirror(),
    metering.RequestFastPollModeResponse(applied_update_period=5, fast_poll_mode_end_time=86_400),
)
COLUMNS = [
    "zbee_zcl_se.met.cmd.srv_rx.id",
    "zbee_zcl_se.met.cmd.srv_tx.id",
    "zbee_zcl_se.met.get_profile.number_of_periods",
    "zbee_zcl_se.met.request_mirror_rsp.endpoint_id",
    "zbee_zcl_se.met.get_profile_response.intervals",
]


def test_every_command_of_before_se_1_2_is_read(tshark: Tshark, commands: Commands) -> None:
    table = (*CLUSTER_SE_1_1.client_to_server, *CLUSTER_SE_1_1.server_to_client)
    assert {row.message for row in table} == {type(message) for message in MESSAGES}
    capture = commands((CLUSTER_SE_1_1, message) for message in MESSAGES)
    judge = tshark.preferring(SE_1_1)
    verdict = judge.judge(capture)
    assert verdict.frames == len(MESSAGES)
    assert not any(getattr(verdict, name) for name in verdict.OBJECTIONS)
    assert judge.fields(capture, *COLUMNS) == [
        ["0x00", "", "24", "", ""],
        ["0x01", "", "", "10", ""],
        ["0x02", "", "", "", ""],
        ["0x03", "", "", "", ""],
        ["", "0x00", "", "", "1,2,3"],
        ["", "0x01", "", "", ""],
        ["", "0x02", "", "", ""],
        ["", "0x03", "", "", ""],
    ]


def test_get_snapshot_is_that_of_the_later_versions(tshark: Tshark, commands: Commands) -> None:
    request = metering.GetSnapshot(
        earliest_start_time=0, latest_end_time=86_400, snapshot_offset=3, snapshot_cause=0x400
    )
    capture = commands([(CLUSTER, request)])
    columns = [f"zbee_zcl_se.met.get_snapshot.{name}" for name in ("snapshot_offset", "snapshot_cause")]
    assert tshark.preferring(SE_1_4).fields(capture, *columns) == [["3", "0x00000400"]]
    assert tshark.preferring(SE_1_1).fields(capture, *columns) != [["3", "0x00000400"]]
