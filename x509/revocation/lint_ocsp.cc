#include "x509/revocation/lint_ocsp.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "base/errors.h"
#include "base/openssl.h"
#include "base/status_macros.h"
#include "x509/der/der.h"
#include "x509/der/oid.h"
#include "x509/der/time.h"
#include "x509/prepared_maker.h"
#include "x509/revocation/ocsp_delegate.h"

namespace fleetca::x509 {
namespace {

constexpr size_t kMaxSize = size_t{4} << 10;
constexpr size_t kMaxNonce = 128;
constexpr size_t kMaxSerial = 20;
constexpr absl::string_view kSha1Algorithm =
    oid::Bytes("\x30\x09\x06\x05\x2b\x0e\x03\x02\x1a\x05\x00");
constexpr absl::string_view kSha256Algorithm =
    oid::Bytes("\x30\x0d\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x01\x05\x00");
// extnID of the nonce (RFC 6960 4.4.1), written out once more.
constexpr absl::string_view kNonceId = oid::Bytes("\x06\x09\x2b\x06\x01\x05\x05\x07\x30\x01\x02");
constexpr uint8_t kTag0 = 0xa0;
constexpr uint8_t kTag1 = 0xa1;
constexpr uint8_t kTag2 = 0xa2;

absl::Status Fault(absl::string_view problem) {
  return Internal(Reason::kLintFailed,
                  absl::StrCat("The OCSP response about to be signed is faulty: ", problem,
                               ". Nothing was signed; this is a bug of the CA, please report it"));
}

std::string Digest(const EVP_MD* hash, absl::string_view bytes) {
  std::string digest(EVP_MAX_MD_SIZE, '\0');
  unsigned int size = 0;
  if (EVP_Digest(bytes.data(), bytes.size(), AsUnsigned(digest.data()), &size, hash, nullptr) !=
      1) {
    size = 0;
  }
  digest.resize(size);
  return digest;
}

// GeneralizedTime, which the strict reader takes in one form only, of the second that `expected`
// lies in.
[[nodiscard]] bool ReadTimeOf(der::Reader& fields, absl::Time expected) {
  absl::Time time;
  return ReadGeneralizedTime(&fields, &time) &&
         time == absl::FromUnixSeconds(absl::ToUnixSeconds(expected));
}

// certStatus as it was decided.
absl::Status CheckStatus(der::Reader& fields, const OcspRevocation& decided) {
  absl::string_view contents;
  if (decided.status == OcspCertStatus::kGood || decided.status == OcspCertStatus::kUnknown) {
    const uint8_t tag = decided.status == OcspCertStatus::kGood ? 0x80 : 0x82;
    if (!fields.Read(tag, &contents) || !contents.empty()) {
      return Fault("the status is not the one decided, or good or unknown has contents");
    }
    return absl::OkStatus();
  }
  der::Reader info;
  if (decided.status != OcspCertStatus::kRevoked || !fields.ReadNested(kTag1, &info)) {
    return Fault("the status is not the one decided");
  }
  if (!ReadTimeOf(info, decided.revoked_at)) {
    return Fault("the time of revocation is not the one decided");
  }
  const int number = static_cast<int>(decided.reason);
  if (number < 0 || number > 10 || number == 7) {
    return Fault("the reason is none of RFC 5280");
  }
  if (number != 0) {
    der::Reader tagged;
    if (!info.ReadNested(kTag0, &tagged) || !tagged.Read(der::kEnumerated, &contents) ||
        !tagged.empty() || contents.size() != 1 || contents[0] != static_cast<char>(number)) {
      return Fault("the reason is not the one decided");
    }
  }
  return info.empty() ? absl::OkStatus()
                      : Fault("something follows the reason, or it is written where it is 0");
}

// responseExtensions: the nonce alone, or nothing.
absl::Status CheckExtensions(der::Reader& fields, absl::string_view nonce) {
  if (nonce.empty()) {
    return fields.empty() ? absl::OkStatus() : Fault("there are extensions nobody asked for");
  }
  der::Reader tagged;
  der::Reader list;
  der::Reader extension;
  absl::string_view id;
  absl::string_view value;
  if (nonce.size() > kMaxNonce) {
    return Fault("the nonce is longer than 128 octets");
  }
  if (!fields.ReadNested(kTag1, &tagged) || !fields.empty() ||
      !tagged.ReadNested(der::kSequence, &list) || !tagged.empty() ||
      !list.ReadNested(der::kSequence, &extension) || !list.empty() ||
      !extension.ReadElement(der::kOid, &id) || id != kNonceId ||
      !extension.Read(der::kOctetString, &value) || !extension.empty()) {
    return Fault("the extensions are not the nonce alone, not critical");
  }
  der::Reader octets(value);
  absl::string_view echoed;
  if (!octets.Read(der::kOctetString, &echoed) || !octets.empty() || echoed != nonce) {
    return Fault("the nonce is not the one that was sent");
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::unique_ptr<OcspLint>> OcspLint::Create(const Certificate& issuer,
                                                           const Certificate& delegate,
                                                           absl::Duration max_validity) {
  const auto refuse = [](absl::string_view problem) {
    return InvalidArgument(
        Reason::kConfigInvalid, "delegate",
        absl::StrCat("OCSP responses cannot be signed so: the certificate ", problem,
                     "; have the issuing CA make one for its responder"));
  };
  if (const char* const fault = OcspDelegateFault(delegate, issuer); fault != nullptr) {
    return refuse(fault);
  }
  if (delegate.Find(oid::kOcspNoCheck) == nullptr) {
    return refuse("has no id-pkix-ocsp-nocheck");
  }
  if (const absl::Status is_signed = VerifySignedBy(delegate, issuer); !is_signed.ok()) {
    return refuse(absl::StrCat("is not believed: ", is_signed.message()));
  }
  auto lint = std::unique_ptr<OcspLint>(new OcspLint(issuer, delegate, max_validity));
  if (lint->responder_key_hash_.empty() || lint->issuer_[0].name.empty() ||
      lint->issuer_[0].key.empty() || lint->issuer_[1].name.empty() ||
      lint->issuer_[1].key.empty()) {
    return OpenSslError(Reason::kInternal, "SHA-1 or SHA-256 cannot be computed");
  }
  return lint;
}

OcspLint::OcspLint(const Certificate& issuer, const Certificate& delegate,
                   absl::Duration max_validity)
    : max_validity_(max_validity),
      delegate_not_before_(delegate.not_before),
      delegate_not_after_(delegate.not_after),
      responder_key_hash_(Digest(EVP_sha1(), delegate.public_key.key_bits)),
      issuer_{
          {{Digest(EVP_sha256(), issuer.subject), Digest(EVP_sha256(), issuer.public_key.key_bits)},
           {Digest(EVP_sha1(), issuer.subject), Digest(EVP_sha1(), issuer.public_key.key_bits)}}} {}

absl::Status OcspLint::CheckTimes(const OcspAnswer& answer) const {
  if (answer.this_update > answer.produced_at || answer.produced_at >= answer.next_update) {
    return Fault("thisUpdate, producedAt and nextUpdate are not in this order");
  }
  if (answer.next_update - answer.this_update > max_validity_) {
    return Fault(absl::StrCat(
        "it is good for ", absl::FormatDuration(answer.next_update - answer.this_update),
        ", which is longer than the ", absl::FormatDuration(max_validity_), " allowed"));
  }
  if (answer.produced_at < delegate_not_before_ || answer.next_update > delegate_not_after_) {
    return Fault("it is good beyond the validity of the responder's certificate");
  }
  if (answer.revocation.status == OcspCertStatus::kRevoked &&
      answer.revocation.revoked_at > answer.produced_at) {
    return Fault("the revocation lies ahead");
  }
  return absl::OkStatus();
}

absl::Status OcspLint::CheckSingle(absl::string_view single, bool sha1,
                                   const OcspAnswer& answer) const {
  const Hashes& issuer = issuer_[sha1 ? 1 : 0];
  der::Reader fields(single);
  der::Reader cert_id;
  absl::string_view algorithm;
  absl::string_view name_hash;
  absl::string_view key_hash;
  absl::string_view serial;
  if (!fields.ReadNested(der::kSequence, &cert_id) ||
      !cert_id.ReadElement(der::kSequence, &algorithm) ||
      algorithm != (sha1 ? kSha1Algorithm : kSha256Algorithm)) {
    return Fault("a certificate is not named by the hash that was asked for");
  }
  if (!cert_id.Read(der::kOctetString, &name_hash) || name_hash != issuer.name ||
      !cert_id.Read(der::kOctetString, &key_hash) || key_hash != issuer.key) {
    return Fault("a certificate is not one of the issuing CA");
  }
  if (!cert_id.ReadInteger(&serial) || serial.size() > kMaxSerial || serial != answer.serial ||
      !cert_id.empty()) {
    return Fault("the serial number is not the one that was asked about");
  }
  FLEETCA_RETURN_IF_ERROR(CheckStatus(fields, answer.revocation));
  der::Reader next_update;
  if (!ReadTimeOf(fields, answer.this_update)) {
    return Fault("thisUpdate is not the one decided");
  }
  if (!fields.ReadNested(kTag0, &next_update) || !ReadTimeOf(next_update, answer.next_update) ||
      !next_update.empty()) {
    return Fault("nextUpdate is missing or is not the one decided");
  }
  return fields.empty() ? absl::OkStatus() : Fault("something follows nextUpdate");
}

absl::Status OcspLint::Check(absl::string_view response_data, const OcspAnswer& answer) const {
  if (response_data.size() > kMaxSize) {
    return Fault("it is larger than 4 KiB");
  }
  FLEETCA_RETURN_IF_ERROR(CheckTimes(answer));
  der::Reader element(response_data);
  der::Reader fields;
  if (!element.ReadNested(der::kSequence, &fields) || !element.empty()) {
    return Fault("the bytes are not one DER SEQUENCE with nothing after it");
  }
  der::Reader by_key;
  absl::string_view key_hash;
  if (!fields.ReadNested(kTag2, &by_key) || !by_key.Read(der::kOctetString, &key_hash) ||
      !by_key.empty() || key_hash != responder_key_hash_) {
    return Fault("it does not begin with the responder's key hash");
  }
  if (!ReadTimeOf(fields, answer.produced_at)) {
    return Fault("producedAt is not the time decided");
  }
  der::Reader singles;
  if (!fields.ReadNested(der::kSequence, &singles)) {
    return Fault("there is no list of responses");
  }
  for (const bool sha1 : {false, true}) {
    if (answer.hashes == (sha1 ? OcspAnswerHashes::kSha256 : OcspAnswerHashes::kSha1)) {
      continue;
    }
    absl::string_view single;
    if (!singles.Read(der::kSequence, &single)) {
      return Fault("a response that was asked for is missing");
    }
    FLEETCA_RETURN_IF_ERROR(CheckSingle(single, sha1, answer));
  }
  if (!singles.empty()) {
    return Fault("there are more responses than were asked for");
  }
  return CheckExtensions(fields, answer.nonce);
}

absl::StatusOr<Prepared> OcspLint::Lint(std::string response_data, const OcspAnswer& answer) const {
  FLEETCA_RETURN_IF_ERROR(Check(response_data, answer));
  return PreparedMaker::Make(std::move(response_data));
}

}  // namespace fleetca::x509
