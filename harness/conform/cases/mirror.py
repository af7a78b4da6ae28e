"""The mirror: how a gas meter gets it, and what it reports to it."""

from __future__ import annotations

from itertools import pairwise

from hanbench.emulator.zcl.clusters import BASIC, METERING
from hanbench.emulator.zcl.clusters.basic import BasicAttributes
from hanbench.emulator.zcl.clusters.metering import GAS, NO_MIRROR, RequestMirror, RequestMirrorResponse
from hanbench.harness.conform.case import Area, Begin
from hanbench.harness.conform.cases.common import SECURED, hub_answers, join
from hanbench.harness.conform.cases.plausible import implausible
from hanbench.harness.conform.frame import Frame, once
from hanbench.harness.conform.requirement import SE, ZCL
from hanbench.harness.conform.tester import Tester

GATE = "MIR.C"
AREA = Area("MIR", "Mirror", gate=GATE, begins=Begin.FACTORY, seconds=120, times=SECURED)
ENVIRONMENT = 0x0011
SUMMATION, SNAPSHOT, DEVICE_TYPE, UINT48 = 0x0000, 0x0007, 0x0306, 0x25
ENDPOINT = 0x24
"""Another mirror endpoint than the hub's first."""
REPORT = "report-attributes"


def reports(t: Tester) -> list[Frame]:
    """Return the reports of Metering in the present step, each once."""
    return once(t.frames(REPORT, cluster="Metering"))


def reported(frame: Frame) -> dict[int, tuple[int, object]]:
    """Return type and value of each reported attribute."""
    return {each.attribute: (each.data.type_id, each.data.value) for each in frame.message.records}


@AREA.case(1, "It asks whether the hub offers mirrors before it asks for one", SE("D.3.4.4"), wakes=1)
def looks_first(t: Tester) -> None:
    t.step("The device joins, and asks for a mirror")
    join(t)
    t.expect(
        "read-attributes",
        within=t.pixit.secure_s,
        cluster="Basic",
        where=lambda frame: ENVIRONMENT in frame.message.attributes,
        that="of PhysicalEnvironment",
        otherwise="it does not ask whether the hub offers mirrors",
    )
    t.expect("request-mirror", within=t.wake_limit, otherwise="it asks for no mirror")
    early = [f for f in t.frames("request-mirror") if f.time < t.frames("read-attributes", cluster="Basic")[0].time]
    t.require(not early, "it asks for a mirror before it knows of any", *early, expected="no RequestMirror before")


@AREA.case(2, "It asks for no mirror where none is offered", SE("D.3.4.4"), wakes=3)
def none_offered(t: Tester) -> None:
    t.step("The hub's PhysicalEnvironment is 0")
    t.hub.endpoint.servers[BASIC.id].set(BasicAttributes.PhysicalEnvironment, 0)
    join(t)
    t.expect("confirm-key-data-response", within=t.pixit.join_s + t.pixit.secure_s, sender="hub")
    t.never("request-mirror", during=2 * t.wake_limit, otherwise="it asks for a mirror that is not offered")


@AREA.case(3, "It reports to no mirror that was refused", SE("D.3.4.4.1"), wakes=3)
def refused(t: Tester) -> None:
    t.step("The hub answers RequestMirror with 0xffff")
    hub_answers(t, METERING.id, RequestMirror, lambda own, command: RequestMirrorResponse(NO_MIRROR))
    join(t)
    t.expect("request-mirror", within=t.pixit.join_s + t.pixit.secure_s + t.wake_limit)
    t.never(REPORT, during=2 * t.wake_limit, cluster="Metering", otherwise="it reports although it has no mirror")


@AREA.case(4, "It asks again after a refusal", SE("D.3.4.4.1"), wakes=4)
def asks_again(t: Tester) -> None:
    t.step("The hub refuses a mirror the first time")
    answers: list[int] = []

    def once_refused(own: object, command: object) -> object:
        answers.append(1)
        return RequestMirrorResponse(NO_MIRROR) if len(answers) == 1 else own()  # type: ignore[operator]

    hub_answers(t, METERING.id, RequestMirror, once_refused)  # type: ignore[arg-type]
    join(t)
    t.expect("request-mirror-response", within=t.pixit.join_s + t.pixit.secure_s + t.wake_limit, sender="hub")
    t.step("It asks again, and reports")
    t.expect("request-mirror", within=2 * t.wake_limit, otherwise="it never asks for a mirror again")
    t.expect(REPORT, within=2 * t.wake_limit, cluster="Metering", otherwise="it does not use the mirror that it got")


