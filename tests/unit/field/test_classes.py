"""The classes of faults: each named fault has one, and each sign that they name is looked for."""

from __future__ import annotations

from hanbench.harness.case.check import Subject
from hanbench.harness.case.fault_catalogue import CATALOGUE
from hanbench.harness.field import signs
from hanbench.harness.field.signs_of_keys import WORDS
from hanbench.profiles.diagnosis import Says, diagnosis_file

FILE = "profiles/diagnosis/classes.toml"


def test_every_named_fault_has_one_class() -> None:
    """If this fails for a new fault: it is told what to do."""
    of_fault: dict[str, list[str]] = {name: [] for name in CATALOGUE}
    for each in diagnosis_file().classes:
        for fault in each.faults:
            assert fault in CATALOGUE, f"{FILE}: class {each.id}: there is no fault {fault!r} (`hanbench faults`)"
            of_fault[fault].append(each.id)
    missing = [name for name, classes in of_fault.items() if not classes]
    assert not missing, (
        f"{', '.join(missing)}: no class in {FILE}. Look at what the fault does on the air "
        f"(python -m tests.support.confusion --faults NAME --seeds 2): add it to the class that is alike, or give it a "
        f"class of its own with a reason and the signs that tell it from the others; then measure it with --seeds 20 "
        f"--write, and run python -m docs.generators."
    )
    assert {name: classes for name, classes in of_fault.items() if len(classes) > 1} == {}


def test_there_are_at_least_fifteen_classes_with_reasons() -> None:
    classes = diagnosis_file().classes
    assert len(classes) >= 15
    assert len({each.id for each in classes}) == len(classes)
    assert all(len(each.reason) > 40 and each.action for each in classes)


def test_every_sign_that_a_claim_names_is_looked_for() -> None:
    known = {finder.__name__.replace("_", "-") for finder in signs.FINDERS} | {
        f"ends-with-{word}" for word in WORDS.values()
    }
    for each in diagnosis_file().classes:
        for claim in each.claims:
            named = {*claim.needs, *claim.against, *claim.supports}
            assert named <= known, f"{each.id}: {sorted(named - known)}"


def test_only_faults_that_cut_off_the_gas_meter_say_that_it_failed() -> None:
    for each in diagnosis_file().classes:
        for fault in map(CATALOGUE.__getitem__, each.faults):
            failed = fault.subject is Subject.GSME and fault.breaks_reachability
            assert failed == (each.says is Says.FAILED), f"{each.id}: {fault.name}"
