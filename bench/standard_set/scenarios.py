"""The standard set: what is asked of the load generator, one entry a scenario."""

import dataclasses


@dataclasses.dataclass(frozen=True)
class Scenario:
    """`what` is for people; `arguments` are the load generator's."""
    name: str
    what: str
    arguments: tuple
    unstored: bool = False


# In pairs where two are compared, so that they meet the same machine.
SCENARIOS = [
    Scenario("batch64", "calls of 64, 4 in flight", ("batch", "--batch", "64", "--outstanding", "4")),
    Scenario("batch64_unstored", "the same, nothing stored",
             ("batch", "--batch", "64", "--outstanding", "4"), unstored=True),
    Scenario("stream", "one stream, 256 in flight", ("stream", "--outstanding", "256")),
    Scenario("unary64", "single calls, 64 in flight", ("unary", "--outstanding", "64")),
    Scenario("unary64_unstored", "the same, nothing stored", ("unary", "--outstanding", "64"), unstored=True),
    Scenario("unary1", "single calls, one after the other", ("unary", "--outstanding", "1")),
    Scenario("connect", "a TLS handshake and no certificate, 16 in flight", ("connect", "--outstanding", "16")),
    Scenario("bootstrap", "a TLS handshake for each certificate, 16 in flight",
             ("bootstrap", "--outstanding", "16")),
    Scenario("renew", "16 agents, each by its own certificate", ("renew", "--outstanding", "16")),
    Scenario("mixed", "5 % bad requests, 20 % look-ups",
             ("mixed", "--bad-share", "0.05", "--lookup-share", "0.2", "--outstanding", "64")),
    Scenario("ladder", "single calls at rising rates, then at 70 % of the knee",
             ("unary", "--ladder", "auto", "--at-knee", "0.7", "--arrivals", "poisson")),
]

# A million certificates, in calls of 250.
MILLION = ("batch", "--batch", "250", "--outstanding", "4")
MILLION_CALLS = 4000
