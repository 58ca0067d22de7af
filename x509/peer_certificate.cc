#include "x509/peer_certificate.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "base/errors.h"
#include "base/status_macros.h"
#include "base/time_text.h"
#include "x509/san.h"
#include "x509/spiffe_id.h"
#include "x509/tbs.h"

namespace fleetca::x509 {
namespace {

absl::Status Unknown(absl::string_view problem) {
  return Unauthenticated(Reason::kCallerUnknown, problem);
}

absl::Status CheckLeaf(const Certificate& leaf, const PeerQuestion& question) {
  if (leaf.is_ca || (leaf.key_usage & (kKeyCertSign | kCrlSign)) != 0) {
    return Unknown("The caller's certificate is that of a CA, which is nobody's identity");
  }
  if (leaf.key_usage != 0 && (leaf.key_usage & kDigitalSignature) == 0) {
    return Unknown(
        "The caller's certificate is not for signatures, by which TLS proves who has its key; its "
        "keyUsage must have digitalSignature");
  }
  if (!UnderstandsCritical(leaf)) {
    return Unknown("The caller's certificate has a critical extension that is not known here");
  }
  if (!AllowsPurpose(leaf, question.purpose)) {
    return Unknown("The caller's certificate is not for this purpose; its extKeyUsage says so");
  }
  if (question.now < leaf.not_before || leaf.not_after < question.now) {
    return Unauthenticated(
        Reason::kCallerCertificateExpired,
        absl::StrCat("The caller's certificate is valid from ", TimeToWords(leaf.not_before),
                     " to ", TimeToWords(leaf.not_after),
                     ", not now; renew it, or mend the clock"));
  }
  return absl::OkStatus();
}

absl::StatusOr<absl::string_view> Identity(const Certificate& leaf,
                                           absl::string_view trust_domain) {
  const auto uris =
      std::count_if(leaf.names.begin(), leaf.names.end(),
                    [](const GeneralName& name) { return name.type == NameType::kUri; });
  if (uris != 1) {
    return Unknown(absl::StrCat("The caller's certificate has ", uris,
                                " URI names; an identity is exactly one"));
  }
  const absl::string_view id = leaf.SpiffeId();
  if (SpiffeTrustDomain(id) != trust_domain || SpiffePath(id).empty()) {
    return Unknown(absl::StrCat(
        "The URI name of the caller's certificate is not a SPIFFE ID with a path in the "
        "trust domain ",
        trust_domain));
  }
  return id;
}

}  // namespace

absl::StatusOr<PeerIdentity> VerifyPeer(const Certificate& leaf, const PeerQuestion& question) {
  FLEETCA_RETURN_IF_ERROR(CheckLeaf(leaf, question));
  PeerIdentity identity;
  FLEETCA_ASSIGN_OR_RETURN(identity.validity,
                           VerifyChain(leaf, {.roots = question.roots,
                                              .intermediates = question.intermediates,
                                              .now = question.now,
                                              .purpose = question.purpose}));
  FLEETCA_ASSIGN_OR_RETURN(identity.spiffe_id, Identity(leaf, question.trust_domain));
  return identity;
}

}  // namespace fleetca::x509
