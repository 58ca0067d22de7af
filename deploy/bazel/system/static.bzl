"""Debian's archives of what the program would load as shared libraries.

A shared library costs every process its relocations: the hundred of gRPC, absl and RocksDB were most
of the memory and the start-up time of `fleetca version`. OpenSSL stays shared, so that its security
updates arrive without a release of ours.
"""

_ARCHIVES = [
    "grpc++",
    "grpc",
    "gpr",
    "upb",
    "address_sorting",
    "cares",
    "re2",
    "protobuf",
    "rocksdb",
    "snappy",
    "lz4",
    "zstd",
    "bz2",
    "absl_bad_any_cast_impl",
    "absl_bad_optional_access",
    "absl_bad_variant_access",
    "absl_base",
    "absl_city",
    "absl_civil_time",
    "absl_cord",
    "absl_cord_internal",
    "absl_cordz_functions",
    "absl_cordz_handle",
    "absl_cordz_info",
    "absl_cordz_sample_token",
    "absl_debugging_internal",
    "absl_demangle_internal",
    "absl_examine_stack",
    "absl_exponential_biased",
    "absl_failure_signal_handler",
    "absl_graphcycles_internal",
    "absl_hash",
    "absl_hashtablez_sampler",
    "absl_int128",
    "absl_leak_check",
    "absl_log_severity",
    "absl_low_level_hash",
    "absl_malloc_internal",
    "absl_periodic_sampler",
    "absl_random_distributions",
    "absl_random_internal_platform",
    "absl_random_internal_pool_urbg",
    "absl_random_internal_randen",
    "absl_random_internal_randen_hwaes",
    "absl_random_internal_randen_hwaes_impl",
    "absl_random_internal_randen_slow",
    "absl_random_internal_seed_material",
    "absl_random_seed_gen_exception",
    "absl_random_seed_sequences",
    "absl_raw_hash_set",
    "absl_raw_logging_internal",
    "absl_scoped_set_env",
    "absl_spinlock_wait",
    "absl_stacktrace",
    "absl_status",
    "absl_statusor",
    "absl_str_format_internal",
    "absl_strerror",
    "absl_strings",
    "absl_strings_internal",
    "absl_symbolize",
    "absl_synchronization",
    "absl_throw_delegate",
    "absl_time",
    "absl_time_zone",
]

# The archives need each other in circles. What is named again behind them, by the libraries that the
# program is made of, is needed no more and left out.
STATIC_LINKOPTS = (
    ["-Wl,--as-needed", "-Wl,-Bstatic"] +
    # Nothing calls reflection: it registers itself at start.
    ["-Wl,--whole-archive", "-lgrpc++_reflection", "-Wl,--no-whole-archive"] +
    ["-Wl,--start-group"] + ["-l" + name for name in _ARCHIVES] + ["-Wl,--end-group"] +
    ["-Wl,-Bdynamic"]
)
