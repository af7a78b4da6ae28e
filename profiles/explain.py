"""Conversion of msgspec's validation errors to messages for the author of a file."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence, Sized
from datetime import date, datetime, time
from difflib import SequenceMatcher, get_close_matches
from typing import Any, NamedTuple

import msgspec
from msgspec import inspect

BUILTIN_TYPES = (datetime, date, time)
"""Types that TOML has of itself."""

_PLACE = re.compile(r"^(?P<problem>.*?)(?: - at (?P<of_key>`?key`? in )?`(?:key in )?\$(?P<path>.*)`)?$", re.DOTALL)
_STEP = re.compile(r"\.([^.\[\]]+)|\[(\d+|\.\.\.)\]")
_ANY = "..."
"""Stands in msgspec's path for a key of a mapping, which it does not name."""
_UNKNOWN = re.compile(r"^Object contains unknown field `(?P<name>.*)`$", re.DOTALL)
_MISSING = re.compile(r"^Object missing required field `(?P<name>.*)`$", re.DOTALL)
_EXPECTED = re.compile(r"^Expected (?P<what>.*?)(?:, got .*)?$", re.DOTALL)
_REGEX = re.compile(r"^`str` matching regex ")
_LISTED = re.compile(r"\\A\(([a-z-]+(?:\|[a-z-]+)+)\)\\Z")
"""A pattern that lists words, as `\\A(full|quick)\\Z`."""
_CHOICE = re.compile(r"^Invalid (?:enum )?value ")

_LONG = 10**40
FORM = "form"
"""Key in the `extra` of a type: what form its text has, for messages, where its description does not say that."""
_TYPE = re.compile(r"`([a-z]+(?: \| [a-z]+)*)`")
_TOML_WORDS = {
    "array": "an array",
    "bool": "true or false",
    "date": "a date",
    "datetime": "a date with time",
    "float": "a number",
    "int": "a whole number",
    "object": "a table",
    "str": "text in quotes",
}

PathPart = str | int


class Explanation(NamedTuple):
    """The place and the description of a validation error."""

    key: str
    problem: str
    steps: tuple[PathPart, ...]
    """Path to the invalid value in the data; for a missing key, path to the table that lacks it."""


def explain(message: str, data: Mapping[str, Any], type: Any) -> Explanation:
    """Return the explanation of `message`, msgspec's error on converting `data` to `type`."""
    place = _PLACE.match(message)
    assert place is not None
    problem, steps = place["problem"], _named(_steps(place["path"] or ""), message, data, type)
    if place["of_key"]:
        return _of_key(steps, message, data, type)
    if unknown := _UNKNOWN.match(problem):
        steps = (*steps, unknown["name"])
        known = _keys(_type_at(inspect.type_info(type), data, steps[:-1]), _value_at(data, steps[:-1]))
        return Explanation(_dotted(steps), _not_one_of("no such key", unknown["name"], known), steps)
    if missing := _MISSING.match(problem):
        return Explanation(_dotted((*steps, missing["name"])), "expected, but missing", steps)
    found = _value_at(data, steps)
    if _CHOICE.match(problem):
        choices = _choices(inspect.type_info(type), data, steps)
        return Explanation(_dotted(steps), _not_one_of(f"found {shown(found)}", str(found), choices), steps)
    if expected := _EXPECTED.match(problem):
        if " of length " in problem and isinstance(found, Sized) and not isinstance(found, str):
            what = _in_toml_words(expected["what"])
            return Explanation(_dotted(steps), f"expected {what}, found one of length {len(found)}", steps)
        if _REGEX.match(expected["what"]) and (words := _words(_type_at(inspect.type_info(type), data, steps))):
            return Explanation(_dotted(steps), _not_one_of(f"found {shown(found)}", str(found), words), steps)
        what = _form(type, data, steps) if _REGEX.match(expected["what"]) else _in_toml_words(expected["what"])
        return Explanation(_dotted(steps), f"expected {what}, found {shown(found)}", steps)
    return Explanation(_dotted(steps), problem, steps)


