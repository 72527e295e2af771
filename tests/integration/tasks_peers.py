#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The protocols that are tasks, with the peers that people use: curl through
socks, finger(1), nc for ident."""

import os
import shutil
import socket
import struct
import subprocess
import unittest

import serving
from serving import SECONDS, Server, read_exactly, read_to_eof

HELLO = "Hello, World!"

# Brings up lo of a network of its own, where port 79 is free and allowed.
LOOPBACK = """
import fcntl, socket, struct, sys, os
with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
    fcntl.ioctl(s, 0x8914, struct.pack("16sh22x", b"lo", 1))
os.execvp(sys.argv[1], sys.argv[1:])
"""


def curl(*arguments):
    return subprocess.run(["curl", "-sS", "--max-time", str(SECONDS),
                           *arguments], capture_output=True, text=True,
                          timeout=2 * SECONDS, check=False)


def apart():
    """A command in front of others, that gives them a network of their own;
    None where that is not permitted."""
    command = ["unshare", "--user", "--map-root-user", "--net", "python3", "-c",
               LOOPBACK]
    try:
        done = subprocess.run([*command, "true"], capture_output=True,
                              timeout=SECONDS, check=False)
    except FileNotFoundError:
        return None
    return command if done.returncode == 0 else None


class Socks(unittest.TestCase):
    def through(self, *options):
        """A server of HTTP, and a proxy before it."""
        hello = self.enterContext(Server("hello", "tcp:127.0.0.1:0"))
        proxy = self.enterContext(
            Server("socks", "tcp:127.0.0.1:0", options=options))
        return hello.port, f"127.0.0.1:{proxy.port}", proxy

    def test_curl_goes_through_in_every_dialect(self):
        port, proxy, _ = self.through()
        for dialect, host in (("--socks4", "127.0.0.1"),
                              ("--socks4a", "localhost"),
                              ("--socks5", "127.0.0.1"),
                              ("--socks5-hostname", "localhost")):
            with self.subTest(dialect=dialect):
                done = curl(dialect, proxy, f"http://{host}:{port}/")
                self.assertEqual((done.returncode, done.stdout), (0, HELLO),
                                 done.stderr)

    def test_curl_goes_through_ipv6(self):
        try:
            hello = self.enterContext(Server("hello", "tcp:[::1]:0"))
        except AssertionError:
            self.skipTest("no IPv6 here")
        proxy = self.enterContext(Server("socks", "tcp:127.0.0.1:0"))
        done = curl("--socks5", f"127.0.0.1:{proxy.port}",
                    f"http://[::1]:{hello.port}/")
        self.assertEqual(done.stdout, HELLO, done.stderr)

    def test_curl_needs_the_password_if_there_is_one(self):
        port, proxy, _ = self.through("--username", "ann",
                                      "--password", "secret")
        url = f"http://127.0.0.1:{port}/"
        done = curl("--socks5", proxy, "--proxy-user", "ann:secret", url)
        self.assertEqual(done.stdout, HELLO, done.stderr)
        for words in (["--socks5", proxy, "--proxy-user", "ann:wrong"],
                      ["--socks5", proxy], ["--socks4", proxy]):
            with self.subTest(words=words):
                self.assertEqual(curl(*words, url).returncode, 97)

    def test_rules_are_kept(self):
        port, proxy, server = self.through("--allow", "localhost")
        done = curl("--socks5-hostname", proxy, f"http://localhost:{port}/")
        self.assertEqual(done.stdout, HELLO, done.stderr)
        done = curl("--socks5", proxy, f"http://127.0.0.1:{port}/")
        self.assertEqual(done.returncode, 97)
        server.logged(r"info refused .*to=127\.0\.0\.1")

    def test_private_addresses_may_be_denied(self):
        port, proxy, _ = self.through("--deny-private")
        for dialect in ("--socks5", "--socks5-hostname", "--socks4a"):
            done = curl(dialect, proxy, f"http://localhost:{port}/")
            self.assertEqual(done.returncode, 97, dialect)

    def test_nobody_there_is_told_to_curl(self):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))  # and does not listen
            proxy = self.enterContext(Server("socks", "tcp:127.0.0.1:0"))
            done = curl("-v", "--socks5", f"127.0.0.1:{proxy.port}",
                        f"http://127.0.0.1:{free.getsockname()[1]}/")
            self.assertEqual(done.returncode, 97)
            self.assertIn("(5)", done.stderr)

    def test_much_goes_through_both_ways(self):
        echo = self.enterContext(Server("echo", "tcp:127.0.0.1:0"))
        proxy = self.enterContext(Server("socks", "tcp:127.0.0.1:0"))
        with proxy.connect() as peer:
            peer.sendall(b"\x05\x01\x00\x05\x01\x00\x01\x7f\x00\x00\x01" +
                         struct.pack("!H", echo.port) + b"early")
            self.assertEqual(read_exactly(peer, 12)[:4], b"\x05\x00\x05\x00")
            self.assertEqual(read_exactly(peer, 5), b"early")
            serving.assert_echoes(peer, bytes(range(256)) * 40000)
            peer.shutdown(socket.SHUT_WR)
            self.assertEqual(read_to_eof(peer), b"")


class Finger(unittest.TestCase):
    def setUp(self):
        self.folder = self.enterContext(serving.folder())
        self.people = os.path.join(self.folder, "people")
        os.mkdir(self.people)
        with open(os.path.join(self.people, "ann"), "w",
                  encoding="ascii") as file:
            file.write("Ann Example\nBuilding boats.\n")

    def test_nc_asks(self):
        place = f"{self.folder}/finger"
        with Server("finger", f"unix:{place}",
                    options=("--people", self.people)):
            got = subprocess.run(["nc", "-N", "-U", place], input=b"ann\r\n",
                                 stdout=subprocess.PIPE, timeout=SECONDS,
                                 check=True).stdout
            self.assertEqual(got, b"Login: ann\r\nName: Ann Example\r\n"
                                  b"Plan:\r\nBuilding boats.\r\n")

    def test_finger_asks(self):
        """It knows port 79 alone."""
        if not shutil.which("finger"):
            self.skipTest("no finger here (apt: finger)")
        command = apart()
        if command is None:
            self.skipTest("no network namespaces here")
        script = ('"$BIGHT" serve finger tcp:127.0.0.1:79 --quiet '
                  '--people "$1" & server=$!; '
                  'until finger @127.0.0.1 2>&1 | grep -q "Ann Example"; do '
                  'kill -0 $server || exit 1; sleep 0.05; done; '
                  'finger @127.0.0.1; finger ann@127.0.0.1; '
                  'finger -l carol@127.0.0.1; finger x@y@127.0.0.1; '
                  'kill $server; wait $server')
        done = subprocess.run(
            [*command, "sh", "-c", script, "sh", self.people],
            capture_output=True, text=True, timeout=SECONDS, check=False,
            env={**os.environ, "BIGHT": os.path.abspath(serving.BIGHT)})
        self.assertEqual(done.returncode, 0, done.stderr)
        for text in ("ann              Ann Example", "Login: ann",
                     "Building boats.", "No such user.",
                     "Finger forwarding service denied"):
            self.assertIn(text, done.stdout)


class Ident(unittest.TestCase):
    def test_nc_asks(self):
        folder = self.enterContext(serving.folder())
        table = os.path.join(folder, "table")
        with open(table, "w", encoding="ascii") as file:
            file.write("6193 23 ann\n80 * -\n")
        with Server("ident", "tcp:127.0.0.1:0",
                    options=("--table", table)) as server:
            got = subprocess.run(
                ["nc", "-N", "127.0.0.1", str(server.port)],
                input=b"6193, 23\r\n80 , 5\r\n1,1\r\n",
                stdout=subprocess.PIPE, timeout=SECONDS, check=True).stdout
            self.assertEqual(got, b"6193, 23 : USERID : UNIX : ann\r\n"
                                  b"80, 5 : ERROR : HIDDEN-USER\r\n"
                                  b"1, 1 : ERROR : NO-USER\r\n")

    def test_a_table_with_a_fault_is_told_before_it_listens(self):
        folder = self.enterContext(serving.folder())
        table = os.path.join(folder, "table")
        with open(table, "w", encoding="ascii") as file:
            file.write("6193 23 ann\nhello\n")
        done = serving.run("serve", "ident", "tcp:127.0.0.1:0", "--table",
                           table)
        self.assertNotEqual(done.returncode, 0)
        self.assertIn("line 2 is not PORT PORT USER", done.stderr)


if __name__ == "__main__":
    unittest.main()
