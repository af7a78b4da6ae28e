"""A vendor's files: PICS in both forms, PIXIT, tolerated failures."""

from __future__ import annotations

from hanbench.profiles.conform.pics import read_pics, title_of
from hanbench.profiles.conform.pixit import read_pixit
from hanbench.profiles.conform.tolerated import read_tolerated
from hanbench.profiles.errors import ProfileError
from tests.fuzz import trees
from tests.fuzz.place import file
from tests.fuzz.target import Target, unchanged


def _pics(octets: bytes) -> None:
    for code in read_pics(file(octets, "pics.toml")):
        title_of(code)


def _flat_pics(octets: bytes) -> None:
    """Lines CODE=1; written again they are the same codes."""
    found = read_pics(file(octets, "pics.txt"))
    unchanged(lambda each: read_pics(file(each, "again.txt")), found.flat.encode(), found)


def _pixit(octets: bytes) -> None:
    shown = repr(read_pixit(file(octets, "pixit.toml")))
    assert "install_code=" not in shown or "(given, not shown)" in shown


def _tolerated(octets: bytes) -> None:
    read_tolerated(file(octets, "tolerated.toml"))


TARGETS = (
    Target("conform.pics", _pics, (ProfileError,), 1024, trees.toml),
    Target("conform.flat_pics", _flat_pics, (ProfileError,), 1024),
    Target("conform.pixit", _pixit, (ProfileError,), 1024, trees.toml),
    Target("conform.tolerated", _tolerated, (ProfileError,), 1024, trees.toml),
)
