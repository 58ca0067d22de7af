#include "x509/revocation/ocsp_reader.h"

#include "absl/strings/str_cat.h"
#include "base/errors.h"
#include "base/status_macros.h"
#include "x509/der/der.h"
#include "x509/der/oid.h"
#include "x509/der/time.h"
#include "x509/revocation/ocsp_extensions.h"

namespace fleetca::x509 {
namespace {

constexpr int kMaxDepth = 32;
constexpr size_t kMaxResponses = 64;
constexpr size_t kMaxCertificates = 16;
constexpr size_t kKeyHashSize = 20;
constexpr char kWhole[] = "ocsp_response";
constexpr char kData[] = "ocsp_response.response_data";
constexpr char kSingle[] = "ocsp_response.responses";

absl::Status Malformed(absl::string_view field, absl::string_view problem) {
  return InvalidArgument(Reason::kOcspResponseMalformed, field,
                         absl::StrCat("The OCSP response ", problem,
                                      "; it breaks RFC 6960, so ask another responder"));
}

// The tag of an EXPLICIT field and its Extensions; `nonce` null where none may be.
absl::Status ParseExtensions(absl::string_view field, der::Reader tagged,
                             std::optional<absl::string_view>* nonce) {
  der::Reader extensions;
  if (!tagged.ReadNested(der::kSequence, &extensions) || !tagged.empty()) {
    return Malformed(field, "has extensions that are not one SEQUENCE");
  }
  const char* const fault = OcspExtensionsFault(extensions, nonce);
  return fault == nullptr ? absl::OkStatus()
                          : Malformed(field, absl::StrCat("has extensions that ", fault));
}

// CRLReason of RFC 5280 5.3.1; a responder leaves unspecified out, but may write it.
[[nodiscard]] bool ReadReason(der::Reader tagged, RevocationReason* reason) {
  constexpr uint8_t kLast = static_cast<uint8_t>(RevocationReason::kAaCompromise);
  constexpr uint8_t kUnused = 7;
  absl::string_view contents;
  if (!tagged.Read(der::kEnumerated, &contents) || !tagged.empty() || contents.size() != 1 ||
      static_cast<uint8_t>(contents[0]) > kLast || contents[0] == kUnused) {
    return false;
  }
  *reason = static_cast<RevocationReason>(contents[0]);
  return true;
}

// CertStatus ::= CHOICE { good [0] IMPLICIT NULL, revoked [1] IMPLICIT RevokedInfo,
//   unknown [2] IMPLICIT NULL }
[[nodiscard]] bool ReadCertStatus(der::Reader* fields, OcspRevocation* revocation) {
  absl::string_view contents;
  const uint8_t tag = fields->PeekTag();
  if (tag == der::ContextPrimitive(0) || tag == der::ContextPrimitive(2)) {
    revocation->status =
        tag == der::ContextPrimitive(0) ? OcspCertStatus::kGood : OcspCertStatus::kUnknown;
    return fields->Read(tag, &contents) && contents.empty();
  }
  der::Reader info;
  der::Reader reason;
  bool present = false;
  revocation->status = OcspCertStatus::kRevoked;
  return fields->ReadNested(der::ContextConstructed(1), &info) &&
         ReadGeneralizedTime(&info, &revocation->revoked_at) &&
         info.ReadOptional(der::ContextConstructed(0), &reason, &present) &&
         (!present || ReadReason(reason, &revocation->reason)) && info.empty();
}

absl::Status ParseSingle(der::Reader fields, OcspSingleResponse* single) {
  switch (ReadCertId(&fields, &single->cert_id)) {
    case CertIdFault::kNone:
      break;
    case CertIdFault::kMalformed:
      return Malformed(kSingle, "names a certificate by what is not a CertID");
    case CertIdFault::kUnsupportedHash:
      return InvalidArgument(Reason::kOcspHashUnsupported, kSingle,
                             "The OCSP response names an issuer by a hash that is not known here; "
                             "ask the responder with SHA-256 or SHA-1");
  }
  if (!ReadCertStatus(&fields, &single->revocation)) {
    return Malformed(kSingle, "has a status that is not good, revoked since a time, or unknown");
  }
  der::Reader next_update;
  der::Reader extensions;
  bool present = false;
  if (!ReadGeneralizedTime(&fields, &single->this_update)) {
    return Malformed(kSingle, "has a thisUpdate that is not a GeneralizedTime in whole seconds");
  }
  if (!fields.ReadOptional(der::ContextConstructed(0), &next_update, &present)) {
    return Malformed(kSingle, "has a nextUpdate that is not DER");
  }
  if (present) {
    absl::Time time;
    if (!ReadGeneralizedTime(&next_update, &time) || !next_update.empty()) {
      return Malformed(kSingle, "has a nextUpdate that is not a GeneralizedTime in whole seconds");
    }
    single->next_update = time;
  }
  if (!fields.ReadOptional(der::ContextConstructed(1), &extensions, &present) || !fields.empty()) {
    return Malformed(kSingle, "has something after the fields of a SingleResponse");
  }
  return present ? ParseExtensions(kSingle, extensions, nullptr) : absl::OkStatus();
}

absl::Status ParseSingles(der::Reader list, OcspResponse* response) {
  if (list.empty()) {
    return Malformed(kSingle, "says nothing of any certificate");
  }
  while (!list.empty()) {
    der::Reader fields;
    if (response->responses.size() == kMaxResponses) {
      return Malformed(kSingle, absl::StrCat("has more than ", kMaxResponses, " answers"));
    }
    if (!list.ReadNested(der::kSequence, &fields)) {
      return Malformed(kSingle, "has a SingleResponse that is not a SEQUENCE");
    }
    FLEETCA_RETURN_IF_ERROR(ParseSingle(fields, &response->responses.emplace_back()));
  }
  return absl::OkStatus();
}

// ResponderID ::= CHOICE { byName [1] EXPLICIT Name, byKey [2] EXPLICIT OCTET STRING }
[[nodiscard]] bool ReadResponderId(der::Reader* fields, OcspResponse* response) {
  der::Reader tagged;
  if (fields->PeekTag() == der::ContextConstructed(1)) {
    return fields->ReadNested(der::ContextConstructed(1), &tagged) &&
           tagged.ReadElement(der::kSequence, &response->responder_name) && tagged.empty();
  }
  return fields->ReadNested(der::ContextConstructed(2), &tagged) &&
         tagged.Read(der::kOctetString, &response->responder_key_hash) && tagged.empty() &&
         response->responder_key_hash.size() == kKeyHashSize;
}

absl::Status ParseResponseData(der::Reader fields, OcspResponse* response) {
  // DER leaves a DEFAULT out, and there is no other version than v1.
  if (fields.PeekTag() == der::ContextConstructed(0)) {
    return Malformed(kData, "names a version; v1 is the only one, and is not written");
  }
  if (!ReadResponderId(&fields, response)) {
    return Malformed(kData, "does not name its responder by name or by key");
  }
  if (!ReadGeneralizedTime(&fields, &response->produced_at)) {
    return Malformed(kData, "has a producedAt that is not a GeneralizedTime in whole seconds");
  }
  der::Reader list;
  if (!fields.ReadNested(der::kSequence, &list)) {
    return Malformed(kData, "has no list of answers");
  }
  FLEETCA_RETURN_IF_ERROR(ParseSingles(list, response));
  der::Reader extensions;
  bool present = false;
  if (!fields.ReadOptional(der::ContextConstructed(1), &extensions, &present) || !fields.empty()) {
    return Malformed(kData, "has something after its extensions");
  }
  return present ? ParseExtensions(kData, extensions, &response->nonce) : absl::OkStatus();
}

// certs [0] EXPLICIT SEQUENCE OF Certificate
absl::Status ParseCertificates(der::Reader tagged, OcspResponse* response) {
  der::Reader list;
  if (!tagged.ReadNested(der::kSequence, &list) || !tagged.empty()) {
    return Malformed(kWhole, "has certificates that are not one SEQUENCE");
  }
  while (!list.empty()) {
    if (response->certificates.size() == kMaxCertificates) {
      return Malformed(kWhole, absl::StrCat("has more than ", kMaxCertificates, " certificates"));
    }
    if (!list.ReadElement(der::kSequence, &response->certificates.emplace_back())) {
      return Malformed(kWhole, "has a certificate that is not a SEQUENCE");
    }
  }
  return absl::OkStatus();
}

// BasicOCSPResponse ::= SEQUENCE { tbsResponseData, signatureAlgorithm, signature BIT STRING,
//   certs [0] EXPLICIT SEQUENCE OF Certificate OPTIONAL }
absl::Status ParseBasic(absl::string_view basic, OcspResponse* response) {
  if (!der::IsWellFormed(basic, kMaxDepth)) {
    return Malformed(kWhole, "has a basic response that is not DER (X.690)");
  }
  der::Reader element(basic);
  der::Reader fields;
  der::Reader data;
  der::Reader certificates;
  bool present = false;
  if (!element.ReadNested(der::kSequence, &fields) || !element.empty()) {
    return Malformed(kWhole, "has a basic response that is not one SEQUENCE");
  }
  der::Reader look = fields;
  if (!fields.ReadElement(der::kSequence, &response->response_data) ||
      !look.ReadNested(der::kSequence, &data) ||
      !fields.ReadElement(der::kSequence, &response->signature_algorithm) ||
      !fields.ReadBitStringOctets(&response->signature) || response->signature.empty()) {
    return Malformed(kWhole, "has a basic response that is not data, an algorithm and a signature");
  }
  if (!fields.ReadOptional(der::ContextConstructed(0), &certificates, &present) ||
      !fields.empty()) {
    return Malformed(kWhole, "has something after its certificates");
  }
  if (present) {
    FLEETCA_RETURN_IF_ERROR(ParseCertificates(certificates, response));
  }
  return ParseResponseData(data, response);
}

// responseStatus ENUMERATED, one of the known ones.
[[nodiscard]] bool ReadStatus(der::Reader* fields, OcspResponseStatus* status) {
  absl::string_view contents;
  if (!fields->Read(der::kEnumerated, &contents) || contents.size() != 1) {
    return false;
  }
  *status = static_cast<OcspResponseStatus>(contents[0]);
  switch (*status) {
    case OcspResponseStatus::kSuccessful:
    case OcspResponseStatus::kMalformedRequest:
    case OcspResponseStatus::kInternalError:
    case OcspResponseStatus::kTryLater:
    case OcspResponseStatus::kSigRequired:
    case OcspResponseStatus::kUnauthorized:
      return true;
  }
  return false;
}

}  // namespace

// OCSPResponse ::= SEQUENCE { responseStatus ENUMERATED, responseBytes [0] EXPLICIT OPTIONAL }
// ResponseBytes ::= SEQUENCE { responseType OID, response OCTET STRING }
absl::StatusOr<OcspResponse> ParseOcspResponse(absl::string_view der) {
  if (der.size() > kMaxOcspResponseSize) {
    return Malformed(kWhole, absl::StrCat("has more than ", kMaxOcspResponseSize, " octets"));
  }
  if (!der::IsWellFormed(der, kMaxDepth)) {
    return Malformed(kWhole, "is not DER (X.690)");
  }
  der::Reader input(der);
  der::Reader fields;
  OcspResponse response;
  if (!input.ReadNested(der::kSequence, &fields) || !input.empty() ||
      !ReadStatus(&fields, &response.status)) {
    return Malformed(kWhole, "is not one SEQUENCE that begins with a status");
  }
  if (response.status != OcspResponseStatus::kSuccessful) {
    if (!fields.empty()) {
      return Malformed(kWhole, "has something after the status of an error");
    }
    return response;
  }
  der::Reader tagged;
  der::Reader bytes;
  absl::string_view type;
  absl::string_view basic;
  if (!fields.ReadNested(der::ContextConstructed(0), &tagged) || !fields.empty() ||
      !tagged.ReadNested(der::kSequence, &bytes) || !tagged.empty() || !bytes.ReadOid(&type) ||
      !bytes.Read(der::kOctetString, &basic) || !bytes.empty()) {
    return Malformed(kWhole, "is successful without one response in it");
  }
  if (type != oid::kOcspBasic) {
    return Malformed(kWhole, absl::StrCat("is of type ", der::OidToString(type),
                                          ", where only id-pkix-ocsp-basic is known"));
  }
  FLEETCA_RETURN_IF_ERROR(ParseBasic(basic, &response));
  return response;
}

}  // namespace fleetca::x509
