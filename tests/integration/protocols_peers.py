#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The protocols, over TCP and UNIX sockets, with the peers that people use."""

import contextlib
import os
import select
import socket
import struct
import subprocess
import time
import unittest

import serving
from serving import SECONDS, Server, read_exactly, read_to_eof

EPOCH_1900 = 2208988800  # seconds from 1900 to 1970 (RFC 868)
WELCOME = b"Welcome. Your name?\n"


def pipe(arguments, data=b""):
    """What a peer prints that is given `data` and then an end."""
    return subprocess.run(arguments, input=data, stdout=subprocess.PIPE,
                          timeout=SECONDS, check=True).stdout


def netcat(url, *options):
    kind, place = url.split(":", 1)
    if kind == "unix":
        return ["nc", *options, "-U", place]
    host, port = place[2:].rsplit(":", 1)
    return ["nc", *options, host.strip("[]"), port]


def socat(url):
    kind, place = url.split(":", 1)
    target = "UNIX-CONNECT:" + place if kind == "unix" else "TCP:" + place[2:]
    return ["socat", "-t", "10", "-", target]


class Typist:
    """Somebody at nc, who types lines and reads what comes."""

    def __init__(self, url):
        self.process = subprocess.Popen(netcat(url), stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, bufsize=0)
        self.seen = b""

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()
        self.process.stdin.close()
        self.process.stdout.close()

    def types(self, line):
        self.process.stdin.write(line.encode() + b"\n")

    def reads(self, text, seconds=SECONDS):
        """Waits until this has been shown; what stood before it is dropped."""
        deadline = time.monotonic() + seconds
        wanted = text.encode()
        while wanted not in self.seen:
            left = deadline - time.monotonic()
            if left <= 0 or not select.select([self.process.stdout], [], [],
                                              left)[0]:
                raise AssertionError(f"no {wanted!r} in {self.seen!r}")
            chunk = os.read(self.process.stdout.fileno(), 65536)
            if not chunk:
                raise AssertionError(f"eof, no {wanted!r} in {self.seen!r}")
            self.seen += chunk
        before, self.seen = self.seen.split(wanted, 1)
        return before

    def enters(self, name):
        self.reads("Your name?\n")
        self.types(name)
        self.reads("* here: ")


