/* The radio co-processor: Spinel in HDLC-lite frames on a TCP port (OpenThread's Spinel; RFC 1662 for the framing). */
#define _POSIX_C_SOURCE 200809L
#include "meter.h"
#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { RESET = 1, GET = 2, SET = 3, IS = 6 };
enum { LAST_STATUS = 0x00, PHY_ENABLED = 0x20, PHY_CHAN = 0x21, LONG_ADDRESS = 0x34, SHORT_ADDRESS = 0x35, PAN_ID = 0x36,
       RAW_STREAM_ENABLED = 0x37, STREAM_RAW = 0x71, LOCKSTEP = 0x3C00 };
enum { LOCKSTEP_LOW = 0x80, LOCKSTEP_HIGH = 0x78 }; /* that property, packed */
enum { POWER_ON = 112, SOFTWARE_RESET = 114, FLAG = 0x7E, ESCAPE = 0x7D, TURN = 0x20, ANSWER_MS = 5000, QUEUE = 16 };
enum { BACKOFFS = 4, RETRIES = 3 };

static int line = -1;
static uint8_t tid;
static Psdu queue[QUEUE];
static int queued;
static struct { bool came; int status; bool pending; } reply;
static bool started;
static uint8_t present_channel;
static struct { bool on, told; uint32_t number; uint64_t us; } lockstep; /* time comes from the dongle */

uint64_t now_ms(void) {
    if (lockstep.on) return lockstep.us / 1000;
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
}

static void end(const char *why) {
    fprintf(stderr, "meter: %s\n", why);
    exit(2);
}

static uint16_t check_of(const uint8_t *octets, int n) { /* CRC-16/X-25 */
    uint16_t crc = 0xFFFF;
    for (int i = 0; i < n; i++) {
        crc ^= octets[i];
        for (int b = 0; b < 8; b++) crc = (uint16_t)(crc & 1 ? crc >> 1 ^ 0x8408 : crc >> 1);
    }
    return (uint16_t)~crc;
}

static void write_frame(const Out *frame) {
    uint8_t sent[2 * ROOM + 8];
    uint16_t check = check_of(frame->o, frame->n);
    int n = 0;
    sent[n++] = FLAG;
    for (int i = 0; i < frame->n + 2; i++) {
        uint8_t octet = i < frame->n ? frame->o[i] : (uint8_t)(check >> 8 * (i - frame->n));
        bool special = octet == FLAG || octet == ESCAPE || octet == 0x11 || octet == 0x13 || octet == 0xF8;
        if (special) sent[n++] = ESCAPE;
        sent[n++] = special ? octet ^ TURN : octet;
    }
    sent[n++] = FLAG;
    for (int done = 0; done < n;) {
        ssize_t wrote = write(line, sent + done, (size_t)(n - done));
        if (wrote <= 0) end("the dongle is gone");
        done += (int)wrote;
    }
}

static unsigned packed(In *in) { /* seven bits an octet, lowest first */
    unsigned value = 0, octet;
    int shift = 0;
    do {
        octet = (unsigned)get(in, 1);
        value |= (octet & 0x7F) << shift;
        shift += 7;
    } while (octet & 0x80 && shift < 28);
    return value;
}

static void enqueue(In *in) {
    int n = (int)get(in, 2);
    const uint8_t *octets = get_octets(in, n);
    if (!octets || n > PSDU_MOST || n < 5 + FCS || queued == QUEUE) return;
    memcpy(queue[queued].o, octets, (size_t)n);
    queue[queued++].n = n - FCS;
}

static void handle(const uint8_t *octets, int n) {
    In in = {octets, n - 2, false};
    if (n < 5 || check_of(octets, n - 2) != (octets[n - 2] | octets[n - 1] << 8)) return;
    uint8_t header = (uint8_t)get(&in, 1);
    unsigned command = packed(&in), property = packed(&in);
    if (command != IS) return;
    if (property == LOCKSTEP) {
        lockstep.number = (uint32_t)get(&in, 4), lockstep.us = get(&in, 8);
        lockstep.on = lockstep.told = true;
    }
    if ((header & 0x0F) == 0) {
        if (property == STREAM_RAW) enqueue(&in);
        if (property == LAST_STATUS) {
            unsigned status = packed(&in);
            if (status == POWER_ON || status == SOFTWARE_RESET) started = true;
        }
    } else if ((header & 0x0F) == tid) {
        reply.came = true;
        reply.status = property == LAST_STATUS ? (int)packed(&in) : 0;
        reply.pending = in.n > 0 && get(&in, 1);
    }
}

/* In lockstep: there is nothing to do for `ms`, unless the dongle has said something since. */
static void give_way(int ms) {
    if (!lockstep.told) return;
    Out sleep = {{0x80, SET, LOCKSTEP_LOW, LOCKSTEP_HIGH}, 4};
    put(&sleep, lockstep.number, 4);
    put(&sleep, lockstep.us + (uint64_t)ms * 1000, 8);
    lockstep.told = false;
    write_frame(&sleep);
}

