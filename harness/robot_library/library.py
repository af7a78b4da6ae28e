"""The library of keywords: they use the client (`hanbench.client`) alone."""

from __future__ import annotations

from robot.api.deco import library

from hanbench import __version__
from hanbench.harness.robot_library.check_keywords import CheckKeywords
from hanbench.harness.robot_library.fault_keywords import FaultKeywords
from hanbench.harness.robot_library.life_keywords import LifeKeywords


@library(scope="SUITE", version=__version__, auto_keywords=False)
class HanbenchLibrary(LifeKeywords, FaultKeywords, CheckKeywords):
    """Keywords for a bench of hanbench: an emulated home of SMETS1 meters that can be broken, checked and decided on.

    = A bench =

    A suite has one bench at a time: `Start Bench` brings one up and `Stop Bench` ends it; `Connect To Bench` takes one
    that ``hanbench up`` or ``hanbench serve`` keeps, here or on another machine. What a suite has injected into a bench
    that it is connected to is healed when it lets go of it.

    = Homes and nodes =

    A bench may have several homes; `Use Home` chooses one for the keywords that follow. Nodes are named by their role:
    ``hub``, ``esme`` (electricity meter), ``gsme`` (gas meter), ``ihd`` (display), ``repeater``.

    = Time =

    The time of a bench runs at its own speed: at ``speed=3600`` a sleeping gas meter wakes every half second. Time-outs
    of keywords are real time, as Robot Framework writes it (``2 minutes``); only `Let Bench Time Pass` is the bench's.

    = Decisions =

    Checks belong to a case, with Dormant meters: a reference controller is told of each check, and decides by the rules
    in force on the bench's date. After three failures it migrates the electricity meter alone.
    """

    def __init__(self) -> None:
        super().__init__()
        self.ROBOT_LIBRARY_LISTENER = self

    def _close(self) -> None:
        """Called by Robot Framework at the end of the suite."""
        self._let_go()
