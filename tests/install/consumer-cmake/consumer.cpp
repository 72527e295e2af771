// SPDX-License-Identifier: MIT
#include <bight/api.h>
#include <iostream>
#include <string_view>

int main()
{
    constexpr std::string_view header = BIGHT_VERSION_STRING;
    if (header != bight_version())
        return 1;
    std::cout << header << '\n';
}
