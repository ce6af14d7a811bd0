/* The table of options, the table of commands, and the parser and help that both drive. */
#include "cli/arguments.h"
#include "base/text.h"
#include "cli/print.h"
#include <getopt.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum kind { FLAG, WHOLE, REAL, WORD, LIST, VERB, SPAN };

struct option_row {
    const char *name, *argument; /* argument: as the help shows it, or NULL for a flag */
    enum kind kind;
    size_t offset;    /* of the field in struct tmn_arguments */
    double low, high; /* WHOLE, SPAN: low..high; REAL: above low, up to high */
    const char *help;
};

#define FIELD(name) offsetof(struct tmn_arguments, name)

static const struct option_row options[] = {
    {"scale", "S", REAL, FIELD(scale), 0, 1, "share of the population to simulate, above 0 and up to 1"},
    {"seed", "N", WHOLE, FIELD(seed), 0, 9007199254740992.0,
     "seed of every draw (default 1); the same seed gives the same result"},
    {"seeds", "N|A..B", SPAN, FIELD(seeds), 1, 1000,
     "how many seeds, or which (default: 1 for a survey, 2 to fit, 4 to attribute, else 8)"},
    {"year", "YEAR", WHOLE, FIELD(year), 1, 9999, "year to explain"},
    {"draws", "N", WHOLE, FIELD(draws), 0, 10000,
     "draws of the parameters from their priors (default 0: as they are; claims: 40)"},
    {"plant", "N", WHOLE, FIELD(plant), 2, 10000,
     "also make N worlds, half with a claim false by construction, and their data"},
    {"hours", "H", REAL, FIELD(hours), 0, 10000, "begin no draw that would end later than this (default 4)"},
    {"only", "ID,...", WORD, FIELD(only), 0, 0, "these claims alone"},
    {"runs", "N", WHOLE, FIELD(runs), 2, 100000, "budget of trials (default 60); each costs one run per seed"},
    {"threads", "N", WHOLE, FIELD(threads), 1, 256,
     "threads to use (default: all processors); changes the time, never the result"},
    {"engine", "NAME", WORD, FIELD(engine), 0, 0,
     "engine to run on: event (the default) or reference: the same to the bit, slower"},
    {"person", "N", WHOLE, FIELD(person), 0, 4294967295.0, "number of the person, counted from 0"},
    {"from", "DATE", WORD, FIELD(from), 0, 0,
     "begin at this date: to tell, to sum up, to hold drivers (YYYY-MM-DD, or YYYY: its first day)"},
    {"until", "DATE", WORD, FIELD(until), 0, 0,
     "stop after the window that holds this date (YYYY-MM-DD, or YYYY: its last day)"},
    {"set", "NAME=VALUE[@DATE]", LIST, FIELD(set), 0, 0,
     "change a parameter or driver, from a date on if one is given; may be repeated"},
    {"hold", "NAME=VALUE[@DATE]", VERB, FIELD(set), 0, 0,
     "fix a feedback variable or driver, from a date on if given; may be repeated"},
    {"shift", "NAME=VALUE[@DATE]", VERB, FIELD(set), 0, 0,
     "offset it, as all see it but its own rule; may be repeated"},
    {"assign", "TEXT", VERB, FIELD(set), 0, 0,
     "set levels once: \"attribute=level where PREDICATE share 0.2 @DATE\"; may be repeated"},
    {"both", "NAME=VALUE[@DATE]", LIST, FIELD(both), 0, 0, "change it in both worlds; may be repeated"},
    {"scenario", "NAME|PATH", WORD, FIELD(scenario), 0, 0, "the variant is this scenario (with --set, if given)"},
    {"design", "FILE", WORD, FIELD(design), 0, 0,
     "design of the survey: a file, or the name of one in the scenario's folder `surveys`"},
    {"store", "DIR", WORD, FIELD(store), 0, 0,
     "folder of finished runs, shared (default results/runs); may be deleted"},
    {"out", "PATH", WORD, FIELD(out), 0, 0, "where to write; an older results folder there is replaced"},
    {"checkpoint", "TIME", WORD, FIELD(checkpoint), 0, 0,
     "save the run this often (26w, 90d, 1y), so that it can go on from there"},
    {"resume", "DIR", WORD, FIELD(resume), 0, 0,
     "go on from the checkpoint in this results folder, with the settings of then"},
    {"digests", "FILE", WORD, FIELD(digests), 0, 0, "write both digests after each window as CSV, to compare runs"},
    {"results", "DIR", WORD, FIELD(results), 0, 0, "results folder to read simulated figures from"},
    {"turns", "N", WHOLE, FIELD(turns), 1, 15, "how often each case is measured (default 3); figures are medians"},
    {"peers", "DIR", WORD, FIELD(peers), 0, 0,
     "folder of other programs to run beside (default: where `make bench` puts them)"},
    {"quick", NULL, FLAG, FIELD(quick), 0, 0, "small sizes, in seconds; nothing is judged"},
    {"leave-two-out", NULL, FLAG, FIELD(leave_two_out), 0, 0,
     "fit anew without each pair of neighbouring years, and tell the errors there"},
    {"profile", NULL, FLAG, FIELD(profile), 0, 0, "tell where time and bytes went, by phase and transition"},
    {"all", NULL, FLAG, FIELD(all), 0, 0, "every name of the scenario, with its kind and what it rests on; every row"},
    {"controls", NULL, FLAG, FIELD(controls), 0, 0,
     "also with other drivers: codings, two years later, years permuted"},
    {"evidence", NULL, FLAG, FIELD(evidence), 0, 0, "list everything that rests on nothing, not only how much does"},
    {"ablate", NULL, FLAG, FIELD(ablate), 0, 0, "turn each subsystem off, against what it is there to move"},
    {"fast", NULL, FLAG, FIELD(fast), 0, 0, "leave out the checks marked `slow: yes`"},
    {"periods", "YEARS", WORD, FIELD(periods), 0, 0,
     "years in which periods begin, as in 1995,2002,2010 (default: four of one length)"},
    {"direct", NULL, FLAG, FIELD(direct), 0, 0, "direct signs only: one run, no pairs"},
    {"list", NULL, FLAG, FIELD(list), 0, 0, "list the links as they are declared, as a table in Markdown"},
    {"fresh", NULL, FLAG, FIELD(fresh), 0, 0, "draw a seed from the system and print it"},
    {"json", NULL, FLAG, FIELD(json), 0, 0, "print JSON on standard output, and nothing else"},
    {"quiet", NULL, FLAG, FIELD(quiet), 0, 0, "no progress, no tables"},
    {"help", NULL, FLAG, FIELD(help), 0, 0, "print this help"},
};
enum { OPTIONS = sizeof options / sizeof *options };

