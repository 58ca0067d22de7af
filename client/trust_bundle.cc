#include "client/trust_bundle.h"

#include "client/issued.h"
#include "fleetca/v1/certificate_authority.pb.h"
#include "x509/certificate.h"

namespace fleetca::client {

absl::StatusOr<TrustBundle> TrustBundleFromProto(const v1::GetTrustBundleResponse& response) {
  TrustBundle bundle{response.trust_domain(),
                     {response.roots_der().begin(), response.roots_der().end()},
                     response.version()};
  if (bundle.roots_der.empty()) {
    return AnswerInvalid("the trust bundle is empty");
  }
  for (const std::string& root : bundle.roots_der) {
    const absl::StatusOr<x509::Certificate> certificate = x509::ParseCertificate(root);
    if (!certificate.ok() || !certificate->is_ca) {
      return AnswerInvalid("the trust bundle holds something that is not a CA certificate");
    }
  }
  return bundle;
}

}  // namespace fleetca::client
