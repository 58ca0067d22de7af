"""Vectors of whole certificates: who the caller is and what the caller may do, or that it is refused."""

from x509.testdata.vector_ca import (
    CLIENT_AUTH, CRL_SIGN, CERT_AND_CRL_SIGN, DIGITAL_SIGNATURE, SERVER_AUTH, TRUE, Authority, Key, at,
    basic_constraints, extended_key_usage, extension, key_usage, pem, uris)
from x509.testdata.vector_der import authz, authz_der, authz_value, context, element, integer, seq, utf8

AUTHZ = "1.3.6.1.4.1.32473.1.1.1"
PROVENANCE = "1.3.6.1.4.1.32473.1.1.2"
WEB = "spiffe://fleet.example/svc/web"
NOT_AFTER = at("2026-06-02 00:00")
GRANT = {"revision": 7, "roles": ["reader", "writer"], "attributes": {"region": "eu-1"}}
ERROR = {"error": True}

ROOT = Authority("Root")
ISSUING = Authority("Issuing CA", issuer=ROOT, path_length=0)
OTHER_ROOT = Authority("Other root")
FORGED_ROOT = Authority("Root", seed="Forged root")
# Says that it has the true root's key, which it has not.
IMPOSTOR = Authority("Root", seed="Impostor")
IMPOSTOR.key.id = ROOT.key.id
FORGED_ISSUING = Authority("Issuing CA", seed="Forged issuing CA", issuer=FORGED_ROOT)


def own(grants=None, critical=b"", dotted=AUTHZ):
    return extension(dotted, authz(**(GRANT if grants is None else grants)), critical)


def leaf(*own_extensions, issuer=ISSUING, san=None, before=None, **changes):
    """A leaf as fleetca issues it, but for the changes."""
    fixed = [
        changes.get("constraints", basic_constraints(False)),
        key_usage(changes.get("usage", DIGITAL_SIGNATURE)),
        changes.get("purposes", extended_key_usage(SERVER_AUTH, CLIENT_AUTH)),
        uris(WEB) if san is None else san,
    ]
    return issuer.issue(Key("leaf"), "", [one for one in fixed if one] + list(own_extensions),
                        before or at("2026-06-01 00:00"), changes.get("after", NOT_AFTER))


def grants(state, value=None, identity=WEB):
    """What a reader answers. Outside "granted" there are no roles and no attributes."""
    value = value or authz_value(revision=0)
    answer = {"identity": identity, "state": state, "not_after": NOT_AFTER.strftime("%Y-%m-%dT%H:%M:%SZ")}
    answer.update(value)
    if state != "granted":
        answer.update({"roles": [], "attributes": {}})
    return answer


def case(name, chain, verifier, reader="same", **changes):
    """`reader` is what one that looks at the leaf alone, after TLS verified the chain, answers."""
    made = {
        "name": name,
        "chain": [pem(der) for der in chain],
        "roots": [pem(ROOT.der)],
        "trust_domain": "fleet.example",
        "audience": "svc/orders",
        "minimum_policy_revision": 0,
        "time": "2026-06-01T12:00:00Z",
        "verifier": verifier,
        "reader": verifier if reader == "same" else reader,
    }
    made.update(changes)
    return made


GRANTED = grants("granted", authz_value(**GRANT))


def grant_cases():
    """One good identity, and every kind of grant."""
    chain = ISSUING.der
    here = dict(GRANT, audience=["svc/billing", "svc/orders"])
    elsewhere = dict(GRANT, audience=["svc/billing"])
    old = dict(GRANT, revision=6)
    return [
        case("one extension", [leaf(own()), chain], GRANTED),
        case("no extension", [leaf(), chain], grants("absent")),
        case("provenance alone", [leaf(own(dotted=PROVENANCE)), chain], grants("absent")),
        case("the extension under another arc", [leaf(own(dotted="1.3.6.1.4.1.32473.2.1.1")), chain], grants("absent")),
        case("no roles", [leaf(own({})), chain], grants("granted", authz_value())),
        case("audience names this service", [leaf(own(here)), chain], grants("granted", authz_value(**here))),
        case("audience names others", [leaf(own(elsewhere)), chain],
             grants("other_audience", authz_value(**elsewhere))),
        case("audience, and this service has no name", [leaf(own(here)), chain],
             grants("other_audience", authz_value(**here)), audience=""),
        case("no audience, and this service has no name", [leaf(own()), chain], GRANTED, audience=""),
        case("older than the minimum revision", [leaf(own(old)), chain], grants("stale_policy", authz_value(**old)),
             minimum_policy_revision=7),
        case("of the minimum revision", [leaf(own()), chain], GRANTED, minimum_policy_revision=7),
        case("version 2", [leaf(extension(AUTHZ, authz_der(version=integer(2)))), chain], grants("unreadable")),
        case("trailing octet in the extension", [leaf(extension(AUTHZ, authz(**GRANT) + b"\x00")), chain],
             grants("unreadable")),
        case("unsorted roles", [leaf(extension(AUTHZ, authz_der(roles=seq(utf8("b"), utf8("a"))))), chain],
             grants("unreadable")),
        case("empty audience", [leaf(extension(AUTHZ, authz_der(audience=context(0)))), chain], grants("unreadable")),
        case("empty extension", [leaf(extension(AUTHZ, b"")), chain], grants("unreadable")),
        case("33 roles", [leaf(own({"roles": ["role-%02d" % i for i in range(33)]})), chain], grants("unreadable")),
    ]