#define BUILT_IN                                                                                                       \
    "NAME is a scenario that comes with tumen (dprk), PATH a scenario.yaml or a folder that holds one (write ./NAME "  \
    "for a "                                                                                                           \
    "folder here). The environment variable TUMEN_SCENARIOS names another folder of scenarios."
#define INSTRUCTIONS                                                                                                   \
    " TUMEN_ISA, baseline, avx2 or avx512, asks for instructions other than the widest of the processor; it changes "  \
    "the time, never the result."

const struct tmn_command tmn_commands[] = {
    {"run", "simulate a scenario, print what came out, write a results folder with a report", "NAME|PATH", false,
     "scale seed threads engine until set hold shift assign checkpoint resume digests profile out json quiet help",
     "Simulates every person of the scenario, window by window, then prints the figures that the documents state "
     "beside observed and "
     "simulated ones, and writes a results folder (default results/NAME-SEED) whose report.html opens in any browser. "
     "Ctrl-C "
     "finishes the window, saves a checkpoint and writes what there is, marked incomplete; a second Ctrl-C stops at "
     "once. " BUILT_IN INSTRUCTIONS,
     tmn_command_run},
    {"fork", "go on from the checkpoint of a run with other settings: what if", "DIR", false,
     "set hold shift assign threads engine until checkpoint digests out json quiet help",
     "Begins where the checkpoint in the results folder DIR was saved, with the settings of --set from then on (or "
     "from "
     "the date that they name), and runs to the end: the same, to the bit, as the whole run with these dated settings. "
     "DIR stays as it is; the results lie in --out (default DIR-fork).",
     tmn_command_fork},
    {"check", "find every mistake in a scenario; or say what a run of it would take", "NAME|PATH", false,
     "scale threads evidence json help",
     "Prints every mistake with its file, line and a suggestion. When there is none: persons, transitions with their "
     "strata and "
     "memory, ties by year, and the memory and time that a run at --scale would take, both measured on small ones. A "
     "run that would not fit into memory says so before it starts. Ends with how much cites no evidence and is not "
     "marked as assumed. " BUILT_IN,
     tmn_command_check},
    {"trace", "follow one simulated person", "NAME|PATH", false,
     "person from until scale seed threads set hold shift assign help",
     "Prints the attributes of one person, each firing of a clock and each message with the line of the scenario that "
     "caused it, and "
     "the clocks that run at the end. All persons are synthetic: this is for finding mistakes in a model. " BUILT_IN,
     tmn_command_trace},
    {"system", "the subsystems of a scenario, and the figures that its documents state", "NAME|PATH", false,
     "results ablate set seed seeds scale until threads store out json quiet help",
     "One line for each subsystem: whether it is in, coarse or out, the switch that turns it off, what it is there to "
     "move, the claims about it; then the figures that the documents state, beside what was observed and, given a "
     "results folder, what was simulated. With --ablate each switch is turned off in runs paired with those of the "
     "whole model, and its targets are told with intervals: moved beyond the noise of pairs, open, or inert. "
     "Finished runs are kept in --store; after Ctrl-C the same command goes on. " BUILT_IN,
     tmn_command_system},
    {"explain", "what a name stands for, what it rests on, and what rests on it", "NAME|PATH WHAT...", false,
     "all json help",
     "WHAT is any name that the scenario declares: an attribute (status) or a level of it (status.home, home), map, "
     "table, "
     "parameter, driver, feedback variable, layer, counter, transition, branch (cross_alone.caught), event, outcome, "
     "observation, check, figure (figure.3), subsystem (system.5, or its name), claim (C063), arrow (15.2), loop "
     "(R14), "
     "or the id of a piece of evidence (C034). "
     "Prints where it stands and how it is written, its value, unit and prior, what it reads and changes, the evidence "
     "that it cites with source and grade, or that it is assumed or rests on nothing; and what reads, changes or cites "
     "it. --all lists every name. " BUILT_IN,
     tmn_command_explain},
    {"fit", "move the parameters marked `fitted: yes` towards the observations", "NAME|PATH", false,
     "scale seed seeds runs leave-two-out threads set out quiet help",
     "Lowers the squared log errors of the observations up to their `fit` date plus a penalty for leaving the priors, "
     "with several common seeds for each trial. Prints the fitted values with how far the data decide them, and the "
     "errors beside those of curves that know no mechanism, also for years left out; writes the values as YAML "
     "(default "
     "fit-NAME.yaml) and every trial in a CSV file beside it, from which the same command goes on after an "
     "interruption. "
     "The search starts at the values of the scenario, or of --set. Later data are not read. " BUILT_IN,
     tmn_command_fit},
    {"compare", "what a change does: two worlds in which each person has the same luck", "NAME|PATH", false,
     "set hold shift assign scenario both seed seeds draws scale until from threads store out json quiet help",
     "Runs the scenario as it is and with --set (or beside --scenario), in pairs that share their seeds, so that what "
     "differs follows from the change. Prints base, variant and effect of each outcome with an interval of 90 %, how "
     "many persons did it in one world only, how much variance pairing saved, and what harm came with it. Writes a "
     "results folder (default results/compare) with effects by year and cell and a page. With --draws the parameters "
     "come from their priors. Finished runs are kept in --store and shared, so that the same command goes on after "
     "Ctrl-C, and more seeds cost only what is new. " BUILT_IN,
     tmn_command_compare},
    {"claims", "what the model says to what others say of the country", "NAME|PATH", false,
     "only draws hours scale seed set controls plant all threads store out json quiet help",
     "Makes the experiments of the section `claims`, over draws of the parameters (default 40) from their priors, each "
     "in twin worlds that share their luck, and gives each claim a verdict in this model. Without a posterior verdicts "
     "are prior-predictive: no claim is supported or contradicted by data. Prints counts by class and verdict, the "
     "rows (all with --all) and the controls; writes a results folder (default results/claims) with a page. The "
     "scale, unless given, is that of half a million persons. Before it starts it says how long it will take; it "
     "begins nothing that would end after --hours, goes on after Ctrl-C, and shares runs with every other command. "
     "" BUILT_IN,
     tmn_command_claims},
    {"arrows", "is each signed link wired as it says, and what does it do over time", "NAME|PATH", false,
     "direct list set hold shift assign scale seed seeds threads store out json quiet help",
     "For each link of the section `arrows`: the direct sign, computed without a draw at the state of its date, of the "
     "first seed, by changing its cause alone; then the total effect on its outcome over its horizon, with all "
     "feedback, by pairs of runs that share their seeds, with an interval of 90 % over the seeds. These test the "
     "wiring of the model, not the world. Writes a results folder (default results/arrows) with a table and a page. "
     "Finished "
     "runs are kept in --store and shared, so that the same command goes on after Ctrl-C. Ends with 1 when a direct "
     "sign is not what the link says. " BUILT_IN,
     tmn_command_arrows},
    {"loops", "how much each loop adds to the response to a push, by period", "NAME|PATH", false,
     "periods set hold shift assign scale seed seeds threads store out json quiet help",
     "Cuts each loop of the section `loops` in turn: a pulse of half a year enters it where it is cut, once with the "
     "loop closed and once with the effect seeing, beside the pulse, what it saw without one. Prints for each period "
     "the "
     "gain, the difference of both responses of the loop's outcome over the response with the loop cut, and its rank. "
     "This tests the wiring of the model, not the world. Writes a results folder (default results/loops) with tables "
     "and a page. Finished runs are kept in --store and shared, so that the same command goes on after "
     "Ctrl-C. " BUILT_IN,
     tmn_command_loops},
    {"attribute", "which drivers made a year what it was", "NAME|PATH", false,
     "year from set hold shift assign scale seed seeds threads store out json quiet help",
     "Runs the year in worlds in which some classes of drivers run as the scenario has them and all others keep, from "
     "its "
     "first day or --from on, what they were the day before. Prints, from the year before to the year, what was under "
     "way "
     "and what each class added: its Shapley value over all sets of classes (of more than seven, over orders drawn for "
     "each seed), with an interval of 90 % over the seeds. Worlds of a seed share their past, which is run once. "
     "Writes a "
     "results folder (default results/attribute) with a waterfall for each outcome; goes on after Ctrl-C. " BUILT_IN,
     tmn_command_attribute},
    {"survey", "the survey of leavers, run on the model's leavers, beside those who stayed", "NAME|PATH", false,
     "design set scale seed seeds until threads out json quiet help",
     "Runs the scenario, interviews a sample of those who came to satisfy the design's condition (in the South, say) "
     "with the "
     "answers of the week before they left, and asks everybody, and those at home, the same. Prints shares with their "
     "intervals, beside what surveys observed. Writes a results folder (default results/survey) with a page. " BUILT_IN,
     tmn_command_survey},
    {"verify", "decide the checks of scenarios: published and exact figures beside ours", "NAME|PATH", true,
     "fast seed fresh threads out json quiet help",
     "Makes the runs that the section `checks` of a scenario, or of every scenario in a folder (default: classic), "
     "asks "
     "for, and "
     "prints each figure beside ours with its interval. True checks fail once in a thousand suites. Writes a results "
     "folder (default "
     "results/verify). Ends with 1 when a row does not pass; Ctrl-C leaves the rest marked as not run. " BUILT_IN,
     tmn_command_verify},
    {"bench", "how fast, beside the limits of this machine and other programs", "W...", true,
     "quick turns threads peers out json quiet help",
     "Measures the workloads W1 (the country, and a frozen load), W2 (an epidemic in a small world), W3 (rare events), "
     "W4 (a cascade) and W5 (everybody, every window), or those named, and what this machine's memory can do. Prints "
     "the figures beside their targets and writes a results folder (default results/bench) with tables and a page. At "
     "full size a turn takes an hour or more, and all of it up to 12 GB; the frozen load, the longest, comes last. "
     "Ctrl-C ends it with what there is.",
     tmn_command_bench},
    {"doc", "describe a scenario on a page, in the order of the ODD protocol", "NAME|PATH", false, "out help",
     "Writes one HTML file (default NAME.html) that needs nothing else: purpose, entities, schedule with state charts, "
     "design concepts, initialisation, input data, every rule as a formula, parameters, evidence. It is made from the "
     "compiled scenario, so that it says what is run. Needs the program dot of Graphviz. " BUILT_IN,
     tmn_command_doc},
    {"report", "make the report of a results folder anew", "DIR", false, "help",
     "Writes report.html of a results folder again from its report.json.", tmn_command_report},
    {"version", "print the version", NULL, false, "help",
     "Prints the version, the compiler and the library's promise of exactness.", tmn_command_version},
    {"help", "print the help of the program or of a command", "COMMAND", true, "help",
     "Prints the help of a command; without one, of the program.", tmn_command_help},
};
const size_t tmn_command_count = sizeof tmn_commands / sizeof *tmn_commands;

