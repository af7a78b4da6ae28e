"""A capture that is read while it is written: by tshark through a pipe, and by a reader who goes away."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

import pytest

from hanbench.harness.capture import keyfile
from hanbench.harness.capture.keyfile import TABLE

COMMAND = (sys.executable, "-m", "hanbench", "capture", "virtual", "--speed", "20")


def listening() -> list[str]:
    """tshark, reading its stdin as it comes."""
    program = shutil.which("tshark")
    assert program is not None
    return [program, "-n", "-l", "-r", "-", "-T", "fields", "-e", "frame.protocols", "-e", "zbee_sec.encrypted_payload"]


@pytest.mark.timeout(90)
@pytest.mark.parametrize("named", [False, True], ids=["stdout", "named pipe"])
def test_tshark_reads_along(tshark, tmp_path, named):
    keys, pipe = tmp_path / "live.keys", tmp_path / "pipe"
    where = []
    if named:
        os.mkfifo(pipe)
        where = ["--to", str(pipe)]
    # The keys of an installed HAN are those of its seed: a first run leaves them for tshark to start with.
    subprocess.run([*COMMAND, "--for", "0.1", "--keys", str(keys), "--to", os.devnull], check=True, capture_output=True)
    assert keyfile.read(keys)
    shutil.copy(keys, tmp_path / TABLE)
    environment = os.environ | {"WIRESHARK_CONFIG_DIR": str(tmp_path)}
    with subprocess.Popen(
        [*COMMAND, "--for", "30", *where], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=False
    ) as bench:
        source = pipe.open("rb") if named else bench.stdout
        with source:
            reader = subprocess.run(
                listening(), stdin=source, capture_output=True, text=True, env=environment, timeout=60
            )
        assert bench.wait(30) == 0, bench.stderr.read()
    rows = [line.split("\t") for line in reader.stdout.splitlines()]
    assert len(rows) > 3, reader.stderr
    assert any("zbee_nwk" in protocols for protocols, _ in rows)
    assert not [row for row in rows if row[1]]


@pytest.mark.timeout(60)
def test_it_ends_when_nobody_reads_any_more():
    with subprocess.Popen([*COMMAND], stdout=subprocess.PIPE, stderr=subprocess.PIPE) as bench:
        assert bench.stdout.read(4)
        bench.stdout.close()
        assert bench.wait(40) == 141
        assert b"Traceback" not in bench.stderr.read()
