#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Config files and the environment: what counts, and what is wrong."""

import os
import re
import unittest

import connecting
import serving
from serving import Server, run

# A line of a file, and the three lines that it gets. {} is the file.
FAULTS = [
    ("listne = tcp:0", "unknown option 'listne'",
     "^~~~~~  did you mean 'listen'?"),
    ("listen = tpc:1", "unknown endpoint type 'tpc'",
     "         ^~~  did you mean 'tcp'?  known: "),
    ('listen = "tcp:0:backlgo=3"', "unknown key 'backlgo' of tcp",
     "                ^~~~~~~  did you mean 'backlog'?  known: backlog "
     "interface keepalive nodelay reuseaddr reuseport"),
    ("max-conn = lots", "max-conn: 'lots' is not a number",
     "           ^~~~  like 42"),
    ("max-conn-per-host = 0", "max-conn-per-host: '0' is out of range",
     "                    ^  from 1 to 10000000"),
    ("trace: hex", "a '=' is missing", "     ^  write NAME = VALUE"),
    ("user = 'root", "the quote is not closed", "       ^"),
    ("help = yes", "'help' cannot be set in a file", "^~~~"),
    ("max-conn = 3", "'max-conn' is set twice", "^~~~~~~~  first in line 4"),
    ("[ehco]", "unknown protocol 'ehco'", " ^~~~  did you mean 'echo'?"),
    ("[echo", "a ']' is missing", "     ^  write [SECTION]"),
]


