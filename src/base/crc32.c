/* CRC-32, eight bytes at a time: table[n][b] is the checksum of byte b followed by n zero bytes, so that eight bytes
 * are eight look-ups that do not wait for each other. */
#include "base/crc32.h"

#include <pthread.h>
#include <string.h>

enum { SLICES = 8, POLYNOMIAL_REFLECTED = (int)0xedb88320u };

static uint32_t table[SLICES][256];
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void make_table(void) {
    for (uint32_t byte = 0; byte < 256; byte++) {
        uint32_t crc = byte;
        for (int bit = 0; bit < 8; bit++)
            crc = (crc >> 1) ^ ((crc & 1u) != 0 ? (uint32_t)POLYNOMIAL_REFLECTED : 0u);
        table[0][byte] = crc;
    }
    for (int slice = 1; slice < SLICES; slice++)
        for (uint32_t byte = 0; byte < 256; byte++)
            table[slice][byte] = (table[slice - 1][byte] >> 8) ^ table[0][table[slice - 1][byte] & 0xffu];
}

static uint32_t word_at(const unsigned char *bytes) {
    return (uint32_t)bytes[0] | (uint32_t)bytes[1] << 8 | (uint32_t)bytes[2] << 16 | (uint32_t)bytes[3] << 24;
}

uint32_t tmn_crc32(uint32_t crc, const void *bytes, size_t count) {
    pthread_once(&once, make_table);
    const unsigned char *at = bytes;
    crc = ~crc;
    for (; count >= SLICES; count -= SLICES, at += SLICES) {
        uint32_t low = crc ^ word_at(at), high = word_at(at + 4);
        crc = table[7][low & 0xffu] ^ table[6][low >> 8 & 0xffu] ^ table[5][low >> 16 & 0xffu] ^ table[4][low >> 24] ^
              table[3][high & 0xffu] ^ table[2][high >> 8 & 0xffu] ^ table[1][high >> 16 & 0xffu] ^
              table[0][high >> 24];
    }
    for (; count > 0; count--, at++)
        crc = (crc >> 8) ^ table[0][(crc ^ *at) & 0xffu];
    return ~crc;
}
