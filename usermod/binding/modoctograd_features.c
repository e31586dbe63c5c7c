// SPDX-License-Identifier: MIT
#include "module.h"
#include "og_filter.h"
#include "og_summary.h"

// The module _octograd_features: what is made of a sensor's samples before a net
// sees them.

#define CHANNELS_MAX 4096

// A window of whole frames, int16, at most OG_MAX_LENGTH items.
static void *get_frames(mp_obj_t obj, const char *name, size_t channels, access_t access, size_t *n) {
    size_t items;
    void *x = get_tensor(obj, name, 'h', access, &items);
    *n = items / channels;
    if (*n * channels != items) {
        get_items(obj, name, 'h', access, (*n > 0 ? *n : 1) * channels);
    }
    return x;
}

static size_t get_channels(mp_obj_t obj) {
    return (size_t)get_int(obj, "channels", 1, CHANNELS_MAX);
}

// summary(x, channels, out)
static mp_obj_t mod_octograd_summary(mp_obj_t x_in, mp_obj_t channels_in, mp_obj_t out_in) {
    size_t n;
    size_t channels = get_channels(channels_in);
    const int16_t *x = get_frames(x_in, "x", channels, READ, &n);
    og_summary_s16(x, n, channels, get_items(out_in, "out", 'h', WRITE, OG_SUMMARY_FIELDS * channels));
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_3(mod_octograd_summary_obj, mod_octograd_summary);

static const og_section_t *get_sections(mp_obj_t obj, size_t *n) {
    size_t items;
    const og_section_t *sections = get_buffer(obj, "sections", 'h', READ, &items);
    *n = items / OG_SECTION_FIELDS;
    if (*n < 1 || *n > OG_FILTER_SECTIONS || *n * OG_SECTION_FIELDS != items) {
        raise_outside("sections", OG_SECTION_FIELDS, OG_SECTION_FIELDS * OG_FILTER_SECTIONS,
            " items, 7 a section,", (mp_int_t)items);
    }
    for (size_t k = 0; k < *n; k++) {
        const og_section_t *s = sections + k;
        check_field("sections: high", s->high, 0, 1);
        check_field("sections: g", s->g, 0, 32767);
        check_field("sections: g_shift", s->g_shift, OG_FILTER_SHIFT_MIN, OG_FILTER_SHIFT_MAX);
        check_field("sections: r", s->r, 0, 32767);
        check_field("sections: r_shift", s->r_shift, OG_FILTER_SHIFT_MIN, OG_FILTER_SHIFT_MAX);
        check_field("sections: a", s->a, 0, 32767);
        check_field("sections: a_shift", s->a_shift, OG_FILTER_SHIFT_MIN, OG_FILTER_SHIFT_MAX);
    }
    return sections;
}

// filter_apply(sections, x, channels, state, out)
static mp_obj_t mod_octograd_filter_apply(size_t n_args, const mp_obj_t *args) {
    (void)n_args;
    size_t n_sections, n;
    const og_section_t *sections = get_sections(args[0], &n_sections);
    size_t channels = get_channels(args[2]);
    const int16_t *x = get_frames(args[1], "x", channels, READ, &n);
    int32_t *state = get_items(args[3], "state", 'i', WRITE, 2 * n_sections * channels);
    int16_t *out = get_items(args[4], "out", 'h', WRITE, n * channels);
    og_filter_apply_s16(sections, n_sections, x, n, channels, state, out);
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(mod_octograd_filter_apply_obj, 5, 5, mod_octograd_filter_apply);

#define EXPORTS(X) \
    X(MP_QSTR_summary, mod_octograd_summary_obj) \
    X(MP_QSTR_filter_apply, mod_octograd_filter_apply_obj)

MODULE(octograd_features, EXPORTS)
