/* The APS layer (Zigbee PRO R22, 2.2 and 4.4): data with acknowledgements, link-key security, key transport. */
#include "meter.h"
#include <string.h>

enum { DATA = 0, COMMAND = 1, ACK = 2, TYPE = 3, BROADCAST = 2 << 2, DELIVERY = 3 << 2, SECURED = 0x20, WANTS_ACK = 0x40, EXTENDED = 0x80 };
enum { TRANSPORT_KEY = 0x05, SWITCH_KEY = 0x09, NETWORK_KEY = 1 };
enum { LINK = 0, KEY_TRANSPORT = 2, EXTENDED_NONCE = 0x20, LEVEL = 5, MIC = 4 };
enum { TRIES = 3, ACK_MS = 1600, POLL_MS = 100, HISTORY = 8, DUPLICATE_MS = 10000 };

bool key_arrived;
static uint8_t counter;
static uint32_t frame_counter;
static struct { bool waiting, came; uint8_t counter; } sent;
static struct { uint16_t source; uint8_t counter; uint64_t at; } history[HISTORY];

static bool repeated(uint16_t source, uint8_t number) {
    static int next;
    for (int i = 0; i < HISTORY; i++)
        if (history[i].at && history[i].source == source && history[i].counter == number && now_ms() - history[i].at < DUPLICATE_MS) return true;
    history[next].source = source, history[next].counter = number, history[next].at = now_ms();
    next = (next + 1) % HISTORY;
    return false;
}

/* --- out --- */

static bool send(uint16_t to, Out *apdu, const Out *payload, bool secured) {
    uint8_t nonce[13], mic[MIC];
    if (secured) {
        uint32_t number = next_counter(&flash.aps_counter, &frame_counter);
        int at = apdu->n;
        put(apdu, LINK | LEVEL, 1);
        put(apdu, number, 4);
        int clear = apdu->n;
        put_octets(apdu, payload->o, payload->n);
        nonce_of(nonce, factory.ieee, number, LINK | LEVEL);
        ccm_seal(flash.link_key, nonce, apdu->o, clear, apdu->o + clear, payload->n, mic);
        apdu->o[at] = LINK;
        put_octets(apdu, mic, MIC);
    } else {
        put_octets(apdu, payload->o, payload->n);
    }
    return nwk_data(to, apdu);
}

static Out header(int control, uint8_t to, uint16_t cluster, uint16_t profile, uint8_t from, uint8_t number) {
    Out apdu = {{0}, 0};
    put(&apdu, (unsigned)control, 1);
    put(&apdu, to, 1);
    put(&apdu, cluster, 2);
    put(&apdu, profile, 2);
    put(&apdu, from, 1);
    put(&apdu, number, 1);
    return apdu;
}

bool aps_send(uint8_t to, uint16_t cluster, uint16_t profile, uint8_t from, const Out *asdu, bool secured) {
    bool announced = profile == 0 && cluster == 0x0013;
    int control = DATA | (announced ? BROADCAST : 0) | (secured ? SECURED : 0);
    Out apdu = header(control, to, cluster, profile, from, counter++);
    return send(announced ? BROADCAST_AWAKE : 0x0000, &apdu, asdu, secured);
}

/* Send until it is acknowledged, three times at most: the acknowledgement has to be fetched. */
bool aps_send_surely(uint8_t to, uint16_t cluster, uint16_t profile, uint8_t from, const Out *asdu, bool secured) {
    sent.counter = counter++, sent.came = false, sent.waiting = true;
    for (int i = 0; i < TRIES && !sent.came; i++) {
        Out apdu = header(DATA | WANTS_ACK | (secured ? SECURED : 0), to, cluster, profile, from, sent.counter);
        send(0x0000, &apdu, asdu, secured);
        for (uint64_t until = now_ms() + ACK_MS; !sent.came && now_ms() < until;)
            if (!mac_poll(POLL_MS * 5)) mac_listen(POLL_MS);
    }
    sent.waiting = false;
    return sent.came;
}

static void acknowledge(const Aps *aps, uint8_t number) {
    Out none = {{0}, 0}, apdu = header(ACK | (aps->secured ? SECURED : 0), aps->from, aps->cluster, aps->profile, aps->to, number);
    send(aps->source, &apdu, &none, aps->secured);
}

/* --- in --- */

