#include "x509/revocation/ocsp_response.h"

#include "absl/strings/str_cat.h"
#include "base/errors.h"
#include "x509/der/der.h"
#include "x509/der/oid.h"
#include "x509/der/time.h"
#include "x509/revocation/ocsp_delegate.h"
#include "x509/signature_algorithm.h"

namespace fleetca::x509 {
namespace {

using der::AppendHeader;
using der::ContextConstructed;
using der::ContextPrimitive;
using der::HeaderSize;

// A GeneralizedTime element: two octets and YYYYMMDDHHMMSSZ.
constexpr size_t kTimeSize = 17;
// cRLReason [0] EXPLICIT ENUMERATED.
constexpr size_t kReasonSize = 5;

size_t ElementSize(size_t content_size) { return HeaderSize(content_size) + content_size; }

void Append(absl::string_view bytes, std::string* out) { out->append(bytes.data(), bytes.size()); }

size_t RevokedInfoSize(const OcspRevocation& revocation) {
  return kTimeSize + (revocation.reason == RevocationReason::kUnspecified ? 0 : kReasonSize);
}

size_t CertStatusSize(const OcspRevocation& revocation) {
  return revocation.status == OcspCertStatus::kRevoked ? ElementSize(RevokedInfoSize(revocation))
                                                       : ElementSize(0);
}

// RevokedInfo ::= SEQUENCE { revocationTime GeneralizedTime,
//   revocationReason [0] EXPLICIT CRLReason OPTIONAL }, with an implicit tag.
void AppendCertStatus(const OcspRevocation& revocation, std::string* out) {
  if (revocation.status != OcspCertStatus::kRevoked) {
    AppendHeader(ContextPrimitive(static_cast<int>(revocation.status)), 0, out);
    return;
  }
  AppendHeader(ContextConstructed(1), RevokedInfoSize(revocation), out);
  AppendGeneralizedTime(revocation.revoked_at, out);
  if (revocation.reason != RevocationReason::kUnspecified) {
    AppendHeader(ContextConstructed(0), kReasonSize - 2, out);
    AppendHeader(der::kEnumerated, 1, out);
    out->push_back(static_cast<char>(revocation.reason));
  }
}

// What the SingleResponses of an answer have in common: all but the CertID.
std::string SingleResponseRest(const OcspAnswer& answer) {
  std::string rest;
  rest.reserve(CertStatusSize(answer.revocation) + kTimeSize + ElementSize(kTimeSize));
  AppendCertStatus(answer.revocation, &rest);
  AppendGeneralizedTime(answer.this_update, &rest);
  AppendHeader(ContextConstructed(0), kTimeSize, &rest);
  AppendGeneralizedTime(answer.next_update, &rest);
  return rest;
}

// responseExtensions with the nonce; all lengths are short, as a nonce has at most 128 octets, but
// that AppendHeader looks after.
std::string NonceExtensions(absl::string_view nonce) {
  std::string fields;
  der::Writer writer(&fields);
  writer.Oid(oid::kOcspNonce);
  writer.Element(der::kOctetString, der::Encode(der::kOctetString, nonce));
  return der::Encode(ContextConstructed(1),
                     der::Encode(der::kSequence, der::Encode(der::kSequence, fields)));
}

}  // namespace

absl::StatusOr<std::unique_ptr<OcspResponseTemplate>> OcspResponseTemplate::Create(
    const Certificate& issuer, const Certificate& delegate, SignatureScheme scheme) {
  const char* const fault = OcspDelegateFault(delegate, issuer);
  if (fault != nullptr) {
    return InvalidArgument(Reason::kConfigInvalid, "delegate",
                           absl::StrCat("OCSP responses cannot be signed so: the certificate ",
                                        fault, "; have the issuing CA make one for its responder"));
  }
  if (!SchemeFitsKey(scheme, delegate.public_key.algorithm)) {
    return InvalidArgument(
        Reason::kConfigInvalid, "delegate",
        absl::StrCat("OCSP responses cannot be signed so: no key of ",
                     PublicKeyAlgorithmName(delegate.public_key.algorithm), " signs with ",
                     SignatureSchemeName(scheme), "; choose another scheme or another key"));
  }
  return std::unique_ptr<OcspResponseTemplate>(new OcspResponseTemplate(issuer, delegate, scheme));
}

OcspResponseTemplate::OcspResponseTemplate(const Certificate& issuer, const Certificate& delegate,
                                           SignatureScheme scheme)
    : issuer_(issuer), scheme_(scheme) {
  const auto key_hash = ResponderKeyHash(delegate.public_key.key_bits);
  responder_id_ = der::Encode(
      ContextConstructed(2),
      der::Encode(der::kOctetString, absl::string_view(key_hash.data(), key_hash.size())));
  certificates_ = der::Encode(ContextConstructed(0), der::Encode(der::kSequence, delegate.der));
}

std::string OcspResponseTemplate::Build(const OcspAnswer& answer) const {
  const std::string rest = SingleResponseRest(answer);
  const std::string extensions =
      answer.nonce.empty() ? std::string() : NonceExtensions(answer.nonce);
  CertIdHash hashes[2];
  size_t hash_count = 0;
  if (answer.hashes != OcspAnswerHashes::kSha1) {
    hashes[hash_count++] = CertIdHash::kSha256;
  }
  if (answer.hashes != OcspAnswerHashes::kSha256) {
    hashes[hash_count++] = CertIdHash::kSha1;
  }
  const auto single_size = [&](CertIdHash hash) {
    return issuer_.CertIdSize(hash, answer.serial.size()) + rest.size();
  };
  size_t list_size = 0;
  for (size_t i = 0; i < hash_count; ++i) {
    list_size += ElementSize(single_size(hashes[i]));
  }
  const size_t contents_size =
      responder_id_.size() + kTimeSize + ElementSize(list_size) + extensions.size();

  std::string out;
  out.reserve(ElementSize(contents_size));
  AppendHeader(der::kSequence, contents_size, &out);
  out += responder_id_;
  AppendGeneralizedTime(answer.produced_at, &out);
  AppendHeader(der::kSequence, list_size, &out);
  for (size_t i = 0; i < hash_count; ++i) {
    AppendHeader(der::kSequence, single_size(hashes[i]), &out);
    issuer_.AppendCertId(hashes[i], answer.serial, &out);
    out += rest;
  }
  out += extensions;
  return out;
}

// BasicOCSPResponse ::= SEQUENCE { tbsResponseData, signatureAlgorithm, signature BIT STRING,
//   certs [0] EXPLICIT SEQUENCE OF Certificate OPTIONAL }
// ResponseBytes ::= SEQUENCE { responseType OID, response OCTET STRING }
std::string OcspResponseTemplate::Assemble(absl::string_view response_data,
                                           absl::string_view signature) const {
  // successful, as it stands before responseBytes.
  constexpr absl::string_view kStatus = oid::Bytes("\x0a\x01\x00");
  const absl::string_view algorithm = AlgorithmIdentifier(scheme_);
  const size_t basic_size = response_data.size() + algorithm.size() +
                            ElementSize(1 + signature.size()) + certificates_.size();
  const size_t bytes_size =
      ElementSize(oid::kOcspBasic.size()) + ElementSize(ElementSize(basic_size));
  const size_t contents_size = kStatus.size() + ElementSize(ElementSize(bytes_size));

  std::string out;
  out.reserve(ElementSize(contents_size));
  AppendHeader(der::kSequence, contents_size, &out);
  Append(kStatus, &out);
  AppendHeader(ContextConstructed(0), ElementSize(bytes_size), &out);
  AppendHeader(der::kSequence, bytes_size, &out);
  AppendHeader(der::kOid, oid::kOcspBasic.size(), &out);
  Append(oid::kOcspBasic, &out);
  AppendHeader(der::kOctetString, ElementSize(basic_size), &out);
  AppendHeader(der::kSequence, basic_size, &out);
  Append(response_data, &out);
  Append(algorithm, &out);
  AppendHeader(der::kBitString, 1 + signature.size(), &out);
  out.push_back('\0');
  Append(signature, &out);
  out += certificates_;
  return out;
}

}  // namespace fleetca::x509
