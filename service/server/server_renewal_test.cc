#include "service/server/server_renewal.h"

#include <array>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/time/clock.h"
#include "base/errors.h"
#include "base/file_watcher.h"
#include "base/sha256.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "service/revocation/revocation_selection.h"
#include "service/revocation/revoker.h"
#include "service/server/testing/ca_folder_fixture.h"
#include "store/memory/memory_store.h"
#include "tests/testing/fake_clock.h"
#include "tests/testing/status_matchers.h"
#include "x509/authz/provenance.h"
#include "x509/pem.h"

namespace fleetca::service {
namespace {

using ::fleetca::testing::CaFolderFixture;
using ::fleetca::testing::FakeClock;
using ::fleetca::testing::IsError;
using ::testing::AllOf;
using ::testing::ElementsAreArray;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr absl::Duration kDay = absl::Hours(24);
constexpr char kServer[] = "spiffe://fleet.example/svc/fleetca";

// What a certificate is, with the octets that it aliases.
struct Parsed {
  explicit Parsed(absl::string_view pem)
      : ders(x509::DecodePem(x509::kPemCertificate, pem).value_or(std::vector<std::string>{""})),
        certificate(x509::ParseCertificate(ders.front()).value_or(x509::Certificate())) {}
  const std::vector<std::string> ders;
  const x509::Certificate certificate;
};

class ServerRenewalTest : public CaFolderFixture {
 protected:
  void SetUp() override {
    // A folder of their own, which a test can take away: root is never told that it may not write.
    std::filesystem::create_directory(File("tls"));
    for (const char* name : {"server.crt", "server.key"}) {
      std::filesystem::rename(File(name), File(std::string("tls/") + name));
    }
    Replace("fleetca.textproto", "\"server.", "\"tls/server.");
    FLEETCA_ASSERT_OK_AND_ASSIGN(watcher_, FileWatcher::Start(kSeldom));
    Make(Config());
  }

  // Anew, of this configuration.
  void Make(const ServerConfig& config) {
    renewal_.reset();
    FLEETCA_ASSERT_OK_AND_ASSIGN(
        ca_, RunningCa::Open(config, std::make_unique<store::MemoryStore>(), *watcher_));
    FLEETCA_ASSERT_OK_AND_ASSIGN(
        tls_,
        ServerTls::Create({config.listener.certificate_file, config.listener.private_key_file,
                           config.listener.client_ca_file},
                          *watcher_, Clock::System(), nullptr, [this] { return ca_->Trust(); }));
    renewal_ = std::make_unique<ServerRenewal>(config, *ca_, clock_);
  }

  std::string Shown() const { return std::string(tls_->PairInUse().certificate.view()); }
  // How many certificates of the server the store has.
  int Recorded() const {
    int count = 0;
    FLEETCA_EXPECT_OK(ca_->store().ForEachByIdentity(
        kServer, [&](const store::CertificateRecord&) { return ++count > 0; }));
    return count;
  }

  // The files are not looked at while a test goes on.
  static constexpr absl::Duration kSeldom = absl::Hours(1);

