#include "x509/certificate.h"

#include <functional>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "base/errors.h"
#include "gtest/gtest.h"
#include "tests/testing/test_key.h"
#include "x509/der/der.h"
#include "x509/der/oid.h"
#include "x509/name.h"
#include "x509/signature_algorithm.h"
#include "x509/tbs.h"
#include "x509/testing/test_ca.h"
#include "x509/testing/test_tbs_parts.h"

namespace fleetca::x509 {
namespace {

using ::fleetca::testing::TestKey;

constexpr KeyType kKeyTypes[] = {KeyType::kP256, KeyType::kP384, KeyType::kRsa2048,
                                 KeyType::kEd25519};

// A literal with embedded NULs keeps its size.
template <size_t N>
std::string Bytes(const char (&literal)[N]) {
  return std::string(literal, N - 1);
}

std::string Seq(absl::string_view contents) { return der::Encode(der::kSequence, contents); }

const TestCa& Ca() {
  static const auto* const kCa = new TestCa(MakeTestRoot(KeyType::kP256));
  return *kCa;
}

const std::string& Leaf() {
  static const auto* const kLeaf = new std::string(IssueLeaf(Ca(), TestKey::Make(KeyType::kP256)));
  return *kLeaf;
}

// The leaf with its signed part changed. The signature is no longer right, which parsing does not
// look at.
std::string Changed(const std::function<void(TbsParts&)>& change) {
  TbsParts parts(ParseCertificate(Leaf())->tbs);
  change(parts);
  return AssembleCertificate(parts.Encode(), SignatureScheme::kEcdsaSha256, "signature");
}

TEST(ParseCertificate, ReadsWhatWasIssued) {
  for (const KeyType type : kKeyTypes) {
    SCOPED_TRACE(KeyTypeName(type));
    const TestKey key = TestKey::Make(type);
    const std::string der = IssueLeaf(Ca(), key);
    const auto leaf = ParseCertificate(der);
    ASSERT_TRUE(leaf.ok()) << leaf.status();
    EXPECT_EQ(leaf->der, der);
    EXPECT_EQ(leaf->serial.size(), 20u);
    EXPECT_EQ(leaf->issuer, Ca().subject);
    EXPECT_EQ(leaf->subject, BuildName("", ""));
    EXPECT_EQ(leaf->not_before, kTestNow - absl::Minutes(5));
    EXPECT_EQ(leaf->not_after, kTestNow + absl::Hours(24));
    EXPECT_LE(leaf->not_after, Ca().not_after);
    EXPECT_EQ(leaf->public_key.spki, key.public_key());
    EXPECT_EQ(leaf->signature_algorithm, AlgorithmIdentifier(Ca().scheme));
    EXPECT_EQ(leaf->names, (GeneralNames{{NameType::kUri, "spiffe://fleet.example/svc/web"},
                                         {NameType::kDns, "web.fleet.example"}}));
    EXPECT_EQ(leaf->SpiffeId(), "spiffe://fleet.example/svc/web");
    EXPECT_FALSE(leaf->is_ca);
    EXPECT_EQ(leaf->path_length, std::nullopt);
    EXPECT_EQ(leaf->key_usage, kDigitalSignature);
    EXPECT_TRUE(leaf->Find(oid::kKeyUsage)->critical);
    ASSERT_EQ(leaf->extended_key_usage.size(), 2u);
    EXPECT_EQ(leaf->extended_key_usage[0], oid::kServerAuth);
    EXPECT_EQ(leaf->extended_key_usage[1], oid::kClientAuth);
    EXPECT_EQ(leaf->subject_key_id, KeyIdentifier(KeyBits(key)));
    EXPECT_EQ(leaf->authority_key_id, Ca().key_id);
    EXPECT_EQ(leaf->extensions.size(), 8u);
    EXPECT_EQ(leaf->Find(oid::kDefaultFleetArc), nullptr);

    const auto root = ParseCertificate(Ca().certificate);
    ASSERT_TRUE(root.ok()) << root.status();
    EXPECT_EQ(leaf->authority_key_id, root->subject_key_id);
  }
}

TEST(ParseCertificate, ReadsCaCertificates) {
  const auto root = ParseCertificate(Ca().certificate);
  ASSERT_TRUE(root.ok()) << root.status();
  EXPECT_TRUE(root->is_ca);
  EXPECT_EQ(root->path_length, std::nullopt);
  EXPECT_EQ(root->key_usage, kKeyCertSign | kCrlSign);
  EXPECT_EQ(root->subject, root->issuer);
  EXPECT_EQ(root->authority_key_id, root->subject_key_id);
  EXPECT_EQ(root->SpiffeId(), "");
  const TestCa issuing = MakeTestIssuingCa(Ca(), KeyType::kP384);
  const auto ca = ParseCertificate(issuing.certificate);
  ASSERT_TRUE(ca.ok()) << ca.status();
  EXPECT_EQ(ca->path_length, 0);
  EXPECT_EQ(ca->public_key.algorithm, PublicKeyAlgorithm::kP384);
}

// A self-signed root as `openssl req -x509` makes one, with these extensions.
std::string OpenSslRoot(const TestKey& key, const EVP_MD* hash,
                        const std::vector<std::pair<int, const char*>>& extensions) {
  X509Ptr made(X509_new());
  X509* const root = made.get();
  X509_set_version(root, X509_VERSION_3);
  ASN1_INTEGER_set(X509_get_serialNumber(root), 128);
  X509_NAME* name = X509_NAME_new();
  for (const auto& [type, value] : {std::pair("C", "US"), std::pair("ST", "California"),
                                    std::pair("O", "Example, Inc."), std::pair("CN", "Root")}) {
    X509_NAME_add_entry_by_txt(name, type, MBSTRING_ASC,
                               reinterpret_cast<const unsigned char*>(value), -1, -1, 0);
  }
  X509_set_issuer_name(root, name);
  X509_set_subject_name(root, name);
  X509_NAME_free(name);
  ASN1_TIME_set(X509_getm_notBefore(root), absl::ToTimeT(kTestNow));
  ASN1_TIME_set(X509_getm_notAfter(root), absl::ToTimeT(kTestNow + absl::Hours(24 * 365 * 40)));
  X509_set_pubkey(root, key.get());
  for (const auto& [nid, value] : extensions) {
    X509V3_CTX context;
    X509V3_set_ctx(&context, root, root, nullptr, nullptr, 0);
    X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, &context, nid, value);
    EXPECT_NE(extension, nullptr) << value << ": " << DrainOpenSslErrors();
    X509_add_ext(root, extension, -1);
    X509_EXTENSION_free(extension);
  }
  EXPECT_GT(X509_sign(root, key.get(), hash), 0) << DrainOpenSslErrors();
  unsigned char* der = nullptr;
  const int size = i2d_X509(root, &der);
  std::string certificate(reinterpret_cast<char*>(der), static_cast<size_t>(size));
  OPENSSL_free(der);
  return certificate;
}

TEST(ParseCertificate, ReadsRootsThatOpenSslMade) {
  const std::vector<std::vector<std::pair<int, const char*>>> kinds = {
      // The defaults of `openssl req -x509`: no key usage, no extended key usage.
      {{NID_subject_key_identifier, "hash"},
       {NID_authority_key_identifier, "keyid:always"},
       {NID_basic_constraints, "critical,CA:TRUE"}},
      // The older recipe, the issuer and its serial number in the AKI as well.
      {{NID_subject_key_identifier, "hash"},
       {NID_authority_key_identifier, "keyid:always,issuer:always"},
       {NID_basic_constraints, "CA:TRUE,pathlen:3"},
       {NID_key_usage, "critical,cRLSign,keyCertSign,digitalSignature"}},
      // What else is found in the field.
      {{NID_basic_constraints, "critical,CA:TRUE"},
       {NID_key_usage, "keyCertSign,decipherOnly"},
       {NID_inhibit_any_policy, "critical,2"},
       {NID_name_constraints, "critical,permitted;DNS:example.com"},
       {NID_crl_distribution_points, "URI:http://a.example/crl"},
       {NID_subject_alt_name, "DNS:Root.Example,email:a@b.example,IP:10.0.0.1,RID:1.2.3"},
       {NID_netscape_comment, "made by hand"}},
  };
  for (const KeyType type : kKeyTypes) {
    const TestKey key = TestKey::Make(type);
    for (const auto& extensions : kinds) {
      const std::string der =
          OpenSslRoot(key, type == KeyType::kEd25519 ? nullptr : EVP_sha256(), extensions);
      const auto root = ParseCertificate(der);
      ASSERT_TRUE(root.ok()) << root.status();
      EXPECT_TRUE(root->is_ca);
      EXPECT_EQ(root->serial, Bytes("\x00\x80"));
      EXPECT_EQ(root->extensions.size(), extensions.size());
      EXPECT_TRUE(VerifySignedBy(*root, *root).ok()) << VerifySignedBy(*root, *root);
    }
  }
  const std::string der = OpenSslRoot(TestKey::Make(KeyType::kP256), EVP_sha256(), kinds[2]);
  const auto root = ParseCertificate(der);
  ASSERT_TRUE(root.ok());
  EXPECT_EQ(root->key_usage, kKeyCertSign | 1 << 8);
  EXPECT_EQ(root->names, (GeneralNames{{NameType::kDns, "Root.Example"},
                                       {NameType::kEmail, "a@b.example"},
                                       {NameType::kIp, absl::string_view("\x0a\x00\x00\x01", 4)}}));
  EXPECT_TRUE(root->Find(oid::Bytes("\x55\x1d\x1e"))->critical);  // nameConstraints, kept
  EXPECT_EQ(root->subject_key_id, "");
  EXPECT_EQ(root->authority_key_id, "");
}

TEST(ParseCertificate, AcceptsACertificateWithoutExtensions) {
  const std::string der = Changed([](TbsParts& p) { p.extensions.clear(); });
  const auto certificate = ParseCertificate(der);
  ASSERT_TRUE(certificate.ok()) << certificate.status();
  EXPECT_TRUE(certificate->extensions.empty());
  EXPECT_FALSE(certificate->is_ca);
}

TEST(ParseCertificate, KeepsForeignNamesApart) {
  const auto names = [](const std::string& contents) {
    return Changed([&contents](TbsParts& p) { p.Set(oid::kSubjectAltName, true, Seq(contents)); });
  };
  const std::string directory_name =
      der::Encode(der::ContextConstructed(4), BuildName("Fleet", "web"));
  const std::string spiffe =
      der::Encode(der::ContextPrimitive(6), "spiffe://fleet.example/svc/web");
  std::string der = names(directory_name + spiffe);
  auto certificate = ParseCertificate(der);
  ASSERT_TRUE(certificate.ok()) << certificate.status();
  EXPECT_EQ(certificate->names.size(), 1u);
  EXPECT_EQ(certificate->SpiffeId(), "spiffe://fleet.example/svc/web");
  // Two URIs are not an identity, whichever comes first and whatever the other is.
  const std::string other = der::Encode(der::ContextPrimitive(6), "https://fleet.example/");
  for (const std::string& both : {spiffe + other, other + spiffe, spiffe + spiffe}) {
    der = names(both);
    certificate = ParseCertificate(der);
    ASSERT_TRUE(certificate.ok()) << certificate.status();
    EXPECT_EQ(certificate->names.size(), 2u);
    EXPECT_EQ(certificate->SpiffeId(), "");
  }
  for (const absl::string_view uri :
       {"https://fleet.example/", "spiffe://fleet.example/../a", "SPIFFE://fleet.example/a"}) {
    der = names(der::Encode(der::ContextPrimitive(6), uri));
    certificate = ParseCertificate(der);
    ASSERT_TRUE(certificate.ok()) << certificate.status();
    EXPECT_EQ(certificate->SpiffeId(), "") << uri;
  }
}

// Whatever one octet is changed to, what still parses is DER, and OpenSSL reads the same fields.
TEST(ParseCertificate, AgreesWithOpenSslOnEveryChangedOctet) {
  const std::string good = Leaf();
  int parsed = 0;
  for (size_t i = 0; i < good.size(); ++i) {
    for (const int change : {0x01, 0x02, 0x04, 0x10, 0x20, 0x40, 0x80, 0xff}) {
      std::string mutant = good;
      mutant[i] = static_cast<char>(mutant[i] ^ change);
      const auto certificate = ParseCertificate(mutant);
      if (!certificate.ok()) {
        ASSERT_EQ(GetReason(certificate.status()), Reason::kFileInvalid);
        continue;
      }
      ++parsed;
      ASSERT_TRUE(der::IsWellFormed(mutant, 32));
      EXPECT_FALSE(VerifySignedBy(*certificate, *ParseCertificate(Ca().certificate)).ok())
          << "octet " << i << " is not signed";
      const X509Ptr openssl = OpenSslCertificate(mutant);
      ASSERT_NE(openssl, nullptr) << "octet " << i;
      tm not_after = {};
      ASN1_TIME_to_tm(X509_get0_notAfter(openssl.get()), &not_after);
      EXPECT_EQ(timegm(&not_after), absl::ToTimeT(certificate->not_after));
    }
  }
  EXPECT_GT(parsed, 1000);
}

TEST(VerifySignedBy, AcceptsTheIssuerOnly) {
  const TestKey key = TestKey::Make(KeyType::kP256);
  for (const KeyType type : kKeyTypes) {
    SCOPED_TRACE(KeyTypeName(type));
    const TestCa root = MakeTestRoot(type);
    const std::string der = IssueLeaf(root, key);
    const auto leaf = ParseCertificate(der);
    const auto issuer = ParseCertificate(root.certificate);
    ASSERT_TRUE(leaf.ok() && issuer.ok());
    EXPECT_TRUE(VerifySignedBy(*leaf, *issuer).ok()) << VerifySignedBy(*leaf, *issuer);
    EXPECT_TRUE(VerifySignedBy(*issuer, *issuer).ok());

    // Another CA of the same name, one of another key type, and one of another name.
    const TestCa namesake = MakeTestRoot(type);
    const TestCa other_type =
        MakeTestRoot(type == KeyType::kP384 ? KeyType::kP256 : KeyType::kP384);
    const TestCa other_name = MakeTestIssuingCa(root, type);
    for (const TestCa* stranger : {&namesake, &other_type, &other_name}) {
      const auto wrong = ParseCertificate(stranger->certificate);
      const absl::Status status = VerifySignedBy(*leaf, *wrong);
      EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << status;
      EXPECT_EQ(GetReason(status), Reason::kSignatureInvalid) << status;
    }
  }
}

TEST(VerifySignedBy, RefusesWeakAndUnknownAlgorithms) {
  const TestKey key = TestKey::Make(KeyType::kRsa2048);
  for (const EVP_MD* hash : {EVP_sha1(), EVP_md5()}) {
    const std::string der = OpenSslRoot(key, hash, {{NID_basic_constraints, "critical,CA:TRUE"}});
    const auto root = ParseCertificate(der);
    ASSERT_TRUE(root.ok()) << root.status();
    const absl::Status status = VerifySignedBy(*root, *root);
    EXPECT_EQ(GetReason(status), Reason::kSignatureInvalid) << status;
    EXPECT_TRUE(absl::StrContains(status.message(), "too weak")) << status;
  }
}

TEST(AssembleCertificate, GivesBackWhatWentIn) {
  const auto leaf = ParseCertificate(Leaf());
  EXPECT_EQ(AssembleCertificate(leaf->tbs, Ca().scheme, leaf->signature), Leaf());
  // Past the lengths where a DER length grows by an octet.
  for (const size_t size : {1u, 64u, 126u, 127u, 128u, 254u, 255u, 256u, 1024u, 65535u, 65536u}) {
    const std::string der =
        AssembleCertificate(leaf->tbs, SignatureScheme::kEcdsaSha256, std::string(size, 's'));
    EXPECT_TRUE(der::IsWellFormed(der, 32)) << size;
    EXPECT_EQ(der.capacity(), der.size()) << size;
    if (size < 65000) {
      const auto parsed = ParseCertificate(der);
      ASSERT_TRUE(parsed.ok()) << parsed.status();
      EXPECT_EQ(parsed->signature, std::string(size, 's'));
    }
  }
}

}  // namespace
}  // namespace fleetca::x509
