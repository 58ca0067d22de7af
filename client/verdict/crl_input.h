// CRLs as a user gives them.
#ifndef FLEETCA_CLIENT_VERDICT_CRL_INPUT_H_
#define FLEETCA_CLIENT_VERDICT_CRL_INPUT_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "x509/revocation/crl.h"

namespace fleetca::client {

// A CRL together with the octets that it aliases. Move-only.
struct HeldCrl {
  std::unique_ptr<const std::string> der;
  x509::Crl parsed;

  const x509::Crl& operator*() const { return parsed; }
  const x509::Crl* operator->() const { return &parsed; }
};

// The CRLs in `contents`, PEM or DER, each read strictly; at least one. INVALID_ARGUMENT
// kFileInvalid, which says so where a certificate or a CSR is given for one. Nothing is verified.
absl::StatusOr<std::vector<HeldCrl>> ReadCrls(absl::string_view contents);

// The same of a file of at most x509::kMaxCrlSize octets; "-" is standard input. The errors of
// ReadFile too; each names the file.
absl::StatusOr<std::vector<HeldCrl>> ReadCrlsOfFile(const std::string& file);

}  // namespace fleetca::client

#endif  // FLEETCA_CLIENT_VERDICT_CRL_INPUT_H_
