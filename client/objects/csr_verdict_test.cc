#include "client/objects/csr_verdict.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/errors.h"
#include "base/private_key.h"
#include "client/objects/csr_maker.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "x509/requested_name.h"
#include "x509/subject_text.h"

namespace fleetca::client {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

std::string Request(absl::string_view subject = "") {
  const auto key = GeneratePrivateKey(KeyType::kP256);
  const auto name = x509::ParseRequestedName("DNS:web.fleet.example");
  const auto text = x509::ParseSubjectText(subject);
  EXPECT_TRUE(key.ok() && name.ok() && text.ok());
  return MakeCsr(key->get(), *text, {*name}).value();
}

std::vector<std::string> Steps(const CsrVerdict& verdict) {
  std::vector<std::string> steps;
  for (const CsrStep& step : verdict.steps) {
    steps.push_back(absl::StrCat(step.name, step.status.ok() ? "" : " refused"));
  }
  return steps;
}

TEST(CsrVerdictTest, EveryStepOfAGoodRequestIsOk) {
  const std::string request = Request();
  const CsrVerdict verdict = JudgeCsr(request);
  EXPECT_TRUE(verdict.status().ok()) << verdict.status();
  EXPECT_THAT(Steps(verdict), ElementsAre("form", "key", "algorithm", "subject", "attributes",
                                          "names", "possession"));
  EXPECT_THAT(verdict.ignored, IsEmpty());
}

TEST(CsrVerdictTest, TheSubjectIsPassedOver) {
  const std::string request = Request("CN=web");
  EXPECT_THAT(JudgeCsr(request).ignored,
              ElementsAre("the subject \"CN=web\": the CA's policy says what the subject is"));
  EXPECT_EQ(IgnoredOfCsr(request), JudgeCsr(request).ignored);
}

TEST(CsrVerdictTest, AnotherSignatureIsRefused) {
  std::string request = Request();
  request.back() = static_cast<char>(request.back() ^ 1);
  const CsrVerdict verdict = JudgeCsr(request);
  EXPECT_EQ(GetReason(verdict.status()), Reason::kSignatureInvalid) << verdict.status();
  EXPECT_EQ(verdict.steps.back().name, "possession");
}

// The name becomes one with a space, and the curve one that is not known.
TEST(CsrVerdictTest, AllThatIsWrongIsFound) {
  std::string request = Request();
  request.replace(request.find("web.fleet"), 3, "w b");
  const std::string p256 = "\x2a\x86\x48\xce\x3d\x03\x01\x07";
  request.replace(request.find(p256), p256.size(), "\x2a\x86\x48\xce\x3d\x03\x01\x06");
  const CsrVerdict verdict = JudgeCsr(request);
  EXPECT_THAT(Steps(verdict), UnorderedElementsAre("form", "key refused", "algorithm", "subject",
                                                   "attributes", "names refused"));
  EXPECT_THAT(verdict.ignored, IsEmpty());
}

TEST(CsrVerdictTest, WhatTheReaderAloneFindsIsAFindingOfTheForm) {
  const std::string request = Request();
  for (const std::string& contents :
       {std::string(), std::string("junk"), absl::StrCat(request, "x"),
        request.substr(0, request.size() - 1)}) {
    const CsrVerdict verdict = JudgeCsr(contents);
    EXPECT_EQ(GetReason(verdict.status()), Reason::kCsrMalformed) << verdict.status();
    EXPECT_EQ(Steps(verdict).front(), "form refused");
  }
}

}  // namespace
}  // namespace fleetca::client
