"""The option `--embed-keys`: captures that carry their keys."""

from __future__ import annotations

from pathlib import Path

from hanbench.harness.capture import CaptureError, keyfile
from hanbench.harness.capture.embedding import embed
from hanbench.harness.cli.errors import BadInput
from hanbench.harness.field.secrets import secrets_of


def needs_folder(out: Path | None, embed_keys: bool) -> None:
    """Raise BadInput if keys should be embedded and no capture is written."""
    if embed_keys and out is None:
        raise BadInput(None, "--embed-keys", "there is no capture to embed keys in: expected --out too")


def embed_keys_of(capture: Path) -> None:
    """Put the keys of the key file beside a capture into it. Raises BadInput and OutputError."""
    try:
        embed(capture, secrets_of(capture, keyfile.read(keyfile.beside(capture))))
    except CaptureError as error:
        raise BadInput(error.path, error.place, error.problem) from None
