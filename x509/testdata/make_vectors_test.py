"""The golden vectors are what make_vectors.py makes, and have no case twice."""

import json
import pathlib
import sys
import unittest

try:
    import cryptography  # pylint: disable=unused-import
except ImportError:
    print("SKIPPED: the Python module cryptography is not installed (python3-cryptography)")
    sys.exit(0)

from x509.testdata import make_vectors


class MakeVectorsTest(unittest.TestCase):
    def setUp(self):
        self.made = make_vectors.vectors()

    def test_the_file_is_what_the_generator_makes(self):
        file = pathlib.Path(__file__).with_name("fleet_authz_vectors.json")
        self.assertTrue(
            file.read_text(encoding="utf-8") == self.made,
            "run x509/testdata/make_vectors.py and look at the difference",
        )

    def test_no_case_is_there_twice(self):
        vectors = json.loads(self.made)
        for kind, key in (("fleet_authz", "der"), ("provenance", "der"), ("certificates", "name")):
            names = [vector["name"] for vector in vectors[kind]]
            keys = [vector[key] for vector in vectors[kind]]
            self.assertEqual(len(names), len(set(names)), kind)
            self.assertEqual(len(keys), len(set(keys)), kind)


if __name__ == "__main__":
    unittest.main()
