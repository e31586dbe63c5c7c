// SPDX-License-Identifier: MIT
#ifndef OG_TABLES_H
#define OG_TABLES_H

#include <stdint.h>

// Constant tables, written by tools/make_tables.py and never by hand.
//
// Spec: docs/numerics.md, "Tables". Twin: host_ref/octograd_ref/tables.py.

// floor(32767 exp(-i / 16) + 1/2)
extern const uint16_t og_table_exp[256];

// Of i / 16, i = -128..127: floor(128 sigmoid + 1/2) and floor(128 tanh + 1/2),
// limited to 127, and floor(32768 sigmoid + 1/2).
extern const int8_t og_table_sigmoid[256];
extern const int8_t og_table_tanh[256];
extern const uint16_t og_table_sigmoid_q15[256];

// floor(32768 log2(1 + i / 32) + 1/2), i = 0..32.
extern const uint16_t og_table_log2[33];

// A quarter of a sine: floor(32768 sin(pi i / 512) + 1/2), i = 0..256.
extern const uint16_t og_table_sine[257];

#endif // OG_TABLES_H