class Peers(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = cls.enterClassContext(serving.folder())

    def serve(self, name, *options):
        places = ["tcp:127.0.0.1:0", f"unix:{self.folder}/{name}"]
        return Server(name, *places, sockets=2, options=options)

    def assert_all_read(self, server, check, data=b""):
        """nc, socat and a socket of Python's, over each wire."""
        for at in server.listening:
            check(pipe(netcat(at["url"], "-N"), data))
            check(pipe(socat(at["url"]), data))
            with serving.connect(at["url"]) as peer:
                peer.sendall(data)
                peer.shutdown(socket.SHUT_WR)
                check(read_to_eof(peer))

    # -- what needs no words ------------------------------------------------

    def test_time_is_the_clocks(self):
        def check(answer):
            self.assertEqual(len(answer), 4)
            told = struct.unpack("!I", answer)[0] - EPOCH_1900
            self.assertLess(abs(told - time.time()), 2)

        with self.serve("time") as server:
            self.assert_all_read(server, check)

    def test_daytime_names_the_year_and_the_hour(self):
        def check(answer):
            hours = {time.strftime("%H:%M", time.gmtime(time.time() - ago))
                     for ago in (0, 2)}
            text = answer.decode("ascii")
            self.assertTrue(text.endswith("\r\n"))
            self.assertEqual(text.count("\n"), 1)
            self.assertTrue(any(hour in text for hour in hours), text)
            self.assertIn(time.strftime("%Y", time.gmtime()), text)

        with self.serve("daytime") as server:
            self.assert_all_read(server, check)

    def test_qotd_quotes_a_file(self):
        quotes = f"{self.folder}/quotes"
        with open(quotes, "w", encoding="ascii") as file:
            file.write("Festina lente.\n")
        with self.serve("qotd", "--file", quotes) as server:
            self.assert_all_read(server, lambda answer: self.assertEqual(
                answer, b"Festina lente.\r\n"))

    # -- netstring ----------------------------------------------------------

    def test_netstrings_come_back(self):
        data = b"5:hello,0:," + b"20000:" + bytes(range(250)) * 80 + b","
        with self.serve("netstring") as server:
            self.assert_all_read(
                server, lambda answer: self.assertEqual(answer, data), data)

    def test_a_netstring_that_is_too_long_is_logged_and_others_go_on(self):
        with self.serve("netstring", "--max-frame", "10") as server:
            with server.connect() as good, server.connect() as bad:
                bad.sendall(b"3:abc,11:")
                self.assertEqual(read_to_eof(bad), b"3:abc,")
                good.sendall(b"10:0123456789,")
                self.assertEqual(read_exactly(good, 14), b"10:0123456789,")
            server.logged(r"netstring closed FRAME_TOO_LONG ")

    # -- lines --------------------------------------------------------------

    def test_lines_of_one_user_alone(self):
        def check(answer):
            self.assertTrue(answer.startswith(WELCOME), answer)
            self.assertTrue(answer.endswith(
                b"<solo> hello\n* solo waves\nGood-bye.\n"), answer)

        with self.serve("lines") as server:
            self.assert_all_read(server, check,
                                 b"solo\nhello\n/me waves\n/quit\n")

    def test_several_at_nc_share_a_board(self):
        with self.serve("lines", "--max-line", "80") as server, \
                contextlib.ExitStack() as room:
            wires = [at["url"] for at in server.listening]
            names = ["ann", "bob", "cid", "dot"]
            users = {}
            for i, name in enumerate(names):
                users[name] = room.enter_context(Typist(wires[i % 2]))
                users[name].enters(name)
                for before in names[:i]:
                    users[before].reads(f"* {name} joined\n")
            for name in names:
                users[name].types(f"I am {name}")
                for each in users.values():
                    each.reads(f"<{name}> I am {name}\n")
            users["ann"].types("x" * 81)
            for name in names[1:]:
                users[name].reads("* ann left\n")
            server.logged(r"lines closed FRAME_TOO_LONG ")
            users["bob"].types("\x1b[2Jboo")
            users["cid"].reads("<bob> .[2Jboo\n")
            users["dot"].types("/quit")
            users["dot"].reads("Good-bye.\n")
            users["cid"].reads("* dot left\n")
            users["cid"].types("/who")
            users["cid"].reads("* here: 2: cid, bob\n")
            late = room.enter_context(Typist(wires[0]))
            late.reads(WELCOME.decode())
            late.types("eve")
            self.assertIn(b"<ann> I am ann\n", late.reads("* here: 3: eve"))

    def test_a_user_who_does_not_read_is_dropped_alone(self):
        """Ann reads what comes back of each line, so only the other is slow."""
        line = b"0123456789" * 40
        echoed = b"<ann> " + line + b"\n"
        with self.serve("lines", "--max-backlog", "4k") as server:
            with server.connect() as ann, \
                    server.connect(receive_buffer=4096) as mute:
                mute.sendall(b"mute\n")
                read_exactly(mute, len(WELCOME))
                ann.sendall(b"ann\n")
                seen, said = b"", 0
                while b"mute left: reads too slowly" not in seen:
                    self.assertLess(said, 200000)
                    ann.sendall(line + b"\n")
                    said += 1
                    seen = b""
                    while echoed not in seen:
                        seen += ann.recv(1 << 16)
                server.logged(r"lines closed WRITE_OVERFLOW ")
                ann.sendall(b"/quit\n")
                self.assertTrue(read_to_eof(ann).endswith(b"Good-bye.\n"))

    # -- portforward --------------------------------------------------------

    def test_portforward_joins_to_each_wire(self):
        data = bytes(range(256)) * 400
        with self.serve("echo") as echo:
            for at in echo.listening:
                to = at["url"].replace("//", "")
                with self.serve("portforward", "--to", to) as server:
                    self.assert_all_read(
                        server,
                        lambda answer: self.assertEqual(answer, data), data)

    def test_portforward_to_nobody_says_so(self):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))  # and does not listen
            to = f"tcp:127.0.0.1:{free.getsockname()[1]}"
            with self.serve("portforward", "--to", to) as server:
                # The reset may come before connect() returned.
                with contextlib.suppress(ConnectionResetError), \
                        server.connect() as peer:
                    peer.sendall(b"hello?")
                    self.assertEqual(read_to_eof(peer), b"")
                server.logged(r"portforward closed REFUSED ")

    def test_portforward_to_a_host_that_never_answers_times_out(self):
        """A listener whose backlog is full drops what asks to connect."""
        with socket.socket() as full, contextlib.ExitStack() as peers:
            full.bind(("127.0.0.1", 0))
            full.listen(0)
            for _ in range(4):
                waiting = peers.enter_context(socket.socket())
                waiting.setblocking(False)
                waiting.connect_ex(full.getsockname())
            to = f"tcp:127.0.0.1:{full.getsockname()[1]}"
            with self.serve("portforward", "--to", to,
                            "--connect-timeout", "300ms") as server:
                with server.connect() as peer:
                    with contextlib.suppress(ConnectionResetError):
                        self.assertEqual(read_to_eof(peer), b"")
                server.logged(r"portforward closed \w*TIME\w* ")

    def test_portforward_passes_a_reset_on(self):
        with socket.create_server(("127.0.0.1", 0)) as far:
            far.settimeout(SECONDS)
            to = f"tcp:127.0.0.1:{far.getsockname()[1]}"
            with self.serve("portforward", "--to", to) as server:
                with server.connect() as peer:
                    peer.sendall(b"hello")
                    there = far.accept()[0]
                    self.assertEqual(read_exactly(there, 5), b"hello")
                    serving.reset(there)
                    with self.assertRaises(ConnectionResetError):
                        read_to_eof(peer)

    def test_portforward_needs_an_endpoint_that_is_one(self):
        ended = serving.run("serve", "portforward", "--listen",
                            "tcp:127.0.0.1:0", "--to", "tcpp:127.0.0.1:80")
        self.assertNotEqual(ended.returncode, 0)
        self.assertIn("tcpp", ended.stderr)
        self.assertNotIn("listening", ended.stdout)


if __name__ == "__main__":
    unittest.main()
