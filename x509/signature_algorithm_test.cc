#include "x509/signature_algorithm.h"

#include <optional>
#include <string>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "gtest/gtest.h"
#include "x509/der/der.h"
#include "x509/der/oid.h"

namespace fleetca::x509 {
namespace {

const SignatureScheme kAll[] = {SignatureScheme::kEcdsaSha256,    SignatureScheme::kEcdsaSha384,
                                SignatureScheme::kEcdsaSha512,    SignatureScheme::kRsaPkcs1Sha256,
                                SignatureScheme::kRsaPkcs1Sha384, SignatureScheme::kRsaPkcs1Sha512,
                                SignatureScheme::kRsaPssSha256,   SignatureScheme::kRsaPssSha384,
                                SignatureScheme::kRsaPssSha512,   SignatureScheme::kEd25519};

std::string Algorithm(absl::string_view oid, absl::string_view parameters) {
  std::string contents;
  der::Writer writer(&contents);
  writer.Oid(oid);
  writer.Raw(parameters);
  return der::Encode(der::kSequence, contents);
}

const absl::string_view kNull("\x05\x00", 2);

TEST(SignatureAlgorithmTest, EverySchemeReadsBack) {
  for (const SignatureScheme scheme : kAll) {
    EXPECT_EQ(ParseAlgorithmIdentifier(AlgorithmIdentifier(scheme)), scheme)
        << SignatureSchemeName(scheme);
    EXPECT_TRUE(der::IsWellFormed(AlgorithmIdentifier(scheme), 8));
  }
}

// As OpenSSL 3.0 writes it.
TEST(SignatureAlgorithmTest, PssHasTheWholeStructure) {
  EXPECT_EQ(absl::BytesToHexString(AlgorithmIdentifier(SignatureScheme::kRsaPssSha256)),
            "304106092a864886f70d01010a3034a00f300d06096086480165030402010500a11c301a06092a864886f7"
            "0d010108300d06096086480165030402010500a203020120");
}

TEST(SignatureAlgorithmTest, TakesPssHashesWithoutNull) {
  const std::string hash = Algorithm(oid::kSha256, "");
  const std::string parameters =
      der::Encode(der::kSequence, absl::StrCat(der::Encode(0xa0, hash),
                                               der::Encode(0xa1, Algorithm(oid::kMgf1, hash)),
                                               der::Encode(0xa2, "\x02\x01\x20")));
  EXPECT_EQ(ParseAlgorithmIdentifier(Algorithm(oid::kRsaPss, parameters)),
            SignatureScheme::kRsaPssSha256);
}

TEST(SignatureAlgorithmTest, RefusesWeakHashes) {
  for (const absl::string_view weak :
       {"1.2.840.10045.4.1", "1.2.840.113549.1.1.4", "1.2.840.113549.1.1.5", "1.2.840.113549.1.1.2",
        "1.2.840.113549.1.1.14", "1.2.840.10040.4.3"}) {
    EXPECT_EQ(ParseAlgorithmIdentifier(Algorithm(der::OidFromString(weak), "")), std::nullopt);
    EXPECT_EQ(ParseAlgorithmIdentifier(Algorithm(der::OidFromString(weak), kNull)), std::nullopt);
  }
}

TEST(SignatureAlgorithmTest, RefusesOtherParameters) {
  EXPECT_EQ(ParseAlgorithmIdentifier(Algorithm(oid::kEcdsaWithSha256, kNull)), std::nullopt);
  EXPECT_EQ(ParseAlgorithmIdentifier(Algorithm(oid::kEd25519, kNull)), std::nullopt);
  EXPECT_EQ(ParseAlgorithmIdentifier(Algorithm(oid::kSha256WithRsa, "")), std::nullopt);
  EXPECT_EQ(ParseAlgorithmIdentifier(Algorithm(oid::kSha256WithRsa, absl::StrCat(kNull, kNull))),
            std::nullopt);
  EXPECT_EQ(ParseAlgorithmIdentifier(Algorithm(oid::kRsaPss, "")), std::nullopt);
  EXPECT_EQ(ParseAlgorithmIdentifier(Algorithm(oid::kRsaPss, absl::string_view("\x30\x00", 2))),
            std::nullopt);
  EXPECT_EQ(ParseAlgorithmIdentifier(""), std::nullopt);
}

// Each octet of each encoding changed in turn: never taken for the scheme it was, except where it
// becomes another one's.
TEST(SignatureAlgorithmTest, NoOctetIsIgnored) {
  for (const SignatureScheme scheme : kAll) {
    const std::string encoding(AlgorithmIdentifier(scheme));
    for (size_t i = 0; i < encoding.size(); ++i) {
      std::string changed = encoding;
      changed[i] = static_cast<char>(changed[i] ^ 0x41);
      EXPECT_EQ(ParseAlgorithmIdentifier(changed), std::nullopt)
          << SignatureSchemeName(scheme) << " at " << i;
    }
    EXPECT_EQ(ParseAlgorithmIdentifier(encoding + "x"), std::nullopt);
    EXPECT_EQ(ParseAlgorithmIdentifier(encoding.substr(0, encoding.size() - 1)), std::nullopt);
  }
}

TEST(SignatureAlgorithmTest, RefusesPssWithMixedHashesOrAnotherSalt) {
  const std::string good(AlgorithmIdentifier(SignatureScheme::kRsaPssSha256));
  for (const auto& [from, to] :
       {std::pair<absl::string_view, absl::string_view>("\x02\x01\x20", "\x02\x01\x14"),
        {"\x02\x01\x20", "\x02\x01\x30"}}) {
    EXPECT_EQ(ParseAlgorithmIdentifier(absl::StrReplaceAll(good, {{from, to}})), std::nullopt);
  }
  std::string mixed = good;
  mixed[mixed.rfind(std::string(oid::kSha256)) + 8] = '\x02';  // MGF1 with SHA-384
  EXPECT_EQ(ParseAlgorithmIdentifier(mixed), std::nullopt);
}

}  // namespace
}  // namespace fleetca::x509
