#include "x509/tbs_options.h"

#include <algorithm>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "base/errors.h"
#include "base/status_macros.h"
#include "x509/der/der.h"
#include "x509/der/oid.h"

namespace fleetca::x509 {
namespace {

constexpr int kMaxNameDepth = 4;
constexpr size_t kMaxKeyIdSize = 64;
constexpr size_t kMaxUrlSize = 2048;
constexpr int kMaxPathLength = 127;
// digitalSignature to decipherOnly (RFC 5280 4.2.1.3).
constexpr uint16_t kKnownKeyUsage = 0x1ff;

absl::Status Refuse(absl::string_view field, absl::string_view message) {
  return InvalidArgument(Reason::kConfigInvalid, field, message);
}

absl::Status CheckIssuer(absl::string_view issuer) {
  der::Reader reader(issuer);
  der::Reader name;
  if (!reader.ReadNested(der::kSequence, &name) || !reader.empty() ||
      !der::IsWellFormed(issuer, kMaxNameDepth)) {
    return Refuse("issuer", "The issuer is not one Name element; take it from its certificate");
  }
  if (name.empty()) {
    return Refuse("issuer",
                  "The issuer's name is empty, which RFC 5280 4.1.2.4 forbids; give the CA a "
                  "subject");
  }
  return absl::OkStatus();
}

absl::Status CheckKeyUsage(const TbsTemplateOptions& options) {
  if (options.key_usage == 0 || (options.key_usage & ~kKnownKeyUsage) != 0) {
    return Refuse("key_usage", "Key usage must name at least one bit, and only known ones");
  }
  const bool signs_certificates = (options.key_usage & kKeyCertSign) != 0;
  if (signs_certificates != options.is_ca) {
    return Refuse("key_usage",
                  signs_certificates
                      ? "keyCertSign is only for CA certificates; set is_ca or drop the bit"
                      : "A CA certificate needs keyCertSign in its key usage");
  }
  if (options.path_length.has_value() &&
      (!options.is_ca || *options.path_length < 0 || *options.path_length > kMaxPathLength)) {
    return Refuse(
        "path_length",
        absl::StrCat("A path length is only for CA certificates, from 0 to ", kMaxPathLength));
  }
  return absl::OkStatus();
}

absl::Status CheckExtendedKeyUsage(const std::vector<std::string>& purposes) {
  for (auto purpose = purposes.begin(); purpose != purposes.end(); ++purpose) {
    const std::string element = der::Encode(der::kOid, *purpose);
    der::Reader reader(element);
    absl::string_view contents;
    if (!reader.ReadOid(&contents)) {
      return Refuse("extended_key_usage", "A purpose is not the contents of an OID");
    }
    if (std::find(purposes.begin(), purpose, *purpose) != purpose) {
      return Refuse("extended_key_usage",
                    absl::StrCat("The purpose ", der::OidToString(*purpose), " is named twice"));
    }
  }
  return absl::OkStatus();
}

// A client asks nobody whether a certificate with nocheck is revoked, so there is one kind of
// certificate with it, which can do one thing.
absl::Status CheckOcspResponder(const TbsTemplateOptions& options) {
  const auto& purposes = options.extended_key_usage;
  if (!options.ocsp_responder) {
    return std::find(purposes.begin(), purposes.end(), oid::kOcspSigning) == purposes.end()
               ? absl::OkStatus()
               : Refuse("extended_key_usage",
                        "OCSPSigning is only for the CA's own OCSP responder; set ocsp_responder "
                        "or drop the purpose");
  }
  if (options.is_ca || options.key_usage != kDigitalSignature) {
    return Refuse("ocsp_responder",
                  "The certificate of an OCSP responder is no CA's and has the key usage "
                  "digitalSignature alone");
  }
  if (purposes.size() != 1 || purposes[0] != oid::kOcspSigning) {
    return Refuse("ocsp_responder",
                  "The certificate of an OCSP responder has OCSPSigning as its only purpose");
  }
  if (!options.ca_issuers_url.empty() || !options.crl_url.empty() || !options.ocsp_url.empty() ||
      options.no_rev_avail) {
    return Refuse(
        "ocsp_responder",
        "The certificate of an OCSP responder says by itself that nobody need ask whether "
        "it is revoked; drop ca_issuers_url, crl_url, ocsp_url and no_rev_avail");
  }
  return absl::OkStatus();
}

absl::Status CheckUrl(absl::string_view url, absl::string_view field) {
  if (url.empty()) {
    return absl::OkStatus();
  }
  const bool printable =
      std::all_of(url.begin(), url.end(), [](char c) { return c > ' ' && c < 0x7f; });
  if (!printable || url.size() > kMaxUrlSize ||
      !(absl::StartsWith(url, "http://") || absl::StartsWith(url, "https://"))) {
    return Refuse(field, absl::StrCat("The URL must begin with http:// or https://, hold printable "
                                      "ASCII only and have at most ",
                                      kMaxUrlSize, " octets"));
  }
  return absl::OkStatus();
}

// RFC 9608 section 2.
absl::Status CheckNoRevAvail(const TbsTemplateOptions& options) {
  if (!options.no_rev_avail) {
    return absl::OkStatus();
  }
  if (options.is_ca) {
    return Refuse("no_rev_avail",
                  "noRevAvail is only for end entities: the certificate of a CA can be revoked");
  }
  if (!options.crl_url.empty() || !options.ocsp_url.empty()) {
    return Refuse("no_rev_avail",
                  "noRevAvail says that there is no word of revocation; drop crl_url and ocsp_url");
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status CheckTbsTemplateOptions(const TbsTemplateOptions& options) {
  FLEETCA_RETURN_IF_ERROR(CheckIssuer(options.issuer));
  if (options.authority_key_id.empty() || options.authority_key_id.size() > kMaxKeyIdSize) {
    return Refuse("authority_key_id",
                  absl::StrCat("The issuer's key identifier must have 1 to ", kMaxKeyIdSize,
                               " octets; take it from the issuer's certificate"));
  }
  FLEETCA_RETURN_IF_ERROR(CheckKeyUsage(options));
  FLEETCA_RETURN_IF_ERROR(CheckOcspResponder(options));
  if (options.name_constraints.has_value() && !options.is_ca) {
    return Refuse("name_constraints", "Name constraints are only for CA certificates");
  }
  FLEETCA_RETURN_IF_ERROR(CheckExtendedKeyUsage(options.extended_key_usage));
  FLEETCA_RETURN_IF_ERROR(CheckUrl(options.ca_issuers_url, "ca_issuers_url"));
  FLEETCA_RETURN_IF_ERROR(CheckUrl(options.ocsp_url, "ocsp_url"));
  FLEETCA_RETURN_IF_ERROR(CheckUrl(options.crl_url, "crl_url"));
  return CheckNoRevAvail(options);
}

}  // namespace fleetca::x509
