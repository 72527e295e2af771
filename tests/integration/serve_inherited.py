#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Sockets that were open before the server began (E9)."""

import contextlib
import json
import os
import shutil
import signal
import socket
import subprocess
import time
import unittest

import serving
from serving import BIGHT, Server, run


def placed(sockets, **environment):
    """Descriptors from 3 on, and variables; LISTEN_PID only the child knows."""
    def before():
        spare = [os.dup2(s.fileno(), 50 + i) for i, s in enumerate(sockets)]
        for i, fd in enumerate(spare):
            os.dup2(fd, 3 + i)
            os.set_inheritable(3 + i, True)
        os.environ.update(environment, LISTEN_PID=str(os.getpid()))
    return before


def has_ended(process):
    return process.poll() is not None


class Inherited(unittest.TestCase):
    def setUp(self):
        self.folder = self.enterContext(serving.folder())

    def listener(self):
        return self.enterContext(socket.create_server(("127.0.0.1", 0)))

    def serve(self, *listen, sockets, count=1, **environment):
        """A server whose descriptors survive subprocess's own closing."""
        return Server("echo", *listen, before=placed(sockets, **environment),
                      sockets=count, close_fds=False)

    def test_tcp_unix_and_a_descriptor_all_at_once(self):
        there = self.listener()
        host = "[::1]" if serving.has_ipv6() else "127.0.0.1"
        with self.serve(f"tcp:{host}:0", f"unix:{self.folder}/s", "fd:3",
                        sockets=[there], count=3) as server:
            self.assertEqual(server.listening[2]["url"],
                             f"tcp://127.0.0.1:{there.getsockname()[1]}")
            for i in range(3):
                with server.connect(i) as peer:
                    serving.assert_echoes(peer)

    def test_sockets_of_a_service_manager_by_name(self):
        one, two = self.listener(), self.listener()
        with self.serve("systemd:web", sockets=[one, two], LISTEN_FDS="2",
                        LISTEN_FDNAMES="admin:web") as server:
            self.assertEqual(server.port, two.getsockname()[1])
            with server.connect() as peer:
                serving.assert_echoes(peer)

    def test_all_sockets_of_a_service_manager(self):
        sockets = [self.listener(), self.listener()]
        with self.serve("systemd:", sockets=sockets, count=2,
                        LISTEN_FDS="2") as server:
            self.assertEqual([event["port"] for event in server.listening],
                             [s.getsockname()[1] for s in sockets])

    def test_what_was_not_passed(self):
        result = run("echo", "systemd:web")
        self.assertEqual(result.returncode, 69, result.stderr)
        self.assertRegex(result.stderr, r"^bight: listen systemd:web: .*LISTEN")
        result = run("echo", "fd:17")
        self.assertEqual(result.returncode, 69, result.stderr)
        self.assertRegex(result.stderr, r"^bight: listen fd:17: ")

    def test_systemd_socket_activate_starts_it(self):
        if shutil.which("systemd-socket-activate") is None:
            self.skipTest("no systemd-socket-activate")
        path = self.folder + "/s"
        with open(self.folder + "/out", "wb") as out:
            process = subprocess.Popen(
                ["systemd-socket-activate", "-l", path, "--fdname=web", BIGHT,
                 "serve", "echo", "systemd:web", "--json"],
                stdout=out, stderr=subprocess.DEVNULL)
        with contextlib.ExitStack() as stack:
            stack.callback(process.kill)
            serving.wait_until(lambda: os.path.exists(path), "it listens")
            with serving.connect(f"unix:{path}") as peer:
                serving.assert_echoes(peer)
            process.send_signal(signal.SIGTERM)
            self.assertEqual(process.wait(serving.SECONDS), 0)
        with open(self.folder + "/out", encoding="utf-8") as file:
            events = [json.loads(line)["event"] for line in file]
        self.assertEqual(events, ["listening", "stopped"])


if __name__ == "__main__":
    unittest.main()
