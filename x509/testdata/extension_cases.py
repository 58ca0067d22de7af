"""Vectors of the two extensions' contents: what every reader takes, and what it must refuse and why."""

from x509.testdata.vector_der import (
    attribute, authz, authz_der, authz_value, context, element, integer, provenance, seq, utf8)

# One octet below, at and above what a field holds.
MAX_REVISION = 2**63 - 1
ROLES = ["role-%02d" % i for i in range(33)]


def padded(size):
    """FleetAuthz of exactly `size` octets: values of two-octet characters and one role that fills up."""
    attributes = {"attribute-%02d" % i: "\u00e9" * 120 for i in range(15)}
    fixed = {"roles": ROLES[:8], "attributes": attributes}
    for first in range(1, 65):
        for second in range(1, 65):
            roles = [*ROLES[:6], "x" * first, "y" * second]
            if len(authz(**dict(fixed, roles=roles))) == size:
                return dict(fixed, roles=roles)
    raise ValueError("no grants of %d octets" % size)


def positive():
    """(name, arguments of authz)."""
    full = {
        "revision": 300,
        "roles": ["reader", "admin/db"],
        "audience": ["svc/orders", "svc/billing"],
        "attributes": {"zone": "b", "region": "eu-1"},
    }
    return [
        ("nothing granted", {}),
        ("every field", full),
        ("one role", {"roles": ["reader"]}),
        ("revision 0", {"revision": 0}),
        ("revision 127", {"revision": 127}),
        ("revision 128", {"revision": 128}),
        ("the largest revision", {"revision": MAX_REVISION}),
        ("32 roles", {"roles": ROLES[:32]}),
        ("16 services in the audience", {"roles": ["r"], "audience": ROLES[:16]}),
        ("16 attributes", {"attributes": {name: "v" for name in ROLES[:16]}}),
        ("audience without roles", {"audience": ["svc/orders"]}),
        ("attributes without audience", {"attributes": {"region": "eu-1"}}),
        ("a token of 64 characters", {"roles": ["a" * 64]}),
        ("a token of one digit", {"roles": ["0"]}),
        ("every character of tokens", {"roles": ["az09._/-", "0/"]}),
        ("tokens that sort by octet: - . / 0 _ a", {"roles": ["a-", "a.", "a/", "a0", "a_", "aa", "a"]}),
        ("a value of 128 characters, 256 octets", {"attributes": {"a": "\u00e9" * 128}}),
        ("a value of four-octet characters", {"attributes": {"a": "\U0001f600"}}),
        ("a value with spaces and punctuation", {"attributes": {"a": " \"it's\" 100 % <ok> "}}),
        ("4096 octets", padded(4096)),
    ]


def negative_forms():
    """Bytes that are not DER, or not of this type."""
    good = authz(roles=["a", "b"])
    body = good[2:]
    return [
        ("no octets", b""),
        ("trailing octet", good + b"\x00"),
        ("two values", good + good),
        ("cut short by an octet", good[:-1]),
        ("length one too large", bytes([0x30, len(body) + 1]) + body),
        ("indefinite length", b"\x30\x80" + body + b"\x00\x00"),
        ("indefinite length of the roles", authz_der(roles=b"\x30\x80\x0c\x01a\x00\x00")),
        ("non-minimal length, 81", b"\x30\x81" + bytes([len(body)]) + body),
        ("non-minimal length, 82 00", b"\x30\x82\x00" + bytes([len(body)]) + body),
        ("non-minimal length of a role", authz_der(roles=seq(b"\x0c\x81\x01a"))),
        ("non-minimal length of five octets", b"\x30\x85\x00\x00\x00\x00" + bytes([len(body)]) + body),
        ("SET instead of SEQUENCE", b"\x31" + good[1:]),
        ("primitive SEQUENCE", b"\x10" + good[1:]),
        ("high tag number", b"\x3f\x30" + good[1:]),
        ("NULL", b"\x05\x00"),
        ("OCTET STRING around it", element(0x04, good)),
        ("4097 octets", authz(**padded(4097))),
        ("a field after the last", authz_der(after=b"\x05\x00")),
        ("a third optional field, [2]", authz_der(after=context(2))),
        ("fields in another order", seq(integer(7), integer(1), seq())),
        ("attributes before audience", authz_der(
            audience=context(1, attribute("a", "b")), attributes=context(0, utf8("a")))),
    ]