@AREA.case(5, "It reports to the endpoint that it was given", SE("D.3.4.4.1"), wakes=2)
def given_endpoint(t: Tester) -> None:
    t.step("The hub gives another mirror endpoint than usual")

    def granted(ieee: int) -> int:
        t.hub.flash.mirrors[ieee] = ENDPOINT
        t.hub.mirrors._open.setdefault(ieee, t.hub.mirrors._open_mirror(ieee, ENDPOINT))
        return ENDPOINT

    t.bench_must(t.hub.settings.first_mirror_endpoint != ENDPOINT, "the hub gives this endpoint anyway")
    t.hub.mirrors._grant = granted  # type: ignore[method-assign]
    join(t)
    frame = t.expect(REPORT, within=t.pixit.secure_s + t.wake_limit, cluster="Metering")
    assert frame.aps is not None
    t.require_equal(frame.aps.dst_endpoint, ENDPOINT, "it reports to another endpoint", frame, form="#04x")


@AREA.case(
    6,
    "Its reports have the register, as an unsigned number of 48 bits",
    SE("D.3.2.2.1.1"),
    begins=Begin.JOINED,
    seconds=300.0,
    wakes=2,
    times=(),
)
def has_register(t: Tester) -> None:
    t.step("The device reports")
    t.expect(REPORT, within=t.wake_limit, cluster="Metering", otherwise="it does not report")
    t.wait(30)
    values = {key: value for frame in reports(t) for key, value in reported(frame).items()}
    kind, value = values.get(SUMMATION, (0, None))
    t.require_equal(kind, UINT48, "the register is missing, or of another type", *reports(t), form="#04x")
    t.require(isinstance(value, int), "the register has no value", *reports(t), expected="a number", seen=value)


@AREA.case(7, "It reports in each wake period", SE("D.3.4.4"), begins=Begin.JOINED, seconds=300, wakes=5, times=())
def each_period(t: Tester) -> None:
    for number in range(1, 5):
        t.step(f"Wake period {number}")
        frame = t.expect(REPORT, within=t.wake_limit, cluster="Metering", otherwise="it misses a report")
        t.wait(30)
        t.require(bool(reports(t)), "no report", frame)


@AREA.case(8, "It reports nothing before it has a mirror", SE("D.3.4.4"), wakes=2)
def not_before(t: Tester) -> None:
    t.step("The device joins, and gets its mirror")
    join(t)
    granted = t.expect("request-mirror-response", within=t.pixit.join_s + t.pixit.secure_s + t.wake_limit, sender="hub")
    early = [frame for frame in t.frames(REPORT, cluster="Metering") if frame.time < granted.time]
    t.require(not early, "it reports before it has a mirror", *early, expected="no report")


@AREA.case(
    9,
    "It reports itself as a gas meter, not as a mirror",
    SE("D.3.2.2.4.7"),
    gate=f"{GATE} & SE.GSME",
    begins=Begin.JOINED,
    seconds=300.0,
    wakes=2,
    times=(),
)
def device_type(t: Tester) -> None:
    t.step("The device reports")
    t.expect(REPORT, within=t.wake_limit, cluster="Metering", otherwise="it does not report")
    t.wait(30)
    seen = {reported(frame)[DEVICE_TYPE][1] for frame in reports(t) if DEVICE_TYPE in reported(frame)}
    t.require(seen <= {GAS}, "MeteringDeviceType is not that of a gas meter", *reports(t), expected=GAS, seen=seen)  # type: ignore[arg-type]


@AREA.case(
    10,
    "Its reports go from server to client, under the link key, and ask for an acknowledgement",
    ZCL("2.5.11"),
    SE("5.4.6"),
    wakes=2,
)
def form(t: Tester) -> None:
    t.step("The device joins, and reports")
    join(t)
    limit = t.pixit.join_s + t.pixit.secure_s + t.wake_limit
    frame = t.expect(REPORT, within=limit, cluster="Metering", otherwise="it does not report")
    header = frame.zcl
    assert header is not None
    t.require(header.direction == 1, "a report of a server goes to the client", frame, expected="direction bit 1")
    t.require(frame.secured, "a report is under the link key", frame, expected="APS security")
    assert frame.aps is not None
    t.require(frame.aps.ack_request, "it does not ask whether its report arrived", frame, expected="APS ack request 1")


