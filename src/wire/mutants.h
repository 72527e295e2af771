/* SPDX-License-Identifier: MIT */
/*
 * Faults planted on purpose, to prove that the conformance suite catches them:
 * a build with BIGHT_MUTANTS obeys bight__mutant, any other has none.
 */
#ifndef BIGHT_WIRE_MUTANTS_H
#define BIGHT_WIRE_MUTANTS_H

/* Name and fault. */
#define BIGHT__MUTANTS(X)                                                      \
    X(LOST_TWICE, "T2: connection_lost comes twice")                           \
    X(LOST_EARLY, "T2: connection_lost before the driver closed")              \
    X(LOST_UNMADE, "T3: connection_lost of what was never made")               \
    X(EOF_TWICE, "T5: eof_received comes twice")                               \
    X(EOF_BEFORE_DATA, "T5: held bytes come after eof")                        \
    X(CALL_INSIDE_VERB, "T8: abort calls back")                                \
    X(RESUME_AT_ONCE, "T8: resume_reading delivers what is held")              \
    X(OVERTAKE, "T8: a read overtakes queued up-calls")                        \
    X(LOSE_PARTIAL, "T11: a byte is lost after a partial write")               \
    X(REORDER, "T11: a cork leaves last first")                                \
    X(RELEASE_TWICE, "T12: owned bytes are released twice")                    \
    X(NEVER_RELEASE, "T12: owned bytes are not released on abort")             \
    X(NO_CORK, "T13: each write leaves at once")                               \
    X(COPY_LENT, "T13: bytes just read are copied")                            \
    X(REST_UNBOUNDED, "T13: the driver gets more than 64 KiB")                 \
    X(WRITE_AFTER_EOF, "T14: a write after write_eof is sent")                 \
    X(HIGH_NEVER, "T15: pause_writing never comes")                            \
    X(FORGET_RESUME, "T15: resume_writing never comes")                        \
    X(UNPAIRED_RESUME, "T15: resume_writing without a pause")                  \
    X(ONE_LAYER_COUNTS, "T16: queued counts the uppermost layer only")         \
    X(NO_CAP, "T17: no limit on queued bytes")                                 \
    X(STOP_TWICE, "T18: a producer is stopped twice")                          \
    X(UNPRESSED_PIPE, "T18: a pipe reads on although its target is full")      \
    X(FILE_OVERTAKES, "T19: a file leaves before what was written earlier")    \
    X(LOSE_FILE_PART, "T19: a byte of a file is lost between its parts")       \
    X(FILE_LEFT_OPEN, "T19: a file's descriptor is not closed")                \
    X(IGNORE_PAUSE, "T20: data although reading is paused")                    \
    X(PAUSE_NOT_COUNTED, "T20: one resume clears every reason")                \
    X(EOF_WHILE_PAUSED, "T20: eof although reading is paused")                 \
    X(DATA_AFTER_CLOSE, "T23: data after close")                               \
    X(CLOSE_DROPS, "T23: close forgets what is queued")                        \
    X(NO_LINGER, "T23: close does not read to the end")                        \
    X(LINGER_ON, "T23: close waits for the peer without a limit")              \
    X(NO_DEADLINE, "T24: the linger timeout does nothing")                     \
    X(GENTLE_ABORT, "T25: abort does not reset")                               \
    X(EOF_OVERTAKES, "T26: write_eof does not wait for queued bytes")          \
    X(STAY_AFTER_EOF, "T27: eof_received answers false, and nothing closes")   \
    X(STAY_AFTER_BOTH, "T28: both directions ended, the connection did not")   \
    X(LAST_CAUSE, "T29: the last cause wins")                                  \
    X(FAIL_SILENTLY, "T30: fail does not flush the cork")                      \
    X(IDLE_EARLY, "T31: idle although active")                                 \
    X(SLOW_IS_STUCK, "T31: progress does not put off the write timeout")       \
    X(NO_NUDGE, "T32: upper layers do not hear that a queue drained")          \
    X(SWITCH_AT_ONCE, "T33: set_protocol acts inside the verb")                \
    X(OLD_ONES_BYTES, "T33: the old protocol gets what comes after a switch")

enum bight__mutant_kind {
    BIGHT__MUTANT_NONE,
#define BIGHT__MUTANT_ENUM(name, fault) BIGHT__MUTANT_##name,
    BIGHT__MUTANTS(BIGHT__MUTANT_ENUM)
#undef BIGHT__MUTANT_ENUM
        BIGHT__MUTANT_COUNT
};

#ifdef BIGHT_MUTANTS
extern enum bight__mutant_kind bight__mutant;
#define BIGHT__MUTANT(kind) (bight__mutant == BIGHT__MUTANT_##kind)
#else
#define BIGHT__MUTANT(kind) 0
#endif

#endif
