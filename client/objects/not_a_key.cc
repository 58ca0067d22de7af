#include "client/objects/not_a_key.h"

#include <cstdint>

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "client/objects/object_kind.h"
#include "x509/der/der.h"

namespace fleetca::client {
namespace {

namespace der = x509::der;

// Of what is in such files by mistake; "" for a key, and for what is not known.
absl::string_view SentenceOf(ObjectKind kind) {
  switch (kind) {
    case ObjectKind::kCertificate:
      return "it is a certificate; the key is in another file";
    case ObjectKind::kCsr:
      return "it is a certificate signing request; the key for which it was made is in another "
             "file";
    case ObjectKind::kPublicKey:
      return "it is a public key, which anybody may have";
    case ObjectKind::kCrl:
      return "it is a certificate revocation list";
    case ObjectKind::kPkcs7:
      return "it is PKCS#7, which holds certificates and no key";
    case ObjectKind::kPkcs12:
      return "it is PKCS#12; take the key out of it with 'fleetca p12 import'";
    case ObjectKind::kPrivateKey:
    case ObjectKind::kOther:
      break;
  }
  return "";
}

// Keys, and what stands beside keys, of which no other key can be made here.
constexpr struct {
  absl::string_view label;
  absl::string_view sentence;
} kOtherLabels[] = {
    {"EC PARAMETERS", "it is the name of a curve without a key"},
    {"DSA PRIVATE KEY", "it is a DSA key, which no CA certifies any more"},
};

// The public half stands in the clear at the beginning. ssh-keygen writes Ed25519 keys in its own
// form alone, whatever it is told.
absl::string_view OpenSshSentence(absl::string_view octets) {
  if (absl::StrContains(octets, "ssh-ed25519")) {
    return "it is an Ed25519 key of OpenSSH's own form, which ssh-keygen writes in no other; make "
           "a "
           "key for the certificate by fleetca key new";
  }
  if (absl::StrContains(octets, "sk-ssh-") || absl::StrContains(octets, "sk-ecdsa-")) {
    return "it is a key that a security token keeps, and here is no more than its name; make a key "
           "for the certificate by fleetca key new";
  }
  return "it is a key of OpenSSH's own form; write it anew: ssh-keygen -p -m PKCS8 -f <copy of the "
         "file>";
}

// AlgorithmIdentifier and the like: a SEQUENCE that begins with an OID.
bool BeginsWithOid(der::Reader sequence) {
  absl::string_view oid;
  return sequence.ReadOid(&oid);
}

}  // namespace

std::optional<KeyForm> KeyFormOfDer(absl::string_view der) {
  der::Reader reader(der), outer, nested;
  if (!reader.ReadNested(der::kSequence, &outer)) {
    return std::nullopt;
  }
  if (outer.ReadNested(der::kSequence, &nested)) {
    const bool encrypted = BeginsWithOid(nested) && outer.PeekTag() == der::kOctetString;
    return encrypted ? std::optional(KeyForm::kEncryptedPkcs8) : std::nullopt;
  }
  uint64_t version = 0;
  if (!outer.ReadUint63(&version) || version > 1) {
    return std::nullopt;
  }
  if (outer.PeekTag() == der::kInteger) {
    return KeyForm::kPkcs1;
  }
  if (outer.PeekTag() == der::kOctetString) {
    return KeyForm::kSec1;
  }
  const bool pkcs8 = outer.ReadNested(der::kSequence, &nested) && BeginsWithOid(nested) &&
                     outer.PeekTag() == der::kOctetString;
  return pkcs8 ? std::optional(KeyForm::kPkcs8) : std::nullopt;
}

std::string NoReadableBlock(absl::string_view label, absl::string_view octets) {
  if (label == "OPENSSH PRIVATE KEY") {
    return std::string(OpenSshSentence(octets));
  }
  for (const auto& other : kOtherLabels) {
    if (other.label == label) {
      return std::string(other.sentence);
    }
  }
  constexpr size_t kMaxLabel = 64;
  const absl::string_view sentence = SentenceOf(KindOfLabel(label));
  return sentence.empty()
             ? absl::StrCat("it is \"", absl::CHexEscape(label.substr(0, kMaxLabel)), "\"")
             : std::string(sentence);
}

std::string WhatDerIs(absl::string_view der) {
  const absl::string_view sentence = SentenceOf(KindOfDer(der));
  return std::string(sentence.empty() ? "neither PEM nor the DER of a key begins it" : sentence);
}

}  // namespace fleetca::client