@AREA.case(11, "It reports each reading once", ZCL("2.5.11"), begins=Begin.JOINED, seconds=300.0, wakes=3, times=())
def once_only(t: Tester) -> None:
    t.step("The device reports, and the hub acknowledges")
    t.expect(REPORT, within=t.wake_limit, cluster="Metering", otherwise="it does not report")
    t.wait(t.within_wake(60))
    sent = reports(t)
    times = [frame.seconds for frame in sent]
    attributes = [key for frame in sent for key in reported(frame)]
    twice = sorted({f"0x{key:04x}" for key in attributes if attributes.count(key) > 1})
    t.require(
        not twice,
        "it reports the same attributes twice in one wake",
        *sent,
        expected="each once",
        seen=f"{twice} at {times}",
    )


@AREA.case(
    12,
    "It sends a report again that was not acknowledged",
    SE("D.3.4.4"),
    begins=Begin.JOINED,
    seconds=300.0,
    wakes=4,
    times=(),
)
def again(t: Tester) -> None:
    t.step("The hub's APS acknowledges no report of one wake")
    deliver = t.hub.stack.nwk.on_data
    t.hub.stack.nwk.on_data = lambda indication: None
    t.expect(REPORT, within=t.wake_limit, cluster="Metering", otherwise="it does not report")
    t.wait(t.within_wake(120))
    t.hub.stack.nwk.on_data = deliver
    t.step("The hub hears again")
    t.expect(REPORT, within=2 * t.wake_limit, cluster="Metering", otherwise="it gives up after a report was lost")


@AREA.case(
    13,
    "The time of its readings goes on",
    SE("D.3.2.2.1.8"),
    gate=f"{GATE} & MTR.S.A0007 & TIM.C",
    begins=Begin.JOINED,
    seconds=300.0,
    wakes=4,
    times=(),
)
def snapshots(t: Tester) -> None:
    t.step("The device reports in three wake periods; those reports that have ReadingSnapshotTime count")
    t.wait(3 * t.wake_limit)
    sent = [frame for frame in reports(t) if SNAPSHOT in reported(frame)]
    for earlier, later in pairwise(sent):
        before, after = (int(str(reported(frame)[SNAPSHOT][1])) for frame in (earlier, later))
        wrong = "the time of its readings stands still"
        t.require(after > before, wrong, earlier, later, expected=f"later than {before}", seen=after)


@AREA.case(
    14,
    "Each wake of a day brings the same attributes, with the types of the library and values that mean something",
    SE("D.3.2.2"),
    ZCL("2.5.11"),
    begins=Begin.JOINED,
    seconds=86_400.0 + 600,
    wakes=2,
    times=(),
)
def each_wake(t: Tester) -> None:
    t.step("A day passes")
    t.wait(86_400)
    sent = reports(t)
    t.require(bool(sent), "it does not report", expected="a report in each wake")
    usual = max((frozenset(reported(frame)) for frame in sent), key=len)
    wakes = [frame for frame in sent if SUMMATION in reported(frame)]
    lacking = [frame for frame in wakes if not usual <= set(_of_wake(sent, frame))]
    t.require(not lacking, "a wake brings other attributes than the others", *lacking[:1], expected=sorted(usual))  # type: ignore[arg-type]
    for frame in sent:
        for attribute, (kind, value) in reported(frame).items():
            row = METERING.server_table.get(attribute)
            named = f"attribute 0x{attribute:04x} of its report"
            if row is not None:
                t.require_equal(kind, row.type.id, f"{named} has another type", frame, form="#04x")
            wrong = implausible(METERING.id, attribute, value, t.hub.utc)
            t.require(wrong is None, f"{named} means nothing", frame, expected=wrong or "", seen=value)


def _of_wake(sent: list[Frame], frame: Frame) -> dict[int, object]:
    """Return what was reported within a minute of a frame."""
    near = [each for each in sent if abs(each.seconds - frame.seconds) <= 60]
    return {key: value for each in near for key, value in reported(each).items()}


@AREA.case(
    15,
    "It asks for a mirror again when the hub has none for it any more, and does not insist on the old one",
    SE("D.3.4.4"),
    begins=Begin.JOINED,
    seconds=600.0,
    wakes=10,
    times=(),
)
def lost_mirror(t: Tester) -> None:
    t.step("The hub closes the mirror, and refuses reports to it")
    t.hub.mirrors.close(t.ieee)
    asked = t.expect("request-mirror", within=4 * t.wake_limit, otherwise="it never asks for another mirror")
    vain = [frame for frame in reports(t) if frame.time < asked.time]
    t.measure("reports to a mirror that is closed", len(vain), 12, "reports", *vain[-1:])
    t.step("It reports to the mirror that it gets")
    t.expect(REPORT, within=3 * t.wake_limit, cluster="Metering", otherwise="it reports no more")
