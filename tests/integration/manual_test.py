"""Every command's manual page: rendered by man(1) without a warning, and as complete as the command's help."""

import json
import os
import subprocess
import tempfile
import unittest

from tests.integration import fleet

ENV = {**os.environ, "MANWIDTH": "100", "LANG": "C.UTF-8", "LC_ALL": "C.UTF-8", "MANROFFOPT": "", "GROFF_NO_SGR": "1"}


def help_of(path):
    return json.loads(fleet.fleetca("help", *path, "-o", "json").out)


def walk(path):
    """Every command from `path` on, groups and the program itself too: (path, help)."""
    shown = help_of(path)
    found = [(path, shown)]
    for below in shown["commands"]:
        found += walk(path + [below["name"]])
    return found


class ManualTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.commands = walk([])
        folder = tempfile.TemporaryDirectory(dir=os.environ.get("TEST_TMPDIR"))
        cls.addClassCleanup(folder.cleanup)
        cls.folder = folder.name
        done = fleet.fleetca("man", "--install", cls.folder, "-o", "json")
        assert done.code == 0, done.err
        cls.pages = {page["command"]: page["file"] for page in json.loads(done.out)}

    def render(self, file):
        """The page as man shows it, each run of blanks as one; without a warning."""
        done = subprocess.run(["man", "--warnings=w", "-l", file], env=ENV, capture_output=True, text=True, check=False,
                              encoding="utf-8")
        self.assertEqual((done.returncode, done.stderr), (0, ""), file)
        return " ".join(done.stdout.split())

    def test_every_command_has_a_page_without_a_warning(self):
        self.assertEqual({"fleetca" + "".join(" " + word for word in path) for path, _ in self.commands},
                         set(self.pages))
        self.assertGreater(len(self.pages), 50)
        for path, shown in self.commands:
            with self.subTest(path):
                text = self.render(self.pages[shown["command"]])
                name = shown["command"].replace(" ", "-")
                self.assertIn("%s - " % name, text)
                self.assertIn(" ".join(shown["usage"].split()), text)
                for option in shown["flags"] + shown["arguments"]:
                    for spelling in option["names"]:
                        self.assertIn(spelling, text)
                    self.assertIn(" ".join(option["summary"].split()), text)
                for below in shown["commands"]:
                    self.assertIn("%s-%s(1)" % (name, below["name"]), text)
                for example in shown["examples"]:
                    # As it is typed, letter by letter.
                    self.assertIn(" ".join(example.split()), text)

    def test_man_finds_a_page_below_the_folder(self):
        done = subprocess.run(["man", "-M", self.folder, "fleetca-cert-issue"], env=ENV, capture_output=True, text=True,
                              check=False, encoding="utf-8")
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertIn("--new-key", done.stdout)

    def test_a_page_is_shown_and_its_source_printed(self):
        shown = fleet.run(fleet.FLEETCA, "man", "cert", "issue", env=ENV)
        self.assertEqual((shown.code, shown.err), (0, ""))
        self.assertIn("FLEETCA-CERT-ISSUE(1)", shown.out.decode())
        source = fleet.fleetca("man", "cert", "issue", "-o", "troff").out
        with open(self.pages["fleetca cert issue"], "rb") as file:
            self.assertEqual(file.read(), source)
        as_json = json.loads(fleet.fleetca("man", "cert", "issue", "-o", "json").out)
        self.assertEqual((as_json["name"], as_json["section"]), ("fleetca-cert-issue", 1))
        self.assertEqual(as_json["troff"], source.decode())

    def test_what_cannot_be_shown_is_said(self):
        gone = fleet.fleetca("man", "cert", "nonsense")
        self.assertEqual(gone.code, 1)
        self.assertIn("there are: issue, ", gone.err)
        without_man = fleet.run(fleet.FLEETCA, "man", "cert", "issue", env={**ENV, "PATH": self.folder})
        self.assertEqual(without_man.code, 1)
        self.assertIn("fleetca help cert issue", without_man.err)
        self.assertEqual(fleet.fleetca("man", "--install", os.path.join(self.folder, "gone")).code, 1)
        self.assertEqual(fleet.fleetca("man", "cert", "--install", self.folder).code, 2)


if __name__ == "__main__":
    unittest.main()
