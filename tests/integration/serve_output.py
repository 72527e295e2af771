#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""What it says: banner, events, access log, trace, help, version."""

import json
import os
import re
import signal
import subprocess
import unittest

import serving
from serving import BIGHT, Server, run


class Output(unittest.TestCase):
    def lines(self, path):
        with open(path, encoding="utf-8") as file:
            return file.read().splitlines()

    def test_a_listening_event_tells_url_port_and_pid(self):
        with serving.folder() as folder:
            path = folder + '/a "b"\\\\c'
            with Server("echo", "tcp:127.0.0.1:0", f"unix:{path}",
                        sockets=2) as server:
                tcp, unix = server.listening
                self.assertEqual(list(tcp), ["event", "url", "port", "pid"])
                self.assertEqual(tcp["event"], "listening")
                self.assertEqual(tcp["url"], f"tcp://127.0.0.1:{tcp['port']}")
                self.assertGreater(tcp["port"], 0)
                self.assertEqual(tcp["pid"], server.pid)
                self.assertEqual(unix["url"],
                                 "unix:" + path.replace("\\\\", "\\"))
                self.assertEqual(unix["port"], 0)
                server.connect(1).close()

    def test_with_json_stdout_has_json_lines_only(self):
        with Server("echo", "tcp:127.0.0.1:0",
                    options=["--access-log", "-"]) as server:
            with server.connect() as peer:
                serving.assert_echoes(peer)
            closed = server.event()
            self.assertEqual(
                {key: closed[key] for key in
                 ("event", "proto", "reason", "who", "in", "out", "unsent")},
                {"event": "closed", "proto": "echo", "reason": "EOF",
                 "who": "peer", "in": 6, "out": 6, "unsent": 0})
            self.assertRegex(closed["peer"], r"^127\.0\.0\.1:\d+$")
            self.assertIsInstance(closed["ms"], int)
            server.stop()
            self.assertEqual(server.event()["event"], "stopped")
            server.expect(0)
            self.assertEqual(server.log(), "")

    def test_quiet_says_nothing(self):
        with Server("echo", "tcp:127.0.0.1:0", options=["-q"]) as server:
            with server.connect() as peer:
                serving.assert_echoes(peer)
            server.stop()
            server.expect(0)
            self.assertEqual(server.log(), "")

    def test_the_access_log_goes_to_a_file_and_is_appended_to(self):
        with serving.folder() as folder:
            path = folder + "/access"
            for _ in range(2):
                with Server("echo", "tcp:127.0.0.1:0",
                            options=["--access-log", path]) as server:
                    with server.connect() as peer:
                        serving.assert_echoes(peer)
            lines = self.lines(path)
            self.assertEqual(len(lines), 2)
            for line in lines:
                self.assertRegex(line, r"^\d\d:\d\d:\d\d\.\d\d\d 127\.0\.0\.1:"
                                       r"\d+ echo closed EOF in=6 out=6 \d+ms$")

    def test_log_format_json_makes_each_line_of_stderr_json(self):
        with Server("echo", "tcp:127.0.0.1:0", options=[
                "--log-format=json", "--trace=text"]) as server:
            with server.connect() as peer:
                serving.assert_echoes(peer, b'\x1b[31m"\xff\n')
            server.logged('"event":"closed"')
            events = [json.loads(line) for line in server.log().splitlines()]
            self.assertEqual([e["event"] for e in events],
                             ["trace", "trace", "closed"])

    def test_trace_shows_what_passes_and_escapes_it(self):
        with Server("echo", "tcp:127.0.0.1:0", options=["--trace=text"]) as s, \
                s.connect() as peer:
            serving.assert_echoes(peer, b"a\x1b[31mb\n")
            s.logged(r'info trace .* way=in bytes=8 text="a\\x1b\[31mb\\n"$')
            s.logged(r"info trace .* way=out bytes=8 ")
        with Server("echo", "tcp:127.0.0.1:0", options=["--trace", "hex"]) \
                as s, s.connect() as peer:
            serving.assert_echoes(peer, b"\x00\xffA")
            s.logged(r"info trace .* way=in bytes=3 hex=00ff41$")

    def test_the_banner_is_short_and_names_every_url(self):
        with serving.folder() as folder:
            with open(folder + "/err", "wb") as errors:
                process = subprocess.Popen(
                    [BIGHT, "serve", "echo", "tcp:127.0.0.1:0",
                     f"unix:{folder}/s", "tcp:0"],
                    stdout=subprocess.PIPE, stderr=errors)
            serving.wait_until(lambda: len(self.lines(folder + "/err")) >= 3,
                               "the banner")
            process.send_signal(signal.SIGTERM)
            stdout = process.communicate(timeout=serving.SECONDS)[0]
            self.assertEqual((process.returncode, stdout), (0, b""))
            lines = self.lines(folder + "/err")
            self.assertRegex(lines[0], r"^bight \d+\.\d+\.\d+  echo  .*862")
            self.assertRegex(lines[1], r"^  ➜ tcp://127\.0\.0\.1:\d+  unix:"
                             + re.escape(folder) + r"/s  tcp://127\.0\.0\.1:"
                             r"\d+.*  \(local only; --public to expose\)")
            self.assertEqual(lines[2], f"  pid {process.pid} - Ctrl-C to stop,"
                                       " again to stop at once")
            self.assertEqual(lines[3], "bight: stopped after 0 connections")

    def test_a_closed_descriptor_is_nobody_else_s(self):
        with serving.folder() as folder:
            command = (f"exec {BIGHT} serve echo unix:{folder}/s "
                       f"--access-log {folder}/log <&- >&- 2>&-")
            with subprocess.Popen(["sh", "-c", command]) as process:
                serving.wait_until(lambda: os.path.exists(folder + "/s"),
                                   "it listens")
                with serving.connect(f"unix:{folder}/s") as peer:
                    serving.assert_echoes(peer)
                    for fd in range(3):
                        self.assertEqual(
                            os.readlink(f"/proc/{process.pid}/fd/{fd}"),
                            "/dev/null")
                process.terminate()
                self.assertEqual(process.wait(serving.SECONDS), 0)

    def test_events_that_nobody_can_get_are_no_success(self):
        command = f"exec {BIGHT} serve echo tcp:127.0.0.1:0 --json >&-"
        result = subprocess.run(["sh", "-c", command], capture_output=True,
                                text=True, timeout=serving.SECONDS,
                                check=False)
        self.assertEqual(result.returncode, 74, result.stderr)

    def test_output_that_is_lost_is_no_success(self):
        for words in (("help", "serve"), ("version",), ("list",)):
            with open("/dev/full", "w", encoding="ascii") as full:
                result = subprocess.run([BIGHT, *words], stdout=full,
                                        stderr=subprocess.PIPE, text=True,
                                        timeout=serving.SECONDS, check=False)
            self.assertEqual(result.returncode, 74, words)
            self.assertIn("write to stdout: no space left", result.stderr)

    def test_version(self):
        for word in ("version", "--version", "-V"):
            result = run(word)
            self.assertEqual(result.returncode, 0)
            self.assertRegex(result.stdout,
                             r"^bight \d+\.\d+\.\d+\nlibuv 1\.\d+\.\d+\n"
                             r"(?:.*\n)?plugin ABI \d+\.\d+\n$")

    def test_help_is_on_stdout_and_fits_80_columns(self):
        texts = [run("help", "serve"), run("serve", "--help"),
                 run("serve", "-h")]
        self.assertEqual(len({text.stdout for text in texts}), 1)
        texts += [run("help"), run("--help"), run("-h")]
        for text in texts:
            self.assertEqual((text.returncode, text.stderr), (0, ""))
            self.assertIn("usage: bight serve", text.stdout)
            self.assertLessEqual(max(map(len, text.stdout.splitlines())), 80)
        for option in ("listen", "public", "json", "quiet", "max-conn",
                       "idle-timeout", "drain-timeout", "access-log"):
            self.assertIn("--" + option, texts[0].stdout)

    def test_no_words_at_all_are_answered_with_the_usage(self):
        result = run()
        self.assertEqual((result.returncode, result.stdout), (64, ""))
        self.assertTrue(result.stderr.startswith("usage: bight serve"))
        self.assertLessEqual(len(result.stderr.splitlines()), 5)

    def test_a_protocol_s_name_serves_it(self):
        result = subprocess.Popen([BIGHT, "echo", "tcp:127.0.0.1:0", "--json"],
                                  stdout=subprocess.PIPE)
        self.assertEqual(json.loads(result.stdout.readline())["event"],
                         "listening")
        os.kill(result.pid, signal.SIGTERM)
        result.communicate(timeout=serving.SECONDS)
        self.assertEqual(result.returncode, 0)


if __name__ == "__main__":
    unittest.main()
