#ifndef TOLLGATE_CRE2_H
#define TOLLGATE_CRE2_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/// A compiled regular expression. Any number of threads may match with one at a time.
typedef struct tg_re2 tg_re2;

typedef enum {
    tg_re2_compiled = 0,
    tg_re2_malformed,
    /// It repeats something more than a thousand times.
    tg_re2_repeats_too_often,
    /// It does not fit its memory.
    tg_re2_too_large,
    tg_re2_out_of_memory,
} tg_re2_verdict;

/// Compiles `count` bytes of UTF-8 in RE2's syntax. `maximum_memory`, in bytes, bounds the program and what is kept while
/// matching. What it answers in `out` is to be given back to `tg_re2_delete`.
tg_re2_verdict tg_re2_compile(
    const char *_Nonnull pattern, size_t count, int64_t maximum_memory, tg_re2 *_Nullable *_Nonnull out);

/// Whether it matches anywhere in `count` bytes of UTF-8. Takes time in proportion to `count`.
bool tg_re2_matches(const tg_re2 *_Nonnull expression, const char *_Nullable text, size_t count);

/// Instructions of its program: what a byte of the text can take at most, where the automaton does not fit the memory.
int tg_re2_size(const tg_re2 *_Nonnull expression);

void tg_re2_delete(tg_re2 *_Nonnull expression);

#ifdef __cplusplus
}
#endif

#endif
