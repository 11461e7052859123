/*
 * The function that libFuzzer, or the driver that replays a corpus, calls with
 * each input.  It aborts where a promise is broken.
 * Runs in: a fuzzer, a test.
 */
#ifndef PREFORK_TESTS_FUZZ_H
#define PREFORK_TESTS_FUZZ_H

#include <stddef.h>
#include <stdint.h>

/* Returns 0. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#endif
