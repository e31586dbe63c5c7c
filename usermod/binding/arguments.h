// SPDX-License-Identifier: MIT
#ifndef OG_ARGUMENTS_H
#define OG_ARGUMENTS_H

#if MICROPY_ENABLE_DYNRUNTIME
#include "py/dynruntime.h"
#else
#include "py/runtime.h"
#endif

#include "og_dense.h"
#include "og_range.h"
#include "og_update.h"

// The border: what comes from Python is checked here, once, and the kernels
// behind may rely on it. Every failure names the argument, says what was
// expected and what came, and is raised before anything is written.
// host_ref/_octograd.py has the same checks with the same words.

typedef enum _access_t { READ, WRITE } access_t;

// The memory of a buffer object whose items have the typecode `code`, and
// their number. For 'b' any 8-bit typecode will do, bytes and bytearray too.
void *get_buffer(mp_obj_t obj, const char *name, char code, access_t access, size_t *n);

// The same, for a buffer that must have `expected` items.
void *get_items(mp_obj_t obj, const char *name, char code, access_t access, size_t expected);

// The same, for a tensor of 1 to OG_MAX_LENGTH items.
void *get_tensor(mp_obj_t obj, const char *name, char code, access_t access, size_t *n);

// An int in low..high.
int32_t get_int(mp_obj_t obj, const char *name, int32_t low, int32_t high);

int32_t get_exponent(mp_obj_t obj, const char *name);
og_range_t *get_range(mp_obj_t obj, access_t access);
uint32_t *get_rng(mp_obj_t obj);
og_rate_t get_rate(mp_obj_t obj);

#endif // OG_ARGUMENTS_H
