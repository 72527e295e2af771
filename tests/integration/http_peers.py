#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The clients of HTTP that people use, against `bight serve hello`."""

import http.client
import os
import re
import subprocess
import tempfile
import unittest

import serving
from serving import SECONDS, Server

HELLO = "Hello, World!"
LISTEN = "tcp:127.0.0.1:0"


def run(*arguments, **keywords):
    """What a peer prints, which has to end well."""
    result = subprocess.run(arguments, capture_output=True, text=True,
                            timeout=SECONDS, check=False, **keywords)
    if result.returncode != 0:
        raise AssertionError(f"{arguments}: {result.returncode}\n"
                             f"{result.stdout}{result.stderr}")
    return result.stdout


def curl(*arguments):
    """The body, and what curl knows of each transfer: status, version, and
    whether it made a connection."""
    out = run("curl", "--silent", "--show-error", "--max-time", "10",
              "--write-out", "|%{http_code} %{http_version} %{num_connects}\n",
              *arguments)
    return out.splitlines()


def number(pattern, text):
    found = re.search(pattern, text)
    if not found:
        raise AssertionError(f"/{pattern}/ in:\n{text}")
    return int(found.group(1))


class Peers(unittest.TestCase):
    def lines(self, server, count, what=r"GET / 200 13B"):
        """Waits for that many lines of the access log, and no more come."""
        expression = re.compile(
            rf"^[\d:.]+ 127\.0\.0\.1:\d+ hello {what} [\d.]+ms$", re.M)
        serving.wait_until(
            lambda: len(expression.findall(server.log())) >= count,
            f"{count} lines of {what} in:\n{server.log()[-2000:]}")
        self.assertEqual(len(expression.findall(server.log())), count)

    def url(self, server, path="/"):
        return f"http://127.0.0.1:{server.port}{path}"

    # -- curl ---------------------------------------------------------------

    def test_curl_of_both_versions(self):
        with Server("hello", LISTEN) as server:
            self.assertEqual(curl("--http1.1", self.url(server)),
                             [HELLO + "|200 1.1 1"])
            self.assertEqual(curl("--http1.0", self.url(server)),
                             [HELLO + "|200 1.1 1"])
            self.lines(server, 2)

    def test_curl_uses_one_connection_again(self):
        with Server("hello", LISTEN) as server:
            self.assertEqual(
                curl(self.url(server, "/a"), self.url(server, "/b"),
                     self.url(server, "/c?d=%20")),
                [HELLO + "|200 1.1 1", HELLO + "|200 1.1 0",
                 HELLO + "|200 1.1 0"])
            for path in ("/a", "/b", r"/c\?d=%20"):
                self.lines(server, 1, rf"GET {path} 200 13B")

    def test_curl_head_and_options(self):
        with Server("hello", LISTEN) as server:
            head = run("curl", "-sS", "--head", self.url(server),
                       self.url(server))
            self.assertEqual(head.count("HTTP/1.1 200 OK"), 2)
            self.assertEqual(head.count("Content-Length: 13"), 2)
            self.assertNotIn(HELLO, head)
            self.lines(server, 2, "HEAD / 200 0B")
            self.assertEqual(curl("-X", "OPTIONS", self.url(server)),
                             [HELLO + "|200 1.1 1"])

    def test_curl_posts_and_goes_on(self):
        """A small body that nobody wants is read, and the next request found
        behind it."""
        with Server("hello", LISTEN) as server:
            self.assertEqual(
                curl("--data", "x" * 5000, self.url(server, "/1"),
                     self.url(server, "/2")),
                [HELLO + "|200 1.1 1", HELLO + "|200 1.1 0"])
            self.lines(server, 1, "POST /1 200 13B")
            self.lines(server, 1, "POST /2 200 13B")

    def test_curl_uploads_with_and_without_expect(self):
        """Nobody asks for the body: curl never sends it. Sent all the same, it
        is dropped behind the answer, as far as a close reads (T23)."""
        with Server("hello", LISTEN) as server, \
                tempfile.NamedTemporaryFile() as file:
            for expect, size in (("100-continue", 10 << 20), ("", 900 << 10)):
                file.truncate(size)
                self.assertEqual(
                    curl("-T", file.name, "-H", f"Expect: {expect}",
                         self.url(server, "/up")), [HELLO + "|200 1.1 1"])
            self.lines(server, 2, "PUT /up 200 13B")

    def test_curl_uploads_in_chunks(self):
        with Server("hello", LISTEN) as server:
            self.assertEqual(
                curl("-T", "/etc/passwd", "-H", "Transfer-Encoding: chunked",
                     self.url(server, "/up")), [HELLO + "|200 1.1 1"])
            self.lines(server, 1, "PUT /up 200 13B")

    # -- others -------------------------------------------------------------

    def test_wget(self):
        with Server("hello", LISTEN) as server:
            self.assertEqual(
                run("wget", "--quiet", "--tries=1", "--timeout=10", "-O", "-",
                    self.url(server), self.url(server)), HELLO * 2)
            self.lines(server, 2)

    def test_pythons_client(self):
        with Server("hello", LISTEN) as server:
            peer = http.client.HTTPConnection("127.0.0.1", server.port,
                                              timeout=SECONDS)
            for i in range(100):
                body = b"x" * i if i % 2 else None
                peer.request("POST" if i % 2 else "GET", "/", body)
                answer = peer.getresponse()
                self.assertEqual((answer.status, answer.version), (200, 11))
                self.assertEqual(answer.read(), HELLO.encode())
                self.assertEqual(answer.getheader("Server"), "bight")
            peer.close()
            self.lines(server, 50)
            self.lines(server, 50, "POST / 200 13B")

    def test_nodes_fetch(self):
        script = """
            const url = process.argv[1];
            for (let i = 0; i < 20; i++) {
                const options = i % 2 ? {method: 'POST', body: 'abc'} : {};
                const answer = await fetch(url, options);
                if (answer.status !== 200) throw new Error(answer.status);
                process.stdout.write(await answer.text() + '\\n');
            }
            const many = await Promise.all(
                Array.from({length: 20}, () => fetch(url)));
            for (const answer of many)
                process.stdout.write(await answer.text() + '\\n');
        """
        with Server("hello", LISTEN) as server:
            out = run("node", "--input-type=module", "-e", script,
                      self.url(server))
            self.assertEqual(out.split("\n"), [HELLO] * 40 + [""])
            self.lines(server, 30)
            self.lines(server, 10, "POST / 200 13B")

    # -- many at once -------------------------------------------------------

    def ab(self, server, *options):
        out = run("ab", "-n", "2000", "-c", "20", "-s", "10", *options,
                  self.url(server))
        self.assertEqual(number(r"Complete requests: +(\d+)", out), 2000)
        self.assertEqual(number(r"Failed requests: +(\d+)", out), 0)
        self.assertEqual(number(r"HTML transferred: +(\d+)", out), 26000)
        self.assertNotIn("Non-2xx", out)
        return out

    def test_ab_with_and_without_keep_alive(self):
        with Server("hello", LISTEN) as server:
            out = self.ab(server, "-k")
            self.assertEqual(number(r"Keep-Alive requests: +(\d+)", out), 2000)
            self.lines(server, 2000)
            self.ab(server)
            self.lines(server, 4000)

    def test_wrk(self):
        with Server("hello", LISTEN, options=["--access-log", "off"]) as server:
            out = run("wrk", "-t", "1", "-c", "16", "-d", "1s",
                      self.url(server))
            self.assertGreater(number(r"(\d+) requests in", out), 100)
            self.assertNotIn("Socket errors", out)
            self.assertNotIn("Non-2xx", out)

    def test_h2load(self):
        with Server("hello", LISTEN) as server:
            out = run("h2load", "--h1", "-n", "2000", "-c", "10", "-m", "16",
                      self.url(server))
            self.assertIn("2000 done, 2000 succeeded, 0 failed, 0 errored, "
                          "0 timeout", out)
            self.assertIn("status codes: 2000 2xx", out)
            self.lines(server, 2000)

    def test_over_a_unix_socket(self):
        with serving.folder() as folder, \
                Server("hello", f"unix:{folder}/s") as server:
            self.assertEqual(curl("--unix-socket", f"{folder}/s",
                                  "http://localhost/"), [HELLO + "|200 1.1 1"])
            self.assertTrue(os.path.exists(f"{folder}/s"))
            server.logged(r" hello GET / 200 13B [\d.]+ms$")


if __name__ == "__main__":
    unittest.main()