const struct tmn_command *tmn_command_find(const char *name) {
    for (size_t i = 0; i < tmn_command_count; i++)
        if (strcmp(tmn_commands[i].name, name) == 0)
            return &tmn_commands[i];
    return NULL;
}

void tmn_command_unknown(const char *name) {
    const char *names[sizeof tmn_commands / sizeof *tmn_commands];
    for (size_t i = 0; i < tmn_command_count; i++)
        names[i] = tmn_commands[i].name;
    const char *near = tmn_nearest(name, names, tmn_command_count);
    if (near)
        tmn_complain("there is no command '%s'; did you mean '%s'?", name, near);
    else
        tmn_complain("there is no command '%s'; `tumen help` lists them", name);
}

/* Is `name` a word of the command's option list? */
static bool takes(const struct tmn_command *command, const char *name) {
    size_t length = strlen(name);
    for (const char *at = command->options; (at = strstr(at, name)); at += length)
        if ((at == command->options || at[-1] == ' ') && (at[length] == ' ' || at[length] == '\0'))
            return true;
    return false;
}

/* `word`: the long option that getopt refused, or NULL: the short option `letter`. */
static void complain_about_option(const struct tmn_command *command, const char *word, char letter) {
    char name[128] = {'-', letter, '\0'};
    if (word)
        snprintf(name, sizeof name, "%s", word);
    name[strcspn(name, "=")] = '\0';
    const char *names[OPTIONS];
    size_t count = 0;
    for (size_t i = 0; i < OPTIONS; i++) {
        if (!takes(command, options[i].name))
            continue;
        if (word && strcmp(name + 2, options[i].name) == 0) {
            tmn_complain("%s: the option '%s' takes no value", command->name, name);
            return;
        }
        names[count++] = options[i].name;
    }
    const char *near = tmn_nearest(name + strspn(name, "-"), names, count);
    if (near)
        tmn_complain("%s: unknown option '%s'; did you mean '--%s'?", command->name, name, near);
    else
        tmn_complain("%s: unknown option '%s'; `tumen %s --help` lists the options", command->name, name,
                     command->name);
}

