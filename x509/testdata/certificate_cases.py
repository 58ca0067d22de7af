"""Vectors of whole certificates: who the caller is and what the caller may do, or that it is refused."""

from cryptography.hazmat.primitives.asymmetric import ec

from x509.testdata.vector_ca import (
    ANY_PURPOSE, CERT_AND_CRL_SIGN, CLIENT_AUTH, CRL_SIGN, DIGITAL_SIGNATURE, KEY_ENCIPHERMENT, SERVER_AUTH,
    SIGNATURE_AND_CERT_SIGN, SIGNATURE_AND_CRL_SIGN, SIGNATURE_AND_ENCIPHERMENT, TRUE, Authority, EcKey, Key, at,
    basic_constraints, dns, extended_key_usage, extension, key_usage, name_constraints, names, pem, uri, uris)
from x509.testdata.vector_der import authz, authz_der, authz_value, context, element, integer, oid, seq, utf8
from x509.testdata.vector_rsa import RsaKey

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
        changes.get("usage", DIGITAL_SIGNATURE) and key_usage(changes.get("usage", DIGITAL_SIGNATURE)),
        changes.get("purposes", extended_key_usage(SERVER_AUTH, CLIENT_AUTH)),
        uris(WEB) if san is None else san,
    ]
    return issuer.issue(changes.get("key", Key("leaf")), "", [one for one in fixed if one] + list(own_extensions),
                        before or at("2026-06-01 00:00"), changes.get("after", NOT_AFTER), changes.get("key_id"))


def grants(state, value=None, identity=WEB):
    """What a reader answers. Outside "granted" there are no roles and no attributes."""
    value = value or authz_value(revision=0)
    answer = {"identity": identity, "state": state, "not_after": NOT_AFTER.strftime("%Y-%m-%dT%H:%M:%SZ")}
    answer.update(value)
    if state != "granted":
        answer.update({"roles": [], "attributes": {}})
    return answer


def case(name, chain, verifier, reader="same", **changes):
    """`reader` is what one that looks at the leaf alone, after TLS verified the chain, answers. Whether TLS does, where
    it is told what the readers ask for, follows: it takes what is good, and refuses what the leaf alone does not show."""
    reader = verifier if reader == "same" else reader
    made = {
        "name": name,
        "chain": [pem(der) for der in chain],
        "roots": [pem(ROOT.der)],
        "trust_domain": "fleet.example",
        "audience": "svc/orders",
        "minimum_policy_revision": 0,
        "time": "2026-06-01T12:00:00Z",
        "verifier": verifier,
        "reader": reader,
        "tls": True if verifier != ERROR else None if reader in (ERROR, None) else False,
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
        refused("keyCertSign in a leaf", usage=SIGNATURE_AND_CERT_SIGN),
        refused("cRLSign in a leaf", usage=SIGNATURE_AND_CRL_SIGN),
        refused("for encipherment alone", usage=KEY_ENCIPHERMENT),
        refused("for any purpose", purposes=extended_key_usage(ANY_PURPOSE)),
        refused("name constraints in a leaf", granted, name_constraints([uri("fleet.example")])),
        *(refused("the name " + name, san=uris(name)) for name in (
            "SPIFFE://fleet.example/svc/web", "Spiffe://fleet.example/svc/web", "spiffe://FLEET.example/svc/web",
            "spiffe://fleet.example/svc/web#", "spiffe://fleet.example/svc/web#a", "spiffe://fleet.example/svc/web?",
            "spiffe://fleet.example/svc/web?a=b", "spiffe://fleet.example:443/svc/web", "spiffe://a@fleet.example/svc/web",
            "spiffe://fleet.example/svc/%77eb", "spiffe://fleet.example/svc/web/", "spiffe://fleet.example//svc/web",
            "spiffe://fleet.example/svc/w:b", "spiffe:fleet.example/svc/web", "spiffe://fleet.example./svc/web")),
        refused("a key on P-224", key=EcKey("leaf", ec.SECP224R1())),
        refused("a key on P-521", key=EcKey("leaf", ec.SECP521R1())),
        refused("a key of RSA-1024", key=RsaKey("leaf", 1024)),
    ]


