#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Each server, over each wire, with the peers that people use."""

import subprocess
import unittest

import serving
from serving import SECONDS, Server, read_exactly, read_to_eof


def pipe(arguments, data=b"", **keywords):
    """What a peer prints that is given `data` and then an end."""
    return subprocess.run(arguments, input=data, stdout=subprocess.PIPE,
                          timeout=SECONDS, check=False, **keywords).stdout


class Peers(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = cls.enterClassContext(serving.folder())
        cls.ipv6 = serving.has_ipv6()

    def serve(self, name):
        places = ["tcp:127.0.0.1:0", f"unix:{self.folder}/{name}"]
        if self.ipv6:
            places.append("tcp:[::1]:0")
        return Server(name, *places, sockets=len(places))

    def test_echo_sends_back(self):
        with self.serve("echo") as server:
            for at in server.listening:
                with serving.connect(at["url"]) as peer:
                    serving.assert_echoes(peer)
                    serving.assert_echoes(peer, bytes(range(256)) * 4000)

    def test_echo_sends_back_what_came_before_an_eof(self):
        with self.serve("echo") as server:
            for at in server.listening:
                with serving.connect(at["url"]) as peer:
                    peer.sendall(b"bye")
                    peer.shutdown(1)
                    self.assertEqual(read_to_eof(peer), b"bye")
            server.logged(r" echo closed EOF in=3 out=3 \d+ms$")

    def test_discard_answers_with_its_end_only(self):
        with self.serve("discard") as server:
            for at in server.listening:
                with serving.connect(at["url"]) as peer:
                    peer.sendall(bytes(5000000))
                    peer.shutdown(1)
                    self.assertEqual(read_to_eof(peer), b"")
            server.logged(r" discard closed EOF in=5000000 out=0 ")

    def test_chargen_talks(self):
        size = 3000000
        with self.serve("chargen") as server:
            for at in server.listening:
                with serving.connect(at["url"]) as peer:
                    peer.sendall(b"shut up")
                    self.assertEqual(read_exactly(peer, size),
                                     serving.chargen(size))

    def test_nc(self):
        with self.serve("echo") as server:
            port = str(server.port)
            self.assertEqual(pipe(["nc", "-N", "127.0.0.1", port], b"x"), b"x")
            unix = f"{self.folder}/echo"
            self.assertEqual(pipe(["nc", "-N", "-U", unix], b"x"), b"x")
        with self.serve("chargen") as server:
            line = pipe(["sh", "-c", f"nc 127.0.0.1 {server.port} | head -n 1"],
                        stderr=subprocess.DEVNULL)
            self.assertEqual(line, serving.chargen(74))

    def test_socat(self):
        with self.serve("echo") as server:
            data = bytes(range(256)) * 1000
            for at in server.listening:
                kind, place = at["url"].split(":", 1)
                target = ("UNIX-CONNECT:" + place if kind == "unix"
                          else "TCP:" + place[2:])
                self.assertEqual(pipe(["socat", "-t", "10", "-", target], data),
                                 data)

    def test_without_a_host_it_serves_this_machine_on_both_families(self):
        with Server("echo", "tcp:0", sockets=2 if self.ipv6 else 1) as server:
            urls = [at["url"] for at in server.listening]
            wanted = [f"tcp://127.0.0.1:{server.port}",
                      f"tcp://[::1]:{server.port}"]
            self.assertEqual(urls, wanted[:len(urls)])
            for at in server.listening:
                with serving.connect(at["url"]) as peer:
                    serving.assert_echoes(peer)

    def test_public_serves_all_interfaces_on_both_families(self):
        with Server("echo", "tcp:0", options=["--public"]) as server:
            everywhere = "[::]" if self.ipv6 else "0.0.0.0"
            self.assertEqual(server.listening[0]["url"],
                             f"tcp://{everywhere}:{server.port}")
            hosts = ["127.0.0.1", "[::1]"] if self.ipv6 else ["127.0.0.1"]
            for host in hosts:
                with serving.connect(f"tcp://{host}:{server.port}") as peer:
                    serving.assert_echoes(peer)

    def test_a_name_stands_for_its_addresses(self):
        with Server("echo", "tcp:localhost:0") as server:
            self.assertRegex(server.listening[0]["url"],
                             r"^tcp://(127\.0\.0\.1|\[::1\]):\d+$")
            with server.connect() as peer:
                serving.assert_echoes(peer)


if __name__ == "__main__":
    unittest.main()
