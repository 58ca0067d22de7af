#include "x509/certificate.h"

#include <optional>

#include "absl/strings/str_cat.h"
#include "base/errors.h"
#include "base/status_macros.h"
#include "x509/certificate_extensions.h"
#include "x509/common_elements.h"
#include "x509/der/der.h"
#include "x509/der/time.h"
#include "x509/name.h"
#include "x509/signature_algorithm.h"
#include "x509/signature_verifier.h"
#include "x509/signed.h"

namespace fleetca::x509 {
namespace {

constexpr size_t kMaxCertificateSize = size_t{64} << 10;
constexpr size_t kMaxSerialSize = 20;
// As they are encoded.
constexpr uint64_t kVersion1 = 0;
constexpr uint64_t kVersion3 = 2;
constexpr int kMaxDepth = 32;

// DEFAULT v1 is not encoded in DER.
absl::Status ParseVersion(CertificateRole role, der::Reader* tbs, Certificate* certificate) {
  der::Reader version_field;
  bool present = false;
  uint64_t version = 0;
  if (!tbs->ReadOptional(der::ContextConstructed(0), &version_field, &present) ||
      (present &&
       (!version_field.ReadUint63(&version) || !version_field.empty() || version == kVersion1))) {
    return CertificateError("a malformed version");
  }
  if (version == kVersion1 && role != CertificateRole::kTrustAnchor) {
    return InvalidArgument(Reason::kFileInvalid, "certificate",
                           "The certificate is of version 1, which has no extensions; ask its "
                           "issuer for one of version 3");
  }
  if (version != kVersion3 && version != kVersion1) {
    return CertificateError("another version than X.509 v3");
  }
  certificate->version = static_cast<int>(version) + 1;
  return absl::OkStatus();
}

absl::Status ParseSerial(CertificateRole role, der::Reader* tbs, Certificate* certificate) {
  if (!tbs->ReadInteger(&certificate->serial)) {
    return CertificateError("a serial number that is not an INTEGER");
  }
  if (role != CertificateRole::kTrustAnchor &&
      (certificate->serial.size() > kMaxSerialSize ||
       (static_cast<uint8_t>(certificate->serial[0]) & 0x80) != 0 ||
       certificate->serial == absl::string_view("\0", 1))) {
    return CertificateError("a serial number that is not a positive INTEGER of 1 to 20 octets");
  }
  return absl::OkStatus();
}

// Of an anchor, GeneralizedTime in every year.
bool ReadTimeOf(CertificateRole role, der::Reader* validity, absl::Time* time) {
  return ReadTime(validity, time) ||
         (role == CertificateRole::kTrustAnchor && ReadGeneralizedTime(validity, time));
}

absl::Status ParseNamesAndValidity(CertificateRole role, der::Reader* tbs,
                                   Certificate* certificate) {
  if (!ReadName(tbs, &certificate->issuer)) {
    return CertificateError("an issuer that is not a Name");
  }
  if (certificate->issuer.size() == 2) {
    return CertificateError("an empty issuer");
  }
  der::Reader validity;
  if (!tbs->ReadNested(der::kSequence, &validity) ||
      !ReadTimeOf(role, &validity, &certificate->not_before) ||
      !ReadTimeOf(role, &validity, &certificate->not_after) || !validity.empty()) {
    return CertificateError(
        "a validity that is not two times as RFC 5280 4.1.2.5 writes them (UTCTime until 2049, "
        "GeneralizedTime from 2050)");
  }
  if (certificate->not_before > certificate->not_after) {
    return CertificateError("a validity that ends before it begins");
  }
  if (!ReadName(tbs, &certificate->subject)) {
    return CertificateError("a subject that is not a Name");
  }
  return absl::OkStatus();
}

absl::Status ParseKey(CertificateRole role, der::Reader* tbs, Certificate* certificate) {
  absl::string_view spki;
  if (!tbs->ReadElement(der::kSequence, &spki)) {
    return CertificateError("a public key that is not a SubjectPublicKeyInfo");
  }
  const auto exponents =
      role == CertificateRole::kTrustAnchor ? RsaExponents::kAnySound : RsaExponents::kOnly65537;
  auto key = ParsePublicKey(spki, "certificate.public_key", exponents);
  if (!key.ok()) {
    // The file is to blame, whatever is wrong with the key in it.
    return InvalidArgument(Reason::kFileInvalid, "certificate.public_key",
                           absl::StrCat("The certificate's key: ", key.status().message()));
  }
  certificate->public_key = *key;
  return absl::OkStatus();
}

// TBSCertificate ::= SEQUENCE { version [0] EXPLICIT INTEGER DEFAULT v1, serialNumber INTEGER,
//   signature AlgorithmIdentifier, issuer Name, validity SEQUENCE, subject Name,
//   subjectPublicKeyInfo, issuerUniqueID [1] OPTIONAL, subjectUniqueID [2] OPTIONAL,
//   extensions [3] EXPLICIT SEQUENCE OPTIONAL }
absl::Status ParseTbs(CertificateRole role, der::Reader tbs, Certificate* certificate) {
  FLEETCA_RETURN_IF_ERROR(ParseVersion(role, &tbs, certificate));
  FLEETCA_RETURN_IF_ERROR(ParseSerial(role, &tbs, certificate));
  absl::string_view inner_algorithm;
  if (!ReadAlgorithmIdentifier(&tbs, &inner_algorithm)) {
    return CertificateError("a malformed signature algorithm");
  }
  if (inner_algorithm != certificate->signature_algorithm) {
    return CertificateError("one signature algorithm in its signed part and another outside");
  }
  FLEETCA_RETURN_IF_ERROR(ParseNamesAndValidity(role, &tbs, certificate));
  FLEETCA_RETURN_IF_ERROR(ParseKey(role, &tbs, certificate));
  der::Reader tagged;
  der::Reader extensions;
  bool present = false;
  if (!tbs.ReadOptional(der::ContextConstructed(3), &tagged, &present) ||
      (present && (!tagged.ReadNested(der::kSequence, &extensions) || !tagged.empty()))) {
    return CertificateError("extensions that are not DER");
  }
  // Version 1 has none; an anchor that has them all the same is judged by what they say.
  certificate->version = present ? 3 : certificate->version;
  if (!tbs.empty()) {
    return CertificateError("unique identifiers, or something else that does not belong there");
  }
  return present ? ParseExtensions(role, extensions, certificate) : absl::OkStatus();
}

absl::StatusOr<Certificate> Parse(CertificateRole role, absl::string_view der) {
  if (der.size() > kMaxCertificateSize) {
    return CertificateError(absl::StrCat("more than ", kMaxCertificateSize, " octets"));
  }
  // Once over the whole: what is not decoded below is DER as well.
  if (!der::IsWellFormed(der, kMaxDepth)) {
    return CertificateError("bytes that are not DER (X.690)");
  }
  der::Reader input(der);
  der::Reader fields;
  if (!input.ReadNested(der::kSequence, &fields) || !input.empty()) {
    return CertificateError("bytes that are not one SEQUENCE with nothing after it");
  }
  Certificate certificate;
  certificate.der = der;
  der::Reader tbs;
  der::Reader look = fields;
  if (!fields.ReadElement(der::kSequence, &certificate.tbs) ||
      !look.ReadNested(der::kSequence, &tbs) ||
      !ReadAlgorithmIdentifier(&fields, &certificate.signature_algorithm) ||
      !fields.ReadBitStringOctets(&certificate.signature) || !fields.empty() ||
      certificate.signature.empty()) {
    return CertificateError(
        "bytes that are not a TBSCertificate, a signature algorithm and a signature");
  }
  FLEETCA_RETURN_IF_ERROR(ParseTbs(role, tbs, &certificate));
  return certificate;
}

absl::Status NotSignedBy(absl::string_view problem) {
  return InvalidArgument(Reason::kSignatureInvalid, "certificate.signature", problem);
}

}  // namespace

std::string AssembleCertificate(absl::string_view tbs, SignatureScheme scheme,
                                absl::string_view signature) {
  return AssembleSigned(tbs, scheme, signature);
}

const Extension* Certificate::Find(absl::string_view oid) const {
  for (const Extension& extension : extensions) {
    if (extension.oid == oid) {
      return &extension;
    }
  }
  return nullptr;
}

absl::string_view Certificate::SpiffeId() const {
  absl::string_view id;
  for (const GeneralName& name : names) {
    if (name.type == NameType::kUri) {
      if (!id.empty()) {
        return "";
      }
      id = name.value;
    }
  }
  return CheckSpiffeId(id, "certificate").ok() ? id : "";
}

absl::StatusOr<Certificate> ParseCertificate(absl::string_view der) {
  return Parse(CertificateRole::kCertificate, der);
}

absl::StatusOr<Certificate> ParseTrustAnchor(absl::string_view der) {
  return Parse(CertificateRole::kTrustAnchor, der);
}

absl::Status VerifySignedBy(const Certificate& certificate, const Certificate& issuer) {
  if (certificate.issuer != issuer.subject) {
    return NotSignedBy(absl::StrCat(
        "The certificate names the issuer \"", NameToText(certificate.issuer), "\", not \"",
        NameToText(issuer.subject), "\"; give the certificate of the CA that issued it"));
  }
  return VerifySignedByKeyOf(certificate, issuer);
}

absl::Status VerifySignedByKeyOf(const Certificate& certificate, const Certificate& issuer) {
  const absl::StatusOr<SignatureAlgorithm> algorithm =
      ParseAlgorithmIdentifier(certificate.signature_algorithm, "certificate.signature_algorithm");
  if (!algorithm.ok()) {
    return NotSignedBy(
        absl::StrCat("The certificate cannot be trusted: ", algorithm.status().message()));
  }
  const absl::Status verified = VerifySignature(issuer.public_key, *algorithm, certificate.tbs,
                                                certificate.signature, "certificate.signature");
  if (absl::IsInvalidArgument(verified)) {
    return NotSignedBy(absl::StrCat("The certificate was not signed by the key of \"",
                                    NameToText(issuer.subject), "\": ", verified.message()));
  }
  return verified;
}

}  // namespace fleetca::x509
