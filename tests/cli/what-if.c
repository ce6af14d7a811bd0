/* An example of checkpoints in the public interface: stops a run half way, goes on from there, and asks what would come
 * of another setting from then on. Ends with 1 unless going on gives the run itself, and the setting another.
 *
 *     what-if SCENARIO NAME=VALUE FOLDER
 */
#include <stdio.h>
#include <string.h>
#include <tumen.h>

static int complain(const struct tumen_error *error) {
    fprintf(stderr, "%s\n", error->text);
    return 1;
}

/* Steps to the end, saving in `folder` (or NULL) when `half` windows are done; then the digest. */
static bool finish(struct tumen_run *run, int half, const char *folder, char digest[33], struct tumen_error *error) {
    while (!tumen_run_done(run)) {
        if (folder && tumen_run_window(run) == half && !tumen_run_save(run, folder, error))
            return false;
        if (!tumen_run_step(run, error))
            return false;
    }
    tumen_run_digest(run, digest);
    return true;
}

static bool straight(const char *path, const char *folder, char digest[33], struct tumen_error *error) {
    struct tumen_scenario *scenario;
    struct tumen_run *run = NULL;
    bool good = tumen_scenario_open(&scenario, path, error) && tumen_run_start(&run, scenario, NULL, error) &&
                finish(run, tumen_run_windows(run) / 2, folder, digest, error) && tumen_run_write(run, folder, error);
    tumen_run_free(run);
    tumen_scenario_free(scenario);
    return good;
}

static bool later(const char *path, const char *folder, const char *setting, char digest[33],
                  struct tumen_error *error) {
    struct tumen_scenario *scenario;
    struct tumen_run *run = NULL;
    bool good = tumen_scenario_open(&scenario, path, error) &&
                tumen_run_resume(&run, scenario, folder, &setting, setting ? 1 : 0, NULL, error) &&
                finish(run, 0, NULL, digest, error);
    tumen_run_free(run);
    tumen_scenario_free(scenario);
    return good;
}

int main(int argc, char **argv) {
    if (argc != 4) {
        fprintf(stderr, "usage: what-if SCENARIO NAME=VALUE FOLDER\n");
        return 2;
    }
    struct tumen_error error;
    char as_it_was[33], gone_on[33], what_if[33];
    if (!straight(argv[1], argv[3], as_it_was, &error) || !later(argv[1], argv[3], NULL, gone_on, &error) ||
        !later(argv[1], argv[3], argv[2], what_if, &error))
        return complain(&error);
    printf("as it was  %s\ngone on    %s\nwhat if    %s\n", as_it_was, gone_on, what_if);
    return strcmp(as_it_was, gone_on) != 0 || strcmp(as_it_was, what_if) == 0;
}
