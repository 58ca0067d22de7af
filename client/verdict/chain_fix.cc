#include "client/verdict/chain_fix.h"

#include <algorithm>
#include <utility>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/str_cat.h"
#include "base/errors.h"
#include "base/fetch/http_fetch.h"
#include "base/status_macros.h"
#include "client/objects/object_reader.h"
#include "client/verdict/self_issued.h"
#include "x509/canonical_name.h"
#include "x509/first_certificate.h"

namespace fleetca::client {
namespace {

using x509::Certificate;

constexpr int kMaxFetches = 8;
constexpr size_t kMaxIssuersSize = size_t{1} << 20;

// Keeps of `ders` what signed `below`; whether any did.
bool AddIssuersOf(const Certificate& below, std::vector<std::string> ders, const std::string& url,
                  CertificateIndex* index) {
  bool added = false;
  for (std::string& der : ders) {
    const absl::StatusOr<Certificate> parsed = x509::ParseCertificate(der);
    if (parsed.ok() && x509::SameName(below.issuer, parsed->subject) &&
        x509::VerifySignedByKeyOf(below, *parsed).ok()) {
      added = index->Add(std::move(der), url).ok() || added;
    }
  }
  return added;
}

}  // namespace

void FetchMissing(const Certificate& leaf, absl::Time at, FetchCertificates fetch,
                  CertificateIndex* index, std::vector<absl::Status>* problems) {
  absl::flat_hash_set<std::string> asked;
  for (int i = 0; i < kMaxFetches; ++i) {
    const CertificationPath path = FindPaths(leaf, {.others = index, .at = at}).front();
    const Certificate& last = *path.certificates.back();
    const auto url = std::find_if(
        last.ca_issuers_urls.begin(), last.ca_issuers_urls.end(), [&asked](absl::string_view one) {
          return IsPlainUrl(one, UrlScheme::kHttp) && !asked.contains(std::string(one));
        });
    if (path.end != PathEnd::kGap || url == last.ca_issuers_urls.end()) {
      return;
    }
    const std::string address(*url);
    asked.insert(address);
    absl::StatusOr<std::vector<std::string>> ders = fetch(address);
    if (!ders.ok()) {
      problems->push_back(Annotate(ders.status(), address));
    } else if (!AddIssuersOf(last, *std::move(ders), address, index)) {
      problems->push_back(InvalidArgument(
          Reason::kFileInvalid, "",
          absl::StrCat(address, ": what is there did not sign the certificate that names it")));
    }
  }
}

absl::StatusOr<std::vector<std::string>> FetchIssuers(const std::string& url,
                                                      absl::Duration timeout) {
  FLEETCA_ASSIGN_OR_RETURN(const FetchedDocument answer, FetchHttp({.url = url,
                                                                    .scheme = UrlScheme::kHttp,
                                                                    .max_bytes = kMaxIssuersSize,
                                                                    .timeout = timeout}));
  return ReadCertificates(answer.body);
}

const Certificate* LeafOf(absl::Span<const Certificate* const> certificates) {
  absl::flat_hash_set<std::string> issuers;
  for (const Certificate* certificate : certificates) {
    if (!IsSelfIssued(*certificate)) {
      issuers.insert(x509::CanonicalName(certificate->issuer));
    }
  }
  for (const bool of_ca : {false, true}) {
    for (const Certificate* certificate : certificates) {
      if (certificate->is_ca == of_ca &&
          !issuers.contains(x509::CanonicalName(certificate->subject))) {
        return certificate;
      }
    }
  }
  return certificates.empty() ? nullptr : certificates.front();
}

}  // namespace fleetca::client
