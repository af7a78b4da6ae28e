"""Data sheets: structs of plain values whose files state a source beside each value.

A model is declared once, with plain types: `wake_interval_s: Annotated[int, Meta(ge=1)]`. Its file says
`wake_interval_s = { value = 1800, source = "assumed", reference = "...", note = "..." }`. The form of the file is
derived from the model here. Fields marked `NAME` (identity and wiring, not facts) stand without a source.

A file may begin with `based_on = "ID"` or `based_on = "FILE.toml"`: it then states only the differences.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache, reduce
from operator import or_
from pathlib import Path
from typing import Any, Generic, TypeVar, get_args, get_type_hints

import msgspec
from msgspec import Meta, Struct

from hanbench.profiles.errors import ProfileError
from hanbench.profiles.explain import PathPart, shown, suggestion
from hanbench.profiles.loader import Misfit, convert, read_table
from hanbench.profiles.sourced import Source, Sourced

T = TypeVar("T", bound=Struct)

NAME = Meta(extra={"sourced": False})
"""Marks a field that has no source."""
BASE, KIND = "based_on", "kind"
DEEPEST = 8
"""Maximum number of files that are based on each other."""


@dataclass(frozen=True, slots=True)
class Fact:
    """One value of a sheet, with its source."""

    key: str
    """Dotted key, as in the file; its last part ends with the unit."""
    value: Any
    source: Source
    reference: str
    note: str
    meaning: str


@dataclass(frozen=True, slots=True)
class Sheet(Generic[T]):
    """The content of a file: its values, and their sources."""

    values: T
    facts: tuple[Fact, ...]


def read_sheet(path: Path, models: Sequence[type[T]], base: Callable[[str], Path]) -> Sheet[T]:
    """Load the sheet in the TOML file `path`, which holds one of `models`; the tag selects the model.

    `base` returns the file for an id in `based_on`, or raises UnknownIdError. Raises ProfileError.
    """
    layers = _layers(path, base)
    table: dict[str, Any] = {}
    for _, layer in reversed(layers):
        table = _merged(table, layer)
    try:
        stated: Struct = convert(table, stated_form(models))
    except Misfit as misfit:
        key, problem, steps = misfit.explanation
        raise ProfileError(_origin(layers, steps), problem, key) from None
    model = next(model for model in models if _stated(model) is type(stated))
    try:
        return Sheet(_plain(stated, model), tuple(_facts(stated, model, ())))
    except ValueError as error:  # a condition of the model on several values
        raise ProfileError(path, str(error)) from None


def stated_form(models: Sequence[type[Struct]]) -> Any:
    """Return the type of a file that holds one of `models`."""
    return reduce(or_, (_stated(model) for model in models))


@cache
def _stated(model: type[Struct]) -> type[Struct]:
    """Return the form of `model` in a file: every value becomes a `Sourced` one, every group of values a table."""
    hints = get_type_hints(model, include_extras=True)
    fields = [(name, _stated_type(hints[name])) for name in model.__struct_fields__]
    config = model.__struct_config__
    return msgspec.defstruct(
        model.__name__,
        fields,
        frozen=True,
        forbid_unknown_fields=True,
        kw_only=True,
        tag=config.tag,
        tag_field=config.tag_field,
    )


def _stated_type(annotation: Any) -> Any:
    if isinstance(annotation, type) and issubclass(annotation, Struct):
        return _stated(annotation)
    return annotation if NAME in get_args(annotation) else Sourced[annotation]


def _layers(path: Path, base: Callable[[str], Path]) -> list[tuple[Path, dict[str, Any]]]:
    """Return the file and its base files, nearest first."""
    layers: list[tuple[Path, dict[str, Any]]] = []
    following: Path | None = path
    while following is not None:
        here, table = following, read_table(following)
        below = table.pop(BASE, None)
        layers.append((here, table))
        if KIND in table and (kind := layers[0][1].setdefault(KIND, table[KIND])) != table[KIND]:
            problem = f"expected the kind of {here.name}, {shown(table[KIND])}, found {shown(kind)}"
            raise ProfileError(path, problem, KIND)
        if len(layers) > DEEPEST:
            raise ProfileError(path, f"expected at most {DEEPEST} files based on one another", BASE)
        following = _below(here, below, base)
    return layers


def _below(here: Path, name: object, base: Callable[[str], Path]) -> Path | None:
    if name is None:
        return None
    if not isinstance(name, str):
        raise ProfileError(here, "expected text in quotes: an id or a file name that ends in .toml", BASE)
    if name.endswith(".toml"):
        return here.parent / name
    try:
        return base(name)
    except UnknownIdError as error:
        raise ProfileError(here, str(error), BASE) from None


class UnknownIdError(LookupError):
    """No data file has this id. The text lists the known ids."""

    def __init__(self, what: str, name: str, known: list[str]) -> None:
        super().__init__(f"no {what} {name!r}; there are {', '.join(known)}{suggestion(name, known)}")


def _merged(below: dict[str, Any], above: dict[str, Any]) -> dict[str, Any]:
    """Return `below` with the values of `above` in it; a fact is replaced whole, with its source."""
    merged = dict(below)
    for key, value in above.items():
        under = merged.get(key)
        group = isinstance(value, dict) and isinstance(under, dict) and "value" not in value and "value" not in under
        merged[key] = _merged(under, value) if group else value  # type: ignore[arg-type]
    return merged


def _origin(layers: list[tuple[Path, dict[str, Any]]], steps: tuple[PathPart, ...]) -> Path:
    """Return the file of the value at `steps`: the nearest one that has it, or else the nearest of all."""
    for path, table in layers:
        value: Any = table
        for step in steps:
            try:
                value = value[step]
            except (KeyError, IndexError, TypeError):
                break
        else:
            return path
    return layers[0][0]


def _plain(stated: Struct, model: type[T]) -> T:
    """Return an instance of `model` with the values of its stated form."""
    hints = get_type_hints(model)
    return model(**{name: _plain_value(getattr(stated, name), hints[name]) for name in stated.__struct_fields__})


def _plain_value(value: Any, type: Any) -> Any:
    if isinstance(value, Sourced):
        return value.value
    return _plain(value, type) if isinstance(value, Struct) else value


def _facts(stated: Struct, model: type[Struct], above: tuple[str, ...]) -> Iterator[Fact]:
    hints, plain = get_type_hints(model, include_extras=True), get_type_hints(model)
    for name in stated.__struct_fields__:
        value, keys = getattr(stated, name), (*above, name)
        if isinstance(value, Sourced):
            meaning = _meaning(hints[name])
            yield Fact(".".join(keys), value.value, value.source, value.reference, value.note, meaning)
        elif isinstance(value, Struct):
            yield from _facts(value, plain[name], keys)


def _meaning(annotation: Any) -> str:
    if not hasattr(annotation, "__metadata__"):
        return ""
    return " ".join(meta.description for meta in annotation.__metadata__ if isinstance(meta, Meta) and meta.description)
