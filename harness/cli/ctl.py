"""`hanbench ctl`: sends a verb to a bench that is up, and prints its answer."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct

from hanbench.harness.case.check import HanCheck
from hanbench.harness.cli.check_text import STATUS, print_check
from hanbench.harness.cli.commands.ctl import is_of_file
from hanbench.harness.cli.ctl_text import event_line, print_answer
from hanbench.harness.cli.errors import BadInput, ExitStatus
from hanbench.harness.cli.output import log, print_json, print_line, print_verbatim
from hanbench.harness.cli.tables import table
from hanbench.harness.control.answers import CheckAnswer, CommissioningAnswer
from hanbench.harness.control.calling import convert_request
from hanbench.harness.control.client import Client, benches_up
from hanbench.harness.control.errors import BENCH_ENDED, ControlError
from hanbench.harness.control.events import BenchEnded
from hanbench.harness.control.requests import LONGEST_SCENARIO, OF_FILE, EventsRequest
from hanbench.harness.control.table import Verb
from hanbench.profiles.reading import read_text


def list_benches(as_json: bool) -> None:
    """List the benches of this user that are up."""
    up = benches_up()
    if as_json:
        print_json([{"bench": name, "process": process} for name, process in up.items()])
    elif up:
        table(("bench", "process"), [(name, str(process)) for name, process in up.items()])
    else:
        log("no bench is up; `hanbench up BENCH` starts one")


def perform(bench: str | None, verb: Verb, fields: dict[str, Any], *, follow: bool, as_json: bool) -> int:
    """Send a verb, print its answer, and return the exit status."""
    try:
        request = convert_request(verb, _with_file(verb, fields))
        with Client(bench) as client:
            if follow:
                assert isinstance(request, EventsRequest)
                return _follow(client, request, as_json)
            answer = client.ask(request)
    except ControlError as error:
        return _complain(error)
    if as_json:
        print_json(answer)
    elif isinstance(answer, CheckAnswer) and answer.check is not None:
        print_check(answer.check, mirror=answer.mirror)
    else:
        print_answer(answer)
    return _status(answer)


def _with_file(verb: Verb, fields: dict[str, Any]) -> dict[str, Any]:
    """Return the fields with the text of the file that one of them names, where the verb takes such a text."""
    named = OF_FILE["of-file"]
    text = next((field.name for field in msgspec.structs.fields(verb.request) if is_of_file(field)), None)
    path = Path(str(fields.get(named, "")))
    if text is None or path.suffix != ".toml":
        return fields
    rest = {name: value for name, value in fields.items() if name != named}
    return {**rest, text: _text_of(path)}


def _text_of(path: Path) -> str:
    """Return the text of a scenario file. Raises BadInput, ProfileError."""
    text = read_text(path, 4 * LONGEST_SCENARIO, "scenario file")
    if len(text) > LONGEST_SCENARIO:
        raise BadInput(path, None, f"expected at most {LONGEST_SCENARIO} characters")
    return text


def _complain(error: ControlError) -> int:
    if error.kind.exit_status == ExitStatus.BAD_INPUT:
        raise BadInput(None, None, str(error))
    log(f"hanbench ctl: {error.kind.title.lower()}: {error} ({error.kind.remedy})")
    return error.kind.exit_status


def _follow(client: Client, request: EventsRequest, as_json: bool) -> int:
    """Print events until the bench ends."""
    with client.follow(request.after, request.kinds) as events:
        for event in events:
            if as_json:
                print_verbatim(msgspec.json.encode(event).decode())
            else:
                print_line(event_line(event))
            if isinstance(event, BenchEnded):
                return ExitStatus.UNKNOWN if event.failed else ExitStatus.EXPECTED
    raise ControlError(BENCH_ENDED, f"the bench {client.bench} has ended")


def _status(answer: Struct) -> int:
    match answer:
        case CheckAnswer(check=HanCheck(verdict=verdict)):
            return STATUS[verdict]
        case CheckAnswer() | CommissioningAnswer(commissioning=None):
            return ExitStatus.UNKNOWN
        case CommissioningAnswer(commissioning=ended) if ended is not None and not ended.succeeded:
            return ExitStatus.VIOLATION
    return ExitStatus.EXPECTED
