"""Markdown tables from a summary, and the places in documents that hold them."""

import re

from bench.standard_set import measurements
from bench.standard_set.scenarios import OTHER_THAN_ISSUING

BEGIN = "<!-- begin: written by bench/run -->"
END = "<!-- end: written by bench/run -->"


def number(value):
    if value >= 100:
        return f"{value:,.0f}"
    return f"{value:.1f}" if value >= 10 else f"{value:.2f}"


def at(result, *path, divided_by=1):
    """The figure there as text; "" when it was not measured, or is nothing."""
    for key in path:
        result = result.get(key, {})
    return number(result / divided_by) if isinstance(result, (int, float)) and result else ""


# What a row says of a result, under which head.
COLUMNS = {
    "load": lambda result: result["what"],
    "certificates/s": lambda result: at(result, "certificates_per_s"),
    "per server CPU second": lambda result: at(result, "certificates_per_server_cpu_s"),
    "to bare OpenSSL": lambda result: at(result, "ratio"),
    "p50 ms": lambda result: at(result, "latency_us", "p50", divided_by=1000),
    "p99 ms": lambda result: at(result, "latency_us", "p99", divided_by=1000),
    "certificates a cycle": lambda result: at(result, "server", "batch_size", "mean"),
    "sync p50 ms": lambda result: at(result, "server", "sync_us", "p50", divided_by=1000),
    "bare sync p50 ms": lambda result: at(result, "disk_sync", "p50_ms"),
}


def each_us(result):
    """Server CPU for a revocation where the call has many, else for the call."""
    us, revoked = result.get("server_cpu_us_per_call"), result.get("certificates_per_s")
    return number(us * result["achieved_per_s"] / revoked if revoked else us) if us else ""


OTHER_COLUMNS = {
    "load": lambda result: result["what"],
    "calls/s": lambda result: at(result, "achieved_per_s"),
    "revocations/s": lambda result: at(result, "certificates_per_s"),
    "server CPU us each": each_us,
    "p50 ms": lambda result: at(result, "latency_us", "p50", divided_by=1000),
    "p99 ms": lambda result: at(result, "latency_us", "p99", divided_by=1000),
    "client CPU us a call": lambda result: at(result, "client_cpu_us_per_call"),
}


def table(head, rows):
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    return "\n".join(lines + ["| " + " | ".join(row) + " |" for row in rows])


def scenarios(summary, columns=tuple(COLUMNS)):
    rows = [[name, *(COLUMNS[column](result) for column in columns)]
            for name, result in summary["scenarios"].items() if name not in OTHER_THAN_ISSUING]
    return table(["scenario", *columns], rows)


def others(summary):
    """The table of what is no issuing; "" when nothing of it was measured."""
    rows = [[name, *(column(result) for column in OTHER_COLUMNS.values())]
            for name, result in summary["scenarios"].items() if name in OTHER_THAN_ISSUING]
    return table(["scenario", *OTHER_COLUMNS], rows) if rows else ""


def bound(target):
    return f'{"at least" if target.more_is_better else "at most"} {target.bound:g} {target.unit}'


def targets(summary):
    rows = []
    for target in measurements.TARGETS:
        measured = summary["measurements"].get(target.name)
        if measured is not None:
            rows.append([target.what, bound(target), f'{number(measured["value"])} {target.unit}',
                         "yes" if measured["met"] else "**no**"])
    return table(["what", "target", "measured", "met"], rows)


def machine(summary):
    server = summary["server"]
    libraries = ", ".join(f"{name} {version}" for name, version in sorted(server["libraries"].items()))
    # Results from before there were lanes do not say it.
    by = f' ({server["possession"]})' if server.get("possession") else ""
    return (f'{server["cpu_model"]}, {server["kernel"]}; server on one processor, generator on another; issuer key '
            f'{server["issuer_key"]}, P-256 subjects, TLS on, possession verified{by}, every certificate synced to disk '
            f'before its answer; {libraries}; {server["compiler"]}. {summary["date"]}, commit {summary["commit"]}, '
            f'`{summary["command"]}`.')


def for_readme(summary):
    keep = ("batch64", "batch64_openssl", "stream", "stream_openssl", "unary64", "unary64_openssl", "bootstrap")
    short = summary | {"scenarios": {name: summary["scenarios"][name] for name in keep
                                     if name in summary["scenarios"]}}
    columns = ("load", "certificates/s", "per server CPU second", "to bare OpenSSL", "p50 ms", "p99 ms")
    return f"{scenarios(short, columns)}\n\n{machine(summary)}"


def bootstrap(apart):
    """A sentence about what measurements.handshake_and_issue says."""
    def floor(part, of):
        us = apart.get(f"{part}_floor_us")
        return f" (the floor, {of}: {number(us)} us)" if us is not None else ""

    # Results from before the bare handshake was measured have no floors.
    has_floors = "handshake_floor_us" in apart
    return (f'A bootstrap costs the server {number(apart["handshake_cpu_us"])} us of CPU for the connection'
            f'{floor("handshake", "a bare OpenSSL handshake") if has_floors else ""} '
            f'and {number(apart["issue_cpu_us"])} us for the certificate'
            f'{floor("issue", "one verification and one signature") if has_floors else ""}.')


def for_performance(summary):
    apart = summary.get("bootstrap", {})
    lines = [part for part in (scenarios(summary), others(summary), targets(summary)) if part]
    if apart:
        lines.append(bootstrap(apart))
    return "\n\n".join([*lines, machine(summary)])


def replace(document, text):
    """The document with `text` between the marks; an error when it has none."""
    pattern = re.compile(re.escape(BEGIN) + ".*?" + re.escape(END), re.DOTALL)
    if len(pattern.findall(document)) != 1:
        raise ValueError(f"it needs the marks {BEGIN} and {END} once each")
    return pattern.sub(lambda _: f"{BEGIN}\n{text}\n{END}", document)
