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
    return tomli_w.dumps(_table(scenario))


def _table(value: Struct) -> dict[str, Any]:
    fields = ((field, getattr(value, field.name)) for field in structs.fields(value))
    return {field.encode_name: _plain(given) for field, given in fields if not _is_default(field, given)}


def _is_default(field: structs.FieldInfo, given: object) -> bool:
    if field.default_factory is not msgspec.NODEFAULT:
        return bool(given == field.default_factory())
    return field.default is not msgspec.NODEFAULT and bool(given == field.default)


def _plain(value: object) -> Any:
    if isinstance(value, Struct):
        return _table(value)
    if isinstance(value, tuple | list):
        return [_plain(each) for each in value]
    return msgspec.to_builtins(value, builtin_types=(datetime, date))
