#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Plugins from files: served, told about, refused with the reason."""

import os
import pathlib
import re
import shutil
import subprocess
import unittest

import serving
from serving import Server, run

ROOT = pathlib.Path(__file__).resolve().parents[2]
MODULES = os.environ.get("BIGHT_BUILD_DIR", str(ROOT / "build")) + "/plugins"

# Says a greeting, and ends.
SOURCE = """
#include <bight/plugin.h>
#include <bight/transport.h>
#include <string.h>

struct values {
    char *text;
    char *token;
    int64_t times;
    int32_t end;
};

static const char *const ends[] = {"close", "abort", NULL};
static const bight_option options[] = {
    {"text", BIGHT_OPTION_STRING, offsetof(struct values, text), "hello",
     1, 20, .help = "what is said"},
    {"times", BIGHT_OPTION_INT, offsetof(struct values, times), "1", 1, 9,
     .help = "how often"},
    {"end", BIGHT_OPTION_ENUM, offsetof(struct values, end), "close",
     .choices = ends, .help = "how it ends"},
    {"CLASH", BIGHT_OPTION_STRING, offsetof(struct values, token), .min = 4,
     .max = 99, .help = "nobody's business", .secret = true},
};
static const bight_option_table table =
    BIGHT_OPTION_TABLE(options, struct values);

struct shared {
    const struct values *values;
};

static bight_error started(void *shared, const void *given, bight_loop *loop)
{
    (void)loop;
    ((struct shared *)shared)->values = given;
    return bight_ok();
}

DECLARED

static void made(void *self, bight_transport *t)
{
    const struct shared *shared = bight_transport_shared(t);
    (void)self;
    for (int64_t i = 0; i < shared->values->times; i++)
        (void)bight_transport_write(t, bight_bytes_text(shared->values->text));
    NEEDED(1);
    if (shared->values->end == 1)
        bight_transport_abort(t);
    else
        bight_transport_close(t);
}

static const bight_protocol protocol = {
    .size = sizeof(bight_protocol), .connection_made = made};
static const bight_factory factory = {
    .size = sizeof(bight_factory), .protocol = &protocol,
    .shared_size = sizeof(struct shared), .started = started};

BIGHT_PLUGIN(greet) = {
    .head = {MAGIC, (uint32_t)sizeof(bight_plugin), ABI, 1, 0},
    .name = "greet",
    .version = "2.5",
    .summary = "says hello",
    .factory = &factory,
    .options = &table,
};
"""

# What stands for the words in capitals, unless a test says otherwise.
USUAL = {"MAGIC": "BIGHT_PLUGIN_MAGIC", "ABI": "BIGHT_PLUGIN_ABI_MAJOR",
         "CLASH": "token", "NEEDED": "(void)sizeof", "DECLARED": ""}


