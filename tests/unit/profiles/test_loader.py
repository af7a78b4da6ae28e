"""What is wrong with a file is said in one line: file, key, what was expected, what was found."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import pytest
from msgspec import Meta, Struct

from hanbench.profiles.errors import ProfileError
from hanbench.profiles.loader import LARGEST, load


class Material(StrEnum):
    BRICK = "brick"
    TIMBER = "timber"


class Room(Struct, forbid_unknown_fields=True):
    name: str
    area: Annotated[float, Meta(gt=0, le=500)]


class House(Struct, forbid_unknown_fields=True):
    title: Annotated[str, Meta(min_length=1)]
    material: Material
    rooms: Annotated[tuple[Room, ...], Meta(min_length=1)]
    floors: Annotated[int, Meta(ge=1, le=9)] = 2
    heated: bool = True
    built: date | None = None

    def __post_init__(self) -> None:
        if self.floors > 3 and self.material is Material.TIMBER:
            raise ValueError("`floors` must be at most 3 where `material` is timber")


FINE = """
title = "Number 9"
material = "brick"
built = 1936-05-04
[[rooms]]
name = "kitchen"
area = 12
"""


def test_a_file_becomes_its_type(write):
    house = load(write(FINE), House)
    assert house == House("Number 9", Material.BRICK, (Room("kitchen", 12.0),), built=date(1936, 5, 4))


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (("title =", "titel ="), "titel: no such key; expected one of title, material, rooms, floors, heated, built;"),
        (("title =", "titel ="), "did you mean title?"),
        (('title = "Number 9"', ""), "title: expected, but missing"),
        (('"Number 9"', "9"), "title: expected text in quotes, found 9"),
        (('"Number 9"', '""'), "title: expected text in quotes of length >= 1, found ''"),
        (('"brick"', '"brock"'), "material: found 'brock'; expected one of brick, timber; did you mean brick?"),
        (('"brick"', "3"), "material: expected text in quotes, found 3"),
        (("1936-05-04", '"soon"'), "built: expected a date, found 'soon'"),
        (("1936-05-04", "true"), "built: expected a date, found true"),
        (("area = 12", "area = 0"), "rooms[0].area: expected a number > 0.0, found 0"),
        (("area = 12", "area = 501"), "rooms[0].area: expected a number <= 500.0, found 501"),
        (("area = 12", "areas = 12"), "rooms[0].areas: no such key; expected one of name, area; did you mean area?"),
        (("area = 12", "area = [1]"), "rooms[0].area: expected a number, found an array"),
        (("[[rooms]]", "[rooms]"), "rooms: expected an array, found a table"),
        (("built =", "floors = 2.5 #"), "floors: expected a whole number, found 2.5"),
        (("built =", "floors = 10 #"), "floors: expected a whole number <= 9, found 10"),
        (("built =", "heated = 1 #"), "heated: expected true or false, found 1"),
        (("built =", f"floors = '{'x' * 99}' #"), f"floors: expected a whole number, found '{'x' * 37}...'"),
        (('"brick"', '"timber"\nfloors = 4'), "`floors` must be at most 3 where `material` is timber"),
    ],
)
def test_what_is_wrong_is_said_with_its_key(write, change, said):
    path = write(FINE.replace(*change))
    with pytest.raises(ProfileError) as caught:
        load(path, House)
    line = str(caught.value)
    assert line.startswith(f"{path}: ")
    assert said in line
    assert "\n" not in line


def test_the_parts_of_the_line_are_there_for_programs(write):
    path = write(FINE.replace("area = 12", "area = 0"))
    with pytest.raises(ProfileError) as caught:
        load(path, House)
    assert (caught.value.path, caught.value.key) == (str(path), "rooms[0].area")
    assert caught.value.problem == "expected a number > 0.0, found 0"


@pytest.mark.parametrize(
    ("octets", "said"),
    [
        (b"title = ", "expected TOML: Invalid value (at end of document)"),
        (b'title = "a"\ntitle = "b"', "expected TOML: Cannot overwrite a value (at "),
        (b'title = "\xff"', "expected UTF-8 text; octet 9 is invalid"),
        (b"a = " + b"[" * 50_000, "expected TOML: nested too deeply"),
        (b"#" * (LARGEST + 1), f"expected at most {LARGEST} octets"),
        (b"", "the file is empty; expected TOML"),
        (b"# nothing yet", "the file is empty; expected TOML"),
        (b'title = "a\nb = 1', "expected TOML: a text in quotes is not closed (at line 1, column 11)"),
        (b"title = 'a", "expected TOML: a text in quotes is not closed (at end of document)"),
        (b'title = """a', "expected TOML: a text in quotes is not closed (at end of document)"),
    ],
)
def test_what_is_no_toml_text_is_refused(write, octets, said):
    path = write(octets)
    with pytest.raises(ProfileError) as caught:
        load(path, House)
    assert str(caught.value).startswith(f"{path}: {said}")


def test_a_file_that_is_not_there_is_named(tmp_path):
    with pytest.raises(ProfileError, match=r"none\.toml: cannot be read: No such file or directory$"):
        load(tmp_path / "none.toml", House)


def test_a_folder_is_no_file(tmp_path):
    with pytest.raises(ProfileError, match=r": is a folder; expected a file$"):
        load(tmp_path, House)


def test_a_name_that_no_file_can_have_is_refused():
    with pytest.raises(ProfileError, match="cannot be read"):
        load(Path("nul\0l.toml"), House)


def test_an_endless_file_is_not_read_to_its_end():
    with pytest.raises(ProfileError, match="expected at most"):
        load(Path("/dev/zero"), House)
