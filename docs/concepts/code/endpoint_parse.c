/* SPDX-License-Identifier: MIT */
/* A description as a value: checked once, asked, used often. */
/* ctest: run */
#include <stdio.h>
#include <stdlib.h>

#include <bight/endpoint.h>

static void show(const bight_endpoint *endpoint)
{
    char text[256];
    bight_endpoint_format(endpoint, text, sizeof(text));
    printf("%s: a %s on port %u, nodelay %d\n", text,
           bight_endpoint_kind_name(endpoint), bight_endpoint_port(endpoint),
           bight_endpoint_bool(endpoint, "nodelay", true));
}

static int check(const char *text)
{
    bight_endpoint *endpoint;
    bight_diagnostic wrong;
    char lines[512];
    if (!bight_failed(bight_endpoint_parse(bight_bytes_text(text),
                                           BIGHT_ENDPOINT_SERVER, &endpoint,
                                           &wrong))) {
        show(endpoint);
        bight_endpoint_free(endpoint);
        return 0;
    }
    bight_diagnostic_format(&wrong, "example", bight_bytes_text(text), lines,
                            sizeof(lines));
    printf("%s", lines);
    return 1;
}

int main(void)
{
    int wrong = check("tcp://[::1]:8080:nodelay=no");
    wrong += check("tpc:8080");
    return wrong == 1 ? EXIT_SUCCESS : EXIT_FAILURE;
}
