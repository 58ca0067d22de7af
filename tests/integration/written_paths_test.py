"""One rule for every path that is written: a file is replaced at once or refused, a device, a pipe
and a socket are written into, and a link stays."""

import json
import os
import socket
import stat
import subprocess
import threading
import unittest

from tests.integration import fleet

HOST = "spiffe://fleet.example/host/h"


class WrittenPathsTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.fleet = fleet.Fleet(bootstrap=True)
        cls.addClassCleanup(cls.fleet.close)
        key = fleet.make_key(cls.fleet.path("web.csr.key"), "p256")
        cls.csr = cls.fleet.write("web.csr", fleet.make_csr(key))
        cls.host_csr = cls.fleet.write("host.csr", fleet.make_csr(key, names=None))
        issued = cls.issue("--csr", cls.csr, "-o", "json")
        cls.serial = json.loads(issued.out)["serial"]
        cls.root_sha256 = fleet.fleetca(
            "bundle", "fingerprint", os.path.join(cls.fleet.ca, "root-ca.crt")).out.decode().strip()
        cls.number = 0

    @classmethod
    def issue(cls, *arguments):
        return cls.fleet.at_server("cert", "issue", "--profile", "service", *arguments)

    def new_key(self, *arguments):
        return self.issue("--new-key", "p256", "--identity", fleet.SPIFFE_ID, *arguments)

    def new_path(self, name):
        WrittenPathsTest.number += 1
        return self.fleet.path("%s-%d" % (name, self.number))

    def bundle_out(self, path):
        token = self.new_path("token")
        made = self.fleet.at_server("token", "create", "--identity", HOST, "--profile", "host",
                                    "--out", token)
        self.assertEqual(made.code, 0, made.err)
        return fleet.fleetca("cert", "issue", "--bootstrap", self.fleet.bootstrap_address,
                             "--ca-sha256", self.root_sha256, "--token-file", token, "--csr",
                             self.host_csr, "--bundle-out", path)

    def writers(self):
        """What writes to a path, and how what it writes begins."""
        certificate = b"-----BEGIN CERTIFICATE-----\n"
        return {
            "issue --out": (lambda path: self.issue("--csr", self.csr, "--out", path), certificate),
            "issue --key-out": (lambda path: self.new_key("--key-out", path),
                                b"-----BEGIN PRIVATE KEY-----\n"),
            "issue --bundle-out": (self.bundle_out, certificate),
            "get --out": (lambda path: self.fleet.at_server("cert", "get", self.serial, "--out",
                                                            path), certificate),
            "bundle --out": (lambda path: self.fleet.at_server("bundle", "get", "--out", path),
                             certificate),
            "token --out": (lambda path: self.fleet.at_server(
                "token", "create", "--identity", HOST, "--profile", "host", "--out", path),
                b"fcj_"),
        }

    def for_each_writer(self):
        for name, (write, begins) in self.writers().items():
            with self.subTest(name):
                yield write, begins

    def test_checklist52_a_pipe(self):
        for write, begins in self.for_each_writer():
            pipe = self.new_path("pipe")
            os.mkfifo(pipe)
            read = []
            reader = threading.Thread(target=lambda: read.append(open(pipe, "rb").read()))
            reader.start()
            result = write(pipe)
            reader.join()
            self.assertEqual(result.code, 0, result.err)
            self.assertTrue(read[0].startswith(begins), read)
            self.assertTrue(stat.S_ISFIFO(os.lstat(pipe).st_mode))

    def test_checklist52_a_socket(self):
        for write, begins in self.for_each_writer():
            path = self.new_path("s")
            with socket.socket(socket.AF_UNIX) as listening:
                os.chdir(self.fleet.folder)  # a socket's path must be short
                listening.bind(os.path.basename(path))
                listening.listen()
                result = write(os.path.basename(path))
                self.assertEqual(result.code, 0, result.err)
                accepted, _ = listening.accept()
                with accepted:
                    self.assertTrue(accepted.recv(100).startswith(begins))
            self.assertTrue(stat.S_ISSOCK(os.lstat(path).st_mode))

    def test_checklist52_a_device(self):
        for write, _ in self.for_each_writer():
            device = self.new_path("null")
            try:
                os.mknod(device, 0o666 | stat.S_IFCHR, os.makedev(1, 3))
                open(device, "wb").close()
            except PermissionError:
                device = "/dev/null"  # which nobody but root could replace
            result = write(device)
            self.assertEqual(result.code, 0, result.err)
            self.assertTrue(stat.S_ISCHR(os.lstat(device).st_mode))

    def test_checklist52_a_link(self):
        for write, begins in self.for_each_writer():
            link, target = self.new_path("link"), self.new_path("target")
            os.symlink(target, link)
            result = write(link)
            self.assertEqual(result.code, 0, result.err)
            self.assertTrue(os.path.islink(link))
            with open(target, "rb") as file:
                self.assertTrue(file.read().startswith(begins))

    def test_checklist52_standard_output(self):
        for write, begins in self.for_each_writer():
            result = write("-")
            self.assertEqual(result.code, 0, result.err)
            self.assertTrue(result.out.startswith(begins), result.out)
            self.assertFalse(os.path.exists("-"))

    def test_checklist52_an_existing_file(self):
        """A bundle is kept up to date in its place; all else is refused."""
        for name, (write, begins) in self.writers().items():
            with self.subTest(name):
                path = self.fleet.write(os.path.basename(self.new_path("old")), b"old")
                result = write(path)
                with open(path, "rb") as file:
                    if "bundle" in name:
                        self.assertEqual(result.code, 0, result.err)
                        self.assertTrue(file.read().startswith(begins))
                    else:
                        self.assertEqual(result.code, 1)
                        self.assertEqual(file.read(), b"old")

    def test_checklist52_the_ready_file(self):
        for kind in ("pipe", "link"):
            with self.subTest(kind):
                ready, target = self.new_path("ready"), self.new_path("target")
                if kind == "pipe":
                    os.mkfifo(ready)
                else:
                    os.symlink(target, ready)
                other = fleet.Fleet(start=False)
                self.addCleanup(other.close)
                with subprocess.Popen(
                        [fleet.FLEETCA, "serve", "--config",
                         os.path.join(other.ca, "fleetca.textproto"), "--ready-file", ready],
                        stderr=subprocess.DEVNULL) as process:
                    if kind == "pipe":
                        with open(ready, "rb") as file:
                            said = file.read()
                    else:
                        while not os.path.exists(target):
                            self.assertIsNone(process.poll())
                        with open(target, "rb") as file:
                            said = file.read()
                    process.terminate()
                    self.assertEqual(process.wait(timeout=60), 0)
                self.assertGreater(int(said), 0)
                mode = os.lstat(ready).st_mode
                self.assertTrue(stat.S_ISFIFO(mode) if kind == "pipe" else stat.S_ISLNK(mode))

    def test_what_cert_issue_writes_is_a_client_certificate(self):
        """cases: a leaf alone was refused by the same CA."""
        key, crt = self.new_path("key"), self.new_path("crt")
        made = self.new_key("--key-out", key, "--out", crt)
        self.assertEqual(made.code, 0, made.err)
        again = fleet.fleetca("cert", "issue", "--server", self.fleet.address, "--ca",
                              os.path.join(self.fleet.ca, "root-ca.crt"), "--cert", crt, "--key",
                              key, "--profile", "service", "--identity", fleet.SPIFFE_ID,
                              "--new-key", "p256", "--key-out", key, "--out", crt, "--force")
        self.assertEqual(again.code, 0, again.err)


if __name__ == "__main__":
    unittest.main()
