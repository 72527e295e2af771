/* SPDX-License-Identifier: MIT */
/*
 * The switch for x86_64. It ends in a jump, not in `ret`: where that leads is
 * never what the processor's stack of returns predicts. The control words of
 * both float units belong to what a function keeps; they are loaded only if
 * they differ, which is rare, and their flags of what happened do not count.
 *
 * A shadow stack would need a switch of its own, so this object does not claim
 * to work with one; indirect branch tracking it does.
 */
#include "async/switch.h"

#ifdef BIGHT__SWITCH_X86_64

#include <stdint.h>

__asm__(".text\n"
        ".p2align 4\n"
        ".globl bight__switch\n"
        ".hidden bight__switch\n"
        ".type bight__switch, @function\n"
        "bight__switch:\n"
        ".cfi_startproc\n"
        "    endbr64\n"
        "    pushq %rbp\n"
        ".cfi_adjust_cfa_offset 8\n.cfi_rel_offset %rbp, 0\n"
        "    pushq %rbx\n"
        ".cfi_adjust_cfa_offset 8\n.cfi_rel_offset %rbx, 0\n"
        "    pushq %r12\n"
        ".cfi_adjust_cfa_offset 8\n.cfi_rel_offset %r12, 0\n"
        "    pushq %r13\n"
        ".cfi_adjust_cfa_offset 8\n.cfi_rel_offset %r13, 0\n"
        "    pushq %r14\n"
        ".cfi_adjust_cfa_offset 8\n.cfi_rel_offset %r14, 0\n"
        "    pushq %r15\n"
        ".cfi_adjust_cfa_offset 8\n.cfi_rel_offset %r15, 0\n"
        "    subq $8, %rsp\n"
        ".cfi_adjust_cfa_offset 8\n"
        "    stmxcsr (%rsp)\n"
        "    fnstcw 4(%rsp)\n"
        "    movq %rsp, (%rdi)\n"
        "    movl (%rsp), %eax\n"
        "    movzwl 4(%rsp), %ecx\n"
        "    movq %rsi, %rsp\n"
        "    xorl (%rsp), %eax\n"
        "    testl $0xffc0, %eax\n"
        "    jnz 2f\n"
        "    cmpw 4(%rsp), %cx\n"
        "    jne 2f\n"
        "1:  addq $8, %rsp\n"
        ".cfi_remember_state\n"
        ".cfi_adjust_cfa_offset -8\n"
        "    popq %r15\n"
        ".cfi_adjust_cfa_offset -8\n.cfi_restore %r15\n"
        "    popq %r14\n"
        ".cfi_adjust_cfa_offset -8\n.cfi_restore %r14\n"
        "    popq %r13\n"
        ".cfi_adjust_cfa_offset -8\n.cfi_restore %r13\n"
        "    popq %r12\n"
        ".cfi_adjust_cfa_offset -8\n.cfi_restore %r12\n"
        "    popq %rbx\n"
        ".cfi_adjust_cfa_offset -8\n.cfi_restore %rbx\n"
        "    popq %rbp\n"
        ".cfi_adjust_cfa_offset -8\n.cfi_restore %rbp\n"
        "    popq %rcx\n"
        ".cfi_adjust_cfa_offset -8\n.cfi_register %rip, %rcx\n"
        "    notrack jmp *%rcx\n"
        ".cfi_restore_state\n"
        "2:  ldmxcsr (%rsp)\n"
        "    fldcw 4(%rsp)\n"
        "    jmp 1b\n"
        ".cfi_endproc\n"
        ".size bight__switch, . - bight__switch\n");

/* The outermost frame: a debugger's backtrace ends here. */
__asm__(".text\n"
        ".p2align 4\n"
        ".globl bight__switch_begin\n"
        ".hidden bight__switch_begin\n"
        ".type bight__switch_begin, @function\n"
        "bight__switch_begin:\n"
        ".cfi_startproc\n"
        ".cfi_undefined %rip\n"
        "    endbr64\n"
        "    movq %r12, %rdi\n"
        "    call *%rbx\n"
        "    ud2\n"
        ".cfi_endproc\n"
        ".size bight__switch_begin, . - bight__switch_begin\n");

__asm__(".pushsection .note.gnu.property, \"a\", @note\n"
        ".p2align 3\n"
        ".long 4, 16, 5\n"
        ".asciz \"GNU\"\n"
        ".long 0xc0000002, 4, 1, 0\n" /* x86 features: IBT */
        ".popsection\n");

void bight__switch_begin(void);

/* What a switch takes from the stack it goes to. */
struct frame {
    uint32_t mxcsr;
    uint16_t control;
    uint16_t unused;
    uint64_t r15, r14, r13, r12, rbx, rbp;
    void (*begin)(void);
    uint64_t end[2]; /* the stack is aligned for a call above it */
};

void *bight__switch_make(void *bottom, void *top, void (*entry)(void *arg),
                         void *arg)
{
    struct frame *frame = (struct frame *)((uintptr_t)top & ~(uintptr_t)15) - 1;
    (void)bottom;
    *frame = (struct frame){.begin = bight__switch_begin};
    __asm__ volatile("stmxcsr %0\n\tfnstcw %1"
                     : "=m"(frame->mxcsr), "=m"(frame->control));
    frame->rbx = (uintptr_t)entry;
    frame->r12 = (uintptr_t)arg;
    return frame;
}

#endif
