#include "client/verdict/way_text.h"

#include "absl/strings/str_cat.h"
#include "x509/name.h"

namespace fleetca::client {

std::string SubjectOf(const x509::Certificate& certificate) {
  const std::string subject = x509::NameToText(certificate.subject);
  return subject.empty() && !certificate.names.empty()
             ? x509::NameToString(certificate.names.front())
             : subject;
}

std::string NameInWay(const Way& way, size_t place) {
  const bool is_root = place + 1 == way.path.size() && way.end != WayEnd::kGap;
  return absl::StrCat(place == 0 ? "the certificate"
                      : is_root  ? "the root"
                                 : "the intermediate",
                      " \"", SubjectOf(*way.path[place]), "\"");
}

std::string NameInWayFirst(const Way& way, size_t place) {
  std::string name = NameInWay(way, place);
  name[0] = 'T';
  return name;
}

std::string GapSentence(const Way& way) {
  const x509::Certificate& last = *way.path.back();
  const std::string issuer =
      absl::StrCat("The chain has a gap: the issuer \"", x509::NameToText(last.issuer), "\" of ",
                   NameInWay(way, way.path.size() - 1));
  if (!way.unusable.empty()) {
    return absl::StrCat(issuer, " is there, but cannot be used: ", way.unusable);
  }
  return absl::StrCat(
      issuer, " is not there", way.near_miss.empty() ? "" : absl::StrCat(" (", way.near_miss, ")"),
      last.ca_issuers_urls.empty()
          ? ""
          : absl::StrCat("; the certificate says that it is at ", last.ca_issuers_urls.front()));
}

}  // namespace fleetca::client