def negative_numbers():
    return [
        ("version 0", authz_der(version=integer(0))),
        ("version 2", authz_der(version=integer(2))),
        ("version -1", authz_der(version=integer(-1))),
        ("version 257", authz_der(version=integer(257))),
        ("version in two octets", authz_der(version=b"\x02\x02\x00\x01")),
        ("version absent", seq(integer(7), seq())),
        ("version as [0]", seq(context(0, integer(1)), integer(7), seq())),
        ("version a BOOLEAN, DER", authz_der(version=b"\x01\x01\xff")),
        ("version a BOOLEAN, BER", authz_der(version=b"\x01\x01\x01")),
        ("revision -1", authz_der(revision=integer(-1))),
        ("revision 2^63", authz_der(revision=integer(2**63))),
        ("revision 2^64", authz_der(revision=integer(2**64))),
        ("revision with a leading zero octet", authz_der(revision=b"\x02\x02\x00\x07")),
        ("revision without octets", authz_der(revision=b"\x02\x00")),
        ("revision ENUMERATED", authz_der(revision=b"\x0a\x01\x07")),
        ("revision absent", seq(integer(1), seq())),
    ]


def negative_roles():
    def roles(*tokens):
        return authz_der(roles=seq(*tokens))

    return [
        ("roles absent", seq(integer(1), integer(7))),
        ("roles a SET", authz_der(roles=element(0x31, utf8("a")))),
        ("roles unsorted", roles(utf8("b"), utf8("a"))),
        ("roles unsorted, a prefix after the longer word", roles(utf8("aa"), utf8("a"))),
        ("roles unsorted, by length first", roles(utf8("b"), utf8("aa"))),
        ("role twice", roles(utf8("a"), utf8("a"))),
        ("33 roles", roles(*(utf8(role) for role in ROLES))),
        ("empty token", roles(utf8(""))),
        ("token of 65 octets", roles(utf8("a" * 65))),
        ("upper case", roles(utf8("Reader"))),
        ("space", roles(utf8("a b"))),
        ("begins with a dot", roles(utf8(".a"))),
        ("begins with a hyphen", roles(utf8("-a"))),
        ("begins with an underscore", roles(utf8("_a"))),
        ("begins with a slash", roles(utf8("/a"))),
        ("asterisk", roles(utf8("*"))),
        ("NUL in a token", roles(utf8(b"a\x00b"))),
        ("newline after a token", roles(utf8("a\n"))),
        ("letter outside ASCII", roles(utf8("\u00e9"))),
        ("fullwidth letter", roles(utf8("\uff41"))),
        ("invalid UTF-8 in a token", roles(utf8(b"a\xff"))),
        ("PrintableString", roles(element(0x13, b"a"))),
        ("IA5String", roles(element(0x16, b"a"))),
        ("constructed UTF8String", roles(element(0x2C, utf8("a")))),
        ("role in a SEQUENCE", roles(seq(utf8("a")))),
    ]


