// SPDX-License-Identifier: MIT
#include "og_window.h"

int32_t og_axis_phases(const og_axis_t *a) {
    // What has both a stride and a divisor is no layer's; then each output is by itself.
    return a->divisor == 1 ? 1 : a->stride == 1 ? og_axis_repeats(a) : a->n_out;
}

void og_axis_sources(const og_axis_t *a, int32_t k, int32_t r, og_span_t *span) {
    int32_t shift = a->sign * k + a->offset;
    span->first_step = a->divisor;
    span->second_step = a->stride;
    if (a->divisor != 1 && a->stride != 1) {
        span->first = r;
        span->second = og_axis_source(a, r, k);
        span->n = span->second >= 0;
        return;
    }
    // o * stride + shift = i * divisor + r; one of both factors is 1. From the first pair
    // where neither position is below 0, reached without a division, as there are few before.
    int32_t o = r - shift, i = 0;
    if (a->divisor == 1) {
        o = 0;
        i = shift;
    }
    while ((o < 0 && i < a->n_in) || (i < 0 && o < a->n_out)) {
        o += a->divisor;
        i += a->stride;
    }
    span->first = o;
    span->second = i;
    int32_t last_o = o, last_i = i, n = 0;
    if (a->divisor == 1) {
        n = a->n_out - o;
        last_i += (n - 1) * a->stride;
        for (; n > 0 && last_i >= a->n_in; n--) {
            last_i -= a->stride;
        }
    } else {
        n = a->n_in - i;
        last_o += (n - 1) * a->divisor;
        for (; n > 0 && last_o >= a->n_out; n--) {
            last_o -= a->divisor;
        }
    }
    span->n = n > 0 ? n : 0;
}

void og_reader_begin(og_reader_t *reader, const og_axis_t *a) {
    reader->o = 0;
    reader->rest = -a->offset;
    for (; reader->rest < 0; reader->rest += a->stride) {
        reader->o--;
    }
}

void og_reader_next(og_reader_t *reader, const og_axis_t *a, og_span_t *span) {
    int32_t stride = a->stride;
    for (; reader->rest >= stride; reader->rest -= stride) {
        reader->o++;
    }
    // o * stride + sign * k = reader->o * stride + rest, for the first k from 0 on.
    int32_t o = reader->o, k = reader->rest, before, after;
    if (a->sign == 1) {
        before = o - a->n_out + 1; // taps of outputs behind the last
        after = o;
    } else {
        if (k > 0) {
            k = stride - k;
            o++;
        }
        before = -o;
        after = a->n_out - 1 - o;
    }
    for (; before > 0 && k < a->kernel; before--) {
        o -= a->sign;
        after--;
        k += stride;
    }
    span->first = o;
    span->second = k;
    span->first_step = -a->sign;
    span->second_step = stride;
    int32_t n = 0;
    for (; k < a->kernel && n <= after; k += stride) {
        n++;
    }
    span->n = n;
    // Positions of the input are `divisor` apart; what is between counts, unless exact.
    reader->rest += a->exact ? a->divisor : 1;
}

void og_run_line(og_run_t *line, const og_window_t *s, int32_t oy) {
    line->left = -1;
    line->oy = oy;
    if (!og_window_is_plain(s)) {
        return;
    }
    int32_t iy = oy * s->y.stride + s->y.offset;
    int32_t ky = iy < 0 ? -iy : 0, ky_end = s->y.n_in - iy;
    ky_end = ky_end < s->y.kernel ? ky_end : s->y.kernel;
    line->left = ky < ky_end ? ky_end - ky : 0;
    // One row before the first, as og_run_next() goes on first.
    line->pixel = (size_t)((iy + ky - 1) * s->x.n_in);
    line->tap = (size_t)((ky - 1) * s->x.kernel);
}

void og_run_pixel(og_run_t *run, const og_run_t *line, const og_window_t *s, int32_t ox) {
    run->left = line->left;
    if (line->left < 0) {
        run->oy = line->oy;
        run->ox = ox;
        run->ky = 0;
        run->kx = 0;
        return;
    }
    int32_t ix = ox * s->x.stride + s->x.offset;
    int32_t kx = ix < 0 ? -ix : 0, kx_end = s->x.n_in - ix;
    kx_end = kx_end < s->x.kernel ? kx_end : s->x.kernel;
    if (kx >= kx_end) {
        run->left = 0;
    }
    run->n = (size_t)(kx_end - kx);
    run->pixel = line->pixel + (size_t)(ix + kx);
    run->tap = line->tap + (size_t)kx;
}

void og_run_begin(og_run_t *run, const og_window_t *s, int32_t oy, int32_t ox) {
    og_run_line(run, s, oy);
    og_run_pixel(run, run, s, ox);
}

bool og_run_search(og_run_t *run, const og_window_t *s) {
    while (run->ky < s->y.kernel) {
        int32_t iy = og_axis_source(&s->y, run->oy, run->ky);
        while (iy >= 0 && run->kx < s->x.kernel) {
            int32_t ix = og_axis_source(&s->x, run->ox, run->kx);
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
