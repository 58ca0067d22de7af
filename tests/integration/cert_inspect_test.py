"""cert inspect, diff and needs-renewal: files of other programs, and servers of other programs and of none."""

import contextlib
import http.server
import json
import os
import shutil
import socket
import struct
import subprocess
import threading
import time
import unittest

from tests.integration import fleet
from tests.integration import local_files

NAMES = "subjectAltName=DNS:web.fleet.example,DNS:localhost,IP:127.0.0.1"
NGINX_PROGRAM = shutil.which("nginx", path=os.environ.get("PATH", "") + ":/usr/sbin:/usr/local/sbin")
NGINX = """
daemon off; pid %(folder)s/nginx.pid; error_log stderr;
events {}
http {
  access_log off;
  client_body_temp_path %(folder)s; proxy_temp_path %(folder)s; fastcgi_temp_path %(folder)s;
  uwsgi_temp_path %(folder)s; scgi_temp_path %(folder)s;
  server {
    listen 127.0.0.1:%(port)d ssl; ssl_certificate %(chain)s; ssl_certificate_key %(key)s;
    ssl_client_certificate %(root)s; ssl_verify_client optional;
  }
  server { listen 127.0.0.1:%(plain)d; }
}
"""
GO_CERTIFICATE = """
package main
import ("crypto/ecdsa"; "crypto/elliptic"; "crypto/rand"; "crypto/x509"; "crypto/x509/pkix"; "encoding/pem"
  "math/big"; "os"; "time")
func main() {
  key, _ := ecdsa.GenerateKey(elliptic.P384(), rand.Reader)
  made := &x509.Certificate{SerialNumber: big.NewInt(7), Subject: pkix.Name{CommonName: "by go"},
    NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour), DNSNames: []string{"go.fleet.example"}}
  der, _ := x509.CreateCertificate(rand.Reader, made, made, &key.PublicKey, key)
  pem.Encode(os.Stdout, &pem.Block{Type: "CERTIFICATE", Bytes: der})
}
"""


def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


def wait_for(port, process):
    """Until somebody listens there."""
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        with contextlib.suppress(ConnectionRefusedError):
            socket.create_connection(("127.0.0.1", port), timeout=5).close()
            return
        if process.poll() is not None:
            raise AssertionError("the server has ended with %d" % process.returncode)
        time.sleep(0.05)
    raise AssertionError("nobody listens at %d" % port)


@contextlib.contextmanager
def running(port, *command):
    with subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                          stderr=subprocess.DEVNULL) as process:
        try:
            wait_for(port, process)
            yield "127.0.0.1:%d" % port
        finally:
            process.terminate()


@contextlib.contextmanager
def answering(answer):
    """A server whose every connection is given to answer(connection), and then closed."""
    listener = socket.create_server(("127.0.0.1", 0))

    def serve():
        while True:
            try:
                connection = listener.accept()[0]
            except OSError:
                return
            with connection, contextlib.suppress(OSError):
                answer(connection)

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield "127.0.0.1:%d" % listener.getsockname()[1]
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join(timeout=30)


