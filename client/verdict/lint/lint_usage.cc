#include <algorithm>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/str_cat.h"
#include "client/verdict/lint/lint_parts.h"
#include "x509/der/der.h"
#include "x509/der/oid.h"
#include "x509/tbs.h"

namespace fleetca::client::lint {
namespace {

namespace der = x509::der;
namespace oid = x509::oid;

constexpr uint16_t kDataEncipherment = 1 << 3;
// RFC 5280 4.2.1.12.
constexpr absl::string_view kAnyPurpose = oid::Bytes("\x55\x1d\x25\x00");
// RFC 3279 2.3.5 and RFC 8410.
constexpr absl::string_view kX25519 = oid::Bytes("\x2b\x65\x6e");

absl::string_view KeyType(const RawCertificate& certificate) {
  der::Reader outer(certificate.spki), parts, algorithm;
  absl::string_view type;
  return outer.ReadNested(der::kSequence, &parts) && parts.ReadNested(der::kSequence, &algorithm) &&
                 algorithm.ReadOid(&type)
             ? type
             : absl::string_view();
}

// Keys that sign encrypt nothing, and keys that agree on secrets sign nothing.
void LintKeyUsageFits(const RawCertificate& certificate, uint16_t bits, Findings* findings) {
  const absl::string_view type = KeyType(certificate);
  const uint16_t encrypts = x509::kKeyEncipherment | kDataEncipherment;
  const uint16_t signs = x509::kDigitalSignature | x509::kKeyCertSign | x509::kCrlSign;
  if (type == oid::kEcPublicKey && (bits & encrypts) != 0) {
    findings->Add(Rule::kKeyUsageFits,
                  "The keyUsage has keyEncipherment or dataEncipherment, and a key of an elliptic "
                  "curve encrypts nothing.");
  }
  if (type == oid::kEd25519 && (bits & (encrypts | x509::kKeyAgreement)) != 0) {
    findings->Add(Rule::kKeyUsageFits,
                  "The keyUsage asks for more than signatures, and a key of Ed25519 signs alone "
                  "(RFC 8410 5).");
  }
  if (type == oid::kRsaEncryption && (bits & x509::kKeyAgreement) != 0) {
    findings->Add(Rule::kKeyUsageFits,
                  "The keyUsage has keyAgreement, and an RSA key agrees on no secret (RFC 3279 "
                  "2.3.1).");
  }
  if (type == kX25519 && (bits & signs) != 0) {
    findings->Add(Rule::kKeyUsageFits, "The keyUsage has signatures, and X25519 signs nothing.");
  }
}

void LintCa(const RawCertificate& certificate, bool has_key_usage, uint16_t bits,
            Findings* findings) {
  const bool signs = (bits & x509::kKeyCertSign) != 0;
  if (!certificate.is_ca && signs) {
    findings->Add(Rule::kBasicMissing,
                  "The keyUsage has keyCertSign, and basicConstraints do not say that this is a "
                  "CA.");
  }
  if (certificate.is_ca && !has_key_usage) {
    findings->Add(Rule::kCaKeyUsage, "The certificate of a CA has no keyUsage.");
  } else if (certificate.is_ca && !signs) {
    findings->Add(Rule::kCaKeyUsage,
                  "The certificate is a CA's, and its keyUsage has no keyCertSign, so programs "
                  "refuse what it signs.");
  }
  if (certificate.has_path_length && !(certificate.is_ca && signs)) {
    findings->Add(Rule::kPathLength,
                  "There is a pathLenConstraint, and the certificate is not that of a CA that "
                  "signs certificates.");
  }
}

void LintPurposes(const RawCertificate& certificate, Findings* findings) {
  const std::vector<absl::string_view> purposes = ReadPurposes(certificate);
  const auto has = [&purposes](absl::string_view purpose) {
    return std::find(purposes.begin(), purposes.end(), purpose) != purposes.end();
  };
  if (has(kAnyPurpose)) {
    findings->Add(Rule::kPurposeAny,
                  "The extKeyUsage has anyExtendedKeyUsage, so the key is for everything.");
  }
  absl::flat_hash_set<absl::string_view> seen;
  for (const absl::string_view purpose : purposes) {
    if (!seen.insert(purpose).second) {
      findings->Add(Rule::kPurposeTwice, absl::StrCat("The purpose ", der::OidToString(purpose),
                                                      " is there more than once."));
    }
  }
  if (has(oid::kOcspSigning) && seen.size() > 1) {
    findings->Add(Rule::kPurposeOcsp,
                  "The certificate may sign OCSP responses and has other purposes too, so whoever "
                  "has its key can unrevoke.");
  }
  if (!certificate.is_ca && certificate.Find(oid::kExtendedKeyUsage) == nullptr) {
    findings->Add(Rule::kPurposeMissing,
                  "The certificate has no extKeyUsage, so its key is for every purpose.");
  }
}

}  // namespace

bool ReadKeyUsage(const RawCertificate& certificate, uint16_t* bits) {
  const RawExtension* const extension = certificate.Find(oid::kKeyUsage);
  if (extension == nullptr) {
    return false;
  }
  der::Reader reader(extension->value);
  absl::string_view octets;
  int unused = 0;
  if (!reader.ReadBitString(&octets, &unused)) {
    return false;
  }
  *bits = 0;
  for (size_t bit = 0; bit < octets.size() * 8 && bit < 9; ++bit) {
    if ((static_cast<unsigned char>(octets[bit / 8]) & (0x80 >> (bit % 8))) != 0) {
      *bits = static_cast<uint16_t>(*bits | (1 << bit));
    }
  }
  return true;
}

std::vector<absl::string_view> ReadPurposes(const RawCertificate& certificate) {
  std::vector<absl::string_view> purposes;
  const RawExtension* const extension = certificate.Find(oid::kExtendedKeyUsage);
  der::Reader outer(extension == nullptr ? absl::string_view() : extension->value), list;
  absl::string_view purpose;
  if (outer.ReadNested(der::kSequence, &list)) {
    while (list.ReadOid(&purpose)) {
      purposes.push_back(purpose);
    }
  }
  return purposes;
}

void LintUsage(const RawCertificate& certificate, Findings* findings) {
  uint16_t bits = 0;
  const bool has_key_usage = ReadKeyUsage(certificate, &bits);
  if (has_key_usage && bits == 0) {
    findings->Add(Rule::kKeyUsageEmpty, "The keyUsage has no bit, so the key is for nothing.");
  }
  if (!has_key_usage && !certificate.is_ca) {
    findings->Add(Rule::kLeafKeyUsage, "The certificate has no keyUsage.");
  }
  LintKeyUsageFits(certificate, bits, findings);
  LintCa(certificate, has_key_usage, bits, findings);
  LintPurposes(certificate, findings);
}

}  // namespace fleetca::client::lint
