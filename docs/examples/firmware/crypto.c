/* AES-128 (FIPS 197), the MMO hash and HMAC of Zigbee (R22, B.6 and B.1.4), and CCM* with a 4-octet code (annex A). */
#include "meter.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static uint8_t sbox[256];

static uint8_t times_x(uint8_t a) { return (uint8_t)(a << 1 ^ (a >> 7) * 0x1B); }

/* The S-box from its definition: the inverse in GF(2^8), then the affine map (FIPS 197, 5.1.1). */
static void make_sbox(void) {
    uint8_t p = 1, q = 1;
    do {
        p = (uint8_t)(p ^ times_x(p)); /* p runs through powers of 3, q through those of its inverse */
        q ^= (uint8_t)(q << 1);
        q ^= (uint8_t)(q << 2);
        q ^= (uint8_t)(q << 4);
        if (q & 0x80) q ^= 0x09;
        uint8_t turned = q;
        for (int i = 1; i < 5; i++) turned ^= (uint8_t)(q << i | q >> (8 - i));
        sbox[p] = turned ^ 0x63;
    } while (p != 1);
    sbox[0] = 0x63;
}

static void next_key(uint8_t k[16], uint8_t constant) {
    for (int i = 0; i < 4; i++) k[i] ^= sbox[k[12 + (i + 1) % 4]];
    k[0] ^= constant;
    for (int i = 4; i < 16; i++) k[i] ^= k[i - 4];
}

static void mix_columns(uint8_t s[16]) {
    for (uint8_t *c = s; c < s + 16; c += 4) {
        uint8_t all = c[0] ^ c[1] ^ c[2] ^ c[3], first = c[0];
        for (int i = 0; i < 4; i++) c[i] ^= all ^ times_x(c[i] ^ (i < 3 ? c[i + 1] : first));
    }
}

void aes(const uint8_t key[16], const uint8_t in[16], uint8_t out[16]) {
    uint8_t k[16], s[16], t[16], constant = 1;
    if (!sbox[0]) make_sbox();
    memcpy(k, key, 16);
    for (int i = 0; i < 16; i++) s[i] = in[i] ^ k[i];
    for (int round = 1; round <= 10; round++, constant = times_x(constant)) {
        for (int i = 0; i < 16; i++) t[i] = sbox[s[(i + 4 * (i % 4)) % 16]];
        if (round < 10) mix_columns(t);
        next_key(k, constant);
        for (int i = 0; i < 16; i++) s[i] = t[i] ^ k[i];
    }
    memcpy(out, s, 16);
}

static void mmo_block(uint8_t hash[16], const uint8_t block[16]) {
    uint8_t made[16];
    aes(hash, block, made);
    for (int i = 0; i < 16; i++) hash[i] = made[i] ^ block[i];
}

void mmo(const uint8_t *octets, int n, uint8_t hash[16]) {
    uint8_t last[32] = {0};
    int whole = n / 16 * 16, rest = n - whole, padded = rest < 14 ? 16 : 32;
    memset(hash, 0, 16);
    for (int at = 0; at < whole; at += 16) mmo_block(hash, octets + at);
    memcpy(last, octets + whole, (size_t)rest);
    last[rest] = 0x80;
    last[padded - 2] = (uint8_t)(n * 8 >> 8); /* messages below 2^16 bits only: all of ours */
    last[padded - 1] = (uint8_t)(n * 8);
    for (int at = 0; at < padded; at += 16) mmo_block(hash, last + at);
}

void hmac_mmo(const uint8_t key[16], const uint8_t *octets, int n, uint8_t code[16]) {
    uint8_t inner[16 + ROOM], outer[32];
    for (int i = 0; i < 16; i++) inner[i] = key[i] ^ 0x36, outer[i] = key[i] ^ 0x5C;
    memcpy(inner + 16, octets, (size_t)n);
    mmo(inner, 16 + n, outer + 16);
    mmo(outer, 32, code);
}

/* CBC-MAC over a and m, each filled up with zeros to whole blocks. */
static void mac_over(const uint8_t key[16], uint8_t x[16], const uint8_t *octets, int n, int at) {
    for (int i = 0; i < n; i++) {
        x[at++] ^= octets[i];
        if (at == 16 || i == n - 1) aes(key, x, x), at = 0;
    }
}

static void ccm_mac(const uint8_t key[16], const uint8_t nonce[13], const uint8_t *a, int na, const uint8_t *m, int nm, uint8_t x[16]) {
    uint8_t first[16] = {0x49}; /* Adata, M = 4, L = 2 */
    memcpy(first + 1, nonce, 13);
    first[14] = (uint8_t)(nm >> 8), first[15] = (uint8_t)nm;
    aes(key, first, x);
    x[0] ^= (uint8_t)(na >> 8), x[1] ^= (uint8_t)na;
    mac_over(key, x, a, na, 2);
    mac_over(key, x, m, nm, 0);
}

static void ccm_stream(const uint8_t key[16], const uint8_t nonce[13], int block, uint8_t *octets, int n) {
    uint8_t in[16] = {0x01}, made[16];
    memcpy(in + 1, nonce, 13);
    for (int i = 0; i < n; i++) {
        if (i % 16 == 0) in[14] = (uint8_t)(block >> 8), in[15] = (uint8_t)block, block++, aes(key, in, made);
        octets[i] ^= made[i % 16];
    }
}

void ccm_seal(const uint8_t key[16], const uint8_t nonce[13], const uint8_t *a, int na, uint8_t *m, int nm, uint8_t mic[4]) {
    uint8_t x[16];
    ccm_mac(key, nonce, a, na, m, nm, x);
    memcpy(mic, x, 4);
    ccm_stream(key, nonce, 0, mic, 4);
    ccm_stream(key, nonce, 1, m, nm);
}

bool ccm_open(const uint8_t key[16], const uint8_t nonce[13], const uint8_t *a, int na, uint8_t *m, int nm, const uint8_t mic[4]) {
    uint8_t x[16];
    ccm_stream(key, nonce, 1, m, nm);
    ccm_mac(key, nonce, a, na, m, nm, x);
    ccm_stream(key, nonce, 0, x, 4);
    if (memcmp(x, mic, 4) == 0) return true;
    ccm_stream(key, nonce, 1, m, nm); /* as it was, for another key to be tried */
    return false;
}

void nonce_of(uint8_t nonce[13], uint64_t ieee, uint32_t counter, uint8_t control) {
    for (int i = 0; i < 8; i++) nonce[i] = (uint8_t)(ieee >> 8 * i);
    for (int i = 0; i < 4; i++) nonce[8 + i] = (uint8_t)(counter >> 8 * i);
    nonce[12] = control;
}

void random_octets(uint8_t *to, int n) {
    FILE *file = fopen("/dev/urandom", "rb");
    if (!file || fread(to, 1, (size_t)n, file) != (size_t)n) exit(3);
    fclose(file);
}
