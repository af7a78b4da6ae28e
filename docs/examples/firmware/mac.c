/* The MAC of an end device (IEEE 802.15.4-2011): active scan, association, polling. */
#include "meter.h"
#include <string.h>

enum { BEACON = 0, DATA = 1, COMMAND = 3, FRAME_PENDING = 0x10, ACK_REQUEST = 0x20, ONE_PAN = 0x40, NO_ADDRESS = 0xFFFF };
enum { TO_SHORT = 2 << 10, TO_LONG = 3 << 10, FROM_SHORT = 2 << 14, FROM_LONG = 3 << 14 };
enum { ASSOCIATE = 1, ASSOCIATED = 2, DATA_REQUEST = 4, BEACON_REQUEST = 7 };
enum { SCAN_MS = 261, RESPONSE_MS = 500, ZIGBEE_PRO = 0x22 }; /* scan duration 4: 17 superframes of 15.36 ms */

int polls_failed;
static uint8_t sequence;
static struct { bool came; uint8_t status; uint16_t own; uint64_t parent; } association;
static Beacon *beacons;
static int beacon_count, beacon_most;

static Out header(unsigned control, uint16_t pan, uint16_t to) {
    static bool random;
    Out frame = {{0}, 0};
    if (!random) random_octets(&sequence, 1), random = true;
    put(&frame, control, 2);
    put(&frame, sequence++, 1);
    put(&frame, pan, 2);
    put(&frame, to, 2);
    return frame;
}

static void beacon_input(In *in) {
    Beacon b = {0};
    b.pan = (uint16_t)get(in, 2);
    b.address = (uint16_t)get(in, 2);
    b.permits = get(in, 2) >> 15;
    get(in, 2); /* no guaranteed time slots, no pending addresses: all that Zigbee uses */
    unsigned protocol = (unsigned)get(in, 1), profile = (unsigned)get(in, 1), capacity = (unsigned)get(in, 1);
    b.has_room = capacity & 0x80;
    b.extended_pan = get(in, 8);
    get(in, 3);
    b.update_id = (uint8_t)get(in, 1);
    if (in->bad || protocol != 0 || profile != ZIGBEE_PRO || !beacons || beacon_count == beacon_most) return;
    beacons[beacon_count++] = b;
}

static void command_input(In *in, uint64_t from) {
    if (get(in, 1) != ASSOCIATED) return;
    association.own = (uint16_t)get(in, 2);
    association.status = (uint8_t)get(in, 1);
    association.parent = from;
    association.came = !in->bad;
}

/* Returns whether it is data. */
static bool input(Psdu *psdu) {
    In in = {psdu->o, psdu->n, false};
    unsigned control = (unsigned)get(&in, 2), to = control >> 10 & 3, from = control >> 14 & 3;
    uint64_t source = NO_ADDRESS;
    get(&in, 1);
    if (control & 0x3008) return false; /* version 2015, MAC security: not of this network */
    if (to) get(&in, 2), get(&in, to == 3 ? 8 : 2);
    if ((control & 7) == BEACON && from == 2) beacon_input(&in);
    if (from && (control & 7) != BEACON) {
        if (!(control & ONE_PAN)) get(&in, 2);
        source = get(&in, from == 3 ? 8 : 2);
    }
    if ((control & 7) == COMMAND && from == 3) command_input(&in, source);
    if ((control & 7) != DATA || from != 2 || in.bad) return false;
    nwk_input(psdu->o + (psdu->n - in.n), in.n, (uint16_t)source);
    return true;
}

void mac_listen(int ms) {
    Psdu psdu;
    for (uint64_t until = now_ms() + (uint64_t)ms; now_ms() < until;)
        if (rcp_receive(&psdu, (int)(until - now_ms()))) input(&psdu);
}

void mac_use(void) {
    rcp_channel(flash.channel);
    rcp_address(flash.pan, flash.own);
}

int mac_scan(uint32_t channels, Beacon *found, int most) {
    beacons = found, beacon_count = 0, beacon_most = most;
    rcp_address(0xFFFF, 0xFFFF); /* beacons of all networks */
    rcp_receiver(true);
    for (uint8_t channel = 11; channel <= 26; channel++) {
        if (!(channels >> channel & 1)) continue;
        int first = beacon_count;
        Out request = header(COMMAND | TO_SHORT, 0xFFFF, 0xFFFF);
        put(&request, BEACON_REQUEST, 1);
        rcp_channel(channel);
        rcp_transmit(&request, NULL);
        mac_listen(SCAN_MS);
        for (int i = first; i < beacon_count; i++) beacons[i].channel = channel;
    }
    beacons = NULL;
    return beacon_count;
}

/* `source`: our short address, or nothing for the EUI-64. */
static bool request_data(uint16_t pan, uint16_t parent, bool by_short, bool *pending) {
    Out poll = header(COMMAND | ACK_REQUEST | ONE_PAN | TO_SHORT | (by_short ? FROM_SHORT : FROM_LONG), pan, parent);
    put(&poll, by_short ? flash.own : factory.ieee, by_short ? 2 : 8);
    put(&poll, DATA_REQUEST, 1);
    return rcp_transmit(&poll, pending) == RCP_OK;
}

bool mac_associate(const Beacon *parent) {
    Psdu psdu;
    bool pending = false;
    Out request = header(COMMAND | ACK_REQUEST | TO_SHORT | FROM_LONG, parent->pan, parent->address);
    put(&request, 0xFFFF, 2);
    put(&request, factory.ieee, 8);
    put(&request, ASSOCIATE, 1);
    put(&request, CAPABILITY, 1);
    association.came = false;
    rcp_channel(parent->channel);
    rcp_address(parent->pan, 0xFFFF);
    if (rcp_transmit(&request, NULL) != RCP_OK) return false;
    mac_listen(RESPONSE_MS); /* macResponseWaitTime: 32 superframes of 15.36 ms */
    if (!request_data(parent->pan, parent->address, false, &pending) || !pending) return false;
    for (uint64_t until = now_ms() + RESPONSE_MS; !association.came && now_ms() < until;)
        if (rcp_receive(&psdu, RESPONSE_MS)) input(&psdu);
    if (!association.came || association.status) return false;
    flash.channel = parent->channel, flash.pan = parent->pan, flash.parent = parent->address;
    flash.extended_pan = parent->extended_pan, flash.update_id = parent->update_id;
    flash.own = association.own, flash.parent_ieee = association.parent;
    mac_use();
    return true;
}

bool mac_send(const Out *npdu) {
    Out frame = header(DATA | ACK_REQUEST | ONE_PAN | TO_SHORT | FROM_SHORT, flash.pan, flash.parent);
    put(&frame, flash.own, 2);
    put_octets(&frame, npdu->o, npdu->n);
    return frame.n + FCS <= PSDU_MOST && rcp_transmit(&frame, NULL) == RCP_OK;
}

bool mac_poll(int wait_ms) {
    Psdu psdu;
    bool pending = false;
    if (!request_data(flash.pan, flash.parent, true, &pending)) {
        polls_failed++;
        return false;
    }
    polls_failed = 0;
    if (!pending) return false;
    for (uint64_t until = now_ms() + (uint64_t)wait_ms; now_ms() < until;)
        if (rcp_receive(&psdu, (int)(until - now_ms())) && input(&psdu)) return true;
    return false;
}
