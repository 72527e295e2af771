#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Much through two processes, a portforward and an echo, and back: it arrives
intact, in little memory, at the pace of who reads.

64 MB and a stall of one second; with BIGHT_LONG=1 it is 1 GB and five. Kernels
grow TCP's buffers to many MB on each of the four ways, so where 64 MB have to
fill them the wires are UNIX sockets, whose buffers stay as they are.
"""

import hashlib
import os
import select
import socket
import threading
import time
import unittest

import serving
from serving import SANITIZED, Server

LONG = os.environ.get("BIGHT_LONG") == "1"
TOTAL = (1 << 30) if LONG else (64 << 20)
STALL = 5 if LONG else 1
SECONDS = 600 if LONG else 80
CHUNK = 1 << 20
# A sanitizer's own memory is no memory of ours.
PEAK = (32 << 20) if not SANITIZED else None


class Sender(threading.Thread):
    """Writes TOTAL bytes that tell their place, then an eof."""

    def __init__(self, peer):
        super().__init__(daemon=True)
        self.peer = peer
        self.sent = 0
        self.digest = hashlib.sha256()
        self.error = None
        self.block = os.urandom(CHUNK)

    def chunk(self, i):
        return i.to_bytes(8, "big") + self.block[8:]

    def run(self):
        try:
            for i in range(TOTAL // CHUNK):
                data = memoryview(self.chunk(i))
                self.digest.update(data)
                while data:
                    count = self.peer.send(data[:65536])
                    self.sent += count
                    data = data[count:]
            self.peer.shutdown(socket.SHUT_WR)
        except OSError as error:
            self.error = error


def stops(sender):
    """What was sent once it does not become more for half a second."""
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        before = sender.sent
        time.sleep(0.5)
        if before and sender.sent == before:
            return before
    raise AssertionError(f"the sender goes on: {sender.sent} bytes")


def receive(peer, digest, size, deadline):
    """Up to so many bytes, fewer at an eof; how many."""
    got = 0
    while got < size:
        left = deadline - time.monotonic()
        if left <= 0 or not select.select([peer], [], [], left)[0]:
            raise AssertionError(f"no more came after {got} bytes")
        data = peer.recv(min(size - got, CHUNK))
        if not data:
            break
        digest.update(data)
        got += len(data)
    return got


class Forward(unittest.TestCase):
    def check_memory(self, *servers):
        for server in servers:
            peak = server.status("VmHWM")
            print(f"VmHWM {peak >> 10} KiB", flush=True)
            if PEAK:
                self.assertLess(peak, PEAK)

    def stall(self, sender):
        """Nobody reads: what is under way stays, and nothing is added."""
        at_stop = stops(sender)
        time.sleep(STALL)
        self.assertEqual(sender.sent, at_stop)
        self.assertTrue(sender.is_alive())
        print(f"nothing sent for {STALL} s after {at_stop} bytes", flush=True)
        return at_stop

    def transfer(self, peer, stalls):
        """There and back; twice nobody reads for a while. Gives where the
        sender stopped first."""
        deadline = time.monotonic() + SECONDS
        digest = hashlib.sha256()
        sender = Sender(peer)
        peer.settimeout(SECONDS)
        sender.start()
        at_stop = self.stall(sender) if stalls else 0
        got = receive(peer, digest, TOTAL // 2, deadline)
        if stalls:
            self.stall(sender)
        got += receive(peer, digest, TOTAL, deadline)
        sender.join(10)
        self.assertIsNone(sender.error)
        self.assertEqual((sender.sent, got), (TOTAL, TOTAL))
        self.assertEqual(digest.digest(), sender.digest.digest())
        print(f"{TOTAL} bytes there and back, sha256 "
              f"{digest.hexdigest()[:16]}...", flush=True)
        return at_stop

    def check(self, at, to, stalls):
        begin = time.monotonic()
        with Server("echo", at) as echo, \
                Server("portforward", to,
                       options=["--to", self.place(echo)]) as forward:
            with forward.connect() as peer:
                at_stop = self.transfer(peer, stalls)
            self.check_memory(echo, forward)
            size = rf"in={TOTAL} out={TOTAL} "
            echo.logged(rf" echo closed EOF {size}")
            forward.logged(rf" portforward closed EOF {size}")
        print(f"{time.monotonic() - begin:.1f} s", flush=True)
        return at_stop

    @staticmethod
    def place(server):
        if server.port:
            return f"tcp:127.0.0.1:{server.port}"
        return server.listening[0]["url"]

    def test_much_goes_through_both_and_back(self):
        self.check("tcp:127.0.0.1:0", "tcp:127.0.0.1:0", stalls=LONG)

    def test_a_sink_that_stalls_stops_the_sender(self):
        with serving.folder() as folder:
            at_stop = self.check(f"unix:{folder}/echo", f"unix:{folder}/to",
                                 stalls=True)
        self.assertLess(at_stop, 8 << 20)


if __name__ == "__main__":
    unittest.main()
