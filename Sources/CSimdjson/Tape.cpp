// Lists every value of a text that has been validated, in one pass.

#include "Blocks.h"
#include "CSimdjson.h"

using namespace tollgate;

namespace {

bool is_space(uint8_t byte) { return byte == ' ' || byte == '\n' || byte == '\r' || byte == '\t'; }

struct Open {
    size_t node;
    uint32_t count;
    bool keyed;
};

struct Taper {
    const uint8_t *bytes;
    const uint8_t *at;
    const uint8_t *end;
    tg_json_node *out;
    size_t capacity;
    size_t count = 0;

    void skip_space() {
        while (at < end && is_space(*at)) { ++at; }
    }

    /// The next node is the one after it; of an object or array that is said again when it ends.
    void put(size_t node, const uint8_t *start, tg_json_kind kind, uint8_t flags) {
        if (node >= capacity) { return; }
        out[node] = {
            (uint32_t)(start - bytes), (uint32_t)(at - bytes), (uint32_t)count, 0, (uint8_t)kind, flags, 0};
    }

    void string() {
        const uint8_t *start = at++;
        uint8_t flags = tg_json_plain;
        for (;;) {
            at = first(
                at, end, [](Block b) { return (b == '"') | (b == '\\'); },
                [](uint8_t b) { return b == '"' || b == '\\'; });
            if (at >= end || *at == '"') { break; }
            flags = 0;
            at += end - at < 2 ? 1 : 2;
        }
        if (at < end) { ++at; }
        put(count++, start, tg_json_string, flags);
    }

    void scalar() {
        const uint8_t *start = at;
        const bool is_number = *at == '-' || (*at >= '0' && *at <= '9');
        const tg_json_kind kind = is_number ? tg_json_number : *at == 'n' ? tg_json_null : tg_json_bool;
        bool digits_only = true;
        while (at < end && !is_space(*at) && *at != ',' && *at != '}' && *at != ']') {
            digits_only &= (*at >= '0' && *at <= '9') || *at == '-';
            ++at;
        }
        // Eighteen digits and a sign always fit 64 bits.
        const bool is_small = is_number && digits_only && at - start <= 18;
        put(count++, start, kind, is_small ? tg_json_integer : 0);
    }

    void run() {
        Open open[tg_json_depth + 1];
        size_t depth = 0;
        skip_space();
        while (at < end) {
            // A value stands here.
            bool is_closing = false;
            if (*at == '{' || *at == '[') {
                if (depth > tg_json_depth) { return; }
                const bool keyed = *at == '{';
                open[depth++] = {count, 0, keyed};
                const uint8_t *start = at++;
                put(count++, start, keyed ? tg_json_object : tg_json_array, 0);
                skip_space();
                is_closing = at < end && (*at == '}' || *at == ']');
            } else {
                if (*at == '"') {
                    string();
                } else {
                    scalar();
                }
                if (depth == 0) { return; }
                ++open[depth - 1].count;
                skip_space();
                is_closing = at < end && *at != ',';
                if (!is_closing) { ++at; }
            }
            while (is_closing) {
                ++at;
                const Open closed = open[--depth];
                if (closed.node < capacity) {
                    out[closed.node].end = (uint32_t)(at - bytes);
                    out[closed.node].next = (uint32_t)count;
                    out[closed.node].count = closed.count;
                }
                if (depth == 0) { return; }
                ++open[depth - 1].count;
                skip_space();
                is_closing = at < end && *at != ',';
                if (!is_closing) { ++at; }
            }
            skip_space();
            if (at < end && open[depth - 1].keyed) {
                string();
                skip_space();
                ++at;
                skip_space();
            }
        }
    }
};

}  // namespace

size_t tg_json_tape(const uint8_t *bytes, size_t start, size_t end, tg_json_node *out, size_t capacity) {
    Taper taper{bytes, bytes + start, bytes + end, out, capacity};
    taper.run();
    return taper.count;
}
