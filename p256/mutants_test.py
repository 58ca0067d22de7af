"""The mutants still fit the sources: each change is found, in one place, and every offset has one."""

import importlib.machinery
import importlib.util
import os
import re
import unittest


def load():
    path = os.path.join("p256", "mutants")
    loader = importlib.machinery.SourceFileLoader("mutants", path)
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader("mutants", loader))
    loader.exec_module(module)
    module.HERE = os.path.abspath("p256")
    return module


def read(name):
    with open(os.path.join("p256", name), encoding="utf-8") as source:
        return source.read()


class MutantsTest(unittest.TestCase):

    def test_every_change_is_found(self):
        module = load()
        for mutant in list(module.offsets()) + list(module.constants()):
            with self.subTest(mutant.name):
                self.assertIn(mutant.old, read(mutant.file))
                self.assertNotEqual(mutant.old, mutant.new)

    def test_every_offset_has_a_mutant_and_is_used(self):
        mutants = "\n".join(mutant.name for mutant in load().offsets())
        names = re.findall(r"constexpr int (k\w+)", read("offsets.h"))
        self.assertGreater(len(names), 20)
        formulas = "".join(read(name) for name in ("point.h", "odd_multiples.h", "verification.h"))
        for name in names:
            self.assertIn(name + " = ", mutants)
            self.assertIn("offsets::" + name + ">", formulas)


if __name__ == "__main__":
    unittest.main()
