// What a CA must refuse, and what its certificates must and must not say: each test is one item of
// the issuance checklist, numbered as there, driven through the whole issuing cycle.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <ctime>
#include <functional>
#include <set>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "base/errors.h"
#include "base/openssl.h"
#include "signer/local_signer.h"
#include "tests/testing/csr_maker.h"
#include "tests/testing/status_matchers.h"
#include "tests/testing/test_issuer.h"
#include "tests/testing/test_key.h"
#include "x509/certificate.h"
#include "x509/der.h"
#include "x509/name.h"
#include "x509/oid.h"
#include "x509/signature_algorithm.h"
#include "x509/tbs.h"

namespace fleetca {
namespace {

using ::fleetca::testing::CsrOptions;
using ::fleetca::testing::IsError;
using ::fleetca::testing::IsInvalid;
using ::fleetca::testing::IsOk;
using ::fleetca::testing::MakeAttribute;
using ::fleetca::testing::MakeCsr;
using ::fleetca::testing::MakeCsrInfo;
using ::fleetca::testing::MakeExtension;
using ::fleetca::testing::MakeExtensionRequest;
using ::fleetca::testing::RecordingIssuance;
using ::fleetca::testing::TestIssuer;
using x509::GeneralNames;
using x509::NameType;
namespace der = x509::der;
namespace oid = x509::oid;

constexpr absl::string_view kId = "spiffe://fleet.test/svc/web";

std::string SanExtension(const GeneralNames& names = {{NameType::kUri, kId}}) {
  return MakeExtension(oid::kSubjectAltName, x509::BuildSubjectAltName(names));
}

class ChecklistTest : public ::testing::Test {
 protected:
  absl::Status Try(const CsrOptions& options) { return ca_.Issue(MakeCsr(options)).status(); }
  absl::Status TryAttributes(absl::string_view attributes) {
    CsrOptions options;
    options.attributes = std::string(attributes);
    return Try(options);
  }
  absl::Status TryExtensions(absl::string_view extensions) {
    CsrOptions options;
    options.extensions = std::string(extensions);
    return Try(options);
  }
  // A subjectAltName with these contents, whatever they are.
  absl::Status TrySan(absl::string_view general_names) {
    return TryExtensions(
        MakeExtension(oid::kSubjectAltName, der::Encode(der::kSequence, general_names)));
  }
  absl::Status TryName(NameType type, absl::string_view value) {
    CsrOptions options;
    options.names = {{type, value}};
    return Try(options);
  }
  // The CSR with `from` replaced by `to` in what is signed, and signed again: a fault of the
  // contents, not of the signature.
  absl::Status TryReplacing(absl::string_view from, absl::string_view to) {
    const std::string info = MakeCsrInfo({});
    const std::string changed = absl::StrReplaceAll(info, {{from, to}});
    EXPECT_NE(info, changed);
    return ca_.Issue(testing::SignCsrInfo({}, changed)).status();
  }

