"""The standard set: what is asked of the load generator, one entry a scenario."""

import dataclasses


@dataclasses.dataclass(frozen=True)
class Scenario:
    """`what` is for people; `arguments` are the load generator's.

    `server`: which of those of standard_set/server.py answers.
    `calls`: so many, instead of as many as the time allows; with --quick a twentieth.
    """
    name: str
    what: str
    arguments: tuple
    server: str = "stored"
    calls: int = 0


# One after the other where they are compared, so that they meet the same machine.
SCENARIOS = [
    Scenario("batch64", "calls of 64, 4 in flight", ("batch", "--batch", "64", "--outstanding", "4")),
    Scenario("batch64_unstored", "the same, nothing stored",
             ("batch", "--batch", "64", "--outstanding", "4"), server="unstored"),
    Scenario("batch64_openssl", "the same, possession by OpenSSL",
             ("batch", "--batch", "64", "--outstanding", "4"), server="lanes_off"),
    Scenario("stream", "one stream, 256 in flight", ("stream", "--outstanding", "256")),
    Scenario("stream_openssl", "the same, possession by OpenSSL", ("stream", "--outstanding", "256"),
             server="lanes_off"),
    Scenario("unary64", "single calls, 64 in flight", ("unary", "--outstanding", "64")),
    Scenario("unary64_unstored", "the same, nothing stored", ("unary", "--outstanding", "64"), server="unstored"),
    Scenario("unary64_openssl", "the same, possession by OpenSSL", ("unary", "--outstanding", "64"),
             server="lanes_off"),
    Scenario("unary1", "single calls, one after the other", ("unary", "--outstanding", "1")),
    Scenario("unary1_openssl", "the same, possession by OpenSSL", ("unary", "--outstanding", "1"), server="lanes_off"),
    Scenario("connect", "a TLS handshake and no certificate, 16 in flight", ("connect", "--outstanding", "16")),
    Scenario("bootstrap", "a TLS handshake for each certificate, 16 in flight",
             ("bootstrap", "--outstanding", "16")),
    Scenario("renew", "16 agents, each by its own certificate", ("renew", "--outstanding", "16")),
    Scenario("renew_same_key", "64 agents with the keys they have, on open connections",
             ("renew", "--same-key", "--agents", "64", "--outstanding", "64")),
    Scenario("mixed", "5 % bad requests, 20 % look-ups",
             ("mixed", "--bad-share", "0.05", "--lookup-share", "0.2", "--outstanding", "64")),
    Scenario("ladder", "single calls at rising rates, then at 70 % of the knee",
             ("unary", "--ladder", "auto", "--at-knee", "0.7", "--arrivals", "poisson")),
    Scenario("ocsp_get", "OCSP by GET, from the cache, 64 connections", ("ocsp", "--outstanding", "64")),
    Scenario("ocsp_post", "the same by POST", ("ocsp", "--post", "--outstanding", "64")),
    Scenario("ocsp_nonce", "the same with a nonce, signed anew", ("ocsp", "--post", "--nonce", "--outstanding", "64")),
    # The last ones, as the CRLs of what they revoke are made a minute later.
    Scenario("revoke100", "revocations, 100 in a call, one call after the other",
             ("revoke", "--batch", "100", "--outstanding", "1"), calls=400),
    Scenario("revoke1000", "revocations, 1,000 in a call, one call after the other",
             ("revoke", "--batch", "1000", "--outstanding", "1"), calls=40),
]

# What is no issuing of certificates has a table of its own.
OTHER_THAN_ISSUING = ("ocsp_get", "ocsp_post", "ocsp_nonce", "revoke100", "revoke1000")

# A million certificates, in calls of 250.
MILLION = ("batch", "--batch", "250", "--outstanding", "4")
MILLION_CALLS = 4000
