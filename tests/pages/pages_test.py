"""Every command block of every page, run as somebody who pastes it. A new page is run without being named here."""

import os
import re
import subprocess
import tempfile
import unittest

from tests.pages import extract
from tests.pages import runner

# Commands that no test can run, by how they begin, and why.
NOT_RUN = {
    "README.md": {
        "deploy/demo": "installs packages and builds; tests/integration/demo_test runs it",
        "deploy/test": "installs packages, builds, and runs this test",
        "bench/run": "measures for ten minutes",
    },
    "CONTRIBUTING.md": {
        "deploy/test": "installs packages, builds, and runs this test",
        "bazel run --config=opt //bench:": "measures for minutes; deploy/test builds them",
        "FLEETCA_BENCH_DIR=": "measures for minutes; deploy/test builds it",
    },
    "docs/lanes.md": {
        "bazel run --config=opt //bench": "measures for minutes; deploy/test builds it",
    },
    "docs/performance.md": {
        "bench/": "measures for ten minutes, or reads what that wrote",
        "bazel run --config=opt //bench": "measures for minutes; deploy/test builds them",
        "deploy/check-instructions": "counts for minutes; deploy/test runs it",
    },
}
# Whose programs mind being root.
AS_USER = ("examples/nginx/README.md",)
# What a page must show afterwards, beside that nothing failed: files of its folder, and words of its output.
SHOWS = {
    "README.md": (("web.crt", "csr.crt"), ("The policy was replaced", "URI:spiffe://fleet.example/svc/web")),
    "docs/agent.md": (("tls/credential-bundle.pem", "tls/trust-bundle.pem"), ('fleetca_agent_ready{identity="host"} 1',)),
    "docs/bootstrap.md": (("host.crt", "pinned.pem"), ()),
    "docs/recipes/nss.md": (("alice.crt", "bob.crt"), ("\nalice ", "\nbob ")),
    "docs/recipes/pkcs12.md": (("alice.crt", "back.crt"), ("PrivateKeyEntry", "trustedCertEntry")),
    "docs/recipes/postgresql.md": (("alice.crt", "bob.crt"), ("subject=CN = alice", "\nalice\n")),
    "docs/recipes/revocation-checks.md": ((), ("400 Bad Request", "refused: REVOKED", "certificate revoked")),
    "examples/echo/README.md": ((), ('"good morning" by spiffe://fleet.example/svc/writer',)),
    "examples/nginx/README.md": ((), ("spiffe://fleet.example/svc/writer",)),
}
# The first certificate of a host, by a token that is good once.
_BY_TOKEN = 'fleetca cert issue --bootstrap localhost:8444 --ca-sha256 "$(cat root.sha256)" --token-file join.token'
# Pages that are pasted a second time into the same folder, and what is refused then, because it is there already: how
# those commands begin.
AGAIN = {
    "README.md": ("fleetca ca init", "fleetca serve", "fleetca cert issue"),
    "docs/bootstrap.md": ("fleetca ca init", "fleetca serve", "fleetca token create", _BY_TOKEN, "rm join.token"),
    "docs/recipes/local-https.md": ("fleetca cert selfsign",),
    "docs/recipes/mutual-tls.md": ("fleetca ca init", "fleetca serve", "for service in"),
    "docs/recipes/nss.md": ("fleetca ca init", "fleetca serve", "for person in alice bob; do\n  fleetca cert issue"),
    "docs/recipes/python-csr.md": ("fleetca ca init", "fleetca serve"),
}
_PASSED_OVER = ("bazel-", ".", "node_modules")
# The path of a unix socket has at most 107 octets, so pages are not run where Bazel has its temporary files.
_SHORT = "/tmp"


def workspace():
    """The real source tree: WORKSPACE is a link to it in the test's runfiles."""
    return os.path.dirname(os.path.realpath("WORKSPACE"))


