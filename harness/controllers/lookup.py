"""Lookup of the controller under test: `reference`, a name that a package registers, `wrong:NAME`, `module:attribute`,
`process:COMMAND` or a URL.
"""

from __future__ import annotations

import inspect
import shlex
import shutil
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import cache, partial
from importlib import import_module
from importlib.metadata import EntryPoint, entry_points
from operator import attrgetter

from hanbench.harness.case.controller import AnyController
from hanbench.harness.case.vocabulary import AnyAction, AnyEvent
from hanbench.harness.controllers.child_process import ChildProcess
from hanbench.harness.controllers.endpoint_address import address_of, shown
from hanbench.harness.controllers.http_endpoint import HttpEndpoint
from hanbench.harness.controllers.letter_wrong import LETTER_WRONG
from hanbench.harness.controllers.moved import hint_for
from hanbench.harness.controllers.reference import Reference
from hanbench.harness.controllers.wrong import WRONG
from hanbench.profiles.explain import suggestion
from hanbench.profiles.rulesets import RuleSet

GROUP = "hanbench.controllers"
"""Group of the entry points with which packages register controllers."""
RESERVED = ("reference", "wrong", "process", "http", "https")
"""Names and prefixes that no package can register."""
SUSPECTS = {**WRONG, **LETTER_WRONG}
"""The wrong controllers, by the name after `wrong:`."""

Factory = Callable[[Mapping[str, RuleSet]], AnyController]
"""Makes a controller for one case, given the rule sets."""


class UnknownControllerError(ValueError):
    """The controller does not exist; the text says what was expected."""


def controller_factory(spec: str) -> Factory:
    """Return the factory of the controller that `spec` names. Raises UnknownControllerError."""
    kind, colon, name = spec.partition(":")
    if not colon:
        return _by_name(spec)
    if kind == "process":
        return _child_process(name)
    if _is_url(spec):
        return _endpoint(spec)
    if kind == "wrong":
        if name not in SUSPECTS:
            hint = suggestion(name, tuple(SUSPECTS))
            raise UnknownControllerError(f"expected wrong: and one of {', '.join(SUSPECTS)}, got {name!r}{hint}")
        return SUSPECTS[name].make
    if "//" in name:  # not shown, because it may contain a password
        raise UnknownControllerError(f"expected http:// or https:// before an address, got {kind + '://'!r}")
    if not name:
        raise UnknownControllerError(f"expected {_expected()}, got {spec!r}")
    return _imported(lambda: attrgetter(name)(import_module(kind)), f"expected module:attribute, got {spec!r}")


def named(spec: str) -> str:
    """Return `spec` fit for output and reports: a URL without user, password and query."""
    return shown(spec) if _is_url(spec) else spec


def _is_url(spec: str) -> bool:
    return spec.partition(":")[0].lower() in ("http", "https")


def _by_name(name: str) -> Factory:
    registered = _registered()
    bringing = registered.get(name, ())
    if name in RESERVED and bringing:
        raise UnknownControllerError(f"{name!r} is reserved, and cannot be registered by {_packages(bringing)}")
    if name == "reference":
        return Reference
    if not bringing:
        hint = suggestion(name, ("reference", *registered))
        raise UnknownControllerError(f"expected {_expected()}, got {name!r}{hint}")
    if len(bringing) > 1:
        raise UnknownControllerError(f"{name!r} is registered more than once: by {_packages(bringing)}")
    (point,) = bringing
    return _imported(point.load, f"{name!r} of {_packages(bringing)} ({point.value}) cannot be used")


@cache
def _registered() -> dict[str, tuple[EntryPoint, ...]]:
    """Return the entry points of controllers in installed packages, by name."""
    found: dict[str, tuple[EntryPoint, ...]] = {}
    for point in sorted(entry_points(group=GROUP), key=attrgetter("name")):
        found[point.name] = (*found.get(point.name, ()), point)
    return found


def _expected() -> str:
    names = ("reference", *(name for name in _registered() if name not in RESERVED))
    return f"{', '.join(names)}, wrong:NAME, module:attribute, process:COMMAND, http://... or https://..."


def _packages(points: tuple[EntryPoint, ...]) -> str:
    return " and ".join(sorted(f"{point.dist.name} {point.dist.version}" for point in points if point.dist))


def _imported(load: Callable[[], Factory], complaint: str) -> Factory:
    """Return the factory that `load` imports. An import runs the user's code, so it may raise any exception."""
    try:
        factory = load()
    except (Exception, SystemExit) as error:
        said = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
        moved = hint_for(error)
        raise UnknownControllerError(f"{complaint}: {said}" + (f" ({moved})" if moved else "")) from error
    if not callable(factory):
        raise UnknownControllerError(f"{complaint}: expected a callable that makes a controller")
    try:
        inspect.signature(factory).bind({})
    except TypeError as error:
        raise UnknownControllerError(f"{complaint}: expected to call it with the rule sets alone: {error}") from None
    except ValueError:
        pass  # a callable not written in Python may have no signature
    return partial(_made, factory)


class _FailedController:
    """A stand-in for a controller that could not be made: each turn raises the exception of its factory."""

    def __init__(self, error: Exception) -> None:
        self._error = error

    def handle(self, event: AnyEvent, now: datetime) -> Sequence[AnyAction]:
        raise self._error


def _made(factory: Factory, rulesets: Mapping[str, RuleSet]) -> AnyController:
    try:
        return factory(rulesets)
    except Exception as error:  # noqa: BLE001 - a fault of the system under test, for the oracle
        return _FailedController(error)


def _endpoint(url: str) -> Factory:
    try:
        address = address_of(url)
    except ValueError as error:
        raise UnknownControllerError(str(error)) from None
    return lambda rulesets: HttpEndpoint(address)


def _child_process(command: str) -> Factory:
    try:
        arguments = shlex.split(command)
    except ValueError as error:
        raise UnknownControllerError(f"expected process: and a command, got {command!r}: {error}") from None
    if not arguments or shutil.which(arguments[0]) is None:
        raise UnknownControllerError(f"expected process: and a command that can be run, got {command!r}")
    return lambda rulesets: ChildProcess(arguments)
