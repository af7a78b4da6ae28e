"""Writing of scenario files: what `loading` reads."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import msgspec
import tomli_w
from msgspec import Struct, structs

from hanbench.harness.scenario.scenario import Scenario


def as_toml(scenario: Scenario) -> str:
    """Return the text of a scenario's file, without what is as it is where a file says nothing."""
    return tomli_w.dumps(plain(scenario))


def plain(value: object) -> Any:
    """Return a value as tables, lists, dates and texts, without the fields that have their defaults.

    msgspec's own `omit_defaults` asks whether a value is the very object of the default, which it is not in a copy.
    """
    if isinstance(value, Struct):
        fields = ((field, getattr(value, field.name)) for field in structs.fields(value))
        return {field.encode_name: plain(given) for field, given in fields if not _is_default(field, given)}
    if isinstance(value, tuple | list):
        return [plain(each) for each in value]
    return msgspec.to_builtins(value, builtin_types=(datetime, date))


def _is_default(field: structs.FieldInfo, given: object) -> bool:
    if field.default_factory is not msgspec.NODEFAULT:
        return bool(given == field.default_factory())
    return field.default is not msgspec.NODEFAULT and bool(given == field.default)
