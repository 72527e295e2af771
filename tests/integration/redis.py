#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""libbight-redis, in docs/examples/redis.c, and a real redis-server."""

import contextlib
import os
import select
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import unittest

EXAMPLE = os.path.join(os.environ.get("BIGHT_BUILD_DIR", "build"),
                       "examples", "redis")
SECONDS = 30


class RedisServer:
    """One of our own on a socket file, which keeps nothing."""

    def __init__(self, folder, *lines):
        self.path = f"{folder}/s"
        self.config = f"{folder}/redis.conf"
        self.log = f"{folder}/log"
        self.process = None
        with open(self.config, "w", encoding="utf-8") as config:
            for line in ("port 0", f"unixsocket {self.path}", 'save ""',
                         f"dir {folder}", f"logfile {self.log}", *lines):
                config.write(line + "\n")

    def start(self):
        self.process = subprocess.Popen(["redis-server", self.config],
                                        stdin=subprocess.DEVNULL,
                                        stdout=subprocess.DEVNULL)
        deadline = time.monotonic() + SECONDS
        while not self.answers():
            if self.process.poll() is not None or time.monotonic() > deadline:
                with open(self.log, encoding="utf-8") as log:
                    raise AssertionError(f"no redis-server: {log.read()}")
            time.sleep(0.02)

    def answers(self):
        with socket.socket(socket.AF_UNIX) as peer:
            peer.settimeout(SECONDS)
            try:
                peer.connect(self.path)
                peer.sendall(b"PING\r\n")
                return peer.recv(100)[:1] in (b"+", b"-")
            except OSError:
                return False

    def stop(self):
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()
            self.process.wait(SECONDS)

    def kill(self):
        self.process.kill()
        self.process.wait(SECONDS)


@contextlib.contextmanager
def redis_server(*lines):
    with tempfile.TemporaryDirectory(prefix="bight-") as folder:
        server = RedisServer(folder, *lines)
        try:
            server.start()
            yield server
        finally:
            server.stop()


class Follower:
    """The example, while it runs."""

    def __init__(self, server, *arguments, options=()):
        self.process = subprocess.Popen(
            [EXAMPLE, *options, f"unix:{server.path}", *arguments],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, bufsize=0)
        self.seen = b""

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        self.process.stdout.close()
        self.process.stderr.close()

    def reads(self, line):
        deadline = time.monotonic() + SECONDS
        wanted = line.encode() + b"\n"
        while wanted not in self.seen:
            left = deadline - time.monotonic()
            if left <= 0 or not select.select([self.process.stdout], [], [],
                                              left)[0]:
                raise AssertionError(f"no {wanted!r} in {self.seen!r}")
            chunk = os.read(self.process.stdout.fileno(), 65536)
            if not chunk:
                raise AssertionError(f"eof, no {wanted!r} in {self.seen!r}")
            self.seen += chunk
        self.seen = self.seen.split(wanted, 1)[1]

    def ends(self, code):
        errors = self.process.stderr.read().decode()
        if self.process.wait(SECONDS) != code:
            raise AssertionError(f"exit {self.process.returncode}: {errors}")
        return errors


def call(server, *words, options=()):
    return subprocess.run([EXAMPLE, *options, f"unix:{server.path}", *words],
                          capture_output=True, timeout=SECONDS, check=False)


