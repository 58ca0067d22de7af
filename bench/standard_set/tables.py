"""Markdown tables from a summary, and the places in documents that hold them."""

import re

from bench.standard_set import measurements

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


def table(head, rows):
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    return "\n".join(lines + ["| " + " | ".join(row) + " |" for row in rows])


def scenarios(summary, columns=tuple(COLUMNS)):
    rows = [[name, *(COLUMNS[column](result) for column in columns)] for name, result in summary["scenarios"].items()]
    return table(["scenario", *columns], rows)


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
    return (f'{server["cpu_model"]}, {server["kernel"]}; server on one processor, generator on another; issuer key '
            f'{server["issuer_key"]}, P-256 subjects, TLS on, possession verified, every certificate synced to disk '
            f'before its answer; {libraries}; {server["compiler"]}. {summary["date"]}, commit {summary["commit"]}, '
            f'`{summary["command"]}`.')


def for_readme(summary):
    keep = ("batch64", "stream", "unary64", "bootstrap")
    short = summary | {"scenarios": {name: summary["scenarios"][name] for name in keep
                                     if name in summary["scenarios"]}}
    columns = ("load", "certificates/s", "per server CPU second", "to bare OpenSSL", "p50 ms", "p99 ms")
    return f"{scenarios(short, columns)}\n\n{machine(summary)}"


def for_performance(summary):
    apart = summary.get("bootstrap", {})
    lines = [scenarios(summary), targets(summary)]
    if apart:
        lines.append(f'A bootstrap costs the server {number(apart["handshake_cpu_us"])} us of CPU for the connection '
                     f'and {number(apart["issue_cpu_us"])} us for the certificate.')
    return "\n\n".join([*lines, machine(summary)])


def replace(document, text):
    """The document with `text` between the marks; an error when it has none."""
    pattern = re.compile(re.escape(BEGIN) + ".*?" + re.escape(END), re.DOTALL)
    if len(pattern.findall(document)) != 1:
        raise ValueError(f"it needs the marks {BEGIN} and {END} once each")
    return pattern.sub(lambda _: f"{BEGIN}\n{text}\n{END}", document)
