"""Scenario files (docs/scenarios.md): a sound one, with one thing wrong."""

from __future__ import annotations

from tests.support.bad_inputs.row import MANY_DIGITS, Row

HEAD = """id = "a-home"
title = "A home"
cohort = "ioc"
start = 2022-04-04T08:00:00Z
"""
METERS = """
[esme]
status = "dormant"
supplier = "e"

[gsme]
status = "dormant"
supplier = "g"
"""
SCENARIO = HEAD + METERS
_CHANGE = '[[changes]]\nsubject = "gsme"\nstate = "broken"\ncause = "battery-dead"\n'
_FRAMES = """[[changes]]
subject = "gsme"
state = "impaired"
cause = "air"
before_check = 1
[changes.frames]
node = "gsme"
"""
_ACT = '[[suppliers]]\nsupplier = "g"\nsays = "request"\n'
_HANDOVER = '[[handovers]]\nmeter = "gsme"\n'


def _shown(content: str, says: str) -> Row:
    return Row("scenarios show s.toml", says.strip(), {"s.toml": content})


def _heads(text: str) -> tuple[Row, ...]:
    """Rows for `KEY = VALUE | SAYS`: a key of the scenario, in place of its own one if it has that."""
    made = []
    for line in text.strip().splitlines():
        given, _, says = line.strip().partition(" | ")
        key = given.partition(" = ")[0]
        kept = [each for each in HEAD.splitlines() if not each.startswith(f"{key} = ")]
        made.append(_shown("\n".join([*kept, given.replace("{D}", MANY_DIGITS), METERS]), says))
    return tuple(made)


def _below(beginning: str, text: str) -> tuple[Row, ...]:
    """Rows for `LINE; LINE | SAYS`: lines behind the meters and `beginning`."""
    made = []
    for line in text.strip().splitlines():
        given, _, says = line.strip().partition(" | ")
        lines = given.replace("{D}", MANY_DIGITS).replace("; ", "\n")
        made.append(_shown(f"{SCENARIO}{beginning}{lines}\n", says))
    return tuple(made)