def _of_key(steps: tuple[PathPart, ...], message: str, data: Mapping[str, Any], type: Any) -> Explanation:
    """Return the explanation of an error about a key of the mapping at `steps`."""
    keys = list(_value_at(data, steps) or {})
    key = next((each for each in keys if _gives(message, data, steps, each, type)), "?")
    info = _resolved(_type_at(inspect.type_info(type), data, steps), None)
    known: list[str] = []
    what = "another key"
    if isinstance(info, inspect.DictType):
        known, what = _words(info.key_type), _form_of(info.key_type)
    problem = _not_one_of("no such key", key, known) if known else f"found the key {shown(key)}; expected {what}"
    return Explanation(_dotted((*steps, key)) if known else _dotted(steps), problem, (*steps, key))


def _form(type: Any, data: Any, steps: Sequence[PathPart]) -> str:
    return _form_of(_type_at(inspect.type_info(type), data, steps))


def _form_of(info: inspect.Type) -> str:
    """Return the form of a text that has a pattern: the description of its type, or else the pattern itself."""
    match info:
        case inspect.Metadata(type=inner, extra_json_schema=schema, extra=extra):
            form = (extra or {}).get(FORM) or (schema or {}).get("description")
            return str(form) if form else _form_of(inner)
        case inspect.UnionType(types=types):
            return next((_form_of(each) for each in types if not isinstance(each, inspect.NoneType)), "another text")
        case inspect.StrType(pattern=str(pattern)):
            return f"text in quotes matching {pattern}"
    return "another text"


def shown(value: Any) -> str:
    """Return a short text for a value of a file."""
    match value:
        case Mapping():
            return "a table"
        case list() | tuple():
            return "an array" if value else "an empty array"
        case bool():
            return str(value).lower()
        case str():
            return repr(value if len(value) <= 40 else value[:37] + "...")
        case int() if abs(value) >= _LONG:
            return "one of more than 40 digits"
    text = str(value)
    return text if len(text) <= 40 else text[:37] + "..."


def suggestion(word: str, known: Sequence[str], *, alone: bool = False) -> str:
    """Return `; did you mean ...?`, or nothing if no known word is similar; `alone`: nor if several are equally so."""
    spelt = {each.lower(): each for each in known}
    near = get_close_matches(word.lower(), spelt, n=2)
    likeness = [SequenceMatcher(None, each, word.lower()).ratio() for each in near] if alone else []
    return f"; did you mean {spelt[near[0]]}?" if near and likeness.count(max(likeness, default=0)) < 2 else ""


def _not_one_of(finding: str, word: str, known: Sequence[str]) -> str:
    return f"{finding}; expected one of {', '.join(known)}{suggestion(word, known)}" if known else finding


def _in_toml_words(what: str) -> str:
    def said(match: re.Match[str]) -> str:
        names = [name for name in match[1].split(" | ") if name != "null"]  # TOML has no null
        return " or ".join(_TOML_WORDS.get(name, name) for name in names)

    return _TYPE.sub(said, what)


def _steps(path: str) -> tuple[PathPart, ...]:
    return tuple(name or (index if index == _ANY else int(index)) for name, index in _STEP.findall(path))


def _named(steps: tuple[PathPart, ...], message: str, data: Mapping[str, Any], type: Any) -> tuple[PathPart, ...]:
    """Return `steps` with the key of each mapping: the first whose value alone gives the same message."""
    while _ANY in steps:
        at = steps.index(_ANY)
        keys = _value_at(data, steps[:at])
        if not isinstance(keys, Mapping):
            return steps
        steps = (
            *steps[:at],
            next((key for key in keys if _gives(message, data, steps[:at], key, type)), "?"),
            *steps[at + 1 :],
        )
    return steps


