#include "client/cli/own_revocation.h"

#include <algorithm>
#include <array>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "base/sha256.h"
#include "base/standard_stream.h"
#include "client/cli/serial_or_file.h"
#include "fleetca/v1/revocation.pb.h"
#include "x509/certificate.h"

namespace fleetca::client {

bool NamesCertificateOf(const v1::RevokeCertificatesRequest& request, const std::string& file) {
  if (file.empty() || IsStandardStream(file)) {
    return false;
  }
  const absl::StatusOr<std::string> der = ReadCertificateOfFile(file);
  if (!der.ok()) {
    return false;
  }
  const absl::StatusOr<x509::Certificate> own = x509::ParseCertificate(*der);
  if (!own.ok()) {
    return false;
  }
  if (request.has_identity()) {
    return request.identity() == own->SpiffeId();
  }
  if (request.has_key_sha256()) {
    const std::array<char, 32> digest = Sha256(own->public_key.spki);
    return request.key_sha256() == absl::string_view(digest.data(), digest.size());
  }
  const auto& serials = request.serial_numbers().values();
  return std::any_of(serials.begin(), serials.end(),
                     [&](const std::string& serial) { return serial == own->serial; });
}

}  // namespace fleetca::client
