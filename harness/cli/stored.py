"""`verify --store` and `explore --store`: their cases as a campaign, whose store outlives every kill."""

from __future__ import annotations

from pathlib import Path

from hanbench.harness.campaigns.spec import CampaignSpec, RandomPart, SuitePart
from hanbench.harness.cli.campaign import play_in
from hanbench.harness.cli.errors import BadInput
from hanbench.harness.cli.verify_options import Options
from hanbench.profiles.benches import StartingState


def verify_in_store(options: Options, store: Path, cases: int) -> int:
    """Play the suite in a store, each case twice, as `verify` does. `cases`: how many a seed has.

    Returns the exit status. Raises BadInput for an option that says what no spec can say.
    """
    for name, given in options.beyond_a_spec.items():
        if given:
            raise BadInput(None, name, "expected without --store: a store has the suite's verdicts, and no files")
    spec = CampaignSpec(
        "verify",
        cases * options.seeds,
        options.seed,
        controllers=(options.controller,),
        hold_to=options.hold_to,
        played_twice=1,
        suite=SuitePart(options.suite, options.only, begins=StartingState(options.begins), seeds=options.seeds),
    )
    return play_in(store, spec, options.jobs, as_json=options.as_json)


def explore_in_store(
    store: Path, stories: int, seed: str, controller: str, jobs: int | None, hold_to: str, as_json: bool
) -> int:
    """Play random stories in a store. Returns the exit status; `campaign report --shrink` makes failures short."""
    spec = CampaignSpec("explore", stories, seed, controllers=(controller,), hold_to=hold_to, random=RandomPart())
    return play_in(store, spec, jobs, as_json=as_json)
