#include "service/server/ca_validity.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "base/errors.h"
#include "base/status_macros.h"
#include "base/time_text.h"
#include "x509/certificate.h"

namespace fleetca::service {
namespace {

absl::Status Expired(absl::string_view file, absl::string_view what, absl::Time not_after,
                     absl::string_view remedy) {
  return FailedPrecondition(Reason::kIssuerExpiring,
                            absl::StrCat(file, ": ", what, " expired at ", TimeToWords(not_after),
                                         ", so nobody believes what is issued under it; ", remedy,
                                         ", or set this machine's clock right"));
}

}  // namespace

absl::StatusOr<CaEnd> FindCaEnd(const IssuerConfig& config, absl::Span<const std::string> chain,
                                absl::Span<const std::string> roots) {
  CaEnd end;
  const auto ends = [&end](absl::string_view file, absl::string_view what, absl::Time not_after,
                           absl::string_view remedy) {
    if (not_after < end.not_after) {
      end = {not_after, Expired(file, what, not_after, remedy)};
    }
  };
  for (size_t i = 0; i < chain.size(); ++i) {
    const absl::StatusOr<x509::Certificate> certificate = x509::ParseCertificate(chain[i]);
    if (certificate.ok()) {
      ends(config.certificate_file,
           i == 0 ? "the issuing CA's certificate" : "a CA's certificate above the issuing CA's",
           certificate->not_after, kRenewIssuing);
    }
  }
  FLEETCA_ASSIGN_OR_RETURN(const x509::Certificate last, x509::ParseCertificate(chain.back()));
  absl::Time latest_end = absl::InfinitePast();
  for (const std::string& der : roots) {
    const absl::StatusOr<x509::Certificate> root = x509::ParseCertificate(der);
    if (root.ok() && root->not_after > latest_end && x509::VerifySignedBy(last, *root).ok()) {
      latest_end = root->not_after;
    }
  }
  if (latest_end != absl::InfinitePast()) {
    ends(config.trust_bundle_file, "the root's certificate", latest_end, kRenewRoot);
  }
  return end;
}

}  // namespace fleetca::service
