#include "service/rpc/ca_service.h"

#include <grpcpp/test/default_reactor_test_peer.h>

#include <memory>
#include <string>
#include <vector>

#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "base/errors.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "service/call/testing/fake_calls.h"
#include "service/call/wire_message.h"
#include "service/rpc/testing/rpc_fixture.h"
#include "store/memory/memory_store.h"
#include "tests/testing/fake_clock.h"
#include "tests/testing/fake_time_witness.h"
#include "tests/testing/status_matchers.h"
#include "x509/serial.h"

namespace fleetca::service {
namespace {

using ::fleetca::testing::EdgeFixture;
using ::fleetca::testing::FakeBidiCall;
using ::fleetca::testing::FakeExecutor;
using ::fleetca::testing::FakeUnaryCall;
using ::fleetca::testing::FakeUploadCall;
using ::fleetca::testing::Issued;
using ::fleetca::testing::WireReason;
using ::grpc::StatusCode;
using ::testing::ElementsAre;

constexpr char kReader[] = "spiffe://fleet.example/operator/ann";

// Fails its look-ups on demand.
class FailingStore : public store::MemoryStore {
 public:
  absl::StatusOr<store::CertificateRecord> GetBySerial(absl::string_view serial) const override {
    return fails ? Unavailable(Reason::kStoreUnavailable, "no disk")
                 : MemoryStore::GetBySerial(serial);
  }
  bool fails = false;
};

class CaServiceTest : public EdgeFixture {
 protected:
  void SetUp() override {
    auto pool = ControlPool::Start({});
    FLEETCA_ASSERT_OK(pool);
    pool_ = *std::move(pool);
    FLEETCA_ASSERT_OK_AND_ASSIGN(orders_,
                                 EarlyRenewalOrders::Load(store_, known_, clock_rule_, {}));
    windows_ = std::make_unique<RenewalWindows>(store_, *orders_, known_, clock_rule_);
    known_.SetComplete(0);
    service_ =
        std::make_unique<CaService>(intake_, caller_reader_, store_, bundles_, *windows_, *pool_);
    caller_reader_.Set(CertificateCaller{.spiffe_id = kReader});
  }

  std::string NewSerial() {
    const auto serial = x509::SerialNumber::Create(absl::Now() + absl::Hours(1), 1, absl::Now());
    FLEETCA_EXPECT_OK(serial);
    return std::string(serial->bytes());
  }
  std::unique_ptr<FakeUnaryCall> Get(const std::string& serial) {
    auto call = std::make_unique<FakeUnaryCall>(executor_);
    v1::GetCertificateRequest request;
    request.set_serial_number(serial);
    call->SetRequest(request);
    call->Bind(service_->GetCertificate(&call->context, &call->request, &call->response));
    return call;
  }

  std::unique_ptr<FakeUnaryCall> GetInfo(const std::vector<std::string>& serials) {
    auto call = std::make_unique<FakeUnaryCall>(executor_);
    v1::GetRenewalInfoRequest request;
    request.mutable_serial_numbers()->Add(serials.begin(), serials.end());
    call->SetRequest(request);
    call->Bind(service_->GetRenewalInfo(&call->context, &call->request, &call->response));
    return call;
  }

