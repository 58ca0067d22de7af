#include "x509/signature_algorithm.h"

#include <string>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "base/errors.h"
#include "gtest/gtest.h"
#include "tests/testing/status_matchers.h"
#include "x509/der/der.h"
#include "x509/der/oid.h"

namespace fleetca::x509 {
namespace {

using ::fleetca::testing::IsInvalid;

constexpr absl::string_view kField = "csr.signature_algorithm";

absl::StatusOr<SignatureAlgorithm> Parse(absl::string_view element) {
  return ParseAlgorithmIdentifier(element, kField);
}

// With what the sentence must say.
void ExpectRefused(absl::string_view element, absl::string_view sentence = "") {
  const auto parsed = Parse(element);
  EXPECT_THAT(parsed, IsInvalid(Reason::kSignatureAlgorithm, kField))
      << absl::BytesToHexString(element);
  EXPECT_NE(parsed.status().message().find(sentence), absl::string_view::npos) << parsed.status();
}

void ExpectRead(absl::string_view element, SignatureScheme scheme, int salt_octets) {
  FLEETCA_ASSERT_OK_AND_ASSIGN(const SignatureAlgorithm read, Parse(element));
  EXPECT_EQ(read.scheme, scheme);
  EXPECT_EQ(read.pss_salt_octets, salt_octets);
}

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

// An AlgorithmIdentifier of PSS with these parameters, each a whole element or empty.
std::string Pss(absl::string_view hash, absl::string_view mask, absl::string_view salt = "",
                absl::string_view trailer = "") {
  return Algorithm(oid::kRsaPss,
                   der::Encode(der::kSequence, absl::StrCat(hash, mask, salt, trailer)));
}

std::string Hash(absl::string_view oid, absl::string_view parameters = kNull) {
  return der::Encode(0xa0, Algorithm(oid, parameters));
}

std::string Mask(absl::string_view oid, absl::string_view parameters = kNull) {
  return der::Encode(0xa1, Algorithm(oid::kMgf1, Algorithm(oid, parameters)));
}

std::string Number(uint8_t tag, uint64_t value) {
  std::string number;
  der::Writer(&number).Integer(value);
  return der::Encode(tag, number);
}
std::string Salt(uint64_t octets) { return Number(0xa2, octets); }
std::string Trailer(uint64_t value) { return Number(0xa3, value); }

TEST(SignatureAlgorithmTest, EverySchemeReadsBack) {
  for (const SignatureScheme scheme : kAll) {
    ExpectRead(AlgorithmIdentifier(scheme), scheme, SignatureAlgorithm(scheme).pss_salt_octets);
    EXPECT_TRUE(der::IsWellFormed(AlgorithmIdentifier(scheme), 8));
  }
  EXPECT_EQ(SignatureAlgorithm(SignatureScheme::kRsaPssSha384).pss_salt_octets, 48);
  EXPECT_EQ(SignatureAlgorithm(SignatureScheme::kRsaPkcs1Sha384).pss_salt_octets, 0);
}

// As OpenSSL 3.0 writes it.
TEST(SignatureAlgorithmTest, PssHasTheWholeStructure) {
  EXPECT_EQ(absl::BytesToHexString(AlgorithmIdentifier(SignatureScheme::kRsaPssSha256)),
            "304106092a864886f70d01010a3034a00f300d06096086480165030402010500a11c301a06092a864886f7"
            "0d010108300d06096086480165030402010500a203020120");
}

// RFC 4055 2.1: NULL and nothing are the same, in any of the places.
TEST(SignatureAlgorithmTest, TakesPssHashesWithoutNull) {
  for (const absl::string_view hash : {kNull, absl::string_view()}) {
    for (const absl::string_view mask : {kNull, absl::string_view()}) {
      ExpectRead(Pss(Hash(oid::kSha256, hash), Mask(oid::kSha256, mask), Salt(32)),
                 SignatureScheme::kRsaPssSha256, 32);
    }
  }
}

// OpenSSL's default is the longest that fits: 222 octets for RSA-2048.
TEST(SignatureAlgorithmTest, TakesPssSaltsOfAnyLength) {
  for (const int octets : {0, 1, 20, 32, 222, 478, 1024}) {
    ExpectRead(Pss(Hash(oid::kSha256), Mask(oid::kSha256), Salt(static_cast<uint64_t>(octets))),
               SignatureScheme::kRsaPssSha256, octets);
  }
  // The default, left out or written.
  ExpectRead(Pss(Hash(oid::kSha512), Mask(oid::kSha512)), SignatureScheme::kRsaPssSha512, 20);
  ExpectRead(Pss(Hash(oid::kSha384), Mask(oid::kSha384), "", Trailer(1)),
             SignatureScheme::kRsaPssSha384, 20);
  ExpectRead(Pss(Hash(oid::kSha384), Mask(oid::kSha384), Salt(48), Trailer(1)),
             SignatureScheme::kRsaPssSha384, 48);
}

TEST(SignatureAlgorithmTest, SaysWhichPssParameterItRefuses) {
  const std::string hash = Hash(oid::kSha256);
  const std::string mask = Mask(oid::kSha256);
  const std::string sha1 = der::OidFromString("1.3.14.3.2.26");
  const auto expect = [](const std::string& element, absl::string_view sentence) {
    ExpectRefused(element, absl::StrCat("RSASSA-PSS, and its parameter ", sentence));
  };
  expect(Pss("", ""), "hashAlgorithm is absent, which means SHA-1");
  expect(Pss("", mask), "hashAlgorithm is absent");
  expect(Pss(hash, ""), "maskGenAlgorithm is absent, which means MGF1 with SHA-1");
  expect(Pss(Hash(sha1), Mask(sha1)), "hashAlgorithm names the hash SHA-1 (1.3.14.3.2.26)");
  expect(Pss(hash, Mask(sha1)), "maskGenAlgorithm names the hash SHA-1 (1.3.14.3.2.26)");
  expect(Pss(hash, Mask(oid::kSha384)), "maskGenAlgorithm is MGF1 with SHA-384");
  expect(Pss(hash, der::Encode(0xa1, Algorithm(oid::kSha256, Algorithm(oid::kSha256, kNull)))),
         "maskGenAlgorithm is SHA-256 (2.16.840.1.101.3.4.2.1); use MGF1");
  expect(Pss(hash, der::Encode(0xa1, der::Encode(der::kSequence, ""))),
         "maskGenAlgorithm does not name a mask generation function");
  expect(Pss(Hash(oid::kSha256, der::Encode(der::kSequence, "")), mask), "hashAlgorithm does not");
  expect(Pss(hash, mask, Salt(1025)), "saltLength is not a number from 0 to 1024");
  expect(Pss(hash, mask, der::Encode(0xa2, "\x02\x01\xff")), "saltLength is not");
  expect(Pss(hash, mask, Salt(32), Trailer(2)), "trailerField is not 1");
  expect(Pss(hash, mask, Salt(32), Trailer(0)), "trailerField is not 1");
  // Twice, in another order, something after them, none at all.
  for (const std::string& element :
       {Pss(hash + hash, mask), Pss(mask, hash), Pss(hash, mask, Trailer(1), Salt(32)),
        Pss(hash, mask, "", Trailer(1) + Trailer(1)), Pss(hash, mask, std::string(kNull)),
        Algorithm(oid::kRsaPss, ""), Algorithm(oid::kRsaPss, kNull), Pss(hash, mask) + "x",
        Algorithm(oid::kRsaPss,
                  der::Encode(der::kSequence, absl::StrCat(hash, mask)) + std::string(kNull))}) {
    ExpectRefused(element);
  }
}

TEST(SignatureAlgorithmTest, RefusesWeakHashes) {
  for (const absl::string_view weak :
       {"1.2.840.10045.4.1", "1.2.840.113549.1.1.4", "1.2.840.113549.1.1.5", "1.2.840.113549.1.1.2",
        "1.2.840.113549.1.1.3", "1.3.14.3.2.29", "1.3.14.3.2.27", "1.2.840.10040.4.3"}) {
    const std::string sentence = absl::StrCat(" (", weak, "), which is too weak; sign with");
    ExpectRefused(Algorithm(der::OidFromString(weak), ""), sentence);
    ExpectRefused(Algorithm(der::OidFromString(weak), kNull), sentence);
  }
  ExpectRefused(Algorithm(der::OidFromString("1.2.840.113549.1.1.5"), kNull),
                "the signature algorithm is RSA with SHA-1 (1.2.840.113549.1.1.5), which");
}

TEST(SignatureAlgorithmTest, CallsOthersByTheirNames) {
  constexpr struct {
    absl::string_view oid;
    absl::string_view called;
  } kCases[] = {
      {"1.3.101.113", "Ed448 (1.3.101.113)"},
      {"1.2.840.113549.1.1.14", "RSA with SHA-224 (1.2.840.113549.1.1.14)"},
      {"2.16.840.1.101.3.4.3.2", "DSA with SHA-256 (2.16.840.1.101.3.4.3.2)"},
      {"1.2.156.10197.1.501", "SM2 with SM3 (1.2.156.10197.1.501)"},
      {"2.16.840.1.101.3.4.3.18", "ML-DSA-65 (2.16.840.1.101.3.4.3.18)"},
      {"1.2.3", "1.2.3"},
  };
  for (const auto& other : kCases) {
    ExpectRefused(Algorithm(der::OidFromString(other.oid), ""),
                  absl::StrCat("the signature algorithm is ", other.called,
                               ", which is not supported; sign with ECDSA"));
  }
}

// RFC 4055 section 5: the NULL may be absent.
TEST(SignatureAlgorithmTest, TakesPkcs1WithoutNull) {
  ExpectRead(Algorithm(oid::kSha256WithRsa, ""), SignatureScheme::kRsaPkcs1Sha256, 0);
  ExpectRead(Algorithm(oid::kSha384WithRsa, ""), SignatureScheme::kRsaPkcs1Sha384, 0);
  ExpectRead(Algorithm(oid::kSha512WithRsa, ""), SignatureScheme::kRsaPkcs1Sha512, 0);
}

TEST(SignatureAlgorithmTest, RefusesOtherParameters) {
  ExpectRefused(Algorithm(oid::kEcdsaWithSha256, kNull), "ecdsa-sha256 has parameters");
  ExpectRefused(Algorithm(oid::kEd25519, kNull), "ed25519 has parameters");
  ExpectRefused(Algorithm(oid::kSha256WithRsa, absl::StrCat(kNull, kNull)),
                "rsa-pkcs1-sha256 has parameters that are not NULL");
  ExpectRefused(Algorithm(oid::kSha256WithRsa, der::Encode(der::kSequence, "")), "not NULL");
  ExpectRefused("", "no AlgorithmIdentifier");
}

// Each octet of each encoding changed in turn: never taken for what it was.
TEST(SignatureAlgorithmTest, NoOctetIsIgnored) {
  for (const SignatureScheme scheme : kAll) {
    const std::string encoding(AlgorithmIdentifier(scheme));
    const int salt_octets = SignatureAlgorithm(scheme).pss_salt_octets;
    for (size_t i = 0; i < encoding.size(); ++i) {
      std::string changed = encoding;
      changed[i] = static_cast<char>(changed[i] ^ 0x41);
      const auto read = Parse(changed);
      EXPECT_FALSE(read.ok() && read->scheme == scheme && read->pss_salt_octets == salt_octets)
          << SignatureSchemeName(scheme) << " at " << i;
    }
    ExpectRefused(encoding + "x");
    ExpectRefused(encoding.substr(0, encoding.size() - 1));
  }
}

}  // namespace
}  // namespace fleetca::x509
