// What a CSR must not be: each test is one item of the issuance checklist, numbered as there.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "base/errors.h"
#include "tests/conformance/checklist_fixture.h"
#include "tests/testing/csr_maker.h"
#include "tests/testing/status_matchers.h"
#include "x509/der/der.h"
#include "x509/der/oid.h"
#include "x509/name.h"

namespace fleetca {
namespace {

using ::fleetca::testing::CsrOptions;
using ::fleetca::testing::IsInvalid;
using ::fleetca::testing::IsOk;
using ::fleetca::testing::MakeAttribute;
using ::fleetca::testing::MakeCsr;
using ::fleetca::testing::MakeExtension;
using ::fleetca::testing::MakeExtensionRequest;
using x509::NameType;
namespace der = x509::der;
namespace oid = x509::oid;

using ::fleetca::testing::ChecklistTest;
using ::fleetca::testing::kId;
using ::fleetca::testing::SanExtension;

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
  // The subject has no effect: two CNs, a NUL in one, spaces, and none of it in the certificate.
  const std::string two = x509::BuildName("", "copied one");
  for (const std::string& subject :
       {der::Encode(der::kSequence, two.substr(2) + two.substr(2)),
        x509::BuildName("copied", absl::string_view("copied we\0b", 11))}) {
    CsrOptions options;
    options.subject = subject;
    FLEETCA_ASSERT_OK_AND_ASSIGN(const auto issued, ca_.Issue(MakeCsr(options)));
    EXPECT_EQ(issued.certificate.find("copied"), std::string::npos);
  }
  CsrOptions options;
  options.subject = der::Encode(der::kSequence, der::Encode(der::kSet, ""));
  EXPECT_THAT(Try(options), IsInvalid(Reason::kSubjectInvalid, "csr.subject"));
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
  // Capital letters mean the same, and a name that is there twice is one.
  EXPECT_THAT(TryName(NameType::kDns, "WEB.fleet.test"), IsOk());
  CsrOptions twice;
  twice.names = {{NameType::kDns, "web.fleet.test"}, {NameType::kDns, "WEB.fleet.test"}};
  EXPECT_THAT(Try(twice), IsOk());
  // A label in ASCII form that is nobody's, and "_" where the profile does not say that it may be.
  EXPECT_THAT(TryName(NameType::kDns, "xn--99999999.fleet.test"),
              IsInvalid(Reason::kSanInvalid, "csr.subject_alt_name"));
  EXPECT_THAT(TryName(NameType::kDns, "my_host.fleet.test"),
              IsInvalid(Reason::kSanNotAllowed, "csr.subject_alt_name"));
  for (const absl::string_view name : {"web.fleet.test.",
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

}  // namespace
}  // namespace fleetca
