"""The library for Robot Framework: `Library    hanbench.robot`. See docs/robot.md; it needs `hanbench[robot]`."""

from __future__ import annotations

from hanbench.harness.robot_library.library import HanbenchLibrary

robot = HanbenchLibrary
"""Robot Framework looks for a class of the module's name."""

__all__ = ["HanbenchLibrary", "robot"]
