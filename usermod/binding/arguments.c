// SPDX-License-Identifier: MIT
#include "arguments.h"

// Appends text to a message; of a very long name, which Python may give, the beginning.
static char *put(char *end, const char *text) {
    for (int n = 0; *text != 0 && n < 40; n++) {
        *end++ = *text++;
    }
    return end;
}

static char *put_int(char *end, mp_int_t v) {
    char digits[24];
    int n = 0;
    mp_uint_t magnitude = v < 0 ? 0 - (mp_uint_t)v : (mp_uint_t)v;
    do {
        digits[n++] = (char)('0' + magnitude % 10);
        magnitude /= 10;
    } while (magnitude != 0);
    if (v < 0) {
        *end++ = '-';
    }
    while (n > 0) {
        *end++ = digits[--n];
    }
    return end;
}

static NORETURN void raise(const mp_obj_type_t *type, const char *message, const char *end) {
    nlr_raise(mp_obj_new_exception_arg1(type, mp_obj_new_str(message, (size_t)(end - message))));
}

NORETURN void raise_outside(const char *name, mp_int_t low, mp_int_t high,
    const char *items, mp_int_t value) {
    char message[128]; // names are short, and a number has at most 20 characters
    char *end = put(put(message, name), ": ");
    end = put_int(end, low);
    if (low != high) {
        end = put_int(put(end, " to "), high);
    }
    end = put_int(put(put(end, items), " expected, got "), value);
    raise(&mp_type_ValueError, message, end);
}

// "name: <writable >buffer of 'code' expected<got>"
static NORETURN void raise_not_buffer(const char *name, char code, access_t access, int got) {
    char message[128];
    char *end = put(put(message, name), access == WRITE ? ": writable buffer of '" : ": buffer of '");
    *end++ = code;
    end = put(end, "' expected");
    if (got != 0) {
        end = put(end, ", got '");
        *end++ = (char)got;
        end = put(end, "'");
    }
    raise(&mp_type_TypeError, message, end);
}

void *get_buffer(mp_obj_t obj, const char *name, char code, access_t access, size_t *n) {
    mp_buffer_info_t info;
    // To MicroPython a str is a buffer, to CPython it is not.
    if (mp_obj_is_str(obj) || !mp_get_buffer(obj, &info, access == WRITE ? MP_BUFFER_RW : MP_BUFFER_READ)) {
        raise_not_buffer(name, code, access, 0);
    }
    // A bytearray's typecode is 1.
    char got = (char)(info.typecode == 1 ? 'B' : info.typecode);
    if (got != code && !(code == 'b' && got == 'B')) {
        raise_not_buffer(name, code, access, got);
    }
    *n = code == 'b' ? info.len : code == 'h' ? info.len / 2 : info.len / 4;
    return info.buf;
}

void *get_items(mp_obj_t obj, const char *name, char code, access_t access, size_t expected) {
    size_t n;
    void *items = get_buffer(obj, name, code, access, &n);
    if (n != expected) {
        raise_outside(name, (mp_int_t)expected, (mp_int_t)expected, " items", (mp_int_t)n);
    }
    return items;
}

void *get_tensor(mp_obj_t obj, const char *name, char code, access_t access, size_t *n) {
    void *items = get_buffer(obj, name, code, access, n);
    if (*n < 1 || *n > OG_MAX_LENGTH) {
        raise_outside(name, 1, (mp_int_t)OG_MAX_LENGTH, " items", (mp_int_t)*n);
    }
    return items;
}

int32_t get_int(mp_obj_t obj, const char *name, int32_t low, int32_t high) {
    if (!mp_obj_is_small_int(obj)) {
        char message[64];
        raise(&mp_type_TypeError, message, put(put(message, name), ": int expected"));
    }
    mp_int_t value = MP_OBJ_SMALL_INT_VALUE(obj);
    if (value < low || value > high) {
        raise_outside(name, low, high, "", value);
    }
    return (int32_t)value;
}

int32_t get_exponent(mp_obj_t obj, const char *name) {
    return get_int(obj, name, -OG_EXPONENT_MAX, OG_EXPONENT_MAX);
}

void check_field(const char *name, int16_t value, int16_t low, int16_t high) {
    if (value < low || value > high) {
        raise_outside(name, low, high, "", value);
    }
}

