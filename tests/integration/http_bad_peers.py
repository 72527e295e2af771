#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Clients of HTTP that stall, dribble, flood, smuggle or go: each meets its
limit, nothing behind a fault is served, and all others are."""

import contextlib
import os
import re
import socket
import subprocess
import time
import unittest

import serving
from serving import SECONDS, Server

LISTEN = "tcp:127.0.0.1:0"
HEAD = b"Host: h\r\n"
GET = b"GET / HTTP/1.1\r\n" + HEAD + b"\r\n"
CHUNKED = (b"POST / HTTP/1.1\r\n" + HEAD +
           b"Transfer-Encoding: chunked\r\n\r\n")
LAST = b"GET /%s HTTP/1.1\r\n" + HEAD + b"Connection: close\r\n\r\n"
HELLO = b"Hello, World!"
MIB = 1 << 20
ROWS = os.path.join(os.path.dirname(os.path.abspath(__file__)),
                    "../../docs/protocols/http-conformance.md")


def statuses(answers):
    return [int(status) for status in
            re.findall(rb"(?:^|\n|!)HTTP/1\.1 (\d+) ", answers)]


def talk(server, data, at_once=True):
    """All that comes back; a peer that is closed early gets no further."""
    with server.connect() as peer:
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            peer.sendall(data)
            if at_once:
                peer.shutdown(socket.SHUT_WR)
        got = bytearray()
        with contextlib.suppress(ConnectionResetError):
            while chunk := peer.recv(1 << 16):
                got += chunk
        return bytes(got)


def told(server, what):
    """Gives how often the log told that since the last time."""
    at = len(server.log().encode())

    def more():
        nonlocal at
        new = os.pread(server.errors.fileno(), 1 << 24, at)
        new = new[:new.rfind(b"\n") + 1]
        at += len(new)
        return new.count(what)
    return more


def octets(code):
    """A cell of the conformance table."""
    names = {"r": b"\r", "n": b"\n", "t": b"\t"}
    found = re.findall(r"\\x([0-9a-fA-F]{2})|\\(.)|([^\\])", code, re.S)
    return b"".join(bytes([int(x, 16)]) if x else
                    names.get(e, b"\\" + e.encode()) if e else
                    plain.encode("latin-1")
                    for x, e, plain in found)


def rows():
    """Its requests: (number, input, what bight makes of it)."""
    cell = r"`((?:[^`])*)`"
    pattern = re.compile(rf"^\| (\d+) \| request \| {cell}"
                         rf"(?: with (\d+) times {cell}(\.\.\.)? for the @)?"
                         rf" \| {cell} \|", re.M)
    with open(ROWS, encoding="utf-8") as file:
        for number, code, times, unit, cut, ours in pattern.findall(
                file.read()):
            data = octets(code)
            if times:
                data = data.replace(b"@", octets(unit) * int(times))
            if not cut:
                yield int(number), data, ours


class BadPeers(unittest.TestCase):
    def assert_serves(self, server):
        """Somebody else, at once."""
        start = time.monotonic()
        answer = talk(server, LAST % b"other")
        self.assertEqual(statuses(answer), [200])
        self.assertTrue(answer.endswith(HELLO))
        self.assertLess(time.monotonic() - start, 10 if serving.SANITIZED
                        else 5)

    def assert_small(self, server, most=32 * MIB):
        if not serving.SANITIZED:
            self.assertLess(server.status("VmHWM"), most)

    def assert_idle(self, server):
        """It does not spin."""
        before = server.cpu_seconds()
        time.sleep(0.5)
        self.assertLess(server.cpu_seconds() - before, 0.2)

    # -- too slow -----------------------------------------------------------

    def test_slow_heads_are_408_and_stop_nobody(self):
        with Server("hello", LISTEN, options=["--http-head-timeout", "1s"]
                    ) as server, contextlib.ExitStack() as all_of_them:
            slow = [all_of_them.enter_context(server.connect())
                    for _ in range(200)]
            for peer in slow:
                peer.sendall(b"GET / HTTP/1.1\r\nHost: h\r\n")
            self.assert_serves(server)
            for i in range(8):
                for peer in slow:
                    with contextlib.suppress(OSError):
                        peer.sendall(b"X-%d: a\r\n" % i)
                time.sleep(0.05)
            start = time.monotonic()
            for peer in slow:
                answer = serving.read_to_eof(peer)
                self.assertEqual(statuses(answer), [408])
            self.assertLess(time.monotonic() - start, 10)
            server.logged(r"bad-request .* status=408 .* rule=")
            self.assert_serves(server)
            self.assert_small(server)

    def test_a_slow_body_that_is_dropped_is_408_or_an_end(self):
        """It was answered already: what is left is the end."""
        with Server("hello", LISTEN, options=["--http-body-rate", "1k"]
                    ) as server, server.connect() as peer:
            peer.sendall(b"POST / HTTP/1.1\r\n" + HEAD +
                         b"Content-Length: 1000\r\n\r\nabc")
            start = time.monotonic()
            self.assertEqual(statuses(serving.read_to_eof(peer)), [200])
            self.assertLess(time.monotonic() - start, 15)
            server.logged(r"bad-request .* status=408 why=\"the body came")
            self.assert_serves(server)

    def test_idle_ones_are_closed(self):
        with Server("hello", LISTEN, options=["--http-idle-timeout", "1s"]
                    ) as server, server.connect() as mute, \
                server.connect() as peer:
            peer.sendall(GET)
            self.assertEqual(statuses(serving.read_to_eof(peer)), [200])
            self.assertEqual(serving.read_to_eof(mute), b"")

    def test_who_never_reads_is_dropped_and_keeps_little(self):
        """A pipeline without end, and not an answer read."""
        with Server("hello", LISTEN, options=["--http-write-timeout", "1s"]
                    ) as server, contextlib.ExitStack() as all_of_them:
            for _ in range(10):
                peer = all_of_them.enter_context(
                    server.connect(receive_buffer=4096))
                peer.settimeout(0.2)
                with contextlib.suppress(OSError):
                    while True:
                        peer.sendall(GET * 1000)
            self.assert_serves(server)
            serving.wait_until(
                lambda: server.descriptors() < 20, "all are dropped")
            self.assert_small(server)

    def fill(self, peer, answered, most):
        """Asks, bit by bit, and reads nothing: until `most` answers or until
        the server has stopped reading; how many it gave."""
        asked, given = 0, 0
        while asked < most:
            peer.sendall(GET * 200)
            asked += 200
            deadline = time.monotonic() + 1
            while given < asked:
                if time.monotonic() > deadline:
                    return given
                given += answered()
        return asked

    def test_an_eof_in_mid_request_behind_what_nobody_reads(self):
        """Answers wait, below the high mark, and the last request is half: the
        connection ends slowly, and its deadline must not stop the others."""
        with Server("hello", LISTEN, options=["--http-head-timeout", "1s"]
                    ) as server, contextlib.ExitStack() as all_of_them:
            size = len(talk(server, GET))
            answered = told(server, b" hello GET / 200 13B ")

            def connect():
                return all_of_them.enter_context(
                    server.connect(receive_buffer=4096))
            most = self.fill(connect(), answered, 1 << 20)
            for half in (b"GET / HT", b"\r", b"POST / HTTP/1.1\r\n" + HEAD +
                         b"Content-Length: 9\r\n\r\nabc"):
                peer = connect()
                self.fill(peer, answered, most - 30000 // size)
                peer.sendall(half)
                peer.shutdown(socket.SHUT_WR)
            for _ in range(8):
                time.sleep(1)
                self.assert_serves(server)
            self.assert_idle(server)

    def test_slowhttptest(self):
        modes = {"slowloris": ["-H", "-i", "1"],
                 "slow body": ["-B", "-i", "1", "-s", "8192"],
                 "slow read": ["-X", "-w", "10", "-y", "20", "-n", "1",
                               "-z", "5", "-k", "5"]}
        for name, mode in modes.items():
            with self.subTest(name), \
                    Server("hello", LISTEN, options=[
                        "--http-head-timeout", "1s"]) as server:
                with subprocess.Popen(
                        ["slowhttptest", *mode, "-c", "200", "-r", "200",
                         "-l", "4", "-p", "2", "-u",
                         f"http://127.0.0.1:{server.port}/"],
                        stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                        text=True) as attack:
                    try:
                        while attack.poll() is None:
                            self.assert_serves(server)
                            time.sleep(0.2)
                        said = attack.stdout.read()
                    finally:
                        attack.kill()
                self.assertIn("YES", said)
                self.assertNotRegex(said, r"service available:\W+.*NO")
                self.assert_small(server)

    # -- too much -----------------------------------------------------------

    def assert_refused(self, server, data, status):
        self.assertEqual(statuses(talk(server, data, at_once=False))[-1:],
                         [status])
        self.assert_serves(server)
        self.assert_small(server)

    def test_endless_heads(self):
        with Server("hello", LISTEN) as server:
            start = b"GET / HTTP/1.1\r\n" + HEAD
            self.assert_refused(server, start + b"A: b\r\n" * 10000, 431)
            self.assert_refused(server, start + b"A: " + b"b" * MIB, 431)
            self.assert_refused(server, start + b"a" * MIB, 431)
            self.assert_refused(server, b"GET /" + b"a" * MIB, 414)
            self.assert_refused(server, b"A" * MIB, 501)
            self.assert_refused(server, b"\r\n" * MIB, 400)
            self.assert_refused(server, bytes(MIB), 400)

    def test_endless_chunks(self):
        """hello answers before it reads, and then reads none of them."""
        with Server("hello", LISTEN) as server:
            for body in (b"1;" + b"a" * MIB, b"1;a\r\nb\r\n" * 100000,
                         b"1\r\na\r\n" * 100000, b"0" * MIB,
                         b"ffffffffffffffff\r\n" + b"a" * MIB,
                         b"0\r\n" + b"A: b\r\n" * 100000):
                answer = talk(server, CHUNKED + body, at_once=False)
                self.assertEqual(statuses(answer), [200])
                self.assertIn(b"\r\nConnection: close\r\n", answer)
                self.assert_serves(server)
            self.assert_small(server)

    def test_1000_requests_in_one_write(self):
        with Server("hello", LISTEN) as server:
            answer = talk(server, GET * 1000)
            self.assertEqual(statuses(answer), [200] * 1000)
            self.assertEqual(answer.count(HELLO), 1000)
            server.logged(r" hello GET / 200 13B ")
            serving.wait_until(
                lambda: server.log().count("GET / 200 13B") == 1000,
                "a line for each")

    # -- not what it seems --------------------------------------------------

    def test_nothing_behind_a_fault_is_served(self):
        """Each row of the conformance table, and a request behind it."""
        count, good = 0, 0
        with Server("hello", LISTEN) as server:
            for count, (number, data, ours) in enumerate(rows(), 1):
                with self.subTest(row=number, input=data[:200], ours=ours):
                    got = statuses(talk(server, data + LAST % (b"behind-%d" %
                                                               count)))
                    messages = len(re.findall(r"[A-Z]+\(", ours))
                    fault = re.search(r"(?:^| )(\d{3})$", ours)
                    if ours == "413":  # of who reads the body: hello does not
                        messages = 1
                    whole = not fault and not re.search(r"closed|cut", ours)
                    self.assertLessEqual(got.count(200), messages + whole)
                    if fault and not messages:
                        self.assertEqual(got, [int(fault.group(1))])
                    good += whole and got.count(200) == messages + 1
            self.assertGreater(count, 200)
            self.assertGreater(good, 20)
            self.assert_serves(server)
            served = {int(n) for n in
                      re.findall(r" hello GET /behind-(\d+) 200 ",
                                 server.log())}
        for n, (number, data, ours) in enumerate(rows(), 1):
            if re.search(r"(?:^| )\d{3}$|closed|cut", ours):
                with self.subTest(row=number, input=data[:200], ours=ours):
                    self.assertNotIn(n, served)

    def test_a_body_is_never_a_request(self):
        inner = LAST % b"inner"
        known = (b"POST / HTTP/1.1\r\n" + HEAD + b"Content-Length: %d\r\n\r\n"
                 % len(inner) + inner)
        chunk = CHUNKED + b"%x\r\n%s\r\n0\r\n\r\n" % (len(inner), inner)
        large = (b"POST / HTTP/1.1\r\n" + HEAD + b"Content-Length: 300000\r\n"
                 b"\r\n" + inner * 100)
        waits = known.replace(HEAD, HEAD + b"Expect: 100-continue\r\n")
        tunnel = b"CONNECT h:1 HTTP/1.1\r\nHost: h:1\r\n\r\n" + inner
        with Server("hello", LISTEN) as server:
            for data in (known, chunk, large, waits):
                with self.subTest(input=data[:200]):
                    self.assertEqual(statuses(talk(server, data)), [200])
            self.assertEqual(statuses(talk(server, tunnel)), [501])
            self.assertEqual(statuses(talk(server, known + GET)), [200, 200])
            self.assertNotIn("/inner", server.log())

    # -- gone ---------------------------------------------------------------

    def test_half_closed_clients_get_what_they_asked_for(self):
        with Server("hello", LISTEN) as server:
            for _ in range(50):
                self.assertEqual(statuses(talk(server, GET + GET)),
                                 [200, 200])
            self.assertEqual(talk(server, b""), b"")
            self.assertEqual(talk(server, b"GET / HT"), b"")
            self.assert_serves(server)

    def test_resets_in_mid_answer(self):
        with Server("hello", LISTEN) as server:
            for i in range(100):
                peer = server.connect()
                peer.sendall(GET * (i * 5) + GET[:i % len(GET)])
                if i % 2:
                    peer.recv(100)
                serving.reset(peer)
            self.assert_serves(server)
            serving.wait_until(lambda: server.descriptors() < 20,
                               "all of them ended")
            self.assert_small(server)

    def test_500_connections_opened_and_dropped(self):
        with Server("hello", LISTEN) as server:
            for _ in range(3):
                peers = [server.connect() for _ in range(500)]
                for peer in peers[::2]:
                    peer.sendall(GET[:10])
                self.assert_serves(server)
                for i, peer in enumerate(peers):
                    if i % 3:
                        peer.close()
                    else:
                        serving.reset(peer)
            serving.wait_until(lambda: server.descriptors() < 20,
                               "all of them ended")
            self.assert_serves(server)
            self.assert_small(server)
            self.assert_idle(server)

    def test_a_stop_ends_idle_ones_at_once_and_the_others_in_time(self):
        with Server("hello", LISTEN, options=["--drain-timeout", "1s"]
                    ) as server, contextlib.ExitStack() as all_of_them:
            for data in (b"", GET, b"GET / HT", CHUNKED + b"5\r\n"):
                peer = all_of_them.enter_context(server.connect())
                peer.sendall(data)
            with server.connect(receive_buffer=4096) as peer:
                peer.sendall(GET * 1000)
                server.stop()
                server.expect(0, 5)


if __name__ == "__main__":
    unittest.main()
