/* SPDX-License-Identifier: MIT */
/*
 * The switch for aarch64: x19 to x30, the lower halves of v8 to v15, and the
 * control word of the float unit. It ends in `ret`, since under branch target
 * identification a jump must not lead behind a call.
 */
#include "async/switch.h"

#ifdef BIGHT__SWITCH_AARCH64

#include <stdint.h>

__asm__(".text\n"
        ".p2align 4\n"
        ".globl bight__switch\n"
        ".hidden bight__switch\n"
        ".type bight__switch, %function\n"
        "bight__switch:\n"
        ".cfi_startproc\n"
        "    hint #34\n"
        "    sub sp, sp, #176\n"
        ".cfi_def_cfa_offset 176\n"
        "    stp x19, x20, [sp]\n"
        ".cfi_offset x19, -176\n.cfi_offset x20, -168\n"
        "    stp x21, x22, [sp, #16]\n"
        ".cfi_offset x21, -160\n.cfi_offset x22, -152\n"
        "    stp x23, x24, [sp, #32]\n"
        ".cfi_offset x23, -144\n.cfi_offset x24, -136\n"
        "    stp x25, x26, [sp, #48]\n"
        ".cfi_offset x25, -128\n.cfi_offset x26, -120\n"
        "    stp x27, x28, [sp, #64]\n"
        ".cfi_offset x27, -112\n.cfi_offset x28, -104\n"
        "    stp x29, x30, [sp, #80]\n"
        ".cfi_offset x29, -96\n.cfi_offset x30, -88\n"
        "    stp d8, d9, [sp, #96]\n"
        "    stp d10, d11, [sp, #112]\n"
        "    stp d12, d13, [sp, #128]\n"
        "    stp d14, d15, [sp, #144]\n"
        "    mrs x9, fpcr\n"
        "    str x9, [sp, #160]\n"
        "    mov x10, sp\n"
        "    str x10, [x0]\n"
        "    mov sp, x1\n"
        "    ldr x10, [sp, #160]\n"
        "    cmp x9, x10\n"
        "    b.eq 1f\n"
        "    msr fpcr, x10\n"
        "1:  ldp x19, x20, [sp]\n"
        "    ldp x21, x22, [sp, #16]\n"
        "    ldp x23, x24, [sp, #32]\n"
        "    ldp x25, x26, [sp, #48]\n"
        "    ldp x27, x28, [sp, #64]\n"
        "    ldp x29, x30, [sp, #80]\n"
        "    ldp d8, d9, [sp, #96]\n"
        "    ldp d10, d11, [sp, #112]\n"
        "    ldp d12, d13, [sp, #128]\n"
        "    ldp d14, d15, [sp, #144]\n"
        "    add sp, sp, #176\n"
        ".cfi_def_cfa_offset 0\n"
        "    ret\n"
        ".cfi_endproc\n"
        ".size bight__switch, . - bight__switch\n");

/* The outermost frame: a debugger's backtrace ends here. */
__asm__(".text\n"
        ".p2align 4\n"
        ".globl bight__switch_begin\n"
        ".hidden bight__switch_begin\n"
        ".type bight__switch_begin, %function\n"
        "bight__switch_begin:\n"
        ".cfi_startproc\n"
        ".cfi_undefined x30\n"
        "    hint #36\n"
        "    mov x29, xzr\n"
        "    mov x30, xzr\n"
        "    mov x0, x20\n"
        "    blr x19\n"
        "    brk #1\n"
        ".cfi_endproc\n"
        ".size bight__switch_begin, . - bight__switch_begin\n");

void bight__switch_begin(void);

/* What a switch takes from the stack it goes to. */
struct frame {
    uint64_t x19, x20, x21_to_x29[9];
    void (*begin)(void); /* x30 */
    double d8_to_d15[8];
    uint64_t fpcr;
    uint64_t unused;
};

_Static_assert(sizeof(struct frame) == 176, "the frame is the switch's");

void *bight__switch_make(void *bottom, void *top, void (*entry)(void *arg),
                         void *arg)
{
    struct frame *frame = (struct frame *)((uintptr_t)top & ~(uintptr_t)15) - 1;
    (void)bottom;
    *frame = (struct frame){.begin = bight__switch_begin};
    __asm__ volatile("mrs %0, fpcr" : "=r"(frame->fpcr));
    frame->x19 = (uintptr_t)entry;
    frame->x20 = (uintptr_t)arg;
    return frame;
}

#endif
