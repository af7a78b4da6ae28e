/* `make check`: the example against published values. Sources beside each. */
#include "meter.h"
#include <stdio.h>
#include <string.h>

static int wrong;

static const uint8_t *hex(const char *text) {
    static uint8_t rooms[8][64];
    static int turn;
    uint8_t *to = rooms[turn = (turn + 1) % 8];
    unsigned octet;
    for (int i = 0; sscanf(text + 2 * i, "%2x", &octet) == 1; i++) to[i] = (uint8_t)octet;
    return to;
}

static void is(const char *what, const uint8_t *seen, const char *expected) {
    if (memcmp(seen, hex(expected), strlen(expected) / 2) == 0) return;
    printf("%s: expected %s, not\n ", what, expected);
    for (size_t i = 0; i < strlen(expected) / 2; i++) printf("%02x", seen[i]);
    printf("\n"), wrong++;
}

int main(void) {
    uint8_t made[64], shared[SCALAR + 4] = {0};
    aes(hex("000102030405060708090a0b0c0d0e0f"), hex("00112233445566778899aabbccddeeff"), made);
    is("AES (FIPS 197, C.1)", made, "69c4e0d86a7b0430d8cdb78070b4c55a");
    mmo(hex("83FED3407A932B70"), 8, made);
    is("install code (SE 1.4a, 5.4.8.1.1)", made, "CD4FA064773F46941EC986C09963D1A8");
    mmo(hex("83FED3407A939723A5C639B26916D505C3B5"), 18, made);
    is("install code (BDB 1.0, 10.1.2)", made, "66B6900981E1EE3CA4206B6B861C02BB");
    /* Key agreement: SE 1.4a, annex C.5; the initiator's side. */
    const uint8_t *own = hex("01E9DDB5580CF72ECE7F215F0AE594E48DF3E7FEE8"), *secret = hex("0013D36DE4B1EA8E22739C381370823F404BFF8862");
    uint8_t point[POINT];
    ec_public(secret, point);
    is("ephemeral point", point, "0300E117C86D0E7CD128B2F34E9076CFF24AF46D7288");
    bool agreed = ecmqv(own, secret, point, hex("03045FDFC8D85FFB8B3993CB72DDCAA55F00B3E87D6D0000000000000001544553545345434101090006000000000000"),
                        hex("0200FDE8A7F3D1084224962A4E7C54E69AC3F04DA6B8"), hex("0306AB52062201D995B8B8591F3F086A3A2E214D845E"), shared);
    if (!agreed) printf("no agreement\n"), wrong++;
    is("shared secret", shared, "00E0D2C3CCD5C106A89C4F6CC26A5F7EC9DF78A7BE");
    shared[SCALAR + 3] = 2;
    mmo(shared, SCALAR + 4, made);
    is("link key", made, "86D58AAA998E2FAEFAF9FEF49606543A");
    printf(wrong ? "%d wrong\n" : "all as published\n", wrong);
    return wrong != 0;
}