class Config(unittest.TestCase):
    def setUp(self):
        self.folder = self.enterContext(serving.folder())
        self.path = self.folder + "/bight.ini"

    def write(self, *lines):
        with open(self.path, "w", encoding="utf-8") as file:
            file.write("".join(line + "\n" for line in lines))
        return self.path

    def origins(self, *words, env=None):
        """NAME: (VALUE, ORIGIN) of --show-origin."""
        result = run(*words, "--show-origin",
                     env=dict(os.environ, **(env or {})))
        self.assertEqual((result.returncode, result.stderr), (0, ""))
        found = re.findall(r"^#?([\w-]+) = (.*?) +# (.*)$", result.stdout, re.M)
        return [(name, value, origin) for name, value, origin in found]

    def origin(self, name, *words, env=None):
        return [(value, origin) for at, value, origin
                in self.origins(*words, env=env) if at == name]

    def test_each_of_many_faults_is_told_with_its_place(self):
        path = self.write(*[line for line, _, _ in FAULTS])
        for words in (["check", "--config", path], ["echo", "-c", path],
                      ["serve", "echo", "tcp:0", f"--config={path}"]):
            result = run(*words)
            self.assertEqual((result.returncode, result.stdout), (78, ""))
            lines = serving.told(result.stderr)
            self.assertEqual(len(lines), 3 * len(FAULTS) + 1, result.stderr)
            for i, (text, message, caret) in enumerate(FAULTS):
                self.assertEqual(lines[3 * i],
                                 f"bight: {path}:{i + 1}: {message}")
                self.assertEqual(lines[3 * i + 1], "  " + text)
                self.assertTrue(lines[3 * i + 2].startswith("  " + caret),
                                lines[3 * i + 2])
            self.assertEqual(
                lines[-1], f"bight: config {path}: {len(FAULTS)} faults")

    def test_a_file_without_faults_is_fine(self):
        path = self.write("# as in the reference", "listen = tcp:0",
                          "idle-timeout = 30s ; a comment", "[echo]")
        result = run("check", "--config", path)
        self.assertEqual((result.returncode, result.stdout, result.stderr),
                         (0, f"{path}: fine\n", ""))

    def test_a_file_that_is_not_there(self):
        result = run("check", "-c", self.folder + "/none")
        self.assertEqual((result.returncode, result.stdout), (66, ""))
        self.assertRegex(result.stderr, r"^bight: config .*/none: .*ENOENT")
        result = run("check", "-c", self.folder)
        self.assertEqual(result.returncode, 66)

    def test_a_file_without_end(self):
        result = run("check", "-c", "/dev/zero")
        self.assertEqual((result.returncode, result.stderr),
                         (78, "bight: config /dev/zero: larger than 1M\n"))

    def test_a_file_serves(self):
        path = self.write("listen = tcp:127.0.0.1:0",
                          f"listen = unix:{self.folder}/s", "json = yes",
                          f'access-log = "{self.folder}/a log"')
        with Server("echo", options=["--config", path], sockets=2) as server:
            with server.connect(1) as peer:
                serving.assert_echoes(peer)
        with open(self.folder + "/a log", encoding="utf-8") as file:
            self.assertIn("closed EOF in=6 out=6", file.read())

    def test_a_flag_counts_more_than_the_environment_and_that_than_a_file(self):
        path = self.write("max-conn = 1")
        words = ["check", "echo", "-c", path]
        env = {"BIGHT_MAX_CONN": "2"}
        self.assertEqual(self.origin("max-conn", "check", "echo"),
                         [("10240", "default")])
        self.assertEqual(self.origin("max-conn", *words),
                         [("1", f"{path}:1")])
        self.assertEqual(self.origin("max-conn", *words, env=env),
                         [("2", "BIGHT_MAX_CONN")])
        self.assertEqual(
            self.origin("max-conn", *words, "--max-conn=3", env=env),
            [("3", "command line")])

    def test_places_of_one_origin_are_instead_of_all_others(self):
        path = self.write("listen = tcp:1", "listen = tcp:2")
        words = ["check", "echo", "-c", path]
        env = {"BIGHT_LISTEN": "tcp:3"}
        self.assertEqual(self.origin("listen", *words),
                         [("tcp:1", f"{path}:1"), ("tcp:2", f"{path}:2")])
        self.assertEqual(self.origin("listen", *words, env=env),
                         [("tcp:3", "BIGHT_LISTEN")])
        self.assertEqual(self.origin("listen", *words, "tcp:4", "-ltcp:5",
                                     env=env),
                         [("tcp:4", "command line"),
                          ("tcp:5", "command line")])

    def test_the_environment_names_the_file(self):
        path = self.write("max-conn = 7")
        self.assertEqual(self.origin("max-conn", "check", "echo",
                                     env={"BIGHT_CONFIG": path}),
                         [("7", f"{path}:1")])

    def test_what_is_shown_is_a_config_file_that_gives_the_same(self):
        path = self.write("listen = unix:/x", "quiet = yes",
                          'access-log = "a \\"b\\" #c"', "duration = 90s")
        shown = run("check", "echo", "-c", path, "--show-origin").stdout
        again = self.write(shown)
        self.assertEqual(run("check", "-c", again).returncode, 0)
        strip = re.compile(r" +# [^#]*$", re.M)
        self.assertEqual(
            strip.sub("", run("check", "echo", "-c", again,
                              "--show-origin").stdout),
            strip.sub("", shown))

    def test_what_a_terminal_would_obey_is_shown_escaped_and_whole(self):
        name = "a\x1b[2J\x7f\r\t\x9b " + 1200 * "long"
        shown = run("check", "echo", "--show-origin", "--pidfile", name).stdout
        self.assertRegex(shown, r'pidfile = "a\\x1b\[2J\\x7f\\x0d\\t\\xc2\\x9b '
                         r'(long){1200}" +# command line\n')
        for c in shown:
            self.assertTrue(c == "\n" or c.isprintable(), repr(c))

    def test_what_was_shown_escaped_is_read_as_it_was(self):
        path = self.write('pidfile = "a\\x1b[2J\\x7f\\x0d\\xc2\\x9b"')
        shown = run("check", "echo", "-c", path, "--show-origin").stdout
        self.assertIn('pidfile = "a\\x1b[2J\\x7f\\x0d\\xc2\\x9b"', shown)

    def test_a_slip_in_the_name_of_a_variable_is_told(self):
        port = connecting.free_port()
        for words in (("check", "lines"), ("connect", f"tcp:127.0.0.1:{port}")):
            result = run(*words, env=dict(
                os.environ, BIGHT_LISTN="tcp:1", BIGHT_LINES_HISTRY="7",
                BIGHT_TOKEN_OF_MINE="x", BIGHT_HISTORY="3"))
            self.assertNotIn("tcp:1\n", result.stderr)
            said = [line for line in result.stderr.splitlines()
                    if "did you mean" in line]
            self.assertIn("bight: BIGHT_LISTN is not known and not used; did "
                          "you mean BIGHT_LISTEN?", said)
            self.assertEqual(len(said), 2 if words[1] == "lines" else 1, said)
            self.assertEqual(result.returncode, 0 if words[1] == "lines" else
                             69)

    def test_a_protocol_s_own_variable_comes_first(self):
        env = dict(os.environ, BIGHT_HISTORY="3", BIGHT_LINES_HISTORY="7")
        for name, value in (("BIGHT_LINES_HISTORY", "7"),
                            ("BIGHT_HISTORY", "3")):
            shown = run("check", "lines", "--show-origin", env=env).stdout
            self.assertRegex(shown, rf"\nhistory = {value} +# {name}\n")
            del env[name]

    def test_a_mistake_in_the_environment(self):
        env = dict(os.environ, BIGHT_MAX_CONN="lots", BIGHT_LISTEN="tpc:1")
        result = run("serve", "echo", env=env)
        self.assertEqual((result.returncode, result.stdout), (78, ""))
        lines = serving.told(result.stderr)
        self.assertEqual(lines[:2],
                         ["bight: environment: unknown endpoint type 'tpc'",
                          "  BIGHT_LISTEN=tpc:1"])
        self.assertTrue(lines[2].startswith("               ^~~  did you"))
        self.assertEqual(
            lines[3:], ["bight: environment: max-conn: 'lots' is not a number",
                        "  BIGHT_MAX_CONN=lots",
                        "                 ^~~~  like 42"])

    def test_an_empty_variable_is_none(self):
        env = dict(os.environ, BIGHT_MAX_CONN="")
        self.assertEqual(run("check", "echo", env=env).returncode, 0)


if __name__ == "__main__":
    unittest.main()