def markdown_files():
    """Every Markdown file of the tree."""
    found = []
    for folder, folders, names in os.walk(workspace()):
        folders[:] = sorted(name for name in folders if not name.startswith(_PASSED_OVER))
        for name in names:
            if name.endswith(".md"):
                found.append(os.path.relpath(os.path.join(folder, name), workspace()))
    return sorted(found)


def pages():
    """The Markdown files that have a block of commands."""
    return [path for path in markdown_files() if extract.page_commands(read(path))]


def read(page):
    with open(os.path.join(workspace(), page), encoding="utf-8") as file:
        return file.read()


def is_run(page, command):
    return not command.text.lstrip().startswith(tuple(NOT_RUN.get(page, ())))


class PagesTest(unittest.TestCase):

    def test_the_pages_are_found(self):
        for page in ("README.md", "CONTRIBUTING.md", "docs/bootstrap.md", "docs/cli.md", "docs/operations.md",
                     "examples/echo/README.md"):
            self.assertIn(page, pages())

    def test_no_command_stands_where_it_is_not_run(self):
        for page in markdown_files():
            self.assertEqual([], extract.overlooked(read(page)), page)

    def test_what_is_not_run_is_there(self):
        for page, beginnings in NOT_RUN.items():
            texts = [command.text.lstrip() for command in extract.page_commands(read(page))]
            for beginning, reason in beginnings.items():
                self.assertTrue(reason)
                self.assertTrue(any(text.startswith(beginning) for text in texts), (page, beginning))

    def test_no_page_signals_every_process_of_the_name(self):
        # The commands at a terminal are called fleetca too.
        for page in pages():
            for words in ("pidof fleetca", "pkill fleetca", "killall fleetca"):
                self.assertNotIn(words, read(page), page)

    def test_checklist53_every_page_runs_as_pasted(self):
        """Each page runs in a folder of its own, which has the examples and the programs and nothing else."""
        for page in pages():
            commands = [command for command in extract.page_commands(read(page)) if is_run(page, command)]
            if not commands:
                continue
            with self.subTest(page), tempfile.TemporaryDirectory(
                    prefix="page-", dir=_SHORT, ignore_cleanup_errors=True) as holder:
                folder = os.path.join(holder, "page")
                files = [("examples", os.path.join(workspace(), "examples"))]
                done = runner.run(commands, folder, os.getcwd(), files, as_user=page in AS_USER)
                self.assertIsNone(done.failure, "%s: %s" % (page, done.failure))
                self.check_shown(page, folder, done)

    def test_what_is_added_to_a_configuration_is_added_once(self):
        # A field that stands there twice is a configuration that no command understands.
        for page in pages():
            for command in extract.page_commands(read(page)):
                if re.search(r">> *ca/\w+\.textproto", command.text):
                    self.assertIn("grep -q", command.text, "%s:%d" % (page, command.line))

    def test_a_page_may_be_pasted_again(self):
        for page, refused in AGAIN.items():
            commands = [command for command in extract.page_commands(read(page)) if is_run(page, command)]
            for beginning in refused:
                self.assertTrue(any(command.text.startswith(beginning) for command in commands), (page, beginning))
            again = [command for command in commands if not command.text.startswith(refused)]
            with self.subTest(page), tempfile.TemporaryDirectory(
                    prefix="again-", dir=_SHORT, ignore_cleanup_errors=True) as holder:
                files = [("examples", os.path.join(workspace(), "examples"))]
                done = runner.run(commands + again, os.path.join(holder, "page"), os.getcwd(), files)
                self.assertIsNone(done.failure, "%s: %s" % (page, done.failure))

    def check_shown(self, page, folder, done):
        names, words = SHOWS.get(page, ((), ()))
        for name in names:
            shown = subprocess.run(["openssl", "x509", "-noout", "-in", os.path.join(folder, name)],
                                   capture_output=True, check=False)
            self.assertEqual(0, shown.returncode, "%s did not make %s" % (page, name))
        for word in words:
            self.assertIn(word, done.out + done.err, page)


if __name__ == "__main__":
    unittest.main()
