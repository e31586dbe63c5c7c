// SPDX-License-Identifier: MIT

// Arrays outside the GC heap, for the build with AddressSanitizer. The GC heap is one block to
// ASan, which therefore cannot see a kernel step over the end of an ordinary array.

#include <stdlib.h>

#include "py/binary.h"
#include "py/objarray.h"
#include "py/runtime.h"

// array(typecode, n): like array.array(typecode, n zeros), in memory of exactly that size.
// The array must not grow, and its memory is never freed.
static mp_obj_t mod_guard_array(mp_obj_t typecode_in, mp_obj_t n_in) {
    size_t len;
    const char *typecode = mp_obj_str_get_data(typecode_in, &len);
    mp_int_t n = mp_obj_get_int(n_in);
    if (len != 1 || n < 0) {
        mp_raise_ValueError(MP_ERROR_TEXT("one typecode and a count are needed"));
    }
    size_t item_size = mp_binary_get_size('@', *typecode, NULL);
    mp_obj_array_t *o = mp_obj_malloc(mp_obj_array_t, &mp_type_array);
    o->typecode = *typecode;
    o->free = 0;
    o->len = n;
    o->items = calloc(n, item_size);
    if (o->items == NULL) {
        m_malloc_fail(n * item_size);
    }
    return MP_OBJ_FROM_PTR(o);
}
static MP_DEFINE_CONST_FUN_OBJ_2(mod_guard_array_obj, mod_guard_array);

static const mp_rom_map_elem_t mod_guard_globals_table[] = {
    { MP_ROM_QSTR(MP_QSTR___name__), MP_ROM_QSTR(MP_QSTR__guard) },
    { MP_ROM_QSTR(MP_QSTR_array), MP_ROM_PTR(&mod_guard_array_obj) },
};
static MP_DEFINE_CONST_DICT(mod_guard_globals, mod_guard_globals_table);

const mp_obj_module_t mod_guard = {
    .base = { &mp_type_module },
    .globals = (mp_obj_dict_t *)&mod_guard_globals,
};
MP_REGISTER_MODULE(MP_QSTR__guard, mod_guard);
