"""The floors: which folder includes which, the layering table of docs/architecture.md as data.

The table is closed: an include that no row allows is refused, so a new folder is a decision made
here, in the open.
"""

# Folder -> the folders of ours that its files include. A file belongs to the longest folder that holds
# it, and may always include its own. Floors stand in order, so that a folder includes those above it
# here: no two folders include each other, and none includes one that includes it by any path, which
# checker.check_floors asserts. What is in a testing/ folder belongs to the folder above it.
FOLDERS = {
    # Floor 0.
    # Knows nothing of ours.
    "base": [],
    # The serial numbers of revoked certificates, in memory.
    "base/revocation": [],
    "x509/der": [],
    # Floor 1.
    # The settings of gRPC that hold for the whole process.
    "base/grpc": ["base"],
    # One document by HTTP or HTTPS.
    "base/fetch": ["base"],
    "base/net": ["base"],
    "base/proto": [],
    # ECDSA over P-256 in lanes: numbers alone, no certificate and no status.
    "p256": ["base"],
    "service/health": ["base"],
    "signer": ["base"],
    "store": ["base"],
    "x509/authz": ["base", "x509/der"],
    # Floor 2.
    # Plain HTTP for small, public answers.
    "base/http": ["base", "base/net"],
    "service/caller": ["base", "x509/authz"],
    "service/time": ["base", "store"],
    "store/records": ["base", "store"],
    "x509": ["base", "p256", "x509/authz", "x509/der"],
    # Floor 3.
    # Configuration files: from text to values that are checked. Its tests read the CA's own.
    "base/config": ["base", "proto", "x509"],
    # What is said of revoked certificates: made, read again before it is signed, and read.
    "x509/revocation": ["base", "x509", "x509/authz", "x509/der"],
    # Reading and writing what keys and certificates come in, whoever wrote it.
    "client/objects": ["base", "x509", "x509/der", "x509/revocation"],
    # What services link: nothing of the client of the CA.
    "client/authz": [
        "base",
        "base/revocation",
        "x509",
        "x509/authz",
        "x509/der",
        "x509/revocation",
    ],
    "service/jwt": ["base", "base/fetch", "service/caller", "x509"],
    # Decisions alone: knows no signer, no store and no clock.
    "service/policy": ["base", "x509", "x509/authz", "x509/der"],
    "store/memory": ["base", "store", "store/records"],
    "store/rocksdb": ["base", "store", "store/records"],
    # Reads again what x509 has built.
    "x509/lint": ["base", "x509", "x509/authz", "x509/der"],
    # Floor 4.
    # Keys and certificates on a host's disk: knows no CA.
    "client/files": ["base", "client/objects", "x509"],
    "client": ["base", "client/objects", "proto", "x509", "x509/der", "x509/revocation"],
    # How a command speaks: knows no key, no certificate but as octets, and no CA.
    "client/cli/terminal": ["base", "x509"],
    "client/authz/grpc": ["base", "client/authz", "proto", "x509"],
    # What a TLS server shows of itself to whoever connects.
    "client/probe": ["base", "x509"],
    # The stores in which a host's programs keep whom they trust.
    "client/trust_stores": ["base", "x509"],
    # Whether a certificate would be believed, step by step, and ways from it to a root.
    "client/verdict": [
        "base",
        "base/fetch",
        "client/authz",
        "client/objects",
        "x509",
        "x509/authz",
        "x509/der",
        "x509/lint",
        "x509/revocation",
    ],
    # What keeps a verifier's knowledge of revocations new: the one part of it that talks to the CA.
    "client/authz/feed": ["base", "base/revocation", "client", "client/authz", "proto", "x509"],
    "client/authz/http": ["base", "client/authz", "proto", "x509", "x509/authz"],
    "service/authority": [
        "base",
        "service/policy",
        "service/revocation",
        "signer",
        "store/rocksdb",
        "x509",
        "x509/der",
        "x509/lint",
        "x509/revocation",
    ],
    "service/config": [
        "base",
        "base/config",
        "base/proto",
        "proto",
        "service/jwt",
        "service/policy",
        "service/renewals",
        "service/revocation",
        "service/time",
        "signer",
        "store/rocksdb",
        "x509",
        "x509/authz",
    ],
    "service/join": ["base", "service/caller", "service/policy", "service/time", "store"],
    # Who is revoked, and how others hear of it; knows no policy and no caller.
    "service/revocation": [
        "base",
        "base/revocation",
        "service/time",
        "signer",
        "store",
        "x509",
        "x509/der",
        "x509/lint",
        "x509/revocation",
    ],
    # Who may call which method.
    "service/rights": ["service/policy"],
    # A port for any gRPC server: knows no CA.
    "service/net": ["base", "base/net", "x509", "x509/der"],
    # When certificates should be renewed: knows no policy and no caller.
    "service/renewals": ["base", "service/revocation", "service/time", "store", "x509"],
    # Floor 5.
    # The port for CRLs, OCSP and health: knows no CA.
    "service/http": ["base", "base/http", "service/net", "x509/revocation"],
    # The daemon beside a proxy.
    "client/authz/serve": ["base", "base/net", "client/authz", "client/authz/http", "proto"],
    # A call of any gRPC server.
    "service/call": ["base", "proto", "base/proto"],
    "service/issuance": [
        "base",
        "service/caller",
        "service/join",
        "service/policy",
        "service/renewals",
        "service/revocation",
        "service/time",
        "signer",
        "store",
        "x509",
        "x509/authz",
        "x509/der",
        "x509/lint",
    ],
    # What there is to say about a certificate, a request or a CRL.
    "client/cli/facts": [
        "base",
        "client/cli/terminal",
        "client/objects",
        "client/verdict",
        "x509",
        "x509/authz",
        "x509/der",
        "x509/revocation",
    ],
    # The agent: what an identity's life is, and the seams to what it asks, reads and hands out.
    "client/agent": ["base", "client", "client/files", "client/objects", "proto", "x509"],
    "client/agent/config": ["base", "base/config", "client", "client/agent", "client/files", "proto", "x509"],
    "client/agent/ca": ["base", "client", "client/agent", "client/files", "proto", "x509"],
    # An agent of one identity within the service that it is of.
    "client/agent/embed": ["base", "client", "client/agent", "client/agent/ca", "client/files", "proto", "x509"],
    "client/agent/sockets": ["base", "base/grpc", "base/net", "client/agent", "client/files", "proto", "x509"],
    # What a service of the fleet's own would include.
    "examples": ["client/agent/embed", "client/authz", "client/authz/feed", "client/authz/grpc"],
    # The agent assembled: its threads, and what it says of itself.
    "client/agent/daemon": [
        "base",
        "base/fetch",
        "base/grpc",
        "base/http",
        "base/net",
        "base/revocation",
        "client",
        "client/agent",
        "client/agent/ca",
        "client/agent/config",
        "client/agent/sockets",
        "client/authz",
        "client/authz/feed",
        "client/authz/serve",
        "client/files",
        "proto",
        "x509",
        "x509/revocation",
    ],
    # What the tree of commands says about itself: it knows no CA and no command by its name.
    "client/cli/manual": ["base", "client/cli/facts", "client/cli/terminal"],
    # Commands for one who has no CA at hand: they know no server of ours.
    "client/cli/local": [
        "base",
        "base/fetch",
        "client/authz",
        "client/cli/facts",
        "client/cli/terminal",
        "client/files",
        "client/objects",
        "client/probe",
        "client/trust_stores",
        "client/verdict",
        "x509",
        "x509/authz",
        "x509/der",
        "x509/lint",
        "x509/revocation",
    ],
    # Floor 6.
    "client/cli": [
        "base",
        "base/fetch",
        "base/grpc",
        "client",
        "client/agent",
        "client/agent/config",
        "client/agent/daemon",
        "client/authz",
        "client/authz/feed",
        "client/authz/http",
        "client/authz/serve",
        "client/cli/facts",
        "client/cli/local",
        "client/cli/manual",
        "client/cli/terminal",
        "client/files",
        "client/objects",
        "client/verdict",
        "proto",
        "x509",
        "x509/authz",
        "x509/der",
        "x509/revocation",
    ],
    # The process that strangers talk to. What it may link besides is in BARRED below.
    "service/bootstrap": [
        "base",
        "base/config",
        "base/grpc",
        "proto",
        "service/call",
        "service/caller",
        "service/config",
        "service/jwt",
        "service/net",
        "service/rights",
    ],
    "service/rpc": [
        "base",
        "base/proto",
        "proto",
        "service/authority",
        "service/call",
        "service/caller",
        "service/config",
        "service/issuance",
        "service/join",
        "service/jwt",
        "service/net",
        "service/policy",
        "service/renewals",
        "service/revocation",
        "service/rights",
        "service/time",
        "store",
        "x509",
        "x509/authz",
    ],
    # Floor 7.
    "service/server": [
        "base",
        "base/grpc",
        "base/http",
        "proto",
        "service/authority",
        "service/bootstrap",
        "service/call",
        "service/caller",
        "service/config",
        "service/health",
        "service/http",
        "service/issuance",
        "service/join",
        "service/net",
        "service/policy",
        "service/renewals",
        "service/revocation",
        "service/rpc",
        "service/time",
        "signer",
        "store",
        "store/memory",
        "store/rocksdb",
        "x509",
    ],
    # Floor 8.
    "service/cli": [
        "base",
        "base/config",
        "service/authority",
        "service/bootstrap",
        "service/config",
        "service/net",
        "service/policy",
        "service/server",
        "store/rocksdb",
        "x509",
        "x509/revocation",
    ],
    # Floor 9.
    # A command that runs commands of both sides, as processes.
    "deploy/quickstart": ["base", "client/cli", "client/cli/facts", "client/cli/terminal", "client/objects", "client/verdict"],
    # Floor 10.
    # The top binary knows both command sets and nothing below them.
    "deploy": [
        "base",
        "client/cli",
        "client/cli/manual",
        "client/cli/terminal",
        "deploy/quickstart",
        "service/cli",
    ],
    # Build support: sanitizer runtime glue.
    "deploy/bazel": [],
    # May include anything.
    "bench": ["*"],
    "tests": ["*"],
}

# Folder -> what its tests include besides: everything below it, and every testing/ folder, are theirs
# anyway.
TESTS_MAY = {
    "x509": ["x509/lint"],
    "store": ["store/memory", "store/records", "store/rocksdb"],
    "service/time": ["store/memory"],
    "service/join": ["store/memory"],
    "service/issuance": ["store/memory"],
    "service/revocation": ["store/memory"],
    "service/renewals": ["store/memory"],
    "service/net": ["service/authority"],
    "client/authz/serve": ["base/grpc"],
    "service/rpc": ["store/memory"],
}


def below(folder):
    """The folder and all that it includes, directly or through others."""
    found = {folder}
    waiting = [folder]
    while waiting:
        for lower in FOLDERS.get(waiting.pop(), []):
            if lower not in found:
                found.add(lower)
                waiting.append(lower)
    return found


def folder_of(path):
    """The folder of FOLDERS that the path belongs to, or None."""
    best = None
    for folder in FOLDERS:
        if path.startswith(folder + "/") and (best is None or len(folder) > len(best)):
            best = folder
    return best
