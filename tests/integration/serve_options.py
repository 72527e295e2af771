#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""What a server can be told beside where to listen."""

import grp
import os
import pwd
import signal
import socket
import time
import unittest

import serving
from serving import Server, run

HERE = "tcp:127.0.0.1:0"


class Options(unittest.TestCase):
    def setUp(self):
        self.folder = self.enterContext(serving.folder())

    def read(self, name):
        with open(f"{self.folder}/{name}", encoding="utf-8") as file:
            return file.read()

    def test_it_stops_by_itself_after_its_duration(self):
        start = time.monotonic()
        with Server("echo", HERE, options=["--duration", "200ms"]) as server:
            self.assertEqual(server.event()["event"], "stopped")
            server.expect(0)
        self.assertGreaterEqual(time.monotonic() - start, 0.2)

    def test_it_stops_by_itself_after_so_many_connections(self):
        with Server("echo", HERE, options=["--connections=3"]) as server:
            for _ in range(3):
                with server.connect() as peer:
                    serving.assert_echoes(peer)
            stopped = server.event()
            self.assertEqual((stopped["event"], stopped["connections"]),
                             ("stopped", 3))
            server.expect(0)

    def test_a_pidfile_is_there_while_it_serves_and_nobody_else_s(self):
        path = self.folder + "/pid"
        with Server("echo", HERE, options=["--pidfile", path]) as server:
            self.assertEqual(self.read("pid"), f"{server.pid}\n")
            other = run("echo", HERE, "--pidfile", path)
            self.assertEqual(
                (other.returncode, other.stderr),
                (73, f"bight: pidfile {path}: held by pid {server.pid}\n"))
            self.assertEqual(self.read("pid"), f"{server.pid}\n")
        self.assertEqual(os.listdir(self.folder), [])

    def test_a_file_that_is_no_pidfile_is_left_alone(self):
        path = self.folder + "/config"
        with open(path, "w", encoding="ascii") as file:
            file.write("listen = tcp:0\n")
        result = run("echo", HERE, "--pidfile", path)
        self.assertEqual(
            (result.returncode, result.stderr),
            (73, f"bight: pidfile {path}: it has something else in it\n"))
        with open(path, encoding="ascii") as file:
            self.assertEqual(file.read(), "listen = tcp:0\n")

    def test_a_pidfile_that_a_kill_left_is_taken_over(self):
        with open(self.folder + "/pid", "w", encoding="ascii") as file:
            file.write("1234567890\n")
        with Server("echo", HERE, options=[
                "--pidfile", self.folder + "/pid"]) as server:
            self.assertEqual(self.read("pid"), f"{server.pid}\n")

    def test_its_folder_is_what_files_are_relative_to(self):
        with Server("echo", "unix:s", options=[
                "--chdir", self.folder, "--access-log", "log"]) as server:
            with serving.connect(f"unix:{self.folder}/s") as peer:
                serving.assert_echoes(peer)
            self.assertEqual(os.readlink(f"/proc/{server.pid}/cwd"),
                             self.folder)
        self.assertEqual(os.listdir(self.folder), ["log"])
        result = run("echo", "unix:s", "--chdir", self.folder + "/none")
        self.assertEqual(result.returncode, 66)

    @unittest.skipIf(os.geteuid() != 0, "only root can become somebody else")
    def test_it_becomes_another_user_once_it_listens(self):
        nobody = pwd.getpwnam("nobody")
        with Server("echo", "tcp:127.0.0.1:0", options=[
                "--user=nobody"]) as server:
            with open(f"/proc/{server.pid}/status", encoding="ascii") as file:
                status = dict(line.rstrip("\n").split(":", 1) for line in file)
            self.assertEqual(status["Uid"].split(), [str(nobody.pw_uid)] * 4)
            self.assertEqual(status["Gid"].split(), [str(nobody.pw_gid)] * 4)
            self.assertEqual(set(status["Groups"].split()),
                             {str(nobody.pw_gid)})
            with server.connect() as peer:
                serving.assert_echoes(peer)

    @unittest.skipIf(os.geteuid() != 0, "only root can become somebody else")
    def test_its_socket_files_are_the_user_s_and_the_group_s(self):
        nobody, daemon = pwd.getpwnam("nobody"), grp.getgrnam("daemon")
        for i, (options, owner) in enumerate((
                (["--user=nobody"], (nobody.pw_uid, nobody.pw_gid)),
                (["--user=nobody", "--group=daemon"],
                 (nobody.pw_uid, daemon.gr_gid)),
                (["--group=daemon"], (0, daemon.gr_gid)))):
            path = f"{self.folder}/{i}"
            with Server("echo", f"trace:unix:{path}:mode=660",
                        options=options):
                file = os.stat(path)
                self.assertEqual((file.st_uid, file.st_gid), owner)
                self.assertEqual(file.st_mode & 0o777, 0o660)

    def test_a_signal_opens_the_access_log_anew(self):
        log = self.folder + "/log"
        with Server("echo", HERE, options=["--access-log", log]) as server:
            for number in (signal.SIGUSR1, signal.SIGHUP):
                with server.connect() as peer:
                    serving.assert_echoes(peer)
                serving.wait_until(lambda: os.path.getsize(log), "a line")
                os.rename(log, log + ".old")
                server.stop(number)
                serving.wait_until(lambda: os.path.exists(log), "a new one")
            server.logged("no config is read")
            self.assertEqual(os.path.getsize(log), 0)
            server.stop()
            server.expect(0)

    def test_a_user_that_nobody_is(self):
        for option in ("user", "group"):
            result = run("echo", HERE, f"--{option}=nobody-at-all")
            self.assertEqual(
                (result.returncode, result.stderr),
                (64, f"bight: no {option} 'nobody-at-all'\n"))

    @unittest.skipIf(os.geteuid() == 0, "root may")
    def test_who_may_not_become_root(self):
        result = run("echo", HERE, "--user=root")
        self.assertEqual(result.returncode, 77)

    def test_a_service_manager_is_told(self):
        path = self.folder + "/notify"
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
            manager.bind(path)
            manager.settimeout(serving.SECONDS)
            with Server("echo", HERE, before=lambda: os.environ.update(
                    NOTIFY_SOCKET=path)) as server:
                self.assertEqual(manager.recv(100), b"READY=1")
                server.stop()
                self.assertEqual(manager.recv(100), b"STOPPING=1")
                server.expect(0)

    def test_wrapped_endpoints_are_served(self):
        with Server("echo", "trace:tcp:0") as server:
            self.assertRegex(server.listening[0]["url"],
                             r"^tcp://127\.0\.0\.1:\d+$")
            with serving.connect(f"tcp://127.0.0.1:{server.port}") as peer:
                serving.assert_echoes(peer)
            server.logged(r"trace .*way=in bytes=6")


if __name__ == "__main__":
    unittest.main()
