/* CRC-32 as zlib, PNG and Ethernet have it (polynomial 0x04c11db7, bits reflected): a change of up to 32 bits in a row
 * is always seen, and any program can check what was written. */
#ifndef TMN_BASE_CRC32_H
#define TMN_BASE_CRC32_H

#include <stddef.h>
#include <stdint.h>

/* The checksum of what `crc` is the checksum of, followed by these bytes; 0 is that of nothing. */
uint32_t tmn_crc32(uint32_t crc, const void *bytes, size_t count);

#endif
