/* The entry to libFuzzer for programs that have a main of their own (LLVM's FuzzerInterface.h does not declare it). */
#ifndef TOLLGATE_CFUZZER_H
#define TOLLGATE_CFUZZER_H

#include <stddef.h>
#include <stdint.h>

int LLVMFuzzerRunDriver(
    int *_Nonnull argc, char *_Nullable *_Nonnull *_Nonnull argv,
    int (*_Nonnull one)(const uint8_t *_Nullable bytes, size_t count));

#endif
