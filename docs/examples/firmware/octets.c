/* Frames are written and read little-endian (IEEE 802.15.4-2011, 5.2). */
#include "meter.h"
#include <string.h>

void put(Out *out, uint64_t value, int size) {
    for (; size > 0 && out->n < ROOM; size--, value >>= 8) out->o[out->n++] = (uint8_t)value;
}

void put_octets(Out *out, const uint8_t *octets, int n) {
    if (n > ROOM - out->n) n = ROOM - out->n;
    memcpy(out->o + out->n, octets, (size_t)n);
    out->n += n;
}

uint64_t get(In *in, int size) {
    uint64_t value = 0;
    const uint8_t *from = get_octets(in, size);
    for (int i = size - 1; from && i >= 0; i--) value = value << 8 | from[i];
    return value;
}

const uint8_t *get_octets(In *in, int n) {
    if (n > in->n) {
        in->bad = true;
        return NULL;
    }
    in->o += n;
    in->n -= n;
    return in->o - n;
}

void put_big(uint8_t *to, uint64_t value) {
    for (int i = 7; i >= 0; i--, value >>= 8) to[i] = (uint8_t)value;
}
