#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""`bight connect` and its standard input and output, of every kind."""

import contextlib
import fcntl
import hashlib
import os
import pty
import signal
import socket
import subprocess
import termios
import threading
import time
import unittest

import connecting
import serving
from connecting import Client, Peer, connect
from serving import BIGHT, Server

MEGABYTE = 1 << 20
# A sanitizer's own memory is not bight's.
MEMORY = (400 if serving.SANITIZED else 16) * MEGABYTE


def endpoint(server, index=0):
    return server.listening[index]["url"].replace("tcp://", "tcp:")


class Ends(unittest.TestCase):
    def ended(self, result, code, pattern=r"\A\Z"):
        errors = result.stderr.decode()
        self.assertEqual(result.returncode, code, errors)
        self.assertRegex(errors, pattern)
        return result.stdout

    def test_what_is_said_comes_back_over_tcp_and_unix(self):
        with serving.folder() as folder, \
                Server("echo", "tcp:127.0.0.1:0", f"unix:{folder}/s",
                       sockets=2) as server:
            for index in (0, 1):
                result = connect(endpoint(server, index), data=b"hello\n")
                self.assertEqual(self.ended(result, 0), b"hello\n")

    def test_nobody_there(self):
        port = connecting.free_port()
        result = connect(f"tcp:127.0.0.1:{port}")
        self.ended(result, 69, rf"\Abight: connect tcp:127\.0\.0\.1:{port}: "
                   r"connection refused \(ECONNREFUSED\)\n\Z")
        with serving.folder() as folder:
            result = connect(f"unix:{folder}/none")
            self.ended(result, 69, r"none: no such file .*\(ENOENT\)\n\Z")

    def test_a_name_that_does_not_exist_and_a_network_that_does_not(self):
        self.ended(connect("tcp:none.invalid:80", "--connect-timeout", "15s"),
                   69, r"\Abight: connect tcp:none\.invalid:80: ")
        # Broadcast is nobody's to connect to.
        self.ended(connect("tcp:255.255.255.255:9"), 69,
                   r"\Abight: connect tcp:255\.255\.255\.255:9: .*\(E\w+\)\n")

    def test_a_connect_that_takes_too_long(self):
        with full_backlog() as port:
            result = connect(f"tcp:127.0.0.1:{port}",
                             "--connect-timeout", "200ms")
            self.ended(result, 75, r"\(CONNECT_TIMEOUT\)")

    def test_idle_for_too_long(self):
        with Server("discard", "tcp:127.0.0.1:0") as server, \
                Client(endpoint(server), "--idle-timeout", "200ms") as client:
            self.assertRegex(client.ends(75), r"\(IDLE_TIMEOUT\)")

    def test_a_reset(self):
        def talk(peer):
            serving.read_exactly(peer, 1)
            serving.reset(peer)
        with Peer(talk) as peer, Client(peer.endpoint) as client:
            client.say(b"x")
            self.assertRegex(client.ends(74), r"\(RESET\)")

    def test_what_came_before_a_reset_is_written(self):
        def talk(peer):
            peer.sendall(b"last words")
            serving.read_exactly(peer, 1)
            serving.reset(peer)
        with Peer(talk) as peer, Client(peer.endpoint) as client:
            self.assertEqual(client.hear(10), b"last words")
            client.say(b"x")
            client.ends(74)

    def test_words_that_are_wrong(self):
        for words in ([], ["tpc:1"], ["tcp:80"], ["tcp:a:1", "tcp:b:1"],
                      ["systemd:"], ["memory:x"], ["tcp:a:1", "--nothing"],
                      ["tcp:a:1", "--idle-timeout", "x"]):
            with self.subTest(words=words):
                result = serving.run("connect", *words)
                self.assertEqual((result.returncode, result.stdout), (64, ""))
                self.assertEqual(len(result.stderr.splitlines()), 3)