/* "8": so many; "3..10": from the third to the tenth. */
static bool store_span(struct tmn_arguments *arguments, const struct option_row *row, const char *text) {
    const char *dots = strstr(text, "..");
    long long first = 0, last;
    bool whole =
        dots ? tmn_parse_int(text, (size_t)(dots - text), &first) && tmn_parse_int(dots + 2, strlen(dots + 2), &last)
             : tmn_parse_int(text, strlen(text), &last);
    long long count = whole ? last - (dots ? first - 1 : 0) : 0;
    if (!whole || first < 0 || (double)count < row->low || (double)count > row->high) {
        tmn_complain("--%s takes how many, from %.0f to %.0f, or the first and the last as in 1..8, not '%s'",
                     row->name, row->low, row->high, text);
        return false;
    }
    arguments->seeds = count;
    arguments->seeds_named = dots != NULL;
    if (dots)
        arguments->seed = first;
    return true;
}

/* Stores the text of an option in its field; false after a complaint. */
static bool store(struct tmn_arguments *arguments, struct tmn_arena *arena, const struct option_row *row,
                  const char *text) {
    char *field = (char *)arguments + row->offset;
    double real;
    long long whole;
    switch (row->kind) {
    case FLAG:
        *(bool *)(void *)field = true;
        return true;
    case WORD:
        *(const char **)(void *)field = tmn_arena_strdup(arena, text);
        return true;
    case VERB:
        text = tmn_arena_printf(arena, "%s %s", row->name, text); /* as tmn_model_set reads it */
        __attribute__((fallthrough));
    case LIST: {
        struct tmn_words *words = (struct tmn_words *)(void *)field;
        const char **grown = TMN_NEW_ARRAY(arena, const char *, words->count + 1);
        for (size_t i = 0; i < words->count; i++)
            grown[i] = words->items[i];
        grown[words->count++] = tmn_arena_strdup(arena, text);
        words->items = grown;
        return true;
    }
    case WHOLE:
        if (!tmn_parse_int(text, strlen(text), &whole) || (double)whole < row->low || (double)whole > row->high) {
            tmn_complain("--%s takes a whole number from %.0f to %.0f, not '%s'", row->name, row->low, row->high, text);
            return false;
        }
        *(long long *)(void *)field = whole;
        arguments->seed_given = arguments->seed_given || row->offset == FIELD(seed);
        return true;
    case SPAN:
        return store_span(arguments, row, text);
    case REAL:
        if (!tmn_parse_real(text, strlen(text), &real) || !(real > row->low) || real > row->high) {
            tmn_complain("--%s takes a number above %g and up to %g, not '%s'", row->name, row->low, row->high, text);
            return false;
        }
        *(double *)(void *)field = real;
        arguments->scale_given = arguments->scale_given || row->offset == FIELD(scale);
        return true;
    }
    return false;
}

