/* The cluster library (ZCL revision 6): a table of attributes, the general commands, and requests of our own. */
#include "meter.h"
#include <string.h>

enum { SPECIFIC = 0x01, MAKERS = 0x04, TO_CLIENT = 0x08, QUIET = 0x10, KEY_STEPS = 3 };
enum { READ = 0x00, READ_RESPONSE = 0x01, WRITE = 0x02, WRITE_UNDIVIDED = 0x03, WRITE_RESPONSE = 0x04, WRITE_SILENT = 0x05, CONFIGURE = 0x06,
       CONFIGURE_RESPONSE = 0x07, REPORT = 0x0A, DEFAULT = 0x0B, DISCOVER = 0x0C, DISCOVER_RESPONSE = 0x0D };
enum { SUCCESS = 0x00, FAILURE = 0x01, MALFORMED = 0x80, UNSUP_CLUSTER_COMMAND = 0x81, UNSUP_GENERAL = 0x82, UNSUP_MAKERS_CLUSTER = 0x83,
       UNSUP_MAKERS_GENERAL = 0x84, UNSUP_ATTRIBUTE = 0x86, READ_ONLY = 0x88, UNREPORTABLE = 0x8C, INVALID_TYPE = 0x8D,
       UNSUP_CLUSTER = 0xC3, ANSWERED = 0xFF };
enum { BITMAP8 = 0x18, UINT8 = 0x20, UINT16 = 0x21, UINT24 = 0x22, UINT48 = 0x25, ENUM8 = 0x30, TEXT = 0x42, UTC = 0xE2 };
#ifdef FAULT_SHORT_ANSWERS
enum { RECORDS = 64 };
#else
enum { RECORDS = 79 }; /* octets of records that a frame takes: 127 less MAC 11, NWK 26, APS 8, ZCL 3 */
#endif
enum { LINK_KEY = 9 }; /* of which so many are lost under the link key */

typedef struct { uint16_t cluster, id; uint8_t type; const char *text; uint64_t value; uint64_t *where; } Attribute;
static uint64_t identify_s, identify_until_ms, snapshot;
static const Attribute attributes[] = {
    {BASIC, 0x0000, UINT8, NULL, 2, NULL},
    {BASIC, 0x0001, UINT8, NULL, 1, NULL},
    {BASIC, 0x0003, UINT8, NULL, 1, NULL},
    {BASIC, 0x0004, TEXT, "Example Meters", 0, NULL},
    {BASIC, 0x0005, TEXT, "Sleepy One", 0, NULL},
    {BASIC, 0x0007, ENUM8, NULL, 3, NULL},         /* battery */
    {POWER, 0x0020, UINT8, NULL, 36, NULL},        /* 3.6 V */
    {IDENTIFY, 0x0000, UINT16, NULL, 0, &identify_s},
    {METERING, 0x0000, UINT48, NULL, 0, &flash.summation},
    {METERING, 0x0007, UTC, NULL, 0, &snapshot},
    {METERING, 0x0200, BITMAP8, NULL, 0, NULL},
    {METERING, 0x0300, ENUM8, NULL, 1, NULL},      /* m3 */
    {METERING, 0x0301, UINT24, NULL, 1, NULL},
    {METERING, 0x0302, UINT24, NULL, 1000, NULL},
    {METERING, 0x0303, BITMAP8, NULL, 0x2B, NULL}, /* five digits before the point, three behind it */
    {METERING, 0x0306, BITMAP8, NULL, 1, NULL},    /* gas */
};
#define COUNT(list) (int)(sizeof(list) / sizeof *(list))

Answer answer;
uint32_t utc_offset;
static uint8_t transaction;

uint32_t utc(void) { return utc_offset ? utc_offset + (uint32_t)(now_ms() / 1000) : UINT32_MAX; }

bool needs_link_key(uint16_t cluster) { /* SE 1.4a, 5.4.6 */
    return cluster != BASIC && cluster != POWER && cluster != IDENTIFY && cluster != TIME && cluster != KEYS && cluster != 0x0025;
}

