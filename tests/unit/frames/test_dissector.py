"""Frames in names and words: what is learned on the way, what no key opens, and octets that are no frame."""

from __future__ import annotations

import random
from datetime import UTC, datetime

import pytest

from hanbench.emulator.clock import VirtualClock, run
from hanbench.harness.capture.keyfile import KeyRing
from hanbench.harness.frames import Dissector
from hanbench.harness.frames.contents import content
from hanbench.harness.frames.words import kebab, shown, title
from hanbench.harness.han.formation import form
from hanbench.harness.han.han import Han
from hanbench.harness.han.settings import settings_for
from hanbench.profiles.cohorts import household
from hanbench.profiles.rulesets import Cohort


@pytest.fixture(scope="module")
def formed() -> tuple[list[bytes], KeyRing]:
    """All frames with which a HAN comes to be, and its keys."""
    clock, ring, psdus = VirtualClock(), KeyRing(), []
    han = Han(settings_for(household(Cohort.IOC)), seed="frames", start=datetime(2022, 4, 4, tzinfo=UTC), clock=clock)
    for device in han.devices:
        ring.follow(device.name, device.storage)
    han.medium.observers.append(lambda transmission: psdus.append(transmission.psdu))
    run(clock, form(han))
    return psdus, ring


def test_a_joining_reads_as_the_standard_tells_it(formed):
    psdus, ring = formed
    dissector = Dissector(ring)
    names = [dissector(psdu).name for psdu in psdus]
    wanted = ["beacon-request", "beacon", "association-request", "association-response", "transport-key"]
    places = [names.index(name) for name in wanted]
    assert places == sorted(places)
    assert names.count("transport-key") == 2  # one for each meter
    assert "unreadable" not in names


def test_dissections_that_end_later_and_in_any_order_are_the_same(formed):
    psdus, ring = formed
    octets = [*psdus, b"", b"\x03\x00", b"\x41\x88" + bytes(9)]
    at_once = [(each.name, each.line, each.layers, each.cluster) for each in map(Dissector(ring), octets)]
    begun = list(map(Dissector(ring).begin, octets))
    for each in reversed(begun):
        assert each.end() is each.end()
    assert [(each.end().name, each.end().line, each.end().layers, each.end().cluster) for each in begun] == at_once


def test_a_transport_key_names_its_key_and_never_shows_it(formed):
    psdus, ring = formed
    dissector = Dissector(ring)
    found = next(each for each in map(dissector, psdus) if each.name == "transport-key")
    assert "redacted" in found.line
    assert [layer.name for layer in found.layers] == ["MAC Data", "NWK", "APS Command", "APS Transport Network Key"]
    for key in ring:
        assert key.octets.hex() not in repr((found.line, found.layers))


def test_a_frame_without_its_key_is_unreadable_and_names_the_missing_key(formed):
    psdus, ring = formed
    links = [key for key in ring if "network" not in key.label]
    found = [each for each in map(Dissector(links), psdus) if each.name == "unreadable"]
    assert found
    assert {each.line for each in found} == {"NWK under a key that is not known (0)"}
    networks = [key for key in ring if "network" in key.label]
    under = {each.line for each in map(Dissector(networks), psdus) if each.name == "unreadable"}
    assert "APS under a key-transport key that is not known" in under


def test_a_key_that_comes_later_is_used_from_then_on(formed):
    psdus, ring = formed
    late = KeyRing()
    dissector = Dissector(late)
    before = [dissector(psdu).name for psdu in psdus]
    for key in ring:
        late.add(key.label, key.octets)
    after = [dissector(psdu).name for psdu in psdus]
    assert "unreadable" in before
    assert "unreadable" not in after


def test_octets_that_are_no_frame_are_called_malformed_and_never_fail(formed):
    psdus, ring = formed
    dissector, source = Dissector(ring), random.Random(1)
    for psdu in psdus:
        dissector(psdu)
    for _ in range(5000):
        octets = bytearray(source.choice(psdus)[: source.randrange(0, 128)])
        for _ in range(source.randrange(0, 4)):
            if octets:
                octets[source.randrange(len(octets))] = source.randrange(256)
        found = dissector(bytes(octets))
        assert found.line
        assert found.layers
    assert dissector(b"").name == "malformed"


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("ReadAttributesResponse", "Read Attributes Response"),
        ("NwkAddrRsp", "Nwk Address Response"),
        ("ASSOCIATION_REQUEST", "Association Request"),
    ],
)
def test_names_are_made_of_the_words_of_the_standard(name, words):
    assert title(name) == words
    assert kebab(name) == words.lower().replace(" ", "-")


def test_what_a_peer_sends_as_text_stays_on_one_line():
    assert shown("a\nb\x1b[31m") == "a\N{REPLACEMENT CHARACTER}b\N{REPLACEMENT CHARACTER}[31m"


def test_an_event_without_the_identifier_of_its_log_is_as_it_was_before_se_1_2():
    """Octets by hand from SE 1.1b, where PublishEvent begins with the event's id; 1.2 put the log's id before it.

    tshark reads these as malformed, and cleanly with `-o "zbee_aps.zbeeseversion:SE 1.1b"`.
    """
    event = bytes.fromhex("1901007d02e9759a320300")
    early = content(0x0109, 0x0709, event)
    assert (early.name, early.cluster) == ("publish-event", "Events")
    assert dict(early.about)["event_id"] == "637"
    assert ("as before", "SE 1.2") in early.about
    later = content(0x0109, 0x0709, event[:3] + b"\x01" + event[3:])
    assert dict(later.about) == {key: value for key, value in early.about if key != "as before"} | {"log_id": "1"}
    assert content(0x0109, 0x0709, event[:-1]).name == "malformed"
