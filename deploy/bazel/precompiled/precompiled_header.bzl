"""Precompiled headers of g++, by the very flags that compile whatever includes them."""

load("//deploy/bazel:workspace.bzl", "workspace_prefix")

_PACKAGE = "deploy/bazel/precompiled"

# Both names are global in this version of Bazel.
# buildifier: disable=native-cc-info
# buildifier: disable=native-cc-common
def _precompiled_impl(ctx):
    # A folder "x.h.gch" may hold several forms of one header: g++ takes the one that fits its flags.
    header = ctx.actions.declare_file(ctx.label.name + ".h")
    ctx.actions.symlink(output = header, target_file = ctx.file.header)
    forms = []
    for linker_input in ctx.attr.compiled[CcInfo].linking_context.linker_inputs.to_list():
        for library in linker_input.libraries:
            for kind, objects in [("pic", library.pic_objects), ("plain", library.objects)]:
                for compiled in objects or []:
                    form = ctx.actions.declare_file("%s.h.gch/%s.gch" % (ctx.label.name, kind))
                    ctx.actions.symlink(output = form, target_file = compiled)
                    forms.append(form)
    if not forms:
        fail("%s: nothing was compiled" % ctx.label)
    return [
        CcInfo(compilation_context = cc_common.create_compilation_context(
            headers = depset([header] + forms),
        )),
    ]

# buildifier: disable=native-cc-info
_precompiled = rule(
    implementation = _precompiled_impl,
    attrs = {
        "compiled": attr.label(mandatory = True, providers = [CcInfo]),
        "header": attr.label(mandatory = True, allow_single_file = [".h"]),
    },
)

def precompiled_header(name, testonly = False):
    """NAME.h of this package, compiled; `precompiled_copts` and `precompiled_deps` use it.

    Args:
      name: the header without its ending.
      testonly: as everywhere.
    """
    native.genrule(
        name = name + "_source",
        srcs = [name + ".h"],
        outs = [name + "_compiled.cc"],
        cmd = "cp $< $@",
        testonly = testonly,
        visibility = ["//visibility:private"],
    )

    # Its object is the precompiled header. Nobody links it.
    native.cc_library(
        name = name + "_compiled",
        srcs = [name + "_compiled.cc"],
        copts = ["-x", "c++-header"],
        linkstatic = True,
        tags = ["manual"],
        testonly = testonly,
        visibility = ["//visibility:private"],
    )
    _precompiled(
        name = name,
        compiled = name + "_compiled",
        header = name + ".h",
        tags = ["manual"],
        testonly = testonly,
    )

def precompiled_copts(name):
    """Flags for sources that include NAME.h first.

    Args:
      name: a precompiled_header of this package.
    Returns:
      what a target's copts take.
    """
    return select({
        "//deploy/bazel/precompiled:off": [],
        "//conditions:default": [
            "-include",
            "$(BINDIR)/%s%s/%s.h" % (workspace_prefix(), _PACKAGE, name),
            # With memory at hand, g++ need not look for what it could free: a tenth of its time.
            "--param=ggc-min-heapsize=524288",
        ],
    })

def precompiled_deps(name):
    """The header of `precompiled_copts(name)`.

    Args:
      name: a precompiled_header of this package.
    Returns:
      what a target's deps take.
    """
    return select({
        "//deploy/bazel/precompiled:off": [],
        "//conditions:default": ["//deploy/bazel/precompiled:" + name],
    })
