#include "bench/loadgen/answer_sample.h"

#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/testing/status_matchers.h"
#include "tests/testing/test_issuer.h"

namespace fleetca::loadgen {
namespace {

using ::testing::HasSubstr;

google::protobuf::Timestamp ToProto(absl::Time time) {
  google::protobuf::Timestamp proto;
  proto.set_seconds(absl::ToUnixSeconds(time));
  return proto;
}

// A CA, and a pool with the certificates that it gave for it.
class AnswerSampleTest : public ::testing::Test {
 protected:
  AnswerSampleTest() {
    absl::StatusOr<CsrPool> pool = MakeCsrPool({.key = KeyType::kP256,
                                                .size = 8,
                                                .name_prefix = "spiffe://fleet.test/svc/load-",
                                                .names = 8},
                                               [](size_t, size_t) {});
    EXPECT_TRUE(pool.ok()) << pool.status();
    pool_ = *std::move(pool);
    for (const CsrPool::Entry& entry : pool_.entries) {
      const auto issued = ca_.Issue(entry.csr_der);
      EXPECT_TRUE(issued.ok()) << issued.status();
      v1::IssuedCertificate& answer = answers_.emplace_back();
      answer.set_certificate_der(issued->certificate);
      answer.set_serial_number(issued->serial_number);
      *answer.mutable_not_before() = ToProto(issued->not_before);
      *answer.mutable_not_after() = ToProto(issued->not_after);
      *answer.mutable_renew_after() = ToProto(issued->renew_after);
    }
  }

  SampleResult Verify(AnswerSample& sample) {
    SampleResult result;
    sample.Verify(pool_, {ca_.certificate()}, ca_.clock().Now(), &result);
    return result;
  }

  fleetca::testing::TestIssuer ca_;
  CsrPool pool_;
  std::vector<v1::IssuedCertificate> answers_;
};

TEST_F(AnswerSampleTest, HonestAnswersAreVerified) {
  AnswerSample sample(100);
  for (size_t i = 0; i < answers_.size(); ++i) {
    sample.Offer(answers_[i], i);
  }
  const SampleResult result = Verify(sample);
  EXPECT_EQ(result.verified, 8u);
  EXPECT_EQ(result.failed, 0u) << result.first_failure;
  EXPECT_EQ(result.serials, 8u);
}

TEST_F(AnswerSampleTest, KeepsNoMoreThanItsSizeAndEachIsWithItsCsr) {
  AnswerSample sample(3);
  for (size_t i = 0; i < answers_.size(); ++i) {
    sample.Offer(answers_[i], i);
  }
  EXPECT_EQ(sample.offered(), 8u);
  EXPECT_EQ(Verify(sample).verified, 3u);
}

TEST_F(AnswerSampleTest, ACertificateForAnotherKeyFails) {
  AnswerSample sample(100);
  sample.Offer(answers_[0], 1);
  const SampleResult result = Verify(sample);
  EXPECT_EQ(result.verified, 0u);
  EXPECT_EQ(result.failed, 1u);
  EXPECT_THAT(result.first_failure, HasSubstr("not for the key that was asked for"));
}

TEST_F(AnswerSampleTest, AWrongSignatureFails) {
  AnswerSample sample(100);
  std::string& der = *answers_[0].mutable_certificate_der();
  der.back() = static_cast<char>(der.back() ^ 1);
  sample.Offer(answers_[0], 0);
  EXPECT_EQ(Verify(sample).failed, 1u);
}

TEST_F(AnswerSampleTest, AnotherSerialThanTheCertificatesFails) {
  AnswerSample sample(100);
  answers_[0].set_serial_number(answers_[1].serial_number());
  sample.Offer(answers_[0], 0);
  EXPECT_THAT(Verify(sample).first_failure, HasSubstr("another serial number"));
}

// Also of certificates that were not kept.
TEST_F(AnswerSampleTest, ASerialThatComesTwiceFails) {
  AnswerSample sample(1);
  for (size_t i = 0; i < answers_.size(); ++i) {
    sample.Offer(answers_[i], i);
  }
  sample.Offer(answers_[5], 5);
  EXPECT_THAT(Verify(sample).first_failure, HasSubstr("the same serial number"));
}

TEST_F(AnswerSampleTest, AServerThatCountsLessThanItGaveIsLying) {
  AnswerSample sample(100);
  sample.Offer(answers_[0], 0);
  sample.Offer(answers_[1], 1);
  SampleResult result;
  sample.CheckCount(3, &result);
  sample.CheckCount(2, &result);
  EXPECT_EQ(result.failed, 0u);
  sample.CheckCount(1, &result);
  EXPECT_EQ(result.failed, 1u);
  EXPECT_THAT(result.first_failure, HasSubstr("issued 1 certificates, and 2 were received"));
}

}  // namespace
}  // namespace fleetca::loadgen
