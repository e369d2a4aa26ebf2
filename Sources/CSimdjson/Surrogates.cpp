#include "Surrogates.h"

#include "Blocks.h"

namespace tollgate {

namespace {

/// Whether these bytes are \uD and then a digit in `from...to` (lower case).
bool is_surrogate(const uint8_t *at, uint8_t from, uint8_t to) {
    // Setting 0x20 makes letters lower case and leaves digits as they are.
    const uint8_t digit = at[3] | 0x20;
    return at[0] == '\\' && at[1] == 'u' && (at[2] | 0x20) == 'd' && digit >= from && digit <= to;
}

/// Whether the backslash at hand begins an escape, which it does unless another one escapes it.
bool is_escape(const uint8_t *bytes, const uint8_t *at) {
    const uint8_t *before = at;
    while (before > bytes && before[-1] == '\\') { --before; }
    return (at - before) % 2 == 0;
}

/// `at` is a backslash followed by u and d; a valid text goes on for four bytes at least, the last its closing quote.
bool is_paired(const uint8_t *bytes, const uint8_t *at, const uint8_t *end) {
    if (end - at < 6 || !is_escape(bytes, at)) { return true; }
    if (is_surrogate(at, '8', 'b')) { return end - at >= 12 && is_surrogate(at + 6, 'c', 'f'); }
    if (!is_surrogate(at, 'c', 'f')) { return true; }
    return at - bytes >= 6 && is_surrogate(at - 6, '8', 'b') && is_escape(bytes, at - 6);
}

bool is_candidate(const uint8_t *at) { return at[0] == '\\' && at[1] == 'u' && (at[2] | 0x20) == 'd'; }

}  // namespace

bool surrogates_are_paired(const uint8_t *bytes, size_t count) {
    const uint8_t *end = bytes + count;
    const uint8_t *at = bytes;
    for (; end - at >= 18; at += 16) {
        const Halves found =
            (Halves)((load(at) == '\\') & (load(at + 1) == 'u') & ((load(at + 2) | 0x20) == 'd'));
        if (!(found[0] | found[1])) { continue; }
        for (const uint8_t *one = at; one < at + 16; ++one) {
            if (is_candidate(one) && !is_paired(bytes, one, end)) { return false; }
        }
    }
    for (; end - at >= 3; ++at) {
        if (is_candidate(at) && !is_paired(bytes, at, end)) { return false; }
    }
    return true;
}

}  // namespace tollgate
