"""Every input of the corpus, run once: each ends in a value or in a documented error of its target."""

from __future__ import annotations

import pytest

from tests.fuzz import corpus, table
from tests.fuzz.target import Target, attempt, stable

LEAST_FILES, MOST_OCTETS = 1_500, 2_000_000
TARGETS = tuple(table.every())


@pytest.mark.parametrize("target", TARGETS, ids=[each.name for each in TARGETS])
def test_the_corpus_of_a_target_has_no_finding(target: Target) -> None:
    files = corpus.files_of(target.name)
    assert files
    for path in files:
        try:
            attempt(target, path.read_bytes())
        except Exception as error:
            error.add_note(f"python -m tests.fuzz replay {target.name} {path.relative_to(corpus.FOLDER.parents[2])}")
            raise


def test_the_corpus_has_a_folder_for_each_target_and_no_other() -> None:
    folders = {path.name for path in corpus.FOLDER.iterdir() if path.is_dir()}
    assert folders == {target.name for target in TARGETS}


def test_the_corpus_is_large_enough_and_its_files_are_small() -> None:
    files = [path for target in TARGETS for path in corpus.files_of(target.name)]
    assert len(files) >= LEAST_FILES
    assert sum(path.stat().st_size for path in files) <= MOST_OCTETS


def test_files_are_named_by_their_content() -> None:
    for target in TARGETS:
        for path in corpus.files_of(target.name):
            assert path.name.removeprefix(corpus.FINDING) == corpus.name_of(path.read_bytes())


def test_an_escape_and_a_property_that_fails_are_findings() -> None:
    def escapes(octets: bytes) -> object:
        raise KeyError(octets)

    def truncated(octets: bytes) -> object:
        return stable(lambda each: each, lambda value: value[:1], octets)

    assert attempt(Target("planted.documented", escapes, (KeyError,)), b"x") is None
    with pytest.raises(KeyError):
        attempt(Target("planted.escape", escapes), b"x")
    with pytest.raises(AssertionError, match="and was b'ab'"):
        attempt(Target("planted.unstable", truncated), b"ab")


def test_an_unknown_target_is_told_with_the_nearest_name() -> None:
    with pytest.raises(table.UnknownTargetError, match=r"nearest: mac\.frame"):
        table.named("mac.frames")
