#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""`bight serve http` and those who download: curl, wget, Python's http.client;
a tree with all that a folder can hold; files larger than any memory."""

import http.client
import json
import os
import pathlib
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import unittest
import urllib.parse

import serving
from serving import Server

BIG = bytes(range(256)) * 4096  # 1 MiB
NAMES = ["a b.txt", "q\"uote'.txt", "<b>&.txt", "ünï – 文.txt", "new\nline",
         "%41.txt", "#?;:@.txt", "\\back", "-dash", "~tilde"]
SPARSE = 10 << 30


def plant(root):
    """A tree with everything in it."""
    root = pathlib.Path(root)
    (root / "index.html").write_text("<h1>front</h1>")
    (root / "big.bin").write_bytes(BIG)
    (root / "empty.txt").write_bytes(b"")
    (root / "docs").mkdir()
    (root / "docs" / "page.html").write_text("page")
    (root / "docs" / "page.html.gz").write_bytes(gzipped(b"page"))
    (root / ".secret").write_text("secret")
    (root / ".well-known").mkdir()
    (root / ".well-known" / "x").write_text("known")
    (root / "names").mkdir()
    for name in NAMES:
        (root / "names" / name).write_text(name)
    (root / "names" / ".hidden").write_text("secret")
    os.symlink("/etc/passwd", root / "names" / "out")
    os.symlink("../big.bin", root / "names" / "in")
    os.mkfifo(root / "names" / "fifo")
    with socket.socket(socket.AF_UNIX) as bound:
        bound.bind(str(root / "names" / "socket"))
    for path in root.rglob("*"):
        if path.is_file() and not path.is_symlink():
            os.utime(path, (1577934245, 1577934245))


def gzipped(data):
    return subprocess.run(["gzip", "-nc"], input=data, check=True,
                          capture_output=True).stdout


def run(*words, code=0, **keywords):
    done = subprocess.run(words, capture_output=True, check=False,
                          timeout=serving.SECONDS, **keywords)
    if done.returncode != code:
        raise AssertionError(f"{words}: {done.returncode}: {done.stderr}")
    return done.stdout


class Files(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        for tool in ("curl", "wget", "gzip"):
            if shutil.which(tool) is None:
                sys.exit(77)
        cls.folder = serving.folder()
        cls.root = cls.enterClassContext(cls.folder)
        plant(cls.root)
        cls.server = cls.enterClassContext(
            Server("http", "tcp:127.0.0.1:0", options=[
                "--root", cls.root, "--browse", "--cache-control",
                "max-age=60", "--access-log", "off"]))
        cls.url = f"http://127.0.0.1:{cls.server.port}"

    def get(self, path, method="GET", **fields):
        """Status, fields and body, of one connection."""
        peer = http.client.HTTPConnection("127.0.0.1", self.server.port,
                                          timeout=serving.SECONDS)
        names = {name.replace("_", "-"): value
                 for name, value in fields.items()}
        peer.request(method, path, headers=names)
        answer = peer.getresponse()
        body = answer.read()
        peer.close()
        return answer.status, answer, body

    def curl(self, *words, code=0):
        return run("curl", "-s", "--path-as-is", *words, code=code)

    def status(self, path, *words):
        return int(self.curl("-o", "/dev/null", "-w", "%{http_code}", *words,
                             self.url + path))

    # -- curl and wget ------------------------------------------------------

    def test_curl_gets_files(self):
        self.assertEqual(self.curl(self.url + "/"), b"<h1>front</h1>")
        self.assertEqual(self.curl(self.url + "/big.bin"), BIG)
        self.assertEqual(self.curl(self.url + "/empty.txt"), b"")
        self.assertEqual(self.curl("-L", self.url + "/docs"),
                         self.curl(self.url + "/docs/"))
        self.assertEqual(self.curl("-0", self.url + "/big.bin"), BIG)

    def test_curl_asks_for_the_head(self):
        head = self.curl("-I", self.url + "/big.bin").decode()
        self.assertIn(f"Content-Length: {len(BIG)}\r\n", head)
        self.assertIn("Last-Modified: Thu, 02 Jan 2020 03:04:05 GMT", head)
        self.assertIn("Cache-Control: max-age=60\r\n", head)

    def test_curl_gets_ranges(self):
        for given, expected in (("0-99", BIG[:100]), ("1000-", BIG[1000:]),
                                ("-7", BIG[-7:]), ("65535-65536",
                                                   BIG[65535:65537])):
            self.assertEqual(self.curl("-r", given, self.url + "/big.bin"),
                             expected)
        self.assertEqual(self.status("/big.bin", "-r", "1048576-"), 416)

    def test_curl_goes_on_where_it_stopped(self):
        part = pathlib.Path(self.root).parent / f"part-{os.getpid()}"
        part.write_bytes(BIG[:300001])
        try:
            self.curl("-C", "-", "-o", str(part), self.url + "/big.bin")
            self.assertEqual(part.read_bytes(), BIG)
        finally:
            part.unlink()

    def test_wget_goes_on_where_it_stopped(self):
        with serving.folder() as place:
            part = pathlib.Path(place) / "big.bin"
            part.write_bytes(BIG[:700001])
            run("wget", "-q", "-c", self.url + "/big.bin", cwd=place)
            self.assertEqual(part.read_bytes(), BIG)
            run("wget", "-q", "-N", self.url + "/big.bin", cwd=place)
            self.assertEqual(int(part.stat().st_mtime), 1577934245)

    def test_wget_mirrors_the_listing(self):
        with serving.folder() as place:
            run("wget", "-q", "-r", "-np", "-nH", "--restrict-file-names=unix",
                "-R", "index.html*", self.url + "/names/", cwd=place)
            got = sorted(os.listdir(pathlib.Path(place) / "names"))
            self.assertEqual([name for name in got
                              if not name.startswith("index")],
                             sorted(self.as_wget_names(name)
                                    for name in NAMES))

    @staticmethod
    def as_wget_names(name):
        """It decodes names of files twice, and codes control characters."""
        return urllib.parse.unquote(name).replace("\n", "%0A")

    def test_curl_is_told_what_it_has(self):
        etag = re.search(rb'ETag: (".*")',
                         self.curl("-I", self.url + "/big.bin"))[1].decode()
        for fields, expected in (
                ([f"If-None-Match: {etag}"], 304),
                (['If-None-Match: "x"'], 200),
                (["If-Modified-Since: Thu, 02 Jan 2020 03:04:05 GMT"], 304),
                (['If-Match: "x"'], 412),
                ([f"If-Match: {etag}"], 200),
                (["Range: bytes=0-1", f"If-Range: {etag}"], 206),
                (["Range: bytes=0-1", 'If-Range: "x"'], 200)):
            words = [word for field in fields for word in ("-H", field)]
            self.assertEqual(self.status("/big.bin", *words), expected, fields)

    def test_curl_takes_what_is_compressed(self):
        head = self.curl("--compressed", "-D", "-", "-o", "/dev/null",
                         self.url + "/docs/page.html")
        self.assertIn(b"Content-Encoding: gzip\r\n", head)
        self.assertIn(b"Vary: Accept-Encoding\r\n", head)
        self.assertEqual(self.curl("--compressed",
                                   self.url + "/docs/page.html"), b"page")
        self.assertEqual(self.curl(self.url + "/docs/page.html"), b"page")

    # -- what is there, and what is not ---------------------------------------

    def test_what_is_no_file_for_others_is_not_there(self):
        for path in ("/.secret", "/names/.hidden", "/names/out", "/names/in",
                     "/names/fifo", "/names/socket", "/names/../.secret",
                     "/%2e%2e/%2e%2e/etc/passwd", "/..%2f..%2fetc/passwd",
                     "/names/%2e%2e/.secret", "//etc/passwd", "/none",
                     "/big.bin/", "/proc/self/environ"):
            self.assertEqual(self.status(path), 404, path)
        self.assertEqual(self.status("/big.bin%00"), 400)
        self.assertEqual(self.status("/.well-known/x"), 200)
        self.assertEqual(self.status("/big.bin", "-X", "PUT"), 405)

    def test_the_listing_leads_to_each_name(self):
        status, _, page = self.get("/names/")
        self.assertEqual(status, 200)
        hrefs = re.findall(r'<td><a href="(\./[^"]*)"', page.decode())
        found = {urllib.parse.unquote(href[2:]) for href in hrefs}
        self.assertEqual(found, set(NAMES))
        for href in hrefs:
            self.assertEqual(
                self.get("/names/" + href[2:])[2].decode(),
                urllib.parse.unquote(href[2:]))

    def test_programs_get_json(self):
        _, answer, body = self.get("/names/", Accept="application/json")
        self.assertEqual(answer.getheader("Content-Type"), "application/json")
        entries = json.loads(body)["entries"]
        self.assertEqual({urllib.parse.unquote(entry["href"][2:])
                          for entry in entries}, set(NAMES))
        self.assertEqual({entry["size"] for entry in entries},
                         {len(name.encode()) for name in NAMES})

    def test_several_ranges_are_a_multipart_body(self):
        status, answer, body = self.get("/big.bin",
                                        Range="bytes=0-9,500000-599999,-3")
        self.assertEqual(status, 206)
        self.assertEqual(int(answer.getheader("Content-Length")), len(body))
        kind, boundary = answer.getheader("Content-Type").split("boundary=")
        self.assertEqual(kind, "multipart/byteranges; ")
        parts = body.split(b"\r\n--" + boundary.encode())
        self.assertEqual((parts[0], parts[4]), (b"", b"--\r\n"))
        for part, first, last in zip(parts[1:4], (0, 500000, len(BIG) - 3),
                                     (9, 599999, len(BIG) - 1)):
            head, content = part.split(b"\r\n\r\n", 1)
            self.assertIn(f"bytes {first}-{last}/{len(BIG)}".encode(), head)
            self.assertEqual(content, BIG[first:last + 1])

    def test_a_connection_serves_many(self):
        peer = http.client.HTTPConnection("127.0.0.1", self.server.port,
                                          timeout=serving.SECONDS)
        for _ in range(20):
            for path, expected in (("/big.bin", BIG), ("/empty.txt", b""),
                                   ("/", b"<h1>front</h1>")):
                peer.request("GET", path)
                self.assertEqual(peer.getresponse().read(), expected)
        peer.close()

    def test_no_descriptor_is_left(self):
        self.curl(self.url + "/big.bin")
        serving.wait_until(lambda: not any(
            str(self.root) + "/" in target for target in self.targets()),
            "nothing of the folder is open but the folder")

    def targets(self):
        folder = f"/proc/{self.server.pid}/fd"
        for name in os.listdir(folder):
            try:
                yield os.readlink(f"{folder}/{name}")
            except OSError:
                pass


class Options(unittest.TestCase):
    def test_a_root_is_required_and_must_be_a_folder(self):
        done = serving.run("serve", "http", "tcp:127.0.0.1:0")
        self.assertNotEqual(done.returncode, 0)
        self.assertIn("root", done.stderr)
        done = serving.run("serve", "http", "--root", "/nowhere",
                           "tcp:127.0.0.1:0")
        self.assertNotEqual(done.returncode, 0)
        self.assertIn("/nowhere", done.stderr)

    def test_below_a_prefix(self):
        with serving.folder() as root, Server(
                "http", "tcp:127.0.0.1:0",
                options=["--root", root, "--prefix", "/static/v1",
                         "--browse"]) as server:
            plant(root)
            url = f"http://127.0.0.1:{server.port}"

            def get(path):
                return run("curl", "-sL", "-w", " %{http_code}", url + path)

            self.assertEqual(get("/static/v1/docs/page.html"), b"page 200")
            self.assertEqual(get("/static/v1"), b"<h1>front</h1> 200")
            self.assertTrue(get("/static/v1/docs").endswith(b" 200"))
            for path in ("/", "/docs/page.html", "/static/v11/", "/static/"):
                self.assertTrue(get(path).endswith(b" 404"), path)

    def test_a_prefix_must_be_a_path(self):
        root = tempfile.gettempdir()
        for bad, why in (("static", "a path begins with a slash"),
                         ("/a b", "this must be percent-coded"),
                         ("/a?b", "this must be percent-coded")):
            result = serving.run("check", "http", "tcp:127.0.0.1:0", "--root",
                                 root, "--prefix", bad)
            self.assertEqual(result.returncode, 64, bad)
            self.assertIn(why, result.stderr)

    def test_links_dotfiles_and_one_page_by_option(self):
        with serving.folder() as root:
            plant(root)
            with Server("http", "tcp:127.0.0.1:0",
                        options=["--root", root, "--symlinks", "--hidden",
                                 "--spa", "--precompressed=no"]) as server:
                peer = http.client.HTTPConnection("127.0.0.1", server.port,
                                                  timeout=serving.SECONDS)
                for path, status, start in (
                        ("/names/in", 200, BIG[:9]),
                        ("/names/out", 404, b""),
                        ("/.secret", 200, b"secret"),
                        ("/users/7", 200, b"<h1>front"),
                        ("/users/7.js", 404, b""),
                        ("/docs/page.html", 200, b"page")):
                    peer.request("GET", path,
                                 headers={"Accept-Encoding": "gzip"})
                    answer = peer.getresponse()
                    self.assertEqual(answer.status, status, path)
                    self.assertTrue(answer.read().startswith(start), path)
                peer.close()


class Huge(unittest.TestCase):
    """10 GB for four at once, one of whom does not read."""

    PART = 1 << 30

    def read_range(self, port, first, failures):
        try:
            with socket.create_connection(("127.0.0.1", port),
                                          serving.SECONDS) as peer:
                last = first + self.PART - 1
                peer.sendall(b"GET /huge HTTP/1.1\r\nHost: h\r\nRange: "
                             b"bytes=%d-%d\r\n\r\n" % (first, last))
                self.drain(peer, b"HTTP/1.1 206", self.PART)
        except Exception as error:  # told by the test
            failures.append(error)

    @staticmethod
    def drain(peer, start, size):
        head = b""
        while b"\r\n\r\n" not in head:
            head += peer.recv(4096)
        if not head.startswith(start):
            raise AssertionError(head)
        left = size - len(head.split(b"\r\n\r\n", 1)[1])
        buffer = memoryview(bytearray(1 << 20))
        while left > 0:
            got = peer.recv_into(buffer)
            if got == 0:
                raise AssertionError(f"eof, {left} bytes too early")
            left -= got
        if left < 0:
            raise AssertionError("more than was asked for")

    def test_nobody_is_stalled_and_nothing_grows(self):
        with serving.folder() as root:
            with open(f"{root}/huge", "wb") as file:
                file.truncate(SPARSE)
            pathlib.Path(root, "small").write_text("small")
            with Server("http", "tcp:127.0.0.1:0",
                        options=["--root", root]) as server:
                self.serve_four(server)
                if not serving.SANITIZED:
                    self.assertLess(server.status("VmHWM"), 32 << 20)

    def serve_four(self, server):
        stalled = server.connect(receive_buffer=4096)
        stalled.sendall(b"GET /huge HTTP/1.1\r\nHost: h\r\n\r\n")
        self.assertTrue(stalled.recv(64).startswith(b"HTTP/1.1 200"))
        failures = []
        readers = [threading.Thread(target=self.read_range,
                                    args=(server.port, at << 30, failures))
                   for at in (0, 4, 8)]
        for reader in readers:
            reader.start()
        answered = 0
        while any(reader.is_alive() for reader in readers):
            with server.connect() as peer:
                peer.sendall(b"GET /small HTTP/1.0\r\n\r\n")
                self.assertTrue(serving.read_to_eof(peer).endswith(b"small"))
            answered += 1
        self.assertEqual(failures, [])
        self.assertGreater(answered, 3)
        stalled.close()


if __name__ == "__main__":
    unittest.main()