/* Octets of a value that lies in `in`; -1: a type that we do not know. ZCL, table 2-10. */
static int size_of(uint8_t type, const In *in) {
    if (type >= 0x08 && type <= 0x2F) return (type & 7) + 1;
    if (type == TEXT || type == 0x41) return in->n && in->o[0] != 0xFF ? 1 + in->o[0] : 1;
    if (type == 0x10) return 1;
    if (type == 0x30 || type == 0x31) return type - 0x2F;
    if (type >= 0x38 && type <= 0x3A) return 1 << (type - 0x37);
    if (type >= 0xE0 && type <= 0xE2) return 4;
    return type == 0xE8 || type == 0xE9 ? 2 : type == 0xF0 ? 8 : type == 0xF1 ? 16 : -1;
}

static const Attribute *find(uint16_t cluster, uint16_t id) {
    for (int i = 0; i < COUNT(attributes); i++)
        if (attributes[i].cluster == cluster && attributes[i].id == id) return &attributes[i];
    return NULL;
}

static bool served(uint16_t cluster) {
    for (int i = 0; i < COUNT(attributes); i++)
        if (attributes[i].cluster == cluster) return true;
    return cluster == KEYS;
}

static void put_value(Out *out, const Attribute *a) {
    put(out, a->type, 1);
    if (a->type == TEXT) {
        put(out, strlen(a->text), 1);
        put_octets(out, (const uint8_t *)a->text, (int)strlen(a->text));
        return;
    }
    put(out, a->where ? *a->where : a->value, size_of(a->type, &(In){NULL, 0, false}));
}

/* IdentifyTime counts down: it is kept as the time at which it is over. */
static void identify_for(uint64_t seconds) { identify_until_ms = now_ms() + seconds * 1000; }

static uint64_t identifies_for(void) {
    uint64_t now = now_ms();
    return identify_until_ms > now ? (identify_until_ms - now + 999) / 1000 : 0;
}

/* What does not fit into the answer is left out: the client asks again for the rest. */
static void read_each(uint16_t cluster, In *in, Out *out) {
    int most = RECORDS - (needs_link_key(cluster) ? LINK_KEY : 0);
    snapshot = utc();
    identify_s = identifies_for();
    while (in->n >= 2) {
        Out record = {{0}, 0};
        uint16_t id = (uint16_t)get(in, 2);
        const Attribute *a = find(cluster, id);
        put(&record, id, 2);
        put(&record, a ? SUCCESS : UNSUP_ATTRIBUTE, 1);
        if (a) put_value(&record, a);
        if (out->n + record.n <= most) put_octets(out, record.o, record.n);
        else in->n = 0;
    }
    if (in->n == 1) in->bad = true;
}

static void write_those(uint16_t cluster, In *in, Out *out, bool really) {
    while (in->n > 0 && !in->bad) {
        uint16_t id = (uint16_t)get(in, 2);
        uint8_t type = (uint8_t)get(in, 1);
        int size = size_of(type, in);
        const Attribute *a = find(cluster, id);
        In value = *in;
        if (size < 0 || !get_octets(in, size)) {
            in->bad = true;
            return;
        }
        uint8_t status = !a ? UNSUP_ATTRIBUTE : a->where != &identify_s ? READ_ONLY : a->type != type ? INVALID_TYPE : SUCCESS;
        if (status) put(out, status, 1), put(out, id, 2);
        else if (really) identify_for(get(&value, size));
    }
    if (!out->n) put(out, SUCCESS, 1);
}

static void write_each(uint16_t cluster, In *in, Out *out) { write_those(cluster, in, out, true); }

/* Nothing is written if one of them would fail. */
static void write_undivided(uint16_t cluster, In *in, Out *out) {
    In again = *in;
    write_those(cluster, in, out, false);
    if (in->bad || out->o[0] != SUCCESS) return;
    out->n = 0;
    write_those(cluster, &again, out, true);
}

/* We report by the mirror alone: nothing can be configured, and each record says so. */
static void configure_each(uint16_t cluster, In *in, Out *out) {
    while (in->n > 0 && !in->bad) {
        uint8_t direction = (uint8_t)get(in, 1);
        uint16_t id = (uint16_t)get(in, 2);
        if (direction == 0) {
            uint8_t type = (uint8_t)get(in, 1);
            get(in, 4);
            bool analog = (type >= 0x20 && type <= 0x2F) || (type >= 0x38 && type <= 0x3A) || (type >= 0xE0 && type <= 0xE2);
            if (analog) get_octets(in, size_of(type, in));
        } else {
            get(in, 2);
        }
        put(out, find(cluster, id) ? UNREPORTABLE : UNSUP_ATTRIBUTE, 1);
        put(out, direction, 1);
        put(out, id, 2);
    }
}

