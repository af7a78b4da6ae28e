/* Suite 1 of key establishment: implicit certificates and ECMQV on sect163k1 (SEC 2; SE 1.4a, annex C). Affine
   coordinates and inverses by Fermat: slow (some 0.1 s an agreement on a PC), and short. Not constant in time. */
#include "meter.h"
#include <string.h>

typedef struct { uint64_t w[3]; } Big; /* lowest word first */
typedef struct { Big x, y; bool infinite; } Point;
enum { M = 163, QUARTER = 82 };

static const Big ORDER = {{0xA2E0CC0D99F8A5EF, 0x20108, 0x400000000}}, ONE = {{1, 0, 0}};
static const Point BASE = {{{0xDE4E6D5E5C94EEE8, 0x7BBC11ACAA07D793, 0x2FE13C053}},
                           {{0x0536D538CCDAA3D9, 0x5D38FF58321F2E80, 0x289070FB0}}, false};

/* --- numbers of 192 bits --- */

static Big big(const uint8_t *octets, int n) {
    Big r = {{0}};
    for (int i = 0; i < n; i++) {
        r.w[2] = r.w[2] << 8 | r.w[1] >> 56;
        r.w[1] = r.w[1] << 8 | r.w[0] >> 56;
        r.w[0] = r.w[0] << 8 | octets[i];
    }
    return r;
}

static void octets_of(Big a, uint8_t out[SCALAR]) {
    for (int i = 0; i < SCALAR; i++) out[SCALAR - 1 - i] = (uint8_t)(a.w[i / 8] >> 8 * (i % 8));
}

static bool bit(Big a, int i) { return a.w[i / 64] >> (i % 64) & 1; }
static bool zero(Big a) { return !(a.w[0] | a.w[1] | a.w[2]); }
static bool same(Big a, Big b) { return a.w[0] == b.w[0] && a.w[1] == b.w[1] && a.w[2] == b.w[2]; }

static Big twice(Big a) {
    return (Big){{a.w[0] << 1, a.w[1] << 1 | a.w[0] >> 63, a.w[2] << 1 | a.w[1] >> 63}};
}

static bool less(Big a, Big b) {
    for (int i = 2; i >= 0; i--)
        if (a.w[i] != b.w[i]) return a.w[i] < b.w[i];
    return false;
}

static Big minus(Big a, Big b) {
    Big r;
    uint64_t borrow = 0;
    for (int i = 0; i < 3; i++) {
        r.w[i] = a.w[i] - b.w[i] - borrow;
        borrow = a.w[i] < b.w[i] || (a.w[i] == b.w[i] && borrow);
    }
    return r;
}

static Big plus_modulo(Big a, Big b) {
    Big r;
    uint64_t carry = 0;
    for (int i = 0; i < 3; i++) {
        r.w[i] = a.w[i] + b.w[i] + carry;
        carry = r.w[i] < a.w[i] || (r.w[i] == a.w[i] && carry);
    }
    return less(r, ORDER) ? r : minus(r, ORDER);
}

static Big times_modulo(Big a, Big b) {
    Big r = {{0}};
    for (int i = M; i >= 0; i--) {
        r = plus_modulo(r, r);
        if (bit(a, i)) r = plus_modulo(r, b);
    }
    return r;
}

/* --- the field: polynomials modulo x^163 + x^7 + x^6 + x^3 + 1 --- */

static Big add(Big a, Big b) { return (Big){{a.w[0] ^ b.w[0], a.w[1] ^ b.w[1], a.w[2] ^ b.w[2]}}; }

static Big mul(Big a, Big b) {
    Big r = {{0}};
    for (int i = M - 1; i >= 0; i--) {
        r = twice(r);
        if (bit(r, M)) r.w[2] ^= (uint64_t)1 << (M - 128), r.w[0] ^= 0xC9;
        if (bit(a, i)) r = add(r, b);
    }
    return r;
}

static Big inverse(Big a) { /* a^(2^163 - 2) */
    Big r = ONE;
    for (int i = 1; i < M; i++) a = mul(a, a), r = mul(r, a);
    return r;
}

