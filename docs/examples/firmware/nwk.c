/* The network layer of an end device (Zigbee PRO R22, 3 and 4.3): security, rejoining, leaving. */
#include "meter.h"
#include <string.h>

enum { DATA = 0, COMMAND = 1, VERSION = 2 << 2, SECURED = 1 << 9, ROUTED = 1 << 10, TO_IEEE = 1 << 11, FROM_IEEE = 1 << 12 };
enum { LEAVE = 0x04, REJOIN = 0x06, REJOINED = 0x07, TIMEOUT_REQUEST = 0x0B };
enum { CONTROL = 0x28, LEVEL = 5, AUXILIARY = 14, MIC = 4, RADIUS = 30, TIMEOUT_INDEX = 8 };
/* Timeout 8: 256 min, which outlasts every wake period that we are built for. */

bool nwk_heard, leave_asked, leave_rejoins, readdressed;
static uint8_t sequence;
static uint32_t counter;
static struct { bool waits, came; uint16_t own; uint8_t status; } rejoin;

static Out header(int type, uint16_t to, uint8_t radius, bool secured) {
    Out npdu = {{0}, 0};
    bool named = type == COMMAND;
    put(&npdu, (unsigned)type | VERSION | (secured ? SECURED : 0) | (named ? FROM_IEEE | TO_IEEE : 0), 2);
    put(&npdu, to, 2);
    put(&npdu, flash.own, 2);
    put(&npdu, radius, 1);
    put(&npdu, sequence++, 1);
    if (named) put(&npdu, flash.parent_ieee, 8), put(&npdu, factory.ieee, 8);
    return npdu;
}

static bool send(Out *npdu, const Out *payload, bool secured) {
    uint8_t nonce[13], mic[MIC];
    if (!secured) {
        put_octets(npdu, payload->o, payload->n);
        return mac_send(npdu);
    }
    const NetworkKey *key = &flash.keys[flash.active];
    uint32_t number = next_counter(&flash.nwk_counter, &counter);
    int at = npdu->n;
    put(npdu, CONTROL | LEVEL, 1); /* the level is in the code, and not on the air */
    put(npdu, number, 4);
    put(npdu, factory.ieee, 8);
    put(npdu, key->sequence, 1);
    int clear = npdu->n;
    put_octets(npdu, payload->o, payload->n);
    nonce_of(nonce, factory.ieee, number, CONTROL | LEVEL);
    ccm_seal(key->key, nonce, npdu->o, clear, npdu->o + clear, payload->n, mic);
    npdu->o[at] = CONTROL;
    put_octets(npdu, mic, MIC);
    return mac_send(npdu);
}

bool nwk_data(uint16_t to, const Out *apdu) {
    Out npdu = header(DATA, to, RADIUS, true);
    return send(&npdu, apdu, true);
}

static bool command(const Out *payload, bool secured) {
    Out npdu = header(COMMAND, flash.parent, 1, secured);
    return send(&npdu, payload, secured);
}

void nwk_timeout_request(void) {
    Out payload = {{TIMEOUT_REQUEST, TIMEOUT_INDEX, 0}, 3};
    command(&payload, true);
}

void nwk_leave_notice(bool rejoins) {
    Out payload = {{LEAVE, (uint8_t)(rejoins ? 0x20 : 0)}, 2};
    command(&payload, true);
}

bool nwk_rejoin(const Beacon *parent, bool secured) {
    Out payload = {{REJOIN, CAPABILITY}, 2};
    flash.channel = parent->channel, flash.pan = parent->pan, flash.parent = parent->address;
    rejoin.came = false;
    mac_use();
    if (!command(&payload, secured)) return false;
    rejoin.waits = true;
    for (int i = 0; i < 5 && !rejoin.came; i++) {
        mac_listen(100);
        mac_poll(500);
    }
    rejoin.waits = false;
    if (!rejoin.came || rejoin.status) return false;
    flash.own = rejoin.own, flash.update_id = parent->update_id;
    mac_use();
    flash_save();
    return true;
}

/* `secured` is that of the frame; a Rejoin Response may come without. */
static void command_input(In *in, bool secured, uint16_t source) {
    uint8_t id = (uint8_t)get(in, 1), options;
    if (id == REJOINED) {
        rejoin.own = (uint16_t)get(in, 2);
        rejoin.status = (uint8_t)get(in, 1);
        rejoin.came = !in->bad;
        /* One that nobody waits for: another device has our address, and the parent gives us a new one. R22, 3.6.1.9.3. */
        bool fits = rejoin.own && rejoin.own < 0xFFF8 && rejoin.own != flash.own;
        if (!rejoin.waits && rejoin.came && !rejoin.status && secured && source == flash.parent && fits)
            flash.own = rejoin.own, readdressed = true;
    } else if (id == LEAVE && secured && source == flash.parent) {
        options = (uint8_t)get(in, 1);
        if (in->bad || !(options & 0x40)) return;
        leave_asked = true, leave_rejoins = options & 0x20;
    }
}

/* Open a frame in place; returns its payload, or NULL. R22, 4.3.1.2. */
static uint8_t *open_secured(uint8_t *npdu, int n, int at, int *left) {
    uint8_t nonce[13];
    In aux = {npdu + at, n - at, false};
    uint8_t control = (uint8_t)get(&aux, 1);
    uint32_t number = (uint32_t)get(&aux, 4);
    uint64_t source = get(&aux, 8);
    uint8_t which = (uint8_t)get(&aux, 1);
    if (aux.bad || aux.n < MIC || (control & 0x38) != CONTROL || source != flash.parent_ieee) return NULL;
    for (int i = 0; i < 2; i++) {
        NetworkKey *key = &flash.keys[i];
        if (!key->valid || key->sequence != which || number < key->heard || number == UINT32_MAX) continue;
        npdu[at] = control | LEVEL;
        nonce_of(nonce, source, number, control | LEVEL);
        *left = aux.n - MIC;
        if (!ccm_open(key->key, nonce, npdu, at + AUXILIARY, npdu + at + AUXILIARY, *left, npdu + n - MIC)) return NULL;
        key->heard = number + 1;
        nwk_heard = true;
        if (i != flash.active) flash.active = (uint8_t)i, flash_save(); /* the parent has switched */
        return npdu + at + AUXILIARY;
    }
    return NULL;
}

void nwk_input(uint8_t *npdu, int n, uint16_t mac_source) {
    In in = {npdu, n, false};
    unsigned control = (unsigned)get(&in, 2);
    uint16_t to = (uint16_t)get(&in, 2), source = (uint16_t)get(&in, 2);
    get(&in, 2);
    if (control & TO_IEEE && get(&in, 8) != factory.ieee && to < 0xFFF8) return;
    if (control & FROM_IEEE) get(&in, 8);
    if (control & ROUTED) {
        int relays = (int)get(&in, 1);
        get_octets(&in, 1 + 2 * relays);
    }
    if (in.bad || (control & 0x3C) != VERSION || mac_source != flash.parent) return;
    if (to != flash.own && to != BROADCAST_AWAKE && to != NWK_ALL) return;
    uint8_t *payload = npdu + (n - in.n);
    int left = in.n;
    if (control & SECURED && !(payload = open_secured(npdu, n, n - in.n, &left))) return;
    In body = {payload, left, false};
    if ((control & 3) == COMMAND) command_input(&body, control & SECURED, source);
    if ((control & 3) == DATA) aps_input(payload, left, source, to >= 0xFFF8, control & SECURED);
}
