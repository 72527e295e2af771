#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""`bight connect` and other people's programs: nc, socat, nginx, redis."""

import os
import pathlib
import shutil
import socket
import subprocess
import unittest

import connecting
import serving
from connecting import Client, connect, program

NGINX = """\
daemon off;
pid {folder}/nginx.pid;
error_log {folder}/error.log;
worker_processes 1;
{user}
events {{ worker_connections 16; }}
http {{
    access_log {folder}/access.log;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    server {{
        listen 127.0.0.1:{port};
        root {folder};
    }}
}}
"""


def find(name):
    path = shutil.which(name, path=os.environ["PATH"] + ":/usr/sbin")
    if path is None:
        raise unittest.SkipTest(f"no {name}")
    return path


class Peers(unittest.TestCase):
    def setUp(self):
        self.folder = self.enterContext(serving.folder())
        self.port = connecting.free_port()
        self.endpoint = f"tcp:127.0.0.1:{self.port}"

    def check(self, result, output):
        self.assertEqual((result.returncode, result.stderr, result.stdout),
                         (0, b"", output))

    def test_nc_hears_and_talks(self):
        with program(find("nc"), "-lN", "127.0.0.1", str(self.port),
                     stdin=subprocess.PIPE) as nc:
            serving.wait_until(lambda: self.listens(), "nc listens")
            nc.stdin.write(b"from nc\n")
            nc.stdin.flush()
            with Client(self.endpoint) as client:
                self.assertEqual(client.hear(8), b"from nc\n")
                client.say(b"to nc\n")
                client.process.stdin.close()
                self.assertEqual(nc.stdout.read(6), b"to nc\n")
                nc.stdin.close()
                client.ends(0)

    def listens(self):
        """Without a connection, which a listener of one would count."""
        with open("/proc/net/tcp", encoding="ascii") as file:
            return f":{self.port:04X} 00000000:0000 0A" in file.read()

    def test_socat_says_it_backwards_over_tcp_and_unix(self):
        path = self.folder + "/s"
        for where, endpoint, ready in (
                (f"TCP-LISTEN:{self.port},bind=127.0.0.1", self.endpoint,
                 self.listens),
                (f"UNIX-LISTEN:{path}", f"unix:{path}",
                 lambda: os.path.exists(path))):
            with self.subTest(where=where), \
                    program(find("socat"), "-t", "5", where, "EXEC:rev"):
                serving.wait_until(ready, "socat listens")
                self.check(connect(endpoint, data=b"hello\n"), b"olleh\n")

    def test_socat_talks_without_end_to_who_reads_a_little(self):
        with program(find("socat"), "-U",
                     f"TCP-LISTEN:{self.port},bind=127.0.0.1", "/dev/zero"):
            serving.wait_until(self.listens, "socat listens")
            with Client(self.endpoint) as client:
                self.assertEqual(client.hear(1 << 20), bytes(1 << 20))
                client.process.stdout.close()
                client.ends(74)

    def test_a_get_by_hand_from_nginx(self):
        body = os.urandom(3 << 20)
        pathlib.Path(self.folder, "page.bin").write_bytes(body)
        config = pathlib.Path(self.folder, "nginx.conf")
        # Its workers would else be somebody who cannot enter the folder.
        config.write_text(NGINX.format(
            folder=self.folder, port=self.port,
            user="user root;" if os.geteuid() == 0 else ""), encoding="ascii")
        with program(find("nginx"), "-p", self.folder, "-e",
                     self.folder + "/error.log", "-c", str(config),
                     port=self.port):
            head, got = self.get("/page.bin").split(b"\r\n\r\n", 1)
            self.assertTrue(head.startswith(b"HTTP/1.1 200 OK\r\n"), head)
            self.assertEqual(got, body)
            head = self.get("/none").split(b"\r\n", 1)[0]
            self.assertEqual(head, b"HTTP/1.1 404 Not Found")

    def get(self, path):
        """By a person who types, and waits for the server to end."""
        with Client(self.endpoint, "--end-with-peer") as client:
            client.say(f"GET {path} HTTP/1.1\r\nHost: localhost\r\n"
                       "Connection: close\r\n\r\n".encode())
            got = client.process.stdout.read()
            while chunk := client.process.stdout.read(1 << 20):
                got += chunk
            client.ends(0)
        return got

    def test_redis_answers_a_ping(self):
        path = self.folder + "/redis.sock"
        with program(find("redis-server"), "--port", str(self.port), "--bind",
                     "127.0.0.1", "--unixsocket", path, "--dir", self.folder,
                     "--save", "", "--daemonize", "no", port=self.port):
            for endpoint in (self.endpoint, f"unix:{path}"):
                with Client(endpoint) as client:
                    client.say(b"PING\r\n")
                    self.assertEqual(client.hear(7), b"+PONG\r\n")
                    client.say(b"SET a b\r\nGET a\r\nQUIT\r\n")
                    client.process.stdin.close()
                    self.assertEqual(client.process.stdout.read(),
                                     b"+OK\r\n$1\r\nb\r\n+OK\r\n")
                    client.ends(0)

    def test_a_server_of_python_s(self):
        pathlib.Path(self.folder, "a.txt").write_text("abc", encoding="ascii")
        with program("python3", "-m", "http.server", "--bind", "127.0.0.1",
                     "-d", self.folder, str(self.port), port=self.port):
            result = connect(self.endpoint, data=b"GET /a.txt HTTP/1.0\r\n\r\n")
            self.assertEqual(result.returncode, 0, result.stderr)
            self.assertTrue(result.stdout.startswith(b"HTTP/1.0 200 OK\r\n"))
            self.assertTrue(result.stdout.endswith(b"\r\n\r\nabc"))

    def test_a_socket_that_was_inherited(self):
        ours, theirs = socket.socketpair()
        with ours, theirs, Client(f"fd:{theirs.fileno()}",
                                  pass_fds=[theirs.fileno()]) as client:
            theirs.close()
            ours.settimeout(serving.SECONDS)
            client.say(b"ping")
            self.assertEqual(serving.read_exactly(ours, 4), b"ping")
            ours.sendall(b"pong")
            ours.shutdown(socket.SHUT_WR)
            self.assertEqual(client.hear(4), b"pong")
            client.process.stdin.close()
            client.ends(0)


if __name__ == "__main__":
    unittest.main()