class Eof(unittest.TestCase):
    def test_the_peer_hears_the_end_and_answers_after_it(self):
        def talk(peer):
            data = serving.read_to_eof(peer)
            peer.sendall(b"heard " + data)
        with Peer(talk) as peer:
            result = connect(peer.endpoint, data=b"all")
        self.assertEqual((result.returncode, result.stdout), (0, b"heard all"))

    def test_without_half_close_the_peer_hears_nothing_of_it(self):
        def talk(peer):
            self.assertEqual(serving.read_exactly(peer, 3), b"all")
            peer.settimeout(0.3)
            with self.assertRaises(TimeoutError):
                peer.recv(1)
            peer.sendall(b"still here")
        with Peer(talk) as peer:
            result = connect(peer.endpoint, "--no-half-close", data=b"all")
        self.assertEqual((result.returncode, result.stdout),
                         (0, b"still here"))

    def test_a_file_is_sent_to_its_end_though_the_peer_said_its_last(self):
        data = os.urandom(4 * MEGABYTE)
        heard = []

        def talk(peer):
            peer.shutdown(1)
            heard.append(serving.read_to_eof(peer))
        with Peer(talk) as peer:
            result = connect(peer.endpoint, data=data)
        self.assertEqual((result.returncode, result.stdout), (0, b""))
        self.assertEqual(heard, [data])

    def test_a_peer_that_leaves_before_all_was_sent(self):
        def talk(peer):
            serving.read_exactly(peer, 1)
        with Peer(talk) as peer:
            result = connect(peer.endpoint, data=bytes(8 * MEGABYTE))
        self.assertEqual(result.returncode, 74, result.stderr)

    def test_end_with_peer_waits_for_no_input(self):
        with Peer(lambda peer: peer.sendall(b"bye")) as peer, \
                Client(peer.endpoint, "--end-with-peer") as client:
            self.assertEqual(client.hear(3), b"bye")
            client.ends(0)

    def test_input_that_is_nothing_or_closed(self):
        with Server("chargen", "tcp:127.0.0.1:0") as server:
            pass
        for stdin, before in ((subprocess.DEVNULL, None),
                              (None, lambda: os.close(0))):
            with Peer(lambda peer: peer.sendall(serving.read_to_eof(peer)
                                                + b"ok")) as peer:
                result = connect(peer.endpoint, stdin=stdin,
                                 preexec_fn=before)
            self.assertEqual((result.returncode, result.stdout), (0, b"ok"))
        self.assertTrue(server.ended)


class Amounts(unittest.TestCase):
    def test_50_megabytes_of_a_file_come_back_intact(self):
        with Server("echo", "tcp:127.0.0.1:0") as server, \
                serving.folder() as folder:
            sent = hashlib.sha256()
            with open(folder + "/in", "wb") as file:
                for _ in range(50):
                    block = os.urandom(MEGABYTE)
                    sent.update(block)
                    file.write(block)
            with open(folder + "/in", "rb") as stdin, \
                    open(folder + "/out", "wb") as stdout:
                result = connect(endpoint(server), stdin=stdin, stdout=stdout)
            self.assertEqual((result.returncode, result.stderr), (0, b""))
            with open(folder + "/out", "rb") as file:
                got = hashlib.file_digest(file, "sha256")
            self.assertEqual(got.hexdigest(), sent.hexdigest())

    def test_a_peer_that_never_reads_stops_the_reading_of_input(self):
        def talk(peer):
            peer.settimeout(None)
            done.wait(serving.SECONDS)
        done = threading.Event()
        with open("/dev/zero", "rb") as zero, Peer(talk) as peer, \
                Client(peer.endpoint, stdin=zero) as client:
            try:
                steady(self, client)
                self.assertLess(client.memory(), MEMORY)
                client.signal(signal.SIGTERM)
                client.signal(signal.SIGINT)
                client.process.wait(serving.SECONDS)
            finally:
                done.set()
            self.assertGreater(client.process.returncode, 128)

    def test_an_output_that_nobody_reads_stops_the_reading_of_the_peer(self):
        with Server("chargen", "tcp:127.0.0.1:0") as server, \
                Client(endpoint(server)) as client:
            steady(self, client)
            self.assertLess(client.memory(), MEMORY)
            # Nothing was lost meanwhile.
            self.assertEqual(client.hear(4 * MEGABYTE),
                             serving.chargen(4 * MEGABYTE))
            client.signal(signal.SIGTERM)
            client.ends(0)


