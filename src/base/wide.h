/* Includes WIDE_BODY once for each set of vector instructions that the program may meet, with
 *   WIDE_BYTES      size of a vector
 *   WIDE_TARGET     what compilers call the instructions
 *   WIDE_MULTIPLY   products of the low halves of 64-bit numbers, as 64-bit numbers (of the body's type `whole`)
 *   WIDE_WIDEN      32-bit numbers of half a vector as 64-bit numbers
 *   WIDE_REAL_OF, WIDE_CUT   where there are: 64-bit numbers as binary64, and back without what is below 1
 *   WIDE(name)      the name for these instructions
 * Which of them the processor has is asked of base/isa.h. */
#ifdef __x86_64__
#include <immintrin.h>

#define WIDE_AT_ONCE 4 /* vectors, so that steps which wait for one another overlap */
#define WIDE_FUNCTION static inline __attribute__((always_inline, target(WIDE_TARGET)))

#define WIDE_BYTES 32
#define WIDE_TARGET "avx2"
#define WIDE_MULTIPLY(x, y) (avx2_whole) _mm256_mul_epu32((__m256i)(x), (__m256i)(y))
#define WIDE_WIDEN(x) (avx2_whole) _mm256_cvtepu32_epi64((__m128i)(x))
#define WIDE(name) avx2_##name
#include WIDE_BODY
#undef WIDE_BYTES
#undef WIDE_TARGET
#undef WIDE_MULTIPLY
#undef WIDE_WIDEN
#undef WIDE

#define WIDE_BYTES 64
#define WIDE_TARGET "avx512f,avx512dq"
#define WIDE_MULTIPLY(x, y) (avx512_whole) _mm512_mul_epu32((__m512i)(x), (__m512i)(y))
#define WIDE_WIDEN(x) (avx512_whole) _mm512_cvtepu32_epi64((__m256i)(x))
#define WIDE_REAL_OF(x) (avx512_real) _mm512_cvtepu64_pd((__m512i)(x))
#define WIDE_CUT(x) (avx512_whole) _mm512_cvttpd_epu64((__m512d)(x))
#define WIDE(name) avx512_##name
#include WIDE_BODY
#endif
