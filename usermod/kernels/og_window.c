// SPDX-License-Identifier: MIT
#include "og_window.h"

void og_run_begin(og_run_t *run) {
    run->ky = 0;
    run->kx = 0;
}

bool og_run_next(og_run_t *run, const og_window_t *s, int32_t oy, int32_t ox) {
    while (run->ky < s->y.kernel) {
        int32_t iy = og_axis_source(&s->y, oy, run->ky);
        while (iy >= 0 && run->kx < s->x.kernel) {
            int32_t ix = og_axis_source(&s->x, ox, run->kx);
            int32_t n = 1;
            if (ix >= 0 && s->x.divisor == 1 && s->x.sign == 1) {
                int32_t taps = s->x.kernel - run->kx;
                int32_t pixels = s->x.n_in - ix;
                n = taps < pixels ? taps : pixels;
            }
            if (ix >= 0) {
                run->pixel = (size_t)(iy * s->x.n_in + ix);
                run->tap = (size_t)(run->ky * s->x.kernel + run->kx);
                run->n = (size_t)n;
            }
            run->kx += n;
            if (ix >= 0) {
                return true;
            }
        }
        run->ky++;
        run->kx = 0;
    }
    return false;
}

void og_use_begin(og_use_t *use, const og_window_t *s, int32_t iy, int32_t ix) {
    og_axis_taps(&s->y, iy, &use->ky, &use->ky_end);
    og_axis_taps(&s->x, ix, &use->kx_first, &use->kx_end);
    use->kx = use->kx_first;
    use->ry = 0;
    use->rx = 0;
}

bool og_use_next(og_use_t *use, const og_window_t *s, int32_t iy, int32_t ix) {
    for (; use->ky < use->ky_end; use->ky++) {
        for (; use->ry < og_axis_repeats(&s->y); use->ry++) {
            int32_t oy = og_axis_target(&s->y, iy, use->ky, use->ry);
            for (; oy >= 0 && use->kx < use->kx_end; use->kx++) {
                while (use->rx < og_axis_repeats(&s->x)) {
                    int32_t ox = og_axis_target(&s->x, ix, use->kx, use->rx++);
                    if (ox >= 0) {
                        use->pixel = (size_t)(oy * s->x.n_out + ox);
                        use->tap = (size_t)(use->ky * s->x.kernel + use->kx);
                        return true;
                    }
                }
                use->rx = 0;
            }
            use->kx = use->kx_first;
        }
        use->ry = 0;
    }
    return false;
}
