/* An example of the public interface: runs a scenario, prints one outcome by year, and writes the results folder.
 *
 *     example SCENARIO OUTCOME FOLDER
 */
#include <stdio.h>
#include <tumen.h>

static int complain(const struct tumen_error *error) {
    if (error->line > 0)
        fprintf(stderr, "%s:%d:%d: ", error->file, error->line, error->column);
    fprintf(stderr, "%s\n", error->text);
    return 1;
}

static bool run_to_the_end(struct tumen_run *run, struct tumen_error *error) {
    while (!tumen_run_done(run))
        if (!tumen_run_step(run, error))
            return false;
    return true;
}

static bool print_outcome(const struct tumen_run *run, const char *name, struct tumen_error *error) {
    struct tumen_series series;
    char cell_name[200];
    if (!tumen_run_series(run, name, &series, error))
        return false;
    for (uint32_t cell = 0; cell < series.cells; cell++) {
        if (!tumen_run_cell(run, name, cell, cell_name, sizeof cell_name, error))
            return false;
        printf("%s %s:", name, cell_name);
        for (int period = 0; period < series.periods; period++)
            printf(" %.0f", series.value[(size_t)period * series.cells + cell]);
        putchar('\n');
    }
    return true;
}

int main(int argc, char **argv) {
    if (argc != 4) {
        fprintf(stderr, "usage: example SCENARIO OUTCOME FOLDER\n");
        return 2;
    }
    struct tumen_error error;
    struct tumen_scenario *scenario = NULL;
    struct tumen_run *run = NULL;
    struct tumen_options options = tumen_default_options();
    options.seed = 7;
    int status = 0;
    if (tumen_scenario_open(&scenario, argv[1], &error) && tumen_run_start(&run, scenario, &options, &error) &&
        run_to_the_end(run, &error) && print_outcome(run, argv[2], &error) && tumen_run_write(run, argv[3], &error)) {
        char digest[33];
        tumen_run_digest(run, digest);
        printf("%s, digest %s\n", tumen_scenario_title(scenario), digest);
    } else {
        status = complain(&error);
    }
    tumen_run_free(run);
    tumen_scenario_free(scenario);
    return status;
}
