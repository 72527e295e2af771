/* SPDX-License-Identifier: MIT */
/* Everything of libbight-testing: what tests of transports and protocols use.
 */
#ifndef BIGHT_TESTING_H
#define BIGHT_TESTING_H

#include <bight/testing/conformance.h>

#endif
