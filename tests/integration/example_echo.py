#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The echo server of README.md does what it says."""

import os
import subprocess
import unittest

import serving

EXAMPLE = os.path.join(os.environ.get("BIGHT_BUILD_DIR", "build"),
                       "examples", "echo")


class Example(unittest.TestCase):
    def test_it_echoes_and_says_what_is_wrong(self):
        with subprocess.Popen([EXAMPLE, "0"], stdout=subprocess.PIPE,
                              text=True) as process:
            try:
                word, url = process.stdout.readline().rsplit(" ", 1)
                self.assertEqual(word, "listening on")
                port = url.strip().rsplit(":", 1)[1]
                with serving.connect(f"tcp://127.0.0.1:{port}") as peer:
                    serving.assert_echoes(peer, bytes(range(256)) * 5000)
                second = subprocess.run(
                    [EXAMPLE, port], capture_output=True, text=True,
                    timeout=serving.SECONDS, check=False)
            finally:
                process.terminate()
        self.assertEqual(second.returncode, 1)
        self.assertEqual(second.stderr,
                         f"echo: listen tcp:127.0.0.1:{port}: address already "
                         "in use (EADDRINUSE)\n")


if __name__ == "__main__":
    unittest.main()
