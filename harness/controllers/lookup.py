"""Lookup of the controller under test: `reference`, a name that a package registers, `lawful:NAME`, `wrong:NAME`,
`module:attribute`, `process:COMMAND` or a URL, of an endpoint or of a broker.
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
from pathlib import Path
from types import BuiltinFunctionType

from hanbench.harness.broker.address import BrokerAddress, broker_address, is_broker_url
from hanbench.harness.broker.errors import AddressError
from hanbench.harness.case.controller import AnyController
from hanbench.harness.case.vocabulary import AnyAction, AnyEvent
from hanbench.harness.controllers.child_process import Processes
from hanbench.harness.controllers.endpoint_address import Address, address_of
from hanbench.harness.controllers.http_endpoint import HttpEndpoint
from hanbench.harness.controllers.lawful import LAWFUL
from hanbench.harness.controllers.letter_wrong import LETTER_WRONG
from hanbench.harness.controllers.moved import hint_for
from hanbench.harness.controllers.naming import is_url as is_url
from hanbench.harness.controllers.naming import named as named
from hanbench.harness.controllers.reference import Reference
from hanbench.harness.controllers.wrong import WRONG
from hanbench.profiles.explain import suggestion
from hanbench.profiles.rulesets import RuleSet

_SCHEMES = "http://, https://, mqtt:// or mqtts://"
GROUP = "hanbench.controllers"
"""Group of the entry points with which packages register controllers."""
RESERVED = ("reference", "lawful", "wrong", "process", "http", "https", "mqtt", "mqtts")
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
    if is_broker_url(spec):
        return broker_controllers(controller_broker(spec))
    if is_url(spec):
        return _endpoint(spec)
    if kind == "wrong":
        if name not in SUSPECTS:
            hint = suggestion(spec, wrong_names())
            raise UnknownControllerError(f"no wrong controller {name!r}{hint} (`hanbench selftest --list` lists them)")
        return SUSPECTS[name].make
    if kind == "lawful":
        if name not in LAWFUL:
            hint = suggestion(spec, lawful_names())
            raise UnknownControllerError(f"no lawful controller {name!r}{hint} (known: {', '.join(LAWFUL)})")
        return LAWFUL[name].make
    if "//" in name:  # not shown, because it may contain a password
        raise UnknownControllerError(f"expected {_SCHEMES} before an address, got {kind + '://'!r}")
    if not name:
        raise UnknownControllerError(f"expected {_expected()}, got {spec!r}")
    return _imported(lambda: attrgetter(name)(import_module(kind)), f"expected module:attribute, got {spec!r}")


def names() -> tuple[str, ...]:
    """Return the names of controllers that need no more than their name, those of wrong controllers included."""
    return ("reference", *(name for name in _registered() if name not in RESERVED), *lawful_names(), *wrong_names())


def lawful_names() -> tuple[str, ...]:
    """Return the names of the lawful variants of the reference, as `controller_factory` takes them."""
    return tuple(f"lawful:{name}" for name in LAWFUL)


def wrong_names() -> tuple[str, ...]:
    """Return the names of the wrong controllers, as `controller_factory` takes them."""
    return tuple(f"wrong:{name}" for name in SUSPECTS)


def is_python_object(spec: str) -> bool:
    """Return whether `spec` is `module:attribute`, which needs the import path of the user's program."""
    kind, colon, _ = spec.partition(":")
    return bool(colon) and kind.lower() not in RESERVED


def _by_name(name: str) -> Factory:
    registered = _registered()
    bringing = registered.get(name, ())
    if name in RESERVED and bringing:
        raise UnknownControllerError(f"{name!r} is reserved, and cannot be registered by {_packages(bringing)}")
    if name == "reference":
        return Reference
    if not bringing:
        hint = suggestion(name, names())
        raise UnknownControllerError(f"no controller {name!r}{hint} (expected {_expected()})")
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
    forms = (
        "lawful:NAME, wrong:NAME, module:attribute, process:COMMAND, http://..., https://..., mqtt://... or mqtts://..."
    )
    return f"{', '.join(names)}, {forms}"


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
    if isinstance(factory, BuiltinFunctionType):
        raise UnknownControllerError(f"{complaint}: a function of Python itself makes no controller")
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


def endpoint_address(url: str) -> Address:
    """Return the address of an endpoint. Raises UnknownControllerError."""
    try:
        return address_of(url)
    except ValueError as error:
        raise UnknownControllerError(str(error)) from None


def controller_broker(url: str) -> BrokerAddress:
    """Return the address of a broker. Raises UnknownControllerError."""
    try:
        address = broker_address(url)
    except AddressError as error:
        raise UnknownControllerError(str(error)) from None
    if address.exposes_password:
        raise UnknownControllerError(
            "expected mqtts://, or a loopback address: credentials must not cross the network unencrypted"
        )
    return address


def broker_controllers(address: BrokerAddress, run: str = "") -> Factory:
    """Return the factory of controllers at a broker. `run`: level of their topics; empty: a new one."""
    from hanbench.harness.controllers.mqtt_endpoint import MqttEndpoint  # only who needs it waits for aiomqtt

    endpoint = MqttEndpoint(address, run)
    return lambda rulesets: endpoint.controller()


def arguments_of(command: str) -> list[str]:
    """Return the words of the command after `process:`. Raises UnknownControllerError if there is no such program."""
    try:
        arguments = shlex.split(command)
    except ValueError as error:
        raise UnknownControllerError(f"expected process: and a command, got {command!r}: {error}") from None
    if not arguments or shutil.which(arguments[0]) is None:
        is_file = bool(arguments) and "/" in arguments[0] and Path(arguments[0]).is_file()
        hint = f": {arguments[0]} is not executable (chmod +x)" if is_file else ""
        raise UnknownControllerError(f"expected process: and a command that can be run, got {command!r}{hint}")
    return arguments


def _endpoint(url: str) -> Factory:
    address = endpoint_address(url)
    return lambda rulesets: HttpEndpoint(address)


def _child_process(command: str) -> Factory:
    arguments = arguments_of(command)
    processes = Processes(arguments)
    return lambda rulesets: processes.controller()
