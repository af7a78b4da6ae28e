"""Messages: values with named fields, frozen, with the defaults of their class bodies."""

from __future__ import annotations

from dataclasses import FrozenInstanceError
from typing import ClassVar

import pytest

from hanbench.emulator.message import Message


class Reading(Message):
    """A reading."""

    CLUSTER: ClassVar[int] = 0x0702
    value: int
    unit: str = "Wh"
    status: int | None = None


class Estimate(Reading):
    """A reading with a field more."""

    error: int = 0


def test_fields_are_given_by_position_or_by_name_and_have_defaults():
    assert Reading(1) == Reading(value=1) == Reading(1, "Wh", status=None)
    assert list(Reading(1, "l").fields.items()) == [("value", 1), ("unit", "l"), ("status", None)]
    assert Estimate(1, error=5).fields == {"value": 1, "unit": "Wh", "status": None, "error": 5}


@pytest.mark.parametrize(("values", "named"), [((), {}), ((1,), {"value": 1}), ((1, "l", 3, 4), {})])
def test_missing_repeated_and_surplus_values_are_refused(values, named):
    with pytest.raises(TypeError, match="Reading"):
        Reading(*values, **named)


def test_a_field_that_there_is_not_is_refused():
    with pytest.raises(TypeError, match="Reading has the fields"):
        Reading(1, colour="red")  # type: ignore[call-arg]


def test_messages_of_two_classes_are_never_equal():
    assert Reading(1) != Estimate(1)
    assert len({Reading(1), Reading(1), Reading(2), Estimate(1)}) == 3


def test_a_message_is_frozen_and_says_what_it_holds():
    reading = Reading(1)
    with pytest.raises(FrozenInstanceError):
        reading.value = 2  # type: ignore[misc]
    with pytest.raises(FrozenInstanceError):
        del reading.value
    assert repr(reading) == "Reading(value=1, unit='Wh', status=None)"
    assert (reading.replace(value=2), reading.value) == (Reading(2), 1)
