#include "service/trust_bundle.h"

#include "absl/strings/str_cat.h"
#include "base/errors.h"
#include "base/sha256.h"
#include "base/status_macros.h"
#include "x509/certificate.h"
#include "x509/pem.h"

namespace fleetca::service {

absl::StatusOr<TrustBundle> TrustBundle::FromPem(absl::string_view pem,
                                                 absl::string_view trust_domain) {
  TrustBundle bundle;
  bundle.trust_domain = std::string(trust_domain);
  FLEETCA_ASSIGN_OR_RETURN(bundle.roots, x509::DecodePem(x509::kPemCertificate, pem));
  std::vector<absl::string_view> parts;
  for (const std::string& root : bundle.roots) {
    FLEETCA_ASSIGN_OR_RETURN(const x509::Certificate certificate, x509::ParseCertificate(root));
    if (!certificate.is_ca) {
      return InvalidArgument(Reason::kFileInvalid, "trust_bundle",
                             absl::StrCat("Certificate ", parts.size() + 1,
                                          " of the trust bundle is no CA certificate; list roots "
                                          "only"));
    }
    parts.push_back(root);
  }
  bundle.version = Sha256OfParts(parts);
  return bundle;
}

}  // namespace fleetca::service
