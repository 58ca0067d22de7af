#include "client/verdict/path_text.h"

#include "absl/strings/str_cat.h"
#include "x509/name.h"

namespace fleetca::client {

std::string SubjectOf(const x509::Certificate& certificate) {
  const std::string subject = x509::NameToText(certificate.subject);
  return subject.empty() && !certificate.names.empty()
             ? x509::NameToString(certificate.names.front())
             : subject;
}

std::string NameInPath(const CertificationPath& path, size_t place) {
  const bool is_root = place + 1 == path.certificates.size() && path.end != PathEnd::kGap;
  return absl::StrCat(place == 0 ? "the certificate"
                      : is_root  ? "the root"
                                 : "the intermediate",
                      " \"", SubjectOf(*path.certificates[place]), "\"");
}

std::string NameInPathFirst(const CertificationPath& path, size_t place) {
  std::string name = NameInPath(path, place);
  name[0] = 'T';
  return name;
}

std::string GapSentence(const CertificationPath& path) {
  const x509::Certificate& last = *path.certificates.back();
  const std::string issuer =
      absl::StrCat("The chain has a gap: the issuer \"", x509::NameToText(last.issuer), "\" of ",
                   NameInPath(path, path.certificates.size() - 1));
  if (!path.unusable.empty()) {
    return absl::StrCat(issuer, " is there, but cannot be used: ", path.unusable);
  }
  return absl::StrCat(
      issuer, " is not there",
      path.near_miss.empty() ? "" : absl::StrCat(" (", path.near_miss, ")"),
      last.ca_issuers_urls.empty()
          ? ""
          : absl::StrCat("; the certificate says that it is at ", last.ca_issuers_urls.front()));
}

}  // namespace fleetca::client
