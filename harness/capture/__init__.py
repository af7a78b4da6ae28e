"""Captures: pcapng files of every transmission, for Wireshark, and their key files."""

from hanbench.harness.capture.errors import CaptureError
from hanbench.harness.capture.keyfile import CaptureKey, KeyRing
from hanbench.harness.capture.pcapng import DEFAULT_EPOCH, PcapngWriter
from hanbench.harness.capture.reader import CapturedFrame, read
from hanbench.harness.capture.recorder import Recorder, recording

__all__ = [
    "DEFAULT_EPOCH",
    "CaptureError",
    "CaptureKey",
    "CapturedFrame",
    "KeyRing",
    "PcapngWriter",
    "Recorder",
    "read",
    "recording",
]