og_activation_t get_activation(mp_obj_t obj) {
    int32_t code = get_int(obj, "activation", 0, OG_LEAKY + 7);
    if (!og_activation_ok(code)) {
        raise_outside("activation", 0, OG_TANH, " or 9 to 15", code);
    }
    return (og_activation_t)code;
}

og_range_t *get_range(mp_obj_t obj, access_t access) {
    og_range_t *range = get_items(obj, "range", 'h', access, 3);
    check_field("range[0]", range->exponent, -OG_EXPONENT_MAX, OG_EXPONENT_MAX);
    check_field("range[1]", range->maximum, 0, 127);
    check_field("range[2]", range->count, OG_RANGE_FRESH, OG_RANGE_WINDOW - 1);
    return range;
}

uint32_t *get_rng(mp_obj_t obj) {
    uint32_t *rng = get_items(obj, "rng", 'I', WRITE, 1);
    if (*rng == 0) {
        char message[64];
        raise(&mp_type_ValueError, message, put(message, "rng: state other than 0 expected"));
    }
    return rng;
}

const og_rate_t *get_rate(mp_obj_t obj) {
    const og_rate_t *rate = get_items(obj, "rate", 'h', READ, OG_RATE_FIELDS);
    check_field("rate[0]", rate->factor, 1, 15);
    check_field("rate[1]", rate->shift, 0, 30);
    check_field("rate[2]", rate->normalize, 0, 1);
    check_field("rate[3]", rate->momentum, 0, 7);
    return rate;
}

og_batch_t *get_batch(mp_obj_t obj) {
    og_batch_t *batch = get_items(obj, "batch", 'h', WRITE, OG_BATCH_FIELDS);
    check_field("batch[0]", batch->e_gw, -2 * OG_EXPONENT_MAX, 2 * OG_EXPONENT_MAX);
    check_field("batch[1]", batch->e_gb, -OG_EXPONENT_MAX, OG_EXPONENT_MAX);
    check_field("batch[2]", batch->begun, 0, 1);
    return batch;
}

og_range_t *learner(og_range_t *range, bool training) {
    return training ? range : NULL;
}

int32_t *get_scratch(mp_obj_t obj, size_t n) {
    size_t n_bytes;
    void *scratch = get_buffer(obj, "scratch", 'b', WRITE, &n_bytes);
    if (n_bytes < 4 * n) {
        get_items(obj, "scratch", 'b', WRITE, 4 * n);
    }
    // A Cortex-M0 faults on an unaligned word.
    if (((uintptr_t)scratch & 3) != 0) {
        mp_raise_ValueError(MP_ERROR_TEXT("scratch: address a multiple of 4 expected"));
    }
    return scratch;
}

void get_linear(og_linear_t *l, mp_obj_t w, mp_obj_t b, mp_obj_t e_w, size_t n, size_t n_b) {
    size_t n_e;
    l->w = get_items(w, "w", 'b', READ, n);
    l->b = b == mp_const_none ? NULL : get_items(b, "b", 'i', READ, n_b);
    l->e_w = get_buffer(e_w, "e_w", 'b', READ, &n_e);
    if (n_e != n_b) {
        get_items(e_w, "e_w", 'b', READ, 1);
    }
    l->n_e = n_e;
    l->n_in = n / n_b;
    l->n_out = n_b;
}

void get_weights(og_weights_t *layer, const mp_obj_t *args, size_t n, size_t n_b) {
    layer->n = n;
    layer->n_b = n_b;
    layer->rng = get_rng(args[0]);
    layer->w = get_items(args[1], "w", 'b', WRITE, n);
    layer->residual = args[2] == mp_const_none ? NULL : get_items(args[2], "residual", 'b', WRITE, n);
    layer->velocity = args[3] == mp_const_none ? NULL :
        get_items(args[3], "velocity", 'h', WRITE, n + n_b);
    layer->b = args[4] == mp_const_none ? NULL : get_items(args[4], "b", 'i', WRITE, n_b);
    layer->e_w = get_items(args[5], "e_w", 'b', WRITE, 1);
}

void get_error(og_error_t *error, const mp_obj_t *args, size_t n) {
    error->y = get_items(args[0], "x", 'b', READ, n);
    error->six = og_round_shift(6, get_exponent(args[1], "e_x"));
    error->activation = get_activation(args[2]);
    error->pending = args[3] == mp_const_none ? NULL : get_items(args[3], "pending", 'b', READ, n);
    error->e_pending = get_exponent(args[4], "e_pending");
}
