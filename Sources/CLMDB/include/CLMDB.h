#ifndef TOLLGATE_CLMDB_H
#define TOLLGATE_CLMDB_H
#include <lmdb.h>
#include <stdint.h>
#include <sys/prctl.h>
#include <sys/vfs.h>

/// statfs(2)'s type of the file system that holds the path; -1 where there is no such path. Swift's Glibc has no statfs.
static inline int64_t tollgate_file_system_type(const char *path) {
    struct statfs status;
    return statfs(path, &status) == 0 ? (int64_t)(uint32_t)status.f_type : -1;
}

/// Names the calling thread; 15 bytes of the name are kept. prctl is variadic, which Swift does not call.
static inline int tollgate_name_writer(const char *name) {
    return prctl(PR_SET_NAME, name, 0, 0, 0);
}
#endif
