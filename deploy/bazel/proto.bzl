"""C++ code from .proto files, made by Debian's protoc and grpc_cpp_plugin.

The rules that come with Bazel would build protoc from source, which needs the network.
"""

load("//deploy/bazel:workspace.bzl", "workspace_prefix")

# Files under proto/ are named from there, in imports and includes: "fleetca/v1/ca.pb.h". A layer's
# private records are named from the workspace: "store/records/record.pb.h".
_PROTO_ROOT = "proto"

def _import_root():
    package = native.package_name()
    if package == _PROTO_ROOT or package.startswith(_PROTO_ROOT + "/"):
        return _PROTO_ROOT
    return ""

def _protos_of(label):
    if ":" not in label:
        label = label + ":" + label.split("/")[-1]
    return label + "_protos"

def _generated(srcs, suffixes):
    return [src[:-len(".proto")] + suffix for src in srcs for suffix in suffixes]

def fleetca_proto_library(name, srcs, deps = [], grpc = False, visibility = None, testonly = False):
    """A cc_library of the code that protoc generates.

    Args:
      name: the cc_library; `name`_protos holds the .proto files with those of `deps`.
      srcs: .proto files of this package.
      deps: other fleetca_proto_library targets whose files are imported.
      grpc: also generate the service stubs (x.grpc.pb.h).
      visibility: as everywhere.
      testonly: as everywhere.
    """
    headers = [".pb.h"] + ([".grpc.pb.h"] if grpc else [])
    sources = [".pb.cc"] + ([".grpc.pb.cc"] if grpc else [])
    root = _import_root()

    native.filegroup(
        name = name + "_protos",
        srcs = srcs + [_protos_of(dep) for dep in deps],
        testonly = testonly,
        visibility = visibility,
    )

    out = ("$(GENDIR)/" + workspace_prefix() + root).rstrip("/")
    flags = ["-I" + workspace_prefix() + _PROTO_ROOT, "-I" + (workspace_prefix() or "."), "--cpp_out=" + out]
    if grpc:
        flags += [
            "--plugin=protoc-gen-grpc=/usr/bin/grpc_cpp_plugin",
            "--grpc_out=" + out,
        ]
    native.genrule(
        name = name + "_generate",
        srcs = srcs + [_protos_of(dep) for dep in deps],
        outs = _generated(srcs, headers + sources),
        cmd = "/usr/bin/protoc %s %s" % (
            " ".join(flags),
            " ".join(["$(location %s)" % src for src in srcs]),
        ),
        message = "Generating protobuf code of",
        testonly = testonly,
        visibility = ["//visibility:private"],
    )

    native.cc_library(
        name = name,
        srcs = _generated(srcs, sources),
        hdrs = _generated(srcs, headers),
        copts = ["-w"],
        testonly = testonly,
        visibility = visibility,
        deps = deps + [
            "//deploy/bazel/system:grpc" if grpc else "//deploy/bazel/system:protobuf",
        ] + (["//proto:include_root"] if root else []),
    )
