"""Instruction counts of callgrind: read from its profiles, and compared with the recorded ones.

deploy/check-instructions is the command over it. A count is of one operation of a stage, apart for
"ours" (our code and the libraries it leans on: absl, libstdc++, libc) and for "openssl" (libcrypto),
so that a hash that costs thousands of instructions does not hide a change of ours.
"""

import collections

PARTS = ("ours", "openssl")

# Fewer instructions than this, either way, are no news, however large a part of the count they are.
NEGLIGIBLE = 20

Row = collections.namedtuple("Row", "stage part recorded measured verdict")

OK = "ok"
MORE = "MORE"
FEWER = "fewer"
NEW = "NEW"
GONE = "GONE"
FAILURES = (MORE, NEW, GONE)


def read_profile(lines):
    """{part: instructions} of a callgrind profile: each object's own, not what it called."""
    names = {}
    counts = dict.fromkeys(PARTS, 0)
    part = "ours"
    is_call = False
    for line in lines:
        line = line.strip()
        if line.startswith("ob="):
            part = "openssl" if "libcrypto" in _name(line[3:], names) else "ours"
        elif line.startswith("cob="):
            _name(line[4:], names)
        elif line.startswith("calls="):
            is_call = True
        elif line and line[0] in "+-*0123456789":
            # The line after "calls=" is what the callee cost, which its own lines say as well.
            if not is_call:
                counts[part] += int((line.split() + ["0"])[1])
            is_call = False
    return counts


def _name(text, names):
    """Names are written out once, "(3) libc.so.6", and then called "(3)"."""
    key, _, name = text.partition(" ")
    if name:
        names[key] = name
    return names[key]


def per_operation(few, many, operations):
    """What one operation costs, from a run and a run with so many operations more."""
    return {part: round((many[part] - few[part]) / operations) for part in PARTS}


def compare(recorded, measured, tolerance_percent):
    """A Row for each stage and part; both arguments are {stage: {part: count}}."""
    rows = []
    for stage in list(measured) + [stage for stage in recorded if stage not in measured]:
        for part in PARTS:
            was = recorded.get(stage, {}).get(part)
            now = measured.get(stage, {}).get(part)
            rows.append(Row(stage, part, was, now, _verdict(was, now, tolerance_percent)))
    return rows


def _verdict(was, now, tolerance_percent):
    if was is None:
        return NEW
    if now is None:
        return GONE
    allowed = max(was * tolerance_percent / 100, NEGLIGIBLE)
    if now > was + allowed:
        return MORE
    return FEWER if now < was - allowed else OK


def failed(rows):
    return any(row.verdict in FAILURES for row in rows)


def table(rows):
    lines = ["%-14s %-8s %10s %10s %8s  %s" % ("stage", "part", "recorded", "measured", "change", "")]
    for row in rows:
        change = ""
        if row.recorded and row.measured is not None:
            change = "%+.1f %%" % ((row.measured / row.recorded - 1) * 100)
        cells = ["-" if count is None else str(count) for count in (row.recorded, row.measured)]
        lines.append("%-14s %-8s %10s %10s %8s  %s" % (row.stage, row.part, *cells, change, row.verdict))
    return "\n".join(lines)
