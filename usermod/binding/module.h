// SPDX-License-Identifier: MIT
#ifndef OG_MODULE_H
#define OG_MODULE_H

#include "arguments.h"

// MODULE(octograd_x, EXPORTS) defines the module _octograd_x, built into the
// firmware or as a native one. EXPORTS(X) names everything it has, once, as
// X(MP_QSTR_name, object); MP_QSTR_* is spelled out there, because the native
// build collects names by reading the text of the module's file.

#if MICROPY_ENABLE_DYNRUNTIME

#define MODULE_STORE(name, obj) mp_store_global(name, MP_OBJ_FROM_PTR(&obj));

#define MODULE(module, EXPORTS) \
    mp_obj_t mpy_init(mp_obj_fun_bc_t *self, size_t n_args, size_t n_kw, mp_obj_t *args) { \
        MP_DYNRUNTIME_INIT_ENTRY \
        EXPORTS(MODULE_STORE) \
        MP_DYNRUNTIME_INIT_EXIT \
    }

#else

#define MODULE_ROW(name, obj) { MP_ROM_QSTR(name), MP_ROM_PTR(&obj) },

#define MODULE(module, EXPORTS) \
    static const mp_rom_map_elem_t module##_globals_table[] = { \
        { MP_ROM_QSTR(MP_QSTR___name__), MP_ROM_QSTR(MP_QSTR__##module) }, \
        EXPORTS(MODULE_ROW) \
    }; \
    static MP_DEFINE_CONST_DICT(module##_globals, module##_globals_table); \
    const mp_obj_module_t module##_module = { \
        .base = { &mp_type_module }, \
        .globals = (mp_obj_dict_t *)&module##_globals, \
    }; \
    MP_REGISTER_MODULE(MP_QSTR__##module, module##_module);

#endif

#endif // OG_MODULE_H
