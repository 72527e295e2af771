/* SPDX-License-Identifier: MIT */
/*
 * Faults planted on purpose, to prove that the conformance suite catches them:
 * a build with BIGHT_MUTANTS obeys bight__mutant, any other has none.
 */
#ifndef BIGHT_WIRE_MUTANTS_H
#define BIGHT_WIRE_MUTANTS_H

enum bight__mutant_kind {
    BIGHT__MUTANT_NONE,
    BIGHT__MUTANT_LOSE_PARTIAL,      /* a byte lost after a partial write */
    BIGHT__MUTANT_DATA_AFTER_CLOSE,  /* T4, T23 */
    BIGHT__MUTANT_FORGET_RESUME,     /* resume_writing never comes */
    BIGHT__MUTANT_CALL_INSIDE_VERB,  /* T8: abort calls connection_lost */
    BIGHT__MUTANT_LOST_TWICE,        /* T2 */
    BIGHT__MUTANT_EOF_TWICE,         /* T5 */
    BIGHT__MUTANT_EOF_BEFORE_DATA,   /* held bytes come after eof */
    BIGHT__MUTANT_IGNORE_PAUSE,      /* T20: data while paused */
    BIGHT__MUTANT_PAUSE_NOT_COUNTED, /* one resume clears every reason */
    BIGHT__MUTANT_CLOSE_DROPS,       /* close forgets what is queued */
    BIGHT__MUTANT_NO_LINGER,         /* close does not read to the end */
    BIGHT__MUTANT_WRITE_AFTER_EOF,   /* T14: write after write_eof is sent */
    BIGHT__MUTANT_NO_CAP,            /* T17: no limit on queued bytes */
    BIGHT__MUTANT_LAST_CAUSE,        /* T29: the last cause wins */
    BIGHT__MUTANT_RELEASE_TWICE,     /* T12: owned bytes released twice */
    BIGHT__MUTANT_NEVER_RELEASE,     /* T12: not released on abort */
    BIGHT__MUTANT_REORDER,           /* T11: a cork leaves last first */
    BIGHT__MUTANT_HIGH_NEVER,        /* T15: pause_writing never comes */
    BIGHT__MUTANT_SWITCH_AT_ONCE,    /* T33: inside the verb */
    BIGHT__MUTANT_IDLE_EARLY,        /* T31: idle fires although active */
    BIGHT__MUTANT_UNPAIRED_RESUME,   /* T15: resume without pause */
    BIGHT__MUTANT_COUNT
};

#ifdef BIGHT_MUTANTS
extern enum bight__mutant_kind bight__mutant;
#define BIGHT__MUTANT(kind) (bight__mutant == BIGHT__MUTANT_##kind)
#else
#define BIGHT__MUTANT(kind) 0
#endif

#endif
