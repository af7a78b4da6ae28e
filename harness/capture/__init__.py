"""Captures: every transmission as pcapng that Wireshark opens, and the keys beside it."""

from harness.capture.errors import CaptureError
from harness.capture.keyfile import Key, KeyRing
from harness.capture.pcapng import DEFAULT_EPOCH, PcapngWriter
from harness.capture.reader import CapturedFrame, read
from harness.capture.recorder import Recorder, recording

__all__ = [
    "DEFAULT_EPOCH",
    "CaptureError",
    "CapturedFrame",
    "Key",
    "KeyRing",
    "PcapngWriter",
    "Recorder",
    "read",
    "recording",
]
