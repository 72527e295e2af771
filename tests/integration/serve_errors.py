#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""What bad input gets: a message, the text, a caret; never a server."""

import os
import re
import resource
import socket
import subprocess
import unittest

import serving
from serving import BIGHT, Server, run

# Words after `bight`, and the three lines on stderr: caret and marks under the
# fault, then the hint. What there is may grow: {protocols} are all of them.
USAGE = [
    (["srve"], "unknown command 'srve'", "srve",
     "^~~~  did you mean 'serve'?  known: {commands}"),
    (["help", "serv"], "unknown help topic 'serv'", "serv",
     "^~~~  did you mean 'serve'?"),
    (["serve"], "serve needs a protocol", "bight serve ",
     "            ^  known: {protocols}"),
    (["serve", "ehco", "tcp:0"], "unknown protocol 'ehco'", "ehco",
     "^~~~  did you mean 'echo'?  known: {protocols}"),
    (["serve", "echo"], "nowhere to listen", "bight serve echo ",
     "                 ^  add --listen tcp:PORT or --listen unix:PATH"),
    (["serve", "echo", "--listen", "tpc:8080"],
     "unknown endpoint type 'tpc' in --listen", "tpc:8080",
     "^~~  did you mean 'tcp'?  known: {kinds}"),
    (["serve", "echo", "tpc:8080"], "unknown endpoint type 'tpc'", "tpc:8080",
     "^~~  did you mean 'tcp'?  known: {kinds}"),
    (["serve", "echo", "-l8080"],
     "no endpoint type before '8080' in --listen", "8080",
     "^~~~  did you mean 'tcp:8080'?"),
    (["serve", "echo", "memory:x"], "endpoint type 'memory' cannot be served",
     "memory:x", "^~~~~~~~  it ends at this process"),
    (["serve", "echo", "tcp:0", "--listen=tcp:0:backlgo=3"],
     "unknown key 'backlgo' of tcp in --listen", "tcp:0:backlgo=3",
     "      ^~~~~~~  did you mean 'backlog'?  known: backlog interface "
     "keepalive nodelay reuseaddr reuseport"),
    (["serve", "echo", "tcp:99999"],
     "port '99999' is not a number up to 65535", "tcp:99999", "    ^~~~~  like 8080"),
    (["serve", "echo", "tcp:[::1:80"], None, "tcp:[::1:80", "    ^"),
    (["serve", "echo", "unix"], "too few arguments for unix", "unix",
     "    ^  write unix:PATH, then keys"),
    (["serve", "echo", "tcp:0", "--max-con", "3"],
     "unknown option '--max-con'", "--max-con",
     "^~~~~~~~~  did you mean '--max-conn'?"),
    (["serve", "echo", "tcp:0", "--frobnicate=3"],
     "unknown option '--frobnicate'", "--frobnicate=3",
     "^~~~~~~~~~~~  see: bight help serve"),
    (["serve", "echo", "tcp:0", "-qz"], "unknown option '-z'", "-qz",
     "  ^  known: -l -c -q -v -n -h"),
    (["serve", "echo", "--listen"], "--listen needs a value", "--listen",
     "        ^  where to listen; may be repeated"),
    (["serve", "echo", "tcp:0", "--max-conn=abc"],
     "max-conn: 'abc' is not a number", "--max-conn=abc",
     "           ^~~  like 42"),
    (["serve", "echo", "tcp:0", "--max-conn", "0"],
     "max-conn: '0' is out of range", "--max-conn 0",
     "           ^  from 1 to 10000000"),
    (["serve", "echo", "tcp:0", "--idle-timeout", "10x"],
     "idle-timeout: '10x' is not a duration", "--idle-timeout 10x",
     "                 ^  like 10s, 500ms"),
    (["serve", "echo", "tcp:0", "--drain-timeout=5"],
     "drain-timeout: '5' is not a duration", "--drain-timeout=5",
     "                 ^  like 10s, 500ms"),
    (["serve", "echo", "tcp:0", "--log-format", "xml"],
     "log-format: 'xml' is none of its values", "--log-format xml",
     "             ^~~  known: text json"),
    (["serve", "echo", "tcp:0", "--json=maybe"],
     "json: 'maybe' is not a truth value", "--json=maybe",
     "       ^~~~~  like yes, no"),
    (["serve", "echo", "tcp:0", "--access-log="],
     "access-log: the path is empty", "--access-log=", "             ^"),
]


