// CSRs, keys and PEM of other programs, each with what becomes of it: checklist 54.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "base/errors.h"
#include "base/private_key.h"
#include "base/secret.h"
#include "base/status_macros.h"
#include "base/text.h"
#include "tests/testing/status_matchers.h"
#include "x509/csr.h"
#include "x509/pem.h"
#include "x509/possession.h"

namespace fleetca::x509 {
namespace {

using ::fleetca::testing::IsOk;
using ::testing::HasSubstr;

constexpr char kFolder[] = "x509/testdata/everyday/";
constexpr char kList[] = "cases.txt";

// "openssl-pss.csr: accepted", or "openssl-sha1.csr: SIGNATURE_ALGORITHM: words of the sentence".
struct Case {
  std::string file;
  std::string outcome;
  std::string words;
};

std::string Read(const std::string& file) {
  std::ifstream in(kFolder + file, std::ios::binary);
  EXPECT_TRUE(in.is_open()) << file;
  return std::string(std::istreambuf_iterator<char>(in), {});
}

std::vector<Case> Cases() {
  std::vector<Case> cases;
  for (absl::string_view line : absl::StrSplit(Read(kList), '\n')) {
    line = absl::StripAsciiWhitespace(line);
    if (line.empty() || line[0] == '#') {
      continue;
    }
    const std::vector<std::string> parts = absl::StrSplit(line, absl::MaxSplits(": ", 2));
    cases.push_back({parts[0], parts.size() > 1 ? parts[1] : "", parts.size() > 2 ? parts[2] : ""});
  }
  return cases;
}

// As the server judges it, whoever read the file for it.
absl::Status JudgeCsr(const std::string& contents) {
  std::string der = contents;
  if (absl::StrContains(contents, "-----BEGIN") || !TextOf(contents).ok()) {
    FLEETCA_ASSIGN_OR_RETURN(der, DecodeOnePem(kPemCertificateRequest, contents));
  }
  FLEETCA_ASSIGN_OR_RETURN(const Csr csr, ParseCsr(der, CsrLimits()));
  const Csr* const csrs[] = {&csr};
  absl::Status verified;
  PossessionVerifier::CreateOpenSsl()->VerifyBatch(csrs, {&verified, 1});
  return verified;
}

absl::Status Judge(const std::string& file) {
  const std::string contents = Read(file);
  if (absl::EndsWith(file, ".csr")) {
    return JudgeCsr(contents);
  }
  if (absl::EndsWith(file, ".key")) {
    return DecodePrivateKey(contents, SecretBytes(absl::string_view("passphrase"))).status();
  }
  return DecodePem(kPemCertificate, contents).status();
}

TEST(EverydayTest, Checklist54_WhatHasNoEffectIsNoReasonToRefuse) {
  const std::vector<Case> cases = Cases();
  ASSERT_GE(cases.size(), 40u);
  for (const Case& one : cases) {
    SCOPED_TRACE(one.file);
    const absl::Status status = Judge(one.file);
    if (one.outcome == "accepted") {
      EXPECT_THAT(status, IsOk());
      continue;
    }
    EXPECT_FALSE(status.ok());
    const std::optional<Reason> reason = GetReason(status);
    ASSERT_TRUE(reason.has_value()) << status;
    EXPECT_EQ(ReasonName(*reason), one.outcome) << status;
    EXPECT_THAT(std::string(status.message()), HasSubstr(one.words));
    EXPECT_FALSE(one.words.empty());
  }
}

TEST(EverydayTest, EveryFileIsInTheList) {
  std::set<std::string> listed = {kList};
  for (const Case& one : Cases()) {
    EXPECT_TRUE(listed.insert(one.file).second) << one.file << " is listed twice";
  }
  std::set<std::string> there;
  for (const auto& entry : std::filesystem::directory_iterator(kFolder)) {
    there.insert(entry.path().filename().string());
  }
  EXPECT_EQ(there, listed);
}

}  // namespace
}  // namespace fleetca::x509
