#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Peers that stall, flood, reset, dribble or come in crowds: each meets its
limit, its end is in the log, and all others are served."""

import json
import re
import subprocess
import threading
import time
import unittest

import serving
from serving import Server

MIB = 1 << 20


class BadPeers(unittest.TestCase):
    def assert_small(self, server, most):
        if not serving.SANITIZED:
            self.assertLess(server.status("VmHWM"), most)

    def test_a_log_that_nobody_reads_stops_nobody(self):
        """Standard error is a pipe that fills up; so many ends fill it."""
        with subprocess.Popen(
                [serving.BIGHT, "serve", "echo", "tcp:127.0.0.1:0", "--json"],
                stdout=subprocess.PIPE, stderr=subprocess.PIPE) as server:
            try:
                url = json.loads(server.stdout.readline())["url"]
                for _ in range(2000):
                    with serving.connect(url) as peer:
                        serving.assert_echoes(peer)
                server.terminate()
                self.assertEqual(server.wait(serving.SECONDS), 0)
            finally:
                server.kill()

    def test_100_MiB_come_back_whole_to_a_slow_reader(self):
        block = bytes(range(256)) * (MIB // 256)
        with Server("echo", "tcp:127.0.0.1:0") as server, \
                server.connect(receive_buffer=65536) as peer:
            def send():
                for i in range(100):
                    peer.sendall(block[i:] + block[:i])
                peer.shutdown(1)
            writer = threading.Thread(target=send)
            writer.start()
            for i in range(100):
                if i % 10 == 0:
                    time.sleep(0.02)
                got = serving.read_exactly(peer, MIB)
                self.assertTrue(got == block[i:] + block[:i], f"MiB {i}")
            self.assertEqual(serving.read_to_eof(peer), b"")
            writer.join()
            self.assert_small(server, 24 * MIB)
            server.logged(f"closed EOF in={100 * MIB} out={100 * MIB} ")

    def test_echo_stops_reading_from_a_peer_that_never_reads(self):
        with Server("echo", "tcp:127.0.0.1:0") as server, \
                server.connect() as peer:
            peer.setblocking(False)
            sent = [0]

            def stuck():
                try:
                    sent[0] += peer.send(bytes(MIB))
                except BlockingIOError:
                    return True
                return False
            serving.wait_until(stuck, "the peer's writes are refused")
            with server.connect() as other:
                serving.assert_echoes(other)
            serving.wait_until(stuck, "they stay so")
            self.assert_small(server, 24 * MIB)
            peer.close()
            server.logged(r"closed RESET in=\d+ out=\d+ unsent=\d+ ")

    def test_chargen_is_bounded_by_peers_that_never_read(self):
        with Server("chargen", "tcp:127.0.0.1:0") as server:
            silent = [server.connect(receive_buffer=4096) for _ in range(50)]
            with server.connect() as other:
                got = serving.read_exactly(other, 20 * MIB)
            self.assertTrue(got == serving.chargen(20 * MIB))
            self.assert_small(server, 48 * MIB)
            before = server.cpu_seconds()
            time.sleep(0.5)
            self.assertLess(server.cpu_seconds() - before, 0.1)
            for peer in silent:
                peer.close()
            serving.wait_until(
                lambda: server.log().count("chargen closed RESET") == 51,
                "all ends are noticed")

    def test_a_reset_is_noticed(self):
        with Server("echo", "tcp:127.0.0.1:0") as server:
            peer = server.connect()
            serving.assert_echoes(peer)
            serving.reset(peer)
            server.logged(r"^[\d:.]+ 127\.0\.0\.1:\d+ echo closed RESET "
                          r"in=6 out=6 \d+ms$")

    def test_idle_ones_are_closed_and_busy_ones_are_not(self):
        with Server("echo", "tcp:127.0.0.1:0",
                    options=["--idle-timeout", "300ms"]) as server:
            idle, busy = server.connect(), server.connect()
            start = time.monotonic()
            serving.assert_echoes(idle)
            while not select_readable(idle, 0.02):
                serving.assert_echoes(busy, b".")
            self.assertGreaterEqual(time.monotonic() - start, 0.3)
            self.assertEqual(idle.recv(1), b"")
            server.logged(r"closed IDLE_TIMEOUT in=6 out=6 \d{3,}ms$")
            serving.assert_echoes(busy)
            idle.close()
            busy.close()

    def test_one_byte_at_a_time(self):
        with Server("echo", "tcp:127.0.0.1:0") as server, \
                server.connect() as peer:
            for i in range(2000):
                serving.assert_echoes(peer, bytes([i % 256]))

    def test_more_than_max_conn_are_closed_and_told(self):
        with serving.folder() as folder, \
                Server("echo", "tcp:127.0.0.1:0", f"unix:{folder}/s",
                       options=["--max-conn", "3"], sockets=2) as server:
            kept = [server.connect(), server.connect(1), server.connect()]
            for peer in kept:
                serving.assert_echoes(peer)
            for index in range(30):
                with server.connect(index % 2) as peer:
                    self.assertEqual(hello_or_end(peer), b"")
            for peer in kept:
                serving.assert_echoes(peer)
            serving.wait_until(lambda: refusals(server) == 30,
                               "each refusal is told or counted")
            kept.pop().close()
            serving.wait_until(lambda: serves(server), "one more is served")
            for peer in kept:
                peer.close()

    def test_a_flood_of_connections_that_say_nothing(self):
        with Server("echo", "tcp:127.0.0.1:0") as server:
            for _ in range(2000):
                server.connect().close()
            with server.connect() as peer:
                serving.assert_echoes(peer)
            serving.wait_until(
                lambda: server.log().count("echo closed EOF in=0") == 2000,
                "all of them ended")


def select_readable(peer, seconds):
    peer.settimeout(seconds)
    try:
        return peer.recv(1, 2) == b""  # MSG_PEEK
    except TimeoutError:
        return False


def refusals(server):
    """Ten a second have a line of their own, the others a count."""
    own = re.findall(r" echo refused: --max-conn is reached$", server.log(),
                     re.M)
    more = re.findall(r" - echo refused (\d+) more$", server.log(), re.M)
    return len(own) + sum(map(int, more))


def hello_or_end(peer):
    """What a refused peer reads: nothing, by an end or a reset."""
    try:
        peer.sendall(b"hello")
        return peer.recv(5)
    except (ConnectionResetError, BrokenPipeError):
        return b""


def serves(server):
    with server.connect() as peer:
        return hello_or_end(peer) == b"hello"


if __name__ == "__main__":
    unittest.main()
