"""The commands of README.md do what it says."""

import os
import subprocess
import tempfile
import unittest

ROLES = "examples/echo/method_roles.textproto"
# Sends no call without TLS to a proxy of the machine's.
ENVIRONMENT = dict(os.environ, no_proxy="localhost", no_grpc_proxy="localhost")


def run(program, *arguments):
    return subprocess.run(
        [program, *arguments], capture_output=True, text=True, timeout=60, env=ENVIRONMENT
    )


class EchoTest(unittest.TestCase):

    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        made = run("client/authz/grpc/testing/make_test_certificates", self.folder.name)
        self.assertEqual((0, ""), (made.returncode, made.stderr))
        self.log = tempfile.TemporaryFile("w+")
        self.addCleanup(self.log.close)
        self.server = subprocess.Popen(
            ["examples/echo/echo_server", "localhost:0", self.folder.name, ROLES],
            stdout=subprocess.PIPE,
            stderr=self.log,
            text=True,
            env=ENVIRONMENT,
        )
        self.addCleanup(self.stop)
        line = self.server.stdout.readline()
        self.assertRegex(line, r"^listening on port \d+$")
        self.address = "localhost:" + line.split()[-1]

    def stop(self):
        self.server.kill()
        self.server.wait()
        self.server.stdout.close()

    def call(self, name, *arguments):
        done = run("examples/echo/echo_client", self.address, self.folder.name, name, *arguments)
        return done.returncode, done.stdout + done.stderr

    def test_one_role_reads_and_another_writes(self):
        self.assertEqual((0, ""), self.call("writer", "write", "good morning"))
        kept = (0, '"good morning" by spiffe://fleet.example/svc/writer\n')
        self.assertEqual(kept, self.call("reader", "read"))

        code, text = self.call("reader", "write", "mine")
        self.assertEqual(1, code)
        self.assertRegex(text, r"^PERMISSION_DENIED: spiffe://fleet.example/svc/reader may not")
        self.assertEqual(kept, self.call("writer", "read"))

        self.log.seek(0)
        self.assertRegex(self.log.read(), r'any of writer')

    def test_a_member_without_roles_may_nothing(self):
        for arguments in (["read"], ["write", "mine"]):
            code, text = self.call("stranger", *arguments)
            self.assertEqual(1, code)
            self.assertRegex(text, r"^PERMISSION_DENIED: .*grants no roles")

    def test_another_fleet_is_not_let_in(self):
        with tempfile.TemporaryDirectory() as other:
            made = run("client/authz/grpc/testing/make_test_certificates", other)
            self.assertEqual(0, made.returncode)
            for end in (".pem", ".key"):
                os.replace(other + "/writer" + end, self.folder.name + "/intruder" + end)
        code, text = self.call("intruder", "write", "mine")
        self.assertEqual(1, code)
        # The client waits for a server that may be starting, and is never connected.
        self.assertRegex(text, r"^(UNAVAILABLE|DEADLINE_EXCEEDED): ")

    def test_a_table_with_a_mistake_is_refused_with_its_line(self):
        table = self.folder.name + "/roles.textproto"
        with open(table, "w", encoding="utf-8") as out:
            out.write('methods {\n  method: "/echo.v1.EchoService/Read"\n  role: "reader"\n}\n')
        done = run("examples/echo/echo_server", "localhost:0", self.folder.name, table)
        self.assertEqual(1, done.returncode)
        self.assertIn("roles.textproto:3: ", done.stderr)


if __name__ == "__main__":
    unittest.main()
