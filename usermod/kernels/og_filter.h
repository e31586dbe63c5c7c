// SPDX-License-Identifier: MIT
#ifndef OG_FILTER_H
#define OG_FILTER_H

#include <stddef.h>
#include <stdint.h>

// Low-pass and high-pass filters of second order, one after the other: the
// biquads that the bilinear transform makes, as state-variable filters with
// trapezoidal integrators. Those keep their precision at cut-offs far below the
// sampling rate, where a biquad in direct form with such small integers fails.
// Zavalishin 2018, "The Art of VA Filter Design", 2.1.2, section 4.4.
//
// Spec: docs/numerics.md, "Filters". Twin: host_ref/octograd_ref/filter.py.

// A factor is mantissa / 2^(15 + shift). Seven int16 without padding.
typedef struct _og_section_t {
    int16_t high;       // 1 for a high-pass, 0 for a low-pass
    int16_t g, g_shift; // tan(pi cut-off / rate)
    int16_t r, r_shift; // damping + g
    int16_t a, a_shift; // 1 / (1 + g r)
} og_section_t;

#define OG_SECTION_FIELDS 7
#define OG_FILTER_SECTIONS 8
#define OG_FILTER_SHIFT_MIN (-15)
#define OG_FILTER_SHIFT_MAX 30

// Filters frames.
//
//   sections  in       (n_sections,)                mantissas 0..32767, shifts -15..30
//   x         in       (n, channels)             s16
//   state     in, out  (channels, n_sections, 2) s32  0 at rest; any bytes are safe
//   y         out      (n, channels)             s16  may be x; saturates at +-32767
void og_filter_apply_s16(const og_section_t *sections, size_t n_sections, const int16_t *x,
    size_t n, size_t channels, int32_t *state, int16_t *y);

#endif // OG_FILTER_H
