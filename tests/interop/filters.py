"""Display filters by which scenarios say what they show. `{gsme}` and the like stand for short addresses."""

from __future__ import annotations

OLD_CHANNEL, NEW_CHANNEL = 15, 20

POLL = "wpan.cmd == 0x04 && wpan.src16 == {gsme}"
FROM_GSME, TO_GSME = "zbee_nwk.src == {gsme}", "zbee_nwk.dst == {gsme}"
BEACON_REQUEST = "wpan.cmd == 0x07"
READ, ANSWER, REPORT = "zbee_zcl.cmd.id == 0x00", "zbee_zcl.cmd.id == 0x01", "zbee_zcl.cmd.id == 0x0a"
BASIC, TIME, KEEP_ALIVE, METERING = (f"zbee_aps.cluster == {cluster:#06x}" for cluster in (0, 0x0A, 0x25, 0x0702))
TRANSPORT_KEY, SWITCH_KEY = "zbee_aps.cmd.id == 0x05", "zbee_aps.cmd.id == 0x09"
LEAVE, REJOIN_REQUEST, REJOIN_RESPONSE = (f"zbee_nwk.cmd.id == {command}" for command in (4, 6, 7))
SECURED, UNSECURED = "zbee_nwk.security == 1", "zbee_nwk.security == 0"
PUSHED = f"{FROM_GSME} && {METERING} && {REPORT}"
ESME_ANSWERS = f"zbee_nwk.src == {{esme}} && {BASIC} && {ANSWER}"
"""The check proves with it that all but the gas meter works."""
HUB_ASKS, GSME_ANSWERS = f"{TO_GSME} && {READ}", f"{FROM_GSME} && {ANSWER}"
REFUSED_MIRROR = "zbee_zcl_se.met.request_mirror_rsp.endpoint_id == 0xffff"
TERMINATE = "zbee_zcl_se.ke.terminate.status"


def on(channel: int) -> str:
    """Frames on a channel."""
    return f"wpan-tap.ch_num == {channel}"


def joined(name: str) -> str:
    """The Transport-Key with which a device becomes a member."""
    return f"{TRANSPORT_KEY} && {UNSECURED} && zbee_nwk.dst == {{{name}}}"
