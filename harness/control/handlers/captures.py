"""`capture`."""

from __future__ import annotations

from hanbench.harness.control.answers import CaptureList
from hanbench.harness.control.captures import TooManyError
from hanbench.harness.control.errors import CAPTURE_FAILED, UNKNOWN_CAPTURE, ControlError, unknown_name
from hanbench.harness.control.live_bench import LiveBench
from hanbench.harness.control.requests import CaptureRequest
from hanbench.harness.files import OutputError


async def capture(bench: LiveBench, request: CaptureRequest) -> CaptureList:
    """Start another capture, stop one, or list all."""
    captures = bench.captures
    try:
        if request.action == "start":
            captures.start()
        elif request.capture is not None:
            if request.capture not in (known := tuple(each.id for each in captures.states)):
                raise unknown_name(UNKNOWN_CAPTURE, "capture", request.capture, known)
            captures.stop(request.capture)
    except (OutputError, TooManyError) as error:
        raise ControlError(CAPTURE_FAILED, str(error)) from None
    captures.flush()
    return CaptureList(captures.states)