def leaf_cases():
    """Certificates that no one may be identified by."""
    chain = ISSUING.der
    granted = own()

    def refused(name, *extensions, **changes):
        return case(name, [leaf(*(extensions or [granted]), **changes), chain], ERROR)

    return [
        refused("duplicate extension", granted, granted),
        refused("duplicate extension, the second with more", own({"roles": ["reader"]}), own({"roles": ["admin"]})),
        refused("two URI names", san=uris(WEB, "spiffe://fleet.example/svc/admin")),
        refused("two URI names, the same", san=uris(WEB, WEB)),
        refused("two subjectAltName extensions", granted, uris("spiffe://fleet.example/svc/admin")),
        refused("no URI name", san=extension("2.5.29.17", seq(element(0x82, b"web.fleet.example")), TRUE)),
        refused("a URI that is no SPIFFE ID", san=uris("https://fleet.example/svc/web")),
        refused("an identity of another trust domain", san=uris("spiffe://other.example/svc/web")),
        refused("a trust domain that only begins like ours", san=uris("spiffe://fleet.example.evil/svc/web")),
        refused("an identity without a path", san=uris("spiffe://fleet.example")),
        refused("an identity with a dot segment", san=uris("spiffe://fleet.example/svc/../user/root")),
        refused("expired", before=at("2026-05-30 00:00"), after=at("2026-06-01 11:59")),
        refused("not valid yet", before=at("2026-06-01 12:01")),
        refused("a CA itself", constraints=basic_constraints(True), usage=CERT_AND_CRL_SIGN),
        refused("for servers only", purposes=extended_key_usage(SERVER_AUTH)),
        refused("an unknown critical extension", granted, extension("1.3.6.1.4.1.32473.9", b"\x05\x00", TRUE)),
        refused("critical", own(critical=TRUE)),
        refused("critical as BER writes TRUE", own(critical=b"\x01\x01\x01")),
        case("critical FALSE written out", [leaf(own(critical=b"\x01\x01\x00")), chain], ERROR, None),
    ]


def chain_cases():
    """What only one that verifies the chain sees: a reader of the leaf answers as if all were well."""
    good = leaf(own())
    granting = Authority("Granting CA", issuer=ROOT, extensions=[
        basic_constraints(True), key_usage(CERT_AND_CRL_SIGN), own()])
    below = Authority("Below", issuer=ISSUING)
    long_chain = Authority("Second", issuer=Authority("First", issuer=ROOT))
    first = Authority("First", issuer=ROOT)
    expired = Authority("Expired CA", issuer=ROOT, not_after=at("2026-06-01 11:59"))
    no_ca = Authority("No CA", issuer=ROOT, extensions=[basic_constraints(False), key_usage(DIGITAL_SIGNATURE)])
    no_signing = Authority("CRL signer", issuer=ROOT, extensions=[basic_constraints(True), key_usage(CRL_SIGN)])
    leaf_that_signs = Authority("No CA that signs", issuer=ROOT, extensions=[
        basic_constraints(False), key_usage(CERT_AND_CRL_SIGN)])
    constrained, mildly = (
        Authority("Constrained CA" + mark.hex(), issuer=ROOT, extensions=[
            basic_constraints(True), key_usage(CERT_AND_CRL_SIGN),
            extension("2.5.29.30", seq(context(0, seq(element(0x86, b"other.example")))), mark)])
        for mark in (TRUE, b""))
    server_ca = Authority("Server CA", issuer=ROOT, extensions=[
        basic_constraints(True), key_usage(CERT_AND_CRL_SIGN), extended_key_usage(SERVER_AUTH)])
    spoiled = good[:-1] + bytes([good[-1] ^ 1])

    def by(name, *cas):
        return case(name, [leaf(own(), issuer=cas[0]), *(ca.der for ca in cas)], ERROR, GRANTED)

    return [
        case("issued by the root itself", [leaf(own(), issuer=ROOT)], GRANTED),
        case("two intermediates, out of order, and one that is not needed",
             [leaf(own(), issuer=long_chain), OTHER_ROOT.der, first.der, long_chain.der, ISSUING.der], GRANTED),
        case("the root sent along", [good, ISSUING.der, ROOT.der], GRANTED),
        case("granted in the intermediate only", [leaf(issuer=granting), granting.der], grants("absent")),
        case("granted in both: the leaf's count", [leaf(own({"roles": ["reader"]}), issuer=granting), granting.der],
             grants("granted", authz_value(roles=["reader"]))),
        case("no intermediate", [good], ERROR, GRANTED),
        by("another root of the same key store", OTHER_ROOT),
        by("a forged root of the same name", FORGED_ROOT),
        by("a forged chain of the same names", FORGED_ISSUING, FORGED_ROOT),
        by("an intermediate that another key signed", Authority("Issuing CA", seed="Third", issuer=IMPOSTOR)),
        by("a leaf that another key signed", IMPOSTOR),
        case("another root is listed", [good, ISSUING.der], ERROR, GRANTED, roots=[pem(OTHER_ROOT.der)]),
        case("a forged root of the same name is listed", [good, ISSUING.der], ERROR, GRANTED,
             roots=[pem(FORGED_ROOT.der)]),
        case("signature changed", [spoiled, ISSUING.der], ERROR, GRANTED),
        by("path length exceeded", below, ISSUING),
        by("an expired intermediate", expired),
        by("an intermediate that is no CA", no_ca),
        by("an intermediate without keyCertSign", no_signing),
        by("an intermediate for servers only", server_ca),
        by("an intermediate that is no CA, with keyCertSign", leaf_that_signs),
        by("an intermediate with name constraints", constrained),
        by("an intermediate with name constraints, not critical", mildly),
        case("no certificate", [], ERROR, None),
    ]


def certificate_vectors():
    return [*grant_cases(), *leaf_cases(), *chain_cases()]
