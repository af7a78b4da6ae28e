"""The suspects: every controller that is wrong on purpose, and that the suite must convict."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from functools import cache
from importlib.util import find_spec, module_from_spec
from typing import NamedTuple

from hanbench.harness.case.controller import ControllerFactory
from hanbench.harness.controllers.letter_wrong import between_cases
from hanbench.harness.controllers.lookup import SUSPECTS
from hanbench.harness.controllers.mutants import mutants
from hanbench.profiles.rulesets import shipped


class Suspect(NamedTuple):
    """A controller that is wrong in one place."""

    name: str
    make: ControllerFactory
    property: str | None = None
    """The property that its author names."""
    remembers: bool = False
    """Whether its answers depend on the cases that its process had before."""

    def afresh(self) -> ControllerFactory:
        """Return the factory; of a suspect that remembers, one that has had no case yet."""
        if not self.remembers:
            return self.make
        spec = find_spec(self.make.__module__)
        assert spec is not None
        assert spec.loader is not None
        module = module_from_spec(spec)
        spec.loader.exec_module(module)
        make: ControllerFactory = getattr(module, self.make.__name__)
        return make


@cache
def suspects() -> Mapping[str, Suspect]:
    """Return every suspect by its name: written by hand, written from the letter, and mutants of the reference."""
    remembering = vars(sys.modules[between_cases.__name__]).values()
    written = {
        f"wrong:{name}": Suspect(f"wrong:{name}", each.make, each.property, each.make in remembering)
        for name, each in SUSPECTS.items()
    }
    made = {each.name: Suspect(each.name, each.make) for each in mutants(shipped())}
    return {**written, **made}
