"""One bad input: a command line, the files that it meets, and a piece of the answer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

Content = str | bytes | None
"""What a file holds; None: it is a folder."""
MANY_DIGITS = "9" * 4_400
"""More digits than Python converts to a number without being told to."""


class Row(NamedTuple):
    """A bad input."""

    command: str
    """Words of the command line, as a shell would split them."""
    says: str
    """A piece of the line."""
    files: Mapping[str, Content] = {}
    """Files of the folder in which the command runs."""

    @property
    def name(self) -> str:
        """A short text for reports of tests."""
        content = next(iter(self.files.values()), None)
        text = content.splitlines() if isinstance(content, str) else []
        last = f" / {text[-1]}" if len(self.files) == 1 and text else ""
        return f"{self.command}{last}"[:90].encode("ascii", "backslashreplace").decode()


def rows(text: str, files: Mapping[str, Content] | None = None) -> tuple[Row, ...]:
    """Return a row for each line `COMMAND | SAYS`; `{D}` stands for a number of 4,400 digits."""
    found = []
    for line in filter(None, map(str.strip, text.splitlines())):
        command, _, says = line.partition(" | ")
        found.append(Row(command.strip().replace("{D}", MANY_DIGITS), says.strip(), files or {}))
    return tuple(found)
