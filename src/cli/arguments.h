/* What the user typed. One table of options and one of commands drive parsing, help and the messages about mistakes. */
#ifndef TMN_CLI_ARGUMENTS_H
#define TMN_CLI_ARGUMENTS_H

#include "base/text.h"
#include <stdint.h>

/* Exit statuses. */
enum tmn_status { TMN_DONE = 0, TMN_FAILED = 1, TMN_MISUSED = 2, TMN_BAD_SCENARIO = 3, TMN_INTERRUPTED = 130 };

struct tmn_words {
    const char **items;
    size_t count;
};

struct tmn_arguments {
    const struct tmn_command *command;
    const char *target;       /* the name, path or folder after the command; NULL if none */
    const char *const *words; /* that and what follows it, where the command takes several */
    size_t word_count;
    long long seed, threads, person, runs, turns, draws, year, plant; /* person -1: not given */
    long long seeds;     /* 0: not given; with from..to `seed` is the first */
    double scale, hours; /* hours 0: not given */
    const char *engine, *until, *from, *out, *results, *peers, *checkpoint, *resume, *periods, *digests, *scenario,
        *only, *store, *design; /* NULL: not given */
    struct tmn_words set, both; /* each --set and --both as written */
    bool json, quiet, help, fast, fresh, quick, profile, direct, list, leave_two_out, all, evidence, controls, ablate,
        scale_given, seed_given, seeds_named;
    const char *line; /* the command line as typed, for the record */
};

struct tmn_command {
    const char *name, *summary;
    const char *target; /* the target as the help shows it, or NULL: none; with "...": several may be given */
    bool target_optional;
    const char *options; /* names, separated by spaces, in the order of the help */
    const char *about;   /* prose of the help, wrapped */
    enum tmn_status (*run)(struct tmn_arena *arena, const struct tmn_arguments *arguments);
};

extern const struct tmn_command tmn_commands[];
extern const size_t tmn_command_count;

/* TMN_DONE, or TMN_MISUSED after saying on stderr what is wrong. `help` is set for --help and for no words at all. */
enum tmn_status tmn_arguments_parse(struct tmn_arguments *arguments, struct tmn_arena *arena, int argc, char **argv);
/* The help of a command, or of the program (NULL). */
void tmn_help_print(const struct tmn_command *command);
const struct tmn_command *tmn_command_find(const char *name); /* NULL if none */
/* Says on stderr that there is no such command, with the nearest one. */
void tmn_command_unknown(const char *name);

/* A space and a word of a command line, quoted where a shell would take it apart. */
void tmn_put_word(struct tmn_text *text, const char *word);

/* "gcc 12.2.0": what this program was built with. */
const char *tmn_compiler(void);

enum tmn_status tmn_command_run(struct tmn_arena *arena, const struct tmn_arguments *arguments);
enum tmn_status tmn_command_fork(struct tmn_arena *arena, const struct tmn_arguments *arguments);
enum tmn_status tmn_command_check(struct tmn_arena *arena, const struct tmn_arguments *arguments);
enum tmn_status tmn_command_trace(struct tmn_arena *arena, const struct tmn_arguments *arguments);
enum tmn_status tmn_command_system(struct tmn_arena *arena, const struct tmn_arguments *arguments);
enum tmn_status tmn_command_explain(struct tmn_arena *arena, const struct tmn_arguments *arguments);
enum tmn_status tmn_command_fit(struct tmn_arena *arena, const struct tmn_arguments *arguments);
enum tmn_status tmn_command_arrows(struct tmn_arena *arena, const struct tmn_arguments *arguments);
enum tmn_status tmn_command_loops(struct tmn_arena *arena, const struct tmn_arguments *arguments);
enum tmn_status tmn_command_attribute(struct tmn_arena *arena, const struct tmn_arguments *arguments);
enum tmn_status tmn_command_survey(struct tmn_arena *arena, const struct tmn_arguments *arguments);
enum tmn_status tmn_command_claims(struct tmn_arena *arena, const struct tmn_arguments *arguments);
enum tmn_status tmn_command_compare(struct tmn_arena *arena, const struct tmn_arguments *arguments);
enum tmn_status tmn_command_verify(struct tmn_arena *arena, const struct tmn_arguments *arguments);
enum tmn_status tmn_command_bench(struct tmn_arena *arena, const struct tmn_arguments *arguments);
enum tmn_status tmn_command_doc(struct tmn_arena *arena, const struct tmn_arguments *arguments);
enum tmn_status tmn_command_report(struct tmn_arena *arena, const struct tmn_arguments *arguments);
enum tmn_status tmn_command_version(struct tmn_arena *arena, const struct tmn_arguments *arguments);
enum tmn_status tmn_command_help(struct tmn_arena *arena, const struct tmn_arguments *arguments);

#endif
