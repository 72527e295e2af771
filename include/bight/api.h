/* SPDX-License-Identifier: MIT */
/** @file
 * What all headers share. Letters with a number, as (T8), are rules of
 * contracts.md: docs/design/ in the source, share/doc/bight/ once installed.
 */
#ifndef BIGHT_API_H
#define BIGHT_API_H

#define BIGHT_VERSION_MAJOR 0
#define BIGHT_VERSION_MINOR 1
#define BIGHT_VERSION_PATCH 0
#define BIGHT_VERSION_STRING "0.1.0"

/** For #if: grows with every release. */
#define BIGHT_VERSION_NUM                                                      \
    ((BIGHT_VERSION_MAJOR << 16) | (BIGHT_VERSION_MINOR << 8) |                \
     BIGHT_VERSION_PATCH)

#ifdef __cplusplus
#define BIGHT_BEGIN_DECLS extern "C" {
#define BIGHT_END_DECLS }
#else
#define BIGHT_BEGIN_DECLS
#define BIGHT_END_DECLS
#endif

#if defined(__GNUC__)
/** Marks what libbight exports; all else is hidden. */
#define BIGHT_API __attribute__((visibility("default")))
/** Argument `a` is a printf format, its values begin at argument `b`. */
#define BIGHT_PRINTF(a, b) __attribute__((format(printf, a, b)))
#else
#define BIGHT_API
#define BIGHT_PRINTF(a, b)
#endif

BIGHT_BEGIN_DECLS

/** The version of the library in use, as "0.1.0"; BIGHT_VERSION_STRING is that
 * of the header. Never freed. */
BIGHT_API const char *bight_version(void);

BIGHT_END_DECLS

#endif
