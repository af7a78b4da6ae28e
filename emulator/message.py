"""Messages: frozen values that are declared as dataclasses are, and whose classes cost next to nothing to make.

The standard library's dataclasses compile six methods for each class, which takes a millisecond; the emulator has more
than 200 messages, and every process that starts would pay for all of them. Messages on the hot path stay dataclasses.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import FrozenInstanceError
from typing import Any, ClassVar, Self, dataclass_transform


@dataclass_transform(frozen_default=True)
class Message:
    """A value with named fields, in the order of the class body; a field with a value there has it as its default."""

    field_names: ClassVar[tuple[str, ...]] = ()
    """The names of the fields."""

    def __init_subclass__(cls) -> None:
        own = (name for name, hint in vars(cls).get("__annotations__", {}).items() if "ClassVar" not in str(hint))
        cls.field_names = (*cls.field_names, *own)

    def __init__(self, *values: Any, **named: Any) -> None:
        names = self.field_names
        fields = dict(zip(names, values, strict=False)) | named
        if len(values) + len(named) > len(fields) or not fields.keys() <= set(names):
            raise TypeError(f"{type(self).__name__} has the fields {names}, got {values} and {named}")
        if missing := [name for name in names if name not in fields and not hasattr(type(self), name)]:
            raise TypeError(f"{type(self).__name__} lacks {', '.join(missing)}")
        self.__dict__.update(fields)

    @property
    def fields(self) -> Mapping[str, Any]:
        """The values by name, in order."""
        return {name: getattr(self, name) for name in self.field_names}

    def replace(self, **changes: Any) -> Self:
        """A copy with other values in some fields."""
        return type(self)(**{**self.fields, **changes})

    def __eq__(self, other: object) -> bool:
        return self.fields == other.fields if type(other) is type(self) and isinstance(other, Message) else False

    def __hash__(self) -> int:
        return hash((type(self), *self.fields.values()))

    def __repr__(self) -> str:
        return f"{type(self).__name__}({', '.join(f'{name}={value!r}' for name, value in self.fields.items())})"

    def __setattr__(self, name: str, value: object) -> None:
        raise FrozenInstanceError(f"cannot assign to field {name!r}")

    def __delattr__(self, name: str) -> None:
        raise FrozenInstanceError(f"cannot delete field {name!r}")