class CertInspectTest(local_files.LocalFilesTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        for name in ("root", "middle", "leaf"):
            fleet.make_key(cls.path(name + ".key"), "p256")
        # Without keyUsage, as everyday roots are.
        fleet.openssl("req", "-x509", "-new", "-key", cls.path("root.key"), "-subj", "/CN=Root", "-days", "30", "-out",
                      cls.path("root.pem"))
        cls.sign("middle", "root", "/CN=Middle", "basicConstraints=critical,CA:TRUE\nkeyUsage=critical,keyCertSign\n")
        cls.sign("leaf", "middle", "/CN=Leaf", NAMES + "\nextendedKeyUsage=serverAuth\n")
        cls.write("chain.pem", cls.read("leaf.pem") + cls.read("middle.pem"))

    @classmethod
    def read(cls, name):
        with open(cls.path(name), "rb") as file:
            return file.read()

    @classmethod
    def sign(cls, name, issuer, subject, extensions):
        cls.write(name + ".ext", extensions.encode())
        fleet.openssl("req", "-new", "-key", cls.path(name + ".key"), "-subj", subject, "-out", cls.path(name + ".csr"))
        fleet.openssl("x509", "-req", "-in", cls.path(name + ".csr"), "-CA", cls.path(issuer + ".pem"), "-CAkey",
                      cls.path(issuer + ".key"), "-CAcreateserial", "-days", "30", "-extfile", cls.path(name + ".ext"),
                      "-out", cls.path(name + ".pem"))

    def cert(self, *arguments, code=0, **more):
        result = fleet.run(fleet.FLEETCA, "cert", *arguments, **more)
        self.assertEqual(result.code, code, result.err)
        return result

    def inspected(self, *arguments, **more):
        return json.loads(self.cert("inspect", "-o", "json", *arguments, **more).out)

    def assert_refused(self, *arguments, says, **more):
        result = self.cert("inspect", *arguments, code=1, **more)
        self.assertEqual(result.out, b"")
        self.assertTrue(result.err.startswith("fleetca: "), result.err)
        self.assertIn(says, result.err)

    # Files.

    def test_flags_of_something_else_are_refused(self):
        for arguments in ((self.path("chain.pem"), "--timeout", "1s"), (self.folder, "--timeout", "1s"),
                          (self.folder, "--passphrase-file", self.path("chain.pem"))):
            self.assertIn(" is for a ", self.cert("inspect", *arguments, code=2).err)

    def test_pkcs7_of_openssl(self):
        expected = self.inspected(self.path("chain.pem"))
        for form in ("PEM", "DER"):
            out = self.path("chain.p7b." + form)
            fleet.openssl("crl2pkcs7", "-nocrl", "-certfile", self.path("chain.pem"), "-outform", form, "-out", out)
            found = self.inspected(out)
            self.assertEqual(sorted(one["sha256"] for one in found), sorted(one["sha256"] for one in expected))
        signed = self.path("signed.p7m")
        fleet.openssl("cms", "-sign", "-nodetach", "-signer", self.path("leaf.pem"), "-inkey", self.path("leaf.key"),
                      "-outform", "DER", "-out", signed, stdin=b"hello")
        self.assertEqual([one["subject"] for one in self.inspected(signed)], ["CN=Leaf"])

    def test_certificates_of_other_programs(self):
        fleet.run("keytool", "-genkeypair", "-keyalg", "EC", "-groupname", "secp256r1", "-dname", "CN=by java",
                  "-keystore", self.path("java.p12"), "-storetype", "PKCS12", "-storepass", "secret", "-alias", "web")
        java = fleet.run("keytool", "-exportcert", "-keystore", self.path("java.p12"), "-storepass", "secret", "-alias",
                         "web")
        self.write("gnutls.cfg", b'cn = "by gnutls"\ndns_name = "gnutls.fleet.example"\nexpiration_days = 3\n')
        gnutls = fleet.run("certtool", "--generate-self-signed", "--load-privkey", self.path("leaf.key"), "--template",
                           self.path("gnutls.cfg"))
        self.write("made.go", GO_CERTIFICATE.encode())
        go = fleet.run("go", "run", self.path("made.go"),
                       env={**os.environ, "GOCACHE": self.path("go"), "HOME": self.folder})
        for name, made in (("java", java), ("gnutls", gnutls), ("go", go)):
            with self.subTest(name):
                self.assertEqual(made.code, 0, made.err)
                self.assertEqual(self.inspected(self.write(name + ".crt", made.out))[0]["subject"], "CN=by " + name)

    def test_a_keystore_of_java(self):
        made = fleet.run("keytool", "-genkeypair", "-keyalg", "EC", "-groupname", "secp256r1", "-dname", "CN=store",
                         "-keystore", self.path("store.p12"), "-storetype", "PKCS12", "-storepass", "secret", "-alias",
                         "web")
        self.assertEqual(made.code, 0, made.err)
        for name, text in (("right", b"secret\n"), ("wrong", b"other\n")):
            os.chmod(self.write(name, text), 0o600)
        found = self.inspected(self.path("store.p12"), "--passphrase-file", self.path("right"))
        self.assertEqual([one["type"] for one in found], ["pkcs12", "certificate"])
        self.assertEqual(found[0]["keys"][0]["alias"], "web")
        self.assert_refused(self.path("store.p12"), "--passphrase-file", self.path("wrong"), says="passphrase")

    def test_windows_and_text_around(self):
        pem = self.read("leaf.pem")
        marked = b"\xef\xbb\xbf" + pem.replace(b"\n", b"\r\n")
        expected = self.inspected(self.path("leaf.pem"))
        for name, contents in (("marked.pem", marked), ("around.pem", b"subject: x\n\n" + pem + b"\nthe end\n")):
            self.assertEqual(self.inspected(self.write(name, contents)), expected)

    def test_a_crl_points_to_its_own_command(self):
        self.write("ca.cnf", b"[ca]\ndefault_ca=d\n[d]\ndatabase=%b\ndefault_md=sha256\ndefault_crl_days=3\n"
                   b"crlnumber=%b\n" % (self.path("index").encode(), self.path("number").encode()))
        self.write("index", b"")
        self.write("number", b"01\n")
        crl = self.write("root.crl", fleet.openssl("ca", "-config", self.path("ca.cnf"), "-gencrl", "-cert",
                                                   self.path("root.pem"), "-keyfile", self.path("root.key")))
        self.assertEqual(self.inspected(crl)[0]["type"], "crl")
        self.assertIn(b"fleetca crl inspect", self.cert("inspect", crl).out)

    def test_what_cannot_be_read(self):
        os.makedirs(self.path("none"), exist_ok=True)
        self.assert_refused(self.path("none"), says="Cannot find a certificate in")
        self.assert_refused(self.write("junk", b"x" * (10 << 20)), says="neither PEM nor DER")
        self.assert_refused(self.write("empty", b""), says="empty")
        self.assert_refused(self.path("absent"), says="No such file")
        os.mkfifo(self.path("pipe"))
        self.assert_refused(self.path("pipe"), says="nothing has come from it")
        self.assert_refused("-", says="neither PEM nor DER", stdin=b"hello")

    def test_a_folder(self):
        folder = self.path("some")
        os.makedirs(folder)
        for name in ("leaf.pem", "root.pem", "leaf.key"):
            shutil.copy(self.path(name), folder)
        self.assertEqual([one["file"] for one in self.inspected(folder)], ["leaf.key", "leaf.pem", "root.pem"])
        self.assertIn(b"CN=Leaf", self.cert("inspect", folder).out)

    def test_a_file_goes_before_a_server(self):
        shutil.copy(self.path("leaf.pem"), self.path("web:443"))
        done = subprocess.run([fleet.FLEETCA, "cert", "inspect", "web:443"], cwd=self.folder, capture_output=True,
                              check=True, timeout=fleet.COMMAND_SECONDS)
        self.assertIn(b"CN=Leaf", done.stdout)
        self.assertIn(b"There is a file web:443", done.stderr)

    def test_a_name_forges_no_line_and_turns_none(self):
        name = self.path("k\n  Encrypted       no\u202e.pem")
        shutil.copy(self.path("leaf.key"), name)
        folder = self.path("turned")
        os.mkdir(folder)
        shutil.copy(self.path("leaf.pem"), os.path.join(folder, "a\u202e.pem"))
        for arguments in ((name,), (folder,), (folder, "-o", "json")):
            shown = self.cert("inspect", *arguments).out.decode()
            self.assertNotIn("\u202e", shown)
            self.assertIn("\\u202e", shown)
        self.assertIn("\\n  Encrypted       no", self.cert("inspect", name).out.decode())
        self.assertEqual(self.inspected(folder)[0]["file"], "a\u202e.pem")

    # Servers.

    def s_server(self, chain, *more):
        port = free_port()
        return running(port, "openssl", "s_server", "-accept", "127.0.0.1:%d" % port, "-cert", self.path("leaf.pem"),
                       "-key", self.path("leaf.key"), "-quiet",
                       *(("-cert_chain", self.path(chain)) if chain else ()), *more)

    def test_a_server_that_is_believed(self):
        fleet.openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout",
                      self.path("other.key"), "-out", self.path("other.pem"), "-subj", "/CN=Other", "-days", "9")
        with self.s_server("middle.pem") as address:
            found = self.inspected(address, "--ca", self.path("root.pem"))[0]
            self.assertTrue(self.inspected(address, "--ca", self.path("other.pem"), "--ca",
                                           self.path("root.pem"))[0]["believed"])
            text = self.cert("inspect", address, "--ca", self.path("root.pem")).out.decode()
            pem = self.cert("inspect", "-o", "pem", "https://%s/orders" % address).out
        self.assertEqual((found["type"], found["believed"], found["protocol"]), ("server", True, "TLSv1.3"))
        self.assertEqual([one["subject"] for one in found["chain"]], ["CN=Leaf", "CN=Middle"])
        self.assertEqual((found["chain_in_order"], found["chain_has_gap"]), (True, False))
        self.assertEqual(found["ocsp_stapled"], "none")
        self.assertIn("Complete and in order.", text)
        self.assertEqual(pem, self.read("chain.pem"))

    def test_a_server_that_is_not_believed(self):
        with self.s_server("middle.pem") as address:
            self.assertFalse(self.inspected(address)[0]["believed"])
            named = self.inspected(address, "--ca", self.path("root.pem"), "--server-name", "db.fleet.example")[0]
            self.assertFalse(named["believed"])
            self.assertIn("db.fleet.example", named["believed_reason"])
        with self.s_server(None) as address:
            gap = self.inspected(address, "--ca", self.path("root.pem"))[0]
            self.assertEqual((gap["believed"], gap["chain_has_gap"]), (False, True))
            self.assertIn("CN=Middle", gap["chain_findings"][0])

    def test_a_server_that_wants_a_certificate(self):
        with self.s_server("middle.pem", "-Verify", "1", "-verify_return_error", "-tls1_2") as address:
            found = self.inspected(address, "--ca", self.path("root.pem"))[0]
        self.assertTrue(found["asks_for_certificate"] and found["handshake_error"])
        self.assertEqual(found["protocol"], "TLSv1.2")
        # It has proved its key before it ended the handshake.
        self.assertEqual((found["proved_key"], found["believed"]), (True, True))

    def test_an_old_protocol_is_said(self):
        with self.s_server("middle.pem", "-tls1_1", "-cipher", "ALL:@SECLEVEL=0") as address:
            found = self.inspected(address, "--ca", self.path("root.pem"))[0]
        self.assertEqual(found["protocol"], "TLSv1.1")
        self.assertIn("RFC 8996", found["believed_reason"])

    def test_nginx_with_tls_and_without(self):
        port, plain = free_port(), free_port()
        config = self.write("nginx.conf", (NGINX % {
            "folder": self.folder, "port": port, "plain": plain, "chain": self.path("chain.pem"),
            "key": self.path("leaf.key"), "root": self.path("root.pem")}).encode())
        with running(port, NGINX_PROGRAM, "-e", "stderr", "-c", config, "-p", self.folder) as address:
            found = self.inspected(address, "--ca", self.path("root.pem"))[0]
            self.assertTrue(found["believed"] and found["asks_for_certificate"])
            self.assert_refused("127.0.0.1:%d" % plain, says="it answered with HTTP")

    def test_smtp(self):
        with self.s_server("middle.pem") as tls:
            def mail(connection):
                with connection.makefile("rb") as lines:
                    connection.sendall(b"220 mail\r\n")
                    lines.readline()
                    connection.sendall(b"250-mail\r\n250 STARTTLS\r\n")
                    lines.readline()
                    connection.sendall(b"220 go on\r\n")
                    host, port = tls.split(":")
                    with socket.create_connection((host, int(port))) as server:
                        back = threading.Thread(target=copy, args=(server, connection), daemon=True)
                        back.start()
                        copy(connection, server)
                        back.join(timeout=30)

            def copy(source, sink):
                with contextlib.suppress(OSError):
                    while octets := source.recv(65536):
                        sink.sendall(octets)
                    sink.shutdown(socket.SHUT_WR)

            with answering(mail) as address:
                found = self.inspected(address, "--starttls", "smtp", "--ca", self.path("root.pem"))[0]
                self.assertTrue(found["believed"])
                self.assert_refused(address, says="--starttls smtp")

    def test_what_does_not_speak_tls(self):
        plain = http.server.HTTPServer(("127.0.0.1", 0), http.server.BaseHTTPRequestHandler)
        plain.RequestHandlerClass.log_message = lambda *_: None
        threading.Thread(target=plain.serve_forever, daemon=True).start()
        self.addCleanup(plain.server_close)
        self.addCleanup(plain.shutdown)
        self.assert_refused("127.0.0.1:%d" % plain.server_address[1], says="it answered with HTTP")

        def reset(connection):
            connection.recv(1)
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))

        with answering(reset) as address:
            self.assert_refused(address, says="closed the connection")
        with answering(lambda connection: connection.recv(65536) and connection.recv(65536) and
                       connection.recv(65536)) as address:
            silent = self.cert("inspect", address, "--timeout", "2s", code=1)
            self.assertIn("says nothing", silent.err)
            self.assertIn("asking %s takes a while" % address, silent.err)
        self.assert_refused("127.0.0.1:1", says="refuses connections")
        self.assert_refused("nosuch.invalid:443", says="does not resolve")
        for mistyped, says in (("127.0.0.1:99999", "out of range"), ("localhost:https", "is not a port"),
                               ("127.0.0.1", "has no port"), ("http://localhost/", "localhost:443")):
            self.assertIn(says, self.cert("inspect", mistyped, code=2).err)

    # Two certificates.

    def test_diff(self):
        leaf, csr = self.path("leaf.pem"), self.path("leaf.csr")
        self.assertIn(b"the same contents", self.cert("diff", leaf, leaf).out)
        differing = json.loads(self.cert("diff", "-o", "json", leaf, self.path("middle.pem"), code=1).out)
        fields = {one["field"]: one for one in differing["differences"]}
        self.assertFalse(differing["same"])
        self.assertEqual(fields["subject"]["only_a"], ["CN=Leaf"])
        self.assertEqual(fields["names"]["only_b"], [])
        asked = json.loads(self.cert("diff", "-o", "json", leaf, csr, code=1).out)
        self.assertEqual([one["field"] for one in asked["differences"]], ["names"])
        self.assertIn("private key", self.cert("diff", leaf, self.path("leaf.key"), code=2).err)
        self.cert("diff", leaf, self.path("absent"), code=2)

    def test_needs_renewal(self):
        leaf = self.path("leaf.pem")
        self.assertIn(b"Not yet: the certificate of CN=Leaf expires in ", self.cert("needs-renewal", leaf, code=1).out)
        self.assertIn(b"Renew: ", self.cert("needs-renewal", leaf, "--before", "40d").out)
        self.cert("needs-renewal", leaf, "--before", "7d", code=1)
        self.cert("needs-renewal", leaf, "--after-fraction", "1/1000", code=1)
        self.assertTrue(json.loads(self.cert("needs-renewal", "-o", "json", leaf, "--before", "40d").out)["renew"])
        later = fleet.run("faketime", "-f", "+21d", fleet.FLEETCA, "cert", "needs-renewal", leaf)
        self.assertEqual(later.code, 0, later.err)
        self.cert("needs-renewal", self.path("absent"), code=2)
        for arguments in ((self.path("leaf.csr"),), (self.folder,), (leaf, "--befor", "1d"), (leaf, "--before", "soon"),
                          (leaf, "--before", "1d", "--after-fraction", "1/2"), ()):
            with self.subTest(arguments):
                self.assertTrue(self.cert("needs-renewal", *arguments, code=255).err)


if __name__ == "__main__":
    unittest.main()