def odd_leaf_cases():
    """What looks odd and is in order."""
    chain = ISSUING.der
    directory_name = context(4, seq(element(0x31, seq(oid("2.5.4.3"), utf8("web")))))

    def good(name, **changes):
        return case(name, [leaf(own(), **changes), chain], GRANTED)

    return [
        good("no keyUsage", usage=None),
        good("for signatures and encipherment", usage=SIGNATURE_AND_ENCIPHERMENT),
        good("no extKeyUsage", purposes=None),
        good("for any purpose and for clients", purposes=extended_key_usage(ANY_PURPOSE, CLIENT_AUTH)),
        good("a DNS name beside the URI", san=names(dns("web.fleet.example"), uri(WEB))),
        good("a directory name beside the URI", san=names(directory_name, uri(WEB))),
        good("an X.400 address beside the URI", san=names(context(3, seq(seq())), uri(WEB))),
        good("an EDI party beside the URI", san=names(context(5, context(1, utf8("web"))), uri(WEB))),
        good("another name beside the URI", san=names(context(0, oid("1.3.6.1.4.1.32473.9"), context(0, utf8("web"))), uri(WEB))),
        good("a registered identifier beside the URI", san=names(element(0x88, oid("1.3.6.1.4.1.32473.9")[2:]), uri(WEB))),
        good("a key of RSA-2048", key=RsaKey("leaf", 2048)),
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

    def by(name, *cas, **changes):
        return case(name, [leaf(own(), issuer=cas[0], **changes), *(ca.der for ca in cas)], ERROR, GRANTED)

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
        by("an intermediate with name constraints for others", constrained),
        by("an intermediate with name constraints for others, not critical", mildly),
        case("no certificate", [], ERROR, None),
        case("the root as a leaf", [ROOT.der], ERROR),
        by("the wrong authority key identifier", ISSUING, key_id=OTHER_ROOT.key.id),
        by("an intermediate with an unknown critical extension", Authority("Odd CA", issuer=ROOT, extensions=[
            basic_constraints(True), key_usage(CERT_AND_CRL_SIGN), extension("1.3.6.1.4.1.32473.9", b"\x05\x00", TRUE)])),
    ]


def algorithm_cases():
    """Keys and signatures in the chain: only with the readers' settings does TLS refuse the weak ones."""
    strong = RsaKey("RSA CA", 2048)
    rsa_ca = Authority("RSA CA", issuer=ROOT, key=strong)
    weak_ca = Authority("RSA CA", issuer=ROOT, key=RsaKey("Weak CA", 1024))
    cases = [
        case("a CA of RSA-2048", [leaf(own(), issuer=rsa_ca), rsa_ca.der], GRANTED),
        case("a CA of RSA-1024", [leaf(own(), issuer=weak_ca), weak_ca.der], ERROR, GRANTED),
    ]
    for digest in ("sha1", "md5"):
        # The same key and name, and so the same certificate above.
        weakly = Authority("RSA CA", issuer=ROOT, key=RsaKey("RSA CA", 2048, digest))
        below = Authority("Below", issuer=weakly)
        cases += [
            case("a leaf signed with " + digest, [leaf(own(), issuer=weakly), rsa_ca.der], ERROR),
            case("an intermediate signed with " + digest, [leaf(own(), issuer=below), below.der, rsa_ca.der],
                 ERROR, GRANTED),
        ]
    return cases


