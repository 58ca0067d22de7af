#include "x509/lint/lint.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "base/errors.h"
#include "base/status_macros.h"
#include "x509/der/der.h"
#include "x509/der/oid.h"
#include "x509/der/time.h"
#include "x509/expected_algorithm.h"
#include "x509/lint/lint_parts.h"
#include "x509/prepared_maker.h"

namespace fleetca::x509 {

namespace {

constexpr size_t kMaxTbsSize = size_t{64} << 10;
constexpr size_t kMaxSerialSize = 20;
constexpr uint64_t kVersion3 = 2;

absl::Status LintVersion(der::Reader& tbs) {
  der::Reader tagged;
  uint64_t version;
  if (!tbs.ReadNested(der::ContextConstructed(0), &tagged) || !tagged.ReadUint63(&version) ||
      !tagged.empty() || version != kVersion3) {
    return LintError("the version is not v3");
  }
  return absl::OkStatus();
}

absl::Status LintSerial(der::Reader& tbs, absl::string_view expected) {
  absl::string_view serial;
  if (!tbs.ReadInteger(&serial)) {
    return LintError("the serial number is not a DER INTEGER");
  }
  if ((static_cast<uint8_t>(serial[0]) & 0x80) != 0) {
    return LintError("the serial number is negative");
  }
  if (serial.size() > kMaxSerialSize) {
    return LintError("the serial number is longer than 20 octets");
  }
  if (serial != expected) {
    return LintError("the serial number is not the one expected");
  }
  return absl::OkStatus();
}

absl::Status LintAlgorithmAndIssuer(der::Reader& tbs, const LintPolicy& policy) {
  absl::string_view algorithm;
  if (!tbs.ReadElement(der::kSequence, &algorithm) ||
      algorithm != ExpectedAlgorithmIdentifier(policy.signature_scheme)) {
    return LintError(absl::StrCat("the signature algorithm is not ",
                                  SignatureSchemeName(policy.signature_scheme), " as encoded"));
  }
  absl::string_view issuer;
  if (!tbs.ReadElement(der::kSequence, &issuer) || issuer != policy.issuer) {
    return LintError("the issuer's name is not that of the issuing CA");
  }
  return absl::OkStatus();
}

absl::Status LintValidity(der::Reader& tbs, const LintPolicy& policy) {
  der::Reader validity;
  absl::Time not_before;
  absl::Time not_after;
  if (!tbs.ReadNested(der::kSequence, &validity) || !ReadTime(&validity, &not_before) ||
      !ReadTime(&validity, &not_after) || !validity.empty()) {
    return LintError(
        "the validity is not two times as RFC 5280 4.1.2.5 writes them (UTCTime until 2049, "
        "GeneralizedTime from 2050)");
  }
  if (not_before >= not_after) {
    return LintError("the validity ends before it begins");
  }
  if (not_after - not_before > policy.max_validity) {
    return LintError(absl::StrCat("the validity of ", absl::FormatDuration(not_after - not_before),
                                  " is longer than the ", absl::FormatDuration(policy.max_validity),
                                  " allowed"));
  }
  if (not_after > policy.issuer_not_after) {
    return LintError("notAfter is later than the issuer's own");
  }
  return absl::OkStatus();
}

// The subject Name, and whether it is empty.
absl::Status LintSubjectName(der::Reader& tbs, const LintPolicy& policy, const Subject* expected,
                             bool* empty) {
  absl::string_view subject;
  if (!tbs.ReadElement(der::kSequence, &subject)) {
    return LintError("the subject is not a Name");
  }
  der::Reader element(subject);
  der::Reader rdns;
  if (!element.ReadNested(der::kSequence, &rdns)) {
    return LintError("the subject is not a Name");
  }
  *empty = rdns.empty();
  if (policy.is_ca && *empty) {
    return LintError("the subject of a CA is empty");
  }
  if (policy.self_signed != (subject == policy.issuer)) {
    return LintError(policy.self_signed ? "a self-signed certificate's subject is not its issuer"
                                        : "the subject is the issuer's own name");
  }
  return LintSubject(rdns, expected);
}

// SubjectPublicKeyInfo ::= SEQUENCE { algorithm AlgorithmIdentifier, subjectPublicKey BIT STRING }
absl::Status LintPublicKey(der::Reader& tbs, absl::string_view expected,
                           absl::string_view* key_bits) {
  absl::string_view spki;
  if (!tbs.ReadElement(der::kSequence, &spki) || spki != expected) {
    return LintError("the public key is not the one that was judged");
  }
  der::Reader element(spki);
  der::Reader fields;
  der::Reader algorithm;
  absl::string_view oid;
  if (!element.ReadNested(der::kSequence, &fields) ||
      !fields.ReadNested(der::kSequence, &algorithm) || !algorithm.ReadOid(&oid) ||
      !fields.ReadBitStringOctets(key_bits) || !fields.empty()) {
    return LintError("the public key is not a SubjectPublicKeyInfo");
  }
  return absl::OkStatus();
}

// Every octet is either compared with what it must be or read by a strict cursor, so what passes is
// DER all the way down.
absl::Status Lint(absl::string_view tbs, const LintPolicy& policy,
                  const LintExpectation& expectation) {
  if (tbs.size() > kMaxTbsSize) {
    return LintError("the certificate is larger than 64 KiB");
  }
  der::Reader element(tbs);
  der::Reader fields;
  if (!element.ReadNested(der::kSequence, &fields) || !element.empty()) {
    return LintError("the bytes are not one DER SEQUENCE with nothing after it");
  }
  FLEETCA_RETURN_IF_ERROR(LintVersion(fields));
  FLEETCA_RETURN_IF_ERROR(LintSerial(fields, expectation.serial));
  FLEETCA_RETURN_IF_ERROR(LintAlgorithmAndIssuer(fields, policy));
  FLEETCA_RETURN_IF_ERROR(LintValidity(fields, policy));
  bool subject_is_empty = false;
  FLEETCA_RETURN_IF_ERROR(LintSubjectName(fields, policy, expectation.subject, &subject_is_empty));
  absl::string_view key_bits;
  FLEETCA_RETURN_IF_ERROR(LintPublicKey(fields, expectation.subject_public_key_info, &key_bits));
  der::Reader tagged;
  der::Reader extensions;
  if (!fields.ReadNested(der::ContextConstructed(3), &tagged) ||
      !tagged.ReadNested(der::kSequence, &extensions) || !tagged.empty()) {
    return LintError("no extensions follow the public key");
  }
  if (!fields.empty()) {
    return LintError("something follows the extensions");
  }
  return LintExtensions(extensions, policy, expectation, key_bits, subject_is_empty);
}

}  // namespace

absl::Status LintError(absl::string_view problem) {
  return Internal(Reason::kLintFailed,
                  absl::StrCat("The certificate about to be signed is faulty: ", problem,
                               ". Nothing was signed; this is a bug of the CA, please report it"));
}

absl::StatusOr<Prepared> LintTbs(std::string tbs, const LintPolicy& policy,
                                 const LintExpectation& expectation) {
  FLEETCA_RETURN_IF_ERROR(Lint(tbs, policy, expectation));
  return PreparedMaker::Make(std::move(tbs));
}

}  // namespace fleetca::x509
