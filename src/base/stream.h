/* Large files piece by piece, with a checksum of what passes: written whole or not at all, read within bounds. */
#ifndef TMN_BASE_STREAM_H
#define TMN_BASE_STREAM_H

#include "base/error.h"
#include <stddef.h>
#include <stdint.h>

enum { TMN_STREAM_PATH = 4096 };

/* Written under `path`.part; the commit syncs it, renames it to `path` and syncs the folder, so that whoever is stopped
 * at any moment finds what stood at `path` before, or the new file whole. */
struct tmn_outfile {
    int fd; /* -1: closed */
    uint64_t bytes;
    uint32_t crc; /* of what was put since the caller set it to 0 */
    char path[TMN_STREAM_PATH], part[TMN_STREAM_PATH];
};
bool tmn_outfile_open(struct tmn_outfile *out, const char *path, struct tmn_error *err);
bool tmn_outfile_put(struct tmn_outfile *out, const void *bytes, size_t count, struct tmn_error *err);
/* Over bytes that were put before; neither counted nor summed. */
bool tmn_outfile_overwrite(struct tmn_outfile *out, uint64_t offset, const void *bytes, size_t count,
                           struct tmn_error *err);
bool tmn_outfile_commit(struct tmn_outfile *out, struct tmn_error *err);
void tmn_outfile_abandon(struct tmn_outfile *out); /* nothing after a commit */

struct tmn_infile {
    int fd;             /* -1: closed */
    uint64_t bytes, at; /* of the whole file; read so far */
    uint32_t crc;       /* of what was read since the caller set it to 0 */
    char path[TMN_STREAM_PATH];
};
/* Refuses what is no regular file. */
bool tmn_infile_open(struct tmn_infile *file, const char *path, struct tmn_error *err);
/* Exactly `count` bytes; fewer are an error. */
bool tmn_infile_get(struct tmn_infile *file, void *bytes, size_t count, struct tmn_error *err);
bool tmn_infile_seek(struct tmn_infile *file, uint64_t offset, struct tmn_error *err);
void tmn_infile_close(struct tmn_infile *file);

#endif