  FakeClock clock_{absl::Now()};
  std::unique_ptr<FileWatcher> watcher_;
  std::unique_ptr<RunningCa> ca_;
  std::unique_ptr<ServerTls> tls_;
  std::unique_ptr<ServerRenewal> renewal_;
};

TEST_F(ServerRenewalTest, NothingHappensBeforeItIsDue) {
  const std::string before = Shown();
  clock_.Advance(53 * kDay);
  renewal_->Look(*tls_);
  EXPECT_EQ(Shown(), before);
  EXPECT_EQ(Recorded(), 0);
  FLEETCA_EXPECT_OK(renewal_->status());
  EXPECT_EQ(renewal_->last_attempt(), std::nullopt);
}

// Else whoever checks revocations does not talk to the CA, until two thirds of its life are over.
TEST_F(ServerRenewalTest, ARevokedCertificateIsReplacedAtOnce) {
  // That of `ca init` is in no store, and ends by its key.
  const Parsed first(Shown());
  const std::array<char, 32> key = Sha256(first.certificate.public_key.spki);
  RevokeRequest request{.selection = RevokeKey{std::string(key.data(), key.size())},
                        .reason = store::RevocationReason::kKeyCompromise,
                        .revoked_by = "spiffe://fleet.example/operator/admin"};
  FLEETCA_ASSERT_OK(ca_->revoker().Revoke(request));
  renewal_->Look(*tls_);
  FLEETCA_EXPECT_OK(renewal_->status());
  const Parsed second(Shown());
  EXPECT_NE(second.certificate.public_key.spki, first.certificate.public_key.spki);
  EXPECT_EQ(Read("tls/server.crt"), Shown());

  request.selection = RevokeSerials{{std::string(second.certificate.serial)}};
  request.reason = store::RevocationReason::kSuperseded;
  FLEETCA_ASSERT_OK(ca_->revoker().Revoke(request));
  renewal_->Look(*tls_);
  FLEETCA_EXPECT_OK(renewal_->status());
  const Parsed third(Shown());
  EXPECT_NE(third.certificate.serial, second.certificate.serial);
  EXPECT_EQ(Recorded(), 2);
  renewal_->Look(*tls_);
  EXPECT_EQ(Recorded(), 2);
}

TEST_F(ServerRenewalTest, AtTwoThirdsOfItsLifeItIsReplacedUnderTheSameNames) {
  const Parsed old(Shown());
  const std::string old_key = Read("tls/server.key");
  clock_.Advance(61 * kDay);
  renewal_->Look(*tls_);
  FLEETCA_EXPECT_OK(renewal_->status());

  EXPECT_EQ(renewal_->last_attempt(), clock_.Now());

  const Parsed renewed(Shown());
  EXPECT_NE(renewed.ders.front(), old.ders.front());
  EXPECT_EQ(renewed.ders.size(), 2u);  // with the issuing CA's
  EXPECT_THAT(renewed.certificate.names, ElementsAreArray(old.certificate.names));
  EXPECT_NE(renewed.certificate.public_key.spki, old.certificate.public_key.spki);
  EXPECT_GT(renewed.certificate.not_after, absl::Now() + 89 * kDay);
  EXPECT_EQ(Recorded(), 1);
  const x509::Extension* const provenance =
      renewed.certificate.Find(Config().issuer.oids.provenance);
  ASSERT_NE(provenance, nullptr);
  EXPECT_EQ(x509::ParseProvenance(provenance->value)->attestation, x509::Attestation::kOwn);
  EXPECT_EQ(Read("tls/server.crt"), Shown());
  EXPECT_NE(Read("tls/server.key"), old_key);
  EXPECT_EQ(Read("tls/server.key"), tls_->PairInUse().private_key.view());
  // A restart serves them.
  FLEETCA_EXPECT_OK(
      ServerTls::Create({File("tls/server.crt"), File("tls/server.key"), File("trust-bundle.pem")},
                        *watcher_, Clock::System(), nullptr, [this] { return ca_->Trust(); }));
}

TEST_F(ServerRenewalTest, WithoutAProfileItIsLeftAlone) {
  ServerConfig config = Config();
  config.own_certificates.server_profile.clear();
  Make(config);
  const std::string before = Shown();
  clock_.Advance(80 * kDay);
  renewal_->Look(*tls_);
  EXPECT_EQ(Shown(), before);
  EXPECT_FALSE(renewal_->Renews(Parsed(before).certificate));
}

TEST_F(ServerRenewalTest, OnlyTheServersOwnOfThisCaIsRenewed) {
  EXPECT_TRUE(renewal_->Renews(Parsed(Shown()).certificate));
  EXPECT_FALSE(renewal_->Renews(Parsed(Read("admin.crt")).certificate));
  CaInitOptions other;
  other.folder = File("other");
  other.trust_domain = "fleet.example";
  FLEETCA_ASSERT_OK(InitCa(other, Clock::System()));
  EXPECT_FALSE(renewal_->Renews(Parsed(Read("other/server.crt")).certificate));
}

TEST_F(ServerRenewalTest, WhereFilesCannotBeWrittenItServesFromMemoryAndTheyAreTriedAgain) {
  const std::string before = Shown();
  std::filesystem::rename(File("tls"), File("away"));
  clock_.Advance(61 * kDay);
  renewal_->Look(*tls_);
  const std::string renewed = Shown();
  EXPECT_NE(renewed, before);
  const absl::Status unsaved = renewal_->status();
  EXPECT_THAT(unsaved, IsError(absl::StatusCode::kFailedPrecondition, Reason::kFileMissing));
  EXPECT_THAT(std::string(unsaved.message()),
              AllOf(HasSubstr("serves from memory"), HasSubstr(File("tls/server."))));

  std::filesystem::rename(File("away"), File("tls"));
  clock_.Advance(absl::Minutes(9));
  renewal_->Look(*tls_);
  EXPECT_NE(Read("tls/server.crt"), Shown());  // not so soon again
  clock_.Advance(absl::Minutes(2));
  renewal_->Look(*tls_);
  EXPECT_EQ(Read("tls/server.crt"), Shown());
  FLEETCA_EXPECT_OK(renewal_->status());
}

TEST_F(ServerRenewalTest, APolicyThatDoesNotGrantItIsSaidInTimeAndBothWays) {
  FLEETCA_EXPECT_OK(renewal_->CheckGranted());
  Replace("policy.textproto", "  profiles: \"ca-server\"\n", "  profiles: \"service\"\n");
  Replace("policy.textproto", "policy_revision: 1\n", "policy_revision: 2\n");
  FLEETCA_ASSERT_OK(ca_->ApplyPolicy(""));
  renewal_->Look(*tls_);
  EXPECT_THAT(renewal_->status(),
              IsError(absl::StatusCode::kPermissionDenied, Reason::kCallerNotAllowed));
  EXPECT_THAT(std::string(renewal_->status().message()), HasSubstr("\"ca-server\""));
  // When it is due, it cannot be had, and the certificate in use stays.
  const std::string before = Shown();
  clock_.Advance(61 * kDay);
  renewal_->Look(*tls_);
  EXPECT_EQ(Shown(), before);
  EXPECT_THAT(std::string(renewal_->status().message()), HasSubstr("cannot be renewed"));

  Replace("policy.textproto", "  identity: \"/svc/fleetca\"\n  profiles: \"service\"\n",
          "  identity: \"/svc/fleetca\"\n  profiles: \"ca-server\"\n");
  Replace("policy.textproto", "policy_revision: 2\n", "policy_revision: 3\n");
  FLEETCA_ASSERT_OK(ca_->ApplyPolicy(""));
  renewal_->Look(*tls_);
  EXPECT_EQ(Shown(), before);  // not so soon again
  clock_.Advance(absl::Minutes(11));
  renewal_->Look(*tls_);
  EXPECT_NE(Shown(), before);
  FLEETCA_EXPECT_OK(renewal_->status());
}

TEST_F(ServerRenewalTest, NobodyFromOutsideGetsWhatTheServerGets) {
  const std::shared_ptr<const Policy> policy = ca_->policies().Current();
  FLEETCA_EXPECT_OK(policy->CheckMayAsk(kServer, kServer, "ca-server"));
  for (const char* caller : {"spiffe://fleet.example/operator/admin",
                             "spiffe://fleet.example/svc/web", "spiffe://fleet.example/host/h"}) {
    EXPECT_FALSE(policy->CheckMayAsk(caller, kServer, "ca-server").ok()) << caller;
    EXPECT_FALSE(policy->CheckMayAsk(caller, kServer, "service").ok()) << caller;
    EXPECT_FALSE(policy->CheckMayAsk(caller, caller, "ca-server").ok()) << caller;
  }
}

TEST_F(ServerRenewalTest, FilesThatAnOperatorChangedMeanwhileAreLeftToTheWatcher) {
  const std::string before = Shown();
  const std::string old_key = Read("tls/server.key");
  Write("tls/server.key", Read("admin.key"));  // the first half of a replacement
  clock_.Advance(61 * kDay);
  renewal_->Look(*tls_);
  EXPECT_NE(Shown(), before);
  EXPECT_EQ(Read("tls/server.key"), Read("admin.key"));
  EXPECT_EQ(Read("tls/server.crt"), before);
  EXPECT_THAT(renewal_->status(),
              IsError(absl::StatusCode::kFailedPrecondition, Reason::kFileInvalid));
  EXPECT_THAT(std::string(renewal_->status().message()), HasSubstr("were changed meanwhile"));
  // Once they say again what was renewed, they are the server's.
  Write("tls/server.key", old_key);
  clock_.Advance(absl::Minutes(11));
  renewal_->Look(*tls_);
  EXPECT_EQ(Read("tls/server.crt"), Shown());
  FLEETCA_EXPECT_OK(renewal_->status());
}

TEST_F(ServerRenewalTest, AnExpiredPairIsReplacedAtTheStart) {
  const std::string before = Shown();
  const absl::Status why = FailedPrecondition(Reason::kFileInvalid, "it expired");
  EXPECT_EQ(renewal_->PairInstead(why).status(), why);  // it has not
  clock_.Advance(91 * kDay);
  FLEETCA_ASSERT_OK_AND_ASSIGN(const TlsPair pair, renewal_->PairInstead(why));
  EXPECT_EQ(Read("tls/server.crt"), before);  // nobody has taken the new one yet
  FLEETCA_EXPECT_OK(tls_->Use(pair));
  clock_.Advance(-91 * kDay);
  renewal_->Look(*tls_);
  FLEETCA_EXPECT_OK(renewal_->status());
  EXPECT_NE(Shown(), before);
  EXPECT_EQ(Read("tls/server.crt"), Shown());
  EXPECT_EQ(Read("tls/server.key"), pair.private_key.view());
  EXPECT_FALSE(std::filesystem::exists(File("tls/server.key.replaced")));
}

// A clock that was ahead made it, and is right again.
TEST_F(ServerRenewalTest, APairThatIsNotValidYetIsReplacedAtTheStart) {
  const std::string before = Shown();
  const absl::Status why = FailedPrecondition(Reason::kFileInvalid, "it is not valid yet");
  clock_.Advance(-2 * kDay);
  FLEETCA_EXPECT_OK(renewal_->CheckPairInstead(why));
  FLEETCA_ASSERT_OK_AND_ASSIGN(const TlsPair pair, renewal_->PairInstead(why));
  FLEETCA_EXPECT_OK(tls_->Use(pair));
  clock_.Advance(2 * kDay);
  renewal_->Look(*tls_);
  FLEETCA_EXPECT_OK(renewal_->status());
  EXPECT_NE(Shown(), before);
  EXPECT_EQ(Read("tls/server.crt"), Shown());
  EXPECT_EQ(Read("tls/server.key"), pair.private_key.view());
}

TEST_F(ServerRenewalTest, APairThatIsNotValidYetIsReplacedWhileTheServerRuns) {
  const std::string before = Shown();
  clock_.Advance(-2 * kDay);
  renewal_->Look(*tls_);
  FLEETCA_EXPECT_OK(renewal_->status());
  EXPECT_NE(Shown(), before);
  EXPECT_EQ(Read("tls/server.crt"), Shown());
  EXPECT_EQ(Recorded(), 1);
}

TEST_F(ServerRenewalTest, WithoutAProfileAPairThatIsNotValidYetIsRefusedWithTheRemedy) {
  ServerConfig config = Config();
  config.own_certificates.server_profile.clear();
  Make(config);
  clock_.Advance(-2 * kDay);
  const absl::Status why = FailedPrecondition(Reason::kFileInvalid, "it is not valid yet");
  EXPECT_THAT(std::string(renewal_->PairInstead(why).status().message()),
              AllOf(HasSubstr("it is not valid yet"), HasSubstr("fleetca ca renew-server --dir ")));
}

TEST_F(ServerRenewalTest, APairThatIsNotTakenIsWrittenNowhereAndNotSaidToBeRenewed) {
  const std::string before = Read("tls/server.crt");
  clock_.Advance(91 * kDay);
  ::testing::internal::CaptureStderr();
  FLEETCA_EXPECT_OK(renewal_->PairInstead(FailedPrecondition(Reason::kFileInvalid, "expired")));
  clock_.Advance(-91 * kDay);
  renewal_->Look(*tls_);
  EXPECT_THAT(::testing::internal::GetCapturedStderr(), Not(HasSubstr("was renewed")));
  EXPECT_EQ(Read("tls/server.crt"), before);
}

TEST_F(ServerRenewalTest, ATornPairIsReplacedAtTheStartAndTheKeyThatWasThereIsKept) {
  const absl::Status why = FailedPrecondition(Reason::kFileInvalid, "it does not fit");
  const std::string operators = Read("admin.key");
  Write("tls/server.key", operators);
  FLEETCA_ASSERT_OK_AND_ASSIGN(const TlsPair pair, renewal_->PairInstead(why));
  FLEETCA_ASSERT_OK(tls_->Use(pair));
  renewal_->Look(*tls_);
  FLEETCA_EXPECT_OK(renewal_->status());
  EXPECT_EQ(Read("tls/server.key"), pair.private_key.view());
  EXPECT_EQ(Read("tls/server.crt"), Shown());
  EXPECT_EQ(Read("tls/server.key.replaced"), operators);

  std::filesystem::remove(File("tls/server.key"));
  FLEETCA_ASSERT_OK_AND_ASSIGN(const TlsPair another, renewal_->PairInstead(why));
  FLEETCA_ASSERT_OK(tls_->Use(another));
  renewal_->Look(*tls_);
  EXPECT_EQ(Read("tls/server.key"), another.private_key.view());
  EXPECT_EQ(Recorded(), 2);
}

TEST_F(ServerRenewalTest, AKeyThatCameBeforeItsCertificateIsKeptAlsoWhereTheOldOneHasExpired) {
  const std::string operators = Read("admin.key");
  Write("tls/server.key", operators);
  clock_.Advance(91 * kDay);
  FLEETCA_ASSERT_OK_AND_ASSIGN(const TlsPair pair, renewal_->PairInstead(FailedPrecondition(
                                                       Reason::kFileInvalid, "it expired")));
  FLEETCA_ASSERT_OK(tls_->Use(pair));
  clock_.Advance(-91 * kDay);
  renewal_->Look(*tls_);
  EXPECT_EQ(Read("tls/server.key.replaced"), operators);
}

TEST_F(ServerRenewalTest, WhatAnOperatorHasToLookAtStays) {
  const absl::Status why = FailedPrecondition(Reason::kFileInvalid, "it does not fit");
  for (const char* junk : {"", "junk"}) {
    Write("tls/server.key", junk);
    const absl::Status refusal = renewal_->PairInstead(why).status();
    EXPECT_THAT(refusal, IsError(absl::StatusCode::kFailedPrecondition, Reason::kFileInvalid));
    EXPECT_THAT(std::string(refusal.message()),
                AllOf(HasSubstr("it does not fit (`fleetca ca renew-server --dir "),
                      HasSubstr("makes another pair")));
    EXPECT_EQ(Read("tls/server.key"), junk);
    EXPECT_EQ(Recorded(), 0);
  }
}

TEST_F(ServerRenewalTest, WithoutAProfileAnExpiredPairIsRefusedWithTheRemedy) {
  ServerConfig config = Config();
  config.own_certificates.server_profile.clear();
  Make(config);
  clock_.Advance(91 * kDay);
  EXPECT_THAT(
      std::string(renewal_->PairInstead(FailedPrecondition(Reason::kFileInvalid, "it expired"))
                      .status()
                      .message()),
      AllOf(HasSubstr("it expired"), HasSubstr("fleetca ca renew-server --dir ")));
}

TEST_F(ServerRenewalTest, WhoOnlyWantsToKnowIssuesNothing) {
  const std::string before = Read("tls/server.crt");
  const absl::Status why = FailedPrecondition(Reason::kFileInvalid, "it expired");
  EXPECT_EQ(renewal_->CheckPairInstead(why), why);  // it has not
  clock_.Advance(91 * kDay);
  FLEETCA_EXPECT_OK(renewal_->CheckPairInstead(why));
  EXPECT_EQ(Recorded(), 0);
  EXPECT_EQ(Read("tls/server.crt"), before);
  Replace("policy.textproto", "  profiles: \"ca-server\"\n", "  profiles: \"service\"\n");
  Replace("policy.textproto", "policy_revision: 1\n", "policy_revision: 2\n");
  FLEETCA_ASSERT_OK(ca_->ApplyPolicy(""));
  EXPECT_THAT(renewal_->CheckPairInstead(why),
              IsError(absl::StatusCode::kPermissionDenied, Reason::kCallerNotAllowed));
}

}  // namespace
}  // namespace fleetca::service
