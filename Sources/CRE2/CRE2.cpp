#include "CRE2.h"

#include <re2/re2.h>

#include <new>

struct tg_re2 {
    re2::RE2 expression;

    tg_re2(const re2::StringPiece &pattern, const re2::RE2::Options &options) : expression(pattern, options) {}
};

namespace {

tg_re2_verdict verdict(re2::RE2::ErrorCode error) {
    switch (error) {
    case re2::RE2::NoError: return tg_re2_compiled;
    case re2::RE2::ErrorRepeatSize: return tg_re2_repeats_too_often;
    case re2::RE2::ErrorPatternTooLarge: return tg_re2_too_large;
    default: return tg_re2_malformed;
    }
}

}  // namespace

tg_re2_verdict tg_re2_compile(const char *pattern, size_t count, int64_t maximum_memory, tg_re2 **out) {
    re2::RE2::Options options(re2::RE2::Quiet);
    options.set_max_mem(maximum_memory);
    options.set_never_capture(true);
    *out = nullptr;
    tg_re2 *made = new (std::nothrow) tg_re2(re2::StringPiece(pattern, count), options);
    if (!made) { return tg_re2_out_of_memory; }
    const auto error = verdict(made->expression.error_code());
    if (error != tg_re2_compiled) {
        delete made;
        return error;
    }
    *out = made;
    return tg_re2_compiled;
}

bool tg_re2_matches(const tg_re2 *expression, const char *text, size_t count) {
    const re2::StringPiece piece(text ? text : "", text ? count : 0);
    return expression->expression.Match(piece, 0, piece.size(), re2::RE2::UNANCHORED, nullptr, 0);
}

int tg_re2_size(const tg_re2 *expression) { return expression->expression.ProgramSize(); }

void tg_re2_delete(tg_re2 *expression) { delete expression; }
