/* SPDX-License-Identifier: MIT */
/* What the result functions share with those who move results. */
#ifndef BIGHT_ASYNC_RESULT_H
#define BIGHT_ASYNC_RESULT_H

#include "async/deferred.h"

/* Destroys the result, whatever it is. */
void bight__result_clear(bight_deferred *d);
void bight__result_set_error(bight_deferred *d, bight_error error);

/* Puts CANCELLED right if it was a deadline that asked (D10). */
void bight__result_translate(bight_deferred *d, unsigned asked);

#endif
