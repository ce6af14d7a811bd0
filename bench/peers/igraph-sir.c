/* igraph's epidemic beside ours: igraph_sir, in continuous time, on the network of bench/sir.
 *
 *     igraph-sir PERSONS LONG PASSING RUNS SEED
 *
 * The network is that of `degree: 20, long: LONG`: a ring with ties to the ten next on either side; for each distance,
 * ties are paired at random and a pair is exchanged with the chance LONG, so that all degrees stay 20. Rates are in
 * units of the mean infectious time. Prints lines of a name and a number: what building took, and for each epidemic
 * that did not die out at once its time, events, share ever infected, and the time from 0.1 % ever infected to the
 * peak.
 */
#include <igraph/igraph.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <time.h>

enum { REACH = 10 /* ties to each side */ };

static double now_s(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + 1e-9 * (double)time.tv_nsec;
}

static void shuffle(igraph_integer_t *items, igraph_integer_t count) {
    for (igraph_integer_t i = count - 1; i > 0; i--) {
        igraph_integer_t j = RNG_INTEGER(0, i), kept = items[i];
        items[i] = items[j];
        items[j] = kept;
    }
}

static void build(igraph_t *graph, igraph_integer_t persons, double share_long) {
    igraph_vector_int_t edges;
    igraph_integer_t *order = malloc((size_t)persons * sizeof *order);
    if (order == NULL)
        abort();
    igraph_vector_int_init(&edges, 2 * persons * REACH);
    for (int distance = 1; distance <= REACH; distance++) {
        igraph_integer_t first = (distance - 1) * persons;
        for (igraph_integer_t i = 0; i < persons; i++) {
            VECTOR(edges)[2 * (first + i)] = i;
            VECTOR(edges)[2 * (first + i) + 1] = (i + distance) % persons;
            order[i] = first + i;
        }
        shuffle(order, persons);
        for (igraph_integer_t i = 0; i + 1 < persons; i += 2) {
            igraph_integer_t *a = &VECTOR(edges)[2 * order[i]], *b = &VECTOR(edges)[2 * order[i + 1]], kept = a[1];
            if (RNG_UNIF01() >= share_long || a[0] == b[1] || b[0] == a[1])
                continue;
            a[1] = b[1];
            b[1] = kept;
        }
    }
    free(order);
    igraph_create(graph, &edges, persons, IGRAPH_UNDIRECTED);
    igraph_vector_int_destroy(&edges);
    igraph_simplify(graph, true, true, NULL); /* igraph_sir takes no second ties */
}

/* Prints what an epidemic gave; false when it died out at once. */
static bool tell(const igraph_sir_t *sir, double persons, double took_s) {
    igraph_integer_t steps = igraph_vector_size(&sir->times), peak = 0, begin = -1;
    double ever = persons - (double)VECTOR(sir->no_s)[steps - 1];
    if (ever < 0.01 * persons)
        return false;
    for (igraph_integer_t i = 0; i < steps; i++) {
        peak = VECTOR(sir->no_i)[i] > VECTOR(sir->no_i)[peak] ? i : peak;
        if (begin < 0 && persons - (double)VECTOR(sir->no_s)[i] >= 1e-2 * persons)
            begin = i;
    }
    printf("run_s %.6f\nevents %lld\never %.9g\npeak %.9g\n", took_s, (long long)steps - 1, ever / persons,
           VECTOR(sir->times)[peak] - VECTOR(sir->times)[begin]);
    fflush(stdout);
    return true;
}

int main(int argc, char **argv) {
    if (argc != 6) {
        fprintf(stderr, "usage: igraph-sir PERSONS LONG PASSING RUNS SEED\n");
        return 2;
    }
    igraph_integer_t persons = strtoll(argv[1], NULL, 10);
    int runs = atoi(argv[4]);
    igraph_t graph;
    igraph_rng_seed(igraph_rng_default(), strtoul(argv[5], NULL, 10));
    double began_s = now_s();
    build(&graph, persons, atof(argv[2]));
    printf("version %s\nbuild_s %.6f\n", IGRAPH_VERSION, now_s() - began_s);
    for (int done = 0; done < runs;) {
        igraph_vector_ptr_t result;
        igraph_vector_ptr_init(&result, 0);
        began_s = now_s();
        igraph_sir(&graph, atof(argv[3]), 1.0, 1, &result);
        done += tell(VECTOR(result)[0], (double)persons, now_s() - began_s);
        igraph_sir_destroy(VECTOR(result)[0]);
        igraph_free(VECTOR(result)[0]);
        igraph_vector_ptr_destroy(&result);
    }
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    printf("peak_rss_bytes %lld\n", (long long)usage.ru_maxrss * 1024);
    igraph_destroy(&graph);
    return 0;
}
