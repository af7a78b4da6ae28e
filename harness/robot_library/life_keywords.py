"""Keywords about the bench itself, its homes and its time."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

from robot.api import logger
from robot.api.deco import keyword
from robot.libraries.BuiltIn import BuiltIn, RobotNotRunningError

from hanbench.harness.control.attached import AttachedBench
from hanbench.harness.robot_library.base import SOON, Keywords, plain
from hanbench.harness.robot_library.failure import told
from hanbench.harness.robot_library.started_bench import StartedBench


class LifeKeywords(Keywords):
    """Keywords about the bench."""

    def __init__(self) -> None:
        super().__init__()
        self._started: StartedBench | None = None

    @keyword(tags=("bench",))
    def start_bench(
        self, bench: str = "virtual", speed: float = 3600, seed: str | None = None, name: str | None = None
    ) -> str:
        """Bring a bench up in a process of its own, wait until its HAN is up, and return its name.

        ``bench`` is the id of a shipped bench or a bench file, ``speed`` its seconds per real second. Captures and the
        log are written to the folder of Robot's output.

        | `Start Bench` | virtual | speed=7200 |
        """
        self._let_go()
        self._started = StartedBench(bench, _folder(), speed=speed, seed=seed, name=name)
        logger.info(f"{bench} is up as {self._started.name}; its capture is {self._started.capture}")
        self._attach(self._started.name)
        self._until(lambda: self._bench.client.state().up, SOON, lambda: self._bench.client.state().detail)
        return self._started.name

    @keyword(tags=("bench",))
    def connect_to_bench(self, where: str, bench: str | None = None, token: str | None = None) -> None:
        """Take a bench that is up: by its name, or ``http://HOST:PORT`` of ``hanbench serve`` and its name there.

        | `Connect To Bench` | virtual |
        | `Connect To Bench` | http://lab:8571 | bench=virtual | token=%{HANBENCH_TOKEN} |
        """
        self._let_go()
        self._attach(where, bench, token)

    @keyword(tags=("bench",))
    def stop_bench(self) -> None:
        """Let go of the bench: one that the suite started ends; in another one, what was injected here is healed."""
        self._let_go()

    @keyword(tags=("bench",))
    def use_home(self, home: str) -> None:
        """Choose a home of a bench with several, for the keywords that follow.

        | `Use Home` | left |
        """
        with told():
            self._bench.client.nodes(home=home)
        self._bench.home = home

    @keyword(tags=("bench",))
    def get_bench_state(self) -> dict[str, Any]:
        """Return the state of the bench, as ``hanbench ctl state --json`` prints it."""
        return plain(self._asked(lambda bench: bench.client.state()))

    @keyword(tags=("bench",))
    def get_node(self, node: str) -> dict[str, Any]:
        """Return the state of a node, as ``hanbench ctl node NODE --json`` prints it.

        | ${meter} | `Get Node` | gsme |
        | Should Be True | ${meter}[battery_percent] > 50 |
        """
        return plain(self._asked(lambda bench: bench.client.node(self._node(node))))

    @keyword(tags=("time",))
    def set_speed(self, speed: float) -> None:
        """Set the speed of the bench's clock, in its seconds per real second."""
        self._asked(lambda bench: bench.client.speed(speed))

    @keyword(tags=("time",))
    def pause_bench(self) -> None:
        """Pause the bench's clock."""
        self._asked(lambda bench: bench.client.pause("on"))

    @keyword(tags=("time",))
    def resume_bench(self) -> None:
        """Resume the bench's clock."""
        self._asked(lambda bench: bench.client.pause("off"))

    @keyword(tags=("time",))
    def let_bench_time_pass(self, duration: timedelta) -> None:
        """Wait until so much of the bench's time has passed: ``1 hour`` is one second at speed 3600."""
        self._asked(lambda bench: bench.wait(duration.total_seconds()))

    # --- inside ---------------------------------------------------------------------------------------------------

    def _attach(self, where: str, bench: str | None = None, token: str | None = None) -> None:
        with told():
            self._attached = AttachedBench(where, bench=bench, token=token)
            self._since = self._attached.client.state().last_event

    def _let_go(self) -> None:
        """Leave the bench, and end it if the suite started it."""
        attached, started = self._attached, self._started
        self._attached = self._started = None
        try:
            if attached is not None:
                with told():
                    attached.client.close() if started is not None else attached.close()
        finally:
            if started is not None:
                started.stop()


def _folder() -> Path:
    """Return the folder of Robot's output; outside of a run, the working directory."""
    try:
        return Path(BuiltIn().get_variable_value("${OUTPUT DIR}", "."))
    except RobotNotRunningError:
        return Path()
