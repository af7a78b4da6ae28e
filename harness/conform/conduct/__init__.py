"""Conduct: what every frame of a device must satisfy, whatever a case does with it.

A rule sees all frames of a case in the order of the air, from its preparation on, and says what is wrong with those of
the device under test. The cases of the area AIR (`cases/conduct.py`) hold a device to them over an ordinary day; the
runner applies them to the frames of every other case, too.
"""

from __future__ import annotations
