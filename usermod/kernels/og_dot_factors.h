// SPDX-License-Identifier: MIT
#ifndef OG_DOT_FACTORS_H
#define OG_DOT_FACTORS_H

// What is not 0 of a walk's first tensor, with the items that it multiplies, for the columns of
// og_dot_fours.h. Each core has its list_lines(), which makes such lists.
typedef struct factor_t {
    const int8_t *a;
    int32_t d;
} factor_t;

#define FACTORS 32

// A list of factors, and the part of a walk that is to be listed: n_j lines of n_k <= FACTORS.
// Assembly knows the places of the fields.
typedef struct factors_t {
    factor_t *end;
    const factor_t *full; // where there is not the room for a line anymore
    const int8_t *d, *a;
    size_t n_j, n_k;
    int32_t d_k, a_k;
    int32_t d_leap, a_leap; // from the end of a line to the next
} factors_t;

#endif // OG_DOT_FACTORS_H
