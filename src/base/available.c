/* See available.h. Files of the kernel that are missing or hold no number set no limit. */
#include "base/available.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

/* The number behind `key` at the start of a line (the first number when key is ""); false when there is none. */
static bool read_number(const char *path, const char *key, uint64_t *number) {
    char line[512];
    bool found = false;
    FILE *file = fopen(path, "r");
    if (file == NULL)
        return false;
    while (!found && fgets(line, sizeof line, file) != NULL)
        found = strncmp(line, key, strlen(key)) == 0 && sscanf(line + strlen(key), "%" SCNu64, number) == 1;
    fclose(file);
    return found;
}

static void lower(struct tmn_available *available, uint64_t bytes, const char *limit) {
    if (bytes < available->bytes)
        *available = (struct tmn_available){bytes, limit};
}

/* What a control group leaves: its limit less what it holds, but for file pages that the kernel gives back. */
static void ask_group(struct tmn_available *available, const char *folder, const char *limit_file,
                      const char *usage_file, const char *files_key) {
    char path[768];
    uint64_t limit, usage, files = 0;
    snprintf(path, sizeof path, "%s/%s", folder, limit_file);
    if (!read_number(path, "", &limit))
        return;
    snprintf(path, sizeof path, "%s/%s", folder, usage_file);
    if (!read_number(path, "", &usage))
        return;
    snprintf(path, sizeof path, "%s/memory.stat", folder);
    read_number(path, files_key, &files);
    usage = usage > files ? usage - files : 0;
    lower(available, limit > usage ? limit - usage : 0, "what the control group leaves");
}

/* The groups of this process and all above them, which limit it too. */
static void ask_groups(struct tmn_available *available) {
    char line[512], folder[640];
    FILE *file = fopen("/proc/self/cgroup", "r");
    while (file != NULL && fgets(line, sizeof line, file) != NULL) {
        line[strcspn(line, "\n")] = '\0';
        char *path = strchr(line, ':') != NULL ? strchr(strchr(line, ':') + 1, ':') : NULL;
        bool second = strncmp(line, "0::", 3) == 0;
        if (path == NULL || (!second && strstr(line, ":memory:") == NULL))
            continue;
        for (path++;;) {
            char *up = strrchr(path, '/');
            snprintf(folder, sizeof folder, "/sys/fs/cgroup%s%s", second ? "" : "/memory", path);
            if (second)
                ask_group(available, folder, "memory.max", "memory.current", "inactive_file ");
            else
                ask_group(available, folder, "memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file ");
            if (up == NULL)
                break;
            *up = '\0';
        }
    }
    if (file != NULL)
        fclose(file);
}

/* Pages of this process: all that it has mapped, or what lies in memory. */
static uint64_t own_bytes(bool resident) {
    uint64_t mapped = 0, held = 0;
    FILE *file = fopen("/proc/self/statm", "r");
    bool found = file != NULL && fscanf(file, "%" SCNu64 " %" SCNu64, &mapped, &held) == 2;
    if (file != NULL)
        fclose(file);
    return found ? (resident ? held : mapped) * (uint64_t)sysconf(_SC_PAGESIZE) : 0;
}

uint64_t tmn_resident_bytes(void) {
    return own_bytes(true);
}

struct tmn_available tmn_available(void) {
    struct tmn_available available = {UINT64_MAX, "nothing"};
    uint64_t kibibytes;
    struct rlimit limit;
    if (read_number("/proc/meminfo", "MemAvailable:", &kibibytes))
        lower(&available, kibibytes * 1024, "the free memory of this machine");
    ask_groups(&available);
    if (getrlimit(RLIMIT_AS, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY) {
        uint64_t mapped = own_bytes(false);
        lower(&available, limit.rlim_cur > mapped ? limit.rlim_cur - mapped : 0,
              "what the limit of this process (ulimit -v) leaves");
    }
    return available;
}
