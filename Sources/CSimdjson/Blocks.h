#ifndef TOLLGATE_CSIMDJSON_BLOCKS_H
#define TOLLGATE_CSIMDJSON_BLOCKS_H

// Sixteen bytes at a time, on whatever vector unit the compiler finds. Little-endian, as all we run on is.

#include <stddef.h>
#include <stdint.h>
#include <string.h>

static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "the first byte must be the lowest");

namespace tollgate {

typedef uint8_t Block __attribute__((vector_size(16)));
typedef uint64_t Halves __attribute__((vector_size(16)));

inline Block load(const uint8_t *at) {
    Block block;
    memcpy(&block, at, sizeof block);
    return block;
}

/// The offset of the first byte that `marks` picks, from `at`; `end` where there is none.
template <typename Marks, typename Mark>
const uint8_t *first(const uint8_t *at, const uint8_t *end, Marks marks, Mark mark) {
    for (; end - at >= 16; at += 16) {
        const Halves found = (Halves)marks(load(at));
        if (found[0]) { return at + __builtin_ctzll(found[0]) / 8; }
        if (found[1]) { return at + 8 + __builtin_ctzll(found[1]) / 8; }
    }
    while (at < end && !mark(*at)) { ++at; }
    return at;
}

}  // namespace tollgate

#endif