static bool parse_options(struct tmn_arguments *arguments, struct tmn_arena *arena, int argc, char **argv) {
    struct option table[OPTIONS + 1] = {{NULL, 0, NULL, 0}};
    int rows[OPTIONS], count = 0;
    for (int i = 0; i < OPTIONS; i++) {
        if (!takes(arguments->command, options[i].name))
            continue;
        table[count] = (struct option){options[i].name, options[i].argument ? required_argument : no_argument, NULL, 0};
        rows[count++] = i;
    }
    opterr = 0;
    optind = 1;
    for (;;) {
        int index = -1;
        int got = getopt_long(argc, argv, ":h", table, &index);
        if (got == -1)
            break;
        if (got == 'h') {
            arguments->help = true;
        } else if (got == ':') {
            tmn_complain("%s: the option '%s' needs a value", arguments->command->name, argv[optind - 1]);
            return false;
        } else if (got == '?') {
            complain_about_option(arguments->command, optopt ? NULL : argv[optind - 1], (char)optopt);
            return false;
        } else if (!store(arguments, arena, &options[rows[index]], optarg)) {
            return false;
        }
    }
    if (arguments->seeds_named && arguments->seed_given) {
        tmn_complain("%s: --seeds names the first seed and so does --seed; leave one out", arguments->command->name);
        return false;
    }
    return true;
}

