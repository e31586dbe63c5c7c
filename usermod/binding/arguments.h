// SPDX-License-Identifier: MIT
#ifndef OG_ARGUMENTS_H
#define OG_ARGUMENTS_H

#if MICROPY_ENABLE_DYNRUNTIME
#include "py/dynruntime.h"
#else
#include "py/runtime.h"
#endif

#include "og_dense.h"

// The border: what comes from Python is checked here, once, and the kernels
// behind may rely on it. Every failure names the argument, says what was
// expected and what came, and is raised before anything is written.
// host_ref/_octograd.py has the same checks with the same words.

// "name: low to high<items> expected, got value", or without "to high" if both are equal.
NORETURN void raise_outside(const char *name, mp_int_t low, mp_int_t high, const char *items,
    mp_int_t value);

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

// A field of a record of int16 must lie in low..high.
void check_field(const char *name, int16_t value, int16_t low, int16_t high);

int32_t get_exponent(mp_obj_t obj, const char *name);
og_activation_t get_activation(mp_obj_t obj);
og_range_t *get_range(mp_obj_t obj, access_t access);
uint32_t *get_rng(mp_obj_t obj);
const og_rate_t *get_rate(mp_obj_t obj);
og_batch_t *get_batch(mp_obj_t obj);

// What learns from a tensor: its range in training, else nothing.
og_range_t *learner(og_range_t *range, bool training);

// Room for n int32, given as bytes, since Python has no int32 view of an arena.
int32_t *get_scratch(mp_obj_t obj, size_t n);

// Frozen or trained weights (rows, row) with their biases, for reading. b may
// be None. e_w has one item, or one for each bias.
void get_linear(og_linear_t *l, mp_obj_t w, mp_obj_t b, mp_obj_t e_w, size_t n, size_t n_b);

// Weights for an update, from args: rng, w, residual, velocity, b, e_w.
void get_weights(og_weights_t *layer, const mp_obj_t *args, size_t n, size_t n_b);

// The tensor that an error is made for, n items, from args:
// x, e_x, activation, pending, e_pending.
void get_error(og_error_t *error, const mp_obj_t *args, size_t n);

#endif // OG_ARGUMENTS_H
