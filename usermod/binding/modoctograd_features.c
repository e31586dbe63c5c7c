// SPDX-License-Identifier: MIT
#include "module.h"
#include "og_filter.h"
#include "og_mel.h"
#include "og_spectrum.h"
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

// What power_spectrum() writes to: 2 more items than the power of two that it is of.
static uint32_t *get_power(mp_obj_t obj, access_t access, int32_t *log2_n) {
    size_t items;
    uint32_t *power = get_buffer(obj, "power", 'I', access, &items);
    for (int32_t k = OG_SPECTRUM_MIN_LOG2; k <= OG_SPECTRUM_MAX_LOG2; k++) {
        if (items == ((size_t)1 << k) + 2) {
            *log2_n = k;
            return power;
        }
    }
    raise_outside("power", (1 << OG_SPECTRUM_MIN_LOG2) + 2, (1 << OG_SPECTRUM_MAX_LOG2) + 2,
        " items, 2 more than 2^n,", (mp_int_t)items);
}

static int32_t get_power_exponent(mp_obj_t obj) {
    return get_int(obj, "e_power", OG_POWER_EXPONENT_MIN, OG_POWER_EXPONENT_MAX);
}

// So many bins, each not below the one before, up to N / 2 + 1.
static const int16_t *get_edges(mp_obj_t obj, size_t n, int32_t log2_n) {
    const int16_t *edges = get_items(obj, "edges", 'h', READ, n);
    int16_t low = 0;
    for (size_t k = 0; k < n; k++) {
        check_field("edges", edges[k], low, (int16_t)((1 << (log2_n - 1)) + 1));
        low = edges[k];
    }
    return edges;
}

// power_spectrum(x, channels, channel, power) -> e_power
static mp_obj_t mod_octograd_power_spectrum(size_t n_args, const mp_obj_t *args) {
    (void)n_args;
    size_t n;
    int32_t log2_n;
    size_t channels = get_channels(args[1]);
    const int16_t *x = get_frames(args[0], "x", channels, READ, &n);
    int32_t channel = get_int(args[2], "channel", 0, (int32_t)channels - 1);
    uint32_t *power = get_power(args[3], WRITE, &log2_n);
    if (n < 2 || n > (size_t)1 << log2_n) {
        raise_outside("x", 2, (mp_int_t)1 << log2_n, " frames", (mp_int_t)n);
    }
    return MP_OBJ_NEW_SMALL_INT(og_power_spectrum_s16(x + channel, n, channels, log2_n, power));
}
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(mod_octograd_power_spectrum_obj, 4, 4, mod_octograd_power_spectrum);

// band_magnitude(power, e_power, n, edges, unit, out)
static mp_obj_t mod_octograd_band_magnitude(size_t n_args, const mp_obj_t *args) {
    (void)n_args;
    int32_t log2_n;
    size_t n_bands;
    const uint32_t *power = get_power(args[0], READ, &log2_n);
    int32_t e = get_power_exponent(args[1]);
    int32_t n = get_int(args[2], "n", 2, (int32_t)1 << log2_n);
    int32_t unit = get_int(args[4], "unit", -OG_BAND_UNIT_MAX, OG_BAND_UNIT_MAX);
    int16_t *out = get_tensor(args[5], "out", 'h', WRITE, &n_bands);
    const int16_t *edges = get_edges(args[3], n_bands + 1, log2_n);
    og_band_magnitude_s16(power, e, (size_t)n, log2_n, edges, n_bands, unit, out);
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(mod_octograd_band_magnitude_obj, 6, 6, mod_octograd_band_magnitude);

// mel_energy(power, e_power, edges, weights, out)
static mp_obj_t mod_octograd_mel_energy(size_t n_args, const mp_obj_t *args) {
    (void)n_args;
    int32_t log2_n;
    size_t n_bands;
    const uint32_t *power = get_power(args[0], READ, &log2_n);
    int32_t e = get_power_exponent(args[1]);
    int16_t *out = get_tensor(args[4], "out", 'h', WRITE, &n_bands);
    const int16_t *edges = get_edges(args[2], n_bands + 2, log2_n);
    const int16_t *weights = get_items(args[3], "weights", 'h', READ, (size_t)edges[n_bands + 1]);
    og_mel_energy_s16(power, e, edges, n_bands, weights, out);
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(mod_octograd_mel_energy_obj, 5, 5, mod_octograd_mel_energy);

// cosine_transform(x, out)
static mp_obj_t mod_octograd_cosine_transform(mp_obj_t x_in, mp_obj_t out_in) {
    size_t n_in, n_out;
    const int16_t *x = get_buffer(x_in, "x", 'h', READ, &n_in);
    if (n_in < 1 || n_in > OG_COSINE_MAX) {
        raise_outside("x", 1, OG_COSINE_MAX, " items", (mp_int_t)n_in);
    }
    int16_t *out = get_buffer(out_in, "out", 'h', WRITE, &n_out);
    if (n_out < 1 || n_out > n_in) {
        raise_outside("out", 1, (mp_int_t)n_in, " items", (mp_int_t)n_out);
    }
    og_cosine_transform_s16(x, n_in, out, n_out);
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_2(mod_octograd_cosine_transform_obj, mod_octograd_cosine_transform);

#define EXPORTS(X) \
    X(MP_QSTR_summary, mod_octograd_summary_obj) \
    X(MP_QSTR_filter_apply, mod_octograd_filter_apply_obj) \
    X(MP_QSTR_power_spectrum, mod_octograd_power_spectrum_obj) \
    X(MP_QSTR_band_magnitude, mod_octograd_band_magnitude_obj) \
    X(MP_QSTR_mel_energy, mod_octograd_mel_energy_obj) \
    X(MP_QSTR_cosine_transform, mod_octograd_cosine_transform_obj)

MODULE(octograd_features, EXPORTS)
