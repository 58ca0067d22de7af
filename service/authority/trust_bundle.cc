#include "service/authority/trust_bundle.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "base/errors.h"
#include "base/sha256.h"
#include "base/status_macros.h"
#include "x509/certificate.h"
#include "x509/chain.h"
#include "x509/pem.h"

namespace fleetca::service {
namespace {

using x509::Certificate;

struct Listed {
  std::optional<Certificate> ca;  // absent: no root whatever else there is
  std::string problem;            // "" for one that every relying party can use
};

Listed Judge(absl::string_view der) {
  absl::StatusOr<Certificate> read = x509::ParseCertificate(der);
  if (!read.ok()) {
    return {std::nullopt, absl::StrCat("cannot be read: ", read.status().message())};
  }
  if (!read->is_ca) {
    return {std::nullopt, "is not a CA certificate; list roots only"};
  }
  if (!x509::MayIssue(*read)) {
    return {*std::move(read),
            "has no keyUsage with keyCertSign, or a critical extension or name constraints that "
            "are not known here, so fleetca's own verifiers refuse it"};
  }
  return {*std::move(read), ""};
}

bool IssuedOneOf(const Certificate& ca, absl::Span<const std::string> chain) {
  return std::any_of(chain.begin(), chain.end(), [&ca](const std::string& der) {
    const absl::StatusOr<Certificate> below = x509::ParseCertificate(der);
    return below.ok() && x509::VerifySignedBy(*below, ca).ok();
  });
}

}  // namespace

absl::StatusOr<TrustBundle> TrustBundle::FromPem(absl::string_view pem,
                                                 absl::string_view trust_domain,
                                                 absl::Span<const std::string> issuing_chain) {
  TrustBundle bundle;
  bundle.trust_domain = std::string(trust_domain);
  FLEETCA_ASSIGN_OR_RETURN(const std::vector<std::string> ders,
                           x509::DecodePem(x509::kPemCertificate, pem));
  std::vector<Listed> all;
  for (const std::string& der : ders) {
    all.push_back(Judge(der));
  }
  const bool has_better = std::any_of(all.begin(), all.end(), [&](const Listed& one) {
    return one.problem.empty() && IssuedOneOf(*one.ca, issuing_chain);
  });
  std::vector<absl::string_view> parts;
  for (size_t i = 0; i < all.size(); ++i) {
    const Listed& one = all[i];
    const bool stays = one.problem.empty() ||
                       (one.ca.has_value() && !has_better && IssuedOneOf(*one.ca, issuing_chain));
    if (!one.problem.empty()) {
      bundle.warnings.push_back(
          absl::StrCat("certificate ", i + 1,
                       stays ? " is handed out, but it " : " is left out: it ", one.problem));
    }
    // Once, as a new host that is given the fingerprint of a root refuses an answer that has it
    // twice.
    if (stays &&
        std::find(bundle.roots.begin(), bundle.roots.end(), ders[i]) == bundle.roots.end()) {
      bundle.roots.push_back(ders[i]);
      parts.push_back(ders[i]);
    }
  }
  if (bundle.roots.empty()) {
    return InvalidArgument(Reason::kFileInvalid, "trust_bundle",
                           absl::StrCat("No certificate of the trust bundle can be a root; give "
                                        "the root of this CA (",
                                        absl::StrJoin(bundle.warnings, "; "), ")"));
  }
  bundle.version = Sha256OfParts(parts);
  return bundle;
}

}  // namespace fleetca::service
