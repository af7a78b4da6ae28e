"""A small mutation fuzzer over every codec: what a peer sends ends in a value or in RemoteProtocolError.

Rounds are counted, not timed, so that a run is the same everywhere. HANBENCH_FUZZ_ROUNDS sets how many there are for
each codec, HANBENCH_FUZZ_SEED where they start; a failure names both, and the octets.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from hanbench.emulator.errors import RemoteProtocolError

if TYPE_CHECKING:
    from tests.interop.corpus import Parse
    from tests.interop.mutation import Mutator

ROUNDS = int(os.environ.get("HANBENCH_FUZZ_ROUNDS", "10000"))
SEED = os.environ.get("HANBENCH_FUZZ_SEED", "1")

CODECS = (
    "mac.frames.parse",
    "mac.frames.verify",
    "mac.frames.parse_beacon",
    "nwk.beacon.parse",
    "nwk.frames.parse",
    "nwk.commands.decode",
    "aps.frames.parse",
    "aps.commands.decode",
    "zdo.messages.parse",
    "zcl.frame.parse",
    "zcl.foundation.parse",
    "zcl.values.reported",
    "zcl.values.answered",
    "zcl.values.attribute_ids",
    "zcl.types.decode",
    "zcl.cluster.decode",
)


def outcome(parse: Parse, octets: bytes) -> str:
    """`value`, the reason for which a peer is blamed, or what escaped."""
    try:
        parse(octets)
    except RemoteProtocolError as error:
        return str(error.reason)
    except Exception as error:  # noqa: BLE001 - anything else is what is looked for
        return f"escaped: {error!r}"
    return "value"


@pytest.mark.timeout(0 if ROUNDS > 10_000 else 60)
@pytest.mark.parametrize("name", CODECS)
def test_broken_octets_end_in_a_value_or_in_the_peers_error(
    name: str, codecs: dict[str, Parse], seeds: dict[str, list[bytes]], mutate: type[Mutator]
) -> None:
    parse, mutator = codecs[name], mutate(f"{SEED}/{name}", seeds[name])
    outcomes = set()
    for number in range(ROUNDS):
        octets = mutator.next()
        found = outcome(parse, octets)
        assert not found.startswith("escaped"), f"{name}, seed {SEED}, round {number}: {octets.hex()}: {found}"
        outcomes.add(found)
    # A fuzzer that is always refused, or never, does not reach what it should.
    assert "value" in outcomes
    assert len(outcomes) > 1


@pytest.mark.parametrize("name", CODECS)
def test_what_the_fuzzer_starts_from_is_well_formed(
    name: str, codecs: dict[str, Parse], seeds: dict[str, list[bytes]]
) -> None:
    assert seeds[name]
    assert {outcome(codecs[name], octets) for octets in seeds[name]} == {"value"}


def test_every_codec_is_fuzzed(codecs: dict[str, Parse]) -> None:
    assert sorted(codecs) == sorted(CODECS)


def test_one_seed_breaks_octets_in_one_way(mutate: type[Mutator]) -> None:
    def broken(seed: str) -> list[bytes]:
        mutator = mutate(seed, [b"first input", b"second one"])
        return [mutator.next() for _ in range(100)]

    assert broken("1") == broken("1")
    assert broken("1") != broken("2")
