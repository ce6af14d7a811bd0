/* Files: bounded reading, and results that are whole or absent (temporary name, synced, renamed). */
#ifndef TMN_BASE_FILE_H
#define TMN_BASE_FILE_H

#include "base/arena.h"
#include "base/error.h"
#include <stdio.h>

/* Whole file into the arena, NUL-terminated; refuses directories, devices and anything above limit_bytes. */
bool tmn_file_read(struct tmn_arena *arena, const char *path, size_t limit_bytes, char **bytes, size_t *count,
                   struct tmn_error *err);
/* Writes one file whole or not at all: under another name first, synced, then renamed to `path`. What is no file there,
 * a folder, a device or a link, is not replaced. */
bool tmn_file_replace(struct tmn_arena *arena, const char *path, const char *bytes, size_t count,
                      struct tmn_error *err);
/* Joins folder and a relative name; refuses absolute names and names that leave the folder. */
bool tmn_path_inside(struct tmn_arena *arena, const char *folder, const char *name, char **path, struct tmn_error *err);
/* Makes the folder, and those above it, that are not there. */
bool tmn_folder_make(struct tmn_arena *arena, const char *path, struct tmn_error *err);
char *tmn_path_folder(struct tmn_arena *arena, const char *path); /* "." when none */

/* A results folder: files are written under `<path>.part-<pid>`, then the folder is synced and renamed to `path`.
 * An existing folder at `path` is replaced only if it is empty or made by us (it holds a run.json, verify.json,
 * compare.json or the like, or a checkpoint.tumen); what others put into it stays. */
struct tmn_folder {
    char *path;
    char *temporary;
};
bool tmn_folder_begin(struct tmn_folder *folder, struct tmn_arena *arena, const char *path, struct tmn_error *err);
bool tmn_folder_write(struct tmn_folder *folder, const char *name, const char *bytes, size_t count,
                      struct tmn_error *err);
/* A file of the folder at `path` goes over into the new one, if there is such a file. */
bool tmn_folder_keep(struct tmn_folder *folder, const char *name, struct tmn_error *err);
bool tmn_folder_commit(struct tmn_folder *folder, struct tmn_error *err);
void tmn_folder_abandon(struct tmn_folder *folder); /* removes the temporary folder */
/* Removes the results in a folder, and the folder if nothing else is in it; true when it is gone. */
bool tmn_folder_remove(const char *path);

#endif
