#include "client/authz/chain.h"

#include <algorithm>
#include <cstdint>

#include "absl/strings/str_cat.h"
#include "base/errors.h"
#include "base/status_macros.h"
#include "x509/oid.h"
#include "x509/public_key.h"
#include "x509/tbs.h"

namespace fleetca::client {
namespace {

using x509::Certificate;

constexpr absl::string_view kNameConstraints = x509::oid::Bytes("\x55\x1d\x1e");

absl::Status Unknown(absl::string_view problem) {
  return MakeError(absl::StatusCode::kUnauthenticated, Reason::kCallerUnknown, "", problem);
}

bool IsValidAt(const Certificate& certificate, absl::Time now) {
  return certificate.not_before <= now && now <= certificate.not_after;
}

bool Allows(const Certificate& certificate, absl::string_view purpose) {
  const auto& purposes = certificate.extended_key_usage;
  return purpose.empty() || purposes.empty() ||
         std::find(purposes.begin(), purposes.end(), purpose) != purposes.end();
}

// A critical extension restricts, so one that this code does not apply makes the certificate
// useless (RFC 5280 4.2).
bool UnderstandsCritical(const Certificate& certificate) {
  namespace oid = x509::oid;
  for (const x509::Extension& extension : certificate.extensions) {
    if (extension.critical && extension.oid != oid::kBasicConstraints &&
        extension.oid != oid::kKeyUsage && extension.oid != oid::kExtendedKeyUsage &&
        extension.oid != oid::kSubjectAltName) {
      return false;
    }
  }
  return true;
}

ChainValidity Narrow(const ChainValidity& validity, const Certificate& certificate) {
  return {.not_before = std::max(validity.not_before, certificate.not_before),
          .not_after = std::min(validity.not_after, certificate.not_after)};
}

absl::Status CheckLeaf(const Certificate& leaf, const ChainQuestion& question) {
  if (leaf.is_ca || (leaf.key_usage & x509::kKeyCertSign) != 0) {
    return Unknown("The caller's certificate is that of a CA, which is nobody's identity");
  }
  if (!UnderstandsCritical(leaf)) {
    return Unknown("The caller's certificate has a critical extension that is not known here");
  }
  if (!Allows(leaf, question.purpose)) {
    return Unknown("The caller's certificate is not for this purpose; its extKeyUsage says so");
  }
  if (!IsValidAt(leaf, question.now)) {
    return MakeError(
        absl::StatusCode::kUnauthenticated, Reason::kCallerCertificateExpired, "",
        absl::StrCat("The caller's certificate is valid from ",
                     absl::FormatTime(absl::RFC3339_sec, leaf.not_before, absl::UTCTimeZone()),
                     " to ",
                     absl::FormatTime(absl::RFC3339_sec, leaf.not_after, absl::UTCTimeZone()),
                     ", not now; renew it, or mend the clock"));
  }
  return absl::OkStatus();
}

// Depth first from the leaf up. Strangers choose the intermediates, so signature checks are
// counted: certificates that all seem to issue each other must not cost more than a bounded time.
class Search {
 public:
  explicit Search(const ChainQuestion& question) : question_(question) {}

  // `cas_below` CAs stand between `child`'s issuer and the leaf, not counting self-issued ones;
  // `used` has a bit for each intermediate on the way.
  bool Climb(const Certificate& child, int cas_below, uint64_t used, ChainValidity* validity) {
    for (const Certificate& root : question_.roots) {
      if (Issued(root, child, cas_below)) {
        *validity = Narrow(*validity, root);
        return true;
      }
    }
    for (size_t i = 0; i < question_.intermediates.size(); ++i) {
      const Certificate& issuer = question_.intermediates[i];
      if ((used >> i & 1) != 0 || !Issued(issuer, child, cas_below) ||
          !x509::CheckPublicKey(issuer.public_key, "key").ok()) {
        continue;
      }
      ChainValidity narrowed = Narrow(*validity, issuer);
      const int below = cas_below + (issuer.subject == issuer.issuer ? 0 : 1);
      if (Climb(issuer, below, used | uint64_t{1} << i, &narrowed)) {
        *validity = narrowed;
        return true;
      }
    }
    return false;
  }

 private:
  bool Issued(const Certificate& issuer, const Certificate& child, int cas_below) {
    const bool same_key = child.authority_key_id.empty() || issuer.subject_key_id.empty() ||
                          child.authority_key_id == issuer.subject_key_id;
    if (issuer.subject != child.issuer || !same_key || !MayBeRoot(issuer) ||
        (issuer.path_length.has_value() && *issuer.path_length < cas_below) ||
        !IsValidAt(issuer, question_.now) || !Allows(issuer, question_.purpose)) {
      return false;
    }
    return ++signature_checks_ <= kMaxSignatureChecks && x509::VerifySignedBy(child, issuer).ok();
  }

  const ChainQuestion& question_;
  int signature_checks_ = 0;
};

}  // namespace

bool MayBeRoot(const Certificate& certificate) {
  return certificate.is_ca && (certificate.key_usage & x509::kKeyCertSign) != 0 &&
         certificate.Find(kNameConstraints) == nullptr && UnderstandsCritical(certificate);
}

absl::StatusOr<ChainValidity> VerifyChain(const Certificate& leaf, const ChainQuestion& question) {
  FLEETCA_RETURN_IF_ERROR(CheckLeaf(leaf, question));
  ChainValidity validity = Narrow({}, leaf);
  if (question.intermediates.size() > 63 || !Search(question).Climb(leaf, 0, 0, &validity)) {
    return Unknown(
        "The caller's certificate has no valid chain to a root that is listed for authorization; "
        "send every intermediate, and list its root");
  }
  return validity;
}

}  // namespace fleetca::client
