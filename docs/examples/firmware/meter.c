/* The meter: it joins, wakes, reports, and finds its way back. `meter [WAKE_SECONDS]`, HANBENCH_PORT, HANBENCH_FLASH. */
#include "meter.h"
#include <stdio.h>
#include <stdlib.h>

static const uint32_t CHANNELS = 1u << 11 | 1u << 14 | 1u << 15 | 1u << 19 | 1u << 20 | 1u << 24 | 1u << 25; /* SE 1.4a, 5.5.1 */
enum { CANDIDATES = 16, IDLE_POLLS = 5, IDLE_MS = 200, LOST_POLLS = 3, KEY_MS = 5000, DAY_S = 86400, LOST_WAKES = 3 };
enum { SCAN_PAUSE_S = 60, QUICK_ROUNDS = 3, FIRST_REST_S = 30, LONGEST_REST_S = 900, LITRES_A_WAKE = 3, NO_MIRROR = 0xFFFF };

static int wake_s = 1800, silent, unacknowledged; /* wakes without a frame of the network; reports without an answer */
static uint64_t clock_set_ms;

static void sleep_until(uint64_t at_ms) {
    uint64_t now = now_ms();
    if (now >= at_ms) return;
    rcp_receiver(false);
    sleep_ms((int)(at_ms - now));
    rcp_receiver(true);
}

static void sleep_s(int seconds) { sleep_until(now_ms() + (uint64_t)seconds * 1000); }

static bool fetch_key(void) {
    key_arrived = false;
    for (uint64_t until = now_ms() + KEY_MS; !key_arrived && now_ms() < until;)
        if (!mac_poll(500)) mac_listen(100);
    return key_arrived;
}

static void arrive(void) {
    zdo_announce();
    nwk_timeout_request();
    polls_failed = silent = 0;
}

static bool join(void) {
    Beacon found[CANDIDATES];
    int n = mac_scan(CHANNELS, found, CANDIDATES);
    for (int i = 0; i < n; i++) {
        if (!found[i].permits || !found[i].has_room || !mac_associate(&found[i])) continue;
        if (!fetch_key()) continue;
        flash.joined = 1;
        flash_save();
        arrive();
        return true;
    }
    return false;
}

/* Three searches, a second apart, for a frame may be lost; then a minute of rest. SE 1.4a, 5.5.5. */
static bool search(void) {
    for (int round = 0; round < QUICK_ROUNDS; round++) {
        if (join()) return true;
        sleep_s(round < QUICK_ROUNDS - 1 ? 1 : SCAN_PAUSE_S);
    }
    return false;
}

/* Of two networks with one name, the one whose update identifier is over is not there any more. R22, 3.6.1.4.1.1. */
static void newest_first(Beacon *found, int n) {
    for (int i = 1; i < n; i++)
        for (int j = i; j > 0 && (int8_t)(found[j].update_id - found[j - 1].update_id) > 0; j--) {
            Beacon other = found[j];
            found[j] = found[j - 1], found[j - 1] = other;
        }
}

/* Returns when the meter is back: the present channel first, then all; under the network key first, then without. */
static void rejoin(void) {
    Beacon found[CANDIDATES];
    for (int round = 0, rest = FIRST_REST_S;; round++) {
        int n = mac_scan(round < QUICK_ROUNDS ? 1u << flash.channel : CHANNELS, found, CANDIDATES);
        newest_first(found, n);
        for (int i = 0; i < n; i++) {
            if (found[i].extended_pan != flash.extended_pan) continue;
            bool back = nwk_rejoin(&found[i], true) || (round > 0 && nwk_rejoin(&found[i], false) && fetch_key());
            if (!back) break;
            arrive();
            return;
        }
        sleep_s(round < QUICK_ROUNDS ? 1 : rest);
        if (round >= QUICK_ROUNDS && rest < LONGEST_REST_S) rest = rest * 2 < LONGEST_REST_S ? rest * 2 : LONGEST_REST_S;
    }
}

/* Stay awake while the parent has frames, and a second longer: an answer may be on its way. */
static void listen(void) {
    for (int idle = 0; idle < IDLE_POLLS && polls_failed < LOST_POLLS;) {
        if (mac_poll(500)) idle = 0;
        else idle++, mac_listen(IDLE_MS);
        if (!readdressed) continue;
        readdressed = false;
        mac_use();
        zdo_announce();
        flash_save();
    }
}

static void set_clock(void) {
    uint32_t value;
    if (utc_offset && now_ms() - clock_set_ms < DAY_S * 1000ull) return;
    if (!zcl_read_time(&value)) return;
    clock_set_ms = now_ms();
    utc_offset = value - (uint32_t)(clock_set_ms / 1000);
}

static void ask_for_mirror(void) {
    uint64_t offered = 0;
    Out none = {{0}, 0};
    if (!zcl_read(BASIC, 0x0011, &offered, 1) || !offered) return; /* PhysicalEnvironment */
    if (!zcl_request(METERING, 0x09, 0x01, &none, 5000) || answer.general || answer.n < 2) return;
    In in = {answer.o, answer.n, false};
    uint16_t endpoint = (uint16_t)get(&in, 2);
    if (endpoint != NO_MIRROR) flash.mirror = endpoint, flash_save();
}

static void work(void) {
    flash.summation += LITRES_A_WAKE;
    if (!flash.hub_endpoint && !zdo_find_hub()) return;
    set_clock();
    bool doubtful = unacknowledged >= LOST_WAKES; /* the link key does not fit any more; it stays until there is another */
    if ((!flash.established || doubtful) && establish_key()) unacknowledged = 0;
    if (!flash.established) return;
    if (!flash.mirror) ask_for_mirror();
    if (!flash.mirror) return;
    unacknowledged = zcl_report() ? 0 : unacknowledged + 1;
}

static void obey_leave(void) {
    leave_asked = false;
    nwk_leave_notice(leave_rejoins);
    if (leave_rejoins) rejoin();
    else flash_forget_network();
}

/* A parent acknowledges polls even if its network key is another: what counts is whether a frame can be opened. */
static void wake(void) {
    nwk_heard = false;
    listen();
    if (polls_failed >= LOST_POLLS || silent >= LOST_WAKES) rejoin();
    work();
    listen();
    silent = nwk_heard ? 0 : silent + 1;
    if (leave_asked) obey_leave();
    flash_save();
}

int main(int argc, char **argv) {
    if (argc > 1) wake_s = atoi(argv[1]);
    if (argc > 2 || wake_s < 1) return fprintf(stderr, "usage: meter [WAKE_SECONDS]\n"), 3;
    flash_open(getenv("HANBENCH_FLASH"));
    rcp_open(getenv("HANBENCH_PORT"), factory.ieee);
    rcp_receiver(true);
    if (flash.joined) mac_use();
    for (uint64_t next;;) {
        next = now_ms() + (uint64_t)wake_s * 1000;
        if (!flash.joined && !search()) continue;
        wake();
        if (flash.joined) sleep_until(next);
    }
}