class Output(unittest.TestCase):
    def test_a_reader_that_leaves(self):
        with Server("chargen", "tcp:127.0.0.1:0") as server, \
                Client(endpoint(server)) as client:
            self.assertEqual(client.hear(10), serving.chargen(10))
            client.process.stdout.close()
            self.assertRegex(client.ends(74),
                             r"\Abight: standard output: .*\(EPIPE\)\n\Z")

    def test_a_full_device(self):
        with Server("echo", "tcp:127.0.0.1:0") as server, \
                open("/dev/full", "wb") as full:
            result = connect(endpoint(server), data=b"x", stdout=full)
        self.assertEqual(result.returncode, 74)
        self.assertIn(b"(ENOSPC)", result.stderr)

    def test_an_output_that_is_closed_or_only_for_reading(self):
        with Server("echo", "tcp:127.0.0.1:0") as server:
            for words in (">&-", "1</dev/null"):
                result = subprocess.run(
                    ["sh", "-c", f'exec "$0" connect "$1" {words}', BIGHT,
                     endpoint(server)], input=b"x", capture_output=True,
                    check=False, timeout=serving.SECONDS)
                self.assertEqual(
                    (result.returncode, result.stderr),
                    (74, b"bight: standard output is not open for writing\n"))

    def test_an_input_that_cannot_be_read(self):
        folder = os.open("/", os.O_RDONLY)
        self.addCleanup(os.close, folder)
        with Server("echo", "tcp:127.0.0.1:0") as server:
            result = connect(endpoint(server), stdin=folder)
        self.assertEqual(result.returncode, 74)
        self.assertIn(b"standard input: is a directory (EISDIR)",
                      result.stderr)

    def test_verbose_tells_what_passes_and_quiet_nothing(self):
        with Server("echo", "tcp:127.0.0.1:0") as server:
            at = endpoint(server)
            text = connect(at, "-v", data=b"a\x1b\n").stderr.decode()
            self.assertRegex(text, r"info connected endpoint=tcp:\S+ peer=127\.0\.0\.1:\d+\n")
            self.assertRegex(text, r'way=out bytes=3 text="a\\x1b\\n"\n')
            self.assertRegex(text, r'way=in bytes=3 text="a\\x1b\\n"\n')
            self.assertRegex(text, r"info ended in=3 out=3 unsent=0 ms=\d+ "
                             r'why="peer finished \(EOF\)"\n\Z')
            text = connect(at, "--trace", "hex", data=b"a\n").stderr.decode()
            self.assertRegex(text, r"way=in bytes=2 hex=\"?610a")
            result = connect(at, "-q", "-v", data=b"a\n")
            self.assertEqual((result.stdout, result.stderr), (b"a\n", b""))


class Signals(unittest.TestCase):
    def test_the_first_closes(self):
        for signum in (signal.SIGINT, signal.SIGTERM):
            with self.subTest(signum=signum), \
                    Server("echo", "tcp:127.0.0.1:0") as server, \
                    Client(endpoint(server)) as client:
                client.say(b"x")
                self.assertEqual(client.hear(1), b"x")
                client.signal(signum)
                self.assertEqual(client.ends(0), "")
                server.logged(r"echo closed \w+ in=1 out=1 ")

    def test_the_second_aborts(self):
        closed, ended = threading.Event(), threading.Event()

        def talk(peer):
            peer.sendall(b"x")
            serving.read_to_eof(peer)
            closed.set()
            self.assertTrue(ended.wait(serving.SECONDS))
            with self.assertRaises((ConnectionResetError, BrokenPipeError)):
                peer.sendall(b"x")
        with Peer(talk) as peer, Client(peer.endpoint) as client:
            client.hear(1)
            client.signal(signal.SIGINT)
            self.assertTrue(closed.wait(serving.SECONDS))
            client.signal(signal.SIGTERM)
            client.ends(128 + signal.SIGTERM)
            ended.set()

    def test_one_while_it_connects_gives_up(self):
        with full_backlog() as port, \
                Client(f"tcp:127.0.0.1:{port}") as client:
            serving.wait_until(lambda: open_sockets(client), "it connects")
            client.signal(signal.SIGINT)
            client.ends(128 + signal.SIGINT)

    def test_one_after_the_end_leaves_what_nobody_reads(self):
        with Peer(lambda peer: peer.sendall(bytes(256 * 1024))) as peer, \
                Client(peer.endpoint, "--end-with-peer") as client:
            steady(self, client)
            client.signal(signal.SIGTERM)
            serving.wait_until(lambda: not open_sockets(client), "it is over")
            if client.process.poll() is None:
                client.signal(signal.SIGTERM)
            client.process.wait(serving.SECONDS)


