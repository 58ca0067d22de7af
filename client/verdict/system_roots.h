// The roots that this machine's programs trust.
#ifndef FLEETCA_CLIENT_VERDICT_SYSTEM_ROOTS_H_
#define FLEETCA_CLIENT_VERDICT_SYSTEM_ROOTS_H_

#include <string>

#include "absl/status/statusor.h"
#include "client/verdict/certificate_index.h"

namespace fleetca::client {

struct SystemRoots {
  std::string path;
  CertificateIndex roots{CertificateIndex::Holds::kTrustAnchors};
};

// The first of the files in which distributions keep them (Debian's
// /etc/ssl/certs/ca-certificates.crt before others), at most kMaxFileBytes. FAILED_PRECONDITION
// kFileMissing where there is none, with what to install or to give; kFileInvalid. Thread-safe.
absl::StatusOr<SystemRoots> LoadSystemRoots();

}  // namespace fleetca::client

#endif  // FLEETCA_CLIENT_VERDICT_SYSTEM_ROOTS_H_
