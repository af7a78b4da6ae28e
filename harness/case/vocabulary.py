"""The JSON vocabulary of migration controllers: the events that they receive and the actions that they request.

A controller receives a `Turn` and answers with a list of actions. The JSON form is that of the types below; its schema
is `vocabulary.schema.json` beside this file.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta, Struct

from hanbench.harness.case.calendar import Moment
from hanbench.harness.case.check import HanCheck
from hanbench.harness.case.commissioning import Commissioning
from hanbench.harness.case.installation import Installation, MeterRole, SupplierId
from hanbench.harness.foreign_json import each_key_once

VERSION = 2
"""Increased when a controller for the previous version could misread a message."""

SCHEMA = Path(__file__).with_name("vocabulary.schema.json")


class ConsentKind(StrEnum):
    """The kind of consent that a Responsible Supplier can give."""

    REQUEST = "request"
    AUTHORISATION = "authorisation"


class Outcome(StrEnum):
    """The outcome of a case."""

    MIGRATE_BOTH = "migrate-both"
    MIGRATE_ESME_ONLY = "migrate-esme-only"
    RETRY = "retry"
    """Time was up before enough checks had been run."""
    HOLD = "hold"
    """Time was up while a request or an authorisation was missing."""
    REFUSE = "refuse"
    """The GSME does not answer, and the rules do not allow partial migration here."""
    EXCLUDE_INSTALLATION = "exclude-installation"
    """The attempts are used up."""


# -- events ------------------------------------------------------------------------------------------------------------


class Event(Struct, frozen=True, forbid_unknown_fields=True, tag_field="event", rename="kebab"):
    """An event that a controller receives."""


class InstallationLoaded(Event, frozen=True, tag="installation-loaded"):
    """The case begins. Always the first event, and given only once."""

    installation: Installation
    vocabulary: Literal[2] = 2


class InstallationChanged(Event, frozen=True, tag="installation-changed"):
    """A meter has another supplier or another status from now on. All earlier events still hold."""

    installation: Installation
    """The whole installation after the change."""


class CheckEnded(HanCheck, Event, frozen=True, tag="check-result", omit_defaults=True):
    """A HAN-connectivity check ended; the event contains the check."""


class SupplierRequest(Event, frozen=True, tag="supplier-request"):
    """A supplier requests that the ESME be migrated without the GSME."""

    supplier: SupplierId


class Authorisation(Event, frozen=True, tag="authorisation"):
    """A supplier authorises that the ESME be migrated without the GSME."""

    supplier: SupplierId


class Withdrawal(Event, frozen=True, tag="withdrawal"):
    """A supplier withdraws its consent, or objects without having given any."""

    supplier: SupplierId


class CommissioningEnded(Commissioning, Event, frozen=True, tag="commissioning-result"):
    """A commissioning ended; the event contains the attempt."""


class Tick(Event, frozen=True, tag="tick"):
    """Time passed: sent regularly, and at the installation's `decide_by`."""


AnyEvent = (
    InstallationLoaded
    | InstallationChanged
    | CheckEnded
    | SupplierRequest
    | Authorisation
    | Withdrawal
    | CommissioningEnded
    | Tick
)


class Turn(Struct, frozen=True, forbid_unknown_fields=True):
    """One event and its time: the JSON message to a controller outside this process."""

    now: Moment
    event: AnyEvent


# -- actions -----------------------------------------------------------------------------------------------------------


class Action(Struct, frozen=True, forbid_unknown_fields=True, tag_field="action", rename="kebab"):
    """An action that a controller requests."""


class RunCheck(Action, frozen=True, tag="run-check"):
    """Run a HAN-connectivity check, not before a time. Replaces a requested check that has not begun."""

    not_before: Moment


class AskSupplier(Action, frozen=True, tag="ask-supplier"):
    """Ask a supplier for its request or authorisation. It may never answer."""

    supplier: SupplierId
    consent: ConsentKind


class CommissionDevices(Action, frozen=True, tag="commission-devices"):
    """Commission these devices now, all or none of them. The ESME alone is partial migration."""

    devices: Annotated[tuple[MeterRole, ...], Meta(min_length=1, max_length=2)]

    def __post_init__(self) -> None:
        if len(set(self.devices)) != len(self.devices):
            raise ValueError("`devices` names a device twice")


class ExclusionRecord(Struct, frozen=True, forbid_unknown_fields=True, rename="kebab"):
    """The reason why a GSME was excluded, and the supplier that must replace it, with the date."""

    code: str
    supplier: SupplierId
    """The Responsible Supplier of the excluded device."""
    replace_by: date
    attempts: tuple[int, ...]
    """Numbers of the checks whose failures are the reason."""


class ExcludeDevice(Action, frozen=True, tag="exclude-device"):
    """Exclude this device from the migration, on the record."""

    device: MeterRole
    record: ExclusionRecord | None = None


class Close(Action, frozen=True, tag="close"):
    """End the case; the last action."""

    outcome: Outcome


AnyAction = RunCheck | AskSupplier | CommissionDevices | ExcludeDevice | Close


def conform(action: object) -> AnyAction:
    """Return `action` as it would arrive through JSON. Raises msgspec.ValidationError if it is not in the vocabulary.

    A controller in this process can build an action that JSON could not carry (a date without a zone, a device by its
    bare name, a lone surrogate); this function applies the same checks as to a controller outside.
    """
    try:
        plain = msgspec.to_builtins(action)
        msgspec.json.encode(plain)
    except (TypeError, UnicodeEncodeError) as error:
        raise msgspec.ValidationError(str(error)) from error
    return msgspec.convert(plain, AnyAction)  # type: ignore[no-any-return]


_turns = msgspec.json.Decoder(Turn)
_answers = msgspec.json.Decoder(list[AnyAction])


def encode_turn(turn: Turn) -> bytes:
    """Return the JSON message for one turn."""
    return msgspec.json.encode(turn)


def decode_turn(message: bytes | str) -> Turn:
    """Decode a turn. Raises those of `foreign_json.NOT_JSON`."""
    turn = _turns.decode(message)
    each_key_once(message)
    return turn


def encode_actions(actions: Sequence[AnyAction]) -> bytes:
    """Return the JSON answer to one turn."""
    return msgspec.json.encode(list(actions))


def decode_actions(message: bytes | str) -> list[AnyAction]:
    """Decode an answer. Raises those of `foreign_json.NOT_JSON`."""
    actions = _answers.decode(message)
    each_key_once(message)
    return actions


def json_schema() -> dict[str, Any]:
    """Return the JSON Schema of `turn` (to a controller) and `actions` (from it)."""
    (turn, actions), components = msgspec.json.schema_components([Turn, list[AnyAction]], ref_template="#/$defs/{name}")
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": f"hanbench migration controller vocabulary, version {VERSION}",
        "description": "A controller receives `turn` and answers with `actions`.",
        "properties": {"turn": turn, "actions": actions},
        "$defs": components,
    }
