#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""httpbin, as curl sees it."""

import gzip
import json
import pathlib
import shutil
import subprocess
import sys
import unittest

import serving
from serving import SECONDS, Server


class Answer:
    """What curl printed: the last head and the body."""

    def __init__(self, raw):
        self.heads = []
        while raw.startswith(b"HTTP/"):
            head, _, raw = raw.partition(b"\r\n\r\n")
            self.heads.append(head.decode("latin-1"))
        lines = self.heads[-1].split("\r\n")
        self.status = int(lines[0].split(" ")[1])
        self.fields = {}
        for line in lines[1:]:
            name, _, value = line.partition(": ")
            self.fields.setdefault(name.lower(), []).append(value)
        self.body = raw

    def field(self, name):
        return ", ".join(self.fields.get(name.lower(), []))

    def json(self):
        return json.loads(self.body)


class Httpbin(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = pathlib.Path(cls.enterClassContext(serving.folder()))
        cls.server = cls.enterClassContext(Server("httpbin",
                                                  "tcp:127.0.0.1:0"))

    def curl(self, path, *arguments, status=200):
        url = f"http://127.0.0.1:{self.server.port}{path}"
        result = subprocess.run(
            ["curl", "--silent", "--show-error", "--include", "--max-time",
             str(SECONDS), *arguments, url],
            capture_output=True, timeout=2 * SECONDS, check=True)
        answer = Answer(result.stdout)
        self.assertEqual(answer.status, status, path)
        return answer

    def test_front_page(self):
        answer = self.curl("/")
        self.assertEqual(answer.field("Content-Type"),
                         "text/html; charset=utf-8")
        self.assertIn(b"</html>", answer.body)
        self.assertIn("nosniff", answer.field("X-Content-Type-Options"))
        self.assertRegex(answer.field("X-Request-Id"), "^[0-9a-f]{32}$")

    def test_echo(self):
        self.assertEqual(self.curl("/echo", "--data", "hello").body, b"hello")
        big = self.folder / "big"
        big.write_bytes(bytes(range(256)) * 20000)
        for more in ((), ("--header", "Transfer-Encoding: chunked"),
                     ("--header", "Expect: 100-continue")):
            answer = self.curl("/echo", "--data-binary", f"@{big}", "--header",
                               "Content-Type: a/b", *more)
            self.assertEqual(answer.body, big.read_bytes())
            self.assertEqual(answer.field("Content-Type"), "a/b")
        self.assertEqual(self.curl("/echo", status=405).field("Allow"),
                         "POST, OPTIONS")

    def test_anything(self):
        for method in ("GET", "POST", "PUT", "PATCH", "DELETE"):
            answer = self.curl("/anything/a%2Fb?x=1&y=%C3%A9&x=2", "--request",
                               method, "--data", "k=v").json()
            self.assertEqual(answer["method"], method)
            self.assertEqual(answer["args"], {"x": ["1", "2"], "y": "é"})
            self.assertEqual(answer["data"], "k=v")
            self.assertTrue(answer["url"].endswith("a%2Fb?x=1&y=%C3%A9&x=2"))

    def test_headers_and_address(self):
        answer = self.curl("/headers", "--header", 'X-Odd: "\\\té').json()
        self.assertEqual(answer["headers"]["X-Odd"], '"\\\té')
        self.assertEqual(self.curl("/ip").json(), {"origin": "127.0.0.1"})

    def test_statuses(self):
        for status in (200, 204, 304, 400, 404, 503, 599):
            self.curl(f"/status/{status}", status=status)
        self.curl("/status/700", status=400)

    def test_delay(self):
        self.assertEqual(self.curl("/delay/1").json(), {"delay": 1})

    def test_a_delay_ends_with_its_client(self):
        """By a reset: who only wrote its eof may wait for the answer."""
        peer = self.server.connect()
        peer.sendall(b"GET /ip HTTP/1.1\r\nHost: h\r\n\r\n"
                     b"GET /delay/10 HTTP/1.1\r\nHost: h\r\n\r\n")
        self.assertIn(b"origin", peer.recv(4096))  # so both have arrived
        serving.reset(peer)
        self.server.logged("path=/delay/10 status=499")

    def test_bytes(self):
        for size in (0, 1, 100000, 5000000):
            answer = self.curl(f"/bytes/{size}")
            self.assertEqual(len(answer.body), size)
        head = self.curl("/bytes/1000", "--head")
        self.assertEqual(head.field("Content-Length"), "1000")
        self.assertEqual(head.body, b"")

    def test_stream(self):
        lines = self.curl("/stream/5").body.splitlines()
        self.assertEqual([json.loads(line) for line in lines],
                         [{"line": i, "of": 5} for i in range(5)])

    def test_stream_to_a_client_of_1_0(self):
        answer = self.curl("/stream/5", "--http1.0")
        self.assertEqual(answer.body.count(b"\n"), 5)
        self.assertEqual(answer.field("Transfer-Encoding"), "")

    def test_events(self):
        answer = self.curl("/sse?count=2", "--no-buffer")
        self.assertEqual(answer.field("Content-Type"), "text/event-stream")
        self.assertEqual(answer.body.decode(),
                         "id: 1\ndata: event 1 of 2\n\n"
                         "id: 2\ndata: event 2 of 2\n\n")
        answer = self.curl("/sse?count=2", "--header", "Last-Event-ID: 1",
                           "--compressed")
        self.assertEqual(answer.body, b"id: 2\ndata: event 2 of 2\n\n")

    def test_compressed(self):
        plain = self.curl("/gzip")
        self.assertEqual(plain.field("Content-Encoding"), "")
        lines = plain.json()["lines"]
        for coding in ("gzip", "br"):
            answer = self.curl("/gzip", "--compressed", "--header",
                               f"Accept-Encoding: {coding}")
            self.assertEqual(answer.field("Content-Encoding"), coding)
            self.assertEqual(answer.field("Vary"), "Accept-Encoding")
            self.assertLess(int(answer.field("Content-Length")), 400)
            self.assertEqual(answer.json()["lines"], lines)
        raw = self.curl("/gzip", "--header", "Accept-Encoding: gzip")
        self.assertEqual(json.loads(gzip.decompress(raw.body))["lines"], lines)

    def test_compressed_streams(self):
        expected = self.curl("/stream/1000").body
        for coding in ("gzip", "br"):
            answer = self.curl("/stream/1000", "--compressed", "--header",
                               f"Accept-Encoding: {coding}")
            self.assertEqual(answer.field("Content-Encoding"), coding)
            self.assertEqual(answer.body, expected)

    def test_redirects(self):
        answer = self.curl("/redirect/3", "--location")
        self.assertEqual(len(answer.heads), 4)
        self.assertTrue(answer.json()["url"].endswith("/anything"))
        self.curl("/redirect/21", status=400)

    def test_cookies(self):
        answer = self.curl("/cookies/set?a=b&c=d%7E", "--location",
                           "--cookie-jar", str(self.folder / "jar"),
                           "--cookie", "")
        self.assertEqual(answer.json(), {"cookies": {"a": "b", "c": "d~"}})

    def test_basic_auth(self):
        answer = self.curl("/basic-auth/ann/se%20cret", "--user",
                           "ann:se cret")
        self.assertEqual(answer.json(), {"authenticated": True, "user": "ann"})
        answer = self.curl("/basic-auth/ann/secret", "--user", "ann:secre",
                           status=401)
        self.assertIn('Basic realm="httpbin"', answer.field("WWW-Authenticate"))
        answer = self.curl("/basic-auth/ann/secret", "--anyauth", "--user",
                           "ann:secret")
        self.assertEqual(answer.status, 200)

    def test_forms(self):
        self.assertIn(b"<form", self.curl("/forms").body)
        answer = self.curl("/forms", "--data-urlencode", "a=1 &é", "--data",
                           "b=2").json()
        self.assertEqual(answer, {"files": [], "form": {"a": "1 &é",
                                                        "b": "2"}})
        file = self.folder / "a file.bin"
        file.write_bytes(b"--\r\n" * 100000)
        answer = self.curl("/forms", "--form", "name=ann", "--form",
                           f"file=@{file};type=a/b").json()
        self.assertEqual(answer, {
            "files": [{"name": "file", "file_name": "a file.bin",
                       "type": "a/b", "size": 400000}],
            "form": {"name": "ann"}})
        self.curl("/forms", "--json", "{}", status=415)

    def test_head_and_options(self):
        head = self.curl("/headers", "--head")
        self.assertEqual(head.body, b"")
        self.assertEqual(head.field("Content-Type"), "application/json")
        answer = self.curl("/forms", "--request", "OPTIONS", status=204)
        self.assertEqual(answer.field("Allow"), "GET, HEAD, POST, OPTIONS")
        self.curl("/none", status=404)

    def test_other_origins(self):
        answer = self.curl("/ip", "--header", "Origin: http://x")
        self.assertEqual(answer.field("Access-Control-Allow-Origin"), "*")
        answer = self.curl("/ip", "--request", "OPTIONS", "--header",
                           "Origin: http://x", "--header",
                           "Access-Control-Request-Method: PUT", status=204)
        self.assertIn("PUT", answer.field("Access-Control-Allow-Methods"))


if __name__ == "__main__":
    if shutil.which("curl") is None:
        sys.exit(77)
    unittest.main()