static bool takes_many(const struct tmn_command *command) {
    return command->target && strstr(command->target, "...") != NULL;
}

void tmn_put_word(struct tmn_text *text, const char *word) {
    tmn_text_put(text, strpbrk(word, " '\"$*?&|;<>()#\\") ? " '%s'" : " %s", word);
}

static const char *command_line(struct tmn_arena *arena, int argc, char **argv) {
    struct tmn_text text;
    tmn_text_init(&text, arena);
    tmn_text_put(&text, "tumen");
    for (int i = 1; i < argc; i++)
        tmn_put_word(&text, argv[i]);
    return text.items;
}

enum tmn_status tmn_arguments_parse(struct tmn_arguments *arguments, struct tmn_arena *arena, int argc, char **argv) {
    long processors = sysconf(_SC_NPROCESSORS_ONLN);
    *arguments = (struct tmn_arguments){.seed = 1,
                                        .scale = 1,
                                        .person = -1,
                                        .runs = 60,
                                        .turns = 3,
                                        .threads = processors < 1     ? 1
                                                   : processors > 256 ? 256
                                                                      : processors};
    arguments->line = command_line(arena, argc, argv);
    if (argc < 2 || strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0) {
        arguments->help = true;
        return TMN_DONE;
    }
    const char *name = strcmp(argv[1], "--version") == 0 ? "version" : argv[1];
    arguments->command = tmn_command_find(name);
    if (!arguments->command) {
        tmn_command_unknown(name);
        return TMN_MISUSED;
    }
    if (!parse_options(arguments, arena, argc - 1, argv + 1))
        return TMN_MISUSED;
    char **words = argv + 1 + optind;
    int count = argc - 1 - optind, wanted = arguments->command->target ? 1 : 0;
    if (arguments->help)
        return TMN_DONE;
    if (count > wanted && !takes_many(arguments->command)) {
        tmn_complain("%s: '%s' is one word too many", arguments->command->name, words[wanted]);
        return TMN_MISUSED;
    }
    if (count < wanted && !arguments->command->target_optional && !arguments->resume) {
        tmn_complain("%s: which? Usage: tumen %s %s", arguments->command->name, arguments->command->name,
                     arguments->command->target);
        return TMN_MISUSED;
    }
    arguments->target = count > 0 ? words[0] : NULL;
    arguments->words = (const char *const *)words;
    arguments->word_count = (size_t)count;
    return TMN_DONE;
}

