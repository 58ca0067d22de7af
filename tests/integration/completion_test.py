"""Completion in bash, zsh and fish, each in a pseudo-terminal: Tab is pressed, and what is offered is read."""

import json
import os
import shlex
import shutil
import socket
import stat
import tempfile
import time
import unittest

from tests.integration import fleet
from tests.integration import terminal

SHELLS = ("bash", "zsh", "fish")
COMMANDS = {
    "bash": ["bash", "--noprofile", "--norc", "-i"],
    "zsh": ["zsh", "-f", "-i"],
    "fish": ["fish", "--private", "-i"],
}
# What makes each shell read completions from where they are installed, as its package and rc file do.
SETUPS = {
    "bash": "source /usr/share/bash-completion/bash_completion",
    "zsh": "fpath=($HOME/.local/share/zsh/site-functions $fpath); autoload -Uz compinit; compinit -u -d $HOME/dump; PS1='zsh> '",
    "fish": "true",
}
FILES = {
    "bash": ".local/share/bash-completion/completions/fleetca",
    "zsh": ".local/share/zsh/site-functions/_fleetca",
    "fish": ".config/fish/completions/fleetca.fish",
}


class CompletionTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.fleet = cls.enterClassContext(fleet.Fleet())
        cls.fleet.edit("fleetca.textproto", lambda text: text.replace("127.0.0.1:0", cls.fleet.address, 1))

    def setUp(self):
        folder = tempfile.TemporaryDirectory(dir=os.environ.get("TEST_TMPDIR"), ignore_cleanup_errors=True)
        self.addCleanup(folder.cleanup)
        self.home = folder.name
        os.mkdir(os.path.join(self.home, "bin"))
        os.symlink(os.path.abspath(fleet.FLEETCA), os.path.join(self.home, "bin", "fleetca"))
        os.mkdir(os.path.join(self.home, "here"))
        os.mkdir(os.path.join(self.home, "here", "requests"))
        self.env = {"HOME": self.home, "TERM": "xterm", "LANG": "C.UTF-8", "SHELL": "/bin/sh",
                    "PATH": os.path.join(self.home, "bin") + ":/usr/bin:/bin"}
        with open(os.path.join(self.home, "here", "request.csr"), "w", encoding="utf-8"):
            pass

    def run_at_home(self, *arguments, **variables):
        return fleet.run(fleet.FLEETCA, *arguments, env={**self.env, **variables})

    def complete(self, *words, **variables):
        """What the scripts are told: what the shell does itself, and words with what is said of them."""
        done = self.run_at_home("complete-words", "--", *words, **variables)
        self.assertEqual((done.code, done.err), (0, ""))
        first, *lines = done.out.decode().split("\n")[:-1]
        return first.split(), dict(line.split("\t", 1) for line in lines)

    def complete_until(self, expected, *words):
        """The words that are offered are in the end the expected ones: a machine that is busy may be too late for
        the program's limit, and then offers less."""
        offered = None
        for _ in range(20):
            offered = self.complete(*words)[1]
            if expected(set(offered)):
                return
        self.fail("%r offers %r" % (words, offered))

    def open_shell(self, shell):
        done = self.run_at_home("completion", "install", "--shell", shell)
        self.assertEqual(done.code, 0, done.err)
        opened = terminal.Terminal(COMMANDS[shell], self.env, os.path.join(self.home, "here"))
        self.addCleanup(opened.__exit__)
        opened.lists_at_second_tab = shell == "bash"
        opened.run(SETUPS[shell])
        return opened

    def press_tab(self, shell, line, *words, listed=False):
        """What is shown after Tab, once all the words are among it; where several are listed, bash does so at the
        second Tab. It is tried some times, as what a busy machine knows too late is not offered."""
        shown, left = None, 5
        while shown is None:
            left -= 1
            shell.type(line + "\t")
            if listed and shell.lists_at_second_tab:
                shell.read(2)
                shell.press("\t")
            try:
                shown = shell.wait_for(*words, seconds=20)
            except AssertionError:
                if left == 0:
                    raise
            # The line is given up; Ctrl-C would take keys with it that are typed after it.
            shell.press("\x15")
            shell.read(0.5)
        return shown

    # In each shell.

    def test_commands_flags_choices_and_files_are_offered(self):
        for name in SHELLS:
            with self.subTest(name):
                shell = self.open_shell(name)
                self.press_tab(shell, "fleetca cert is", "fleetca cert issue")
                shown = self.press_tab(shell, "fleetca cert i", "issue", "inspect", listed=True)
                self.assertNotIn("renew", shown)
                self.press_tab(shell, "fleetca cert issue --prof", "--profile")
                self.press_tab(shell, "fleetca cert issue --new-key rsa4", "rsa4096")
                self.press_tab(shell, "fleetca cert inspect request", "request.csr", "requests", listed=True)
                self.press_tab(shell, "fleetca cert issue --csr request.", "request.csr")
                self.press_tab(shell, "fleetca cert issue --csr=request.", "--csr=request.csr")
                self.press_tab(shell, "fleetca ca init --dir req", "requests/")
                self.press_tab(shell, "fleetca help cert iss", "fleetca help cert issue")

    def test_names_with_colons_are_completed(self):
        for name in SHELLS:
            with self.subTest(name):
                shell = self.open_shell(name)
                self.press_tab(shell, "fleetca cert issue --name URI:sp", "URI:spiffe://")
                self.press_tab(shell, "fleetca cert issue --name=DN", "--name=DNS:")

    def test_contexts_and_profiles_are_offered(self):
        self.assertEqual(self.run_at_home("context", "add", "harbour", "--dir", self.fleet.ca).code, 0)
        for name in SHELLS:
            with self.subTest(name):
                shell = self.open_shell(name)
                self.press_tab(shell, "fleetca context use har", "fleetca context use harbour")
                self.press_tab(shell, "fleetca cert issue --profile ", "service", "host", listed=True)

    # What a running CA knows.

    def test_what_the_ca_knows_is_offered(self):
        identity = "spiffe://fleet.example/host/lighthouse"
        token = fleet.fleetca("token", "create", "--dir", self.fleet.ca, "--identity", identity, "--profile", "host",
                              "-o", "json", "--out", os.path.join(self.home, "token"))
        self.assertEqual(token.code, 0, token.err)
        listed = json.loads(fleet.fleetca("token", "list", "--dir", self.fleet.ca, "-o", "json").out)
        ids = {one["id"] for one in listed}
        self.complete_until(lambda words: words == ids, "token", "revoke", "--dir", self.fleet.ca, "")
        self.complete_until(lambda words: words == {identity}, "cert", "revoke", "--dir", self.fleet.ca, "--identity",
                            "spiffe://fleet.example/ho")
        # Of a CA whose folder is elsewhere, by the files alone.
        at = [word for flag, file in (("--ca", "trust-bundle.pem"), ("--cert", "admin.crt"), ("--key", "admin.key"))
              for word in (flag, os.path.join(self.fleet.ca, file))] + ["--server", self.fleet.address]
        self.complete_until(lambda words: words == {"host"}, "cert", "issue", *at, "--profile", "")
        # Of its own certificates, and beside files.
        at = ["cert", "status", "--dir", self.fleet.ca, ""]
        self.complete_until(lambda words: words and all(len(word) == 40 for word in words), *at)
        self.assertEqual(self.complete(*at)[0], ["files"])

    def test_a_ca_that_does_not_answer_costs_less_than_a_third_of_a_second(self):
        with socket.create_server(("127.0.0.1", 0)) as listener:
            server = "127.0.0.1:%d" % listener.getsockname()[1]
            # The fastest of some, as a machine that is busy says nothing of the program.
            seconds, without = [], []
            at = ["cert", "issue", "--dir", self.fleet.ca, "--server", server, "--profile", ""]
            for _ in range(10):
                start = time.monotonic()
                self.complete(*at)
                seconds.append(time.monotonic() - start)
                start = time.monotonic()
                self.complete("cert", "")
                without.append(time.monotonic() - start)
            # What the folder says is there all the same.
            self.complete_until(lambda words: "service" in words, *at)
        # Beside what the start of the program takes.
        self.assertLess(min(seconds) - min(without), 0.4)

    def test_nothing_is_waited_for_that_never_comes(self):
        """A pipe in place of a key, and in place of the contexts."""
        pipe = os.path.join(self.home, "pipe")
        os.mkfifo(pipe, 0o600)
        for flag in ("--key", "--ca", "--cert"):
            start = time.monotonic()
            self.complete("token", "revoke", "--dir", self.fleet.ca, flag, pipe, "")
            self.assertLess(time.monotonic() - start, 5)
        os.makedirs(os.path.join(self.home, ".config", "fleetca"))
        os.mkfifo(os.path.join(self.home, ".config", "fleetca", "contexts.json"), 0o600)
        self.assertEqual(self.complete("context", "use", ""), ([], {}))

    # It never fails, and says nothing.

    def test_any_words_are_answered(self):
        for words in ([], [""], ["--"], ["-"], ["nonsense", ""], ["cert", "issue", "--nonsense", ""], ["--help", ""],
                      ["cert", "issue", "--key="], ["cert", "issue", "-o"], ["cert", "issue", "--", "-"],
                      ["\udcff"], ["a" * 100000], ["cert", "issue", "--profile", "\x1b[31m"], ["help", "help", ""],
                      ["complete-words", "--", ""], ["cert", "issue", "--dir", "/nonexistent", "--profile", ""]):
            with self.subTest(words[:3]):
                done = self.run_at_home("complete-words", "--", *words)
                self.assertEqual((done.code, done.err), (0, ""))

    def test_it_is_no_command_for_people(self):
        self.assertNotIn("complete-words", fleet.fleetca("--help").out.decode())
        self.assertNotIn("complete-words", self.complete("comp")[1])

    # Installing.

    def test_install_says_what_it_wrote_and_uninstall_undoes_it(self):
        for name in SHELLS:
            with self.subTest(name):
                file = os.path.join(self.home, FILES[name])
                done = self.run_at_home("completion", "install", SHELL="/usr/bin/" + name)
                self.assertEqual(done.code, 0, done.err)
                self.assertIn(file, done.err)
                self.assertIn("new shell", done.err)
                self.assertEqual(stat.S_IMODE(os.stat(file).st_mode), 0o644)
                with open(file, "rb") as written:
                    self.assertEqual(written.read(), fleet.fleetca("completion", name).out)
                # Again, as after an upgrade.
                self.assertEqual(self.run_at_home("completion", "install", "--shell", name).code, 0)
                self.assertEqual(self.run_at_home("completion", "uninstall", "--shell", name).code, 0)
                self.assertFalse(os.path.exists(file))
                gone = self.run_at_home("completion", "uninstall", "--shell", name)
                self.assertEqual(gone.code, 1)
                self.assertIn("nothing was removed", gone.err)

    def test_a_file_of_somebody_else_stays(self):
        file = os.path.join(self.home, "fleetca")
        with open(file, "w", encoding="utf-8") as written:
            written.write("# mine\n")
        for command in ("install", "uninstall"):
            done = self.run_at_home("completion", command, "--shell", "bash", "--dir", self.home)
            self.assertEqual(done.code, 1)
            self.assertIn("was not written by", done.err)
        with open(file, encoding="utf-8") as written:
            self.assertEqual(written.read(), "# mine\n")

    def test_a_shell_that_is_not_known_is_asked_for(self):
        done = self.run_at_home("completion", "install", SHELL="/bin/ksh")
        self.assertEqual(done.code, 1)
        self.assertIn("--shell", done.err)
        self.assertEqual(self.run_at_home("completion", "install", "--shell", "ksh").code, 2)

    def test_the_script_passes_the_checks_of_its_shell(self):
        for name in SHELLS:
            script = os.path.join(self.home, "script")
            with open(script, "wb") as written:
                written.write(fleet.fleetca("completion", name).out)
            done = fleet.run(shutil.which(name), "-n", script)
            self.assertEqual((done.code, done.err), (0, ""))

    def test_bash_inserts_no_code(self):
        """Whatever the program answers."""
        script = os.path.join(self.home, "script")
        with open(script, "wb") as written:
            written.write(fleet.fleetca("completion", "bash").out)
        answerer = os.path.join(self.home, "answerer")
        with open(answerer, "w", encoding="utf-8") as written:
            written.write("#!/bin/sh\nprintf '\\n$(touch${IFS}PWNED)\\tbad\\na;b\\t\\nplain\\t\\n'\n")
        os.chmod(answerer, 0o755)

        def inserted(typed):
            line = "%s cert issue --profile %s" % (answerer, typed)
            words = "COMP_LINE=%s COMP_POINT=%d COMP_CWORD=4 COMP_WORDS=(%s cert issue --profile %s)" % (
                shlex.quote(line), len(line), answerer, shlex.quote(typed))
            done = fleet.run(shutil.which("bash"), "-c", "source %s; %s; _fleetca %s; printf '%%s\\n' \"${COMPREPLY[@]}\"" % (
                script, words, answerer))
            return done.out.decode().splitlines()

        self.assertEqual(inserted(""), ["\\$\\(touch\\$\\{IFS\\}PWNED\\)", "a\\;b", "plain"])
        self.assertEqual(inserted('"'), ["plain"])


if __name__ == "__main__":
    unittest.main()
