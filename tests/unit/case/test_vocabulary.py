"""The JSON vocabulary: strict, published, and the same for controllers inside and outside."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta

import msgspec
import pytest

from docs.generators.schemas import VOCABULARY, texts
from hanbench.harness.case.check import Subject, Verdict
from hanbench.harness.case.installation import Installation, Meter, MeterRole, MeterStatus, Rulebook, RuleEntry
from hanbench.harness.case.plan import FaultEvent, State, StatementKind, SupplierAct
from hanbench.harness.case.vocabulary import (
    SCHEMA,
    AnyAction,
    AskSupplier,
    CheckEnded,
    Close,
    CommissionDevices,
    ConsentKind,
    ExcludeDevice,
    ExclusionRecord,
    InstallationLoaded,
    Outcome,
    RunCheck,
    Turn,
    conform,
    decode_actions,
    decode_turn,
    encode_actions,
    encode_turn,
    json_schema,
)
from hanbench.profiles.rulesets import Cohort, InstallationType, shipped

NOON = datetime(2022, 3, 15, 12, tzinfo=UTC)


def test_a_turn_looks_as_documented():
    result = CheckEnded(3, Verdict.FAIL, NOON - timedelta(minutes=30), NOON, "GT01", Subject.GSME)
    assert json.loads(encode_turn(Turn(NOON, result))) == {
        "now": "2022-03-15T12:00:00Z",
        "event": {
            "event": "check-result", "attempt": 3, "verdict": "fail", "code": "GT01", "cause": "gsme",
            "started": "2022-03-15T11:30:00Z", "finished": "2022-03-15T12:00:00Z",
        },
    }  # fmt: skip


def test_an_answer_may_hold_every_action():
    actions: list[AnyAction] = [
        RunCheck(NOON),
        AskSupplier("gas", ConsentKind.REQUEST),
        CommissionDevices((MeterRole.ESME,)),
        ExcludeDevice(MeterRole.GSME, ExclusionRecord("GT01", "gas", date(2022, 12, 31), (1, 2, 3))),
        Close(Outcome.MIGRATE_ESME_ONLY),
    ]
    assert decode_actions(encode_actions(actions)) == actions


def test_an_answer_written_by_hand_is_understood():
    assert decode_actions('[{"action": "run-check", "not-before": "2022-03-15T12:00:00Z"}]') == [RunCheck(NOON)]


@pytest.mark.parametrize(
    "answer",
    [
        "",
        "{}",
        "null",
        '[{"action": "reboot"}]',
        '[{"action": "run-check"}]',
        '[{"action": "run-check", "not-before": "2022-03-15T12:00:00"}]',
        '[{"action": "run-check", "not-before": "2022-03-15T12:00:00Z", "soon": true}]',
        '[{"action": "close", "outcome": "maybe"}]',
        '[{"action": "commission-devices", "devices": ["esme", "esme"]}]',
        '[{"action": "ask-supplier", "supplier": "", "consent": "request"}]',
    ],
)
def test_anything_else_is_refused(answer):
    with pytest.raises(msgspec.DecodeError):
        decode_actions(answer)


def test_conform_gives_python_controllers_the_types_that_json_would():
    assert conform({"action": "commission-devices", "devices": ["esme"]}) == CommissionDevices((MeterRole.ESME,))
    with pytest.raises(msgspec.ValidationError):
        conform(RunCheck(NOON.replace(tzinfo=None)))


def test_an_installation_survives_its_journey():
    home = Installation(
        "home", Cohort.MOC_SECURE, Meter(MeterStatus.ACTIVE, "power"), Meter(MeterStatus.DORMANT, "gas"),
        Rulebook.in_force(shipped()), timedelta(hours=36), NOON,
    )  # fmt: skip
    turn = Turn(NOON, InstallationLoaded(home))
    assert decode_turn(encode_turn(turn)) == turn


def test_the_published_schema_is_current():
    assert SCHEMA.read_text(encoding="utf-8") == texts()[VOCABULARY]


def test_the_schema_names_every_event_and_action():
    words = {tag for definition in json_schema()["$defs"].values() for tag in _tags(definition)}
    assert words == {
        "installation-loaded", "installation-changed", "check-result",
        "supplier-request", "authorisation", "withdrawal",
        "commissioning-result", "tick", "run-check", "ask-supplier", "commission-devices", "exclude-device", "close",
    }  # fmt: skip


def _tags(definition):
    for field in ("event", "action"):
        yield from definition.get("properties", {}).get(field, {}).get("enum", [])


# -- installation and rulebook -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("esme", "gsme", "kind"),
    [
        (MeterStatus.ACTIVE, MeterStatus.ACTIVE, InstallationType.ACTIVE),
        (MeterStatus.DORMANT, MeterStatus.DORMANT, InstallationType.DORMANT),
        (MeterStatus.DORMANT, MeterStatus.ACTIVE, InstallationType.MIXED_GSME_ACTIVE),
        (MeterStatus.ACTIVE, MeterStatus.DORMANT, InstallationType.MIXED_GSME_DORMANT),
    ],
)
def test_the_type_follows_from_both_meters(esme, gsme, kind):
    book = Rulebook.always("tmad-v19")
    home = Installation("home", Cohort.IOC, Meter(esme, "p"), Meter(gsme, "g"), book, timedelta(0), NOON)
    assert home.type is kind


def test_the_rulebook_in_force_turns_from_v18_to_v19_on_15_march_2022():
    assert Rulebook.in_force(shipped()).rule_sets == (
        RuleEntry("tmad-v18", None, date(2022, 3, 14)),
        RuleEntry("tmad-v19", date(2022, 3, 15), None),
    )


def test_a_proposal_applies_on_any_day_if_it_is_tried_out():
    assert Rulebook.always("consultation-2021-10").rule_sets == (RuleEntry("consultation-2021-10", None, None),)


def test_an_installation_needs_a_spacing_that_is_not_negative():
    with pytest.raises(ValueError, match="check_spacing"):
        Installation(
            "home", Cohort.IOC, Meter(MeterStatus.ACTIVE, "p"), Meter(MeterStatus.ACTIVE, "g"),
            Rulebook.always("tmad-v19"), timedelta(hours=-1), NOON,
        )  # fmt: skip


@pytest.mark.parametrize("when", [{}, {"at": NOON, "after_check": 1}, {"after_ask": timedelta(0), "after_check": 1}])
def test_a_supplier_acts_at_one_time(when):
    with pytest.raises(ValueError, match="exactly one"):
        SupplierAct("gas", StatementKind.REQUEST, **when)


@pytest.mark.parametrize("when", [{}, {"at": NOON, "before_check": 1}, {"before_check": 1, "before_commissioning": 1}])
def test_a_change_comes_at_one_time(when):
    with pytest.raises(ValueError, match="exactly one"):
        FaultEvent(Subject.GSME, State.BROKEN, **when)


@pytest.mark.parametrize("when", [{"at": NOON}, {"after_ask": timedelta(0)}, {"to_decide_by": timedelta(0)}])
def test_later_follows_a_check_or_a_commissioning(when):
    with pytest.raises(ValueError, match="`later` belongs to"):
        SupplierAct("gas", StatementKind.REQUEST, later=timedelta(hours=1), **when)


def test_no_supplier_acts_before_its_occasion():
    with pytest.raises(ValueError, match="negative"):
        SupplierAct("gas", StatementKind.REQUEST, after_check=1, later=timedelta(hours=-1))