@unittest.skipIf(shutil.which("cc") is None, "no compiler")
class Plugins(unittest.TestCase):
    def setUp(self):
        self.folder = self.enterContext(serving.folder())
        os.chmod(self.folder, 0o755)

    def build(self, name="greet", **changes):
        """FOLDER/NAME.so of the source with other words in it."""
        text = SOURCE
        for word, usual in USUAL.items():
            text = re.sub(rf"\b{word}\b", changes.get(word, usual), text)
        source = f"{self.folder}/{name}.c"
        with open(source, "w", encoding="utf-8") as file:
            file.write(text)
        path = f"{self.folder}/{name}.so"
        subprocess.run(
            ["cc", "-shared", "-fPIC", "-o", path, source,
             f"-I{ROOT}/include", "-Wl,--defsym,bight_plugin_v1="
             "bight_plugin_greet"], check=True, timeout=60)
        os.unlink(source)
        return path

    def assert_refused(self, path, reason, code=65):
        for words in (["serve", path, "tcp:0"], ["info", path],
                      ["check", path]):
            with self.subTest(words=words[0], reason=reason):
                result = run(*words)
                wanted = 2 if words[0] == "check" else code
                self.assertEqual((result.returncode, result.stdout),
                                 (wanted, ""), result.stderr)
                self.assertRegex(result.stderr, r"^bight: load .*" + reason)
        name = os.path.basename(path)
        result = run("list", env=self.path())
        self.assertEqual(result.returncode, 2)
        self.assertIn("\necho", "\n" + result.stdout)
        self.assertRegex(result.stderr, rf"^bight: .*{name}.*{reason}")

    def path(self, *folders):
        return dict(os.environ,
                    BIGHT_PLUGIN_PATH=":".join(folders or [self.folder]))

    def greeting(self, server):
        with server.connect() as peer:
            return serving.read_to_eof(peer)

    # -- served -------------------------------------------------------------

    def test_a_bundled_protocol_is_served_from_its_module(self):
        with Server(MODULES + "/echo.so", "tcp:127.0.0.1:0") as server:
            with server.connect() as peer:
                serving.assert_echoes(peer)
            with open(f"/proc/{server.pid}/maps", encoding="utf-8") as file:
                self.assertIn("/plugins/echo.so", file.read())

    def test_by_path_and_by_name(self):
        path = self.build()
        with Server(path, "tcp:127.0.0.1:0") as server:
            self.assertEqual(self.greeting(server), b"hello")
        with Server("greet", "tcp:127.0.0.1:0", env=self.path()) as server:
            self.assertEqual(self.greeting(server), b"hello")
        result = run("greet", "tcp:0", "-n", "--plugin-path",
                     os.path.relpath(self.folder))
        self.assertEqual(result.returncode, 64)  # only `serve` looks ahead
        with Server("greet", "tcp:127.0.0.1:0", options=[
                "--plugin-path", os.path.relpath(self.folder)]) as server:
            self.assertEqual(self.greeting(server), b"hello")

    def test_list_and_info_look_where_they_are_told(self):
        self.build()
        for path in (self.folder, os.path.relpath(self.folder)):
            result = run("list", "--plugin-path", path)
            self.assertEqual((result.returncode, result.stderr), (0, ""))
            self.assertRegex(result.stdout, rf"(?m)^greet .*\n +{self.folder}/")
            result = run("info", "greet", f"--plugin-path={path}")
            self.assertEqual((result.returncode, result.stderr), (0, ""))
        self.assertEqual(run("info", "greet").returncode, 64)

    def test_relative_folders_of_the_environment_are_left_out_and_told(self):
        self.build()
        here = os.path.relpath(self.folder)
        result = run("list", env=self.path(here, "/", "b"))
        self.assertEqual(result.returncode, 0)
        self.assertNotIn("greet", result.stdout)
        self.assertEqual(result.stderr, "bight: BIGHT_PLUGIN_PATH has relative "
                         f"folders, which are left out: {here} b\n")

    def test_a_relative_folder_of_a_folder_that_is_gone(self):
        script = 'mkdir gone && cd gone && rmdir ../gone && ' \
            'exec "$0" serve greet -n tcp:0 --plugin-path plugins'
        result = subprocess.run(
            ["sh", "-c", script, serving.BIGHT], cwd=self.folder, text=True,
            capture_output=True, check=False, timeout=serving.SECONDS)
        self.assertEqual(result.returncode, 66)
        self.assertRegex(result.stderr, r"\Abight: --plugin-path plugins: the "
                         r"current folder: .*\(ENOENT\)\n\Z")

    def test_its_options_come_from_everywhere(self):
        path = self.build()
        config = self.folder + "/c.ini"
        with open(config, "w", encoding="utf-8") as file:
            file.write("[greet]\ntext = 'a b'\ntimes = 2\n")
        with Server(path, "tcp:127.0.0.1:0", options=["-c", config],
                    env=dict(os.environ, BIGHT_TIMES="3")) as server:
            self.assertEqual(self.greeting(server), b"a b" * 3)
        with Server(path, "tcp:127.0.0.1:0", options=[
                "-c", config, "--times=1", "--text", "x"]) as server:
            self.assertEqual(self.greeting(server), b"x")
        shown = run("check", path, "-c", config, "--token=abcdef",
                    "--show-origin").stdout
        self.assertRegex(shown, r"\n\[greet\]\ntext = a b +# .*c\.ini:2\n"
                         r"times = 2 +# .*c\.ini:3\nend = close +# default\n"
                         r"token = \*\*\* +# command line\n")

    def test_a_drain_closes_its_connections(self):
        path = MODULES + "/discard.so"
        with Server(path, "tcp:127.0.0.1:0") as server:
            with server.connect() as peer:
                peer.sendall(b"x")
                server.stop()
                self.assertEqual(serving.read_to_eof(peer), b"")
            server.expect(0)

    # -- mistakes -----------------------------------------------------------

    def test_mistakes_in_its_options(self):
        path = self.build()
        for words, message, caret in (
                (["--times", "10"], "times: '10' is out of range",
                 "          ^~  from 1 to 9"),
                (["--end=sudden"], "end: 'sudden' is none of its values",
                 "        ^~~~~~  known: close abort"),
                (["--tmies=3"], "unknown option '--tmies'",
                 "  ^~~~~~~  did you mean '--times'?"),
                (["--max-con=3"], "unknown option '--max-con'",
                 "  ^~~~~~~~~  did you mean '--max-conn'?")):
            result = run("serve", path, "tcp:0", *words)
            self.assertEqual((result.returncode, result.stdout), (64, ""))
            lines = result.stderr.splitlines()
            self.assertEqual((lines[0], lines[2]), ("bight: " + message, caret))

    def test_a_secret_is_never_shown(self):
        path = self.build()
        config = self.folder + "/c.ini"
        with open(config, "w", encoding="utf-8") as file:
            file.write('[greet]\ntoken = "psw"\n')
        for words, env in ((["--token=psw"], {}), (["--token", "psw"], {}),
                           ([], {"BIGHT_TOKEN": "psw"}), (["-c", config], {})):
            result = run("check", path, *words, env=dict(os.environ, **env))
            self.assertIn(result.returncode, (64, 78))
            self.assertNotIn("psw", result.stderr + result.stdout)
            self.assertIn("***", result.stderr)

    def test_a_faulty_line_with_a_secret_is_not_shown(self):
        path = self.build()
        config = self.folder + "/c.ini"
        for line in ('token = "hunter2', 'token = "hunter2" x',
                     "token = hunter2\ntoken = hunter2"):
            with open(config, "w", encoding="utf-8") as file:
                file.write(f"[greet]\n{line}\n")
            result = run("check", path, "-c", config)
            self.assertEqual(result.returncode, 78, line)
            self.assertNotIn("hunter2", result.stderr + result.stdout)

    # -- told about ---------------------------------------------------------

    def test_info_and_list(self):
        path = self.build()
        text = run("info", path).stdout
        self.assertRegex(text, r"\Agreet 2\.5 - says hello\n  protocol; ABI "
                         r"\d+\.\d+, /.*/greet\.so\n")
        for pattern in (r"--text TEXT +what is said \(hello\)\n +1 to 20 bytes",
                        r"--times N +how often \(1\)\n +1 to 9\n",
                        r"--end close\|abort +how it ends \(close\)\n",
                        r"--token TEXT +nobody's business\n +4 to 99 bytes\n"
                        r" +a secret: never shown\n"):
            self.assertRegex(text, pattern)
        self.assertEqual(run("check", path).stdout, "greet: fine\n")
        result = run("list", env=self.path())
        self.assertEqual((result.returncode, result.stderr), (0, ""))
        self.assertRegex(result.stdout,
                         r"(?m)^greet +2\.5 +says hello\n +/.*/greet\.so$")
        self.assertIn("did you mean 'greet'",
                      run("serve", "gret", env=self.path()).stderr)
        self.assertIn("--times", run("completion", "bash",
                                     env=self.path()).stdout)

    # -- refused ------------------------------------------------------------

    def test_no_elf_file_at_all(self):
        path = self.folder + "/greet.so"
        with open(path, "w", encoding="ascii") as file:
            file.write("#!/bin/sh\n")
        self.assert_refused(path, "not an ELF file")

    def test_another_abi(self):
        self.assert_refused(self.build(ABI="77"), "ABI 77.1, this bight has ")

    def test_another_magic(self):
        self.assert_refused(self.build(MAGIC="42"), "magic number")

    def test_an_unresolved_symbol(self):
        path = self.build(NEEDED="nowhere", DECLARED="void nowhere(int);")
        self.assert_refused(path, "nowhere")

    def test_an_option_that_is_the_program_s(self):
        self.assert_refused(self.build(CLASH="listen"), "listen")

    @unittest.skipIf(os.geteuid() != 0, "matters to root")
    def test_a_file_that_anybody_may_write_to(self):
        path = self.build()
        os.chmod(path, 0o777)
        self.assert_refused(path, "anybody may write to it")


if __name__ == "__main__":
    unittest.main()
