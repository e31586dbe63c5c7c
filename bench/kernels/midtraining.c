// SPDX-License-Identifier: MIT

#ifdef MIDTRAINING

// The file as it is, in flash, as a struct of midtraining.h.
__asm(".section .rodata.midtraining, \"a\"\n"
    ".balign 4\n"
    ".global midtraining\n"
    "midtraining:\n"
    ".incbin \"" MIDTRAINING "\"\n"
    ".text\n");

#endif

// An empty file is no C.
typedef int midtraining_may_be_absent;
