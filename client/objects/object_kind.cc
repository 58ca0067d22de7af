#include "client/objects/object_kind.h"

#include <string>

#include "absl/strings/match.h"
#include "x509/der/der.h"

namespace fleetca::client {
namespace {

namespace der = x509::der;

// The contents of 1.2.840.113549.1.7, to which PKCS#7 adds one arc for each of its types.
constexpr absl::string_view kPkcs7Arc("\x2a\x86\x48\x86\xf7\x0d\x01\x07", 8);

// SEQUENCE with the indefinite length of BER, which programs write that do not know the size yet.
constexpr absl::string_view kIndefinite("\x30\x80", 2);

bool IsPkcs7Type(absl::string_view oid) { return absl::StartsWith(oid, kPkcs7Arc); }

// ContentInfo ::= SEQUENCE { OBJECT IDENTIFIER, [0] }
bool IsContentInfo(der::Reader outer) {
  absl::string_view type;
  return outer.ReadOid(&type) && IsPkcs7Type(type);
}

// What begins with its version, an INTEGER: keys and PKCS#12.
ObjectKind KindOfVersioned(der::Reader outer) {
  absl::string_view number, contents;
  if (!outer.ReadInteger(&number)) {
    return ObjectKind::kOther;
  }
  der::Reader nested;
  switch (outer.PeekTag()) {
    case der::kSequence: {
      // PFX ::= SEQUENCE { INTEGER, ContentInfo ... }, and PrivateKeyInfo ::= SEQUENCE { INTEGER,
      // AlgorithmIdentifier, OCTET STRING ... }.
      if (outer.ReadNested(der::kSequence, &nested) && IsContentInfo(nested)) {
        return ObjectKind::kPkcs12;
      }
      return outer.PeekTag() == der::kOctetString ? ObjectKind::kPrivateKey : ObjectKind::kOther;
    }
    case der::kOctetString:  // ECPrivateKey (RFC 5915)
      return ObjectKind::kPrivateKey;
    case der::kInteger:  // RSAPrivateKey and RSAPublicKey (RFC 8017): the latter ends here
      return outer.ReadInteger(&contents) && outer.empty() ? ObjectKind::kPublicKey
                                                           : ObjectKind::kPrivateKey;
    default:
      return ObjectKind::kOther;
  }
}

// CertificationRequestInfo, TBSCertificate of v1 and TBSCertList: what follows an INTEGER or
// nothing.
ObjectKind KindOfTbs(der::Reader tbs) {
  absl::string_view number, contents;
  const bool numbered = tbs.PeekTag() == der::kInteger;
  if (numbered && !tbs.ReadInteger(&number)) {
    return ObjectKind::kOther;
  }
  der::Reader first;
  if (!tbs.ReadNested(der::kSequence, &first)) {
    return ObjectKind::kOther;
  }
  // A Name, which is empty or begins with a SET, where others have an algorithm.
  if (first.empty() || first.PeekTag() == der::kSet) {
    return numbered ? ObjectKind::kCsr : ObjectKind::kOther;
  }
  // The issuer, and then a time in a CRL and two of them, in a SEQUENCE, in a certificate.
  if (!tbs.Read(der::kSequence, &contents)) {
    return ObjectKind::kOther;
  }
  const uint8_t next = tbs.PeekTag();
  if (next == der::kUtcTime || next == der::kGeneralizedTime) {
    return ObjectKind::kCrl;
  }
  return numbered && next == der::kSequence ? ObjectKind::kCertificate : ObjectKind::kOther;
}

// What begins with a SEQUENCE: what is signed, public keys and encrypted ones.
ObjectKind KindOfNested(der::Reader outer) {
  der::Reader inner;
  if (!outer.ReadNested(der::kSequence, &inner)) {
    return ObjectKind::kOther;
  }
  if (inner.PeekTag() == der::ContextConstructed(0)) {
    return ObjectKind::kCertificate;
  }
  if (inner.PeekTag() != der::kOid) {
    return KindOfTbs(inner);
  }
  switch (outer.PeekTag()) {
    case der::kBitString:
      return ObjectKind::kPublicKey;
    case der::kOctetString:  // EncryptedPrivateKeyInfo (RFC 5958)
      return ObjectKind::kPrivateKey;
    default:
      return ObjectKind::kOther;
  }
}

ObjectKind KindOfIndefinite(absl::string_view contents) {
  der::Reader reader(contents);
  if (IsContentInfo(reader)) {
    return ObjectKind::kPkcs7;
  }
  uint64_t version;
  return reader.ReadUint63(&version) && version == 3 && reader.PeekTag() == der::kSequence
             ? ObjectKind::kPkcs12
             : ObjectKind::kOther;
}

}  // namespace

absl::string_view KindName(ObjectKind kind) {
  switch (kind) {
    case ObjectKind::kCertificate:
      return "a certificate";
    case ObjectKind::kCsr:
      return "a certificate signing request (CSR)";
    case ObjectKind::kCrl:
      return "a certificate revocation list (CRL)";
    case ObjectKind::kPrivateKey:
      return "a private key";
    case ObjectKind::kPublicKey:
      return "a public key";
    case ObjectKind::kPkcs7:
      return "a PKCS#7 file";
    case ObjectKind::kPkcs12:
      return "a PKCS#12 file";
    case ObjectKind::kOther:
      break;
  }
  return "something else";
}

ObjectKind KindOfLabel(absl::string_view label) {
  if (label == "CERTIFICATE" || label == "X509 CERTIFICATE" || label == "TRUSTED CERTIFICATE") {
    return ObjectKind::kCertificate;
  }
  if (label == "CERTIFICATE REQUEST" || label == "NEW CERTIFICATE REQUEST") {
    return ObjectKind::kCsr;
  }
  if (label == "X509 CRL") {
    return ObjectKind::kCrl;
  }
  if (absl::EndsWith(label, "PRIVATE KEY")) {
    return ObjectKind::kPrivateKey;
  }
  if (label == "PUBLIC KEY" || label == "RSA PUBLIC KEY") {
    return ObjectKind::kPublicKey;
  }
  if (label == "PKCS7" || label == "CMS" || label == "PKCS #7 SIGNED DATA") {
    return ObjectKind::kPkcs7;
  }
  return label == "PKCS12" ? ObjectKind::kPkcs12 : ObjectKind::kOther;
}

ObjectKind KindOfDer(absl::string_view element) {
  if (absl::StartsWith(element, kIndefinite)) {
    return KindOfIndefinite(element.substr(kIndefinite.size()));
  }
  der::Reader reader(element), outer;
  if (!reader.ReadNested(der::kSequence, &outer)) {
    return ObjectKind::kOther;
  }
  switch (outer.PeekTag()) {
    case der::kSequence:
      return KindOfNested(outer);
    case der::kInteger:
      return KindOfVersioned(outer);
    case der::kOid:
      return IsContentInfo(outer) ? ObjectKind::kPkcs7 : ObjectKind::kOther;
    default:
      return ObjectKind::kOther;
  }
}

}  // namespace fleetca::client
