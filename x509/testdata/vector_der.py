"""DER by hand, wrong where a vector wants it wrong: what a library would refuse to write."""


def element(tag, *contents):
    """One element with its length in the shortest form."""
    body = b"".join(contents)
    size = len(body)
    if size < 0x80:
        length = bytes([size])
    else:
        octets = size.to_bytes((size.bit_length() + 7) // 8, "big")
        length = bytes([0x80 | len(octets)]) + octets
    return bytes([tag]) + length + body


def seq(*contents):
    return element(0x30, *contents)


def context(number, *contents):
    """[number], constructed."""
    return element(0xA0 | number, *contents)


def integer(value):
    size = max(1, (value.bit_length() + 8) // 8)
    return element(0x02, value.to_bytes(size, "big", signed=True))


def utf8(text):
    return element(0x0C, text if isinstance(text, bytes) else text.encode())


def oid(dotted):
    arcs = [int(arc) for arc in dotted.split(".")]
    body = b""
    for arc in [arcs[0] * 40 + arcs[1], *arcs[2:]]:
        octets = bytes([arc & 0x7F])
        while arc >> 7:
            arc >>= 7
            octets = bytes([0x80 | arc & 0x7F]) + octets
        body += octets
    return element(0x06, body)


def authz_der(version=None, revision=None, roles=None, audience=b"", attributes=b"", after=b""):
    """FleetAuthz from its parts, each bytes that are taken as they are."""
    return seq(
        integer(1) if version is None else version,
        integer(7) if revision is None else revision,
        seq() if roles is None else roles,
        audience,
        attributes,
        after,
    )


def attribute(name, value):
    return seq(utf8(name), utf8(value))


def authz(revision=7, roles=(), audience=None, attributes=None):
    """FleetAuthz as it should be, from values."""
    return authz_der(
        revision=integer(revision),
        roles=seq(*(utf8(role) for role in sorted(roles))),
        audience=b"" if audience is None else context(0, *(utf8(one) for one in sorted(audience))),
        attributes=context(1, *(attribute(*one) for one in sorted(attributes.items()))) if attributes else b"",
    )


def authz_value(revision=7, roles=(), audience=None, attributes=None):
    """What authz() of the same arguments says, as it stands in the vectors."""
    return {
        "policy_revision": revision,
        "roles": sorted(roles),
        "audience": None if audience is None else sorted(audience),
        "attributes": dict(sorted((attributes or {}).items())),
    }


def provenance(version=1, profile="service", attestation=b"\x0a\x01\x00", request_id=b"", generation=b"", after=b""):
    return seq(integer(version), utf8(profile), attestation, request_id, generation, after)
