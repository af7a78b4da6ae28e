/* Key establishment as its client, suite 1 (SE 1.4a, annex C): certificates, ephemeral points, proofs. */
#include "meter.h"
#include <string.h>

enum { INITIATE = 0, EPHEMERAL = 1, CONFIRM = 2, TERMINATE = 3, TO_SERVER = 0x01, TO_SERVER_QUIET = 0x11 };
enum { UNKNOWN_ISSUER = 1, BAD_KEY_CONFIRM = 2, BAD_MESSAGE = 3, NO_RESOURCES = 4, UNSUPPORTED_SUITE = 5, INVALID_CERTIFICATE = 6 };
enum { SUITE_1 = 1, OWN_TIME_S = 10, WAIT_MS = 12000, SUBJECT = 22, ISSUER = 30, ID = 8 };
enum { FAILURES = 10, PAUSE_MS = 60000, LONG_PAUSE_MS = 900000 };

static uint8_t peer[CERTIFICATE], secret[SCALAR], point[POINT], peer_point[POINT], mac_key[16], link_key[16];
static uint64_t not_before;
static uint8_t hub_needs_s; /* for the step that is due, as it has said */
static int failures;

static bool stop(uint8_t status) {
    Out out = {{status, OWN_TIME_S, SUITE_1, 0}, 4};
    zcl_request(KEYS, TO_SERVER_QUIET, TERMINATE, &out, 0);
    return false;
}

/* Send a step and take its answer, which has `size` octets. */
static bool step(uint8_t command, const Out *payload, int size) {
    if (!zcl_request(KEYS, TO_SERVER, command, payload, WAIT_MS + hub_needs_s * 1000)) return false;
    if (!answer.general && answer.command == TERMINATE) {
        not_before = now_ms() + (answer.n > 1 ? answer.o[1] : 0) * 1000u;
        if (answer.n > 0 && answer.o[0] == UNKNOWN_ISSUER) leave_asked = true, leave_rejoins = false; /* not our network */
        return false;
    }
    return !answer.general && answer.command == command && answer.n == size ? true : stop(BAD_MESSAGE);
}

static bool initiate(void) {
    Out out = {{SUITE_1, 0, OWN_TIME_S, OWN_TIME_S}, 4};
    uint8_t hub[ID];
    put_octets(&out, factory.certificate, CERTIFICATE);
    hub_needs_s = 0;
    if (!step(INITIATE, &out, 4 + CERTIFICATE)) return false;
    hub_needs_s = answer.o[2] > answer.o[3] ? answer.o[2] : answer.o[3];
    put_big(hub, flash.hub_ieee);
    memcpy(peer, answer.o + 4, CERTIFICATE);
    if (answer.o[0] != SUITE_1 || answer.o[1]) return stop(UNSUPPORTED_SUITE);
    if (memcmp(peer + ISSUER, factory.certificate + ISSUER, ID)) return stop(UNKNOWN_ISSUER);
    return memcmp(peer + SUBJECT, hub, ID) ? stop(INVALID_CERTIFICATE) : true;
}

static bool exchange(void) {
    Out out = {{0}, 0};
    uint8_t shared[SCALAR + 4] = {0};
    ec_ephemeral(secret, point);
    put_octets(&out, point, POINT);
    if (!step(EPHEMERAL, &out, POINT)) return false;
    memcpy(peer_point, answer.o, POINT);
    if (!ecmqv(factory.secret, secret, point, peer, factory.authority, peer_point, shared)) return stop(BAD_MESSAGE);
    shared[SCALAR + 3] = 1, mmo(shared, sizeof shared, mac_key);
    shared[SCALAR + 3] = 2, mmo(shared, sizeof shared, link_key);
    return true;
}

static void proof(uint8_t role, bool own_first, uint8_t code[16]) {
    const uint8_t *ids[2] = {factory.certificate + SUBJECT, peer + SUBJECT}, *points[2] = {point, peer_point};
    Out text = {{role}, 1};
    for (int i = 0; i < 2; i++) put_octets(&text, ids[own_first ? i : 1 - i], ID);
    for (int i = 0; i < 2; i++) put_octets(&text, points[own_first ? i : 1 - i], POINT);
    hmac_mmo(mac_key, text.o, text.n, code);
}

static bool confirm(void) {
    Out out = {{0}, 16};
    uint8_t expected[16];
    proof(0x02, true, out.o);
    proof(0x03, false, expected);
    if (!step(CONFIRM, &out, 16)) return false;
    return memcmp(answer.o, expected, 16) ? stop(BAD_KEY_CONFIRM) : true;
}

/* A step that came when none was waited for, or another's first one: whoever sent it must not wait for us.
   SE 1.4a, C.3.1.3.3.2. */
bool refuse_key_message(uint8_t command, bool to_server, Out *refusal) {
    uint8_t text[] = {to_server && command == INITIATE ? NO_RESOURCES : BAD_MESSAGE, OWN_TIME_S, SUITE_1, 0};
    if (command == TERMINATE) return false;
    put(refusal, TERMINATE, 1);
    put_octets(refusal, text, sizeof text);
    return true;
}

bool establish_key(void) {
    if (!factory.has_certificate || now_ms() < not_before) return false;
    not_before = 0;
    if (initiate() && exchange() && confirm()) {
        memcpy(flash.link_key, link_key, 16);
        flash.established = 1, flash.link_heard = 0, failures = 0;
        flash_save();
        return true;
    }
    uint64_t pause = ++failures % FAILURES ? PAUSE_MS : LONG_PAUSE_MS;
    if (not_before < now_ms() + pause) not_before = now_ms() + pause;
    return false;
}
