"""Gates: which PICS codes a case needs, as an expression with `&`, `|`, `!` and parentheses."""

from __future__ import annotations

import re
from dataclasses import dataclass

from hanbench.profiles.conform.pics import Pics, is_known

_TOKEN = re.compile(r"\s*(?:(?P<code>[A-Z0-9]+(?:\.[A-Z0-9]+)+)|(?P<sign>[&|!()]))")
DEEPEST = 20
"""Maximum number of nested parentheses and negations."""


class GateError(ValueError):
    """An expression is not well-formed, or names an unknown code."""


@dataclass(frozen=True, slots=True)
class _Code:
    code: str

    def missing(self, pics: Pics) -> str | None:
        return None if self.code in pics else f"{self.code} is not claimed"


@dataclass(frozen=True, slots=True)
class _Not:
    code: str

    def missing(self, pics: Pics) -> str | None:
        return f"{self.code} is claimed" if self.code in pics else None


@dataclass(frozen=True, slots=True)
class _All:
    parts: tuple[_Part, ...]

    def missing(self, pics: Pics) -> str | None:
        return next((found for part in self.parts if (found := part.missing(pics)) is not None), None)


@dataclass(frozen=True, slots=True)
class _Any:
    parts: tuple[_Part, ...]

    def missing(self, pics: Pics) -> str | None:
        found = [part.missing(pics) for part in self.parts]
        return None if None in found else " and ".join(each for each in found if each is not None)


_Part = _Code | _Not | _All | _Any


@dataclass(frozen=True, slots=True)
class Gate:
    """A condition on the PICS of a device."""

    text: str
    _root: _Part

    @classmethod
    def parse(cls, text: str) -> Gate:
        """Return the gate that `text` says. Raises GateError."""
        parser = _Parser(text)
        root = parser.any_of(0)
        parser.end()
        return cls(" ".join(text.split()), root)

    def missing(self, pics: Pics) -> str | None:
        """Return why a case does not apply, naming the code; None: it applies."""
        return self._root.missing(pics)


class _Parser:
    """A recursive-descent parser: `|` binds least, `!` most and stands before a code only."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._tokens: list[str] = []
        at = 0
        while text[at:].strip():
            match = _TOKEN.match(text, at)
            if match is None:
                raise GateError(f"{text!r}: found {text[at:].strip()[0]!r}; expected a code, &, |, ! or a parenthesis")
            self._tokens.append(match["code"] or match["sign"])
            at = match.end()

    def any_of(self, depth: int) -> _Part:
        parts = [self._all_of(depth)]
        while self._taken("|"):
            parts.append(self._all_of(depth))
        return parts[0] if len(parts) == 1 else _Any(tuple(parts))

    def _all_of(self, depth: int) -> _Part:
        parts = [self._one(depth)]
        while self._taken("&"):
            parts.append(self._one(depth))
        return parts[0] if len(parts) == 1 else _All(tuple(parts))

    def _one(self, depth: int) -> _Part:
        if depth > DEEPEST:
            raise GateError(f"{self._text!r}: nested too deeply")
        if self._taken("("):
            inner = self.any_of(depth + 1)
            if not self._taken(")"):
                raise GateError(f"{self._text!r}: a parenthesis is not closed")
            return inner
        kind = _Not if self._taken("!") else _Code
        code = self._tokens.pop(0) if self._tokens else ""
        if not is_known(code):
            raise GateError(f"{self._text!r}: found {code!r}; expected a PICS code")
        return kind(code)

    def _taken(self, sign: str) -> bool:
        if self._tokens[:1] == [sign]:
            del self._tokens[0]
            return True
        return False

    def end(self) -> None:
        if self._tokens:
            raise GateError(f"{self._text!r}: found {self._tokens[0]!r} at the end")