def one_descriptor_too_few():
    resource.setrlimit(resource.RLIMIT_NOFILE, (12, 12))


def names(*words):
    """The words that lines of its output begin with, after two blanks or none,
    up to an empty line."""
    text = run(*words).stdout
    if "Commands:" in text:
        text = text.split("Commands:\n")[1].split("\n\n")[0]
    return " ".join(re.findall(r"(?m)^ {0,2}([a-z]+) ", text))


def kinds():
    result = run("info", "no-such-kind").stderr.split("known: ")[1]
    return " ".join(result.split()[len(names("list").split()):])


class Errors(unittest.TestCase):
    def assert_failed(self, result, code, pattern):
        self.assertEqual((result.returncode, result.stdout), (code, ""),
                         result.stderr)
        self.assertRegex(result.stderr, r"\A" + pattern + r"\n\Z")

    def test_each_mistake_has_its_message_its_caret_and_64(self):
        known = {"protocols": names("list"), "commands": names("help"),
                 "kinds": kinds()}
        for words, message, text, caret in USAGE:
            caret = caret.format(**known)
            with self.subTest(words=words):
                result = run(*words)
                self.assertEqual((result.returncode, result.stdout), (64, ""))
                lines = serving.told(result.stderr)
                self.assertEqual(len(lines), 3, result.stderr)
                self.assertTrue(lines[0].startswith("bight: "))
                if message is not None:
                    self.assertEqual(lines[0], "bight: " + message)
                self.assertEqual(lines[1], "  " + text)
                if message is not None:
                    self.assertEqual(lines[2], "  " + caret)
                else:
                    self.assertTrue(lines[2].startswith("  " + caret))

    def test_a_terminal_obeys_nothing_that_it_prints(self):
        result = run("serve", "echo", "tcp:\x1b[31m")
        self.assertEqual(result.returncode, 64)
        self.assertNotIn("\x1b", result.stderr)

    def test_a_port_in_use_is_named_with_its_holder(self):
        with Server("echo", "tcp:127.0.0.1:0") as server:
            at = f"127.0.0.1:{server.port}"
            self.assert_failed(
                run("serve", "echo", "tcp:" + at), 69,
                rf"bight: listen tcp:{at}: address already in use "
                rf"\(EADDRINUSE\): held by pid {server.pid} \(bight\)")
            self.assert_failed(
                run("serve", "echo", f"tcp:{server.port}", "--public"), 69,
                rf"bight: listen tcp:\[::\]:{server.port}: address already "
                rf"in use \(EADDRINUSE\): held by pid {server.pid} \(bight\)")

    def test_the_holder_of_an_ipv4_port_is_in_the_way_of_ipv6(self):
        with socket.create_server(("0.0.0.0", 0)) as held:
            port = held.getsockname()[1]
            for host in ("[::]", "[::ffff:127.0.0.1]"):
                self.assert_failed(
                    run("serve", "echo", f"tcp:{host}:{port}"), 69,
                    rf"bight: listen tcp:.*:{port}: address already in use "
                    rf"\(EADDRINUSE\): held by pid {os.getpid()} \(.*\)")

    def test_a_letter_of_two_bytes_is_shown_whole(self):
        result = run("serve", "echo", "-\u00e9")
        self.assertEqual(result.returncode, 64)
        self.assertIn("unknown option '-\u00e9'", result.stderr)

    def test_an_address_given_twice(self):
        with serving.folder() as folder:
            self.assert_failed(
                run("serve", "echo", *[f"unix:{folder}/s"] * 2), 69,
                rf"bight: listen unix:{folder}/s: address already in use "
                r"\(EADDRINUSE\): by this very command")
            self.assertEqual(os.listdir(folder), [])

    def test_a_socket_file_in_use_is_named_with_its_holder(self):
        with serving.folder() as folder:
            with Server("echo", f"unix:{folder}/s") as server:
                self.assert_failed(
                    run("serve", "echo", f"unix:{folder}/s"), 69,
                    rf"bight: listen unix:{folder}/s: address already in use "
                    rf"\(EADDRINUSE\): held by pid {server.pid} \(bight\)")
                with server.connect() as peer:
                    serving.assert_echoes(peer)

    def test_a_file_that_is_no_socket_is_left_alone(self):
        with serving.folder() as folder:
            with open(folder + "/s", "w", encoding="ascii") as file:
                file.write("precious")
            self.assert_failed(
                run("serve", "echo", f"unix:{folder}/s"), 73,
                rf"bight: listen unix:{folder}/s: file exists \(EEXIST\)")
            self.assertEqual(os.listdir(folder), ["s"])
            self.assertEqual(os.path.getsize(folder + "/s"), 8)

    def test_nothing_is_left_of_those_that_could_listen(self):
        with serving.folder() as folder, \
                Server("echo", "tcp:127.0.0.1:0") as server:
            result = run("serve", "echo", f"unix:{folder}/s",
                         f"tcp:127.0.0.1:{server.port}", "--json")
            self.assertEqual((result.returncode, result.stdout), (69, ""))
            self.assertEqual(os.listdir(folder), [])

    def test_a_mistake_comes_before_anything_is_opened(self):
        with serving.folder() as folder:
            result = run("serve", "echo", f"unix:{folder}/s", "--access-log",
                         f"{folder}/log", "--listen", "tpc:1")
            self.assertEqual(result.returncode, 64)
            self.assertEqual(os.listdir(folder), [])

    def test_an_address_of_another_machine(self):
        self.assert_failed(
            run("serve", "echo", "tcp:192.0.2.1:0"), 69,
            r"bight: listen tcp:192\.0\.2\.1:0: .*\(EADDRNOTAVAIL\)")

    def test_a_name_that_nobody_has(self):
        self.assert_failed(run("serve", "echo", "tcp:name.invalid:0"), 69,
                           r"bight: listen tcp:name\.invalid:0: lookup "
                           r"name\.invalid: .*\(EAI_\w+\)")

    def test_what_could_not_be_done_is_told_before_and_not_passed(self):
        """By serve, by a dry run with serve's code, by check with 2."""
        folder = "its folder has to be there"
        missing = "no such file or directory"
        for words, code, message, path, hint in (
                (["echo", "unix:/nowhere/s"], 73, f"listen: {missing}",
                 "/nowhere/s", folder),
                (["echo", "tcp:0", "--access-log", "/nowhere/l"], 73,
                 f"access-log: {missing}", "/nowhere/l", folder),
                (["echo", "tcp:0", "--pidfile", "/nowhere/p"], 73,
                 f"pidfile: {missing}", "/nowhere/p", folder),
                (["echo", "tcp:0", "--chdir", "/nowhere"], 66,
                 f"chdir: {missing}", "/nowhere", ""),
                (["qotd", "tcp:0", "--file", "nowhere"], 66,
                 f"file: {missing}", "nowhere", ""),
                (["qotd", "tcp:0", "--file", "/"], 66,
                 "file: this is a folder", "/", "")):
            with self.subTest(words=words):
                told = [f"bight: {message}", "  " + path,
                        f"  ^{'~' * (len(path) - 1)}" + (hint and "  " + hint)]
                for command, wanted in ((["serve"], code), (["check"], 2),
                                        (["serve", "--dry-run"], code)):
                    result = run(*command, *words)
                    self.assertEqual((result.returncode, result.stdout),
                                     (wanted, ""))
                    self.assertEqual(result.stderr.splitlines(), told)

    def test_what_a_protocol_needs_has_to_be_given(self):
        told = ["bight: portforward needs --to", "  bight serve portforward ",
                " " * 26 + "^  the endpoint to connect to, as in tcp:HOST:PORT"]
        for words in (["serve"], ["check"], ["serve", "-n"]):
            result = run(*words, "portforward", "tcp:0")
            self.assertEqual((result.returncode, result.stdout), (64, ""))
            self.assertEqual(result.stderr.splitlines(), told)

    def test_an_endpoint_that_a_protocol_is_given(self):
        marks = "^~~  did you mean 'tcp'?  known: "
        for command in ("serve", "check"):
            result = run(command, "portforward", "tcp:0", "--to", "tpc:8")
            self.assertEqual(result.returncode, 64)
            lines = result.stderr.splitlines()
            self.assertEqual(lines[:2], ["bight: unknown endpoint type 'tpc'",
                                         "  --to tpc:8"])
            self.assertTrue(lines[2].startswith("       " + marks))
            result = run(command, "portforward", "tcp:0",
                         env=dict(os.environ, BIGHT_TO="tpc:8"))
            self.assertEqual(result.returncode, 78)
            lines = result.stderr.splitlines()
            self.assertEqual(
                lines[:2], ["bight: environment: unknown endpoint type 'tpc'",
                            "  BIGHT_TO=tpc:8"])
            self.assertTrue(lines[2].startswith(" " * 11 + marks))

    def test_a_stdout_that_takes_nothing(self):
        with open("/dev/full", "wb") as full:
            result = subprocess.run(
                [BIGHT, "serve", "echo", "tcp:127.0.0.1:0", "--json"],
                stdout=full, stderr=subprocess.PIPE, text=True, check=False,
                timeout=serving.SECONDS)
        self.assertEqual(result.returncode, 74)
        self.assertRegex(result.stderr, r"^bight: write to stdout: .*ENOSPC")

    def test_too_few_descriptors_to_listen(self):
        if serving.SANITIZED:
            self.skipTest("a sanitizer needs descriptors too")
        words = ["tcp:127.0.0.1:0"] * 12
        self.assert_failed(
            run("serve", "echo", *words, preexec_fn=one_descriptor_too_few),
            71, r"bight: .*\(EMFILE\)")

    def test_a_port_that_needs_a_privilege(self):
        with open("/proc/sys/net/ipv4/ip_unprivileged_port_start",
                  encoding="ascii") as file:
            if int(file.read()) <= 7:
                self.skipTest("every port is free for all here")
        def drop():
            if os.geteuid() == 0:
                os.setgroups([])
                os.setresuid(65534, 65534, 65534)
        if os.geteuid() == 0 and not readable_by_all(BIGHT):
            self.skipTest("nobody else may run it here")
        self.assert_failed(run("serve", "echo", "tcp:127.0.0.1:7",
                               preexec_fn=drop), 77,
                           r"bight: listen tcp:127\.0\.0\.1:7: .*\(EACCES\)")

    def test_a_port_held_by_a_listener_of_another_kind(self):
        with socket.create_server(("127.0.0.1", 0)) as other:
            port = other.getsockname()[1]
            self.assert_failed(
                run("serve", "discard", f"tcp:127.0.0.1:{port}"), 69,
                rf".*EADDRINUSE\): held by pid {os.getpid()} \(.+\)")


def readable_by_all(path):
    """Whether user nobody gets to the file."""
    path = os.path.abspath(path)
    while path != "/":
        if not os.stat(path).st_mode & 0o001:
            return False
        path = os.path.dirname(path)
    return True


if __name__ == "__main__":
    unittest.main()
