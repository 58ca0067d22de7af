#include "client/issue_request.h"

#include <array>

#include "absl/types/span.h"
#include "base/errors.h"
#include "base/random.h"
#include "base/status_macros.h"
#include "client/issued.h"
#include "client/lifetime.h"
#include "fleetca/v1/certificate_authority.pb.h"

namespace fleetca::client {
namespace {

constexpr size_t kRequestIdBytes = 16;

}  // namespace

absl::StatusOr<std::string> DrawRequestId() {
  std::array<char, kRequestIdBytes> id;
  FLEETCA_RETURN_IF_ERROR(RandomBytes(absl::MakeSpan(id)));
  return std::string(id.data(), id.size());
}

absl::StatusOr<v1::IssueCertificateRequest> BuildIssueRequest(const IssueOptions& options) {
  if (options.csr_der.empty() && !options.renewal) {
    return InvalidArgument(Reason::kCsrMissing, "csr", "there is no CSR: it is empty");
  }
  v1::IssueCertificateRequest request;
  if (!options.csr_der.empty()) {
    FLEETCA_RETURN_IF_ERROR(CsrPublicKey(options.csr_der).status());
    request.set_csr_der(options.csr_der);
  }
  if (options.renewal) {
    request.mutable_renewal();
  }
  request.set_profile(options.profile);
  request.set_identity(options.identity);
  request.set_validate_only(options.validate_only);
  if (options.lifetime.has_value()) {
    FLEETCA_RETURN_IF_ERROR(SetLifetime(*options.lifetime, request.mutable_lifetime()));
  }
  if (options.request_id.empty()) {
    FLEETCA_ASSIGN_OR_RETURN(*request.mutable_request_id(), DrawRequestId());
  } else {
    request.set_request_id(options.request_id);
  }
  return request;
}

}  // namespace fleetca::client
