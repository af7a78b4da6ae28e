"""The options about a broker: what is wrong with them is said before anything comes up."""

from __future__ import annotations

from pathlib import Path

import pytest

STREET = """
id = "street"
title = "Two homes"
[homes.a]
[homes.b]
"""


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--mqtt", "mqtt://bench:secret@127.0.0.1"), "can be read by other users"),
        (("--mqtt", "localhost:1883"), "expected mqtt://"),
        (("--mqtt-commands",), "--mqtt-commands: expected --mqtt URL too"),
        (("--mqtt", "mqtt://127.0.0.1", "--mqtt-ca", "no-such.pem"), "expected mqtts"),
        (("--mqtt", "mqtts://127.0.0.1", "--mqtt-ca", "no-such.pem"), "no-such.pem: cannot be read"),
        (("--mqtt", "mqtt://b@127.0.0.1", "--mqtt-password-file", "no-such"), "the password: no-such: cannot be read"),
    ],
)
def test_bad_options_are_said_in_one_line(hanbench, options: tuple[str, ...], said: str) -> None:
    done = hanbench("up", "virtual", *options)
    assert done.status == 3
    assert said in done.err
    assert "secret" not in done.err
    assert done.err.count("\n") == 1


@pytest.mark.parametrize("option", ["--mqtt-home-assistant", "--mqtt-glow"])
def test_home_assistant_and_glow_want_benches_of_one_home(hanbench, tmp_path: Path, option: str) -> None:
    (tmp_path / "street.toml").write_text(STREET)
    done = hanbench("up", str(tmp_path / "street.toml"), "--mqtt", "mqtt://127.0.0.1", option)
    assert done.status == 3
    assert f"{option}: expected benches of one home; street has 2" in done.err