def name_constraint_cases():
    """Subordinate CAs as this product makes them, and others."""
    def under(label, constraints, verifier, *texts, **changes):
        ca = Authority("Constrained: " + label, issuer=ROOT, extensions=[
            basic_constraints(True, 0), key_usage(CERT_AND_CRL_SIGN), constraints])
        chain = [leaf(own(), issuer=ca, san=names(uri(WEB), *texts)), ca.der]
        return case("name constraints: " + label, chain, verifier, GRANTED, **changes)

    fleet = [uri("fleet.example"), uri(".fleet.example")]
    edge = Authority("Edge CA", issuer=ROOT, extensions=[
        basic_constraints(True), key_usage(CERT_AND_CRL_SIGN), name_constraints([*fleet, dns("fleet.example")])])
    narrower = Authority("Narrower CA", issuer=edge, extensions=[
        basic_constraints(True, 0), key_usage(CERT_AND_CRL_SIGN), name_constraints([dns("edge.fleet.example")])])

    def below_two(label, verifier, *texts):
        chain = [leaf(own(), issuer=narrower, san=names(uri(WEB), *texts)), narrower.der, edge.der]
        return case("name constraints of two CAs: " + label, chain, verifier, GRANTED)

    return [
        under("the trust domain", name_constraints(fleet), GRANTED),
        under("the trust domain, not critical", name_constraints(fleet, critical=b""), GRANTED),
        under("the trust domain in capitals", name_constraints([uri("FLEET.EXAMPLE")]), GRANTED),
        under("another trust domain", name_constraints([uri("other.example")]), ERROR),
        under("what is below the trust domain", name_constraints([uri(".fleet.example")]), ERROR),
        under("what the trust domain is below", name_constraints([uri("example")]), ERROR),
        under("all but the trust domain", name_constraints(excluded=[uri("fleet.example")]), ERROR),
        under("all but another", name_constraints(excluded=[uri("other.example")]), GRANTED),
        under("permitted and excluded", name_constraints(fleet, [uri("fleet.example")]), ERROR),
        under("DNS alone, and no DNS name", name_constraints([dns("fleet.example")]), GRANTED),
        under("a DNS name below", name_constraints([*fleet, dns("fleet.example")]), GRANTED, dns("web.fleet.example")),
        under("a DNS name beside", name_constraints([*fleet, dns("fleet.example")]), ERROR, dns("webfleet.example")),
        under("a DNS name of others", name_constraints([*fleet, dns("fleet.example")]), ERROR, dns("web.other.example")),
        under("an excluded DNS name", name_constraints([*fleet], [dns("secret.example")]), ERROR, dns("a.secret.example")),
        under("an address", name_constraints([*fleet], [element(0x87, bytes(8)), element(0x87, bytes(32))]), ERROR,
              element(0x87, b"\x0a\x00\x00\x01")),
        below_two("within both", GRANTED, dns("web.edge.fleet.example")),
        below_two("within the wider alone", ERROR, dns("web.fleet.example")),
    ]


def path_cases():
    """More than one path, and certificates that are on none."""
    good = leaf(own())
    crossed = Authority("Issuing CA", issuer=OTHER_ROOT, path_length=0)
    ended = Authority("Issuing CA", issuer=ROOT, path_length=0, not_after=at("2026-05-01 00:00"))
    short = Authority("Short CA", issuer=ROOT, not_after=at("2026-06-01 18:00"))
    curve = Authority("Curve CA", issuer=ROOT, key=EcKey("Curve CA", ec.SECP521R1()))
    both = [crossed.der, ISSUING.der]
    until = dict(GRANTED, not_after="2026-06-01T18:00:00Z")
    return [
        # OpenSSL goes one way and does not turn back.
        case("cross-signed, the listed root's last", [good, *both], GRANTED, tls=None),
        case("cross-signed, the listed root's first", [good, *reversed(both)], GRANTED),
        case("cross-signed, the other root listed", [good, *both], GRANTED, roots=[pem(OTHER_ROOT.der)]),
        case("cross-signed, both listed", [good, *both], GRANTED, roots=[pem(OTHER_ROOT.der), pem(ROOT.der)]),
        case("the intermediate expired and renewed", [good, ended.der, ISSUING.der], GRANTED),
        case("the intermediate expired", [good, ended.der], ERROR, GRANTED),
        case("a certificate that is not needed, on P-521", [good, curve.der, ISSUING.der], GRANTED),
        case("another leaf that is not needed", [good, leaf(), ISSUING.der], GRANTED),
        case("bytes that are not needed and no certificate", [good, b"hello", ISSUING.der], GRANTED, None),
        case("the intermediate ends before the leaf", [leaf(own(), issuer=short), short.der], until, GRANTED),
    ]


def certificate_vectors():
    return [*grant_cases(), *leaf_cases(), *odd_leaf_cases(), *chain_cases(), *algorithm_cases(),
            *name_constraint_cases(), *path_cases()]