  FakeExecutor executor_;
  FailingStore store_;
  ::fleetca::testing::FakeClock clock_{absl::Now()};
  ::fleetca::testing::FakeTimeWitness witness_{clock_};
  ClockRule clock_rule_{clock_, witness_, store_, ClockLimits()};
  KnownRevocations known_;
  std::unique_ptr<EarlyRenewalOrders> orders_;
  std::unique_ptr<RenewalWindows> windows_;
  CurrentTrustBundle bundles_;
  std::unique_ptr<ControlPool> pool_;
  std::unique_ptr<CaService> service_;
};

TEST_F(CaServiceTest, ACertificateIsFoundWithItsRecordAndChain) {
  store::CertificateRecord record{.serial = NewSerial(),
                                  .certificate = "certificate",
                                  .identity = "spiffe://fleet.example/svc/web",
                                  .requester = kReader,
                                  .profile = "service",
                                  .issued_at = absl::FromUnixMillis(1'700'000'000'500),
                                  .not_before = absl::FromUnixSeconds(1'700'000'000),
                                  .not_after = absl::FromUnixSeconds(1'700'003'600)};
  FLEETCA_ASSERT_OK(store_.Write({.certificates = absl::MakeSpan(&record, 1)}));
  const auto call = Get(record.serial);
  const grpc::Status status = call->WaitUntilDone();
  ASSERT_TRUE(status.ok()) << status.error_message();
  v1::GetCertificateResponse response;
  FLEETCA_ASSERT_OK(ReadMessage(call->response, &response));
  EXPECT_EQ(response.certificate().certificate_der(), "certificate");
  EXPECT_EQ(response.certificate().serial_number(), record.serial);
  EXPECT_EQ(response.identity(), record.identity);
  EXPECT_EQ(response.requester(), kReader);
  EXPECT_EQ(response.profile(), "service");
  EXPECT_EQ(response.issue_time().seconds(), 1'700'000'000);
  EXPECT_EQ(response.issue_time().nanos(), 500'000'000);
  EXPECT_THAT(response.chain_der(), ElementsAre("intermediate"));
}

TEST_F(CaServiceTest, EachSerialHasItsWindowOrItsError) {
  const int64_t now = absl::ToUnixSeconds(clock_.Now());
  const absl::Time start = absl::FromUnixSeconds(now);
  store::CertificateRecord record{.serial = NewSerial(),
                                  .certificate = "certificate",
                                  .identity = "spiffe://fleet.example/svc/web",
                                  .requester = kReader,
                                  .profile = "service",
                                  .issued_at = start,
                                  .not_before = start,
                                  .not_after = start + absl::Hours(4)};
  FLEETCA_ASSERT_OK(store_.Write({.certificates = absl::MakeSpan(&record, 1)}));
  const auto call = GetInfo({NewSerial(), record.serial, "short"});
  ASSERT_TRUE(call->WaitUntilDone().ok());
  v1::GetRenewalInfoResponse response;
  FLEETCA_ASSERT_OK(ReadMessage(call->response, &response));
  ASSERT_EQ(response.results_size(), 3);
  EXPECT_EQ(WireReason(response.results(0).error()), "NOT_FOUND");
  EXPECT_EQ(response.results(1).info().window_start().seconds(), now + 2 * 3600);
  EXPECT_EQ(response.results(1).info().window_end().seconds(), now + 3 * 3600);
  EXPECT_EQ(response.results(1).info().retry_after().seconds(), 6 * 3600);
  EXPECT_EQ(WireReason(response.results(2).error()), "SERIAL_INVALID");
}

TEST_F(CaServiceTest, WindowsAreToldOfOneToAThousandSerials) {
  EXPECT_EQ(WireReason(GetInfo({})->WaitUntilDone()), "REQUEST_EMPTY");
  const std::string serial = NewSerial();
  EXPECT_EQ(WireReason(GetInfo(std::vector<std::string>(1001, serial))->WaitUntilDone()),
            "REQUEST_TOO_LARGE");
  EXPECT_TRUE(GetInfo(std::vector<std::string>(1000, serial))->WaitUntilDone().ok());
}

TEST_F(CaServiceTest, ASerialOfNoCertificateIsNotFound) {
  const grpc::Status status = Get(NewSerial())->WaitUntilDone();
  EXPECT_EQ(status.error_code(), StatusCode::NOT_FOUND);
  EXPECT_EQ(WireReason(status), "NOT_FOUND");
}

TEST_F(CaServiceTest, ASerialThatIsNoneOfOursIsInvalid) {
  std::string odd = NewSerial();
  odd[0] = 2;
  for (const std::string& serial : {std::string(), std::string("short"), NewSerial() + "x", odd}) {
    const grpc::Status status = Get(serial)->WaitUntilDone();
    EXPECT_EQ(status.error_code(), StatusCode::INVALID_ARGUMENT);
    EXPECT_EQ(WireReason(status), "SERIAL_INVALID");
  }
}

TEST_F(CaServiceTest, AFailureOfTheStoreIsNotAMissingCertificate) {
  store_.fails = true;
  EXPECT_EQ(WireReason(Get(NewSerial())->WaitUntilDone()), "STORE_UNAVAILABLE");
}

TEST_F(CaServiceTest, WhoIsNobodyIsToldSoBeforeTheStoreIsAsked) {
  store_.fails = true;
  caller_reader_.Refuse();
  EXPECT_EQ(WireReason(Get(NewSerial())->WaitUntilDone()), "CALLER_UNKNOWN");
  // Also where the serial number is odd, of which a stranger is told nothing.
  EXPECT_EQ(WireReason(Get("short")->WaitUntilDone()), "CALLER_UNKNOWN");
}

TEST_F(CaServiceTest, TheBundleInForceIsForEveryone) {
  caller_reader_.Refuse();  // the access check's to judge
  for (const char* version : {"one", "two"}) {
    bundles_.Replace({.trust_domain = "fleet.example", .roots = {"a", "b"}, .version = version});
    grpc::CallbackServerContext context;
    grpc::testing::DefaultReactorTestPeer peer(&context);
    grpc::ByteBuffer request, octets;
    WriteMessage(v1::GetTrustBundleRequest(), &request);
    service_->GetTrustBundle(&context, &request, &octets);
    ASSERT_TRUE(peer.test_status_set());
    EXPECT_TRUE(peer.test_status().ok());
    v1::GetTrustBundleResponse response;
    FLEETCA_ASSERT_OK(ReadMessage(octets, &response));
    EXPECT_EQ(response.trust_domain(), "fleet.example");
    EXPECT_EQ(response.version(), version);
    EXPECT_THAT(response.roots_der(), ElementsAre("a", "b"));
  }
}

TEST_F(CaServiceTest, EachIssuingMethodComesToTheQueue) {
  v1::IssueCertificateRequest one;
  one.set_csr_der("a CSR");
  FakeUnaryCall single(executor_);
  single.SetRequest(one);
  single.Bind(service_->IssueCertificate(&single.context, &single.request, &single.response));
  Pop().Answer(Issued("certificate"));
  EXPECT_TRUE(single.WaitUntilDone().ok());

  v1::BatchIssueCertificatesRequest two;
  *two.add_requests() = one;
  *two.add_requests() = one;
  FakeUploadCall batch(executor_);
  batch.Bind(service_->BeginBatch(&batch.context, &batch.response));
  batch.Send(two);
  Pop().Answer(Issued("certificate"));
  Pop().Answer(Issued("certificate"));
  EXPECT_TRUE(batch.WaitUntilDone().ok());
}

TEST_F(CaServiceTest, ADrainEndsTheOpenStreamsAndThoseThatComeInIt) {
  FakeBidiCall open(executor_);
  open.Bind(service_->StreamIssueCertificates(&open.context));
  EXPECT_FALSE(open.finished());
  service_->BeginDrain();
  EXPECT_EQ(open.WaitUntilDone().error_code(), StatusCode::UNAVAILABLE);
  FakeBidiCall late(executor_);
  late.Bind(service_->StreamIssueCertificates(&late.context));
  EXPECT_EQ(late.WaitUntilDone().error_code(), StatusCode::UNAVAILABLE);
}

}  // namespace
}  // namespace fleetca::service
