// Paths from a certificate up to a root, out of certificates from anywhere.
#ifndef FLEETCA_CLIENT_VERDICT_CHAIN_BUILDER_H_
#define FLEETCA_CLIENT_VERDICT_CHAIN_BUILDER_H_

#include <cstddef>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "client/verdict/certificate_index.h"
#include "x509/certificate.h"

namespace fleetca::client {

// What a path ends at.
enum class PathEnd {
  kTrusted,     // a certificate of the roots
  kSelfSigned,  // a root that nobody named as trusted
  kGap,         // the issuer of the last certificate is not there
};

// RFC 5280 section 3.2.
struct CertificationPath {
  // The leaf first; each next one issued the one before, and its signature was verified.
  std::vector<const x509::Certificate*> certificates;
  PathEnd end = PathEnd::kGap;
  // Of a gap: why the certificate that has the name of the missing issuer is not it ("... has the
  // name of the issuer, but its key did not make the signature"); "" where there is none of that
  // name.
  std::string near_miss;
  // Of a gap: why a certificate that has the name of the missing issuer is not accepted here, with
  // where it comes from; "" where there is none. Then there is no near miss.
  std::string unusable;
};

struct PathQuestion {
  // Trusted as they stand. Null: none is.
  const CertificateIndex* roots = nullptr;
  // In any order; what is not needed does no harm. Null: none.
  const CertificateIndex* others = nullptr;
  // Of two paths that are alike, the one whose certificates are all valid then is the better.
  absl::Time at;
};

// Bounds: whoever sends certificates that all seem to issue each other must not cost more.
inline constexpr size_t kMaxPaths = 16;
inline constexpr size_t kMaxPathLength = 16;
inline constexpr int kMaxPathSignatures = 128;

// The paths from `leaf`, the best first: those to a trusted root before others, then those whose
// certificates are valid, then those to another root before gaps, then short before long; gaps the
// longest first. At least one, which may be the leaf alone; at most kMaxPaths. A leaf that is
// itself among the roots is a path, which comes behind those with a CA, as more can be asked of
// them. Names are compared as CanonicalName has it, key identifiers where both have one, and each
// signature is verified once; no certificate and no pair of subject and key stands in a path twice,
// so cross-signed certificates end. Says nothing of dates, constraints or purposes:
// JudgeCertificate does (verdict.h). Results point into `leaf` and the indexes. Thread-safe.
std::vector<CertificationPath> FindPaths(const x509::Certificate& leaf,
                                         const PathQuestion& question);

}  // namespace fleetca::client

#endif  // FLEETCA_CLIENT_VERDICT_CHAIN_BUILDER_H_
