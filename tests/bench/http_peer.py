#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""nginx, h2o or haproxy, set up for the benchmark and announced like one of
its own servers: one process that works, no log, connections that stay.

usage: http_peer.py nginx|h2o|haproxy PROGRAM --listen HOST:PORT [--root DIR]
"""

import json
import os
import pwd
import signal
import socket
import subprocess
import sys
import tempfile
import time

NGINX = """\
daemon off;
master_process off;
pid {folder}/pid;
error_log {folder}/error.log error;
worker_rlimit_nofile 20000;
events {{ worker_connections 16384; }}
http {{
    access_log off;
    default_type text/plain;
    sendfile on;
    open_file_cache max=100;
    keepalive_requests 1000000000;
    keepalive_timeout 600s;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    server {{
        listen {host}:{port} backlog=511;
        root {root};
        location = / {{ return 200 "Hello, World!"; }}
    }}
}}
"""
H2O = """\
num-threads: 1
max-connections: 16384
user: {user}
error-log: {folder}/error.log
http1-request-timeout: 600
listen:
  host: {host}
  port: {port}
hosts:
  default:
    paths:
      /:
        file.dir: {folder}
        file.index: [hello.txt]
"""
HAPROXY = """\
global
    nbthread 1
    maxconn 4000
defaults
    mode http
    timeout client 600s
    timeout http-keep-alive 600s
frontend front
    bind {host}:{port} backlog 511
    http-request return status 200 content-type text/plain \
string "Hello, World!" hdr Server haproxy hdr Date %[date(),http_date]
"""
PEERS = {
    "nginx": (NGINX, ("-c",)),
    "h2o": (H2O, ("-c",)),
    "haproxy": (HAPROXY, ("-db", "-f")),
}
START_SECONDS = 20


def free_port(host):
    with socket.create_server((host, 0)) as listening:
        return listening.getsockname()[1]


def answers(host, port):
    try:
        socket.create_connection((host, port), 1).close()
    except OSError:
        return False
    return True


def start(name, program, host, port, folder, root):
    text, options = PEERS[name]
    path = os.path.join(folder, "config")
    values = {
        "folder": folder,
        "host": host,
        "port": port,
        "root": root,
        "user": pwd.getpwuid(os.getuid()).pw_name,
    }
    with open(path, "w", encoding="ascii") as file:
        file.write(text.format(**values))
    with open(os.path.join(folder, "hello.txt"), "w") as file:
        file.write("Hello, World!")
    os.chmod(folder, 0o755)
    return subprocess.Popen([program, *options, path], stdout=sys.stderr)


def wait_for(child, host, port):
    deadline = time.monotonic() + START_SECONDS
    while not answers(host, port):
        if child.poll() is not None or time.monotonic() > deadline:
            raise SystemExit(f"http_peer.py: it does not listen on {port}")
        time.sleep(0.02)


def main(name, program, _, listen, *rest):
    host, port = listen.split(":")
    port = int(port) or free_port(host)
    with tempfile.TemporaryDirectory() as folder:
        root = rest[1] if rest else folder
        child = start(name, program, host, port, folder, root)
        try:
            wait_for(child, host, port)
            line = {"event": "listening", "port": port, "pid": child.pid}
            print(json.dumps(line), flush=True)
            code = child.wait()
        finally:
            child.kill()
            child.wait()
    return 0 if code in (0, 130, 143, -signal.SIGTERM) else 1


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    if len(sys.argv) not in (5, 7) or sys.argv[1] not in PEERS:
        print(__doc__, file=sys.stderr)
        sys.exit(64)
    sys.exit(main(*sys.argv[1:]))
