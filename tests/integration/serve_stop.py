#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""How it ends: by signals, with and without connections, and by kill -9."""

import os
import signal
import time
import unittest

import serving
from serving import Server


def stuck_peer(server):
    """One that does not read, so that its connection cannot finish."""
    peer = server.connect(receive_buffer=4096)
    peer.setblocking(False)

    def refused():
        try:
            peer.send(bytes(1 << 20))
        except BlockingIOError:
            return True
        return False
    serving.wait_until(refused, "the peer's writes are refused")
    return peer


class Stop(unittest.TestCase):
    def test_each_signal_ends_an_idle_server_with_0(self):
        for signum in (signal.SIGINT, signal.SIGTERM):
            with self.subTest(signum=signum), \
                    Server("echo", "tcp:127.0.0.1:0") as server:
                server.stop(signum)
                self.assertEqual(server.event(), {
                    "event": "stopped", "connections": 0, "finished": 0,
                    "aborted": 0})
                server.expect(0)

    def test_open_connections_are_closed_after_what_is_queued(self):
        with Server("echo", "tcp:127.0.0.1:0") as server, \
                server.connect() as peer:
            serving.assert_echoes(peer)
            server.stop()
            self.assertEqual(serving.read_to_eof(peer), b"")
            peer.close()
            self.assertEqual(server.event()["finished"], 1)
            server.expect(0)
            server.logged(r"echo closed CLOSED in=6 out=6 ")

    def test_nobody_new_is_served_while_it_stops(self):
        with Server("echo", "tcp:127.0.0.1:0") as server, \
                stuck_peer(server):
            server.stop()
            serving.wait_until(lambda: refuses(server),
                               "connections are refused")
            server.stop()
            server.expect(128 + signal.SIGTERM)

    def test_the_drain_timeout_aborts_what_is_left(self):
        with Server("echo", "tcp:127.0.0.1:0",
                    options=["--drain-timeout", "300ms"]) as server, \
                stuck_peer(server):
            start = time.monotonic()
            server.stop()
            self.assertEqual(server.event()["aborted"], 1)
            self.assertGreaterEqual(time.monotonic() - start, 0.3)
            server.expect(0)
            server.logged(r"echo closed \w+ in=\d+ out=\d+ unsent=\d+ ")

    def test_a_second_signal_aborts(self):
        for first, second in ((signal.SIGTERM, signal.SIGINT),
                              (signal.SIGINT, signal.SIGTERM)):
            with self.subTest(second=second), \
                    Server("echo", "tcp:127.0.0.1:0",
                           options=["--drain-timeout", "1h"]) as server, \
                    stuck_peer(server):
                server.stop(first)
                serving.wait_until(lambda: not listens(server), "it stops")
                self.assertIsNone(server.process.poll())
                server.stop(second)
                self.assertEqual(server.event()["aborted"], 1)
                server.expect(128 + second)

    def test_its_socket_file_is_gone_when_it_ends(self):
        with serving.folder() as folder:
            with Server("echo", f"unix:{folder}/s") as server:
                self.assertEqual(os.stat(f"{folder}/s").st_mode & 0o777, 0o660)
                server.stop()
                server.expect(0)
                self.assertEqual(os.listdir(folder), [])

    def test_a_socket_file_left_by_a_kill_is_replaced(self):
        with serving.folder() as folder:
            with Server("echo", f"unix:{folder}/s") as server:
                server.stop(signal.SIGKILL)
                server.expect(-signal.SIGKILL)
            self.assertEqual(os.listdir(folder), ["s"])
            with Server("echo", f"unix:{folder}/s") as server, \
                    server.connect() as peer:
                serving.assert_echoes(peer)

    def test_a_port_is_free_at_once_after_the_end(self):
        with Server("echo", "tcp:127.0.0.1:0") as server, \
                server.connect() as peer:
            serving.assert_echoes(peer)
            port = server.port
            server.stop()
            server.expect(0)
        with Server("echo", f"tcp:127.0.0.1:{port}") as server, \
                server.connect() as peer:
            serving.assert_echoes(peer)


def refuses(server):
    try:
        server.connect().close()
    except ConnectionRefusedError:
        return True
    return False


def listens(server):
    with open(f"/proc/{server.pid}/net/tcp", encoding="ascii") as file:
        return f":{server.port:04X} 00000000:0000 0A" in file.read()


if __name__ == "__main__":
    unittest.main()
