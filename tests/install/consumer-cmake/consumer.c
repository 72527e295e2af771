/* SPDX-License-Identifier: MIT */
#include <bight/api.h>
#include <stdio.h>

int main(void)
{
    return puts(bight_version()) < 0;
}
