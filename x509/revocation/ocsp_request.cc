#include "x509/revocation/ocsp_request.h"

#include "absl/strings/str_cat.h"
#include "base/errors.h"
#include "base/status_macros.h"
#include "x509/der/der.h"
#include "x509/der/oid.h"
#include "x509/revocation/ocsp_extensions.h"

namespace fleetca::x509 {
namespace {

constexpr int kMaxDepth = 32;
constexpr char kWhole[] = "ocsp_request";
constexpr char kList[] = "ocsp_request.request_list";
constexpr char kExtensions[] = "ocsp_request.extensions";

absl::Status Malformed(absl::string_view field, absl::string_view problem) {
  return InvalidArgument(Reason::kOcspRequestMalformed, field,
                         absl::StrCat("The OCSP request ", problem,
                                      "; send one as RFC 6960 4.1 and RFC 9919 have it"));
}

// Signature ::= SEQUENCE { signatureAlgorithm AlgorithmIdentifier, signature BIT STRING,
//   certs [0] EXPLICIT SEQUENCE OF Certificate OPTIONAL }
[[nodiscard]] bool ReadSignature(der::Reader tagged) {
  der::Reader fields;
  absl::string_view algorithm;
  absl::string_view bits;
  der::Reader certificates;
  absl::string_view list;
  bool present = false;
  return tagged.ReadNested(der::kSequence, &fields) && tagged.empty() &&
         fields.ReadElement(der::kSequence, &algorithm) && fields.Read(der::kBitString, &bits) &&
         fields.ReadOptional(der::ContextConstructed(0), &certificates, &present) &&
         (!present || (certificates.ReadElement(der::kSequence, &list) && certificates.empty())) &&
         fields.empty();
}

absl::Status ParseExtensions(der::Reader tagged, std::optional<absl::string_view>* nonce) {
  der::Reader extensions;
  if (!tagged.ReadNested(der::kSequence, &extensions) || !tagged.empty()) {
    return Malformed(kExtensions, "has extensions that are not one SEQUENCE");
  }
  const char* const fault = OcspExtensionsFault(extensions, nonce);
  return fault == nullptr ? absl::OkStatus()
                          : Malformed(kExtensions, absl::StrCat("has extensions that ", fault));
}

absl::Status ParseSingle(der::Reader fields, CertId* cert_id) {
  switch (ReadCertId(&fields, cert_id)) {
    case CertIdFault::kNone:
      break;
    case CertIdFault::kMalformed:
      return Malformed(kList,
                       "names the certificate by what is not a CertID with whole hashes and a "
                       "serial number of at most 20 octets");
    case CertIdFault::kUnsupportedHash:
      return InvalidArgument(Reason::kOcspHashUnsupported, kList,
                             "The OCSP request names the issuer by a hash that is not known here; "
                             "ask with SHA-256, or SHA-1");
  }
  der::Reader tagged;
  bool present = false;
  if (!fields.ReadOptional(der::ContextConstructed(0), &tagged, &present) || !fields.empty()) {
    return Malformed(kList, "has a Request with something after its fields");
  }
  return present ? ParseExtensions(tagged, nullptr) : absl::OkStatus();
}

absl::Status ParseRequestList(der::Reader list, CertId* cert_id) {
  der::Reader single;
  if (list.empty()) {
    return Malformed(kList, "asks about no certificate");
  }
  if (!list.ReadNested(der::kSequence, &single)) {
    return Malformed(kList, "has a Request that is not a SEQUENCE");
  }
  if (!list.empty()) {
    return Malformed(kList, "asks about more than one certificate; ask about one at a time");
  }
  return ParseSingle(single, cert_id);
}

absl::Status ParseTbsRequest(der::Reader tbs, OcspRequest* request) {
  // DER leaves a DEFAULT out, and there is no other version than v1.
  if (tbs.PeekTag() == der::ContextConstructed(0)) {
    return Malformed(kWhole, "names a version; v1 is the only one, and is not written");
  }
  der::Reader requestor;
  der::Reader list;
  der::Reader extensions;
  uint8_t tag;
  absl::string_view contents;
  absl::string_view element;
  bool present = false;
  if (!tbs.ReadOptional(der::ContextConstructed(1), &requestor, &present) ||
      (present && (!requestor.ReadAny(&tag, &contents, &element) || !requestor.empty()))) {
    return Malformed(kWhole, "has a requestorName that is not one name");
  }
  if (!tbs.ReadNested(der::kSequence, &list)) {
    return Malformed(kList, "has no list of requests");
  }
  FLEETCA_RETURN_IF_ERROR(ParseRequestList(list, &request->cert_id));
  if (!tbs.ReadOptional(der::ContextConstructed(2), &extensions, &present) || !tbs.empty()) {
    return Malformed(kWhole, "has something after its fields");
  }
  return present ? ParseExtensions(extensions, &request->nonce) : absl::OkStatus();
}

}  // namespace

absl::StatusOr<OcspRequest> ParseOcspRequest(absl::string_view der) {
  if (der.size() > kMaxOcspPostSize) {
    return Malformed(kWhole, absl::StrCat("has more than ", kMaxOcspPostSize, " octets"));
  }
  // Once over the whole: what is not decoded below is DER as well.
  if (!der::IsWellFormed(der, kMaxDepth)) {
    return Malformed(kWhole, "is not DER (X.690)");
  }
  der::Reader input(der);
  der::Reader fields;
  der::Reader tbs;
  der::Reader signature;
  bool is_signed = false;
  if (!input.ReadNested(der::kSequence, &fields) || !input.empty() ||
      !fields.ReadNested(der::kSequence, &tbs)) {
    return Malformed(kWhole, "is not one SEQUENCE of a TBSRequest with nothing after it");
  }
  if (!fields.ReadOptional(der::ContextConstructed(0), &signature, &is_signed) || !fields.empty() ||
      (is_signed && !ReadSignature(signature))) {
    return Malformed(kWhole, "has a signature that is not one, or something after it");
  }
  OcspRequest request;
  FLEETCA_RETURN_IF_ERROR(ParseTbsRequest(tbs, &request));
  return request;
}

std::string BuildOcspRequest(const IssuerHashes& issuer, CertIdHash hash, absl::string_view serial,
                             absl::string_view nonce) {
  std::string cert_id;
  issuer.AppendCertId(hash, serial, &cert_id);
  std::string tbs = der::Encode(der::kSequence, der::Encode(der::kSequence, cert_id));
  if (!nonce.empty()) {
    std::string extension;
    der::Writer writer(&extension);
    writer.Oid(oid::kOcspNonce);
    writer.Element(der::kOctetString, der::Encode(der::kOctetString, nonce));
    tbs += der::Encode(der::ContextConstructed(2),
                       der::Encode(der::kSequence, der::Encode(der::kSequence, extension)));
  }
  return der::Encode(der::kSequence, der::Encode(der::kSequence, tbs));
}

}  // namespace fleetca::x509
