"""The mutants still fit the sources: each change is found in exactly one place, and every offset is used."""

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

    def test_every_change_is_found_once(self):
        mutants = list(load().constants())
        self.assertGreater(len(mutants), 60)
        for mutant in mutants:
            with self.subTest(mutant.name):
                self.assertEqual(1, read(mutant.file).count(mutant.old))
                self.assertNotEqual(mutant.old, mutant.new)
        self.assertEqual(len(mutants), len({(mutant.file, mutant.old, mutant.new) for mutant in mutants}))

    def test_the_vectors_have_mutants(self):
        self.assertGreater(len([mutant for mutant in load().constants() if mutant.file == "lanes_avx512.cc"]), 10)

    def test_every_offset_is_used(self):
        # bounds_test makes each one less where it is used.
        names = re.findall(r"constexpr int (k\w+)", read("offsets.h"))
        self.assertEqual(22, len(names))
        formulas = "".join(read(name) for name in ("point.h", "odd_multiples.h", "verification.h"))
        for name in names:
            self.assertEqual(1, formulas.count("offsets::" + name + ">"), name)


if __name__ == "__main__":
    unittest.main()
