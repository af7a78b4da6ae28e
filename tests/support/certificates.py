"""Certificates that openssl makes, for tests of TLS."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import NamedTuple


class Certificates(NamedTuple):
    """PEM files that openssl made: a CA, a server's certificate for loopback, and one of a client named `bench`."""

    ca: Path
    server: Path
    server_key: Path
    client: Path
    client_key: Path
    stranger: Path
    """A client's certificate that no CA of the server has signed."""
    stranger_key: Path


def certificates(folder: Path) -> Certificates:
    """Make certificates with openssl, as a lab would."""
    folder.mkdir(parents=True, exist_ok=True)
    for ca in ("ca", "other"):
        named = ("-subj", f"/CN={ca}", "-keyout", f"{ca}.key", "-out", f"{ca}.pem")
        _openssl(folder, "req", "-x509", "-days", "2", *named)
    for name, ca in (("localhost", "ca"), ("bench", "ca"), ("stranger", "other")):
        _openssl(folder, "req", "-subj", f"/CN={name}", "-keyout", f"{name}.key", "-out", f"{name}.csr")
        (folder / "san").write_text("subjectAltName=DNS:localhost,IP:127.0.0.1\n")
        arguments = ("-CA", f"{ca}.pem", "-CAkey", f"{ca}.key", "-CAcreateserial", "-days", "2", "-extfile", "san")
        command = ("openssl", "x509", "-req", "-in", f"{name}.csr", "-out", f"{name}.pem", *arguments)
        subprocess.run(command, cwd=folder, check=True, capture_output=True)
    pairs = (folder / f"{name}.{kind}" for name in ("localhost", "bench", "stranger") for kind in ("pem", "key"))
    return Certificates(folder / "ca.pem", *pairs)


def _openssl(folder: Path, *arguments: str) -> None:
    command = ("openssl", *arguments, "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes")
    subprocess.run(command, cwd=folder, check=True, capture_output=True)
