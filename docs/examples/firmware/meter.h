/* A small sleepy gas meter that drives a radio co-processor: what its files share. Lengths in octets, times in ms. */
#ifndef METER_H
#define METER_H
#include <stdbool.h>
#include <stdint.h>

enum { PSDU_MOST = 127, FCS = 2, ROOM = 160 };

/* --- octets.c: frames are written and read little-endian --- */
typedef struct { uint8_t o[ROOM]; int n; } Out;
typedef struct { const uint8_t *o; int n; bool bad; } In;
void put(Out *out, uint64_t value, int size);
void put_octets(Out *out, const uint8_t *octets, int n);
uint64_t get(In *in, int size);                /* sets `bad` at the end of the frame */
const uint8_t *get_octets(In *in, int n);      /* NULL at the end of the frame */
void put_big(uint8_t *to, uint64_t value);     /* eight octets, highest first */

/* --- crypto.c --- */
void aes(const uint8_t key[16], const uint8_t in[16], uint8_t out[16]);
void mmo(const uint8_t *octets, int n, uint8_t hash[16]);
void hmac_mmo(const uint8_t key[16], const uint8_t *octets, int n, uint8_t code[16]);
void ccm_seal(const uint8_t key[16], const uint8_t nonce[13], const uint8_t *a, int na, uint8_t *m, int nm, uint8_t mic[4]);
bool ccm_open(const uint8_t key[16], const uint8_t nonce[13], const uint8_t *a, int na, uint8_t *m, int nm, const uint8_t mic[4]);
void nonce_of(uint8_t nonce[13], uint64_t ieee, uint32_t counter, uint8_t control);
void random_octets(uint8_t *to, int n);

/* --- ecmqv.c: certificates and key agreement on sect163k1 (suite 1) --- */
enum { SCALAR = 21, POINT = 22, CERTIFICATE = 48 };
bool ec_public(const uint8_t secret[SCALAR], uint8_t point[POINT]);
void ec_ephemeral(uint8_t secret[SCALAR], uint8_t point[POINT]);
bool ecmqv(const uint8_t own_static[SCALAR], const uint8_t own_secret[SCALAR], const uint8_t own_point[POINT],
           const uint8_t certificate[CERTIFICATE], const uint8_t authority[POINT], const uint8_t peer_point[POINT],
           uint8_t shared[SCALAR]);

/* --- rcp.c: Spinel over HDLC --- */
typedef struct { uint8_t o[PSDU_MOST]; int n; } Psdu;
enum { RCP_OK = 0, RCP_NO_ACK = 17 };
void rcp_open(const char *port, uint64_t ieee);
void rcp_address(uint16_t pan, uint16_t short_address);
void rcp_channel(uint8_t channel);
void rcp_receiver(bool on);
int rcp_transmit(const Out *frame, bool *pending); /* status; the FCS is the radio's */
bool rcp_receive(Psdu *frame, int ms);
uint64_t now_ms(void);
void sleep_ms(int ms);

/* --- flash.c: what outlives a power cut --- */
typedef struct { uint8_t key[16]; uint8_t sequence, valid; uint32_t heard; } NetworkKey;
typedef struct {
    uint32_t magic;
    uint8_t joined, channel, update_id, active, established, hub_endpoint;
    uint16_t pan, own, parent, mirror;
    uint64_t extended_pan, parent_ieee, hub_ieee, summation;
    NetworkKey keys[2];
    uint32_t nwk_counter, aps_counter; /* no value below is used again */
    uint8_t link_key[16];
    uint32_t link_heard, joining_heard;
} Flash;
typedef struct {
    uint64_t ieee;
    uint8_t joining_key[16]; /* MMO hash of the install code with its CRC */
    uint8_t certificate[CERTIFICATE], secret[SCALAR], authority[POINT];
    bool has_certificate;
} Factory;
extern Flash flash;
extern Factory factory;
void flash_open(const char *folder);
void flash_save(void);
void flash_forget_network(void);
uint32_t next_counter(uint32_t *stored, uint32_t *present);

/* --- mac.c --- */
typedef struct {
    uint16_t pan, address;
    uint8_t channel, update_id;
    bool permits, has_room;
    uint64_t extended_pan;
} Beacon;
enum { CAPABILITY = 0x80 }; /* allocate address; sleeps, battery, no router */
int mac_scan(uint32_t channels, Beacon *found, int most);
bool mac_associate(const Beacon *parent);
bool mac_send(const Out *npdu);
bool mac_poll(int wait_ms);                  /* true: a frame came and was handled */
void mac_listen(int ms);
void mac_use(void);                          /* tell the radio where we are */
extern int polls_failed;

/* --- nwk.c --- */
enum { BROADCAST_AWAKE = 0xFFFD, NWK_ALL = 0xFFFF };
void nwk_input(uint8_t *npdu, int n, uint16_t mac_source);
bool nwk_data(uint16_t to, const Out *apdu);
void nwk_timeout_request(void);
bool nwk_rejoin(const Beacon *parent, bool secured);
void nwk_leave_notice(bool rejoin);
extern bool nwk_heard, leave_asked, leave_rejoins, readdressed; /* nwk_heard: a frame of the network could be opened */

/* --- aps.c --- */
typedef struct { uint16_t source, cluster, profile; uint8_t from, to; bool broadcast, secured; } Aps;
void aps_input(uint8_t *apdu, int n, uint16_t source, bool broadcast, bool nwk_secured);
bool aps_send(uint8_t to, uint16_t cluster, uint16_t profile, uint8_t from, const Out *asdu, bool secured);
bool aps_send_surely(uint8_t to, uint16_t cluster, uint16_t profile, uint8_t from, const Out *asdu, bool secured);
extern bool key_arrived;

/* --- zdo.c --- */
void zdo_input(const Aps *aps, In *asdu);
void zdo_announce(void);
bool zdo_find_hub(void);

/* --- zcl.c --- */
enum { BASIC = 0, POWER = 1, IDENTIFY = 3, TIME = 0x0A, METERING = 0x0702, KEYS = 0x0800, SE = 0x0109, ENDPOINT = 1 };
typedef struct { bool waiting, came; uint16_t cluster; uint8_t tsn, command, general; uint8_t o[ROOM]; int n; } Answer;
extern Answer answer;
extern uint32_t utc_offset; /* UTC less seconds since start; 0: not known */
void zcl_input(const Aps *aps, In *asdu);
bool zcl_request(uint16_t cluster, uint8_t control, uint8_t command, const Out *payload, int wait_ms);
bool zcl_read(uint16_t cluster, uint16_t attribute, uint64_t *value, int size);
bool zcl_read_time(uint32_t *value);
bool zcl_report(void);
bool needs_link_key(uint16_t cluster);
uint32_t utc(void);

/* --- keys.c: key establishment, as its client --- */
bool establish_key(void);
bool refuse_key_message(uint8_t command, bool to_server, Out *refusal); /* command and payload; false: there is nothing to refuse */
#endif
