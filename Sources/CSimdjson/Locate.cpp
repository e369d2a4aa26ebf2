// Finds where a text stops being JSON. Only texts that simdjson refused come here, and it does not say where.

#include "CSimdjson.h"

namespace {

struct Scanner {
    const uint8_t *at;
    const uint8_t *end;

    bool is_at(uint8_t byte) const { return at < end && *at == byte; }

    bool take(uint8_t byte) {
        if (!is_at(byte)) { return false; }
        ++at;
        return true;
    }

    void skip_space() {
        while (is_at(' ') || is_at('\n') || is_at('\r') || is_at('\t')) { ++at; }
    }

    bool literal(const char *text) {
        for (; *text; ++text) {
            if (!take(static_cast<uint8_t>(*text))) { return false; }
        }
        return true;
    }

    bool digits() {
        const uint8_t *start = at;
        while (at < end && *at >= '0' && *at <= '9') { ++at; }
        return at > start;
    }

    bool number() {
        take('-');
        if (!take('0') && !digits()) { return false; }
        if (take('.') && !digits()) { return false; }
        if (!is_at('e') && !is_at('E')) { return true; }
        ++at;
        if (!take('+')) { take('-'); }
        return digits();
    }

    /// Four hexadecimal digits.
    bool unit(unsigned &value) {
        value = 0;
        for (int index = 0; index < 4; ++index, ++at) {
            if (at >= end) { return false; }
            const uint8_t lower = *at | 0x20;
            if (*at >= '0' && *at <= '9') {
                value = value << 4 | (*at - '0');
            } else if (lower >= 'a' && lower <= 'f') {
                value = value << 4 | (lower - 'a' + 10);
            } else {
                return false;
            }
        }
        return true;
    }

    bool escape() {
        const uint8_t *start = at++;
        if (at >= end) { return false; }
        if (*at != 'u') {
            const uint8_t letter = *at;
            for (const char *known = "\"\\/bfnrt"; *known; ++known) {
                if (letter == static_cast<uint8_t>(*known)) {
                    ++at;
                    return true;
                }
            }
            return false;
        }
        ++at;
        unsigned high = 0;
        unsigned low = 0;
        if (!unit(high)) { return false; }
        if (high < 0xD800 || high > 0xDFFF) { return true; }
        const bool is_paired = high < 0xDC00 && take('\\') && take('u') && unit(low) && low >= 0xDC00 && low <= 0xDFFF;
        if (!is_paired) { at = start; }
        return is_paired;
    }

    /// One character of two to four bytes (Unicode 15, table 3-7).
    bool character() {
        const uint8_t lead = *at;
        const int more = lead < 0xC2 ? 0 : lead < 0xE0 ? 1 : lead < 0xF0 ? 2 : lead < 0xF5 ? 3 : 0;
        if (more == 0 || end - at <= more) { return false; }
        const uint8_t lowest = lead == 0xE0 ? 0xA0 : lead == 0xF0 ? 0x90 : 0x80;
        const uint8_t highest = lead == 0xED ? 0x9F : lead == 0xF4 ? 0x8F : 0xBF;
        if (at[1] < lowest || at[1] > highest) { return false; }
        for (int index = 2; index <= more; ++index) {
            if ((at[index] & 0xC0) != 0x80) { return false; }
        }
        at += more + 1;
        return true;
    }

    bool string() {
        if (!take('"')) { return false; }
        while (!take('"')) {
            if (at >= end || *at < 0x20) { return false; }
            if (*at == '\\') {
                if (!escape()) { return false; }
            } else if (*at < 0x80) {
                ++at;
            } else if (!character()) {
                return false;
            }
        }
        return true;
    }

    bool members(int depth) {
        skip_space();
        if (take('}')) { return true; }
        for (;;) {
            skip_space();
            if (!string()) { return false; }
            skip_space();
            if (!take(':') || !value(depth)) { return false; }
            skip_space();
            if (take('}')) { return true; }
            if (!take(',')) { return false; }
        }
    }

    bool elements(int depth) {
        skip_space();
        if (take(']')) { return true; }
        for (;;) {
            if (!value(depth)) { return false; }
            skip_space();
            if (take(']')) { return true; }
            if (!take(',')) { return false; }
        }
    }

    bool value(int depth) {
        skip_space();
        if (at >= end) { return false; }
        switch (*at) {
        case '"': return string();
        case 't': return literal("true");
        case 'f': return literal("false");
        case 'n': return literal("null");
        case '{':
        case '[': {
            if (depth >= tg_json_depth) { return false; }
            const bool keyed = *at++ == '{';
            return keyed ? members(depth + 1) : elements(depth + 1);
        }
        default: return number();
        }
    }
};

}  // namespace

bool tg_json_locate_fault(const uint8_t *bytes, size_t count, size_t *offset) {
    Scanner scanner{bytes, bytes + count};
    const bool is_whole = scanner.value(0);
    if (is_whole) { scanner.skip_space(); }
    *offset = scanner.at - bytes;
    return !is_whole || scanner.at < scanner.end;
}
