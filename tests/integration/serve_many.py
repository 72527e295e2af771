#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Ten thousand connections at once, and too few descriptors."""

import re
import resource
import socket
import time
import unittest

import serving
from serving import Server

MANY = 10000


def raise_limit():
    """As many descriptors as we may have."""
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    return hard


def few_descriptors():
    resource.setrlimit(resource.RLIMIT_NOFILE, (40, 40))


class Many(unittest.TestCase):
    def test_ten_thousand_at_once(self):
        hard = raise_limit()
        if hard != resource.RLIM_INFINITY and hard < MANY + 100:
            self.fail(f"the hard limit of open files is {hard}; this test "
                      f"needs {MANY + 100} in two processes (ulimit -Hn)")
        with Server("echo", "tcp:127.0.0.1:0", options=["--quiet"]) as server:
            before = server.descriptors()
            peers = [server.connect() for _ in range(MANY)]
            for turn in range(2):
                for index, peer in enumerate(peers):
                    peer.sendall(b"%d.%d" % (turn, index))
                for index, peer in enumerate(peers):
                    wanted = b"%d.%d" % (turn, index)
                    self.assertEqual(serving.read_exactly(peer, len(wanted)),
                                     wanted)
            self.assertGreaterEqual(server.descriptors() - before, MANY)
            if not serving.SANITIZED:
                self.assertLess(server.status("VmHWM"), 32 << 20)
            for peer in peers:
                peer.close()
            serving.wait_until(lambda: server.descriptors() <= before + 2,
                               "all descriptors are back")

    def test_without_descriptors_it_waits_and_then_serves(self):
        with Server("echo", "tcp:127.0.0.1:0", before=few_descriptors,
                    options=["--access-log", "off"]) as server:
            peers = [socket.create_connection(("127.0.0.1", server.port),
                                              serving.SECONDS)
                     for _ in range(60)]
            server.logged(r"warning accept_paused .*EMFILE")
            cpu, start = server.cpu_seconds(), time.monotonic()
            time.sleep(2.5)
            spent = server.cpu_seconds() - cpu
            lasted = time.monotonic() - start
            self.assertLess(spent, 0.25, "it spins")
            warnings = re.findall(r"^.* warning .*$", server.log(), re.M)
            self.assertLessEqual(len(warnings), lasted + 2, server.log())

            served = [peer for peer in peers if echoes(peer)]
            self.assertGreater(len(served), 10)
            for peer in peers:
                peer.close()
            serving.wait_until(lambda: fresh_one_is_served(server),
                               "a new peer is served", 5)


def echoes(peer):
    """Whether it was accepted: the others were shed with a clean close."""
    peer.settimeout(0.2)
    try:
        peer.sendall(b"x")
        return peer.recv(1) == b"x"
    except (TimeoutError, ConnectionError):
        return False


def fresh_one_is_served(server):
    with server.connect() as peer:
        return echoes(peer)


if __name__ == "__main__":
    unittest.main()