def negative_lists():
    def audience(*tokens):
        return authz_der(audience=context(0, *tokens))

    def attributes(*entries):
        return authz_der(attributes=context(1, *entries))

    def value(text):
        return attributes(attribute("a", text))

    return [
        ("empty audience", audience()),
        ("17 services in the audience", audience(*(utf8(one) for one in ROLES[:17]))),
        ("audience unsorted", audience(utf8("b"), utf8("a"))),
        ("audience twice the same", audience(utf8("a"), utf8("a"))),
        ("audience with an upper-case word", audience(utf8("A"))),
        ("audience primitive", authz_der(audience=element(0x80, utf8("a")))),
        ("audience EXPLICIT", authz_der(audience=context(0, seq(utf8("a"))))),
        ("audience two times", authz_der(audience=context(0, utf8("a")) + context(0, utf8("b")))),
        ("empty attributes", attributes()),
        ("17 attributes", attributes(*(attribute(name, "v") for name in ROLES[:17]))),
        ("attributes unsorted", attributes(attribute("b", "v"), attribute("a", "v"))),
        ("attribute name twice", attributes(attribute("a", "v"), attribute("a", "w"))),
        ("attribute without value", attributes(seq(utf8("a")))),
        ("attribute with a third string", attributes(seq(utf8("a"), utf8("b"), utf8("c")))),
        ("attribute name empty", attributes(attribute("", "v"))),
        ("attribute name in upper case", attributes(attribute("A", "v"))),
        ("attributes EXPLICIT", authz_der(attributes=context(1, seq(attribute("a", "v"))))),
        ("value empty", value("")),
        ("value of 129 characters", value("v" * 129)),
        ("value with NUL", value(b"a\x00b")),
        ("value with a newline", value("a\nb")),
        ("value with DEL", value("\x7f")),
        ("value with a C1 control character", value("\x85")),
        ("value with a right-to-left override", value("\u202e")),
        ("value with an isolate", value("\u2066")),
        ("value with a byte order mark", value("\ufeff")),
        ("value with a line separator", value("\u2028")),
        ("value of overlong UTF-8", value(b"\xc0\xaf")),
        ("value with a surrogate", value(b"\xed\xa0\x80")),
        ("value above U+10FFFF", value(b"\xf4\x90\x80\x80")),
        ("value with a lone continuation octet", value(b"\x80")),
        ("value cut in a character", value(b"\xe2\x82")),
        ("value a PrintableString", attributes(seq(utf8("a"), element(0x13, b"v")))),
    ]


def negative():
    return [*negative_forms(), *negative_numbers(), *negative_roles(), *negative_lists()]


def fleet_authz_vectors():
    vectors = [
        {"name": name, "valid": True, "der": authz(**arguments).hex(), "value": authz_value(**arguments)}
        for name, arguments in positive()
    ]
    return vectors + [{"name": name, "valid": False, "der": der.hex()} for name, der in negative()]


def provenance_vectors():
    request_id = element(0x80, bytes(range(16)))
    full = provenance(attestation=b"\x0a\x01\x02", request_id=request_id, generation=b"\x81\x01\x05")
    valid = [
        ("profile and attestation", provenance()),
        ("every field", full),
        ("join token", provenance(attestation=b"\x0a\x01\x01")),
        ("own", provenance(attestation=b"\x0a\x01\x03")),
        ("the largest generation", provenance(generation=b"\x81\x04\x7f\xff\xff\xff")),
        ("request id of 64 octets", provenance(request_id=element(0x80, bytes(64)))),
    ]
    invalid = [
        ("no octets", b""),
        ("trailing octet", full + b"\x00"),
        ("version 2", provenance(version=2)),
        ("profile empty", provenance(profile="")),
        ("profile in upper case", provenance(profile="Service")),
        ("attestation 4", provenance(attestation=b"\x0a\x01\x04")),
        ("attestation in two octets", provenance(attestation=b"\x0a\x02\x00\x00")),
        ("attestation an INTEGER", provenance(attestation=b"\x02\x01\x00")),
        ("request id of 15 octets", provenance(request_id=element(0x80, bytes(15)))),
        ("request id of 65 octets", provenance(request_id=element(0x80, bytes(65)))),
        ("request id constructed", provenance(request_id=context(0, element(0x04, bytes(16))))),
        ("generation -1", provenance(generation=b"\x81\x01\xff")),
        ("generation 2^31", provenance(generation=b"\x81\x05\x00\x80\x00\x00\x00")),
        ("generation padded", provenance(generation=b"\x81\x02\x00\x05")),
        ("generation empty", provenance(generation=b"\x81\x00")),
        ("generation before request id", provenance(request_id=b"\x81\x01\x05", generation=request_id)),
        ("something after", provenance(after=b"\x05\x00")),
    ]
    return [{"name": name, "valid": True, "der": der.hex()} for name, der in valid] + [
        {"name": name, "valid": False, "der": der.hex()} for name, der in invalid]
