"""What each fault makes of a HAN, as seen on the air, and the first frame in which it bites."""

from __future__ import annotations

from hanbench.harness.case.check import Verdict
from hanbench.harness.case.fault_catalogue import GSME_FAULTS, IMPAIRMENTS
from hanbench.harness.faults import FAULTS
from hanbench.harness.han.han import Han
from tests.interop.air_scenarios import AirScenario, OnHan, past_a_keep_alive
from tests.interop.filters import (
    ANSWER,
    BASIC,
    BEACON_REQUEST,
    ESME_ANSWERS,
    FROM_GSME,
    GSME_ANSWERS,
    HUB_ASKS,
    KEEP_ALIVE,
    LEAVE,
    METERING,
    NEW_CHANNEL,
    OLD_CHANNEL,
    POLL,
    PUSHED,
    READ,
    REFUSED_MIRROR,
    REJOIN_REQUEST,
    SWITCH_KEY,
    TERMINATE,
    TO_GSME,
    TRANSPORT_KEY,
    UNSECURED,
    on,
)
from tests.support.han import check_connectivity

SLOW_TO_BITE = {"stale-link-key", "hub-restored", "hub-entry-lost"}
"""Faults that show when several reports have failed."""


def broken(name: str) -> OnHan:
    """The fault, and a check; what takes hours to show is given them."""

    async def scenario(han: Han) -> None:
        await FAULTS[name].inject(han)
        if name in IMPAIRMENTS or name in SLOW_TO_BITE:
            await past_a_keep_alive(han)
        check = await check_connectivity(han)
        if name in IMPAIRMENTS:
            assert (check.verdict, check.cause) == (Verdict.PASS, None)
        else:
            assert check.verdict is (Verdict.FAIL if name in GSME_FAULTS else Verdict.INCONCLUSIVE)
            assert check.cause is FAULTS[name].subject

    return scenario


