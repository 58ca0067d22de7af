"""The figures that have a target, each computed from results of the standard set."""

import dataclasses

MEBIBYTE = 1 << 20
# What deploy/example shows as the default of store.block_cache_bytes and memtable_bytes.
CONFIGURED_BYTES = 2 * 64 * MEBIBYTE


@dataclasses.dataclass(frozen=True)
class Target:
    """A bound, and whether what is measured should be above it."""
    name: str
    what: str
    bound: float
    more_is_better: bool = False
    unit: str = ""

    def met(self, value):
        return value >= self.bound if self.more_is_better else value <= self.bound


TARGETS = [
    Target("batch64_ratio", "calls of 64: server CPU to bare OpenSSL", 1.35, unit="x"),
    Target("stream_ratio", "stream: server CPU to bare OpenSSL", 1.5, unit="x"),
    Target("unary64_ratio", "single calls, 64 in flight: server CPU to bare OpenSSL", 1.9, unit="x"),
    Target("batch64_stored", "rate stored to rate unstored, calls of 64", 0.9, True, "x"),
    Target("unary64_stored", "rate stored to rate unstored, single calls", 0.9, True, "x"),
    Target("two_workers", "rate of two workers on two processors to that of one", 1.8, True, "x"),
    Target("p99_at_70_percent", "p99 of single calls at 70 % of the knee", 15, unit="ms"),
    Target("idle_cpu", "CPU of an idle server", 0.1, unit="%"),
    Target("million_rss", "resident after 1,000,000 certificates, beyond the configured caches", 256, unit="MiB"),
    Target("start_up", "start-up with 1,000,000 stored certificates", 2, unit="s"),
    Target("start_up_growth", "that to the start-up with none", 1.5, unit="x"),
]


def of_scenarios(results):
    """{target name: value} from {scenario: result of the load generator}."""
    def result(name):
        return results.get(name, {}).get("result", {})

    values = {}
    for name in ("batch64", "stream", "unary64"):
        if "ratio" in result(name):
            values[f"{name}_ratio"] = result(name)["ratio"]
        unstored = result(f"{name}_unstored")
        if unstored and result(name):
            values[f"{name}_stored"] = result(name)["certificates_per_s"] / unstored["certificates_per_s"]
    if result("ladder").get("latency_us"):
        values["p99_at_70_percent"] = result("ladder")["latency_us"]["p99"] / 1000
    return values


def handshake_and_issue(results):
    """{part: server CPU microseconds} of a bootstrap: all of it, and without the handshake."""
    connect = results.get("connect", {}).get("result", {}).get("server_cpu_us_per_call")
    bootstrap = results.get("bootstrap", {}).get("result", {}).get("server_cpu_us_per_call")
    if connect is None or bootstrap is None:
        return {}
    return {"handshake_cpu_us": connect, "issue_cpu_us": bootstrap - connect}
