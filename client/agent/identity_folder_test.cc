#include "client/agent/identity_folder.h"

#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "base/errors.h"
#include "base/file.h"
#include "client/agent/identity_record_text.h"
#include "client/agent/record_limits.h"
#include "client/issued.h"
#include "client/key_and_csr.h"
#include "client/testing/fake_ca.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/testing/status_matchers.h"
#include "tests/testing/temporary_folder.h"

namespace fleetca::client {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

class IdentityFolderTest : public ::testing::Test {
 protected:
  absl::StatusOr<std::unique_ptr<IdentityFolder>> Open() const {
    return IdentityFolder::Open(folder_.path(), "web");
  }

  std::string Path(absl::string_view name) const {
    return absl::StrCat(folder_.path(), "/web/", name);
  }

  // Whole, with a certificate in force and another one pending.
  IdentityRecord Record() const {
    IdentityRecord record;
    record.held_key_pem = AddChain(&record.held);
    record.request = CaRequest{.method = EnrollmentMethod::kRenewal,
                               .request_id = std::string(16, '\x01'),
                               .csr_der = "\x30\x01",
                               .shape = RequestShape{.key_type = KeyType::kEd25519}};
    record.held_shape = RequestShape{.names = {"DNS:a.example", "IP:192.0.2.1"},
                                     .key_type = KeyType::kP384,
                                     .profile = "server",
                                     .lifetime = absl::Hours(24)};
    record.refused_shape = RequestShape{.profile = "client"};
    record.request->private_key_pem = AddChain(&record.pending);
    const absl::Time start = absl::FromUnixSeconds(1'780'000'000);
    record.plan = {.window_start = start,
                   .window_end = start + absl::Hours(2),
                   .fraction = 0.1234567890123,
                   .renew_at = start + absl::Milliseconds(1234),
                   .ask_at = start + absl::Minutes(1),
                   .explanation_url = "https://a/why"};
    record.renewals_of_key = 2;
    record.line_ended = "LINEAGE_STALE";
    record.failures = 3;
    record.retry_at = start + absl::Minutes(2);
    record.roots_der = {ca_.root_der()};
    record.hooks_generation = 7;
    record.changed_at = start;
    record.hooks_done = {"exec /bin/\"true\""};
    return record;
  }

  SecretBytes AddChain(KeptChain* chain) const {
    auto made = MakeKeyAndCsr(KeyType::kP256, {});
    FLEETCA_EXPECT_OK(made);
    const auto spki = CsrPublicKey(made->csr_der);
    FLEETCA_EXPECT_OK(spki);
    chain->certificate_der = ca_.Issue({.spki = std::string(*spki)}).der;
    chain->chain_der = {ca_.issuing_der()};
    return std::move(made->private_key_pem);
  }

  void Edit(absl::string_view from, absl::string_view to) const {
    const auto text = ReadFile(Path("identity.textproto"));
    FLEETCA_ASSERT_OK(text);
    std::ofstream(Path("identity.textproto")) << absl::StrReplaceAll(*text, {{from, to}});
  }

  const testing::FakeCa ca_;
  const fleetca::testing::TemporaryFolder folder_;
};

TEST_F(IdentityFolderTest, WhatTheNextStartWouldRefuseIsNotWritten) {
  FLEETCA_ASSERT_OK_AND_ASSIGN(const auto folder, Open());
  IdentityRecord record = Record();
  record.roots_der.assign(kMaxKeptRoots, ca_.root_der());
  FLEETCA_ASSERT_OK(folder->Save(record));
  FLEETCA_ASSERT_OK_AND_ASSIGN(const IdentityRecord largest, folder->Load());
  EXPECT_EQ(largest.roots_der, record.roots_der);
  record.roots_der.push_back(ca_.root_der());
  const absl::Status status = folder->Save(record);
  EXPECT_EQ(GetReason(status), Reason::kFileInvalid);
  EXPECT_THAT(std::string(status.message()), HasSubstr("what was kept before stays"));
  FLEETCA_ASSERT_OK_AND_ASSIGN(const IdentityRecord kept, folder->Load());
  EXPECT_EQ(kept.roots_der, largest.roots_der);
}

TEST_F(IdentityFolderTest, ANewOneIsEmpty) {
  FLEETCA_ASSERT_OK_AND_ASSIGN(const auto folder, Open());
  FLEETCA_ASSERT_OK_AND_ASSIGN(const IdentityRecord record, folder->Load());
  EXPECT_TRUE(record.held.empty());
  EXPECT_FALSE(record.request.has_value());
}

TEST_F(IdentityFolderTest, WhatWasSavedIsLoadedAfterAStart) {
  const IdentityRecord saved = Record();
  {
    FLEETCA_ASSERT_OK_AND_ASSIGN(const auto folder, Open());
    FLEETCA_ASSERT_OK(folder->Save(saved));
  }
  FLEETCA_ASSERT_OK_AND_ASSIGN(const auto folder, Open());
  FLEETCA_ASSERT_OK_AND_ASSIGN(const IdentityRecord record, folder->Load());
  EXPECT_EQ(IdentityRecordText(record), IdentityRecordText(saved));
  EXPECT_EQ(record.held.certificate_der, saved.held.certificate_der);
  EXPECT_EQ(record.plan.fraction, saved.plan.fraction);
  EXPECT_EQ(record.plan.renew_at, saved.plan.renew_at);
  EXPECT_EQ(record.held_shape, saved.held_shape);
  EXPECT_EQ(record.refused_shape, saved.refused_shape);
  EXPECT_EQ(record.request->shape, saved.request->shape);
  EXPECT_EQ(record.request->csr_der, saved.request->csr_der);
  EXPECT_EQ(record.held_key_pem.view(), saved.held_key_pem.view());
  EXPECT_EQ(record.pending_key_pem().view(), saved.request->private_key_pem.view());
  EXPECT_THAT(record.hooks_done, ElementsAre("exec /bin/\"true\""));
}

TEST_F(IdentityFolderTest, KeysAreTheAgentsAlone) {
  FLEETCA_ASSERT_OK_AND_ASSIGN(const auto folder, Open());
  FLEETCA_ASSERT_OK(folder->Save(Record()));
  for (const char* name : {"held-key.pem", "next-key.pem", "identity.textproto"}) {
    struct stat info;
    ASSERT_EQ(stat(Path(name).c_str(), &info), 0) << name;
    EXPECT_EQ(info.st_mode & 0777, 0600) << name;
  }
  FLEETCA_ASSERT_OK_AND_ASSIGN(const std::string text, ReadFile(Path("identity.textproto")));
  EXPECT_THAT(text, ::testing::Not(HasSubstr("PRIVATE")));
}

TEST_F(IdentityFolderTest, AKeyThatIsOfNoUseAnyMoreIsGone) {
  FLEETCA_ASSERT_OK_AND_ASSIGN(const auto folder, Open());
  IdentityRecord record = Record();
  FLEETCA_ASSERT_OK(folder->Save(record));
  record.request.reset();
  record.pending = {};
  FLEETCA_ASSERT_OK(folder->Save(record));
  int keys = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(Path(""))) {
    keys += entry.path().filename() == "next-key.pem" ? 1 : 0;
  }
  EXPECT_EQ(keys, 0);
}

TEST_F(IdentityFolderTest, OneAgentHasItAtATime) {
  FLEETCA_ASSERT_OK_AND_ASSIGN(const auto first, Open());
  EXPECT_THAT(Open().status().message(),
              AllOf(HasSubstr(Path("").substr(0, Path("").size() - 1)),
                    HasSubstr("is in use by another process; stop it, or name another folder")));
}

TEST_F(IdentityFolderTest, DamageIsASentence) {
  FLEETCA_ASSERT_OK_AND_ASSIGN(const auto folder, Open());
  const struct {
    const char* from;
    const char* to;
    const char* problem;
  } cases[] = {
      {"format: 2", "format: 3", "another release"},
      {"key_type: \"p384\"", "key_type: \"p999\"", "a type of key that there is not"},
      {"failures", "mistakes", "damaged in line"},
      {"fraction: 0", "fraction: 9", "not between 0 and 1"},
      {"way: KEPT_WAY_RENEWAL", "", "a request to the CA that cannot be"},
      {"certificate_der: \"0", "certificate_der: \"1", "that is not one"},
      {"roots_der: \"0", "roots_der: \"1", "a root that is not a certificate"},
      {"failures: 3", "failures: 4000000000", "as the agent never writes"},
  };
  for (const auto& damage : cases) {
    FLEETCA_ASSERT_OK(folder->Save(IdentityRecord()));
    FLEETCA_ASSERT_OK(folder->Save(Record()));
    Edit(damage.from, damage.to);
    const absl::Status status = folder->Load().status();
    EXPECT_EQ(GetReason(status), Reason::kFileInvalid) << damage.to;
    EXPECT_THAT(status.message(),
                AllOf(HasSubstr("/web/identity.textproto "), HasSubstr(damage.problem),
                      HasSubstr("away, and the agent enrolls the identity anew")));
  }
}

TEST_F(IdentityFolderTest, AKeyThatIsNotTheCertificatesIsRefused) {
  FLEETCA_ASSERT_OK_AND_ASSIGN(const auto folder, Open());
  IdentityRecord record = Record();
  std::swap(record.held_key_pem, record.request->private_key_pem);
  FLEETCA_ASSERT_OK(folder->Save(record));
  EXPECT_THAT(folder->Load().status().message(), HasSubstr("is not that of its certificate"));
}

TEST(IdentityRecordTextTest, ARecordOfAnEarlierReleaseHasNoShapes) {
  FLEETCA_ASSERT_OK_AND_ASSIGN(
      const IdentityRecord record,
      ParseIdentityRecord("format: 1 renewals_of_key: 3 "
                          "request { way: KEPT_WAY_JWT request_id: \"0123456789abcdef\" }"));
  EXPECT_EQ(record.renewals_of_key, 3u);
  EXPECT_FALSE(record.held_shape.has_value());
  EXPECT_FALSE(record.refused_shape.has_value());
  EXPECT_FALSE(record.request->shape.has_value());
}

TEST(IdentityRecordTextTest, AnAnswerNeedsItsRequestAndATextItsBounds) {
  EXPECT_THAT(ParseIdentityRecord(std::string(kMaxRecordBytes + 1, ' ')).status().message(),
              HasSubstr("too long"));
  EXPECT_THAT(ParseIdentityRecord("").status().message(), HasSubstr("another release"));
  EXPECT_THAT(ParseIdentityRecord("format: 1 request { way: KEPT_WAY_JWT }").status().message(),
              HasSubstr("a request to the CA that cannot be"));
}

}  // namespace
}  // namespace fleetca::client
