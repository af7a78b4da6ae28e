"""Every kind of frame that hanbench can build, before the judges."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from hanbench.harness.capture import read

if TYPE_CHECKING:
    from tests.interop.reference_dissectors import Reader
    from tests.interop.tshark import Verdict

GROUPS = ("mac", "nwk", "aps", "zdp", "zcl-general", "zcl-commands")
each_group = pytest.mark.parametrize("sampled", GROUPS, indirect=True)


UNKNOWN_TO_TSHARK = {
    "ZCL DiscoverAttributesExtendedResponse",
    "ZCL DiscoverCommandsReceivedResponse",
    "ZCL DiscoverCommandsGeneratedResponse",
}
"""tshark 4.0 reads these up to their lists, which it leaves alone."""


@each_group
def test_tshark_reads_every_frame(sampled: Path, clean: Callable[..., Verdict]) -> None:
    unread = {number for number, frame in enumerate(read(sampled), start=1) if frame.comment in UNKNOWN_TO_TSHARK}
    clean(sampled, unread=unread)


@each_group
def test_other_readers_find_the_same_in_every_header(sampled: Path, reader: Reader, agree: Callable[..., None]) -> None:
    agree(sampled, reader)
