#include "client/authz/grpc/peer_certificates.h"

#include <grpc/grpc_security_constants.h>

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "base/errors.h"
#include "base/status_macros.h"
#include "x509/pem.h"

namespace fleetca::client {
namespace {

absl::Status Unknown(absl::string_view sentence) {
  return Unauthenticated(Reason::kCallerUnknown, sentence);
}

// Appends the DER of one property's certificates.
absl::Status Append(const grpc::string_ref& pem, std::vector<std::string>* ders) {
  const auto found =
      x509::DecodePem(x509::kPemCertificate, absl::string_view(pem.data(), pem.size()));
  if (!found.ok()) {
    return Unknown(
        absl::StrCat("The caller's certificate cannot be read: ", found.status().message()));
  }
  ders->insert(ders->end(), found->begin(), found->end());
  return absl::OkStatus();
}

absl::StatusOr<std::vector<std::string>> Chain(const grpc::string_ref& leaf,
                                               const grpc::AuthContext& connection) {
  std::vector<std::string> ders;
  FLEETCA_RETURN_IF_ERROR(Append(leaf, &ders));
  if (ders.size() != 1) {
    return Unknown("The caller's certificate is not one but many");
  }
  for (const grpc::string_ref& chain :
       connection.FindPropertyValues(GRPC_X509_PEM_CERT_CHAIN_PROPERTY_NAME)) {
    FLEETCA_RETURN_IF_ERROR(Append(chain, &ders));
  }
  return ders;
}

}  // namespace

absl::StatusOr<std::shared_ptr<const Grants>> CurrentPeer(PeerCache& peers,
                                                          const grpc::AuthContext& connection) {
  const std::vector<grpc::string_ref> pem =
      connection.FindPropertyValues(GRPC_X509_PEM_CERT_PROPERTY_NAME);
  if (pem.size() != 1) {
    return Unknown("The connection has no client certificate; connect with one of the fleet's CA");
  }
  return peers.Current(absl::string_view(pem[0].data(), pem[0].size()),
                       [&] { return Chain(pem[0], connection); });
}

}  // namespace fleetca::client
