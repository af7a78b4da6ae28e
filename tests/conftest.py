"""What holds for every test."""

from __future__ import annotations

import atexit
import os
import shutil
import signal
import tempfile

from hypothesis import HealthCheck, settings

# A machine that is busy with something else is no finding: examples have no deadline, and may be slow to draw.
settings.register_profile("hanbench", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("hanbench")

if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    # A shell starts what it puts in the background so, and the programs that tests start would inherit it.
    signal.signal(signal.SIGINT, signal.default_int_handler)

# Sockets and links of the benches that tests bring up: apart from the user's, and from those of other workers.
os.environ["XDG_RUNTIME_DIR"] = tempfile.mkdtemp(prefix="hanbench-tests-")
atexit.register(shutil.rmtree, os.environ["XDG_RUNTIME_DIR"], ignore_errors=True)
