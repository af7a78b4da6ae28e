"""Foreign text: what a controller, a file or a frame says never commands a terminal, a browser or an XML parser.

What XML admits is from XML 1.0, 2.2; the bidirectional formatting characters are from Unicode UAX #9, 2.
"""

from __future__ import annotations

import re

import pytest
from msgspec import Struct

from hanbench.harness.case.check import Verdict
from hanbench.harness.foreign_text import cleaned, cleaned_throughout

C0_AND_C1 = [*map(chr, range(0x20)), *map(chr, range(0x7F, 0xA0))]
BIDI = [*"\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"]
SURROGATES = ["\ud800", "\udbff", "\udc00", "\udfff"]
NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@pytest.mark.parametrize("character", [*C0_AND_C1, *BIDI, *SURROGATES, "\ufffe", "\uffff", "\u2028", "\ufeff"])
def test_a_command_becomes_text_that_can_be_read(character):
    said = cleaned(f"a{character}b")
    assert character not in said
    assert said.isprintable()
    assert said.isascii()
    assert re.fullmatch(r"a( |\\x[0-9a-f]{2}|\\u[0-9a-f]{4})b", said)


def test_every_character_is_fit_for_xml_and_can_be_written():
    everything = "".join(map(chr, range(0x110000)))
    said = cleaned(everything)
    assert NOT_XML.search(said) is None
    said.encode()
    assert not set(said) & {*C0_AND_C1, *BIDI, *SURROGATES}


@pytest.mark.parametrize("text", ["plain", "Gaszähler, 5 °C", "検針", "👩‍🔧", "a\xa0b", '<b>&"\\x1b'])
def test_what_is_text_stays_as_it_is(text):
    assert cleaned(text) == text


def test_lines_become_one_line():
    assert cleaned("one\r\ntwo\tthree\x85four") == "one  two three four"


class Inner(Struct, frozen=True):
    text: str
    verdict: Verdict = Verdict.PASS


class Outer(Struct, frozen=True):
    parts: tuple[Inner, ...]
    named: dict[str, list[str]]
    number: int = 1


def test_a_struct_is_cleaned_to_its_depth():
    found = cleaned_throughout(Outer((Inner("\x1b[2J"),), {"k\x07": ["\u202e"]}))
    assert found == Outer((Inner("\\x1b[2J"),), {"k\\x07": ["\\u202e"]})
    assert found.parts[0].verdict is Verdict.PASS


def test_a_clean_struct_is_given_back_as_it_is():
    clean = Outer((Inner("a"),), {"b": ["c"]})
    assert cleaned_throughout(clean) is clean
