#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The commands that tell something: list, info, help, check, version."""

import json
import os
import pty
import subprocess
import unittest

import serving
from serving import BIGHT, run


def on_a_terminal(*words, env):
    """What it says on a terminal, stdout and stderr."""
    main, other = pty.openpty()
    process = subprocess.Popen([BIGHT, *words], stdout=other, stderr=other,
                               env=env)
    os.close(other)
    text = b""
    try:
        while chunk := os.read(main, 65536):
            text += chunk
    except OSError:  # the last one has left
        pass
    os.close(main)
    process.wait(serving.SECONDS)
    return text.decode()


class Commands(unittest.TestCase):
    def tell(self, *words):
        result = run(*words)
        self.assertEqual((result.returncode, result.stderr), (0, ""), words)
        for line in result.stdout.splitlines():
            self.assertLessEqual(len(line), 80, line)
        return result.stdout

    def test_list_tells_each_protocol(self):
        text = self.tell("list")
        for name, rfc in (("echo", 862), ("discard", 863), ("chargen", 864)):
            self.assertRegex(text, rf"(?m)^{name} .*RFC {rfc}")

    def test_what_cannot_be_written_is_told(self):
        for words in (">&-", ">/dev/full", "1</dev/null"):
            result = subprocess.run(["sh", "-c", f'exec "$0" list {words}',
                                     BIGHT], capture_output=True, text=True,
                                    check=False, timeout=serving.SECONDS)
            self.assertEqual(result.returncode, 74, words)
            self.assertRegex(result.stderr,
                             r"\Abight: write to stdout: .*\n\Z")

    def test_list_in_json(self):
        result = run("list", "--json")
        plugins = [json.loads(line) for line in result.stdout.splitlines()]
        names = [plugin["name"] for plugin in plugins]
        self.assertEqual(names, sorted(names))
        echo = plugins[names.index("echo")]
        self.assertEqual((echo["event"], echo["path"], echo["protocol"]),
                         ("plugin", "", True))

    def test_info_about_a_protocol(self):
        text = self.tell("info", "echo")
        self.assertRegex(text, r"\Aecho .*- sends back .*\n  protocol; ABI ")
        self.assertEqual(self.tell("help", "echo"), text)

    def test_info_about_a_kind_of_endpoints(self):
        text = self.tell("info", "tcp")
        self.assertIn("tcp:[HOST:]PORT[:KEY=VALUE...], both sides", text)
        self.assertIn("  backlog=N ", text)
        self.assertIn("1 to 65535; by default 511; server only", text)
        self.assertEqual(self.tell("help", "tcp"), text)
        for kind in ("fd", "memory", "systemd", "trace", "unix"):
            self.assertTrue(self.tell("info", kind).startswith(kind + " - "))

    def test_help_about_each_command(self):
        text = self.tell("help")
        commands = ["check", "completion", "connect", "help", "info", "list",
                    "serve", "version"]
        for command in commands:
            self.assertIn(f"\n  {command} ", text)
            told = self.tell("help", command)
            self.assertTrue(told.startswith(f"usage: bight {command}"))
            self.assertEqual(self.tell(command, "--help"), told)
            self.assertEqual(self.tell(command, "-h"), told)

    def test_help_behind_a_protocol_is_about_its_options_too(self):
        for command in ("serve", "check"):
            self.assertEqual(self.tell(command, "http", "--help"),
                             self.tell("help", command) + "\n" +
                             self.tell("info", "http"))

    def test_check_tells_what_it_found(self):
        self.assertEqual(self.tell("check", "echo", "tcp:0"), "echo: fine\n")
        self.assertEqual(self.tell("check", "echo", "-q"), "")
        self.assertEqual(self.tell("check", "echo", "--json"),
                         '{"event":"fine","subject":"echo"}\n')

    def test_dry_run_listens_nowhere(self):
        with serving.folder() as folder:
            text = self.tell("serve", "echo", "tcp:7", f"unix:{folder}/s",
                             "--dry-run")
            self.assertEqual(text, "echo would listen on tcp:localhost:7\n"
                             f"echo would listen on unix:{folder}/s\n")
            self.assertEqual(os.listdir(folder), [])
        self.assertEqual(self.tell("echo", "tcp:7", "--public", "-n"),
                         "echo would listen on tcp:7\n")

    def test_words_too_many_and_too_few(self):
        for words in (["version", "x"], ["list", "x"], ["info"],
                      ["info", "a", "b"], ["completion"], ["check"],
                      ["help", "none"], ["info", "none"],
                      ["completion", "tcsh"], ["list", "--jsno"]):
            with self.subTest(words=words):
                result = run(*words)
                self.assertEqual((result.returncode, result.stdout), (64, ""))
                self.assertEqual(len(serving.told(result.stderr)), 3)

    def test_a_plugin_that_is_not_there(self):
        for words in (["serve", "./none.so", "tcp:0"], ["./none.so", "tcp:0"],
                      ["info", "./none.so"], ["check", "./none.so"]):
            with self.subTest(words=words):
                result = run(*words)
                self.assertEqual((result.returncode, result.stdout), (66, ""))
                self.assertRegex(result.stderr, r"^bight: .*none\.so.*ENOENT")

    def test_colours_are_for_terminals_and_for_who_wants_them(self):
        red = "\x1b[1;31mbight:\x1b[0m"
        plain = dict(os.environ, TERM="xterm")
        for name in ("NO_COLOR", "CLICOLOR_FORCE", "BIGHT_COLOR"):
            plain.pop(name, None)
        self.assertIn(red, on_a_terminal("srve", env=plain))
        self.assertNotIn("\x1b",
                         on_a_terminal("srve", env=dict(plain, NO_COLOR="1")))
        self.assertNotIn("\x1b",
                         on_a_terminal("srve", env=dict(plain, TERM="dumb")))
        self.assertNotIn("\x1b", run("srve", env=plain).stderr)
        self.assertIn(red, run("srve", env=dict(plain, CLICOLOR_FORCE="1"))
                      .stderr)
        self.assertIn("\x1b[1mecho", run("list", "--color=always", env=plain)
                      .stdout)
        self.assertNotIn("\x1b", on_a_terminal("list", "--color=never",
                                               env=plain))


if __name__ == "__main__":
    unittest.main()
