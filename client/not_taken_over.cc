#include "client/not_taken_over.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "x509/certificate.h"
#include "x509/csr.h"
#include "x509/der/der.h"
#include "x509/der/oid.h"
#include "x509/name.h"
#include "x509/san.h"

namespace fleetca::client {
namespace {

// A line is read by people.
constexpr size_t kMaxSubject = 200;
constexpr size_t kMaxListed = 10;

// Of those that tools ask for without being told to.
constexpr struct {
  absl::string_view oid;
  absl::string_view name;
} kExtensionNames[] = {
    {x509::oid::kSubjectKeyIdentifier, "subjectKeyIdentifier"},
    {x509::oid::kAuthorityKeyIdentifier, "authorityKeyIdentifier"},
    {x509::oid::kKeyUsage, "keyUsage"},
    {x509::oid::kExtendedKeyUsage, "extendedKeyUsage"},
    {x509::oid::kBasicConstraints, "basicConstraints"},
    {x509::oid::kNameConstraints, "nameConstraints"},
    {x509::oid::kCrlDistributionPoints, "cRLDistributionPoints"},
};

std::string ExtensionName(absl::string_view oid) {
  for (const auto& known : kExtensionNames) {
    if (known.oid == oid) {
      return std::string(known.name);
    }
  }
  return x509::der::OidToString(oid);
}

// How many bytes of `text` stand for its first character: an escape of x509::NameToText ("\\," or
// "\\0a"), or a character in UTF-8.
size_t FirstCharacter(absl::string_view text) {
  size_t size = 1;
  if (text.front() == '\\') {
    const bool is_hex =
        text.size() > 2 && absl::ascii_isxdigit(static_cast<unsigned char>(text[1]));
    size = is_hex ? 3 : 2;
  } else {
    while (size < text.size() && (static_cast<unsigned char>(text[size]) & 0xC0) == 0x80) {
      ++size;
    }
  }
  return std::min(size, text.size());
}

// At most kMaxSubject bytes of whole characters, and then "...".
std::string Shortened(absl::string_view text) {
  if (text.size() <= kMaxSubject) {
    return std::string(text);
  }
  size_t size = 0;
  for (size_t next = 0; next <= kMaxSubject; next += FirstCharacter(text.substr(next))) {
    size = next;
  }
  return absl::StrCat(text.substr(0, size), "...");
}

bool IsEmptyName(absl::string_view name) { return name.size() <= 2; }

// DNS names have no case.
bool Has(const x509::GeneralNames& names, const x509::GeneralName& wanted) {
  return std::any_of(names.begin(), names.end(), [&wanted](const x509::GeneralName& name) {
    return name.type == wanted.type &&
           (wanted.type == x509::NameType::kDns ? absl::EqualsIgnoreCase(name.value, wanted.value)
                                                : name.value == wanted.value);
  });
}

std::string Listed(std::vector<std::string> items) {
  const size_t all = items.size();
  items.resize(std::min(all, kMaxListed));
  return absl::StrCat(absl::StrJoin(items, ", "),
                      all > kMaxListed ? absl::StrCat(" and ", all - kMaxListed, " more") : "");
}

std::vector<std::string> Lacked(const x509::GeneralNames& wanted, const x509::GeneralNames& there) {
  std::vector<std::string> names;
  for (const x509::GeneralName& name : wanted) {
    if (!Has(there, name)) {
      names.push_back(x509::NameToString(name));
    }
  }
  return names;
}

// A CSR without any other name is answered by the names of the certificate that asks.
bool AsksForNames(const x509::Csr& csr) {
  return std::any_of(csr.names.begin(), csr.names.end(), [](const x509::GeneralName& name) {
    return name.type != x509::NameType::kUri;
  });
}

}  // namespace

std::string NotTakenOver(absl::string_view csr_der, absl::string_view certificate_der) {
  const absl::StatusOr<x509::Csr> csr = x509::ParseCsr(csr_der, x509::CsrLimits());
  if (!csr.ok()) {
    return "";
  }
  const absl::StatusOr<x509::Certificate> certificate = x509::ParseCertificate(certificate_der);
  std::vector<std::string> parts;
  if (!IsEmptyName(csr->subject) && !(certificate.ok() && certificate->subject == csr->subject)) {
    parts.push_back(
        absl::StrCat("the subject \"", Shortened(x509::NameToText(csr->subject)), "\""));
  }
  std::vector<std::string> names;
  if (certificate.ok()) {
    names = Lacked(csr->names, certificate->names);
  }
  if (!names.empty()) {
    parts.push_back(absl::StrCat("the names ", Listed(std::move(names))));
  }
  std::vector<std::string> extensions;
  for (const absl::string_view oid : csr->ignored_extensions) {
    extensions.push_back(ExtensionName(oid));
  }
  if (!extensions.empty()) {
    parts.push_back(absl::StrCat("the extensions ", Listed(std::move(extensions))));
  }
  return parts.empty() ? ""
                       : absl::StrCat(
                             "not taken over from the CSR, as the CA's policy says what a "
                             "certificate holds: ",
                             absl::StrJoin(parts, "; "));
}

std::string NotGrantedAgain(absl::string_view csr_der, absl::string_view asking_der,
                            absl::string_view certificate_der) {
  const absl::StatusOr<x509::Csr> csr = csr_der.empty()
                                            ? absl::StatusOr<x509::Csr>(x509::Csr())
                                            : x509::ParseCsr(csr_der, x509::CsrLimits());
  const absl::StatusOr<x509::Certificate> asking = x509::ParseCertificate(asking_der);
  const absl::StatusOr<x509::Certificate> certificate = x509::ParseCertificate(certificate_der);
  if (!csr.ok() || !asking.ok() || !certificate.ok() || AsksForNames(*csr) || certificate->is_ca ||
      asking->SpiffeId() != certificate->SpiffeId()) {
    return "";
  }
  std::vector<std::string> names = Lacked(asking->names, certificate->names);
  if (names.empty()) {
    return "";
  }
  const bool one = names.size() == 1;
  return absl::StrCat(Listed(std::move(names)), ", which the certificate that asked has, ",
                      one ? "is" : "are", " not granted any more and ", one ? "was" : "were",
                      " left out");
}

}  // namespace fleetca::client
