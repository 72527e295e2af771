/* SPDX-License-Identifier: MIT */
/* Echo on bare epoll: the floor that no library can go below.
 *
 * One recv into a shared buffer and one send per readable event. */
#include "epoll_server.h"

#include <errno.h>
#include <sys/socket.h>

void epoll_conn_readable(struct epoll_conn *c)
{
    ssize_t got = recv(c->fd, epoll_buffer, sizeof(epoll_buffer), 0);
    if (got < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    if (got <= 0)
        epoll_conn_close(c);
    else
        epoll_conn_send(c, epoll_buffer, (size_t)got);
}

int main(int argc, char **argv)
{
    return epoll_server_run(argc, argv);
}
