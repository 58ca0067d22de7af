// How many CRL shards an issuing CA has, kept beside its certificate.
#ifndef FLEETCA_SERVICE_AUTHORITY_CRL_SHARDS_FILE_H_
#define FLEETCA_SERVICE_AUTHORITY_CRL_SHARDS_FILE_H_

#include <cstdint>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace fleetca::service {

// Certificates name the CRL of their shard, so an issuing CA that had another number of shards from
// one day on would publish no revocation where its older certificates say. The number therefore
// stands in a file, a line for each issuing CA: its key id in hex, a space, the number. The next
// issuing CA may have another one, and the lines of those before stay, as their CRLs do.

// The file of an issuing CA: "ca/crl-shards" for "ca/issuing-ca.crt".
std::string CrlShardsFile(absl::string_view certificate_file);

// What the file at `path` says of the issuing CA with this key id; nullopt where there is no file
// or no line. FAILED_PRECONDITION kFileInvalid, naming the line that is none; the errors of
// ReadFile.
absl::StatusOr<std::optional<uint16_t>> FindCrlShards(absl::string_view path,
                                                      absl::string_view key_id);

// How many the issuing CA has: what the file says, or else what is configured, or else
// kDefaultCrlShards. FAILED_PRECONDITION kConfigInvalid, of the field revocation.crl_shards, where
// another number is configured than the file says; and the errors of FindCrlShards. Writes nothing.
absl::StatusOr<uint16_t> DecideCrlShards(absl::string_view path, absl::string_view key_id,
                                         std::optional<uint16_t> configured);

// Adds the line, durably, unless it is there: before the first certificate is issued that names a
// shard. FAILED_PRECONDITION for a file that cannot be written, with the line to write into it.
[[nodiscard]] absl::Status KeepCrlShards(absl::string_view path, absl::string_view key_id,
                                         uint16_t shards);

}  // namespace fleetca::service

#endif  // FLEETCA_SERVICE_AUTHORITY_CRL_SHARDS_FILE_H_