/* --- the curve: y^2 + xy = x^3 + x^2 + 1 --- */

static bool on_curve(Point p) {
    Big left = add(mul(p.y, p.y), mul(p.x, p.y)), squared = mul(p.x, p.x);
    return same(left, add(add(mul(squared, p.x), squared), ONE));
}

static Point sum(Point p, Point q) {
    Point r = {{{0}}, {{0}}, false};
    Big slope;
    if (p.infinite) return q;
    if (q.infinite) return p;
    if (same(p.x, q.x)) {
        if (!same(p.y, q.y) || zero(p.x)) return (Point){{{0}}, {{0}}, true};
        slope = add(p.x, mul(p.y, inverse(p.x)));
        r.x = add(add(mul(slope, slope), slope), ONE);
    } else {
        slope = mul(add(p.y, q.y), inverse(add(p.x, q.x)));
        r.x = add(add(add(add(mul(slope, slope), slope), p.x), q.x), ONE);
    }
    r.y = add(add(mul(slope, add(p.x, r.x)), r.x), p.y);
    return r;
}

static Point multiple(Big k, Point p) {
    Point r = {{{0}}, {{0}}, true};
    for (int i = M; i >= 0; i--) {
        r = sum(r, r);
        if (bit(k, i)) r = sum(r, p);
    }
    return r;
}

/* SEC 1, 2.3.4: y from x and one bit, by the half-trace. */
static bool decompress(const uint8_t octets[POINT], Point *p) {
    p->x = big(octets + 1, SCALAR);
    p->infinite = false;
    if ((octets[0] != 2 && octets[0] != 3) || zero(p->x) || p->x.w[2] >> (M - 128)) return false;
    Big by_x = inverse(p->x), c = add(add(p->x, ONE), mul(by_x, by_x)), z = c;
    for (int i = 0; i < (M - 1) / 2; i++) z = mul(z, z), z = add(mul(z, z), c);
    if (bit(z, 0) != (octets[0] & 1)) z = add(z, ONE);
    p->y = mul(p->x, z);
    return on_curve(*p);
}

static void compress(Point p, uint8_t octets[POINT]) {
    octets[0] = 2 | bit(mul(p.y, inverse(p.x)), 0);
    octets_of(p.x, octets + 1);
}

bool ec_public(const uint8_t secret[SCALAR], uint8_t point[POINT]) {
    Point p = multiple(big(secret, SCALAR), BASE);
    if (!p.infinite) compress(p, point);
    return !p.infinite;
}

void ec_ephemeral(uint8_t secret[SCALAR], uint8_t point[POINT]) {
    Big k;
    do {
        random_octets(secret, SCALAR);
        secret[0] &= 3;
        k = big(secret, SCALAR);
    } while (zero(k) || !ec_public(secret, point));
}

/* q with its top half replaced by one bit (SEC 1, 3.4). */
static Big associate(Big x) { return (Big){{x.w[0], (x.w[1] & (((uint64_t)1 << (QUARTER - 64)) - 1)) | (uint64_t)1 << (QUARTER - 64), 0}}; }

bool ecmqv(const uint8_t own_static[SCALAR], const uint8_t own_secret[SCALAR], const uint8_t own_point[POINT],
           const uint8_t certificate[CERTIFICATE], const uint8_t authority[POINT], const uint8_t peer_point[POINT],
           uint8_t shared[SCALAR]) {
    Point reconstruction, issuer, peer;
    uint8_t hash[16];
    if (!decompress(certificate, &reconstruction) || !decompress(authority, &issuer) || !decompress(peer_point, &peer)) return false;
    mmo(certificate, CERTIFICATE, hash);
    Point peer_static = sum(multiple(big(hash, 16), reconstruction), issuer);
    Big own = associate(big(own_point + 1, SCALAR));
    Big s = plus_modulo(big(own_secret, SCALAR), times_modulo(own, big(own_static, SCALAR)));
    Point base = sum(peer, multiple(associate(peer.x), peer_static));
    Point found = multiple(plus_modulo(s, s), base); /* the cofactor is 2 */
    if (found.infinite) return false;
    octets_of(found.x, shared);
    return true;
}