static void discover(uint16_t cluster, In *in, Out *out) {
    uint16_t first = (uint16_t)get(in, 2);
    int most = (int)get(in, 1), listed = 0;
    bool complete = true;
    put(out, 0, 1);
    for (int i = 0; i < COUNT(attributes); i++) {
        if (attributes[i].cluster != cluster || attributes[i].id < first) continue;
        if (listed++ >= most) complete = false;
        else put(out, attributes[i].id, 2), put(out, attributes[i].type, 1);
    }
    out->o[0] = complete;
}

static const struct { uint8_t command, response; void (*act)(uint16_t cluster, In *in, Out *out); } general[] = {
    {READ, READ_RESPONSE, read_each},
    {WRITE, WRITE_RESPONSE, write_each},
    {WRITE_UNDIVIDED, WRITE_RESPONSE, write_undivided},
    {WRITE_SILENT, ANSWERED, write_each},
    {CONFIGURE, CONFIGURE_RESPONSE, configure_each},
    {DISCOVER, DISCOVER_RESPONSE, discover},
};

typedef struct { uint8_t control, tsn, command; uint16_t maker; } Header;

static void respond(const Aps *aps, const Header *to, uint8_t control, uint8_t command, const Out *payload) {
    Out out = {{0}, 0};
    put(&out, control | QUIET | (to->control & MAKERS) | ((to->control & TO_CLIENT) ^ TO_CLIENT), 1);
    if (to->control & MAKERS) put(&out, to->maker, 2);
    put(&out, to->tsn, 1);
    put(&out, command, 1);
    put_octets(&out, payload->o, payload->n);
    aps_send(aps->from, aps->cluster, SE, ENDPOINT, &out, aps->secured);
}

/* The status of a general command; ANSWERED: it has an answer of its own. */
static uint8_t general_input(const Aps *aps, const Header *h, In *in) {
    Out out = {{0}, 0};
    if (h->control & MAKERS) return UNSUP_MAKERS_GENERAL;
    if (h->control & TO_CLIENT) return UNSUP_CLUSTER; /* our clients have no attributes */
    for (int i = 0; i < COUNT(general); i++) {
        if (general[i].command != h->command) continue;
        general[i].act(aps->cluster, in, &out);
        if (in->bad) return MALFORMED;
        if (general[i].response != ANSWERED) respond(aps, h, 0, general[i].response, &out);
        return ANSWERED;
    }
    return UNSUP_GENERAL;
}

static uint8_t specific_input(const Aps *aps, const Header *h, In *in) {
    if (h->control & MAKERS) return UNSUP_MAKERS_CLUSTER;
    if (h->control & TO_CLIENT && aps->cluster == IDENTIFY) return UNSUP_CLUSTER_COMMAND;
    if (aps->cluster == IDENTIFY && h->command == 0x00) {
        uint64_t seconds = get(in, 2);
        if (in->bad) return MALFORMED;
        identify_for(seconds);
        return SUCCESS;
    }
    if (aps->cluster == IDENTIFY && h->command == 0x01) { /* Identify Query: an answer only while there is something to say */
        Out left = {{0}, 0};
        if (!identifies_for()) return SUCCESS;
        put(&left, identifies_for(), 2);
        respond(aps, h, SPECIFIC, 0x00, &left);
        return ANSWERED;
    }
    if (aps->cluster == METERING && h->command == 0x02) { /* MirrorRemoved */
        flash.mirror = 0;
        return SUCCESS;
    }
    return UNSUP_CLUSTER_COMMAND;
}

static bool take_answer(const Aps *aps, const Header *h, In *in) {
    bool ours = answer.waiting && aps->cluster == answer.cluster && (h->tsn == answer.tsn || aps->cluster == KEYS);
    if (!ours || in->n > ROOM) return false;
    answer.came = true, answer.waiting = false;
    answer.command = h->command, answer.general = !(h->control & SPECIFIC);
    memcpy(answer.o, in->o, (size_t)in->n);
    answer.n = in->n;
    return true;
}

#ifdef FAULT_SILENT_OUT_OF_TURN
static void refuse(const Aps *aps, const Header *h) { (void)aps, (void)h; }
#else
static void refuse(const Aps *aps, const Header *h) {
    bool to_server = !(h->control & TO_CLIENT);
    Out out = {{SPECIFIC | QUIET, ++transaction}, 2};
    if (to_server) out.o[0] |= TO_CLIENT, out.o[1] = h->tsn;
    if (refuse_key_message(h->command, to_server, &out)) aps_send(aps->from, KEYS, SE, ENDPOINT, &out, aps->secured);
}
#endif