def _gives(message: str, data: Mapping[str, Any], steps: Sequence[PathPart], key: str, type: Any) -> bool:
    """Return whether converting `data` fails with `message` if the mapping at `steps` has this key alone."""
    try:
        msgspec.convert(_only(data, steps, key), type, builtin_types=BUILTIN_TYPES, str_keys=True)
    except msgspec.ValidationError as error:
        return str(error) == message
    return False


def _only(data: Any, steps: Sequence[PathPart], key: str) -> Any:
    """Return a copy of `data` in which the mapping at `steps` has one key."""
    if not steps:
        return {key: data[key]}
    first, *others = steps
    inner = _only(data[first], others, key)
    if isinstance(data, Mapping):
        return {**data, first: inner}
    return [inner if index == first else each for index, each in enumerate(data)]


def _dotted(steps: Sequence[PathPart]) -> str:
    return "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in steps).lstrip(".")


def _value_at(data: Any, steps: Sequence[PathPart]) -> Any:
    for step in steps:
        try:
            data = data[step]
        except (KeyError, IndexError, TypeError):
            return None
    return data


def _type_at(info: inspect.Type, data: Any, steps: Sequence[PathPart]) -> inspect.Type:
    """Return the type at `steps`; the tag in `data` selects a struct of a union."""
    for done, step in enumerate(steps):
        info = _resolved(info, _value_at(data, steps[:done]))
        match info:
            case inspect.StructType(fields=fields):
                info = next((field.type for field in fields if field.encode_name == step), inspect.AnyType())
            case inspect.DictType(value_type=inner) | inspect.ListType(item_type=inner):
                info = inner
            case inspect.VarTupleType(item_type=inner):
                info = inner
            case inspect.TupleType(item_types=inners) if isinstance(step, int) and step < len(inners):
                info = inners[step]
            case _:
                return inspect.AnyType()
    return info


def _resolved(info: inspect.Type, value: Any) -> inspect.Type:
    if isinstance(info, inspect.Metadata):
        return _resolved(info.type, value)
    if not isinstance(info, inspect.UnionType):
        return info
    others = [kind for kind in info.types if not isinstance(kind, inspect.NoneType)]
    if len(others) == 1:
        return _resolved(others[0], value)
    structs = [kind for kind in info.types if isinstance(kind, inspect.StructType)]
    tag = value.get(structs[0].tag_field) if structs and isinstance(value, Mapping) else None
    return next((kind for kind in structs if kind.tag == tag), inspect.AnyType())


def _keys(info: inspect.Type, value: Any) -> list[str]:
    info = _resolved(info, value)
    if not isinstance(info, inspect.StructType):
        return []
    tag = [info.tag_field] if info.tag_field else []
    return tag + [field.encode_name for field in info.fields]


def _choices(info: inspect.Type, data: Any, steps: Sequence[PathPart]) -> list[str]:
    """Return the values allowed at `steps`: members of an enumeration, or the tags of a union of structs."""
    if words := _words(_type_at(info, data, steps)):
        return words
    owner = _type_at(info, data, steps[:-1])
    kinds = owner.types if isinstance(owner, inspect.UnionType) else (owner,)
    return [str(kind.tag) for kind in kinds if isinstance(kind, inspect.StructType) and kind.tag_field == steps[-1]]


def _words(info: inspect.Type) -> list[str]:
    """Return the texts that a type allows if they are a list: an enumeration, literals, or a union with such.

    A pattern that is nothing but a list of words is one too.
    """
    match info:
        case inspect.Metadata(type=inner):
            return _words(inner)
        case inspect.UnionType(types=types):
            return [word for each in types for word in _words(each)]
        case inspect.EnumType(cls=cls):
            return [str(member.value) for member in cls]
        case inspect.LiteralType(values=values):
            return [str(value) for value in values]
        case inspect.StrType(pattern=str(pattern)) if listed := _LISTED.fullmatch(pattern):
            return listed[1].split("|")
    return []
