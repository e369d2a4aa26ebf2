#ifndef TOLLGATE_CSIMDJSON_H
#define TOLLGATE_CSIMDJSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/// Bytes that must be readable past the end of a text that is validated in place.
enum { tg_json_padding = 64 };
/// Deepest nesting that validates, so that whoever recurses over a valid text cannot exhaust a stack.
enum { tg_json_depth = 128 };
/// Largest text that validates, in bytes.
enum { tg_json_capacity = 64 * 1024 * 1024 };

typedef enum {
    tg_json_valid = 0,
    tg_json_empty,
    tg_json_malformed,
    tg_json_too_deep,
    tg_json_too_large,
    tg_json_invalid_utf8,
    tg_json_invalid_string,
    tg_json_invalid_number,
    tg_json_out_of_memory,
} tg_json_verdict;

/// Offsets from the start of the document. Both ranges of a member exclude white space; the key's excludes its
/// quotes. Elements of an array leave the key's at zero.
typedef struct {
    size_t key_start, key_end, value_start, value_end;
} tg_json_span;

typedef enum {
    tg_json_object = 0,
    tg_json_array,
    tg_json_string,
    tg_json_number,
    tg_json_bool,
    tg_json_null,
} tg_json_kind;

enum {
    /// Of a string: it has no escapes.
    tg_json_plain = 1,
    /// Of a number: digits only, and few enough for 64 bits.
    tg_json_integer = 2,
};

/// A value of a text: where it stands, the node after it and all that is in it, how many elements or members it has,
/// its tg_json_kind, and flags.
typedef struct {
    uint32_t start, end, next, count;
    uint8_t kind, flags;
    uint16_t unused;
} tg_json_node;

/// Checks that the bytes are one JSON value and nothing else, in valid UTF-8.
/// `padded`: tg_json_padding bytes can be read past the end; otherwise the text is copied first.
tg_json_verdict tg_json_validate(const uint8_t *_Nonnull bytes, size_t count, bool padded);

/// Finds the byte at which a text stops being JSON, which is its end where it is cut short. False where it does not:
/// the fault is then a number out of range.
bool tg_json_locate_fault(const uint8_t *_Nonnull bytes, size_t count, size_t *_Nonnull offset);

/// The range of the outermost value of a valid text, white space trimmed.
void tg_json_root(const uint8_t *_Nonnull bytes, size_t count, tg_json_span *_Nonnull out);

/// Lists the members of the object (or the elements of the array) at `start..<end` of a valid text; answers how
/// many there are, of which the first `capacity` have been written.
size_t tg_json_children(
    const uint8_t *_Nonnull bytes, size_t start, size_t end, tg_json_span *_Nonnull out, size_t capacity);

/// Finds the first member of the object at `start..<end` whose decoded name is `name`. A name that
/// takes more than 512 bytes with its escapes is not looked at.
bool tg_json_find(
    const uint8_t *_Nonnull bytes, size_t start, size_t end, const uint8_t *_Nonnull name, size_t name_count,
    tg_json_span *_Nonnull out);

/// Lists the value at `start..<end` of a valid text and all that is in it, in the order of the text, keys and values in
/// turns; answers how many there are, of which the first `capacity` have been written.
size_t tg_json_tape(
    const uint8_t *_Nonnull bytes, size_t start, size_t end, tg_json_node *_Nonnull out, size_t capacity);

/// Decodes the escapes of `count` bytes from between the quotes of a valid string into `out`, which has room for
/// `count` bytes (a decoded string is never longer); answers how many were written.
size_t tg_json_unescape(const uint8_t *_Nonnull bytes, size_t count, uint8_t *_Nonnull out);

/// How many of the first bytes can stand in a JSON string as they are.
size_t tg_json_plain_prefix(const uint8_t *_Nonnull bytes, size_t count);

#ifdef __cplusplus
}
#endif

#endif
