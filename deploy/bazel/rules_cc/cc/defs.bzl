"""The part of rules_cc that Bazel 4.2's own files load, forwarded to the native rules.

The build has no network, and Debian's bazel-rules-cc does not load under 4.2.3.
"""

cc_library = native.cc_library
cc_binary = native.cc_binary
cc_test = native.cc_test
cc_import = native.cc_import
cc_proto_library = native.cc_proto_library
cc_toolchain = native.cc_toolchain
cc_toolchain_suite = native.cc_toolchain_suite
cc_flags_supplier = native.cc_toolchain_alias
