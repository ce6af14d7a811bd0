/* Any bytes as a CSV file: a table or a mistake; a table that is written and read again stays the same. */
#include "fuzz.h"
#include "scenario/csv.h"

#include <string.h>

static void put_cell(struct tmn_text *out, const char *cell, bool last) {
    tmn_text_put(out, "\"");
    for (; *cell != '\0'; cell++)
        tmn_text_put(out, *cell == '"' ? "\"\"" : "%c", *cell);
    tmn_text_put(out, last ? "\"\n" : "\",");
}

static void check_table(struct tmn_arena *arena, const struct tmn_csv *csv, struct tmn_diagnostics *list) {
    struct tmn_text out;
    tmn_text_init(&out, arena);
    for (size_t i = 0; i < csv->columns; i++) {
        CHECK(tmn_csv_column(csv, csv->header[i]) == (int)i);
        CHECK(tmn_csv_header_place(csv, (int)i).line >= 1);
        put_cell(&out, csv->header[i], i + 1 == csv->columns);
    }
    for (size_t i = 0; i < csv->rows * csv->columns; i++) {
        struct tmn_place place = tmn_csv_place(csv, i / csv->columns, (int)(i % csv->columns));
        CHECK(place.line >= csv->line[i / csv->columns] && place.column >= 1 && place.length >= 1);
        const char *at = csv->source->bytes + csv->cell_offset[i];
        CHECK(*at == '"' || memcmp(at, csv->cell[i], strlen(csv->cell[i])) == 0);
        put_cell(&out, csv->cell[i], (i + 1) % csv->columns == 0);
    }
    const struct tmn_source *written = fuzz_source(arena, (const uint8_t *)out.items, out.count);
    const struct tmn_csv *again = tmn_csv_parse(arena, written, list);
    CHECK(again != NULL && again->columns == csv->columns && again->rows == csv->rows);
    for (size_t i = 0; i < csv->rows * csv->columns; i++)
        CHECK(strcmp(again->cell[i], csv->cell[i]) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct tmn_arena arena;
    struct tmn_diagnostics list;
    tmn_arena_init(&arena, 0);
    tmn_diagnostics_init(&list, &arena);
    struct tmn_csv *csv = tmn_csv_parse(&arena, fuzz_source(&arena, data, size), &list);
    CHECK((csv == NULL) == (list.errors > 0));
    if (csv != NULL)
        check_table(&arena, csv, &list);
    fuzz_render(&list);
    tmn_arena_free(&arena);
    return 0;
}
