"""Sheets: every value with its source, and files that state only what differs from another."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import pytest
from msgspec import Meta, Struct

from hanbench.profiles.errors import ProfileError
from hanbench.profiles.sheet import NAME, Fact, UnknownIdError, read_sheet
from hanbench.profiles.sourced import Source


class Head(Struct, frozen=True, kw_only=True):
    lumens: Annotated[int, Meta(ge=1, description="Light at full power")]
    warm: bool


class Lamp(Struct, frozen=True, kw_only=True, tag_field="kind"):
    id: Annotated[str, NAME]
    head: Head

    def __post_init__(self) -> None:
        if self.head.warm and self.head.lumens > 900:
            raise ValueError("head: expected at most 900 lumens of warm light")


class DeskLamp(Lamp, frozen=True, kw_only=True, tag="desk"):
    arm_m: float


class StreetLamp(Lamp, frozen=True, kw_only=True, tag="street"):
    mast_m: float


DESK = """
kind = "desk"
id = "reader"
arm_m = { value = 0.5, source = "assumed", reference = "none", note = "A guess." }
[head]
lumens = { value = 800, source = "stated", reference = "box" }
warm = { value = true, source = "inferred", reference = "photograph" }
"""
DERIVED = """
based_on = "base"
id = "derived"
[head]
lumens = { value = 400, source = "stated", reference = "invoice" }
"""


@pytest.fixture
def read(write, tmp_path: Path):
    """`read(text)`: the sheet; `based_on = "base"` means the desk lamp above."""
    write(DESK, "base.toml")

    def base(name: str) -> Path:
        if name != "base":
            raise UnknownIdError("lamp", name, ["base"])
        return tmp_path / "base.toml"

    return lambda text: read_sheet(write(text), (DeskLamp, StreetLamp), base)


def test_the_values_are_plain(read):
    assert read(DESK).values == DeskLamp(id="reader", head=Head(lumens=800, warm=True), arm_m=0.5)


def test_each_value_keeps_its_source(read):
    assert {fact.key: fact for fact in read(DESK).facts} == {
        "head.lumens": Fact("head.lumens", 800, Source.STATED, "box", "", "Light at full power"),
        "head.warm": Fact("head.warm", True, Source.INFERRED, "photograph", "", ""),
        "arm_m": Fact("arm_m", 0.5, Source.ASSUMED, "none", "A guess.", ""),
    }


def test_a_file_may_state_only_what_differs(read):
    sheet = read(DERIVED)
    assert sheet.values == DeskLamp(id="derived", head=Head(lumens=400, warm=True), arm_m=0.5)
    assert {fact.key: fact.reference for fact in sheet.facts} == {
        "head.lumens": "invoice",
        "head.warm": "photograph",
        "arm_m": "none",
    }


def test_a_file_may_be_based_on_a_file_beside_it(read):
    assert read(DERIVED.replace('"base"', '"base.toml"')).values.head == Head(lumens=400, warm=True)


@pytest.mark.parametrize(
    ("text", "file", "said"),
    [
        (DESK.replace("0.5, source", "'long', source"), "own", "arm_m.value: expected a number, found 'long'"),
        (DESK.replace("arm_m = {", "arm_m = 0.5 # {"), "own", "arm_m: expected a table, found 0.5"),
        (DESK.replace(', reference = "box"', ""), "own", "head.lumens.reference: expected, but missing"),
        (DESK.replace('"box"', '""'), "own", "head.lumens.reference: expected text in quotes of length >= 1, found ''"),
        (DESK.replace('"stated"', '"known"'), "own", "head.lumens.source: found 'known'; expected one of stated, inf"),
        (DESK.replace("lumens =", "lumen ="), "own", "head.lumen: no such key; expected one of lumens, warm; did you"),
        (DESK.replace('"desk"', '"dusk"'), "own", "kind: found 'dusk'; expected one of desk, street; did you"),
        (DESK.replace('kind = "desk"', ""), "own", "kind: expected, but missing"),
        (DESK.replace("800", "901"), "own", "head: expected at most 900 lumens of warm light"),
        (DERIVED.replace("400", "901"), "own", "head: expected at most 900 lumens of warm light"),
        (DERIVED.replace("400", "0"), "own", "head.lumens.value: expected a whole number >= 1, found 0"),
        (DERIVED.replace("value = 400, ", ""), "own", "head.lumens.value: expected, but missing"),
        (DERIVED.replace("[head]", 'kind = "street"'), "own", "kind: expected the kind of base.toml, 'desk', found"),
        (DERIVED.replace('"base"', '"bass"'), "own", "based_on: no lamp 'bass'; there are base; did you mean base?"),
        (DERIVED.replace('"base"', "1"), "own", "based_on: expected text in quotes: an id or a file name"),
        (DERIVED.replace('"base"', '"own.toml"'), "own", "based_on: expected at most 8 files based on one another"),
        (DERIVED.replace('"base"', '"none.toml"'), "none", "cannot be read: No such file or directory"),
    ],
)
def test_what_is_wrong_is_said_with_file_and_key(read, tmp_path, text, file, said):
    with pytest.raises(ProfileError) as caught:
        read(text)
    assert str(caught.value).startswith(f"{tmp_path / file}.toml: {said}")


def test_what_is_wrong_in_the_base_is_said_of_the_base(read, write, tmp_path):
    write(DESK.replace("0.5, source", "'long', source"), "worse.toml")
    with pytest.raises(ProfileError) as caught:
        read(DERIVED.replace('"base"', '"worse.toml"'))
    assert str(caught.value) == f"{tmp_path / 'worse.toml'}: arm_m.value: expected a number, found 'long'"
