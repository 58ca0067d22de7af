#include "service/rpc/peer_reader.h"

#include <atomic>
#include <memory>
#include <string>
#include <utility>

#include "absl/time/clock.h"
#include "base/errors.h"
#include "gtest/gtest.h"
#include "service/authority/new_ca.h"
#include "service/revocation/known_revocations.h"
#include "store/memory/memory_store.h"
#include "tests/testing/fake_clock.h"
#include "tests/testing/status_matchers.h"
#include "x509/certificate.h"
#include "x509/der/oid.h"
#include "x509/pem.h"
#include "x509/san.h"

namespace fleetca::service {
namespace {

using ::fleetca::testing::FakeClock;
using ::fleetca::testing::IsError;

constexpr absl::string_view kAdmin = "spiffe://fleet.example/user/admin";
const absl::Time kNow = absl::FromUnixSeconds(1'780'315'200);

// Counts look-ups, and fails them on demand.
class CountingStore : public store::MemoryStore {
 public:
  absl::StatusOr<store::CertificateRecord> GetBySerial(absl::string_view serial) const override {
    ++look_ups;
    return fails ? Unavailable(Reason::kStoreUnavailable, "no disk")
                 : MemoryStore::GetBySerial(serial);
  }
  mutable std::atomic<int> look_ups = 0;
  std::atomic<bool> fails = false;
};

std::unique_ptr<NewCa> Below(const NewCa* above) {
  const NewCaOptions options = {
      .organization = "Fleet", .title = "CA", .lifetime = absl::Hours(1000)};
  auto made =
      above == nullptr ? NewCa::CreateRoot(options, kNow) : above->CreateBelow(options, kNow);
  FLEETCA_EXPECT_OK(made);
  return *std::move(made);
}

std::string Admin(const NewCa& ca) {
  const auto leaf = ca.IssueLeaf({.names = {{x509::NameType::kUri, kAdmin}},
                                  .extended_key_usage = {std::string(x509::oid::kClientAuth)},
                                  .lifetime = absl::Hours(24)},
                                 kNow);
  FLEETCA_EXPECT_OK(leaf);
  return x509::EncodePem(x509::kPemCertificate, leaf->certificate);
}

class PeerReaderTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    root_ = Below(nullptr).release();
    issuing_ = Below(root_).release();
  }

  void SetUp() override {
    auto made = PeerReader::Create({.issuing_cas = {issuing_->certificate()},
                                    .trust_domain = "fleet.example",
                                    .store = &store_,
                                    .clock = &clock_});
    FLEETCA_ASSERT_OK(made);
    caller_reader_ = *std::move(made);
  }

  inline static const NewCa* root_;
  inline static const NewCa* issuing_;
  FakeClock clock_{kNow};
  CountingStore store_;
  std::unique_ptr<PeerReader> caller_reader_;
};

TEST_F(PeerReaderTest, LooksIntoTheStoreOnceForEachCertificate) {
  const std::string admin = Admin(*issuing_);
  for (int call = 0; call < 100; ++call) {
    const auto caller = caller_reader_->AuthenticatePem(admin);
    FLEETCA_ASSERT_OK(caller);
    EXPECT_EQ(caller->spiffe_id, kAdmin);
  }
  EXPECT_EQ(store_.look_ups, 1);
  FLEETCA_EXPECT_OK(caller_reader_->AuthenticatePem(Admin(*issuing_)));
  EXPECT_EQ(store_.look_ups, 2);
}

TEST_F(PeerReaderTest, ASubordinateCaIsNobodyAndCostsTheStoreNothing) {
  const auto is_unknown = IsError(absl::StatusCode::kUnauthenticated, Reason::kCallerUnknown);
  const auto beside = Below(root_);
  const auto below = Below(issuing_);
  EXPECT_THAT(caller_reader_->AuthenticatePem(Admin(*beside)), is_unknown);
  EXPECT_THAT(caller_reader_->AuthenticatePem(Admin(*below)), is_unknown);
  EXPECT_THAT(caller_reader_->AuthenticatePem(Admin(*root_)), is_unknown);
  EXPECT_THAT(caller_reader_->AuthenticatePem("junk"), is_unknown);
  EXPECT_EQ(store_.look_ups, 0);
}

TEST_F(PeerReaderTest, AnExpiredCertificateIsRefusedThoughItIsRemembered) {
  const std::string admin = Admin(*issuing_);
  FLEETCA_ASSERT_OK(caller_reader_->AuthenticatePem(admin));
  clock_.Advance(absl::Hours(25));
  EXPECT_THAT(caller_reader_->AuthenticatePem(admin),
              IsError(absl::StatusCode::kUnauthenticated, Reason::kCallerCertificateExpired));
}

// On a connection that was open before as well, and whoever it is: the CA's key signs operators,
// too.
TEST_F(PeerReaderTest, NobodyIsBelievedByAnIssuingCaThatTheRootHasRevoked) {
  KnownRevocations known;
  known.SetComplete(0);
  const auto former = Below(root_);
  FLEETCA_ASSERT_OK_AND_ASSIGN(
      const auto reader,
      PeerReader::Create({.issuing_cas = {issuing_->certificate(), former->certificate()},
                          .trust_domain = "fleet.example",
                          .store = &store_,
                          .clock = &clock_},
                         &known));
  const std::string by_former = Admin(*former);
  const std::string admin = Admin(*issuing_);
  FLEETCA_ASSERT_OK(reader->AuthenticatePem(by_former));
  const auto parsed = x509::ParseCertificate(former->certificate());
  FLEETCA_ASSERT_OK(parsed);
  known.SetRevokedIssuers({std::string(parsed->subject_key_id)});
  const auto is_revoked = IsError(absl::StatusCode::kPermissionDenied, Reason::kCertificateRevoked);
  EXPECT_THAT(reader->AuthenticatePem(by_former), is_revoked) << "though it is remembered";
  EXPECT_THAT(reader->AuthenticatePem(Admin(*former)), is_revoked);
  FLEETCA_EXPECT_OK(reader->AuthenticatePem(admin));
}

TEST_F(PeerReaderTest, AFailureOfTheStoreIsNotRemembered) {
  const std::string admin = Admin(*issuing_);
  store_.fails = true;
  EXPECT_THAT(caller_reader_->AuthenticatePem(admin),
              IsError(absl::StatusCode::kUnavailable, Reason::kStoreUnavailable));
  store_.fails = false;
  FLEETCA_EXPECT_OK(caller_reader_->AuthenticatePem(admin));
}

}  // namespace
}  // namespace fleetca::service
