// How many CRL shards an issuing CA has and where they are, kept beside its certificate.
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
// one day on would publish no revocation where its older certificates say. And a CRL says its own
// URL, octet by octet that of its certificates: with another base_url it is out of scope for all
// certificates from before, and whoever checks them by CRL refuses them. Both therefore stand in a
// file, a line for each issuing CA: its key id in hex, the number, the base_url, with a space
// between. The next issuing CA may have others, and the lines of those before stay, as their CRLs
// do.

struct KeptCrlShards {
  uint16_t shards = 0;
  std::string base_url;  // empty: a line without one, which any may be added to

  friend bool operator==(const KeptCrlShards&, const KeptCrlShards&) = default;
};

// The file of an issuing CA: "ca/crl-shards" for "ca/issuing-ca.crt".
std::string CrlShardsFile(absl::string_view certificate_file);

// What the file at `path` says of the issuing CA with this key id; nullopt where there is no file
// or no line. FAILED_PRECONDITION kFileInvalid, naming the line that is none; the errors of
// ReadFile.
absl::StatusOr<std::optional<KeptCrlShards>> FindCrlShards(absl::string_view path,
                                                           absl::string_view key_id);

// How many the issuing CA has: what the file says, or else what is configured, or else
// kDefaultCrlShards. FAILED_PRECONDITION kConfigInvalid, of the field revocation.crl_shards or
// http.base_url, where another number or URL is configured than the file says; and the errors of
// FindCrlShards. Writes nothing.
absl::StatusOr<uint16_t> DecideCrlShards(absl::string_view path, absl::string_view key_id,
                                         std::optional<uint16_t> configured,
                                         absl::string_view base_url);

// Adds the line, or the URL to a line without one, durably, unless both are there: before the first
// certificate is issued that names a shard. FAILED_PRECONDITION for a file that cannot be written,
// with the line to write into it.
[[nodiscard]] absl::Status KeepCrlShards(absl::string_view path, absl::string_view key_id,
                                         const KeptCrlShards& kept);

}  // namespace fleetca::service

#endif  // FLEETCA_SERVICE_AUTHORITY_CRL_SHARDS_FILE_H_
