"""That no command of a page is overlooked, and that none fails unseen."""

import os
import tempfile
import unittest

from tests.pages import extract
from tests.pages import runner

PAGE = '''# Title

```sh
one \\
  --flag   # with a comment
# only words

cat > file <<'END'
not a command: ```
END
```

```
not shell
```

```sh
two && three
false   # refused: by nature
```
'''

HELP = '''Words: these are not examples.

Examples:
  fleetca a --long \\
    --more:
  Words about the next one:
    fleetca b | jq '.[0]'

More words
'''


class ExtractTest(unittest.TestCase):

    def test_commands_are_found_whole_and_in_order(self):
        found = extract.page_commands(PAGE)
        self.assertEqual([4, 8, 18, 19], [command.line for command in found])
        self.assertEqual("one \\\n  --flag   # with a comment\n", found[0].text)
        self.assertTrue(found[1].text.endswith("\nEND\n"))
        self.assertEqual([False, False, False, True], [command.refused for command in found])

    def test_a_command_in_a_block_that_is_not_run_is_told(self):
        self.assertEqual([], extract.overlooked(PAGE))
        self.assertEqual([], extract.overlooked("```sh\nfleetca version\n```\n```yaml\nrun: fleetca serve\n```\n"))
        self.assertEqual([], extract.overlooked("```\naudience: fleetca\nca/fleetca.textproto is there\n```\n"))
        for opening in ("```", "```bash", "```console", "  ```sh"):
            page = "Words.\n\n%s\nmkdir out\n$ fleetca cert issue\n%s\n\n```sh\ntrue\n```\n" % (
                opening, opening.rstrip("abcdefghijklmnopqrstuvwxyz"))
            self.assertEqual(["line 5: $ fleetca cert issue"], extract.overlooked(page), opening)
            self.assertEqual(["true\n"], [command.text for command in extract.page_commands(page)])

    def test_a_refusal_may_be_announced_on_the_line_before(self):
        found = extract.commands("# refused: no such thing\nfalse\ntrue\n")
        self.assertEqual([True, False], [command.refused for command in found])

    def test_a_command_without_an_end_is_an_error(self):
        with self.assertRaises(ValueError):
            extract.commands("echo 'open\n")
        with self.assertRaises(ValueError):
            extract.commands("cat <<END\nopen\n")

    def test_examples_of_a_help(self):
        found = extract.help_examples(HELP)
        self.assertEqual(["  fleetca a --long \\\n    --more:\n", "    fleetca b | jq '.[0]'\n"],
                         [command.text for command in found])
        self.assertEqual([], extract.help_examples("no examples: here\n"))

    def test_every_command_is_reached_from_the_top(self):
        helps = {(): "Usage\n\nSubcommands:\n  cert                        Get\n  version   Say\n\nExamples:\n  x y\n",
                 ("cert",): "Subcommands:\n  issue   Get\n          more of it\n"}
        self.assertEqual([["cert"], ["version"], ["cert", "issue"]],
                         extract.command_paths(lambda path: helps.get(tuple(path), "Usage\n")))


class RunnerTest(unittest.TestCase):

    def setUp(self):
        holder = tempfile.TemporaryDirectory(dir=os.environ.get("TEST_TMPDIR"))
        self.addCleanup(holder.cleanup)
        self.holder = holder.name
        self.runs = 0

    def run_text(self, text, seconds=20):
        self.runs += 1
        folder = os.path.join(self.holder, "page-%d" % self.runs)
        return runner.run(extract.commands(text), folder, os.getcwd(), seconds=seconds)

    def test_one_shell_runs_all(self):
        done = self.run_text("alias say=echo\nword=hello\ncd /\nsay $word $PWD\n")
        self.assertIsNone(done.failure, done.failure)
        self.assertEqual("hello /\n", done.out)

    def test_a_command_that_fails_is_told_by_its_line(self):
        self.assertIn("page: line 2 ended with 3", self.run_text("true\n(exit 3)\necho never\n").failure)
        self.assertNotIn("never", self.run_text("false | cat\necho never\n").out)

    def test_a_list_that_fails_in_its_middle_fails(self):
        self.assertIn("line 1 ended with 1", self.run_text("false && echo never\n").failure)

    def test_a_refusal_must_be_one(self):
        self.assertIsNone(self.run_text("false  # refused: by nature\n").failure)
        self.assertIn("line 1 was to be refused", self.run_text("true  # refused: not at all\n").failure)

    def test_what_is_started_ends_with_the_page(self):
        done = self.run_text("sleep 600 &\necho $!\n")
        self.assertIsNone(done.failure, done.failure)

    def test_a_page_that_hangs_is_a_failure(self):
        self.assertIn("not done after 1 seconds", self.run_text("sleep 600\n", seconds=1).failure)

    def test_ports_are_replaced_where_there_is_no_network_of_ones_own(self):
        ports = dict.fromkeys(runner.PORTS, "1") | {"8443": "1111", "8444": "2222"}
        self.assertEqual("fleetca ca init --listen 127.0.0.1:1111 --dir ca --bootstrap 0.0.0.0:2222",
                         runner.with_free_ports("fleetca ca init --dir ca --bootstrap 0.0.0.0:8444", ports))
        self.assertEqual("fleetca ca init --listen 0.0.0.0:1111",
                         runner.with_free_ports("fleetca ca init --listen 0.0.0.0:8443", ports))
        self.assertEqual("x 18443", runner.with_free_ports("x 18443", ports))


if __name__ == "__main__":
    unittest.main()
