// SPDX-License-Identifier: MIT
#ifndef CASES_H
#define CASES_H

#include <stdint.h>

// Runs inner loops and layers on values and shapes drawn from a seed. Returns a digest of all
// that they wrote.
uint32_t og_cases(uint32_t seed);

// Where a buffer may lie that nothing comes after, or NULL.
extern int8_t *const last_bytes;

#endif // CASES_H
