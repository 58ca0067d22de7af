// The certificates of one file, put in order: which of them stand above the first.
#ifndef FLEETCA_SERVICE_NET_CERTIFICATE_PATH_H_
#define FLEETCA_SERVICE_NET_CERTIFICATE_PATH_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "absl/types/span.h"

namespace fleetca::service {

// Positions are those in the file, from 0.
struct CertificatePath {
  // The first certificate, then each time one that issued the one before it. No root.
  std::vector<size_t> path = {0};
  // Whether one of the roots issued the last of the path.
  bool rooted = false;
  // Usable issuers of those in the path that it does not need: a cross-signed CA, by which parties
  // that trust another root may find their way.
  std::vector<size_t> beside;
  // Why each other one is left out, in words for the log: "certificate 3 expired at ...".
  std::vector<std::string> left_out;
  // Why the path ends too early, in the same words: about a certificate that issued the last one of
  // the path, but is not valid now. "" when there is no such certificate.
  std::string gap;
  // Whether some certificate of the file cannot be read here, so that nobody knows where it fits.
  bool has_unreadable = false;
};

// Takes the certificates after the first in any order, and prefers the longest way to a root. The
// way is judged by names, signatures, cA, keyCertSign where there is a keyUsage, and by the time
// `now`, or by no time where that is absent. Relying parties check all else that they require of a
// CA. DER; `file` has at least one, and the first is not judged. Roots that cannot be read are
// passed over.
CertificatePath FindCertificatePath(absl::Span<const std::string> file,
                                    absl::Span<const std::string> roots,
                                    std::optional<absl::Time> now);

// The certificates at these positions.
std::vector<std::string> Pick(absl::Span<const std::string> file,
                              absl::Span<const size_t> positions);

}  // namespace fleetca::service

#endif  // FLEETCA_SERVICE_NET_CERTIFICATE_PATH_H_