class Commands(unittest.TestCase):
    def check(self, server, words, printed, options=()):
        done = call(server, *words, options=options)
        self.assertEqual(done.stderr.decode(), "")
        self.assertEqual(done.stdout.decode(), printed)
        self.assertEqual(done.returncode, 0)

    def refused(self, server, words, error, options=()):
        done = call(server, *words, options=options)
        self.assertIn(error, done.stderr.decode())
        self.assertEqual(done.stdout, b"")
        self.assertEqual(done.returncode, 1)

    def test_values_and_errors_in_both_protocols(self):
        with redis_server() as server:
            for options in (), ("-2",):
                say = lambda *words, printed: self.check(server, words, printed,
                                                         options)
                say("SET", "k", "v", printed="OK\n")
                say("GET", "k", printed="v\n")
                say("GET", "none", printed="(none)\n")
                say("DEL", "k", "l", printed="1\n")
                say("RPUSH", "l", "a", "", "c", printed="3\n")
                say("LRANGE", "l", "0", "-1", printed=" a\n \n c\n")
                say("EVAL", "return {1,{2,{3}},'x'}", "0",
                    printed=" 1\n  2\n   3\n x\n")
                self.refused(server, ["INCR", "l"], "(WRONGTYPE)", options)
                self.refused(server, ["NOSUCH"], "ERR unknown command", options)
                say("DEL", "l", printed="1\n")
            self.check(server, ["EVAL", "redis.setresp(3); return "
                                "redis.call('ECHO', 'x')", "0"], "x\n")

    def test_large_values_both_ways(self):
        with redis_server() as server:
            self.check(server, ["SETRANGE", "big", "5000000", "end"],
                       "5000003\n")
            done = call(server, "GET", "big")
            self.assertEqual(done.stdout, bytes(5000000) + b"end\n")
            large = "x" * 100000
            self.check(server, ["SET", "k", large], "OK\n")
            self.check(server, ["GET", "k"], large + "\n")

    def test_passwords_users_and_databases(self):
        with redis_server("requirepass secret",
                          "user ann on >word ~* +@all") as server:
            self.check(server, ["SET", "k", "3"], "OK\n",
                       ["-a", "secret", "-n", "3"])
            self.check(server, ["GET", "k"], "3\n",
                       ["-u", "ann", "-a", "word", "-n", "3"])
            self.check(server, ["GET", "k"], "(none)\n",
                       ["-2", "-u", "ann", "-a", "word"])
            self.check(server, ["ACL", "WHOAMI"], "ann\n",
                       ["-u", "ann", "-a", "word"])
            for options in (["-a", "wrong"], ["-2", "-a", "wrong"]):
                self.refused(server, ["GET", "k"], "(WRONGPASS)", options)
            self.refused(server, ["GET", "k"], "(NOAUTH)")
            self.refused(server, ["GET", "k"], "(REPLY)",
                         ["-a", "secret", "-n", "9999"])

    def test_a_killed_server_leaves_no_doubt_about_a_command(self):
        with redis_server() as server:
            with Follower(server, "BLPOP", "nothing", "0") as waiting:
                self.wait_for(server, ["CLIENT", "LIST"], b"cmd=blpop")
                server.kill()
                self.assertIn("(LOST)", waiting.ends(1))

    def wait_for(self, server, words, expected):
        deadline = time.monotonic() + SECONDS
        while expected not in call(server, *words).stdout:
            self.assertLess(time.monotonic(), deadline)
            time.sleep(0.02)


class Subscriptions(unittest.TestCase):
    def publish(self, server, text):
        """Until somebody has heard it."""
        deadline = time.monotonic() + SECONDS
        while call(server, "PUBLISH", "news", text).stdout != b"1\n":
            self.assertLess(time.monotonic(), deadline)
            time.sleep(0.05)

    def check_restarts(self, options, end):
        with redis_server() as server:
            with Follower(server, "follow", "news", options=options) as one:
                one.reads("following")
                for turn in range(3):
                    self.publish(server, f"before {turn}")
                    one.reads(f"news: before {turn}")
                    end(server)
                    server.start()
                    self.publish(server, f"after {turn}")
                    one.reads(f"news: after {turn}")
                self.publish(server, "bye")
                one.reads("news: bye")
                self.assertEqual(one.ends(0), "")

    def test_they_outlive_restarts_of_the_server(self):
        self.check_restarts((), RedisServer.stop)

    def test_they_outlive_its_death_in_resp2(self):
        self.check_restarts(("-2",), RedisServer.kill)


if __name__ == "__main__":
    if not shutil.which("redis-server"):
        print("no redis-server (apt: redis-server)")
        sys.exit(77)
    unittest.main()
