/* Keyed draws by Philox4x32-10 (Salmon et al. 2011, through the Random123 headers), name hashes and keyed permutations.
 */
#include "base/draw.h"

#include "base/fixed.h"
#include "base/real.h"
#include <math.h>
#include <philox.h>

struct tmn_draw tmn_draw(uint64_t seed, uint32_t row, uint32_t partner, uint32_t k, uint32_t name_hash) {
    philox4x32_ctr_t counter = {{row, partner, k, name_hash}};
    philox4x32_key_t key = {{(uint32_t)seed, (uint32_t)(seed >> 32)}};
    philox4x32_ctr_t lanes = philox4x32_R(10, counter, key);
    return (struct tmn_draw){{lanes.v[0], lanes.v[1], lanes.v[2], lanes.v[3]}};
}

uint64_t tmn_draw_threshold(struct tmn_draw draw) {
    uint64_t bits = ((uint64_t)draw.lane[1] << 32) | draw.lane[0];
    /* (bits / 2^11 + 1) / 2^53 lies in (0, 1] on the grid of binary64, so the conversion is exact. */
    double u = (double)((bits >> 11) + 1) * 0x1p-53;
    double units = -tmn_log(u) * 0x1p58;
    if (units >= 0x1p63)
        return INT64_MAX;
    uint64_t whole = (uint64_t)units;
    whole += units - (double)whole >= 0.5 ? 1 : 0;
    return whole == 0 ? 1 : whole;
}

uint32_t tmn_draw_uniform(struct tmn_draw draw) {
    return draw.lane[2];
}

uint64_t tmn_name_hash64(const char *name) {
    uint64_t hash = UINT64_C(0xcbf29ce484222325); /* FNV-1a, then mixed */
    for (const char *c = name; *c != '\0'; c++)
        hash = (hash ^ (unsigned char)*c) * UINT64_C(0x100000001b3);
    return tmn_mix64(hash + UINT64_C(0x9e3779b97f4a7c15));
}

uint32_t tmn_name_hash(const char *name) {
    uint64_t hash = tmn_name_hash64(name);
    return (uint32_t)(hash ^ (hash >> 32));
}

/* Alternating halves as in permute.c, but of a grid of high x low cells that has at most high - 1 more than n, with
 * sums modulo high and low: nearly all values stay below n at once (Black and Rogaway 2002, "Ciphers with arbitrary
 * finite domains"). Small grids take more rounds, as few levels of a half mix little: low^(rounds / 2) reaches 2^20. */
void tmn_shuffle_init(struct tmn_shuffle *shuffle, uint64_t key, uint32_t n) {
    shuffle->n = n;
    shuffle->high = (uint32_t)sqrt((double)n);
    while ((uint64_t)shuffle->high * shuffle->high < n)
        shuffle->high++;
    shuffle->low = (uint32_t)(((uint64_t)n + shuffle->high - 1) / shuffle->high);
    shuffle->rounds = 6;
    for (uint64_t mixed = (uint64_t)shuffle->low * shuffle->low * shuffle->low;
         mixed < 1 << 20 && shuffle->rounds < TMN_SHUFFLE_ROUNDS_MAX; mixed *= shuffle->low)
        shuffle->rounds += 2;
    for (int round = 0; round < shuffle->rounds; round++)
        shuffle->key[round] = (uint32_t)tmn_mix64(key + (uint64_t)round);
}

/* A number below `size` keyed by the other half. */
static inline uint32_t shuffle_round(uint32_t key, uint32_t half, uint32_t size) {
    uint32_t x = (half + key) * UINT32_C(0x85ebca6b);
    x = (x ^ (x >> 15)) * UINT32_C(0xc2b2ae35);
    return (uint32_t)(((uint64_t)x * size) >> 32);
}

static inline uint32_t add_modulo(uint32_t x, uint32_t y, uint32_t size) {
    return x >= size - y ? x - (size - y) : x + y;
}
static inline uint32_t subtract_modulo(uint32_t x, uint32_t y, uint32_t size) {
    return x >= y ? x - y : x + (size - y);
}

uint32_t tmn_shuffle(const struct tmn_shuffle *shuffle, uint32_t i) {
    uint64_t x = i;
    do {
        uint32_t high = (uint32_t)(x / shuffle->low), low = (uint32_t)(x % shuffle->low);
        for (int round = 0; round < shuffle->rounds; round += 2) {
            high = add_modulo(high, shuffle_round(shuffle->key[round], low, shuffle->high), shuffle->high);
            low = add_modulo(low, shuffle_round(shuffle->key[round + 1], high, shuffle->low), shuffle->low);
        }
        x = (uint64_t)high * shuffle->low + low;
    } while (x >= shuffle->n);
    return (uint32_t)x;
}

uint32_t tmn_shuffle_inverse(const struct tmn_shuffle *shuffle, uint32_t i) {
    uint64_t x = i;
    do {
        uint32_t high = (uint32_t)(x / shuffle->low), low = (uint32_t)(x % shuffle->low);
        for (int round = shuffle->rounds - 2; round >= 0; round -= 2) {
            low = subtract_modulo(low, shuffle_round(shuffle->key[round + 1], high, shuffle->low), shuffle->low);
            high = subtract_modulo(high, shuffle_round(shuffle->key[round], low, shuffle->high), shuffle->high);
        }
        x = (uint64_t)high * shuffle->low + low;
    } while (x >= shuffle->n);
    return (uint32_t)x;
}

/* Rounds over arrays, so that compilers make several at a time. */
void tmn_shuffle_inverse_many(const struct tmn_shuffle *shuffle, uint32_t first, uint32_t count, uint32_t *out) {
    enum { MANY = 512 };
    uint32_t high[MANY], low[MANY], highs = shuffle->high, lows = shuffle->low;
    for (uint32_t done = 0; done < count; done += MANY) {
        uint32_t n = count - done < MANY ? count - done : MANY;
        uint32_t h = (first + done) / lows, l = (first + done) % lows;
        for (uint32_t i = 0; i < n; i++) {
            high[i] = h;
            low[i] = l++;
            if (l == lows) {
                l = 0;
                h++;
            }
        }
        for (int round = shuffle->rounds - 2; round >= 0; round -= 2) {
            uint32_t key_high = shuffle->key[round], key_low = shuffle->key[round + 1];
            for (uint32_t i = 0; i < n; i++) {
                low[i] = subtract_modulo(low[i], shuffle_round(key_low, high[i], lows), lows);
                high[i] = subtract_modulo(high[i], shuffle_round(key_high, low[i], highs), highs);
            }
        }
        for (uint32_t i = 0; i < n; i++)
            out[done + i] = high[i] * lows + low[i];
        for (uint32_t i = 0; i < n; i++)
            if (out[done + i] >= shuffle->n)
                out[done + i] = tmn_shuffle_inverse(shuffle, out[done + i]);
    }
}