class Terminal(unittest.TestCase):
    def setUp(self):
        self.main, self.other = pty.openpty()
        self.addCleanup(os.close, self.main)
        modes = termios.tcgetattr(self.other)
        modes[3] &= ~termios.ECHO
        termios.tcsetattr(self.other, termios.TCSANOW, modes)

    def client(self, at, **keywords):
        def take_terminal():
            os.setsid()
            fcntl.ioctl(self.other, termios.TIOCSCTTY, 0)
        client = Client(at, stdin=self.other, stdout=self.other,
                        preexec_fn=take_terminal, **keywords)
        os.close(self.other)
        return client

    def until(self, end):
        text = b""
        while not text.endswith(end):
            text += os.read(self.main, 4096)
        return text

    def test_lines_are_echoed_and_control_d_ends(self):
        with Server("echo", "tcp:127.0.0.1:0") as server, \
                self.client(endpoint(server)) as client:
            os.write(self.main, b"hello\n")
            self.assertEqual(self.until(b"hello\r\n"), b"hello\r\n")
            os.write(self.main, b"\x04")
            self.assertEqual(client.ends(0), "")

    def all_of(self, *options):
        """What a terminal shows of it all, stderr too."""
        main, other = pty.openpty()
        with Peer(lambda peer: peer.sendall(b"bye\n")) as peer:
            process = subprocess.Popen(
                [serving.BIGHT, "connect", peer.endpoint, *options],
                stdin=other, stdout=other, stderr=other)
            os.close(other)
            text = b""
            with contextlib.suppress(OSError):  # the last one has left
                while chunk := os.read(main, 4096):
                    text += chunk
            self.assertEqual(process.wait(serving.SECONDS), 0)
        os.close(main)
        return text

    def test_who_types_is_told_how_to_end(self):
        self.assertRegex(self.all_of(), rb"bight: connected to tcp:.*Ctrl-D")
        self.assertEqual(self.all_of("-q"), b"bye\r\n")

    def test_the_peer_s_end_ends_it_at_once(self):
        with Peer(lambda peer: peer.sendall(b"bye\n")) as peer, \
                self.client(peer.endpoint) as client:
            self.until(b"bye\r\n")
            client.ends(0)

    def test_control_c_closes(self):
        with Server("echo", "tcp:127.0.0.1:0") as server, \
                self.client(endpoint(server)) as client:
            os.write(self.main, b"hello\n")
            self.until(b"hello\r\n")
            os.write(self.main, b"\x03")
            client.ends(0)

    def test_a_stopped_terminal_cannot_hold_it(self):
        with Server("chargen", "tcp:127.0.0.1:0") as server, \
                self.client(endpoint(server)) as client:
            self.until(b"\n")
            steady(self, client)
            client.signal(signal.SIGTERM)
            client.signal(signal.SIGINT)
            client.process.wait(serving.SECONDS)
            self.assertIn(client.process.returncode, (0, 130, 143))


# -- what these share ---------------------------------------------------------

def steady(test, client):
    """Waits until it reads and writes no more, for half a second."""
    last, since = None, time.monotonic()
    deadline = since + serving.SECONDS
    while time.monotonic() < since + 0.5:
        now = client.consumed()
        if now != last:
            last, since = now, time.monotonic()
        test.assertLess(time.monotonic(), deadline,
                        "it takes more and more")
        time.sleep(0.05)
    return last


def open_sockets(client):
    folder = f"/proc/{client.process.pid}/fd"
    try:
        return [name for name in os.listdir(folder)
                if os.readlink(f"{folder}/{name}").startswith("socket:")]
    except OSError:
        return []


@contextlib.contextmanager
def full_backlog():
    """A port whose queue is full, so that nobody is answered."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        others = []
        try:
            for _ in range(4):
                other = socket.socket()
                others.append(other)
                other.setblocking(False)
                other.connect_ex(listener.getsockname())
            yield listener.getsockname()[1]
        finally:
            for other in others:
                other.close()


if __name__ == "__main__":
    unittest.main()
