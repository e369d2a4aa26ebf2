#include "CSimdjson.h"
#include "Surrogates.h"

#include <simdjson.h>

#include <memory>
#include <new>

static_assert(tg_json_padding >= simdjson::SIMDJSON_PADDING, "Swift reserves too little");

namespace {

/// A parser keeps its buffers between texts; one that grew beyond this is given back after use.
/// (The buffers come to some fourteen times the text.)
constexpr size_t kept_capacity = 1024 * 1024;

struct Parser {
    simdjson::dom::parser parser{tg_json_capacity};
    size_t capacity = 0;
};

// A pointer, so that giving the memory back is dropping the object.
thread_local std::unique_ptr<Parser> thread_parser;

tg_json_verdict verdict(simdjson::error_code error) {
    switch (error) {
    case simdjson::SUCCESS: return tg_json_valid;
    case simdjson::EMPTY: return tg_json_empty;
    case simdjson::CAPACITY: return tg_json_too_large;
    case simdjson::MEMALLOC: return tg_json_out_of_memory;
    case simdjson::DEPTH_ERROR: return tg_json_too_deep;
    case simdjson::UTF8_ERROR: return tg_json_invalid_utf8;
    case simdjson::STRING_ERROR:
    case simdjson::UNESCAPED_CHARS:
    case simdjson::UNCLOSED_STRING: return tg_json_invalid_string;
    case simdjson::NUMBER_ERROR:
    case simdjson::NUMBER_OUT_OF_RANGE: return tg_json_invalid_number;
    default: return tg_json_malformed;
    }
}

}  // namespace

tg_json_verdict tg_json_validate(const uint8_t *bytes, size_t count, bool padded) {
    if (count == 0) { return tg_json_empty; }
    if (count > tg_json_capacity) { return tg_json_too_large; }
    if (!thread_parser) {
        thread_parser.reset(new (std::nothrow) Parser());
        if (!thread_parser) { return tg_json_out_of_memory; }
    }
    // Allocated here because the parser, growing by itself, would go back to its own depth limit.
    if (count > thread_parser->capacity) {
        size_t wanted = 4096;
        while (wanted < count) { wanted *= 2; }
        const auto error = thread_parser->parser.allocate(wanted, tg_json_depth);
        if (error) {
            thread_parser.reset();
            return verdict(error);
        }
        thread_parser->capacity = wanted;
    }
    const auto error = thread_parser->parser.parse(bytes, count, !padded).error();
    if (thread_parser->capacity > kept_capacity) { thread_parser.reset(); }
    if (error) { return verdict(error); }
    // simdjson 3.0 lets half a surrogate pair through where another escape follows it, or where it is the second half.
    return tollgate::surrogates_are_paired(bytes, count) ? tg_json_valid : tg_json_invalid_string;
}
