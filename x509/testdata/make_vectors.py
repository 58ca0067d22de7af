#!/usr/bin/env python3
"""Writes fleet_authz_vectors.json: golden vectors for readers of the FleetAuthz extension, in any language.

    x509/testdata/make_vectors.py           writes the file beside it
    x509/testdata/make_vectors.py --print   prints it instead

The bytes are the same each time. README.md says what the fields mean.
"""

import json
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).absolute().parents[2]))
sys.dont_write_bytecode = True

# pylint: disable=wrong-import-position
from x509.testdata import certificate_cases, extension_cases


def vectors():
    """The contents of the file."""
    made = {
        "about": "Golden vectors of fleetca's FleetAuthz extension; README.md beside this file explains them.",
        "fleet_authz_oid": certificate_cases.AUTHZ,
        "provenance_oid": certificate_cases.PROVENANCE,
        "fleet_authz": extension_cases.fleet_authz_vectors(),
        "provenance": extension_cases.provenance_vectors(),
        "certificates": certificate_cases.certificate_vectors(),
    }
    return json.dumps(made, indent=1) + "\n"


def main():
    if sys.argv[1:] == ["--print"]:
        sys.stdout.write(vectors())
    elif not sys.argv[1:]:
        pathlib.Path(__file__).with_name("fleet_authz_vectors.json").write_text(vectors(), encoding="utf-8")
    else:
        sys.exit(__doc__)


if __name__ == "__main__":
    main()
