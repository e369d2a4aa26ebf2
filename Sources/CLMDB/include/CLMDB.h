#ifndef TOLLGATE_CLMDB_H
#define TOLLGATE_CLMDB_H
#include <lmdb.h>
#endif
