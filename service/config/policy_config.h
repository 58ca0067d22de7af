// The policy file: text in, the policy out.
#ifndef FLEETCA_SERVICE_CONFIG_POLICY_CONFIG_H_
#define FLEETCA_SERVICE_CONFIG_POLICY_CONFIG_H_

#include <memory>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "service/policy/policy.h"
#include "service/policy/reserved_names.h"

namespace fleetca::service {

// Parses and validates the file's contents (proto/fleetca/policy/v1/policy.proto). `path` is for
// messages; `reserved` are the names of the CA's server, of which no file of policy knows. Reports
// every mistake it finds, a line each: "policy.textproto:12: identities[0].roles:
// ...". INVALID_ARGUMENT kConfigInvalid.
absl::StatusOr<std::unique_ptr<const Policy>> ParsePolicy(absl::string_view text,
                                                          absl::string_view path,
                                                          ReservedNames reserved = {});

// Reads the file at `path` ("-": standard input), of at most 16 MiB, and parses it. Also
// FAILED_PRECONDITION kFile*.
absl::StatusOr<std::unique_ptr<const Policy>> LoadPolicy(absl::string_view path,
                                                         ReservedNames reserved = {});

// Every name in the first certificate of a PEM file, the listener's certificate_file.
// FAILED_PRECONDITION kFile*, INVALID_ARGUMENT kFileInvalid.
absl::StatusOr<ReservedNames> LoadReservedNames(absl::string_view certificate_file);

}  // namespace fleetca::service

#endif  // FLEETCA_SERVICE_CONFIG_POLICY_CONFIG_H_
