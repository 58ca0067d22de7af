#include "service/server/running_ca.h"

#include <array>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/clock.h"
#include "base/errors.h"
#include "base/sha256.h"
#include "base/status_macros.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "service/server/testing/ca_folder_fixture.h"
#include "store/memory/memory_store.h"
#include "tests/testing/openssl_ca.h"
#include "tests/testing/status_matchers.h"
#include "x509/certificate.h"
#include "x509/pem.h"

namespace fleetca::service {
namespace {

using ::fleetca::testing::CaFolderFixture;
using ::fleetca::testing::IsError;
using ::fleetca::testing::MakeByOpenSsl;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class RunningCaTest : public CaFolderFixture {
 protected:
  void SetUp() override {
    auto watcher = FileWatcher::Start(absl::Milliseconds(20));
    FLEETCA_ASSERT_OK(watcher);
    watcher_ = *std::move(watcher);
  }
  absl::StatusOr<std::unique_ptr<RunningCa>> Open(const std::string& former = "") {
    ServerConfig config = Config();
    config.issuer.former_certificates_file = former;
    return RunningCa::Open(config, std::make_unique<store::MemoryStore>(), *watcher_);
  }

  std::unique_ptr<FileWatcher> watcher_;
};

std::string Sha256Of(absl::string_view file) {
  const std::array<char, 32> digest = Sha256(file);
  return std::string(digest.data(), digest.size());
}

TEST_F(RunningCaTest, OpensWhatCaInitMade) {
  FLEETCA_ASSERT_OK_AND_ASSIGN(const auto ca, Open());
  EXPECT_THAT(ca->chain(), SizeIs(1));
  EXPECT_EQ(ca->issuing_cas(), ca->chain());
  EXPECT_EQ(ca->IssuerKeyDescription(), "P-256");
  EXPECT_EQ(ca->bundles().Current()->trust_domain, "fleet.example");
  EXPECT_THAT(ca->bundles().Current()->roots, SizeIs(1));
  EXPECT_EQ(ca->policies().Current()->revision(), 1);
  FLEETCA_EXPECT_OK(ca->clock_rule().Now());
  FLEETCA_EXPECT_OK(ca->signer().Test());
  FLEETCA_EXPECT_OK(ca->store().CheckWritable());
}

TEST_F(RunningCaTest, OpensTheStoreOfTheConfigurationWhereNoneIsGiven) {
  {
    const auto ca = RunningCa::Open(Config(), nullptr, *watcher_);
    FLEETCA_ASSERT_OK(ca);
    EXPECT_TRUE(std::filesystem::exists(File("store")));
    EXPECT_THAT(RunningCa::Open(Config(), nullptr, *watcher_),
                IsError(absl::StatusCode::kFailedPrecondition, Reason::kStoreLocked));
  }
  FLEETCA_EXPECT_OK(RunningCa::Open(Config(), nullptr, *watcher_));
}

TEST_F(RunningCaTest, AnIssuingCaKeepsItsNumberOfCrlShards) {
  ServerConfig config = Config();
  const auto shards = [&]() -> absl::StatusOr<std::optional<uint16_t>> {
    FLEETCA_ASSIGN_OR_RETURN(const auto ca, RunningCa::Open(config, nullptr, *watcher_));
    const std::optional<RevocationPointers>& pointers = ca->issuer().ca().pointers;
    return pointers.has_value() ? std::optional<uint16_t>(pointers->crl_shards) : std::nullopt;
  };
  // Without an HTTP port certificates name no shard, so the number is free.
  config.revocation.crl_shards = 7;
  FLEETCA_ASSERT_OK_AND_ASSIGN(const auto none, shards());
  EXPECT_FALSE(none.has_value());
  EXPECT_FALSE(std::filesystem::exists(File("crl-shards")));

  config.revocation.crl_shards = 100;
  config.http.base_url = "http://ca.fleet.example";
  // A check of the configuration issues nothing and writes nothing.
  FLEETCA_ASSERT_OK(RunningCa::Open(config, std::make_unique<store::MemoryStore>(), *watcher_));
  EXPECT_FALSE(std::filesystem::exists(File("crl-shards")));
  FLEETCA_ASSERT_OK_AND_ASSIGN(const auto first, shards());
  EXPECT_EQ(first, 100);
  config.revocation.crl_shards = std::nullopt;
  FLEETCA_ASSERT_OK_AND_ASSIGN(const auto same, shards());
  EXPECT_EQ(same, 100);

  // Its CRLs would be out of scope for all certificates from before.
  config.http.base_url = "http://crl.fleet.example";
  EXPECT_EQ(GetField(shards().status()), "http.base_url");
  config.http.base_url = "http://ca.fleet.example";

  config.revocation.crl_shards = 128;
  for (auto make : {+[]() -> std::unique_ptr<store::Store> { return nullptr; },
                    +[]() -> std::unique_ptr<store::Store> {
                      return std::make_unique<store::MemoryStore>();
                    }}) {
    const absl::Status refused = RunningCa::Open(config, make(), *watcher_).status();
    EXPECT_THAT(refused, IsError(absl::StatusCode::kFailedPrecondition, Reason::kConfigInvalid));
    EXPECT_THAT(std::string(refused.message()), HasSubstr("write crl_shards: 100"));
  }
}

TEST_F(RunningCaTest, APartThatIsNotRightIsNamed) {
  struct Fault {
    const char* file;
    std::function<void()> make;
    const char* words;
  };
  for (const Fault& fault : {
           Fault{"issuing-ca.crt", [&] { Write("issuing-ca.crt", "junk"); }, "PEM"},
           Fault{"issuing-ca.crt", [&] { std::filesystem::remove(File("issuing-ca.crt")); }, ""},
           Fault{"trust-bundle.pem", [&] { Write("trust-bundle.pem", Read("admin.crt")); }, ""},
           // A root, and not the one above the chain.
           Fault{"trust-bundle.pem",
                 [&] {
                   CaInitOptions other;
                   other.folder = File("other");
                   other.trust_domain = "fleet.example";
                   FLEETCA_EXPECT_OK(InitCa(other, Clock::System()));
                   Write("trust-bundle.pem", Read("other/trust-bundle.pem"));
                 },
                 "no root of it signed the last of"},
           Fault{"issuing-ca.key", [&] { Write("issuing-ca.key", "junk"); }, ""},
           Fault{"policy.textproto", [&] { Write("policy.textproto", "junk"); }, ""},
       }) {
    MakeAfresh();
    fault.make();
    const absl::Status status = Open().status();
    EXPECT_FALSE(status.ok()) << fault.file;
    EXPECT_THAT(std::string(status.message()),
                AllOf(HasSubstr(File(fault.file)), HasSubstr(fault.words)));
    EXPECT_TRUE(GetReason(status).has_value()) << status;
  }
}

TEST_F(RunningCaTest, WhatTheIssuingChainDoesNotNeedIsLeftOut) {
  const std::string issuing = Read("issuing-ca.crt");
  Write("issuing-ca.crt", issuing + Read("root-ca.crt") + Read("admin.crt") + issuing);
  FLEETCA_ASSERT_OK_AND_ASSIGN(const auto ca, Open());
  EXPECT_THAT(ca->chain(), SizeIs(1));
  EXPECT_THAT(ca->Warnings(),
              ElementsAre(AllOf(HasSubstr("issuing-ca.crt: "), HasSubstr("certificate 2 is a root"),
                                HasSubstr("certificate 3 is not that of a CA"),
                                HasSubstr("certificate 4 is there twice"))));
}

TEST_F(RunningCaTest, AnOddRootIsNotHandedOutAndDoesNoHarm) {
  const absl::Time now = absl::Now();
  testing::OpenSslRequest request = {.not_before = now - absl::Hours(1),
                                     .not_after = now + absl::Hours(1)};
  request.curve = "P-521";
  const std::string p521 = MakeByOpenSsl(request).pem;
  request.curve = "P-256";
  request.extensions = {{"basicConstraints", "critical,CA:TRUE"}};
  const std::string without_usage = MakeByOpenSsl(request).pem;
  const std::string admin = Read("admin.crt");
  Write("trust-bundle.pem", p521 + Read("trust-bundle.pem") + without_usage +
                                admin.substr(0, admin.find("-----BEGIN", 1)));
  {
    FLEETCA_ASSERT_OK_AND_ASSIGN(const auto ca, Open());
    EXPECT_THAT(ca->bundles().Current()->roots, SizeIs(1));
    EXPECT_THAT(ca->Warnings(),
                ElementsAre(HasSubstr("trust-bundle.pem: certificate 1 is left out"),
                            HasSubstr("certificate 3 is left out: it has no keyUsage"),
                            HasSubstr("certificate 4 is left out: it is not a CA")));
  }
  Write("trust-bundle.pem", p521 + without_usage);
  EXPECT_THAT(std::string(Open().status().message()), HasSubstr("can be a root"));
}

TEST_F(RunningCaTest, FormerIssuingCertificatesAreKnownAndMustBeCas) {
  FLEETCA_ASSERT_OK_AND_ASSIGN(const auto ca, Open(File("root-ca.crt")));
  EXPECT_THAT(ca->issuing_cas(), SizeIs(2));
  EXPECT_THAT(ca->chain(), SizeIs(1));
  for (const char* file : {"admin.crt", "server.key", "missing.crt"}) {
    const absl::Status status = Open(File(file)).status();
    EXPECT_FALSE(status.ok()) << file;
    EXPECT_THAT(std::string(status.message()), HasSubstr(File(file)));
  }
}

// As when `openssl x509 -req` makes an identifier of its own for the same key.
TEST_F(RunningCaTest, ARenewalWithAnotherKeyIdentifierIsWarnedOf) {
  const auto run = [this](const std::string& command) {
    EXPECT_EQ(system(absl::StrCat("cd ", File(""), " && ", command, " 2>/dev/null").c_str()), 0);
  };
  const auto renew = [&run](const std::string& key_identifier) {
    run("cp issuing-ca.crt former.crt");
    run("openssl x509 -x509toreq -in issuing-ca.crt -copy_extensions copyall -key issuing-ca.key "
        "-passin file:issuing-ca.passphrase -out issuing-ca.csr");
    run(absl::StrCat("echo 'subjectKeyIdentifier = ", key_identifier, "' > extensions"));
    run("openssl x509 -req -in issuing-ca.csr -copy_extensions copyall -extfile extensions -days "
        "300 -CA root-ca.crt -CAkey root-ca.key -passin file:root-ca.passphrase "
        "-set_serial 0x0102030405 -out issuing-ca.new");
    run("cat issuing-ca.new > issuing-ca.crt");
  };
  const auto key_id_of = [this](const std::string& file) {
    const auto ders = x509::DecodePem(x509::kPemCertificate, Read(file));
    return absl::BytesToHexString(x509::ParseCertificate(ders->front())->subject_key_id);
  };
  const std::string before = key_id_of("issuing-ca.crt");
  renew(before);
  {
    FLEETCA_ASSERT_OK_AND_ASSIGN(const auto ca, Open(File("former.crt")));
    EXPECT_THAT(ca->Warnings(), IsEmpty());
  }
  renew("hash");
  const std::string after = key_id_of("issuing-ca.crt");
  ASSERT_NE(after, before);
  FLEETCA_ASSERT_OK_AND_ASSIGN(const auto ca, Open(File("former.crt")));
  EXPECT_THAT(ca->issuing_cas(), SizeIs(2));
  EXPECT_THAT(ca->Warnings(),
              ElementsAre(AllOf(HasSubstr("former.crt: certificate 1 "), HasSubstr(before),
                                HasSubstr(after), HasSubstr("OCSP calls them unknown"))));
}

TEST_F(RunningCaTest, APolicyThatFitsComesInForceAndAnotherLeavesTheOneThatIs) {
  FLEETCA_ASSERT_OK_AND_ASSIGN(const auto ca, Open());
  const std::string first = Read("policy.textproto");
  Replace("policy.textproto", "policy_revision: 1\n", "policy_revision: 2\n");
  FLEETCA_EXPECT_OK(ca->ApplyPolicy(""));
  EXPECT_EQ(ca->policies().Current()->revision(), 2);
  Write("policy.textproto", "junk");
  EXPECT_FALSE(ca->ApplyPolicy("").ok());
  // A subordinate CA, for which the issuing certificate's path length has no room.
  Write("policy.textproto",
        first +
            "profiles { profile { name: \"sub\" default_lifetime { seconds: 3600 } "
            "key_purposes: KEY_PURPOSE_SERVER_AUTH names { spiffe_paths: \"/ca/*\" } } "
            "subordinate_ca { permitted_names { dns_domains: \"e.example\" } } }\n");
  Replace("policy.textproto", "policy_revision: 1\n", "policy_revision: 3\n");
  EXPECT_FALSE(ca->ApplyPolicy("").ok());
  EXPECT_EQ(ca->policies().Current()->revision(), 2);
}

TEST_F(RunningCaTest, APolicyIsAppliedWithWhatChangedAndOnlyIfItIsTheOneThatIsMeant) {
  FLEETCA_ASSERT_OK_AND_ASSIGN(const auto ca, Open());
  const std::string before = Read("policy.textproto");
  Replace("policy.textproto", "policy_revision: 1\n", "policy_revision: 2\n");
  Replace("policy.textproto", "    may_use_reflection: true\n", "");
  const absl::Status other = ca->ApplyPolicy(Sha256Of(before)).status();
  EXPECT_EQ(GetReason(other), Reason::kFileInvalid) << other;
  EXPECT_EQ(ca->policies().Current()->revision(), 1);
  FLEETCA_ASSERT_OK_AND_ASSIGN(const PolicyChange change,
                               ca->ApplyPolicy(Sha256Of(Read("policy.textproto"))));
  EXPECT_EQ(change.former_revision, 1);
  EXPECT_EQ(change.revision, 2);
  EXPECT_THAT(change.lines, ElementsAre(HasSubstr("rule \"admin\": rights: ")));
}

// As sha256sum says it, of the octets in the file: with the byte order mark that is read over.
TEST_F(RunningCaTest, TheFileThatIsMeantIsToldByTheSha256OfItsOwnOctets) {
  FLEETCA_ASSERT_OK_AND_ASSIGN(const auto ca, Open());
  Write("policy.textproto",
        "\xef\xbb\xbf"
        "junk");
  const absl::Status meant =
      ca->ApplyPolicy(absl::HexStringToBytes("af62597ad8ce0d18c2a1b26ee4b6ba58"
                                             "5c67da20fd95fc304d5d2705f904f90f"))
          .status();
  EXPECT_EQ(GetReason(meant), Reason::kConfigInvalid) << meant;  // it was read as a policy
  const absl::Status other = ca->ApplyPolicy(Sha256Of("junk")).status();
  EXPECT_EQ(GetReason(other), Reason::kFileInvalid) << other;
}

TEST_F(RunningCaTest, ANewBundleComesInForceAndOneWithoutOurRootDoesNot) {
  FLEETCA_ASSERT_OK_AND_ASSIGN(const auto ca, Open());
  const std::string version = ca->bundles().Current()->version;
  CaInitOptions other;
  other.folder = File("other");
  other.trust_domain = "fleet.example";
  FLEETCA_ASSERT_OK(InitCa(other, Clock::System()));
  const std::string other_root = Read("other/trust-bundle.pem");
  Write("trust-bundle.pem", other_root);
  absl::SleepFor(absl::Milliseconds(500));  // many looks of the watcher
  EXPECT_EQ(ca->bundles().Current()->version, version);
  Write("trust-bundle.pem", Read("root-ca.crt") + other_root);
  const absl::Time deadline = absl::Now() + absl::Seconds(30);
  while (ca->bundles().Current()->roots.size() < 2 && absl::Now() < deadline) {
    absl::SleepFor(absl::Milliseconds(20));
  }
  EXPECT_THAT(ca->bundles().Current()->roots, SizeIs(2));
}

TEST_F(RunningCaTest, ItsEndIsThatOfTheFirstOfItsCertificates) {
  FLEETCA_ASSERT_OK_AND_ASSIGN(const auto ca, Open());
  const auto issuing = x509::ParseCertificate(ca->chain().front());
  FLEETCA_ASSERT_OK(issuing);
  FLEETCA_EXPECT_OK(ca->CheckNotExpired(issuing->not_after - absl::Seconds(1)));
  EXPECT_THAT(ca->CheckNotExpired(issuing->not_after),
              IsError(absl::StatusCode::kFailedPrecondition, Reason::kIssuerExpiring));
}

}  // namespace
}  // namespace fleetca::service
