/* Building text, near names, and numbers that do not depend on the process's locale. */
#include "base/text.h"

#include <ctype.h>
#include <locale.h>
#include <math.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

void tmn_text_init(struct tmn_text *text, struct tmn_arena *arena) {
    memset(text, 0, sizeof *text);
    text->arena = arena;
    text->capacity = 64;
    text->items = tmn_arena_alloc(arena, text->capacity, 1);
}

static void reserve(struct tmn_text *text, size_t more) {
    if (more < text->capacity - text->count)
        return;
    size_t capacity = text->capacity;
    while (capacity - text->count <= more)
        capacity *= 2;
    char *grown = tmn_arena_alloc(text->arena, capacity, 1);
    memcpy(grown, text->items, text->count);
    text->items = grown;
    text->capacity = capacity;
}

void tmn_text_bytes(struct tmn_text *text, const char *bytes, size_t count) {
    reserve(text, count + 1);
    if (count > 0)
        memcpy(text->items + text->count, bytes, count);
    text->count += count;
    text->items[text->count] = '\0';
}

void tmn_text_put(struct tmn_text *text, const char *format, ...) {
    va_list args, again;
    va_start(args, format);
    va_copy(again, args);
    int length = vsnprintf(NULL, 0, format, args);
    va_end(args);
    reserve(text, (size_t)length + 1);
    vsnprintf(text->items + text->count, (size_t)length + 1, format, again);
    va_end(again);
    text->count += (size_t)length;
}

/* Edit distance with swaps of neighbours, case-blind; names are cut at 63 characters. */
static int edit_distance(const char *a, const char *b) {
    enum { LIMIT = 63 };
    int row[3][LIMIT + 2];
    int n = (int)strnlen(a, LIMIT), m = (int)strnlen(b, LIMIT);
    for (int j = 0; j <= m; j++)
        row[0][j] = j;
    for (int i = 1; i <= n; i++) {
        int *now = row[i % 3], *before = row[(i + 2) % 3], *earlier = row[(i + 1) % 3];
        now[0] = i;
        for (int j = 1; j <= m; j++) {
            int ca = tolower((unsigned char)a[i - 1]), cb = tolower((unsigned char)b[j - 1]);
            int best = before[j - 1] + (ca == cb ? 0 : 1);
            if (before[j] + 1 < best)
                best = before[j] + 1;
            if (now[j - 1] + 1 < best)
                best = now[j - 1] + 1;
            if (i > 1 && j > 1 && ca == tolower((unsigned char)b[j - 2]) && tolower((unsigned char)a[i - 2]) == cb &&
                earlier[j - 2] + 1 < best)
                best = earlier[j - 2] + 1;
            now[j] = best;
        }
    }
    return row[n % 3][m];
}

const char *tmn_nearest(const char *name, const char *const *candidates, size_t count) {
    const char *nearest = NULL;
    int length = (int)strlen(name), best = length < 4 ? 1 : length < 8 ? 2 : 3;
    for (size_t i = 0; i < count; i++) {
        int distance = edit_distance(name, candidates[i]);
        if (distance < best || (distance == best && nearest == NULL)) {
            best = distance;
            nearest = candidates[i];
        }
    }
    return nearest;
}

/* The "C" locale for strtod_l; made once, never freed (a process-wide constant). */
static locale_t the_c_locale;
static pthread_once_t c_locale_once = PTHREAD_ONCE_INIT;

static void make_c_locale(void) {
    the_c_locale = newlocale(LC_ALL_MASK, "C", (locale_t)0);
}

static locale_t c_locale(void) {
    pthread_once(&c_locale_once, make_c_locale);
    return the_c_locale;
}

bool tmn_parse_real(const char *text, size_t length, double *value) {
    char copy[64], *end;
    if (length == 0 || length >= sizeof copy)
        return false;
    for (size_t i = 0; i < length; i++)
        if (strchr("0123456789+-.eE", text[i]) == NULL || text[i] == '\0')
            return false;
    memcpy(copy, text, length);
    copy[length] = '\0';
    *value = strtod_l(copy, &end, c_locale());
    return end == copy + length && isfinite(*value);
}

bool tmn_parse_int(const char *text, size_t length, long long *value) {
    size_t i = length > 0 && (text[0] == '-' || text[0] == '+') ? 1 : 0;
    if (i == length)
        return false;
    long long sum = 0;
    for (; i < length; i++) {
        if (text[i] < '0' || text[i] > '9' || __builtin_mul_overflow(sum, 10, &sum) ||
            __builtin_add_overflow(sum, text[i] - '0', &sum))
            return false;
    }
    *value = text[0] == '-' ? -sum : sum;
    return true;
}

void tmn_format_digits(double value, int digits, char text[32]) {
    locale_t before = uselocale(c_locale());
    if (value == floor(value) && fabs(value) < 1e15) { /* 30, not 3e+01 */
        snprintf(text, 32, "%.0f", value);
    } else {
        char tried[32];
        snprintf(tried, sizeof tried, "%.*g", digits, value);
        double wanted = strtod(tried, NULL);
        for (int precision = 1; precision <= digits; precision++) {
            snprintf(tried, sizeof tried, "%.*g", precision, value);
            if (strtod(tried, NULL) == wanted)
                break;
        }
        memcpy(text, tried, strlen(tried) + 1);
    }
    uselocale(before);
}

void tmn_format_real(double value, char text[32]) {
    tmn_format_digits(value, 17, text);
}

void tmn_format_count(long long value, char text[32]) {
    char plain[32];
    int length = snprintf(plain, sizeof plain, "%lld", value), out = 0;
    for (int i = 0; i < length; i++) {
        text[out++] = plain[i];
        int left = length - 1 - i;
        if (left > 0 && left % 3 == 0 && plain[i] != '-')
            text[out++] = ',';
    }
    text[out] = '\0';
}
