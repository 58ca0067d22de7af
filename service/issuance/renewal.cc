#include "service/issuance/renewal.h"

#include <algorithm>
#include <string>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "base/errors.h"
#include "base/status_macros.h"
#include "service/caller/caller.h"
#include "x509/authz/provenance.h"
#include "x509/csr.h"
#include "x509/public_key.h"

namespace fleetca::service {
namespace {

// More is not shown of what came from the request.
constexpr size_t kMaxShown = 128;

absl::Status OtherIdentity(absl::string_view field, absl::string_view asked,
                           absl::string_view own) {
  return InvalidArgument(
      Reason::kRenewalInvalid, field,
      absl::StrCat("A renewal is for the identity of the certificate that asks, ", own,
                   ", and this one is for ", absl::CHexEscape(asked.substr(0, kMaxShown)),
                   "; ask for a certificate of another identity without renewal"));
}

}  // namespace

absl::Status AdmitRenewal(IssuanceItem& item) {
  const IssueRequest& request = item.issuance->request;
  if (!request.renewal) {
    return absl::OkStatus();
  }
  item.renewed = HeldCertificateOf(*item.issuance->caller);
  if (item.renewed == nullptr) {
    return PermissionDenied(
        Reason::kRenewalInvalid, "renewal",
        "Only who shows a certificate can renew it, and this caller has shown a token; ask for a "
        "new certificate with a CSR and without renewal");
  }
  const absl::string_view own = IdentityOf(*item.issuance->caller);
  return request.identity.empty() || request.identity == own
             ? absl::OkStatus()
             : OtherIdentity("identity", request.identity, own);
}

absl::Status ReadKeyAndNames(IssuanceItem& item, const x509::CsrLimits& limits) {
  const IssueRequest& request = item.issuance->request;
  if (!request.csr_der.empty()) {
    FLEETCA_ASSIGN_OR_RETURN(item.csr, x509::ParseCsr(request.csr_der, limits));
    for (const x509::GeneralName& name : item.csr.names) {
      if (item.renewed != nullptr && name.type == x509::NameType::kUri &&
          name.value != item.caller) {
        return OtherIdentity("csr.subject_alt_name", name.value, item.caller);
      }
    }
    return absl::OkStatus();
  }
  if (item.renewed == nullptr) {
    return InvalidArgument(Reason::kCsrMissing, "csr",
                           "The request has no CSR; set csr_der or csr_pem");
  }
  FLEETCA_ASSIGN_OR_RETURN(
      item.csr.public_key,
      x509::ParsePublicKey(item.renewed->subject_public_key_info, "certificate.public_key"));
  return absl::OkStatus();
}

uint32_t GenerationOf(const IssuanceItem& item) {
  return item.renewed == nullptr ? 0
                                 : std::min(item.renewed->generation, x509::kMaxGeneration - 1) + 1;
}

store::LineageStep StepOf(const IssuanceItem& item) {
  const absl::string_view address = AddressOf(*item.issuance->caller);
  return {.serial = item.answer.serial_number,
          .previous = item.renewed->serial,
          .address = std::string(address.substr(0, store::kMaxStepAddressSize))};
}

}  // namespace fleetca::service
