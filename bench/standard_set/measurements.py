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
    Target("batch64_ratio", "calls of 64: server CPU to bare OpenSSL", 0.6, unit="x"),
    Target("batch64_openssl_ratio", "the same without lanes", 1.35, unit="x"),
    Target("stream_ratio", "stream: server CPU to bare OpenSSL", 0.75, unit="x"),
    Target("stream_openssl_ratio", "the same without lanes", 1.5, unit="x"),
    Target("unary64_ratio", "single calls, 64 in flight: server CPU to bare OpenSSL", 1.2, unit="x"),
    Target("unary64_openssl_ratio", "the same without lanes", 1.9, unit="x"),
    Target("unary1_latency", "p50 of one call after the other: to that without lanes", 1.05, unit="x"),
    Target("batch64_stored", "rate stored to rate unstored, calls of 64", 0.9, True, "x"),
    Target("unary64_stored", "rate stored to rate unstored, single calls", 0.9, True, "x"),
    Target("two_workers", "rate of two workers on two processors to that of one", 1.8, True, "x"),
    Target("connect_ratio", "server CPU of a connection to that of a bare OpenSSL handshake", 2, unit="x"),
    Target("p99_at_70_percent", "p99 of single calls at 70 % of the knee", 15, unit="ms"),
    Target("idle_cpu", "CPU of an idle server", 0.1, unit="%"),
    Target("million_rss", "resident after 1,000,000 certificates, beyond the configured caches", 256, unit="MiB"),
    Target("start_up", "start-up with 1,000,000 stored certificates", 2, unit="s"),
    Target("start_up_growth", "that to the start-up with none", 1.5, unit="x"),
    Target("renew_memory", "renewal with the same key, batches of 64, in memory: CPU to a bare signature", 1.6,
           unit="x"),
    Target("renew_stored", "the same, stored", 2.2, unit="x"),
    Target("revocation", "a revocation, 100 a commit: CPU", 10, unit="us"),
    Target("revoked_look_up", "look-up of a revoked serial number among 1,000,000: CPU", 0.3, unit="us"),
    Target("ocsp_get", "OCSP from the cache, by GET: answers for each second of server CPU", 20000, True, "/s"),
    Target("ocsp_signed", "OCSP answer signed anew: CPU to a bare signature", 1.3, unit="x"),
    Target("crl_shard", "a CRL of 8,000 entries made anew", 20, unit="ms"),
]

# {target name: (micro benchmark, its row, the row's figure)}
MICRO_BENCHMARKS = {
    "two_workers": ("issuer_bench", "TwoWorkersAgainstOne/rocksdb", "speedup"),
    "renew_memory": ("issuer_bench", "RenewMemory/p256/batch:64", "ratio"),
    "renew_stored": ("issuer_bench", "RenewRocksDb/p256/batch:64", "ratio"),
    "revocation": ("store_bench", "Revoke/p256/batch:100", "cpu_us"),
    "revoked_look_up": ("revocation_bench", "Revoked/threads:1", "cpu_us"),
    "ocsp_signed": ("publish_bench", "OcspSignedAnew/p256/batch:64", "ratio"),
    "crl_shard": ("publish_bench", "PublishShard/8000", "cpu_time"),
}

# The floor of the scenario connect, which is measured right after it: server CPU of a handshake in OpenSSL alone.
HANDSHAKE_SCENARIO = "connect"
BARE_HANDSHAKE = ("handshake_bench", "BareHandshake/p256/", "cpu_us")


def of_scenarios(results):
    """{target name: value} from {scenario: result of the load generator}."""
    def result(name):
        return results.get(name, {}).get("result", {})

    values = {}
    for name in ("batch64", "stream", "unary64"):
        for measured in (name, f"{name}_openssl"):
            if "ratio" in result(measured):
                values[f"{measured}_ratio"] = result(measured)["ratio"]
        unstored = result(f"{name}_unstored")
        if unstored and result(name):
            values[f"{name}_stored"] = result(name)["certificates_per_s"] / unstored["certificates_per_s"]
    with_lanes, without = result("unary1").get("latency_us"), result("unary1_openssl").get("latency_us")
    if with_lanes and without:
        values["unary1_latency"] = with_lanes["p50"] / without["p50"]
    if result("ocsp_get").get("server_cpu_us_per_call"):
        values["ocsp_get"] = 1e6 / result("ocsp_get")["server_cpu_us_per_call"]
    connect, bare = result(HANDSHAKE_SCENARIO).get("server_cpu_us_per_call"), bare_handshake_us(results)
    if connect and bare:
        values["connect_ratio"] = connect / bare
    if result("ladder").get("latency_us"):
        values["p99_at_70_percent"] = result("ladder")["latency_us"]["p99"] / 1000
    return values


def bare_handshake_us(results):
    """None where it was not measured."""
    return results.get(HANDSHAKE_SCENARIO, {}).get("result", {}).get("bare_handshake_us")


def handshake_and_issue(results):
    """{part: server CPU microseconds} of a bootstrap, and the floors of both where they were measured."""
    connect = results.get(HANDSHAKE_SCENARIO, {}).get("result", {}).get("server_cpu_us_per_call")
    bootstrap = results.get("bootstrap", {}).get("result", {})
    all_of_it = bootstrap.get("server_cpu_us_per_call")
    if connect is None or all_of_it is None:
        return {}
    floors = {"handshake_floor_us": bare_handshake_us(results), "issue_floor_us": bootstrap.get("raw_us")}
    return {"handshake_cpu_us": connect, "issue_cpu_us": all_of_it - connect,
            **{name: us for name, us in floors.items() if us is not None}}