_KEYS = _heads(
    r"""
    id = "A" | id: expected an id of lower-case letters, digits, dots and hyphens, found 'A'
    id = "" | id: expected an id
    id = "a\n" | id: expected an id
    id = "x/y" | id: expected an id
    title = "" | title: expected one line of 1 to 500 characters
    title = "\u001b[31m" | title: expected one line
    title = 1 | title: expected text in quotes
    tittle = "x" | did you mean title?
    cohort = "iox" | did you mean ioc?
    cohort = ["ioc"] | cohort: expected text in quotes, found an array
    start = 2022-04-04 | start: expected a date with time
    start = 2022-04-04T08:00:00 | start: expected a date with time with a timezone
    start = 0001-01-01T00:00:00Z | start: found 0001-01-01
    start = 9999-12-31T23:59:59Z | expected a date from 2000-01-02 to 2130-01-01
    start = 1999-12-31T23:59:59Z | start: found 1999-12-31
    start = 2136-12-31T00:00:00Z | start: found 2136-12-31
    start = 0001-01-01T00:00:00+23:59 | start: found
    start = "2022-04-04T08:00:00Z" | start: expected a date with time
    start = 2022-02-30T08:00:00Z | expected TOML: Invalid date
    rules = "tmad-v20" | did you mean tmad-v19?
    rules = 19 | rules: expected text in quotes
    check_spacing_hours = nan | check_spacing_hours: expected a number >= 0
    check_spacing_hours = inf | check_spacing_hours: expected a number <= 10000
    check_spacing_hours = 1e308 | check_spacing_hours: expected a number <= 10000
    check_spacing_hours = 1e9 | check_spacing_hours: expected a number <= 10000
    check_spacing_hours = {D} | a number has too many digits
    check_spacing_hours = "24" | check_spacing_hours: expected a number, found '24'
    decide_within_days = 0 | decide_within_days: expected a number > 0
    decide_within_days = nan | decide_within_days: expected a number
    decide_within_days = inf | decide_within_days: expected a number <= 1000
    decide_within_days = 1e9 | decide_within_days: expected a number <= 1000
    decide_within_days = true | decide_within_days: expected a number, found true
    wake_interval_s = 0 | wake_interval_s: expected a number >= 1
    wake_interval_s = 1e9 | wake_interval_s: expected a number <= 86400
    begins = "nwe" | did you mean new?
    bench = "pty" | did you mean ptys?
    bench = "." | bench: expected a file beside this one
    bench = "" | bench: expected a file beside this one
    bench = "s.toml" | no such key
    profiles = {gsme = "ioc-gmse"} | profiles.gsme: no device 'ioc-gmse'
    profiles = {gsm = "ioc-gsme"} | profiles.gsm: no such key; expected one of esme, gsme, hub, ihd, repeater
    profiles = {gsme = "ioc-hub"} | expected a device of kind gsme
    profiles = {gsme = "./none.toml"} | none.toml: cannot be read
    installation_id = "" | installation_id: expected one line of 1 to 64 characters
    installation_id = "a\nb" | installation_id: expected one line
    """
)
_SWITCHES = _below(
    "[switches]\n",
    """
    failure_counting = "consecutve" | did you mean consecutive?
    failures_required = 0 | failures_required: expected a whole number >= 1
    failures_required = 6 | `attempt_cap` is below `failures_required`
    failures_required = {D} | a number has too many digits
    attempt_cap = 100000000000 | attempt_cap: expected a whole number <= 100
    evidence_max_age_hours = nan | evidence_max_age_hours: expected a whole number
    wan_failure_counts = "no" | wan_failure_counts: expected true or false
    mixed_gsme_dormant_decider = "dccc" | did you mean dcc?
    failure_count = 1 | did you mean failure_counting?
    """,
)
_CHANGES = _below(
    _CHANGE,
    """
    lasts = "PT6H" | changes[0]: give exactly one of `at`, `before_check`
    at = 2022-04-05T08:00:00Z; before_check = 1 | give exactly one of
    before_check = 0 | changes[0].before_check: expected a whole number >= 1
    before_check = 1.5 | before_check: expected a whole number, found 1.5
    before_check = {D} | a number has too many digits
    before_check = 10_000_000 | before_check: expected a whole number <= 1000000
    before_chek = 1 | did you mean before_check?
    before_check = 1; lasts = "6H" | changes[0].lasts: Invalid ISO8601 duration
    before_check = 1; lasts = "P9999999999D" | lasts: Duration is out of range
    before_check = 1; lasts = "P1001D" | lasts: expected at most 1000 days
    before_check = 1; lasts = "PT0S" | `lasts` must be above 0
    before_check = 1; chance = 2 | chance: expected a number <= 1
    before_check = 1; chance = nan | chance: expected a number > 0
    at = 9999-12-31T23:59:59Z | at: found 9999-12-31
    at = 1999-01-01T00:00:00Z | at: found 1999-01-01
    on_frame = {name = "transport-ky"} | did you mean transport-key?
    on_frame = {name = "transport-key", nth = 0} | on_frame.nth: expected a whole number >= 1
    on_frame = {name = "transport-key", receiver = "gsm"} | did you mean gsme?
    """,
)
_STATES = tuple(
    _shown(f"{SCENARIO}{_CHANGE}before_check = 1\n".replace(old, new), says)
    for old, new, says in (
        ('subject = "gsme"', 'subject = "gmse"', "did you mean gsme?"),
        ('subject = "gsme"', 'subject = "esme"', "changes[0].subject: expected 'gsme', the subject of battery-dead"),
        ('"broken"', '"brokn"', "did you mean broken?"),
        ('"broken"', '"impaired"', "expected a state other than 'impaired'"),
        ('"battery-dead"', '"batery-dead"', "did you mean battery-dead?"),
    )
)
_FAULTS_OF_FRAMES = _below(
    _FRAMES,
    """
    does = "loose" | did you mean lose?
    between = ["hub"] | between: expected an array of length 2
    between = ["hub", "gmse"] | did you mean gsme?
    chance = nan | frames.chance: expected a number
    first = 0 | frames.first: expected a whole number >= 1
    count = {D} | a number has too many digits
    does = "delay"; delay = "PT-1S" | frames.delay: Invalid ISO8601 duration
    does = "delay"; delay = "P99999D" | `delay` must be from PT0S to P1D
    cluster = "Meterng" | did you mean Metering?
    name = "read-atributes" | did you mean read-attributes?
    channel = 9 | frames.channel: expected a whole number >= 11
    on = "lan" | frames.on: found 'lan'; expected one of air, wan
    """,
)
_SUPPLIERS = (
    *_below(
        _ACT,
        """
        later = "PT1S" | suppliers[0]: give exactly one of
        after_check = 0 | suppliers[0].after_check: expected a whole number >= 1
        after_check = {D} | a number has too many digits
        after_ask = "-PT20H" | `after_ask` must not be negative
        after_ask = "P2000D" | after_ask: expected at most 1000 days
        to_decide_by = "PT99999999999S" | to_decide_by: expected at most 1000 days
        at = 2022-04-06T12:00:00Z; later = "PT6H" | `later` belongs to `after_check`
        after_check = 1; later = "-PT6H" | `later` must not be negative
        at = "now" | suppliers[0].at: expected a date with time
        after_chek = 1 | did you mean after_check?
        """,
    ),
    _shown(f"{SCENARIO}{_ACT}after_check = 1\n".replace('"request"', '"requst"'), "did you mean request?"),
    _shown(f'{SCENARIO}[[suppliers]]\nsupplier = ""\nsays = "request"\nafter_check = 1\n', "supplier: expected text"),
    *_below(
        _HANDOVER,
        """
        after_check = 1 | handovers[0].status: expected, but missing
        status = "actve"; after_check = 1 | did you mean active?
        status = "active" | handovers[0]: give exactly one of
        status = "active"; supplier = ""; after_check = 1 | handovers[0].supplier: expected text
        """,
    ),
)
_EXPECTATIONS = _below(
    "[expect]\n",
    """
    # | expect: expected an outcome, or anything else to expect
    outcome = "migrate-esme" | did you mean migrate-esme-only?
    checks = -1 | expect.checks: expected a whole number >= 0
    checks = {D} | a number has too many digits
    decider = "dc" | did you mean dcc?
    commissioned = ["esm"] | did you mean esme?
    commissioned = ["esme", "esme"] | `commissioned` names a device twice
    decided_after = 2022-04-06T00:00:00Z; decided_before = 2022-04-05T00:00:00Z | `decided_after` is later than
    decided_after = 3022-04-06T00:00:00Z | decided_after: found 3022-04-06
    [[expect.frames]] | give `at_least` or `at_most`, or both
    [[expect.frames]]; at_most = -1 | at_most: expected a whole number >= 0
    [[expect.frames]]; at_least = 3; at_most = 2 | `at_least` is more than `at_most`
    [[expect.frames]]; at_least = 3; during = "chcks" | did you mean checks?
    [[expect.frames]]; at_least = 3; receiver = "gsmee" | did you mean gsme?
    """,
)
_METERS = (
    _shown(
        SCENARIO.replace('"dormant"', '"dormnt"', 1), "esme.status: found 'dormnt'; expected one of active, dormant"
    ),
    _shown(SCENARIO.replace('supplier = "e"', "supplier = 3"), "esme.supplier: expected text in quotes"),
    _shown(SCENARIO.partition("[gsme]")[0], "gsme: expected, but missing"),
    _shown(f"{SCENARIO}[swiches]\n", "did you mean switches?"),
    _shown(f'{SCENARIO}[cell]\ncohort = "ioc"\n', "cell."),
)
SCENARIOS = (
    *_KEYS,
    *_METERS,
    *_SWITCHES,
    *_CHANGES,
    *_STATES,
    *_FAULTS_OF_FRAMES,
    *_SUPPLIERS,
    *_EXPECTATIONS,
)