/* Open a frame in place with a key; returns its payload, or NULL. `heard`: the lowest counter that is still new. */
static uint8_t *open_secured(uint8_t *apdu, int n, int at, int id, const uint8_t key[16], uint32_t *heard, int *left) {
    uint8_t nonce[13];
    In aux = {apdu + at, n - at, false};
    uint8_t control = (uint8_t)get(&aux, 1);
    uint32_t number = (uint32_t)get(&aux, 4);
    uint64_t source = control & EXTENDED_NONCE ? get(&aux, 8) : flash.hub_ieee;
    int clear = n - aux.n;
    if (aux.bad || aux.n < MIC || (control >> 3 & 3) != id || number < *heard) return NULL;
    apdu[at] = control | LEVEL;
    nonce_of(nonce, source, number, control | LEVEL);
    *left = aux.n - MIC;
    if (!ccm_open(key, nonce, apdu, clear, apdu + clear, *left, apdu + n - MIC)) return NULL;
    *heard = number + 1;
    return apdu + clear;
}

static void take_network_key(In *in, bool own_key, bool nwk_secured) {
    NetworkKey made = {.valid = 1};
    const uint8_t *key = get_octets(in, 16);
    made.sequence = (uint8_t)get(in, 1);
    uint64_t to = get(in, 8), from = get(in, 8);
    if (in->bad || (to != factory.ieee && (own_key || to != 0)) || (flash.joined && from != flash.hub_ieee)) return;
    memcpy(made.key, key, 16);
    int slot = flash.joined ? 1 - flash.active : 0;
    for (int i = 0; i < 2; i++)
        if (flash.keys[i].valid && flash.keys[i].sequence == made.sequence) slot = i;
    NetworkKey *old = &flash.keys[slot];
    if (!old->valid || old->sequence != made.sequence || memcmp(old->key, made.key, 16)) *old = made;
#ifdef FAULT_SWITCHES_EARLY
    nwk_secured = false;
#endif
    /* Without NWK security it is for a device that joins or has lost its key; else Switch-Key says when (4.6.3.4). */
    if (own_key && !nwk_secured) flash.active = (uint8_t)slot, flash.hub_ieee = from, key_arrived = true;
    flash_save();
}

static void command_input(uint8_t *apdu, int n, bool nwk_secured) {
    uint8_t *payload = apdu + 2, transport[16], what = 0;
    int left = n - 2;
    bool secured = apdu[0] & SECURED;
    if (secured) {
        hmac_mmo(flash.established ? flash.link_key : factory.joining_key, &what, 1, transport);
        payload = open_secured(apdu, n, 2, KEY_TRANSPORT, transport, flash.established ? &flash.link_heard : &flash.joining_heard, &left);
    }
    if (!payload || !(secured || nwk_secured)) return;
    In in = {payload, left, false};
    uint8_t id = (uint8_t)get(&in, 1);
    if (id == TRANSPORT_KEY && get(&in, 1) == NETWORK_KEY) take_network_key(&in, secured, nwk_secured);
    if (id == SWITCH_KEY && nwk_secured) {
        uint8_t sequence = (uint8_t)get(&in, 1);
        for (uint8_t i = 0; i < 2 && !in.bad; i++)
            if (flash.keys[i].valid && flash.keys[i].sequence == sequence) flash.active = i, flash_save();
    }
}

void aps_input(uint8_t *apdu, int n, uint16_t source, bool broadcast, bool nwk_secured) {
    In in = {apdu, n, false};
    uint8_t control = (uint8_t)get(&in, 1);
    if (n < 3 || control & EXTENDED) return; /* fragments: see the PICS */
    if ((control & TYPE) == COMMAND) command_input(apdu, n, nwk_secured);
    if ((control & TYPE) == COMMAND || !nwk_secured) return;
    Aps aps = {.source = source, .broadcast = broadcast, .secured = control & SECURED};
    aps.to = (uint8_t)get(&in, 1), aps.cluster = (uint16_t)get(&in, 2), aps.profile = (uint16_t)get(&in, 2);
    aps.from = (uint8_t)get(&in, 1);
    uint8_t number = (uint8_t)get(&in, 1), *payload = apdu + (n - in.n);
    int left = in.n;
    if (in.bad) return;
    if (aps.secured && (!flash.established || !(payload = open_secured(apdu, n, n - in.n, LINK, flash.link_key, &flash.link_heard, &left)))) return;
    if ((control & TYPE) == ACK) {
        if (sent.waiting && number == sent.counter) sent.came = true;
        return;
    }
    if ((control & TYPE) != DATA) return;
    bool zdo = aps.to == 0 && aps.profile == 0, own = (aps.to == ENDPOINT || (broadcast && aps.to == 0xFF)) && aps.profile == SE;
    if (!zdo && !own) return;
    if (control & WANTS_ACK && !broadcast) acknowledge(&aps, number);
    if (repeated(source, number)) return;
    In body = {payload, left, false};
    zdo ? zdo_input(&aps, &body) : zcl_input(&aps, &body);
}
