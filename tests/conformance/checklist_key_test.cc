// Keys and proofs of possession that are refused, by item of the issuance checklist.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <ctime>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "base/errors.h"
#include "base/openssl.h"
#include "signer/local_signer.h"
#include "tests/conformance/checklist_fixture.h"
#include "tests/testing/csr_maker.h"
#include "tests/testing/status_matchers.h"
#include "tests/testing/test_issuer.h"
#include "tests/testing/test_key.h"
#include "x509/der/der.h"
#include "x509/der/oid.h"

namespace fleetca {
namespace {

using ::fleetca::testing::CsrOptions;
using ::fleetca::testing::IsInvalid;
using ::fleetca::testing::IsOk;
using ::fleetca::testing::MakeCsr;
using ::fleetca::testing::MakeCsrInfo;
using ::fleetca::testing::TestIssuer;
using x509::NameType;
namespace der = x509::der;
namespace oid = x509::oid;

using ::fleetca::testing::ChecklistTest;
using ::fleetca::testing::kId;

TEST_F(ChecklistTest, Checklist09_OnlyGoodSignaturesByTheKeyItself) {
  std::string flipped = MakeCsr();
  flipped[flipped.size() - 1] ^= 1;
  EXPECT_THAT(ca_.Issue(flipped), IsInvalid(Reason::kSignatureInvalid, "csr.signature"));
  // Signed by another key than the one it asks for.
  CsrOptions other;
  const EvpPkeyPtr key = testing::NewTestKey(KeyType::kP256);
  other.spki = testing::TestPublicKey(key.get());
  EXPECT_THAT(Try(other), IsInvalid(Reason::kSignatureInvalid, "csr.signature"));
  const auto with_algorithm = [this](absl::string_view algorithm) {
    const std::string info = MakeCsrInfo({});
    const std::string signature =
        testing::TestKey::OfType(KeyType::kP256).Sign(SignatureScheme::kEcdsaSha256, info);
    return ca_.Issue(testing::AssembleCsr(info, algorithm, signature)).status();
  };
  const auto algorithm = [](absl::string_view id, absl::string_view parameters) {
    return der::Encode(der::kSequence, absl::StrCat(der::Encode(der::kOid, id), parameters));
  };
  const absl::string_view null("\x05\x00", 2);
  EXPECT_THAT(with_algorithm(algorithm(oid::kEcdsaWithSha256, "")), IsOk());
  for (const std::string& wrong :
       {algorithm(oid::Bytes("\x2a\x86\x48\x86\xf7\x0d\x01\x01\x04"), null),  // md5WithRSA
        algorithm(oid::Bytes("\x2a\x86\x48\x86\xf7\x0d\x01\x01\x05"), null),  // sha1WithRSA
        algorithm(oid::Bytes("\x2a\x86\x48\xce\x3d\x04\x01"), ""),            // ecdsa-with-SHA1
        algorithm(oid::kEcdsaWithSha256, null), algorithm(oid::kSha256WithRsa, null),
        algorithm(oid::kEd25519, "")}) {
    EXPECT_THAT(with_algorithm(wrong),
                IsInvalid(Reason::kSignatureAlgorithm, "csr.signature_algorithm"));
  }
  // The right family with the wrong hash: the signature itself does not fit.
  EXPECT_THAT(with_algorithm(algorithm(oid::kEcdsaWithSha384, "")),
              IsInvalid(Reason::kSignatureInvalid, "csr.signature"));
}

// SubjectPublicKeyInfo of an RSA key of this modulus and exponent; no one has its private key, so a
// CSR for it that reached the signature check would say kSignatureInvalid.
std::string RsaPublicKey(absl::string_view modulus, absl::string_view exponent) {
  std::string integers;
  der::Writer writer(&integers);
  writer.PositiveInteger(modulus);
  writer.PositiveInteger(exponent);
  std::string contents = der::Encode(
      der::kSequence,
      absl::StrCat(der::Encode(der::kOid, oid::kRsaEncryption), absl::string_view("\x05\x00", 2)));
  der::Writer(&contents).BitString(der::Encode(der::kSequence, integers));
  return der::Encode(der::kSequence, contents);
}

std::string EcPublicKey(absl::string_view parameters, absl::string_view point) {
  std::string contents = der::Encode(
      der::kSequence, absl::StrCat(der::Encode(der::kOid, oid::kEcPublicKey), parameters));
  der::Writer(&contents).BitString(point);
  return der::Encode(der::kSequence, contents);
}

TEST_F(ChecklistTest, Checklist10_WeakKeysGoBeforeAnySignatureIsChecked) {
  const absl::string_view f4("\x01\x00\x01", 3);
  std::string modulus(256, '\xd5');  // 2048 bits, odd
  const std::string p256 = der::Encode(der::kOid, oid::kPrime256v1);
  std::string point(65, '\x01');
  point[0] = '\x04';
  std::string even = modulus;
  even.back() = '\xd4';
  const struct {
    const char* what;
    std::string spki;
    Reason reason;
  } cases[] = {
      {"RSA-1024", RsaPublicKey(modulus.substr(0, 128), f4), Reason::kKeyWeak},
      {"RSA-2040", RsaPublicKey(modulus.substr(0, 255), f4), Reason::kKeyWeak},
      {"RSA-8200", RsaPublicKey(std::string(1025, '\xd5'), f4), Reason::kKeyWeak},
      {"e = 3", RsaPublicKey(modulus, "\x03"), Reason::kKeyWeak},
      {"e = 65536", RsaPublicKey(modulus, absl::string_view("\x01\x00\x00", 3)), Reason::kKeyWeak},
      {"even modulus", RsaPublicKey(even, f4), Reason::kKeyWeak},
      {"small factor", RsaPublicKey(std::string(256, '\xff'), f4), Reason::kKeyWeak},
      {"P-224",
       EcPublicKey(der::Encode(der::kOid, oid::Bytes("\x2b\x81\x04\x00\x21")), point.substr(0, 57)),
       Reason::kKeyUnsupported},
      {"sect233r1", EcPublicKey(der::Encode(der::kOid, oid::Bytes("\x2b\x81\x04\x00\x1b")), point),
       Reason::kKeyUnsupported},
      {"explicit parameters", EcPublicKey(der::Encode(der::kSequence, ""), point),
       Reason::kKeyUnsupported},
      {"off the curve", EcPublicKey(p256, point), Reason::kKeyInvalid},
      {"infinity", EcPublicKey(p256, absl::string_view("\0", 1)), Reason::kKeyInvalid},
  };
  for (const auto& wrong : cases) {
    CsrOptions options;
    options.spki = wrong.spki;
    // What signs is a P-256 key or an RSA key, so that the algorithm fits the key that is judged.
    if (absl::string_view(wrong.what).substr(0, 1) != "P" &&
        absl::StrContains(wrong.spki, oid::kRsaEncryption)) {
      options.key_type = KeyType::kRsa2048;
    }
    options.names = {{NameType::kUri, kId}};
    const std::string csr = MakeCsr(options);
    const std::clock_t start = std::clock();
    const absl::Status status = ca_.Issue(csr).status();
    const double milliseconds = 1000.0 * (std::clock() - start) / CLOCKS_PER_SEC;
    EXPECT_THAT(status, IsInvalid(wrong.reason, "csr.subject_public_key_info")) << wrong.what;
#ifdef NDEBUG
    EXPECT_LT(milliseconds, 5.0) << wrong.what;
#else
    EXPECT_LT(milliseconds, 50.0) << wrong.what;
#endif
  }
}

TEST_F(ChecklistTest, Checklist12_NoCasKeyAndNoBlockedKey) {
  // The CA's own key, by a CSR whose signature is right.
  EvpPkeyPtr ca_key = testing::NewTestKey(KeyType::kP256);
  CsrOptions options;
  options.key = ca_key.get();
  EVP_PKEY_up_ref(ca_key.get());
  FLEETCA_ASSERT_OK_AND_ASSIGN(const std::unique_ptr<signer::Signer> signer,
                               signer::CreateLocalSigner(EvpPkeyPtr(ca_key.get())));
  TestIssuer ca({.signer = signer.get()});
  EXPECT_THAT(ca.Issue(MakeCsr(options)),
              IsInvalid(Reason::kKeyForbidden, "csr.subject_public_key_info"));
  // A key that is known to be compromised.
  const EvpPkeyPtr leaked = testing::NewTestKey(KeyType::kP256);
  const std::string spki = testing::TestPublicKey(leaked.get());
  std::string digest(32, '\0');
  SHA256(AsUnsigned(spki), spki.size(), AsUnsigned(digest.data()));
  TestIssuer blocking({.blocked_keys = {digest}});
  options.key = leaked.get();
  EXPECT_THAT(blocking.Issue(MakeCsr(options)),
              IsInvalid(Reason::kKeyForbidden, "csr.subject_public_key_info"));
  EXPECT_THAT(blocking.Issue(MakeCsr()), IsOk());
}

}  // namespace
}  // namespace fleetca
