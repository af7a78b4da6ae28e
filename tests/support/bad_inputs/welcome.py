"""Inputs that look odd and are sound: a byte order mark, the line ends of Windows, separators in an install code."""

from __future__ import annotations

from tests.support.bad_inputs.benches import BENCH
from tests.support.bad_inputs.row import Row
from tests.support.bad_inputs.scenarios import SCENARIO

_CODE = 'install_code = "83:fe:d3:40:7a:93:97:23:a5:c6:39:b2:69:16:d5:05:c3:b5"\n'
_LATER = SCENARIO + '[[changes]]\nsubject = "gsme"\nstate = "broken"\ncause = "battery-dead"\nbefore_check = 10000\n'
WELCOME = (
    Row("check b.toml", "pass", {"b.toml": f"\ufeff{BENCH}"}),
    Row("check b.toml", "pass", {"b.toml": BENCH.replace("\n", "\r\n")}),
    Row("check b.toml", "pass", {"b.toml": f"{BENCH}{_CODE}"}),
    Row("check b.toml", "pass", {"b.toml": f"{BENCH}{_CODE.replace(':', ' ')}"}),
    Row("check b.toml", "pass", {"b.toml": f"{BENCH}{_CODE.replace(':', chr(9)).replace('83', ' 83', 1)}"}),
    Row("scenarios show s.toml", "A home", {"s.toml": f"\ufeff{SCENARIO}"}),
    Row("scenarios show s.toml", "A home", {"s.toml": SCENARIO.replace("\n", "\r\n")}),
    Row("scenarios show s.toml", "battery-dead", {"s.toml": _LATER}),
    Row("decode @f --cluster metering", "CurrentSummation", {"f": "\ufeff18 01 0a 00 00 25 15 cd 5b 07 00 00\r\n"}),
    Row("conform --list --pics p", "HB-PICS-01", {"p": "\ufeffSE.GSME=1\r\n"}),
)
