"""The unit for AVX-512 defines nothing that another unit could define too.

Of a weak symbol the linker keeps any one definition. This unit's would be an illegal instruction for a host without
AVX-512, in whatever part of the program uses that function.
"""

import glob
import subprocess
import unittest

# What the rest of the program calls.
ENTRIES = ["Avx512IsCompiledIn", "VerifyEightLanes", "VerifySixteenLanes"]


def defined_symbols():
    """(type, name) of each symbol that the unit defines and that others can see."""
    archives = glob.glob("p256/liblanes_avx512*.a")
    if not archives:
        raise AssertionError("the library of the unit is not there")
    listed = subprocess.run(["nm", "-C", "--defined-only", "--extern-only", archives[0]], capture_output=True,
                            text=True, check=True)
    rows = [line.split(None, 2) for line in listed.stdout.splitlines()]
    return [(row[1], row[2]) for row in rows if len(row) == 3]


class LanesSymbolsTest(unittest.TestCase):

    def test_no_symbol_is_weak(self):
        # W, V: weak; u: unique, as inline variables are.
        self.assertEqual([], [symbol for symbol in defined_symbols() if symbol[0] in "WwVvu"])

    def test_nothing_is_defined_but_the_entries(self):
        names = sorted(name.split("(")[0].split("::")[-1] for _, name in defined_symbols())
        self.assertEqual(ENTRIES, names)


if __name__ == "__main__":
    unittest.main()
