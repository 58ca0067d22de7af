// Files that hold CRLs, in PEM or DER.
#ifndef FLEETCA_X509_REVOCATION_CRL_FILE_H_
#define FLEETCA_X509_REVOCATION_CRL_FILE_H_

#include <cstddef>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace fleetca::x509 {

// How many CRLs a file has at most: one for each CA of a chain, or for each shard.
inline constexpr size_t kMaxCrlsInFile = 4096;

// The DER of each CRL in `contents`: PEM blocks "X509 CRL", of which a file for nginx has one for
// each CA of the chain, or DER elements one after the other. At least one. Nothing of the DER is
// looked at but its length: ParseCrl follows. INVALID_ARGUMENT kFileInvalid, for more than
// kMaxCrlsInFile of DER too.
absl::StatusOr<std::vector<std::string>> DecodeCrls(absl::string_view contents);

// One PEM block.
std::string EncodeCrlPem(absl::string_view der);

}  // namespace fleetca::x509

#endif  // FLEETCA_X509_REVOCATION_CRL_FILE_H_