FROM_ZERO = "zbee_nwk.src == {hub} && zbee.sec.counter <= 1"
NO_ROOM = "zbee_beacon.end_dev == 0"
TOLD_TO_REJOIN = f"{LEAVE} && zbee_nwk.src == {{hub}} && {TO_GSME} && zbee_nwk.cmd.leave.rejoin == 1"
FAULT_SIGNATURES: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "battery-dead": ((ESME_ANSWERS,), ("wpan.src16 == {gsme}", BEACON_REQUEST)),
    "radio-silent": ((ESME_ANSWERS,), ("wpan.src16 == {gsme}", BEACON_REQUEST)),
    "out-of-range": ((ESME_ANSWERS, POLL, BEACON_REQUEST), ("wpan.dst16 == {gsme}", GSME_ANSWERS)),
    "jammed-channel": ((ESME_ANSWERS, BEACON_REQUEST), (f"wpan.src16 == {{gsme}} && {on(OLD_CHANNEL)}",)),
    "esme-dead": ((f"zbee_nwk.dst == {{esme}} && {BASIC} && {READ}",), ("wpan.src16 == {esme}",)),
    "wan-down": ((), (READ, ANSWER)),
    "bench-fault": ((), (READ, ANSWER)),
    "firmware-hung": ((ESME_ANSWERS, POLL, HUB_ASKS), (FROM_GSME,)),
    "network-key-lost": (
        (ESME_ANSWERS, SWITCH_KEY, POLL, f"{FROM_GSME} && zbee.sec.key_seqno == 0", HUB_ASKS),
        (f"{FROM_GSME} && zbee.sec.key_seqno != 0", GSME_ANSWERS, REJOIN_REQUEST),
    ),
    "frame-counter-reset": (
        (ESME_ANSWERS, f"{FROM_GSME} && zbee.sec.counter <= 1", GSME_ANSWERS),
        (f"{TO_GSME} && zbee_aps.type == 2",),
    ),
    "aged-out": (
        (ESME_ANSWERS, TOLD_TO_REJOIN),
        (GSME_ANSWERS, REJOIN_REQUEST),
    ),
    "wrong-channel": (
        (ESME_ANSWERS, "zbee_aps.zdp_cluster == 0x0038", f"{POLL} && {on(OLD_CHANNEL)}"),
        (f"wpan.src16 == {{gsme}} && {on(NEW_CHANNEL)}", GSME_ANSWERS),
    ),
    "hub-entry-lost": ((ESME_ANSWERS,), (HUB_ASKS, GSME_ANSWERS)),
    "flapping": ((ESME_ANSWERS,), (FROM_GSME, POLL)),
}
"""By fault: what one check shows after it, and what it must not show."""
_NO_REGISTER = (ESME_ANSWERS, f"{GSME_ANSWERS} && {BASIC}"), (f"{GSME_ANSWERS} && {METERING}",)
"""What needs no link key is answered, and the register is not."""
FAULT_SIGNATURES |= {
    "stale-link-key": _NO_REGISTER,
    "aps-counter-reset": ((*_NO_REGISTER[0], PUSHED), (f"{TO_GSME} && zbee_aps.type == 2 && {METERING}",)),
    "hub-restored": _NO_REGISTER,
    "unknown-issuer": ((ESME_ANSWERS, f"{LEAVE} && {FROM_GSME}"), (GSME_ANSWERS,)),
    "bad-key-confirm": ((*_NO_REGISTER[0], "zbee_zcl_se.ke.macu"), (*_NO_REGISTER[1], "zbee_zcl_se.ke.macv")),
    "no-resources": (_NO_REGISTER[0], (*_NO_REGISTER[1], "zbee_zcl_se.ke.qeu")),
    "certificate-expired": (_NO_REGISTER[0], (*_NO_REGISTER[1], "zbee_zcl_se.ke.qeu")),
    "certificate-mismatch": (_NO_REGISTER[0], (*_NO_REGISTER[1], "zbee_zcl_se.ke.qeu")),
    "wrong-install-code": (
        (ESME_ANSWERS, "wpan.cmd == 0x02 && wpan.assoc.status == 0", f"{TRANSPORT_KEY} && {UNSECURED}"),
        (GSME_ANSWERS, "zbee_aps.zdp_cluster == 0x0013"),
    ),
    "trust-center-swapped": (
        (ESME_ANSWERS, f"{REJOIN_REQUEST} && {UNSECURED}", f"{TRANSPORT_KEY} && {UNSECURED}", "zbee_zcl_se.ke.macv"),
        (GSME_ANSWERS,),
    ),
    "pan-id-missed": ((ESME_ANSWERS, POLL), (GSME_ANSWERS, REJOIN_REQUEST)),
    "battery-low": ((ESME_ANSWERS, PUSHED), (GSME_ANSWERS,)),
    "mirror-refused": ((GSME_ANSWERS, f"{TO_GSME} && {REFUSED_MIRROR}"), (PUSHED,)),
    "mirror-wiped": ((f"{GSME_ANSWERS} && {METERING}", PUSHED), ()),
    "keep-alive-ignored": (
        (f"{GSME_ANSWERS} && {METERING}", f"{FROM_GSME} && {KEEP_ALIVE} && {READ}"),
        (f"{TO_GSME} && {KEEP_ALIVE} && {ANSWER}",),
    ),
    "clock-drift": ((f"{GSME_ANSWERS} && {METERING}", PUSHED), ()),
    "clock-jump": ((f"{GSME_ANSWERS} && {METERING}", PUSHED), ()),
    "hub-counter-lost": ((ESME_ANSWERS, POLL, HUB_ASKS, FROM_ZERO), (GSME_ANSWERS,)),
    "hub-full": ((ESME_ANSWERS, TOLD_TO_REJOIN, BEACON_REQUEST, NO_ROOM, REJOIN_REQUEST), (GSME_ANSWERS,)),
    "hub-ages-wrong-child": ((f"{GSME_ANSWERS} && {METERING}", PUSHED), ()),
    "hub-reflashed": (("zbee_zcl_se.ke.macv", f"{TRANSPORT_KEY} && {UNSECURED}"), (HUB_ASKS, GSME_ANSWERS)),
    "hub-exchanged": (("zbee_zcl_se.ke.macv", f"{TRANSPORT_KEY} && {UNSECURED}"), (HUB_ASKS, GSME_ANSWERS)),
    "gsme-exchanged": ((ESME_ANSWERS, BEACON_REQUEST), ("wpan.src16 == {gsme}", GSME_ANSWERS)),
    "hub-without-power": ((), (READ, ANSWER)),
}
BITES = {
    "out-of-range": BEACON_REQUEST,
    "jammed-channel": BEACON_REQUEST,
    "esme-dead": f"zbee_nwk.dst == {{esme}} && {BASIC} && {READ}",
    "firmware-hung": HUB_ASKS,
    "network-key-lost": SWITCH_KEY,
    "frame-counter-reset": f"{FROM_GSME} && zbee.sec.counter <= 1",
    "aged-out": f"{LEAVE} && zbee_nwk.src == {{hub}}",
    "wrong-channel": "zbee_aps.zdp_cluster == 0x0038",
    "hub-entry-lost": f"{LEAVE} && zbee_nwk.src == {{hub}}",
    "stale-link-key": REJOIN_REQUEST,
    "aps-counter-reset": f"{PUSHED} && zbee.sec.counter <= 1",
    "hub-restored": REJOIN_REQUEST,
    "unknown-issuer": f"{TERMINATE} == 1",
    "bad-key-confirm": f"{TERMINATE} == 2",
    "no-resources": f"{TERMINATE} == 4",
    "certificate-expired": f"{TERMINATE} == 6",
    "certificate-mismatch": f"{TERMINATE} == 6",
    "wrong-install-code": f"{TRANSPORT_KEY} && {UNSECURED}",
    "trust-center-swapped": f"{REJOIN_REQUEST} && {UNSECURED}",
    "pan-id-missed": "zbee_nwk.cmd.id == 0x0a",
    "battery-low": f"{PUSHED} && zbee_zcl.attr.uint8 == 5",
    "mirror-refused": f"{TO_GSME} && {REFUSED_MIRROR}",
    "keep-alive-ignored": f"{FROM_GSME} && {KEEP_ALIVE} && {READ}",
    "hub-counter-lost": FROM_ZERO,
    "hub-full": f"{LEAVE} && zbee_nwk.src == {{hub}}",
    "gsme-exchanged": BEACON_REQUEST,
}
"""By fault: the first frame where it bites. What silences the meter, or the WAN, bites in none."""
SILENT = {"battery-dead", "radio-silent", "flapping"}
FAULT_SCENARIOS = {
    f"fault-{name}": AirScenario(broken(name), *signatures, bite=BITES.get(name, ""), healthy_first=True)
    for name, signatures in FAULT_SIGNATURES.items()
}
