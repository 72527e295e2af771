// SPDX-License-Identifier: MIT
#include <bight/plugin.h>
#include <bight/transport.h>

static void connection_made(void *, bight_transport *t)
{
    (void)bight_transport_write(t, BIGHT_BYTES("hello from C++\n"));
    bight_transport_close(t);
}

static const bight_protocol hello = {
    .size = sizeof(bight_protocol),
    .connection_made = connection_made,
};

BIGHT_PLUGIN(hello_cxx) = {
    .head = BIGHT_PLUGIN_HEAD,
    .name = "hello-cxx",
    .summary = "says hello",
    .protocol = &hello,
};
