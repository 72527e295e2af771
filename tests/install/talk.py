# SPDX-License-Identifier: MIT
"""talk.py SOCKET TEXT: says TEXT to a UNIX socket, once there is one, and shows
the answer."""

import socket
import sys
import time

peer = socket.socket(socket.AF_UNIX)
peer.settimeout(20)
deadline = time.monotonic() + 20
while True:
    try:
        peer.connect(sys.argv[1])
        break
    except OSError:
        if time.monotonic() > deadline:
            raise
        time.sleep(0.02)
peer.sendall(sys.argv[2].encode())
peer.shutdown(socket.SHUT_WR)
answer = b""
while data := peer.recv(4096):
    answer += data
print(answer.decode(), end="")