/* Read what the dongle says, for at most `ms`. */
static void pump(int ms) {
    static uint8_t frame[512];
    static int n;
    static bool escaped;
    uint8_t read_in[512];
    struct pollfd ready = {line, POLLIN, 0};
    if (lockstep.on) give_way(ms), ms = -1;
    if (poll(&ready, 1, ms) <= 0) return;
    ssize_t came = read(line, read_in, sizeof read_in);
    if (came <= 0) end("the dongle is gone");
    for (ssize_t i = 0; i < came; i++) {
        uint8_t octet = read_in[i];
        if (octet == FLAG) {
            handle(frame, n);
            n = 0, escaped = false;
        } else if (octet == ESCAPE) {
            escaped = true;
        } else {
            if (n < (int)sizeof frame) frame[n++] = escaped ? octet ^ TURN : octet;
            escaped = false;
        }
    }
}

/* One request at a time: the strict answer to a second one is BUSY. */
static int ask(Out *request) {
    tid = (uint8_t)(tid % 15 + 1);
    request->o[0] = 0x80 | tid;
    reply.came = false;
    write_frame(request);
    for (uint64_t until = now_ms() + ANSWER_MS; !reply.came;) {
        if (now_ms() >= until) end("the dongle does not answer");
        pump(50);
    }
    return reply.status;
}

static void set(unsigned property, uint64_t value, int size) {
    Out request = {{0, SET, (uint8_t)property}, 3};
    put(&request, value, size);
    ask(&request);
}

void rcp_open(const char *port, uint64_t ieee) {
    char host[64], service[16];
    struct addrinfo hints = {.ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM}, *found;
    if (!port || sscanf(port, "socket://%63[^:]:%15[0-9]", host, service) != 2) end("HANBENCH_PORT: expected socket://HOST:PORT");
    if (getaddrinfo(host, service, &hints, &found)) end("HANBENCH_PORT: no such host");
    line = socket(found->ai_family, found->ai_socktype, 0);
    if (line < 0 || connect(line, found->ai_addr, found->ai_addrlen)) end(strerror(errno));
    freeaddrinfo(found);
    int at_once = 1; /* small writes are not collected (TCP_NODELAY): a dongle answers within milliseconds */
    setsockopt(line, IPPROTO_TCP, TCP_NODELAY, &at_once, sizeof at_once);
    const char *wanted = getenv("HANBENCH_LOCKSTEP");
    Out time = {{0, GET, LOCKSTEP_LOW, LOCKSTEP_HIGH}, 4};
    if (wanted && *wanted == '1' && ask(&time)) end("the dongle knows no lockstep");
    Out reset = {{0x80, RESET, 2}, 3};
    write_frame(&reset);
    for (uint64_t until = now_ms() + ANSWER_MS; !started;) {
        if (now_ms() >= until) end("the dongle does not start");
        pump(50);
    }
    Out address = {{0, SET, LONG_ADDRESS}, 3};
    put_big(address.o + address.n, ieee); /* the one number that Spinel has highest octet first */
    address.n += 8;
    set(PHY_ENABLED, 1, 1);
    ask(&address);
}

void rcp_address(uint16_t pan, uint16_t short_address) {
    set(PAN_ID, pan, 2);
    set(SHORT_ADDRESS, short_address, 2);
}

void rcp_channel(uint8_t channel) {
    present_channel = channel;
    set(PHY_CHAN, channel, 1);
}

void rcp_receiver(bool on) { set(RAW_STREAM_ENABLED, on, 1); }

int rcp_transmit(const Out *frame, bool *pending) {
    Out request = {{0, SET, STREAM_RAW}, 3};
    put(&request, (uint64_t)frame->n + FCS, 2);
    put_octets(&request, frame->o, frame->n);
    put(&request, 0, FCS);
    put(&request, present_channel, 1);
    put(&request, BACKOFFS, 1);
    put(&request, RETRIES, 1);
    put(&request, 1, 1); /* with CSMA-CA */
    int status = ask(&request);
    if (pending) *pending = reply.pending;
    return status;
}

bool rcp_receive(Psdu *frame, int ms) {
    for (uint64_t until = now_ms() + (uint64_t)ms;;) {
        if (queued) {
            *frame = queue[0];
            memmove(queue, queue + 1, (size_t)--queued * sizeof *queue);
            return true;
        }
        uint64_t now = now_ms();
        if (now >= until) return false;
        pump((int)(until - now));
    }
}

void sleep_ms(int ms) {
    if (lockstep.on) {
        for (uint64_t until = now_ms() + (uint64_t)ms; now_ms() < until;) pump((int)(until - now_ms()));
        return;
    }
    struct timespec t = {ms / 1000, ms % 1000 * 1000000L};
    nanosleep(&t, NULL);
}
