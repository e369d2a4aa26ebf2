#ifndef TOLLGATE_CSIMDJSON_SURROGATES_H
#define TOLLGATE_CSIMDJSON_SURROGATES_H

#include <stddef.h>
#include <stdint.h>

namespace tollgate {

/// Whether each escape of an otherwise valid text that stands for half a surrogate pair has its other half.
bool surrogates_are_paired(const uint8_t *bytes, size_t count);

}  // namespace tollgate

#endif
