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

}  // namespace

size_t tg_json_tape(const uint8_t *bytes, size_t start, size_t end_offset, tg_json_node *out, size_t capacity) {
    // All that changes is local, so that it stays in registers.
    const uint8_t *at = bytes + start;
    const uint8_t *const end = bytes + end_offset;
    size_t count = 0;
    Open open[tg_json_depth + 1];
    size_t depth = 0;

    const auto skip_space = [&] {
        while (at < end && is_space(*at)) { ++at; }
    };
    // The next node is the one after it; of an object or array that is said again when it ends.
    const auto put = [&](const uint8_t *from, tg_json_kind kind, uint8_t flags) {
        const size_t node = count++;
        if (node >= capacity) { return; }
        out[node] = {(uint32_t)(from - bytes), (uint32_t)(at - bytes), (uint32_t)count, 0, (uint8_t)kind, flags, 0};
    };
    const auto string = [&] {
        const uint8_t *from = at++;
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
        put(from, tg_json_string, flags);
    };
    const auto scalar = [&] {
        const uint8_t *from = at;
        const bool is_number = *at == '-' || (*at >= '0' && *at <= '9');
        const tg_json_kind kind = is_number ? tg_json_number : *at == 'n' ? tg_json_null : tg_json_bool;
        bool digits_only = true;
        while (at < end && !is_space(*at) && *at != ',' && *at != '}' && *at != ']') {
            digits_only &= (*at >= '0' && *at <= '9') || *at == '-';
            ++at;
        }
        // Eighteen digits and a sign always fit 64 bits.
        put(from, kind, is_number && digits_only && at - from <= 18 ? tg_json_integer : 0);
    };

    skip_space();
    while (at < end) {
        // A value stands here.
        bool is_closing = false;
        if (*at == '{' || *at == '[') {
            if (depth > tg_json_depth) { break; }
            const bool keyed = *at == '{';
            open[depth++] = {count, 0, keyed};
            const uint8_t *from = at++;
            put(from, keyed ? tg_json_object : tg_json_array, 0);
            skip_space();
            is_closing = at < end && (*at == '}' || *at == ']');
        } else {
            if (*at == '"') {
                string();
            } else {
                scalar();
            }
            if (depth == 0) { break; }
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
            if (depth == 0) { return count; }
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
    return count;
}
