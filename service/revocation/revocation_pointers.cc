#include "service/revocation/revocation_pointers.h"

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"

namespace fleetca::service {
namespace {

absl::string_view WithoutSlash(absl::string_view base_url) {
  return absl::StripSuffix(base_url, "/");
}

}  // namespace

std::string RevocationPointers::CrlShardsUrl(absl::string_view issuer_key_id) const {
  return absl::StrCat(WithoutSlash(base_url), "/crl/", absl::BytesToHexString(issuer_key_id));
}

std::string RevocationPointers::CompleteCrlUrl(absl::string_view issuer_key_id) const {
  return absl::StrCat(CrlShardsUrl(issuer_key_id), ".crl");
}

std::string RevocationPointers::RootCrlUrl() const {
  return absl::StrCat(WithoutSlash(base_url), "/crl/root.crl");
}

std::string RevocationPointers::OcspUrl() const {
  return absl::StrCat(WithoutSlash(base_url), "/ocsp");
}

std::string RevocationPointers::CaIssuersUrl(absl::string_view issuer_key_id) const {
  return absl::StrCat(WithoutSlash(base_url), "/aia/", absl::BytesToHexString(issuer_key_id),
                      ".cer");
}

}  // namespace fleetca::service
