/* Drawing a graph with Graphviz; see dot.h. The graph is handed over in a file that lives in memory only, so that
 * neither side waits for the other; the drawing comes back through a pipe. */
#include "report/dot.h"

#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

enum { SVG_BYTES_MAX = 64 << 20 };

void tmn_dot_string(struct tmn_text *out, const char *text) {
    tmn_text_bytes(out, "\"", 1);
    for (const char *at = text; *at; at++) {
        unsigned char c = (unsigned char)*at;
        if (c == '"' || c == '\\')
            tmn_text_put(out, "\\%c", c);
        else if (c == '&')
            tmn_text_put(out, "&amp;"); /* labels know entities */
        else if (c < 0x20 || c == 0x7f)
            tmn_text_bytes(out, "\xEF\xBF\xBD", 3);
        else
            tmn_text_bytes(out, at, 1);
    }
    tmn_text_bytes(out, "\"", 1);
}

/* The graph as a file without a name, read from its beginning; -1 with errno. */
static int graph_file(const char *graph) {
    int fd = memfd_create("graph", MFD_CLOEXEC);
    size_t count = strlen(graph), done = 0;
    while (fd >= 0 && done < count) {
        ssize_t wrote = write(fd, graph + done, count - done);
        if (wrote < 0 && errno == EINTR)
            continue;
        if (wrote <= 0) {
            close(fd);
            return -1;
        }
        done += (size_t)wrote;
    }
    if (fd >= 0)
        lseek(fd, 0, SEEK_SET);
    return fd;
}

/* Starts dot between the two files; 0 or an error number. */
static int start(pid_t *child, int in, int out) {
    static char name[] = "dot", format[] = "-Tsvg";
    char *const words[] = {name, format, NULL};
    posix_spawn_file_actions_t actions;
    int failure = posix_spawn_file_actions_init(&actions);
    if (failure)
        return failure;
    failure = posix_spawn_file_actions_adddup2(&actions, in, STDIN_FILENO);
    if (!failure)
        failure = posix_spawn_file_actions_adddup2(&actions, out, STDOUT_FILENO);
    if (!failure)
        failure = posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
    if (!failure)
        failure = posix_spawnp(child, name, &actions, NULL, words, environ);
    posix_spawn_file_actions_destroy(&actions);
    return failure;
}

static bool read_all(int fd, struct tmn_text *text) {
    char bytes[1 << 14];
    for (;;) {
        ssize_t count = read(fd, bytes, sizeof bytes);
        if (count < 0 && errno == EINTR)
            continue;
        if (count <= 0 || text->count > SVG_BYTES_MAX)
            return count == 0;
        tmn_text_bytes(text, bytes, (size_t)count);
    }
}

/* What dot prints for `graph`. */
static bool draw(const char *graph, struct tmn_text *svg, struct tmn_error *err) {
    int ends[2], in = graph_file(graph), status = 0;
    pid_t child;
    if (in < 0 || pipe2(ends, O_CLOEXEC) != 0) {
        tmn_fail(err, TMN_IO, "a state chart could not be handed to dot: %s", strerror(errno));
        if (in >= 0)
            close(in);
        return false;
    }
    int failure = start(&child, in, ends[1]);
    close(in);
    close(ends[1]);
    if (failure) {
        close(ends[0]);
        if (failure == ENOENT)
            return tmn_fail(err, TMN_IO,
                            "the program 'dot', which draws the state charts, is not there: install the package "
                            "'graphviz'");
        return tmn_fail(err, TMN_IO, "the program 'dot' of Graphviz could not be started: %s", strerror(failure));
    }
    bool whole = read_all(ends[0], svg);
    close(ends[0]);
    while (waitpid(child, &status, 0) < 0 && errno == EINTR)
        continue;
    if (!whole || !WIFEXITED(status) || WEXITSTATUS(status) != 0)
        return tmn_fail(err, TMN_IO, "the program 'dot' of Graphviz failed on a state chart%s",
                        WIFEXITED(status) && WEXITSTATUS(status) == 127 ? ": is the package 'graphviz' whole?" : "");
    return true;
}

/* From `at` to behind the next `end`; the rest if there is none. */
static const char *behind(const char *at, const char *end) {
    const char *found = strstr(at, end);
    return found ? found + strlen(end) : at + strlen(at);
}

bool tmn_dot_svg(struct tmn_text *out, const char *graph, struct tmn_error *err) {
    struct tmn_text svg;
    tmn_text_init(&svg, out->arena);
    if (!draw(graph, &svg, err))
        return false;
    const char *at = strstr(svg.items, "<svg");
    if (!at)
        return tmn_fail(err, TMN_IO, "the program 'dot' of Graphviz printed no SVG");
    for (bool in_tag = false; *at;) {
        if (strncmp(at, "<!--", 4) == 0) {
            at = behind(at, "-->");
        } else if (strncmp(at, "<title>", 7) == 0) {
            at = behind(at, "</title>");
        } else if (in_tag && strncmp(at, " id=\"", 5) == 0) {
            at = behind(at + 5, "\"");
        } else {
            in_tag = *at == '<' || (in_tag && *at != '>');
            tmn_text_bytes(out, at++, 1);
        }
    }
    return true;
}