static void print_program_help(void) {
    puts("tumen: a country in a file\n\nUsage: tumen COMMAND [OPTIONS]\n");
    for (size_t i = 0; i < tmn_command_count; i++)
        tmn_print_beside(tmn_bold(stdout), tmn_commands[i].name, 10, tmn_commands[i].summary);
    puts("\nStart with:  tumen run dprk --scale 0.05\n"
         "`tumen COMMAND --help` tells more of each.\n");
    tmn_tell("Exit status: 0 done, 1 failed, 2 wrong use (mistakes in --set, --assign and the like too), 3 mistakes in "
             "the scenario or what must not be told of it, 130 interrupted.");
}

void tmn_help_print(const struct tmn_command *command) {
    if (!command) {
        print_program_help();
        return;
    }
    tmn_tell("tumen %s: %s", command->name, command->summary);
    printf("\nUsage: tumen %s [OPTIONS]", command->name);
    if (command->target)
        printf(command->target_optional ? " [%s]" : " %s", command->target);
    puts("\n");
    tmn_print_wrapped(stdout, "", command->about);
    puts("\nOptions:");
    for (size_t i = 0; i < OPTIONS; i++) {
        if (!takes(command, options[i].name))
            continue;
        char left[64];
        snprintf(left, sizeof left, "--%s%s%s", options[i].name, options[i].argument ? " " : "",
                 options[i].argument ? options[i].argument : "");
        tmn_print_beside(tmn_bold(stdout), left, 26, options[i].help);
    }
}
