// SPDX-License-Identifier: MIT
#include "og_fixed.h"

int32_t og_round_by(int32_t v, int32_t s) {
    return og_round_shift(v, s);
}