  TestIssuer ca_;
};

TEST_F(ChecklistTest, Checklist01_OneExtensionRequestWithOneValue) {
  const std::string request = MakeExtensionRequest(SanExtension());
  EXPECT_THAT(TryAttributes(request), IsOk());
  EXPECT_THAT(TryAttributes(request + request),
              IsInvalid(Reason::kCsrAttributes, "csr.attributes"));
  const std::string extensions = der::Encode(der::kSequence, SanExtension());
  EXPECT_THAT(TryAttributes(MakeAttribute(oid::kExtensionRequest, extensions + extensions)),
              IsInvalid(Reason::kCsrAttributes, "csr.attributes"));
  EXPECT_THAT(TryAttributes(MakeAttribute(oid::kMicrosoftExtensionRequest, extensions)),
              IsInvalid(Reason::kCsrAttributes, "csr.attributes"));
}

TEST_F(ChecklistTest, Checklist02_NoExtensionTwice) {
  EXPECT_THAT(TryExtensions(SanExtension() + SanExtension()),
              IsInvalid(Reason::kCsrExtensionDuplicate, "csr.extensions"));
}

TEST_F(ChecklistTest, Checklist03_DerAndNothingElse) {
  const std::string good = MakeCsr();
  EXPECT_THAT(ca_.Issue(good), IsOk());
  EXPECT_THAT(ca_.Issue(good + "x"), IsInvalid(Reason::kCsrMalformed, "csr"));
  EXPECT_THAT(ca_.Issue(good.substr(0, good.size() - 1)), IsInvalid(Reason::kCsrMalformed, "csr"));
  EXPECT_THAT(ca_.Issue(absl::StrCat("\x30\x80", good.substr(4), absl::string_view("\0\0", 2))),
              IsInvalid(Reason::kCsrMalformed, "csr"));
  EXPECT_THAT(ca_.Issue(absl::StrCat("\x30\x83", absl::string_view("\0", 1), good.substr(2))),
              IsInvalid(Reason::kCsrMalformed, "csr"));
  // BOOLEAN TRUE as 0x01 instead of 0xff.
  const std::string critical =
      MakeExtension(oid::kSubjectAltName, x509::BuildSubjectAltName({{NameType::kUri, kId}}),
                    /*critical=*/true);
  EXPECT_THAT(TryExtensions(critical), IsOk());
  EXPECT_THAT(TryExtensions(absl::StrReplaceAll(critical, {{"\x01\x01\xff", "\x01\x01\x01"}})),
              IsInvalid(Reason::kCsrMalformed, "csr"));
  // A constructed OCTET STRING.
  std::string constructed = SanExtension();
  constructed[2 + 5] = '\x24';
  EXPECT_THAT(TryExtensions(constructed), ::testing::Not(IsOk()));
  // Trailing data inside the extension.
  const std::string names = x509::BuildSubjectAltName({{NameType::kUri, kId}});
  EXPECT_THAT(TryExtensions(MakeExtension(oid::kSubjectAltName,
                                          absl::StrCat(names, absl::string_view("\x05\0", 2)))),
              IsInvalid(Reason::kSanInvalid, "csr.subject_alt_name"));
}

TEST_F(ChecklistTest, Checklist04_VersionZeroAndAttributesPresent) {
  CsrOptions options;
  options.version_element = std::string("\x02\x01\x01", 3);
  EXPECT_THAT(Try(options), IsInvalid(Reason::kCsrVersion, "csr.version"));
  options.version_element = std::string("\x02\x01\x02", 3);
  EXPECT_THAT(Try(options), IsInvalid(Reason::kCsrVersion, "csr.version"));
  CsrOptions absent;
  absent.with_attributes = false;
  EXPECT_THAT(Try(absent), IsInvalid(Reason::kCsrAttributes, "csr.attributes"));
  // A malformed extensionRequest is never "no extensions".
  for (const std::string& values :
       {der::Encode(der::kOctetString, "x"), der::Encode(der::kSequence, "x"),
        der::Encode(der::kSequence, der::Encode(der::kOid, oid::kSubjectAltName)), std::string()}) {
    const absl::Status status = TryAttributes(MakeAttribute(oid::kExtensionRequest, values));
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << status;
    EXPECT_NE(GetReason(status), Reason::kSanMissing) << status;
  }
}

TEST_F(ChecklistTest, Checklist05_NamesWithoutTricks) {
  for (const absl::string_view name :
       {absl::string_view("a\0.fleet.test", 13), absl::string_view("a\n.fleet.test"),
        absl::string_view("a b.fleet.test"), absl::string_view("\xc3\xa4.fleet.test"),
        absl::string_view("")}) {
    EXPECT_THAT(TryName(NameType::kDns, name),
                IsInvalid(Reason::kSanInvalid, "csr.subject_alt_name"))
        << name;
  }
  for (const absl::string_view id : {absl::string_view("spiffe://fleet.test/svc/a\0b", 27),
                                     absl::string_view("spiffe://fleet.test/svc/a b"),
                                     absl::string_view("spiffe://fleet.test/svc/\x7f"),
                                     absl::string_view("spiffe://fleet.test/svc/\xc3\xa4")}) {
    EXPECT_THAT(TryName(NameType::kUri, id), IsInvalid(Reason::kSanInvalid, "csr.subject_alt_name"))
        << id;
  }
  for (const size_t size : {0, 3, 5, 15, 17}) {
    EXPECT_THAT(TrySan(der::Encode(der::ContextPrimitive(7), std::string(size, '\x0a'))),
                IsInvalid(Reason::kSanInvalid, "csr.subject_alt_name"))
        << size;
  }
  // otherName, x400Address, directoryName, ediPartyName, registeredID.
  const std::string other_name =
      absl::StrCat(der::Encode(der::kOid, oid::kCommonName),
                   der::Encode(der::ContextConstructed(0), der::Encode(der::kUtf8String, "admin")));
  for (const std::string& name :
       {der::Encode(der::ContextConstructed(0), other_name),
        der::Encode(der::ContextConstructed(3), ""),
        der::Encode(der::ContextConstructed(4), x509::BuildName("", "admin")),
        der::Encode(der::ContextConstructed(5), ""),
        der::Encode(der::ContextPrimitive(8), oid::kCommonName)}) {
    EXPECT_THAT(TrySan(name), IsInvalid(Reason::kSanTypeForbidden, "csr.subject_alt_name"));
  }
  EXPECT_THAT(TrySan(""), IsInvalid(Reason::kSanInvalid, "csr.subject_alt_name"));
  // Two CNs, and a NUL in one.
  CsrOptions options;
  const std::string cn = x509::BuildName("", "web");
  options.subject = der::Encode(der::kSequence, cn.substr(2) + cn.substr(2));
  EXPECT_THAT(Try(options), IsInvalid(Reason::kSubjectInvalid, "csr.subject"));
  options.subject = x509::BuildName("", absl::string_view("we\0b", 4));
  EXPECT_THAT(Try(options), IsInvalid(Reason::kSubjectInvalid, "csr.subject"));
}

TEST_F(ChecklistTest, Checklist06_NothingOfTheCsrButItsKeyAndAllowedNames) {
  constexpr absl::string_view kMustStaple = oid::Bytes("\x2b\x06\x01\x05\x05\x07\x01\x18");
  constexpr absl::string_view kCtPoison = oid::Bytes("\x2b\x06\x01\x04\x01\xd6\x79\x02\x04\x03");
  constexpr absl::string_view kCodeSigning = oid::Bytes("\x2b\x06\x01\x05\x05\x07\x03\x03");
  CsrOptions options;
  options.extra_extensions = absl::StrCat(
      MakeExtension(oid::kBasicConstraints,
                    der::Encode(der::kSequence, absl::string_view("\x01\x01\xff", 3)), true),
      MakeExtension(oid::kKeyUsage, absl::string_view("\x03\x02\x02\x04", 4), true),
      MakeExtension(oid::kExtendedKeyUsage,
                    der::Encode(der::kSequence, der::Encode(der::kOid, kCodeSigning))),
      MakeExtension(kMustStaple, der::Encode(der::kSequence, absl::string_view("\x02\x01\x05", 3))),
      MakeExtension(kCtPoison, absl::string_view("\x05\x00", 2), true));
  FLEETCA_ASSERT_OK_AND_ASSIGN(const service::IssuedCertificate issued,
                               ca_.Issue(MakeCsr(options)));
  FLEETCA_ASSERT_OK_AND_ASSIGN(const x509::Certificate certificate,
                               x509::ParseCertificate(issued.certificate));
  EXPECT_FALSE(certificate.is_ca);
  EXPECT_EQ(certificate.key_usage, x509::kDigitalSignature);
  EXPECT_THAT(certificate.extended_key_usage,
              ::testing::UnorderedElementsAre(oid::kServerAuth, oid::kClientAuth));
  EXPECT_EQ(certificate.Find(kMustStaple), nullptr);
  EXPECT_EQ(certificate.Find(kCtPoison), nullptr);

  // The fleet's own arc is not dropped but refused, as an extension and as an attribute.
  const std::string ours = absl::StrCat(oid::kDefaultFleetArc, absl::string_view("\x01\x01", 2));
  CsrOptions arc;
  arc.extra_extensions = MakeExtension(ours, absl::string_view("\x05\x00", 2));
  EXPECT_THAT(Try(arc), IsInvalid(Reason::kCsrExtensionRefused, "csr.extensions"));
  EXPECT_EQ(
      GetReason(TryAttributes(absl::StrCat(MakeExtensionRequest(SanExtension()),
                                           MakeAttribute(ours, absl::string_view("\x05\x00", 2))))),
      Reason::kCsrExtensionRefused);
}

TEST_F(ChecklistTest, Checklist07_NamesAreTheCallersToAskAndPolicysToGrant) {
  for (size_t bad = 0; bad < 10; ++bad) {
    std::vector<std::string> csrs(10, MakeCsr());
    CsrOptions forbidden;
    forbidden.names = {{NameType::kDns, "www.elsewhere.example"}};
    csrs[bad] = MakeCsr(forbidden);
    const auto outcomes = ca_.IssueBatch(csrs);
    for (size_t i = 0; i < outcomes.size(); ++i) {
      EXPECT_EQ(outcomes[i].ok(), i != bad) << outcomes[i].status();
    }
    EXPECT_THAT(outcomes[bad], IsInvalid(Reason::kSanNotAllowed, "csr.subject_alt_name"));
  }
  // The same CSR from a caller without the right gets nothing.
  const std::string csr = MakeCsr();
  RecordingIssuance stranger(csr);
  stranger.caller.spiffe_id = "spiffe://fleet.test/svc/web";
  service::Issuance* batch[] = {&stranger};
  ca_.issuer().IssueBatch(batch);
  EXPECT_THAT(stranger.outcome,
              IsError(absl::StatusCode::kPermissionDenied, Reason::kCallerNotAllowed));
}

TEST_F(ChecklistTest, Checklist08_NamesAtTheirLimits) {
  const std::string label63(63, 'a');
  EXPECT_THAT(TryName(NameType::kDns, absl::StrCat(label63, ".fleet.test")), IsOk());
  EXPECT_THAT(TryName(NameType::kDns, absl::StrCat(label63, "a.fleet.test")),
              IsInvalid(Reason::kSanInvalid, "csr.subject_alt_name"));
  // 253 octets, and 254.
  const std::string long_name = absl::StrCat(label63, ".", label63, ".", label63, ".");
  const std::string tail = ".fleet.test";
  const std::string name253 =
      absl::StrCat(long_name, std::string(253 - long_name.size() - tail.size(), 'b'), tail);
  ASSERT_EQ(name253.size(), 253u);
  EXPECT_THAT(TryName(NameType::kDns, name253), IsOk());
  EXPECT_THAT(TryName(NameType::kDns, "b" + name253.substr(0, 253)),
              IsInvalid(Reason::kSanInvalid, "csr.subject_alt_name"));
  for (const absl::string_view name : {"WEB.fleet.test", "web.fleet.test.",
                                       "b\xc3\xbc"
                                       "cher.fleet.test",
                                       "-web.fleet.test"}) {
    EXPECT_THAT(TryName(NameType::kDns, name),
                IsInvalid(Reason::kSanInvalid, "csr.subject_alt_name"))
        << name;
  }
  EXPECT_THAT(TryName(NameType::kDns, "*.fleet.test"),
              IsInvalid(Reason::kSanNotAllowed, "csr.subject_alt_name"));
  for (const absl::string_view id :
       {"spiffe://fleet.test/../x", "spiffe://fleet.test/svc/%2e", "spiffe://fleet.test/svc/web/",
        "spiffe://fleet.test//svc", "spiffe://FLEET.test/svc/web", "https://fleet.test/svc/web"}) {
    EXPECT_THAT(TryName(NameType::kUri, id), IsInvalid(Reason::kSanInvalid, "csr.subject_alt_name"))
        << id;
  }
  CsrOptions two;
  two.names = {{NameType::kUri, kId}, {NameType::kUri, "spiffe://fleet.test/svc/db"}};
  EXPECT_THAT(Try(two), IsInvalid(Reason::kSanInvalid, "csr.subject_alt_name"));
}

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

TEST_F(ChecklistTest, Checklist11_BudgetsComeFirst) {
  // Over 8 KiB, by bytes alone: it need not even be DER.
  EXPECT_THAT(ca_.Issue(std::string(8193, 'x')), IsInvalid(Reason::kCsrTooLarge, "csr"));
  EXPECT_THAT(ca_.Issue(std::string(8192, 'x')), IsInvalid(Reason::kCsrMalformed, "csr"));
  // Too many names.
  std::vector<std::string> texts;
  for (int i = 0; i < 101; ++i) {
    texts.push_back(absl::StrCat("n", i, ".fleet.test"));
  }
  CsrOptions many;
  many.names.clear();
  for (const std::string& text : texts) {
    many.names.push_back({NameType::kDns, text});
  }
  EXPECT_THAT(Try(many), IsInvalid(Reason::kSanTooMany, "csr.subject_alt_name"));
  // Too many RDNs.
  std::string rdns;
  for (int i = 0; i < 17; ++i) {
    rdns += x509::BuildName(absl::StrCat("o", i), "").substr(2);
  }
  CsrOptions deep_subject;
  deep_subject.subject = der::Encode(der::kSequence, rdns);
  EXPECT_THAT(Try(deep_subject), IsInvalid(Reason::kCsrTooLarge, "csr.subject"));
  // An OID of 65 octets.
  CsrOptions long_oid;
  long_oid.extra_extensions = MakeExtension(std::string(65, '\x2b'), "");
  EXPECT_EQ(Try(long_oid).code(), absl::StatusCode::kInvalidArgument);
  // Nested too deep.
  std::string nested;
  for (int i = 0; i < 17; ++i) {
    nested = der::Encode(der::kSequence, nested);
  }
  EXPECT_EQ(TryAttributes(MakeAttribute(oid::kCommonName, nested)).code(),
            absl::StatusCode::kInvalidArgument);
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

TEST_F(ChecklistTest, Checklist13_SerialsArePositiveAndUniqueAcrossRestartsAndInstances) {
  std::set<std::string> serials;
  size_t issued = 0;
  for (const uint16_t instance : {1, 2}) {
    for (int restart = 0; restart < 2; ++restart) {
      store::MemoryStore store(instance);
      TestIssuer ca({.store = &store});  // the same instant each time: the clock stands still
      for (const auto& outcome : ca.IssueBatch(std::vector<std::string>(250, MakeCsr()))) {
        FLEETCA_ASSERT_OK(outcome);
        EXPECT_EQ(outcome->serial_number.size(), 20u);
        EXPECT_EQ(outcome->serial_number[0], '\x01');
        serials.insert(outcome->serial_number);
        ++issued;
      }
    }
  }
  EXPECT_EQ(serials.size(), issued);
}

// Keeps what it is given to sign, and tries to sign it a second time.
class WitnessSigner : public signer::Signer {
 public:
  explicit WitnessSigner(const signer::Signer& inner) : inner_(inner) {}

  SignatureScheme scheme() const override { return inner_.scheme(); }
  absl::string_view public_key() const override { return inner_.public_key(); }
  void SignBatch(absl::Span<Prepared> messages,
                 absl::Span<absl::StatusOr<signer::SignedMessage>> results) const override {
    messages_.clear();
    for (const Prepared& message : messages) {
      messages_.emplace_back(message.bytes());
    }
    inner_.SignBatch(messages, results);
    again_.assign(messages.size(), absl::UnknownError("not tried"));
    inner_.SignBatch(messages, absl::MakeSpan(again_));
  }

  mutable std::vector<std::string> messages_;
  mutable std::vector<absl::StatusOr<signer::SignedMessage>> again_;

 private:
  const signer::Signer& inner_;
};

TEST_F(ChecklistTest, Checklist14_WhatIsSignedIsWhatWasLintedAndOnce) {
  WitnessSigner witness(ca_.signer());
  TestIssuer ca({.signer = &witness});
  const auto outcomes = ca.IssueBatch(std::vector<std::string>(3, MakeCsr()));
  ASSERT_EQ(witness.messages_.size(), 3u);
  for (size_t i = 0; i < outcomes.size(); ++i) {
    FLEETCA_ASSERT_OK(outcomes[i]);
    FLEETCA_ASSERT_OK_AND_ASSIGN(const x509::Certificate certificate,
                                 x509::ParseCertificate(outcomes[i]->certificate));
    EXPECT_EQ(certificate.tbs, witness.messages_[i]);
    EXPECT_THAT(witness.again_[i], IsError(absl::StatusCode::kInternal, Reason::kSigningFailed));
  }
  // Nobody but the lint makes what a signer takes.
  static_assert(!std::is_constructible_v<Prepared, std::string>);
  static_assert(!std::is_copy_constructible_v<Prepared>);
}

TEST_F(ChecklistTest, Checklist15_WhatEveryCertificateSays) {
  FLEETCA_ASSERT_OK_AND_ASSIGN(const service::IssuedCertificate issued, ca_.Issue(MakeCsr()));
  FLEETCA_ASSERT_OK_AND_ASSIGN(const x509::Certificate certificate,
                               x509::ParseCertificate(issued.certificate));
  FLEETCA_ASSERT_OK_AND_ASSIGN(const x509::Certificate issuer,
                               x509::ParseCertificate(ca_.certificate()));
  EXPECT_LE(certificate.not_after, issuer.not_after);
  EXPECT_EQ(certificate.not_before, ca_.clock().Now() - absl::Minutes(1));
  EXPECT_EQ(certificate.authority_key_id, issuer.subject_key_id);
  EXPECT_EQ(certificate.issuer, issuer.subject);
  ASSERT_NE(certificate.Find(oid::kKeyUsage), nullptr);
  EXPECT_TRUE(certificate.Find(oid::kKeyUsage)->critical);
  ASSERT_NE(certificate.Find(oid::kSubjectAltName), nullptr);
  EXPECT_TRUE(certificate.Find(oid::kSubjectAltName)->critical) << "the subject is empty";
  // On both sides of the cut-over from UTCTime to GeneralizedTime.
  testing::FakeClock at_the_end_of_2049(
      absl::FromCivil(absl::CivilSecond(2049, 12, 31, 12, 0, 0), absl::UTCTimeZone()));
  TestIssuer ca({.clock = &at_the_end_of_2049});
  FLEETCA_ASSERT_OK_AND_ASSIGN(const service::IssuedCertificate late, ca.Issue(MakeCsr()));
  FLEETCA_ASSERT_OK_AND_ASSIGN(const x509::Certificate crossing,
                               x509::ParseCertificate(late.certificate));
  EXPECT_EQ(crossing.not_after, at_the_end_of_2049.Now() + absl::Hours(24));
  EXPECT_NE(late.certificate.find("\x17\x0d"
                                  "491231115900Z"),
            std::string::npos)
      << "UTCTime";
  EXPECT_NE(late.certificate.find("\x18\x0f"
                                  "20500101120000Z"),
            std::string::npos)
      << "GeneralizedTime";
}

}  // namespace
}  // namespace fleetca
