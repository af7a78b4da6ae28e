/* The device profile (Zigbee PRO R22, 2.4): what others may ask, the announcement, and the search for the hub's endpoint. */
#include "meter.h"

enum { NWK_ADDR = 0x0000, IEEE_ADDR = 0x0001, NODE = 0x0002, POWER_DESC = 0x0003, SIMPLE = 0x0004, ACTIVE = 0x0005, MATCH = 0x0006,
       ANNOUNCE = 0x0013, RESPONSE = 0x8000 };
enum { SUCCESS = 0x00, INV_REQUEST = 0x80, NOT_FOUND = 0x81, INVALID_EP = 0x82, NOT_ACTIVE = 0x83, NOT_SUPPORTED = 0x84 };
enum { MAKER = 0x1234, REVISION = 22, MATCH_MS = 3000 };

static const uint16_t servers[] = {BASIC, POWER, IDENTIFY, METERING, KEYS}, clients[] = {BASIC, TIME, KEYS};
static struct { bool came; uint8_t endpoint; } match;
static uint8_t sequence;
#define COUNT(list) (int)(sizeof(list) / sizeof *(list))

static void put_list(Out *out, const uint16_t *list, int n) {
    put(out, (unsigned)n, 1);
    for (int i = 0; i < n; i++) put(out, list[i], 2);
}

static void put_node(Out *out) {
    put(out, 2, 1);    /* end device */
    put(out, 0x40, 1); /* 2.4 GHz */
    put(out, CAPABILITY, 1);
    put(out, MAKER, 2);
    put(out, 82, 1);
    put(out, 82, 2);
    put(out, REVISION << 9, 2);
    put(out, 82, 2);
    put(out, 0, 1);
}

static void put_simple(Out *out) {
    put(out, (unsigned)(8 + 2 * (COUNT(servers) + COUNT(clients))), 1);
    put(out, ENDPOINT, 1);
    put(out, SE, 2);
    put(out, 0x0501, 2); /* metering device */
    put(out, 0, 1);
    put_list(out, servers, COUNT(servers));
    put_list(out, clients, COUNT(clients));
}

static bool has(const uint16_t *list, int n, uint16_t cluster) {
    for (int i = 0; i < n; i++)
        if (list[i] == cluster) return true;
    return false;
}

static bool matches(In *in) {
    bool found = false, profile = get(in, 2) == SE;
    for (int side = 0; side < 2; side++)
        for (int n = (int)get(in, 1); n > 0 && !in->bad; n--) {
            uint16_t cluster = (uint16_t)get(in, 2);
            found |= side ? has(clients, COUNT(clients), cluster) : has(servers, COUNT(servers), cluster);
        }
    return found && profile;
}

/* Write the part of an answer behind its status; return the status. */
static uint8_t answer_to(uint16_t cluster, In *in, Out *out) {
    uint16_t about = (uint16_t)get(in, 2);
    uint8_t status = about == flash.own && !in->bad ? SUCCESS : INV_REQUEST;
    put(out, about, 2);
    if (status) return status;
    if (cluster == NODE) put_node(out);
    if (cluster == POWER_DESC) put(out, 0xC441, 2); /* comes on by itself; disposable battery, full */
    if (cluster == ACTIVE) put(out, 1, 1), put(out, ENDPOINT, 1);
    if (cluster == SIMPLE) {
        uint8_t endpoint = (uint8_t)get(in, 1);
        status = in->bad ? INV_REQUEST : endpoint == ENDPOINT ? SUCCESS : endpoint == 0 || endpoint > 240 ? INVALID_EP : NOT_ACTIVE;
        status ? put(out, 0, 1) : put_simple(out);
    }
    if (cluster == MATCH) matches(in) ? put(out, 0x0001 | ENDPOINT << 8, 2) : put(out, 0, 1);
    return status;
}

static uint8_t address_answer(uint16_t cluster, In *in, Out *out) {
    uint64_t about = get(in, cluster == NWK_ADDR ? 8 : 2);
    bool known = cluster == NWK_ADDR ? about == factory.ieee : about == flash.own;
    bool kind = get(in, 1) <= 1;
    get(in, 1); /* start index: there are no associated devices to list */
    put(out, factory.ieee, 8);
    put(out, flash.own, 2);
    return in->bad || !kind ? INV_REQUEST : known ? SUCCESS : NOT_FOUND;
}

void zdo_input(const Aps *aps, In *in) {
    Out body = {{0}, 0}, out = {{0}, 0};
    uint8_t number = (uint8_t)get(in, 1), status = NOT_SUPPORTED;
    if (aps->cluster == (MATCH | RESPONSE) && number == sequence) {
        bool good = get(in, 1) == SUCCESS;
        get(in, 2);
        if (good && get(in, 1) > 0) match.endpoint = (uint8_t)get(in, 1), match.came = !in->bad;
    }
    if (aps->cluster & RESPONSE || aps->cluster == ANNOUNCE || in->bad) return;
    if (aps->cluster == NWK_ADDR || aps->cluster == IEEE_ADDR) status = address_answer(aps->cluster, in, &body);
    else if (aps->cluster >= NODE && aps->cluster <= MATCH) status = answer_to(aps->cluster, in, &body);
    if (aps->broadcast && status) return;
    put(&out, number, 1);
    put(&out, status, 1);
    put_octets(&out, body.o, body.n);
    aps_send(0, aps->cluster | RESPONSE, 0, 0, &out, false);
}

void zdo_announce(void) {
    Out out = {{0}, 0};
    put(&out, ++sequence, 1);
    put(&out, flash.own, 2);
    put(&out, factory.ieee, 8);
    put(&out, CAPABILITY, 1);
    aps_send(0, ANNOUNCE, 0, 0, &out, false);
}

bool zdo_find_hub(void) {
    Out out = {{0}, 0};
    put(&out, ++sequence, 1);
    put(&out, 0x0000, 2);
    put(&out, SE, 2);
    put(&out, 1, 1);
    put(&out, KEYS, 2);
    put(&out, 0, 1);
    match.came = false;
    aps_send(0, MATCH, 0, 0, &out, false);
    for (uint64_t until = now_ms() + MATCH_MS; !match.came && now_ms() < until;)
        if (!mac_poll(500)) mac_listen(100);
    if (match.came) flash.hub_endpoint = match.endpoint, flash_save();
    return match.came;
}
