#ifndef TOLLGATE_CLMDB_H
#define TOLLGATE_CLMDB_H
#include <lmdb.h>
#include <stdint.h>
#include <sys/vfs.h>

/// statfs(2)'s type of the file system that holds the path; -1 where there is no such path. Swift's Glibc has no statfs.
static inline int64_t tollgate_file_system_type(const char *path) {
    struct statfs status;
    return statfs(path, &status) == 0 ? (int64_t)(uint32_t)status.f_type : -1;
}
#endif