void zcl_input(const Aps *aps, In *in) {
    Header h = {.control = (uint8_t)get(in, 1)};
    if (h.control & MAKERS) h.maker = (uint16_t)get(in, 2);
    h.tsn = (uint8_t)get(in, 1), h.command = (uint8_t)get(in, 1);
    if (in->bad || (h.control & 3) > SPECIFIC) return;
    bool is_general = !(h.control & SPECIFIC), mirror = aps->cluster == METERING && h.command <= 0x02 && !is_general;
    bool refuses = is_general && h.command == DEFAULT && aps->cluster == METERING && aps->from == flash.mirror;
    if (refuses && in->n >= 2 && in->o[0] == REPORT && in->o[1] != SUCCESS) flash.mirror = 0; /* ask for another one */
    if (h.control & TO_CLIENT || mirror || (is_general && (h.command == DEFAULT || h.command == READ_RESPONSE)))
        if (take_answer(aps, &h, in) || (is_general && h.command == DEFAULT)) return;
    if (aps->cluster == KEYS && !is_general && !h.maker && (h.control & TO_CLIENT || h.command < KEY_STEPS)) {
        refuse(aps, &h);
        return;
    }
    uint8_t status;
    if (!served(aps->cluster)) status = UNSUP_CLUSTER;
    else if (needs_link_key(aps->cluster) && !aps->secured) status = FAILURE;
    else status = is_general ? general_input(aps, &h, in) : specific_input(aps, &h, in);
    if (status == ANSWERED || aps->broadcast || (status == SUCCESS && h.control & QUIET)) return;
    Out out = {{h.command, status}, 2};
    respond(aps, &h, 0, DEFAULT, &out);
}

/* --- requests of our own --- */

bool zcl_request(uint16_t cluster, uint8_t control, uint8_t command, const Out *payload, int wait_ms) {
    Out out = {{control, ++transaction, command}, 3};
    put_octets(&out, payload->o, payload->n);
    answer = (Answer){.waiting = wait_ms > 0, .cluster = cluster, .tsn = transaction};
    if (!aps_send_surely(flash.hub_endpoint, cluster, SE, ENDPOINT, &out, needs_link_key(cluster)) && !answer.came) return false;
    for (uint64_t until = now_ms() + (uint64_t)wait_ms; !answer.came && now_ms() < until;)
        if (!mac_poll(500)) mac_listen(200);
    return answer.came;
}

bool zcl_read(uint16_t cluster, uint16_t attribute, uint64_t *value, int size) {
    Out payload = {{(uint8_t)attribute, (uint8_t)(attribute >> 8)}, 2};
    if (!zcl_request(cluster, 0, READ, &payload, 5000) || !answer.general || answer.command != READ_RESPONSE) return false;
    In in = {answer.o, answer.n, false};
    bool good = get(&in, 2) == attribute && get(&in, 1) == SUCCESS;
    get(&in, 1);
    *value = get(&in, size);
    return good && !in.bad;
}

/* The hub's time, if its clock is master or synchronised: others have no relation to UTC. */
bool zcl_read_time(uint32_t *value) {
    Out payload = {{0x00, 0x00, 0x01, 0x00}, 4};
    if (!zcl_request(TIME, 0, READ, &payload, 5000) || !answer.general || answer.command != READ_RESPONSE) return false;
    In in = {answer.o, answer.n, false};
    bool good = get(&in, 2) == 0x0000 && get(&in, 1) == SUCCESS && get(&in, 1) == UTC;
    *value = (uint32_t)get(&in, 4);
    good = good && get(&in, 2) == 0x0001 && get(&in, 1) == SUCCESS && get(&in, 1) == BITMAP8;
    return good && (get(&in, 1) & 0x03) && !in.bad && *value != UINT32_MAX;
}

bool zcl_report(void) {
    static const uint16_t reported[] = {0x0000, 0x0007, 0x0200, 0x0306};
    Out out = {{TO_CLIENT | QUIET, ++transaction, REPORT}, 3};
    snapshot = utc();
    for (int i = 0; i < COUNT(reported); i++) put(&out, reported[i], 2), put_value(&out, find(METERING, reported[i]));
    return aps_send_surely((uint8_t)flash.mirror, METERING, SE, ENDPOINT, &out, true);
}
