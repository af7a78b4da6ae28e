"""What the pages have in common: one file with style, script and data in it, and a policy that allows no other."""

from __future__ import annotations

import base64
import re
from hashlib import sha256
from importlib.resources import files
from typing import Any

import msgspec

_SAFE = str.maketrans({"<": "\\u003c", ">": "\\u003e", "&": "\\u0026", "\u2028": "\\u2028", "\u2029": "\\u2029"})
"""Escapes for JSON in a script element, so that no text can end the element or begin another."""
HEAD, STYLE = "head.html", "report.css"
DRAWINGS = "drawings.js"
_PLACE = re.compile(r"/\* (\w+) \*/")


def safe_json(value: Any) -> str:
    """Return a value as JSON for a script element."""
    return msgspec.json.encode(value).decode().translate(_SAFE)


def asset(name: str) -> str:
    """Return the text of a file beside this one."""
    return (files(__package__) / name).read_text(encoding="utf-8")


def script_of(*names: str) -> str:
    """Return the script of a page, in one or more files, behind the drawings that it uses."""
    return "".join(map(asset, (DRAWINGS, *names)))


def filled(title: str, body: str, script: str, **parts: str) -> str:
    """Return a page, or its beginning, with its style, its data and the policy for style and script.

    Each place `/* name */` is filled once; what is filled in is not looked at again.
    """
    style = asset(STYLE)
    policy = (
        f"default-src 'none'; base-uri 'none'; form-action 'none'; style-src {_hash(style)}; script-src {_hash(script)}"
    )
    given = {"title": title, "policy": policy, "style": style, "script": script, **parts}
    return _PLACE.sub(lambda place: given.get(place[1], place[0]), asset(HEAD) + body)


def _hash(text: str) -> str:
    return f"'sha256-{base64.b64encode(sha256(text.encode()).digest()).decode()}'"
