#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""What the shells complete, asked of the shells themselves."""

import os
import pty
import re
import select
import shutil
import subprocess
import time
import unittest

import serving
from serving import BIGHT, run

# The words so far, the last of them being typed, and what is completed.
CASES = [
    (["bight", "ser"], {"serve"}, set()),
    (["bight", ""], {"serve", "list", "echo"}, {"tcp:"}),
    (["bight", "ec"], {"echo"}, {"serve"}),
    (["bight", "serve", "dis"], {"discard"}, {"echo"}),
    (["bight", "serve", "echo", "--log-f"], {"--log-format"}, {"--log-level"}),
    (["bight", "serve", "echo", "--log-format", ""], {"text", "json"},
     {"echo", "tcp:"}),
    (["bight", "echo", "--trace", "h"], {"hex"}, {"text"}),
    (["bight", "serve", "echo", "--listen", "t"], {"tcp:"}, {"unix:"}),
    (["bight", "serve", "echo", "-l", "u"], {"unix:"}, {"tcp:"}),
    (["bight", "echo", ""], {"tcp:", "unix:"}, {"memory:", "echo"}),
    (["bight", "connect", ""], {"tcp:", "unix:"}, {"systemd:", "memory:"}),
    (["bight", "connect", "--no"], {"--no-half-close"}, {"--listen"}),
    (["bight", "connect", "--trace", "h"], {"hex"}, {"tcp:"}),
    (["bight", "info", "t"], {"tcp"}, {"echo"}),
    (["bight", "help", "li"], {"list"}, {"serve"}),
    (["bight", "completion", ""], {"bash", "fish", "zsh"}, {"echo"}),
    (["bight", "list", "--j"], {"--json"}, {"--listen"}),
]


def script(shell):
    result = run("completion", shell)
    if result.returncode != 0 or result.stderr:
        raise AssertionError(result.stderr)
    return result.stdout


class Completion(unittest.TestCase):
    def setUp(self):
        self.folder = self.enterContext(serving.folder())

    def write(self, shell):
        path = f"{self.folder}/{shell}"
        with open(path, "w", encoding="utf-8") as file:
            file.write(script(shell))
        return path

    def judge(self, complete):
        for words, wanted, unwanted in CASES:
            with self.subTest(words=words):
                got = complete(words)
                self.assertLessEqual(wanted, got, "missing")
                self.assertFalse(unwanted & got, f"too many: {got}")

    def shell(self, *command, **keywords):
        result = subprocess.run(command, capture_output=True, text=True,
                                timeout=serving.SECONDS, check=False,
                                **keywords)
        self.assertEqual((result.returncode, result.stderr), (0, ""))
        return result.stdout

    def test_bash_completes(self):
        path = self.write("bash")

        def complete(words):
            return set(self.shell(
                "bash", "--norc", "-c",
                'source "$1"; shift; COMP_WORDS=("$@"); COMP_CWORD=$(($#-1));'
                ' _bight; printf "%s\\n" "${COMPREPLY[@]}"',
                "bash", path, *words).split())
        self.judge(complete)

    def test_bash_parts_words_at_equals_signs(self):
        path = self.write("bash")
        for words in (["--log-format", "="], ["--log-format", "=", "js"]):
            got = self.shell(
                "bash", "--norc", "-c",
                'source "$1"; shift; COMP_WORDS=("$@"); COMP_CWORD=$(($#-1));'
                ' _bight; echo "${COMPREPLY[@]}"',
                "bash", path, "bight", "echo", *words)
            self.assertIn("json", got)

    def test_bash_s_script_is_clean(self):
        if shutil.which("shellcheck") is None:
            self.skipTest("no shellcheck")
        self.shell("shellcheck", "-s", "bash", self.write("bash"))

    def test_fish_completes(self):
        if shutil.which("fish") is None:
            self.skipTest("no fish")
        path = self.write("fish")
        home = dict(os.environ, HOME=self.folder, XDG_CONFIG_HOME=self.folder,
                    XDG_DATA_HOME=self.folder)
        self.shell("fish", "-n", path, env=home)

        def complete(words):
            lines = self.shell("fish", "--no-config", "-c",
                               f"source {path}; complete -C '"
                               + " ".join(words) + "'", env=home)
            return {line.split("\t")[0] for line in lines.splitlines()}
        self.judge(complete)

    def test_zsh_completes(self):
        if shutil.which("zsh") is None:
            self.skipTest("no zsh")
        self.shell("zsh", "-n", self.write("zsh"))
        shell = Zsh(self.folder)
        self.addCleanup(shell.close)
        self.judge(shell.complete)


class Zsh:
    """zsh completes on a terminal only: here is one, wide and dumb."""

    SETUP = (
        "PS1= PROMPT_EOL_MARK= LISTMAX=0; unsetopt zle_bracketed_paste\n"
        "autoload -Uz compinit && compinit -D -u\n"
        "zstyle ':completion:*' list-colors ''\n"
        "zstyle ':completion:*' menu no\n"
        "setopt no_auto_menu no_list_beep no_beep no_always_last_prompt\n"
        "source $HOME/zsh\n"
        # The words that would be shown, instead of a list of them.
        "show() { compstate[insert]='' compstate[list]='' }\n"
        "compadd() {\n"
        "  if [[ \" $* \" == *' -O '* || \" $* \" == *' -A '* ||"
        " \" $* \" == *' -D '* ]]; then builtin compadd \"$@\"; return; fi\n"
        "  local -a found\n"
        "  builtin compadd -O found \"$@\"\n"
        "  local suffix=''\n"
        "  [[ \" $* \" == *' -S : '* ]] && suffix=:\n"
        "  print -l -- ${^found}$suffix >>$HOME/words\n"
        "  builtin compadd \"$@\"\n"
        "}\n"
        "zle -C ask complete-word asked\n"
        "asked() { _main_complete; show; print >>$HOME/done }\n"
        "bindkey '^I' ask\n")

    def __init__(self, folder):
        self.folder = folder
        with open(folder + "/.zshrc", "w", encoding="utf-8") as file:
            file.write(self.SETUP + "print >$HOME/ready\n")
        self.pid, self.terminal = pty.fork()
        if self.pid == 0:
            os.environ.update(HOME=folder, ZDOTDIR=folder, TERM="dumb",
                              PATH=os.path.dirname(os.path.abspath(BIGHT))
                              + ":" + os.environ["PATH"])
            os.execvp("zsh", ["zsh", "-i", "-d"])
        self.wait_for("ready")

    def wait_for(self, name):
        path = f"{self.folder}/{name}"
        deadline = time.monotonic() + serving.SECONDS
        while not os.path.exists(path):
            if select.select([self.terminal], [], [], 0.01)[0]:
                os.read(self.terminal, 65536)
            if time.monotonic() > deadline:
                raise AssertionError("zsh says nothing")
        os.unlink(path)

    def complete(self, words):
        os.write(self.terminal, (" ".join(words) + "\t").encode())
        self.wait_for("done")
        os.write(self.terminal, b"\x15")
        path = self.folder + "/words"
        if not os.path.exists(path):
            return set()
        with open(path, encoding="utf-8") as file:
            got = set(re.findall(r"\S+", file.read()))
        os.unlink(path)
        return got

    def close(self):
        os.close(self.terminal)
        os.kill(self.pid, 9)
        os.waitpid(self.pid, 0)


if __name__ == "__main__":
    unittest.main()
