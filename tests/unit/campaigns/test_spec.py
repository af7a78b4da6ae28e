"""Specs: what the example says, and one line for each mistake."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from msgspec import structs

from hanbench.harness.campaigns import spec as specs
from hanbench.harness.campaigns.plan import plan_of
from hanbench.harness.campaigns.spec import (
    CampaignSpec,
    RandomPart,
    SuitePart,
    changed_fields,
    decode,
    encode,
    load_spec,
    spec_hash,
)
from hanbench.harness.campaigns.spec_words import spec_words
from hanbench.profiles.errors import ProfileError

EXAMPLE = Path(__file__).parents[3] / "docs" / "examples" / "campaign.toml"
HEAD = 'name = "one"\nsize = 10\n'
SUITE = HEAD + "[suite]\n"
BAD = [
    ("size = 1\n[suite]\n", "name: expected, but missing"),
    ('name = "A b"\nsize = 1\n[suite]\n', "name: expected lower-case letters"),
    ('name = "one"\nsize = 0\n[suite]\n', "size: expected a whole number >= 1, found 0"),
    ('name = "one"\nsize = 10_000_001\n[suite]\n', "size: expected a whole number <= 10000000, found 10000001"),
    ('name = "one"\nsize = 1.5\n[suite]\n', "size: expected a whole number, found 1.5"),
    (HEAD, "expected at least one of the tables suite, random and conform"),
    (HEAD + "[suites]\n", "suites: no such key; expected one of"),
    (HEAD + "[suites]\n", "did you mean suite?"),
    (HEAD + "controllers = []\n[suite]\n", "controllers: expected an array of length >= 1, found one of length 0"),
    (HEAD + 'controllers = ["lawfull:*"]\n[suite]\n', "controllers[0]: found 'lawfull:*'; expected a controller"),
    (HEAD + 'controllers = ["lawfull:*"]\n[suite]\n', "did you mean lawful:*?"),
    (HEAD + 'controllers = ["reference", "reference"]\n[suite]\n', "controllers[1]: found reference a second time"),
    (HEAD + 'hold_to = "infered"\n[suite]\n', "hold_to: found 'infered'; expected one of stated, inferred, assumed"),
    (HEAD + 'hold_to = "infered"\n[suite]\n', "did you mean inferred?"),
    (SUITE + 'part = "ful"\n', "suite.part: found 'ful'; expected one of full, quick; did you mean full?"),
    (HEAD + '[conform]\nkinds = ["gsm"]\n', "conform.kinds[0]: found 'gsm'; expected one of gsme, esme, hub, ihd"),
    (SUITE + 'cohorts = ["ioc", "ioc"]\n', "suite: `cohorts` has 'ioc' twice"),
    (HEAD + '[conform]\nkinds = ["hub", "gsme", "hub"]\n', "conform: `kinds` has 'hub' twice"),
    (HEAD + '[conform]\ndevices = ["emulated", "emulated"]\n', "conform: `devices` has 'emulated' twice"),
    (HEAD + '[conform]\ncohorts = ["foc", "foc"]\n', "conform: `cohorts` has 'foc' twice"),
    (HEAD + "[suite]\n[random]\n", "random.share: expected, but missing"),
    (HEAD + "[random]\nshare = 1.5\n", "random.share: expected a number <= 1"),
    (HEAD + "[random]\nshare = nan\n", "random.share: expected a number"),
    (SUITE + 'cohorts = ["iok"]\n', "suite.cohorts[0]: found 'iok'; expected one of ioc"),
    (SUITE + "seeds = 0\n", "suite.seeds: expected a whole number >= 1, found 0"),
    (
        SUITE + 'only = "ioc.aktive.*"\n',
        "suite.only: no scenario has an id like 'ioc.aktive.*'; did you mean ioc.",
    ),
    (SUITE + 'only = "ioc.*"\ncohorts = ["foc"]\n', "suite.cohorts: no case of these cohorts has an id like 'ioc.*'"),
    (HEAD + '[conform]\ncases = "HB-JOI-99"\n', "conform.cases: no case has an id like 'HB-JOI-99'"),
    (
        HEAD + '[conform]\ndevices = ["firmware:none"]\n',
        "conform.devices[0]: found 'firmware:none'; expected",
    ),
    (
        HEAD + '[conform]\ncases = "HB-JOIN-01"\nkinds = ["gsme"]\n',
        "size: expected at most 1, found 10: the conform part",
    ),
    ('name = "one"\nsize = 9_000_000\n[suite]\nseeds = 2\n', "the part of the suite has 16,744 cases, 1 controller"),
]


@pytest.mark.parametrize(("text", "says"), BAD)
def test_a_mistake_in_a_spec_is_one_line(hanbench, tmp_path, text, says) -> None:
    spec = tmp_path / "spec.toml"
    spec.write_text(text, encoding="utf-8")
    ended = hanbench("campaign", "run", str(spec), "--store", str(tmp_path / "store"))
    assert ended.status == 3
    assert ended.err.startswith(f"hanbench: {spec}: ")
    assert says in ended.err
    assert ended.err.count("\n") == 1
    assert not (tmp_path / "store").exists()


def test_the_example_has_a_million_cases_of_nine_controllers() -> None:
    spec = load_spec(EXAMPLE)
    assert (spec.size, len(spec.controllers), spec.batch_size) == (1_000_000, 9, 1000)
    plan = plan_of(spec)
    assert (plan.conform_size, plan.suite_size, plan.random_size) == (0, 700_000, 300_000)


def test_the_spec_in_the_page_is_one(tmp_path) -> None:
    page = (EXAMPLE.parents[1] / "campaigns.md").read_text(encoding="utf-8")
    (text,) = re.findall(r"^```toml\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)
    path = tmp_path / "spec.toml"
    path.write_text(text, encoding="utf-8")
    plan = plan_of(load_spec(path))
    assert plan.random_size == 20_000
    assert plan.conform_size == 14 * 2 * 2 * 2  # cases (HB-JOIN-01 to -14), kinds, cohorts, seeds


def test_a_spec_that_goes_through_a_store_is_the_same() -> None:
    spec = load_spec(EXAMPLE)
    assert decode(encode(spec)) == spec
    assert spec_hash(decode(encode(spec))) == spec_hash(spec)


def test_a_changed_spec_says_which_fields_changed() -> None:
    before = CampaignSpec("one", 100, suite=SuitePart(), random=RandomPart(0.5))
    now = structs.replace(before, size=200, random=RandomPart(0.25), suite=None)
    assert changed_fields(before, before) == ()
    assert changed_fields(before, now) == (
        "random.share was 0.5, and is 0.25",
        "size was 100, and is 200",
        'suite was {"part":"full","only":"*","cohorts":[],"begins":"installe..., and is not given',
    )


def test_an_unknown_controller_is_named_by_its_place(hanbench, tmp_path) -> None:
    spec = tmp_path / "spec.toml"
    spec.write_text(HEAD + 'controllers = ["reference", "lawful:asks"]\n[suite]\n', encoding="utf-8")
    ended = hanbench("campaign", "run", str(spec), "--store", str(tmp_path / "store"))
    assert ended.status == 3
    assert f"{spec}: controllers[1]: no lawful controller 'asks'; did you mean lawful:asks-" in ended.err


def test_a_spec_that_is_not_there_is_one_line(hanbench, tmp_path) -> None:
    ended = hanbench("campaign", "run", str(tmp_path / "none.toml"))
    assert ended.status == 3
    assert "cannot be read: No such file or directory" in ended.err
    with pytest.raises(ProfileError, match="cannot be read"):
        load_spec(tmp_path / "none.toml")


def test_the_words_of_a_spec_have_the_defaults_of_its_types() -> None:
    """Stores tell what they play without the types, whose import takes too long for `campaign status`."""
    suite, random, conform = specs.SuitePart(), specs.RandomPart(), specs.ConformPart()
    whole = specs.encode(specs.CampaignSpec("words", 10, suite=suite, random=random, conform=conform))
    bare = b'{"name":"words","size":10,"suite":{},"random":{},"conform":{}}'
    assert spec_words(bare) == spec_words(whole)
