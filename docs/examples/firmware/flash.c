/* What outlives a power cut: one file in HANBENCH_FLASH. What the factory gives: device.json beside it. */
#define _POSIX_C_SOURCE 200809L
#include "meter.h"
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { MAGIC = 0x4D455431, STRIDE = 256 };
/* Counters are written ahead by STRIDE: a flash does not last if each frame costs it a page. */

Flash flash;
Factory factory;
static char path[256], fresh[264];

static bool hex_of(const char *json, const char *name, uint8_t *to, int most, int *n) {
    char wanted[32];
    snprintf(wanted, sizeof wanted, "\"%s\": \"", name);
    const char *at = strstr(json, wanted);
    unsigned octet;
    if (!at) return false;
    at += strlen(wanted);
    for (*n = 0; *n < most && sscanf(at, "%2x", &octet) == 1; at += 2) to[(*n)++] = (uint8_t)octet;
    return true;
}

static void read_factory(const char *folder) {
    char name[256], json[2048] = "";
    uint8_t octets[64];
    int n;
    snprintf(name, sizeof name, "%s/device.json", folder);
    FILE *file = fopen(name, "r");
    if (!file || !fread(json, 1, sizeof json - 1, file) || !hex_of(json, "eui64", octets, 8, &n) || n != 8) {
        fprintf(stderr, "meter: %s: expected eui64 and install_code\n", name);
        exit(3);
    }
    fclose(file);
    for (int i = 0; i < 8; i++) factory.ieee = factory.ieee << 8 | octets[i];
    if (hex_of(json, "install_code", octets, 18, &n)) mmo(octets, n, factory.joining_key);
    factory.has_certificate = hex_of(json, "certificate", factory.certificate, CERTIFICATE, &n) && n == CERTIFICATE &&
                              hex_of(json, "private_key", factory.secret, SCALAR, &n) && n == SCALAR &&
                              hex_of(json, "authority", factory.authority, POINT, &n) && n == POINT;
}

void flash_open(const char *folder) {
    if (!folder) folder = ".";
    snprintf(path, sizeof path, "%s/meter.bin", folder);
    snprintf(fresh, sizeof fresh, "%s.new", path);
    read_factory(folder);
    FILE *file = fopen(path, "rb");
    if (!file || fread(&flash, sizeof flash, 1, file) != 1 || flash.magic != MAGIC) flash = (Flash){.magic = MAGIC};
    if (file) fclose(file);
}

/* The old page stays until the new one is whole. */
void flash_save(void) {
    int file = open(fresh, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    if (file < 0 || write(file, &flash, sizeof flash) != (ssize_t)sizeof flash || fsync(file) || close(file) || rename(fresh, path)) {
        perror(path);
        exit(3);
    }
}

/* After a Leave: counters and the register stay. */
void flash_forget_network(void) {
    Flash kept = {.magic = MAGIC, .nwk_counter = flash.nwk_counter, .aps_counter = flash.aps_counter,
                  .joining_heard = flash.joining_heard, .summation = flash.summation};
    flash = kept;
    flash_save();
}

/* `present` is 0 after a power cut. The page has a value above all that were used, so counting goes on from there. */
uint32_t next_counter(uint32_t *stored, uint32_t *present) {
#ifdef FAULT_COUNTER_STARTS_AGAIN
    if (*present < *stored - STRIDE || *present >= *stored || *stored < STRIDE) {
#else
    if (*present == 0 || *present == *stored) {
#endif
        *present = *stored;
        *stored += STRIDE;
        flash_save();
    }
    return (*present)++;
}
