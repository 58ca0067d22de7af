"""Libraries with all that they need of ours, for builds without Bazel."""

# Bazel 4.2 has no rules_cc to load cc_common and CcInfo from.

# Headers of proto/ are included by their names from there.
_PROTO_FOLDER = "proto/"

def _include_name(header):
    name = header.short_path
    return name[len(_PROTO_FOLDER):] if name.startswith(_PROTO_FOLDER) else name

def _client_tree_impl(ctx):
    # buildifier: disable=native-cc-common
    # buildifier: disable=native-cc-info
    info = cc_common.merge_cc_infos(cc_infos = [dep[CcInfo] for dep in ctx.attr.deps])
    archives = []
    for linker_input in info.linking_context.linker_inputs.to_list():
        for library in linker_input.libraries:
            archive = library.pic_static_library or library.static_library
            if archive:
                archives.append(archive)
    headers = info.compilation_context.headers.to_list()

    # One line a header, where it is and where it goes; and a script of ar that joins the archives.
    lines = ["%s %s" % (header.path, _include_name(header)) for header in headers]
    names = ctx.actions.declare_file(ctx.label.name + ".headers")
    ctx.actions.write(names, "\n".join(lines) + "\n")
    joining = ctx.actions.declare_file(ctx.label.name + ".mri")
    ctx.actions.write(joining, "\n".join(
        ["create joined.a"] + ["addlib " + archive.path for archive in archives] + ["save", "end"],
    ) + "\n")

    tree = ctx.actions.declare_file(ctx.label.name + ".tar")
    ctx.actions.run_shell(
        inputs = headers + archives + [names, joining],
        outputs = [tree],
        command = """set -eu
folder="$(mktemp -d)"
trap 'rm -rf "$folder"' EXIT
while read -r from to; do
  mkdir -p "$folder/include/fleetca/$(dirname "$to")"
  cp -L "$from" "$folder/include/fleetca/$to"
done < "$1"
mkdir -p "$folder/lib"
sed "s|^create .*|create $folder/lib/lib$3.a|" "$2" | ar -M
chmod -R u+w,a+rX "$folder"
tar -c --owner=0 --group=0 --mtime=@0 --sort=name -f "$4" -C "$folder" include lib
""",
        arguments = [names.path, joining.path, ctx.attr.library, tree.path],
        mnemonic = "ClientTree",
        progress_message = "Joining the client library",
        use_default_shell_env = True,
    )
    return [DefaultInfo(files = depset([tree]), runfiles = ctx.runfiles(files = [tree]))]

client_tree = rule(
    implementation = _client_tree_impl,
    attrs = {
        "deps": attr.label_list(
            doc = "The libraries that are installed.",
            providers = [CcInfo],  # buildifier: disable=native-cc-info
        ),
        "library": attr.string(
            doc = "What the one archive is called, without lib and .a.",
            mandatory = True,
        ),
    },
    doc = "A tar file of include/fleetca, with every header that the libraries and what they need have, and lib.",
)
