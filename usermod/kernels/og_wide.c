// SPDX-License-Identifier: MIT
#include "og_fixed.h"
#include "og_tables.h"
#include "og_wide.h"

uint64_t og_divide_u64(uint64_t v, uint32_t d) {
    uint32_t rest = 0; // below d, so below 2^32 when doubled
    for (int32_t k = 0; k < 64; k++) {
        rest = rest << 1 | (uint32_t)(v >> 63);
        v <<= 1; // the quotient comes in as the dividend goes out
        if (rest >= d) {
            rest -= d;
            v |= 1;
        }
    }
    return v;
}

uint32_t og_root_u64(uint64_t v) {
    uint64_t root = 0; // so far, times the bit that is tried next
    for (uint64_t bit = (uint64_t)1 << 62; bit != 0; bit >>= 2) {
        uint64_t tried = root + bit;
        root >>= 1;
        if (v >= tried) {
            v -= tried;
            root += bit;
        }
    }
    return (uint32_t)root;
}

int32_t og_log2_u64(uint64_t v) {
    if (v == 0) {
        return 0;
    }
    int32_t n = 15;
    for (; v >= 0x10000; v >>= 1) {
        n++;
    }
    int32_t m = (int32_t)v;
    for (; m < 0x8000; m <<= 1) {
        n--;
    }
    // v = 2^n * m / 2^15 but for bits that were cut off; the table has 32 steps of m.
    const uint16_t *low = og_table_log2 + ((m - 0x8000) >> 10);
    int32_t rest = og_round_shift((low[1] - low[0]) * (m & 1023), 10);
    return og_round_shift((n << 15) + low[0] + rest, 7);
}
