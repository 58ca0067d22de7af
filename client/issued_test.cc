#include "client/issued.h"

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/errors.h"
#include "client/testing/ca_client_fixture.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace fleetca::client {
namespace {

using testing::ExpectAnswerInvalid;
using testing::FakeOrder;
using testing::MakeCsr;

using IssuedTest = testing::CaClientTest;

TEST_F(IssuedTest, AMissingCertificateIsNoAnswer) {
  ExpectAnswerInvalid(IssueTampered([](v1::IssuedCertificate* certificate, auto*) {
                        certificate->clear_certificate_der();
                      }),
                      "the certificate");
}

TEST_F(IssuedTest, ACertificateForAnotherKeyIsRefused) {
  const std::string other_csr = MakeCsr();
  FakeOrder order;
  order.spki = std::string(*CsrPublicKey(other_csr));
  const auto wrong = server_.ca().Issue(order);
  ExpectAnswerInvalid(
      IssueTampered([&wrong](v1::IssuedCertificate* certificate, auto*) {
        certificate->set_certificate_der(wrong.der);
        certificate->set_serial_number(std::string(wrong.serial.bytes()));
        certificate->mutable_not_before()->set_seconds(absl::ToUnixSeconds(wrong.not_before));
        certificate->mutable_not_after()->set_seconds(absl::ToUnixSeconds(wrong.not_after));
      }),
      "not for the key that was asked for");
}

TEST_F(IssuedTest, ABrokenSignatureIsRefused) {
  ExpectAnswerInvalid(IssueTampered([](v1::IssuedCertificate* certificate, auto*) {
                        certificate->mutable_certificate_der()->back() ^= 1;
                      }),
                      "the chain");
}

TEST_F(IssuedTest, AChainThatDidNotSignItIsRefused) {
  const testing::FakeCa stranger;
  ExpectAnswerInvalid(IssueTampered([&stranger](auto*, std::vector<std::string>* chain) {
                        *chain = {stranger.issuing_der()};
                      }),
                      "the chain");
}

TEST_F(IssuedTest, AWholeAnswerOfAnotherCaOfTheSameNameIsRefused) {
  const testing::FakeCa stranger;
  FakeOrder order;
  order.spki = std::string(*CsrPublicKey(csr_));
  const auto theirs = stranger.Issue(order);
  ExpectAnswerInvalid(
      IssueTampered([&](v1::IssuedCertificate* certificate, std::vector<std::string>* chain) {
        certificate->set_certificate_der(theirs.der);
        certificate->set_serial_number(std::string(theirs.serial.bytes()));
        certificate->mutable_not_before()->set_seconds(absl::ToUnixSeconds(theirs.not_before));
        certificate->mutable_not_after()->set_seconds(absl::ToUnixSeconds(theirs.not_after));
        *chain = {stranger.issuing_der()};
      }),
      "root");
}

TEST_F(IssuedTest, NoChainAndNoRootIsRefused) {
  ExpectAnswerInvalid(IssueTampered([](auto*, std::vector<std::string>* chain) { chain->clear(); }),
                      "no chain");
}

TEST_F(IssuedTest, ASerialOrTimeThatIsNotTheCertificatesIsRefused) {
  ExpectAnswerInvalid(IssueTampered([](v1::IssuedCertificate* certificate, auto*) {
                        certificate->mutable_serial_number()->back() ^= 1;
                      }),
                      "serial number");
  ExpectAnswerInvalid(
      IssueTampered([](v1::IssuedCertificate* certificate, auto*) {
        certificate->mutable_not_after()->set_seconds(certificate->not_after().seconds() + 1);
      }),
      "validity");
  ExpectAnswerInvalid(IssueTampered([](v1::IssuedCertificate* certificate, auto*) {
                        certificate->set_serial_number("\x01");
                      }),
                      "");
}

// The answer to Request(), replaced by a certificate valid between these times.
std::function<void(v1::IssuedCertificate*, std::vector<std::string>*)> WithValidity(
    const testing::FakeCa& ca, const std::string& csr, absl::Time not_before,
    absl::Time not_after) {
  FakeOrder order;
  order.spki = std::string(*CsrPublicKey(csr));
  order.not_before = not_before;
  order.not_after = not_after;
  return [made = ca.Issue(order)](v1::IssuedCertificate* certificate, std::vector<std::string>*) {
    certificate->set_certificate_der(made.der);
    certificate->set_serial_number(std::string(made.serial.bytes()));
    certificate->mutable_not_before()->set_seconds(absl::ToUnixSeconds(made.not_before));
    certificate->mutable_not_after()->set_seconds(absl::ToUnixSeconds(made.not_after));
  };
}

TEST_F(IssuedTest, TimesMustBeSane) {
  const absl::Time now = absl::Now();
  ExpectAnswerInvalid(
      IssueTampered(WithValidity(server_.ca(), csr_, now + absl::Hours(1), now + absl::Hours(2))),
      "not valid yet");
  ExpectAnswerInvalid(
      IssueTampered(WithValidity(server_.ca(), csr_, now - absl::Hours(2), now - absl::Hours(1))),
      "expired");
  // Clocks a little apart are not a fault.
  EXPECT_TRUE(
      IssueTampered(WithValidity(server_.ca(), csr_, now + absl::Minutes(2), now + absl::Hours(2)))
          .ok());
}

TEST_F(IssuedTest, AReplayedCertificateThatExpiredSaysSo) {
  const absl::Time now = absl::Now();
  auto expired = WithValidity(server_.ca(), csr_, now - absl::Hours(2), now - absl::Hours(1));
  const absl::Status status =
      IssueTampered([&expired](v1::IssuedCertificate* certificate, std::vector<std::string>* c) {
        expired(certificate, c);
        certificate->set_replayed(true);
      });
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(GetReason(status), Reason::kRequestIdExpired);
}

TEST_F(IssuedTest, ABatchItemForAnotherKeyIsRefusedAlone) {
  // Both items get the certificate of the first.
  v1::IssuedCertificate first;
  server_.service().Tamper([&first](v1::IssuedCertificate* certificate, std::vector<std::string>*) {
    if (first.certificate_der().empty()) {
      first = *certificate;
    }
    *certificate = first;
  });
  std::vector<IssueOptions> items(2, Request());
  items[1].csr_der = MakeCsr();
  const auto results = MakeClient()->IssueBatch(items);
  ASSERT_TRUE(results.ok()) << results.status();
  EXPECT_TRUE((*results)[0].ok());
  ExpectAnswerInvalid((*results)[1].status(), "not for the key");
}

TEST_F(IssuedTest, GetRefusesAnotherCertificate) {
  const auto client = MakeClient();
  const absl::StatusOr<Issued> first = client->Issue(Request());
  const absl::StatusOr<Issued> second = client->Issue(Request());
  ASSERT_TRUE(first.ok() && second.ok());
  server_.service().Tamper([&second](v1::IssuedCertificate* certificate, auto*) {
    certificate->set_certificate_der(second->certificate_der);
    certificate->set_serial_number(std::string(second->serial.bytes()));
  });
  ExpectAnswerInvalid(client->Get(first->serial).status(), "another certificate");
}

}  // namespace
}  // namespace fleetca::client
