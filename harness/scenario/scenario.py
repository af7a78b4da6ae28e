"""A scenario: the content of its file, and the installation and plan that follow from it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from hashlib import blake2b
from pathlib import Path
from typing import Annotated

from msgspec import Meta, Struct, structs

from hanbench.emulator.randomness import split
from hanbench.harness.case.calendar import MOST_DAYS, Moment, check_dates
from hanbench.harness.case.cell import MatrixCell
from hanbench.harness.case.installation import Installation, Meter, Rulebook
from hanbench.harness.case.pattern import Role
from hanbench.harness.case.plan import FaultEvent, Plan, State, SupplierAct, SupplierChange
from hanbench.harness.scenario.expectation import Expectation
from hanbench.profiles.benches import StartingState, WakeInterval
from hanbench.profiles.devices import ProfileName
from hanbench.profiles.explain import FORM
from hanbench.profiles.rulesets import Cohort, RuleSet, Switches

_ID = "an id of lower-case letters, digits, dots and hyphens"
IN_FORCE = "in-force"
"""Value of `rules` for the rules in force on each day."""
FOLDER = Path(__file__).parent.parent.parent / "profiles" / "scenarios"


class Scenario(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """One scenario: an installation, its planned events, and the author's expectations."""

    id: Annotated[str, Meta(pattern=r"^[a-z0-9][a-z0-9.-]*$(?!\n)", max_length=200, extra={FORM: _ID})]
    title: Annotated[
        str, Meta(pattern=r"^[^\x00-\x1f\x7f-\x9f]{1,500}$(?!\n)", extra={FORM: "one line of 1 to 500 characters"})
    ]
    cohort: Cohort
    esme: Meter
    gsme: Meter
    start: Moment
    """Time at which the installation is loaded for migration."""
    bench: str | None = None
    """Where the radios are: the id of a shipped bench, or a bench file beside this file."""
    profiles: dict[Role, ProfileName] = {}
    """Device profiles that replace the cohort's: ids, or files of your own, relative to this file."""
    wake_interval_s: WakeInterval | None = None
    """Seconds from one wake of the gas meter to the next; None: as its profile or the bench says."""
    begins: StartingState = StartingState.INSTALLED
    """Whether the HAN exists at the start, or forms on the air first."""
    rules: str = IN_FORCE
    """`in-force`, or the id of one rule set for every date."""
    installation_id: (
        Annotated[
            str, Meta(pattern=r"^[^\x00-\x1f\x7f-\x9f]{1,64}$(?!\n)", extra={FORM: "one line of 1 to 64 characters"})
        ]
        | None
    ) = None
    """The id of the installation, which two cases can share; None: `opaque_id`."""
    source: Annotated[str, Meta(max_length=2000)] = ""
    """The source of the scenario."""
    check_spacing_hours: Annotated[float, Meta(ge=0, le=10_000)] = 24.0
    decide_within_days: Annotated[float, Meta(gt=0, le=MOST_DAYS)] = 14.0
    switches: Switches = Switches()
    changes: tuple[FaultEvent, ...] = ()
    suppliers: tuple[SupplierAct, ...] = ()
    handovers: tuple[SupplierChange, ...] = ()
    expect: Expectation | None = None
    cell: MatrixCell | None = None
    """The place in the matrix of `hanbench verify`; None: not in the matrix."""

    def __post_init__(self) -> None:
        check_dates(start=self.start)

    def installation(self, rulesets: Mapping[str, RuleSet], seed: str = "") -> Installation:
        """Return the installation, with its rulebook. `seed`: that of the run, from which its id follows."""
        if self.rules == IN_FORCE:
            rulebook = Rulebook.in_force(rulesets, self.switches)
        else:
            rulebook = Rulebook.always(self.rules, self.switches)
        return Installation(
            id=self.installation_id or opaque_id(self.id, seed),
            cohort=self.cohort,
            esme=self.esme,
            gsme=self.gsme,
            rulebook=rulebook,
            check_spacing=timedelta(hours=self.check_spacing_hours),
            decide_by=self.start + timedelta(days=self.decide_within_days),
        )

    @property
    def plan(self) -> Plan:
        """All planned events, including those that happen with a chance below 1."""
        return Plan(self.start, self.suppliers, self.changes, self.handovers)

    def drawn(self, seed: str) -> Plan:
        """Return the plan of a run with this seed, without the events whose chance was not drawn."""
        random = split(seed, "chance")
        return structs.replace(
            self.plan, changes=tuple(change for change in self.changes if random.random() < change.chance)
        )

    @property
    def faults(self) -> tuple[str, ...]:
        """Names of the faults in the plan, each once."""
        return tuple(dict.fromkeys(change.cause for change in self.changes if change.state is not State.HEALTHY))


def opaque_id(scenario: str, seed: str) -> str:
    """Return the id of the installation in a scenario: always the same, and it does not tell what will happen there."""
    return f"inst-{blake2b(f'{seed}/{scenario}'.encode(), digest_size=8).hexdigest()}"


def shipped() -> dict[str, Path]:
    """Return the shipped scenario files, by id."""
    return {path.stem: path for path in sorted(FOLDER.glob("*.toml"))}
