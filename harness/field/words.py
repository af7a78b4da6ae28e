"""Numbers and spans of time in the sentences of a diagnosis."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta


class Number(int):
    """A number that writes its noun itself: `{n:frame}` is "1 frame", "2 frames"; `{n:it is|they are}` has both."""

    def __format__(self, spec: str) -> str:
        if not spec:
            return f"{int(self):,}"
        one, _, many = spec.partition("|")
        return f"{int(self):,} {one if self == 1 else many or one + 's'}"


def hours(span: int) -> str:
    """Return a span of microseconds in words, to the minute; below two minutes, to the second."""
    seconds = span // 1_000_000
    minutes = seconds // 60
    if minutes < 2:
        return f"{seconds} s"
    return f"{minutes // 60} h {minutes % 60:02} min" if minutes >= 60 else f"{minutes} min"


def date_of(time: int) -> datetime:
    """Return the date of a time in microseconds since 1970; far times are those at the ends of the calendar."""
    try:
        return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=time)
    except OverflowError:
        return datetime.max.replace(tzinfo=UTC) if time > 0 else datetime.min.replace(tzinfo=UTC)


def moment(time: int) -> str:
    """Return a time in microseconds since 1970 in words, to the minute, UTC."""
    return f"{date_of(time):%Y-%m-%d %H:%M}"
