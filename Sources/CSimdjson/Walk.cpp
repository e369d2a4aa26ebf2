// Walks texts that have been validated, so a string always ends, brackets always match, and nothing is checked twice.

#include <cstring>

#include "Blocks.h"
#include "CSimdjson.h"

using namespace tollgate;

namespace {

const uint8_t *quote_or_escape(const uint8_t *at, const uint8_t *end) {
    return first(
        at, end, [](Block b) { return (b == '"') | (b == '\\'); }, [](uint8_t b) { return b == '"' || b == '\\'; });
}

const uint8_t *quote_or_bracket(const uint8_t *at, const uint8_t *end) {
    // Setting 0x20 folds [ into { and ] into }, and nothing else of a valid text outside strings onto them.
    return first(
        at, end, [](Block b) { return (b == '"') | ((b | 0x20) == '{') | ((b | 0x20) == '}'); },
        [](uint8_t b) { return b == '"' || (b | 0x20) == '{' || (b | 0x20) == '}'; });
}

bool is_space(uint8_t byte) { return byte == ' ' || byte == '\n' || byte == '\r' || byte == '\t'; }

const uint8_t *skip_space(const uint8_t *at, const uint8_t *end) {
    while (at < end && is_space(*at)) { ++at; }
    return at;
}

/// From after the opening quote to the closing one.
const uint8_t *string_end(const uint8_t *at, const uint8_t *end) {
    for (;;) {
        at = quote_or_escape(at, end);
        if (at >= end || *at == '"') { return at; }
        at += 2;
        if (at >= end) { return end; }
    }
}

const uint8_t *value_end(const uint8_t *at, const uint8_t *end) {
    if (at >= end) { return end; }
    if (*at == '"') {
        at = string_end(at + 1, end);
        return at < end ? at + 1 : end;
    }
    if (*at != '{' && *at != '[') {
        while (at < end && !is_space(*at) && *at != ',' && *at != '}' && *at != ']') { ++at; }
        return at;
    }
    size_t depth = 0;
    while (at < end) {
        at = quote_or_bracket(at, end);
        if (at >= end) { return end; }
        if (*at == '"') {
            at = string_end(at + 1, end);
        } else if (*at == '{' || *at == '[') {
            ++depth;
        } else if (--depth == 0) {
            return at + 1;
        }
        if (at < end) { ++at; }
    }
    return end;
}

/// Calls `each` with every member or element until it answers false.
template <typename Each>
void walk(const uint8_t *bytes, size_t start, size_t end_offset, Each each) {
    const uint8_t *at = bytes + start;
    const uint8_t *end = bytes + end_offset;
    if (at >= end || (*at != '{' && *at != '[')) { return; }
    const bool keyed = *at == '{';
    at = skip_space(at + 1, end);
    while (at < end && *at != '}' && *at != ']') {
        tg_json_span span = {0, 0, 0, 0};
        if (keyed) {
            const uint8_t *key_end = string_end(at + 1, end);
            span.key_start = at + 1 - bytes;
            span.key_end = key_end - bytes;
            at = skip_space(key_end + 1, end);
            at = skip_space(at + 1, end);
        }
        span.value_start = at - bytes;
        at = value_end(at, end);
        span.value_end = at - bytes;
        if (!each(span)) { return; }
        at = skip_space(at, end);
        if (at < end && *at == ',') { at = skip_space(at + 1, end); }
    }
}

unsigned hexadecimal(const uint8_t *at) {
    unsigned value = 0;
    for (int index = 0; index < 4; ++index) {
        const uint8_t digit = at[index];
        value = value << 4 | (digit <= '9' ? digit - '0' : (digit | 0x20) - 'a' + 10);
    }
    return value;
}

uint8_t *put_utf8(unsigned point, uint8_t *out) {
    if (point < 0x80) {
        *out++ = point;
    } else if (point < 0x800) {
        *out++ = 0xC0 | point >> 6;
        *out++ = 0x80 | (point & 0x3F);
    } else if (point < 0x10000) {
        *out++ = 0xE0 | point >> 12;
        *out++ = 0x80 | (point >> 6 & 0x3F);
        *out++ = 0x80 | (point & 0x3F);
    } else {
        *out++ = 0xF0 | point >> 18;
        *out++ = 0x80 | (point >> 12 & 0x3F);
        *out++ = 0x80 | (point >> 6 & 0x3F);
        *out++ = 0x80 | (point & 0x3F);
    }
    return out;
}

uint8_t unescaped(uint8_t letter) {
    switch (letter) {
    case 'b': return '\b';
    case 'f': return '\f';
    case 'n': return '\n';
    case 'r': return '\r';
    case 't': return '\t';
    default: return letter;
    }
}

bool is_named(const uint8_t *key, size_t count, const uint8_t *name, size_t name_count) {
    if (count == name_count && memcmp(key, name, count) == 0) { return memchr(key, '\\', count) == nullptr; }
    // Only a key with escapes can be longer than the name it stands for: six bytes a byte at most.
    if (count <= name_count || count > 6 * name_count || memchr(key, '\\', count) == nullptr) { return false; }
    uint8_t decoded[512];
    if (count > sizeof decoded) { return false; }
    return tg_json_unescape(key, count, decoded) == name_count && memcmp(decoded, name, name_count) == 0;
}

}  // namespace

void tg_json_root(const uint8_t *bytes, size_t count, tg_json_span *out) {
    const uint8_t *end = bytes + count;
    const uint8_t *start = skip_space(bytes, end);
    while (end > start && is_space(end[-1])) { --end; }
    *out = {0, 0, (size_t)(start - bytes), (size_t)(end - bytes)};
}

size_t tg_json_children(const uint8_t *bytes, size_t start, size_t end, tg_json_span *out, size_t capacity) {
    size_t count = 0;
    walk(bytes, start, end, [&](const tg_json_span &span) {
        if (count < capacity) { out[count] = span; }
        ++count;
        return true;
    });
    return count;
}

bool tg_json_find(
    const uint8_t *bytes, size_t start, size_t end, const uint8_t *name, size_t name_count, tg_json_span *out) {
    if (start >= end || bytes[start] != '{') { return false; }
    bool found = false;
    walk(bytes, start, end, [&](const tg_json_span &span) {
        found = is_named(bytes + span.key_start, span.key_end - span.key_start, name, name_count);
        if (found) { *out = span; }
        return !found;
    });
    return found;
}

size_t tg_json_unescape(const uint8_t *bytes, size_t count, uint8_t *out) {
    const uint8_t *at = bytes;
    const uint8_t *end = bytes + count;
    uint8_t *start = out;
    while (at < end) {
        const uint8_t *escape = quote_or_escape(at, end);
        memcpy(out, at, escape - at);
        out += escape - at;
        at = escape;
        if (end - at < 2) { break; }
        if (at[1] != 'u') {
            *out++ = unescaped(at[1]);
            at += 2;
            continue;
        }
        if (end - at < 6) { break; }
        unsigned point = hexadecimal(at + 2);
        at += 6;
        if (point >= 0xD800 && point < 0xDC00 && end - at >= 6) {
            point = 0x10000 + ((point - 0xD800) << 10) + (hexadecimal(at + 2) - 0xDC00);
            at += 6;
        }
        out = put_utf8(point, out);
    }
    return out - start;
}

size_t tg_json_plain_prefix(const uint8_t *bytes, size_t count) {
    const uint8_t *end = first(
        bytes, bytes + count, [](Block b) { return (b < 0x20) | (b == '"') | (b == '\\'); },
        [](uint8_t b) { return b < 0x20 || b == '"' || b == '\\'; });
    return end - bytes;
}
