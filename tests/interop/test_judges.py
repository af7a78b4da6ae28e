"""The judges themselves: a judge that never objects proves nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from hanbench.emulator.radio.fcs import fcs
from hanbench.harness.capture import CapturedFrame

if TYPE_CHECKING:
    from tests.interop.reference_dissectors import Reader
    from tests.interop.tshark import Tshark

zdp_messages = pytest.mark.parametrize("sampled", ["zdp"], indirect=True)


Spoil = Callable[[Path, Callable[[list[bytes]], Iterable[bytes]]], Path]
"""Rewrite the PSDUs of a capture."""


def refreshed(psdu: bytes) -> bytes:
    """With the FCS that fits."""
    return psdu[:-2] + fcs(psdu[:-2])


@zdp_messages
def test_tshark_notices_a_bad_fcs(sampled: Path, tshark: Tshark, spoil: Spoil) -> None:
    def flip(psdus: list[bytes]) -> list[bytes]:
        return [psdus[0], psdus[1][:-1] + bytes((psdus[1][-1] ^ 1,)), *psdus[2:]]

    assert tshark.judge(spoil(sampled, flip)).bad_fcs == {2}


@zdp_messages
def test_tshark_notices_one_flipped_bit_of_an_integrity_code(sampled: Path, tshark: Tshark, spoil: Spoil) -> None:
    def flip(psdus: list[bytes]) -> list[bytes]:
        mic = len(psdus[2]) - 3
        spoilt = psdus[2][:mic] + bytes((psdus[2][mic] ^ 1,)) + psdus[2][mic + 1 :]
        return [*psdus[:2], refreshed(spoilt), *psdus[3:]]

    assert tshark.judge(spoil(sampled, flip)).undecrypted == {3}


@zdp_messages
def test_tshark_opens_nothing_without_keys(sampled: Path, tshark: Tshark, tmp_path: Path) -> None:
    none = tmp_path / "none.keys"
    none.write_text("# no keys\n")
    verdict = tshark.judge(sampled, keys=none)
    assert verdict.undecrypted == set(range(1, verdict.frames + 1))


@zdp_messages
def test_the_command_line_form_of_the_keys_does_as_well(
    sampled: Path, tshark: Tshark, tmp_path: Path, key_options: Callable[[Path], list[str]]
) -> None:
    none = tmp_path / "none.keys"
    none.write_text("# no keys\n")
    out = tshark.run(sampled, *key_options(sampled), "-Y", "zbee_sec.encrypted_payload", keys=none)
    assert out == ""


@pytest.mark.parametrize("sampled", ["mac"], indirect=True)
def test_tshark_notices_a_frame_cut_short(sampled: Path, tshark: Tshark, spoil: Spoil) -> None:
    def cut(psdus: list[bytes]) -> list[bytes]:
        return [refreshed(psdu[:6] + b"\0\0") if number == 4 else psdu for number, psdu in enumerate(psdus)]

    assert tshark.judge(spoil(sampled, cut)).malformed == {5}


@pytest.mark.parametrize("sampled", ["aps"], indirect=True)
def test_tshark_notices_a_fragment_that_never_becomes_a_message(sampled: Path, tshark: Tshark, spoil: Spoil) -> None:
    def lose(psdus: list[bytes]) -> list[bytes]:
        return psdus[:-2]

    whole, lost = tshark.judge(sampled), tshark.judge(spoil(sampled, lose))
    assert whole.unread == set()
    assert lost.unread == {lost.frames - 1}


@zdp_messages
def test_other_readers_notice_a_changed_field(
    sampled: Path, reader: Reader, spoil: Spoil, frames_of: Callable[[Path], list[CapturedFrame]]
) -> None:
    """The NWK destination of one frame, octets 11 and 12."""

    def change(psdus: list[bytes]) -> list[bytes]:
        return [refreshed(psdus[0][:11] + b"\x34\x12" + psdus[0][13:]), *psdus[1:]]

    changed = [frame.psdu for frame in frames_of(spoil(sampled, change))]
    before, after = reader.read([f.psdu for f in frames_of(sampled)], []), reader.read(changed, [])
    assert (before[0]["nwk.dst"], after[0]["nwk.dst"]) == (0x2222, 0x1234)
    assert before[1:] == after[1:]


@zdp_messages
def test_a_difference_in_one_field_is_told_with_the_frame(
    sampled: Path, agree: Callable[..., None], reader: Reader
) -> None:
    def wrong(psdus: Iterable[bytes], keys: Iterable[bytes]) -> list[dict[str, object]]:
        readings = reader.read(list(psdus), list(keys))
        readings[4]["nwk.radius"] = 1
        return readings

    with pytest.raises(AssertionError, match="frame 5: ZDP IeeeAddrRsp"):
        agree(sampled, reader._replace(read=wrong))


def test_samples_leave_no_kind_of_message_out(kinds: dict[str, tuple[set[object], set[object]]]) -> None:
    for name, (sampled, known) in kinds.items():
        assert known, name
        assert known <= sampled, f"{name}: no sample of {known - sampled}"
