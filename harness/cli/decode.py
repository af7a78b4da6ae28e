"""`hanbench decode`: what the octets of a frame say."""

from __future__ import annotations

import re
import sys
from pathlib import Path

from hanbench.emulator.zcl.clusters import CLUSTERS
from hanbench.emulator.zigbee.security.ccm import KEY_LENGTH
from hanbench.harness.cli.errors import BadInput, ExitStatus
from hanbench.harness.cli.output import print_json, print_line, verdict
from hanbench.harness.cli.pasted import Pasted, PastedError, frames
from hanbench.harness.field.keys import eui64
from hanbench.harness.frames.located import DecodedField, DecodedFile, DecodedFrame, Decoder, Hints
from hanbench.harness.frames.located.zcl import SIDES
from hanbench.harness.frames.words import kebab
from hanbench.harness.words import counted
from hanbench.profiles.explain import suggestion
from hanbench.profiles.reading import read_octets

LARGEST = 4_000_000
"""Maximum octets of a file."""
_BETWEEN = re.compile(r"[\s:.\-]")
_FCS = {"auto": None, "yes": True, "no": False}


def decode(
    octets: tuple[str, ...],
    layer: str,
    keys: tuple[str, ...],
    cluster: str | None,
    direction: str | None,
    fcs: str,
    sender: str | None,
    as_json: bool,
) -> int:
    """Decode frames from their octets: MAC, NWK, APS, ZDP or ZCL, each field with its offset."""
    hints = Hints(
        None if cluster is None else _cluster(cluster),
        None if direction is None else SIDES[direction],
        _FCS[fcs],
        None if sender is None else _sender(sender),
    )
    if layer == "zdp" and hints.cluster is None:
        raise BadInput(None, "--cluster", "expected the cluster of the message beside --layer zdp")
    decoder = Decoder([key for text in keys for key in _keys(text)], hints)
    pasted = _pasted(octets)
    decoded = [decoder.decode(each.octets, layer) for each in pasted]
    if as_json:
        print_json(DecodedFile(tuple(decoded)))
    else:
        for number, frame in enumerate(decoded, start=1):
            _print(number, frame)
    return ExitStatus.EXPECTED if all(frame.is_whole for frame in decoded) else ExitStatus.UNKNOWN


# --- input ------------------------------------------------------------------------------------------------------------


def _pasted(given: tuple[str, ...]) -> list[Pasted]:
    """Return the frames of the arguments, of a file or of stdin. Raises BadInput."""
    place: str | None
    if given and given != ("-",) and not given[0].startswith("@"):
        place, text = None, " ".join(given)
    elif given and given[0].startswith("@"):
        if len(given) > 1:
            raise BadInput(None, given[1], "expected nothing beside a file")
        place, text = given[0][1:], _read(Path(given[0][1:]))
    else:
        place, text = "stdin", sys.stdin.buffer.read(LARGEST + 1).decode(errors="replace")
        if len(text) > LARGEST:
            raise BadInput("stdin", None, f"expected at most {LARGEST} octets")
    try:
        found = frames(text)
    except PastedError as error:
        if place is None:
            file = "; a file is @FILE" if len(given) == 1 and Path(given[0]).exists() else ""
            raise BadInput(None, "HEX", f"{error}{file}") from None
        raise BadInput(place, f"line {error.line}", str(error)) from None
    if not found:
        raise BadInput(place, "HEX" if place is None else None, "expected hexadecimal octets, found none")
    return found


def _read(path: Path) -> str:
    return read_octets(path, LARGEST).decode(errors="replace")


def _keys(text: str) -> list[bytes]:
    """Return a key, or those of a file. The text is never repeated: it may be a mistyped key. Raises BadInput."""
    if not text.startswith("@"):
        return [_key(text, None, "--key")]
    path = Path(text[1:])
    lines = [line.partition("#")[0].strip() for line in _read(path).splitlines()]
    found = [_key(line, path, f"line {number}") for number, line in enumerate(lines, start=1) if line]
    if not found:
        raise BadInput(path, None, "expected a key of 32 hexadecimal digits on a line")
    return found


def _key(text: str, file: Path | None, place: str) -> bytes:
    """Read a key: digits, or a row of Wireshark's `zigbee_pc_keys`. Raises BadInput."""
    row = re.match(r'"([^"]*)"\s*,\s*"(Normal|Reverse)"', text)
    digits = _BETWEEN.sub("", text if row is None else row[1]).removeprefix("0x")
    if not re.fullmatch(rf"[0-9A-Fa-f]{{{2 * KEY_LENGTH}}}", digits):
        raise BadInput(file, place, f"expected a key of 32 hexadecimal digits, not {len(digits)} characters")
    octets = bytes.fromhex(digits)
    return octets[::-1] if row is not None and row[2] == "Reverse" else octets


def _cluster(text: str) -> int:
    names = {name: each.id for each in CLUSTERS for name in (each.name.lower(), kebab(each.name))}
    if text.lower() in names:
        return names[text.lower()]
    digits = text.lower().removeprefix("0x")
    if re.fullmatch("[0-9a-f]{1,4}", digits):
        return int(digits, 16)
    near = suggestion(text, tuple(names))
    raise BadInput(None, "--cluster", f"expected a number such as 0x0702, or a name{near}")


def _sender(text: str) -> int:
    try:
        return eui64(text)
    except ValueError as error:
        raise BadInput(None, "--sender", str(error)) from None


# --- output -----------------------------------------------------------------------------------------------------------


def _print(number: int, frame: DecodedFrame) -> None:
    if number > 1:
        print_line()
    print_line(f"Frame {number}: {counted(frame.octets, 'octet')}, read as {frame.layer.upper()}: {frame.why}")
    for layer in frame.layers:
        print_line(f"{layer.offset:>5}  {layer.name}")
        for field in layer.fields:
            _print_field(field, 1)
    for wanted in frame.wanted:
        what = f"{counted(wanted.length, 'octet')} of {wanted.layer}"
        print_line(f"{wanted.offset:>5}  {verdict('ENCRYPTED')} {what}: wants {wanted.key}")
    for each in frame.undecoded:
        said = f"in {each.layer}: expected {each.expected}, found {each.found}"
        print_line(f"{each.offset:>5}  {verdict('NOT DECODED')} {said}")


def _print_field(field: DecodedField, depth: int) -> None:
    bits = all((part.offset, part.length) == (field.offset, field.length) for part in field.fields)
    said = ": ".join(filter(None, (field.name, field.value)))
    if field.fields and field.value and bits:
        said += f" ({', '.join(filter(None, map(_bit, field.fields)))})"
    print_line(f"{field.offset:>5}  {'  ' * depth}{said}")
    for part in () if field.value and bits else field.fields:
        _print_field(part, depth + 1)


def _bit(part: DecodedField) -> str:
    """Return a part of an octet in few words: of flags, the name of one that is set."""
    return {"yes": part.name, "no": ""}.get(part.value, f"{part.name} {part.value}")
