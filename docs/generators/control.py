"""Generated blocks of docs/control.md: the verbs with their requests and answers, the errors, and the events."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from inspect import cleandoc
from pathlib import Path
from textwrap import fill
from typing import Any

import msgspec

from hanbench.harness.control.errors import ERRORS, EVERYWHERE, ErrorKind
from hanbench.harness.control.events import EVENTS, BenchEvent
from hanbench.harness.control.table import VERBS, Effect, Verb

PAGE = Path(__file__).parents[1] / "control.md"
WIDTH = 150
_EFFECTS = {
    Effect.READS: "reads",
    Effect.ACTS: "acts",
    Effect.BREAKS: "**breaks**",
}


def verb_table() -> str:
    """Return the table of the verbs."""
    rows = [f"| [`{each.name}`](#{each.name}) | {_EFFECTS[each.effect]} | {each.sentence} |" for each in VERBS.values()]
    return "\n".join(["| verb | effect | does |", "|---|---|---|", *rows])


def verb_sections() -> str:
    """Return a section for each verb."""
    return "\n\n".join(map(_section, VERBS.values()))


def _section(verb: Verb) -> str:
    parts = [f"### {verb.name}", _filled(verb.sentence)]
    schemas = _schemas(verb)
    fields = schemas[verb.request.__name__]
    if fields["properties"]:
        parts.append(_fields(fields))
    parts.append(_filled(f"Answer `{verb.answer.__name__}`: {_names(schemas[verb.answer.__name__])}."))
    own = [f"`{kind.code}`" for kind in verb.errors]
    if own:
        parts.append(_filled(f"Errors: {', '.join(own)}, and those of every verb."))
    return "\n\n".join(parts)


def _schemas(verb: Verb) -> dict[str, Any]:
    _, components = msgspec.json.schema_components([verb.request, verb.answer], ref_template="{name}")
    return components


def _names(schema: Mapping[str, Any]) -> str:
    return ", ".join(f"`{name}`" for name in schema["properties"])


def _fields(schema: Mapping[str, Any]) -> str:
    return "\n".join(_field(name, field, name in schema["required"]) for name, field in schema["properties"].items())


def _field(name: str, field: Mapping[str, Any], required: bool) -> str:
    needed = "required" if required else f"default {_shown(field.get('default'))}"
    about = _description(field)
    return item(f"- `{name}` ({_kind(field)}, {needed}){f': {about}' if about else ''}")


def _description(field: Mapping[str, Any]) -> str:
    return str(field.get("description") or next((each["description"] for each in _options(field)), ""))


def _options(field: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return [each for each in field.get("anyOf", ()) if "description" in each]


def _kind(field: Mapping[str, Any]) -> str:
    choices = field.get("enum", ())
    if choices and (len(choices) <= 4 or "type" not in field):
        return " or ".join(f"`{each}`" for each in choices)
    if "anyOf" in field:
        return str(next(each["type"] for each in field["anyOf"] if each["type"] != "null"))
    return str(field["type"])


def _shown(value: object) -> str:
    return "none" if value in (None, [], ()) else f"`{msgspec.json.encode(value).decode()}`"


def error_list() -> str:
    """Return the list of the errors."""
    return "\n".join(map(_error, ERRORS.values()))


def _error(kind: ErrorKind) -> str:
    mark = " (every verb)" if kind in EVERYWHERE else ""
    text = (
        f"- `{kind.code}`{mark}, HTTP {kind.http_status}, exit status {kind.exit_status}: {kind.title}. {kind.remedy}"
    )
    return item(text)


def event_list() -> str:
    """Return the list of the events."""
    return "\n".join(_event(kind, event) for kind, event in EVENTS.items())


def _event(kind: str, event: type[BenchEvent]) -> str:
    common = set(BenchEvent.__struct_fields__)
    fields = ", ".join(f"`{name}`" for name in event.__struct_fields__ if name not in common)
    return item(f"- `{kind}`: {_sentence(event)} {fields}")


def _sentence(event: type[Any]) -> str:
    return cleandoc(event.__doc__ or "").partition("\n")[0]


def item(text: str) -> str:
    """Return an item of a list, wrapped."""
    return fill(text, WIDTH, subsequent_indent="  ", break_long_words=False, break_on_hyphens=False)


def _filled(text: str) -> str:
    return fill(text, WIDTH, break_long_words=False, break_on_hyphens=False)


BLOCKS: Mapping[str, Callable[[], str]] = {
    "verbs": verb_table,
    "sections": verb_sections,
    "errors": error_list,
    "events": event_list,
}
