#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The examples that are tasks do what they say, and the same client three ways
does the same."""

import os
import socket
import subprocess
import time
import unittest

import serving
from serving import SECONDS, Server

EXAMPLES = os.path.join(os.environ.get("BIGHT_BUILD_DIR", "build"), "examples")


def run(name, *arguments):
    return subprocess.run([os.path.join(EXAMPLES, name), *arguments],
                          capture_output=True, text=True, timeout=SECONDS,
                          check=False)


class ThreeWays(unittest.TestCase):
    WAYS = ("ask_uv", "ask_deferred", "ask_await")

    def test_each_is_answered(self):
        with Server("echo", "tcp:127.0.0.1:0") as server:
            for way in self.WAYS:
                done = run(way, str(server.port))
                self.assertEqual((done.returncode, done.stdout), (0, "PING\n"))

    def test_each_has_a_deadline(self):
        with Server("discard", "tcp:127.0.0.1:0") as server:
            for way in self.WAYS:
                begin = time.monotonic()
                done = run(way, str(server.port))
                self.assertEqual(done.returncode, 1)
                self.assertIn("timed out", done.stderr)
                self.assertGreaterEqual(time.monotonic() - begin, 0.3)

    def test_each_says_that_nobody_is_there(self):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))  # and does not listen
            for way in self.WAYS:
                done = run(way, str(free.getsockname()[1]))
                self.assertEqual(done.returncode, 1)
                self.assertIn("connection refused", done.stderr)


class Finger(unittest.TestCase):
    def test_it_asks_and_prints(self):
        folder = self.enterContext(serving.folder())
        people = os.path.join(folder, "people")
        os.mkdir(people)
        with open(os.path.join(people, "ann"), "w", encoding="ascii") as file:
            file.write("Ann Example\n")
        with Server("finger", "tcp:127.0.0.1:0",
                    options=("--people", people)) as server:
            place = f"tcp:127.0.0.1:{server.port}"
            self.assertEqual(run("finger", place).stdout,
                             "ann              Ann Example\n")
            self.assertIn("No plan.", run("finger", place, "ann").stdout)
        done = run("finger", "unix:" + folder + "/nobody")
        self.assertEqual(done.returncode, 1)
        self.assertIn("no such file", done.stderr)


class HttpDelay(unittest.TestCase):
    def setUp(self):
        process = subprocess.Popen(
            [os.path.join(EXAMPLES, "http_delay"), "tcp:127.0.0.1:0"],
            stdout=subprocess.PIPE, text=True)
        self.addCleanup(process.stdout.close)
        self.addCleanup(process.wait)
        self.addCleanup(process.terminate)
        line = process.stdout.readline()
        self.url = "http://" + line.strip().removeprefix("listening on tcp:")

    def curl(self, path, *options):
        return subprocess.run(["curl", "-sS", "--max-time", str(SECONDS),
                               *options, self.url + path],
                              capture_output=True, text=True, check=False)

    def test_each_route(self):
        begin = time.monotonic()
        self.assertEqual(self.curl("/delay/1").stdout, "here I am\n")
        self.assertGreaterEqual(time.monotonic() - begin, 1)
        self.assertEqual(self.curl("/count/2").stdout, "1\n2\n")
        self.assertEqual(self.curl("/echo", "-d", "hello").stdout, "hello")
        self.assertIn("400", self.curl("/delay/99", "-i").stdout)


if __name__ == "__main__":
    unittest.main()
