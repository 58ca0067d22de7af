#include "x509/revocation/cert_id.h"

#include "absl/strings/str_cat.h"
#include "base/openssl.h"
#include "base/sha256.h"
#include "x509/der/oid.h"

namespace fleetca::x509 {
namespace {

constexpr size_t kSha1Size = 20;
constexpr size_t kSha256Size = 32;

template <size_t N>
absl::string_view View(const std::array<char, N>& octets) {
  return absl::string_view(octets.data(), octets.size());
}

std::array<char, kSha1Size> Sha1(absl::string_view bytes) {
  std::array<char, kSha1Size> digest;
  SHA_CTX context;
  SHA1_Init(&context);
  SHA1_Update(&context, bytes.data(), bytes.size());
  SHA1_Final(AsUnsigned(digest.data()), &context);
  return digest;
}

// hashAlgorithm with NULL, and the two hashes.
std::string FixedFields(absl::string_view oid, absl::string_view name_hash,
                        absl::string_view key_hash) {
  std::string algorithm;
  der::Writer writer(&algorithm);
  writer.Oid(oid);
  writer.Element(der::kNull, "");
  return absl::StrCat(der::Encode(der::kSequence, algorithm),
                      der::Encode(der::kOctetString, name_hash),
                      der::Encode(der::kOctetString, key_hash));
}

}  // namespace

CertIdFault ReadCertId(der::Reader* reader, CertId* cert_id) {
  der::Reader look = *reader;
  der::Reader fields;
  der::Reader algorithm;
  absl::string_view oid;
  if (!look.ReadNested(der::kSequence, &fields) || !fields.ReadNested(der::kSequence, &algorithm) ||
      !algorithm.ReadOid(&oid)) {
    return CertIdFault::kMalformed;
  }
  const bool sha1 = oid == oid::kSha1;
  if (!sha1 && oid != oid::kSha256) {
    return CertIdFault::kUnsupportedHash;
  }
  const size_t size = sha1 ? kSha1Size : kSha256Size;
  if ((!algorithm.empty() && !algorithm.ReadNull()) || !algorithm.empty() ||
      !fields.Read(der::kOctetString, &cert_id->issuer_name_hash) ||
      cert_id->issuer_name_hash.size() != size ||
      !fields.Read(der::kOctetString, &cert_id->issuer_key_hash) ||
      cert_id->issuer_key_hash.size() != size || !fields.ReadInteger(&cert_id->serial) ||
      cert_id->serial.size() > kMaxCertIdSerialSize || !fields.empty()) {
    return CertIdFault::kMalformed;
  }
  cert_id->hash = sha1 ? CertIdHash::kSha1 : CertIdHash::kSha256;
  *reader = look;
  return CertIdFault::kNone;
}

IssuerHashes::IssuerHashes(absl::string_view subject, absl::string_view key_bits)
    : name_sha1_(Sha1(subject)),
      key_sha1_(Sha1(key_bits)),
      name_sha256_(Sha256(subject)),
      key_sha256_(Sha256(key_bits)),
      fixed_sha1_(FixedFields(oid::kSha1, View(name_sha1_), View(key_sha1_))),
      fixed_sha256_(FixedFields(oid::kSha256, View(name_sha256_), View(key_sha256_))) {}

absl::string_view IssuerHashes::NameHash(CertIdHash hash) const {
  return hash == CertIdHash::kSha1 ? View(name_sha1_) : View(name_sha256_);
}

absl::string_view IssuerHashes::KeyHash(CertIdHash hash) const {
  return hash == CertIdHash::kSha1 ? View(key_sha1_) : View(key_sha256_);
}

bool IssuerHashes::Matches(const CertId& cert_id) const {
  return cert_id.issuer_name_hash == NameHash(cert_id.hash) &&
         cert_id.issuer_key_hash == KeyHash(cert_id.hash);
}

size_t IssuerHashes::CertIdSize(CertIdHash hash, size_t serial_size) const {
  const size_t contents = Fixed(hash).size() + der::HeaderSize(serial_size) + serial_size;
  return der::HeaderSize(contents) + contents;
}

void IssuerHashes::AppendCertId(CertIdHash hash, absl::string_view serial, std::string* out) const {
  const std::string& fixed = Fixed(hash);
  der::AppendHeader(der::kSequence, fixed.size() + der::HeaderSize(serial.size()) + serial.size(),
                    out);
  out->append(fixed);
  der::AppendHeader(der::kInteger, serial.size(), out);
  out->append(serial.data(), serial.size());
}

const IssuerHashes* FindIssuer(const CertId& cert_id, absl::Span<const IssuerHashes> issuers) {
  for (const IssuerHashes& issuer : issuers) {
    if (issuer.Matches(cert_id)) {
      return &issuer;
    }
  }
  return nullptr;
}

std::array<char, 20> ResponderKeyHash(absl::string_view key_bits) { return Sha1(key_bits); }

}  // namespace fleetca::x509
