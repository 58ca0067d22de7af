#include "client/agent/sockets/sds_stream.h"

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/errors.h"
#include "client/agent/sockets/testing/test_identity.h"
#include "client/agent/sockets/testing/wire.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/testing/status_matchers.h"
#include "x509/pem.h"

namespace fleetca::client {
namespace {

using ::envoy::service::discovery::v3::DiscoveryRequest;
using ::envoy::service::discovery::v3::DiscoveryResponse;
using ::fleetca::client::testing::IdentityOfWords;
using ::fleetca::client::testing::kTestKeyPkcs8Pem;
using ::fleetca::client::testing::WireField;
using ::fleetca::client::testing::WireTrue;
using ::fleetca::testing::IsError;
using ::fleetca::testing::IsInvalid;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using Kind = SdsStream::Kind;

constexpr char kId[] = "spiffe://fleet.example/web";
constexpr char kDomain[] = "spiffe://fleet.example";

std::shared_ptr<const SdsSecrets> SecretsOf(const HeldIdentity& held) {
  absl::StatusOr<SdsSecrets> made = SdsSecrets::Make(held);
  EXPECT_TRUE(made.ok()) << made.status();
  return std::make_shared<const SdsSecrets>(*std::move(made));
}

DiscoveryRequest Request(const std::vector<std::string>& names, const std::string& nonce = "") {
  DiscoveryRequest request;
  request.set_type_url(kSdsSecretType);
  request.set_response_nonce(nonce);
  for (const std::string& name : names) {
    request.add_resource_names(name);
  }
  return request;
}

// "NONCE: NAME..." of a response, "" where there is none.
std::string Told(const SharedOctets& octets) {
  if (octets == nullptr) {
    return "";
  }
  DiscoveryResponse response;
  EXPECT_TRUE(response.ParseFromArray(octets->view().data(), static_cast<int>(octets->size())));
  EXPECT_EQ(response.version_info(), response.nonce());
  EXPECT_EQ(response.type_url(), kSdsSecretType);
  std::string told = absl::StrCat(response.nonce(), ":");
  for (const auto& resource : response.resources()) {
    EXPECT_EQ(resource.type_url(), kSdsSecretType);
    // Field 1 comes first: its length is the second octet.
    absl::StrAppend(&told, " ",
                    resource.value().substr(2, static_cast<size_t>(resource.value()[1])));
  }
  return told;
}

class SdsStreamTest : public ::testing::Test {
 protected:
  Kind Ask(const DiscoveryRequest& request) {
    const absl::StatusOr<Kind> kind = stream_.OnRequest(request);
    EXPECT_TRUE(kind.ok()) << kind.status();
    return kind.value_or(Kind::kStale);
  }
  std::string Next() { return Told(stream_.Next()); }
  void Hold(const HeldIdentity& held) { stream_.OnSecrets(SecretsOf(held)); }

  HeldIdentity held_ = IdentityOfWords();
  SdsStream stream_;
};

TEST_F(SdsStreamTest, ACertificateOctetByOctet) {
  Hold(held_);
  Ask(Request({"default"}));
  const SharedOctets response = stream_.Next();
  ASSERT_NE(response, nullptr);
  const std::string chain = absl::StrCat(x509::EncodePem("CERTIFICATE", "leaf"),
                                         x509::EncodePem("CERTIFICATE", "issuing"),
                                         x509::EncodePem("CERTIFICATE", "policy"));
  const std::string secret =
      absl::StrCat(WireField(1, "default"),
                   WireField(2, absl::StrCat(WireField(1, WireField(2, chain)),
                                             WireField(2, WireField(2, kTestKeyPkcs8Pem)))));
  EXPECT_EQ(
      response->view(),
      absl::StrCat(WireField(1, "1"),
                   WireField(2, absl::StrCat(WireField(1, kSdsSecretType), WireField(2, secret))),
                   WireField(4, kSdsSecretType), WireField(5, "1")));
}

TEST_F(SdsStreamTest, RootsAndCrlsStandTogetherOctetByOctet) {
  const std::string roots = absl::StrCat(x509::EncodePem("CERTIFICATE", "root"),
                                         x509::EncodePem("CERTIFICATE", "next root"));
  const std::string context =
      absl::StrCat(WireField(1, WireField(2, roots)),
                   WireField(7, WireField(2, x509::EncodePem("X509 CRL", "crl"))), WireTrue(14));
  EXPECT_EQ(SecretsOf(held_)->Find("ROOTCA")->view(), WireField(4, context));
  held_.crls.clear();
  EXPECT_EQ(SecretsOf(held_)->Find(kDomain)->view(),
            WireField(4, WireField(1, WireField(2, roots))));
}

TEST_F(SdsStreamTest, AllIsForTheSpiffeValidatorOctetByOctet) {
  const std::string roots = absl::StrCat(x509::EncodePem("CERTIFICATE", "root"),
                                         x509::EncodePem("CERTIFICATE", "next root"));
  const std::string validator =
      WireField(1, absl::StrCat(WireField(1, "fleet.example"), WireField(2, WireField(2, roots))));
  const std::string config = absl::StrCat(
      WireField(1, "envoy.tls.cert_validator.spiffe"),
      WireField(2, absl::StrCat(WireField(1,
                                          "type.googleapis.com/envoy.extensions.transport_sockets."
                                          "tls.v3.SPIFFECertValidatorConfig"),
                                WireField(2, validator))));
  EXPECT_EQ(SecretsOf(held_)->Find("ALL")->view(), WireField(4, WireField(12, config)));
}

TEST_F(SdsStreamTest, TheNames) {
  Hold(held_);
  Ask(Request({"ROOTCA", "default", kId, kDomain, "ALL", "default"}));
  EXPECT_EQ(Next(), absl::StrCat("1: ALL ROOTCA default ", kDomain, " ", kId));
  EXPECT_THAT(stream_.UnknownNames(), IsEmpty());
}

TEST_F(SdsStreamTest, NoNamesAreAll) {
  Hold(held_);
  Ask(Request({}));
  EXPECT_EQ(Next(), absl::StrCat("1: ", kId, " ", kDomain));
}

TEST_F(SdsStreamTest, NothingIsSaidUnasked) {
  Hold(held_);
  EXPECT_EQ(Next(), "");
}

TEST_F(SdsStreamTest, AnAcceptedResponseIsNotSentAgain) {
  Hold(held_);
  EXPECT_EQ(Ask(Request({"default"})), Kind::kFirst);
  EXPECT_EQ(Next(), "1: default");
  EXPECT_EQ(Next(), "");
  EXPECT_EQ(Ask(Request({"default"}, "1")), Kind::kAccepted);
  EXPECT_EQ(Next(), "");
  Hold(held_);
  EXPECT_EQ(Next(), "");
}

TEST_F(SdsStreamTest, ARefusedResponseIsNotSentAgainUntilItIsAnother) {
  Hold(held_);
  Ask(Request({"ROOTCA"}));
  EXPECT_EQ(Next(), "1: ROOTCA");
  DiscoveryRequest refusal = Request({"ROOTCA"}, "1");
  refusal.mutable_error_detail()->set_message("no trusted CA");
  EXPECT_EQ(Ask(refusal), Kind::kRefused);
  EXPECT_EQ(Next(), "");
  held_.roots_der.pop_back();
  Hold(held_);
  EXPECT_EQ(Next(), "2: ROOTCA");
}

TEST_F(SdsStreamTest, AStaleRequestSaysNothing) {
  Hold(held_);
  Ask(Request({"default"}));
  EXPECT_EQ(Next(), "1: default");
  EXPECT_EQ(Ask(Request({"ROOTCA"}, "")), Kind::kStale);
  EXPECT_EQ(Ask(Request({"ROOTCA"}, "0")), Kind::kStale);
  EXPECT_EQ(Ask(Request({"ROOTCA"}, "2")), Kind::kStale);
  EXPECT_EQ(Next(), "");
}

// Of a stream that was cut off, which this server never saw.
TEST_F(SdsStreamTest, TheNonceOfTheFirstRequestIsNotLookedAt) {
  Hold(held_);
  EXPECT_EQ(Ask(Request({"default"}, "41")), Kind::kFirst);
  EXPECT_EQ(Next(), "1: default");
}

TEST_F(SdsStreamTest, OtherNamesAreAnswered) {
  Hold(held_);
  Ask(Request({"default"}));
  EXPECT_EQ(Next(), "1: default");
  Ask(Request({"default", "ROOTCA"}, "1"));
  EXPECT_EQ(Next(), "2: ROOTCA default");
  Ask(Request({"ROOTCA", "default"}, "2"));
  EXPECT_EQ(Next(), "");
}

TEST_F(SdsStreamTest, NoNamesAfterSomeAreNone) {
  Hold(held_);
  Ask(Request({"default"}));
  EXPECT_EQ(Next(), "1: default");
  Ask(Request({}, "1"));
  EXPECT_EQ(Next(), "");
  held_.crls = {std::make_shared<const std::string>("next crl")};
  Hold(held_);
  EXPECT_EQ(Next(), "");
  Ask(Request({"default"}, "1"));
  EXPECT_EQ(Next(), "2: default");
}

TEST_F(SdsStreamTest, OnlyWhatIsAskedForIsPushed) {
  Hold(held_);
  Ask(Request({"default"}));
  EXPECT_EQ(Next(), "1: default");
  held_.crls = {std::make_shared<const std::string>("next crl")};
  Hold(held_);
  EXPECT_EQ(Next(), "");
  auto credential = std::make_shared<Credential>();
  credential->private_key_pem = SecretBytes(kTestKeyPkcs8Pem);
  credential->certificate_der = "next leaf";
  held_.credential = credential;
  Hold(held_);
  EXPECT_EQ(Next(), "2: default");
}

TEST_F(SdsStreamTest, AnUnknownNameIsHeldAndDoesNotHoldUpTheOthers) {
  Hold(held_);
  Ask(Request({"spiffe://fleet.example/db"}));
  EXPECT_EQ(Next(), "");
  EXPECT_THAT(stream_.UnknownNames(), ElementsAre("spiffe://fleet.example/db"));
  Ask(Request({"default", "spiffe://fleet.example/db", ""}));
  EXPECT_EQ(Next(), "1: default");
  EXPECT_THAT(stream_.UnknownNames(), ElementsAre("", "spiffe://fleet.example/db"));
}

TEST_F(SdsStreamTest, WhatIsNotThereYetIsSaidOnceItIs) {
  stream_.OnSecrets(std::make_shared<const SdsSecrets>());
  Ask(Request({kId, "ROOTCA"}));
  EXPECT_EQ(Next(), "");
  EXPECT_THAT(stream_.UnknownNames(), IsEmpty());
  HeldIdentity without = held_;
  without.credential = nullptr;
  Hold(without);
  EXPECT_EQ(Next(), "1: ROOTCA");
  Hold(held_);
  EXPECT_EQ(Next(), absl::StrCat("2: ROOTCA ", kId));
  // Nobody can be told that a secret is no more.
  Hold(without);
  EXPECT_EQ(Next(), "");
}

TEST_F(SdsStreamTest, TheFirstRequestSaysWhoAsks) {
  DiscoveryRequest request = Request({"default"});
  request.mutable_node()->set_id("envoy-1");
  Ask(request);
  request.mutable_node()->set_id("envoy-2");
  Ask(request);
  EXPECT_EQ(stream_.node(), "envoy-1");
}

TEST_F(SdsStreamTest, OtherTypesAndTooManyNamesAreRefused) {
  DiscoveryRequest request = Request({"default"});
  request.set_type_url("type.googleapis.com/envoy.config.cluster.v3.Cluster");
  EXPECT_THAT(stream_.OnRequest(request), IsInvalid(Reason::kRequestMalformed, "type_url"));
  EXPECT_THAT(stream_.OnRequest(Request(std::vector<std::string>(101, "default"))),
              IsInvalid(Reason::kRequestTooLarge, "resource_names"));
  request.clear_type_url();
  EXPECT_EQ(Ask(request), Kind::kFirst);
}

TEST_F(SdsStreamTest, OneAnswerToWhatIsNoStream) {
  const auto secrets = SecretsOf(held_);
  FLEETCA_ASSERT_OK_AND_ASSIGN(const SharedOctets answer,
                               AnswerSdsOnce(Request({"default"}), secrets));
  EXPECT_EQ(Told(answer), "1: default");
  const auto unknown = AnswerSdsOnce(Request({"default", "nobody"}), secrets);
  EXPECT_THAT(unknown, IsInvalid(Reason::kRequestMalformed, "resource_names"));
  EXPECT_THAT(unknown.status().message(), HasSubstr("\"nobody\" stands for no secret"));
  for (const auto& none :
       {std::make_shared<const SdsSecrets>(), std::shared_ptr<const SdsSecrets>()}) {
    EXPECT_THAT(AnswerSdsOnce(Request({kId}), none),
                IsError(absl::StatusCode::kUnavailable, Reason::kInternal));
  }
}

}  // namespace
}  // namespace fleetca::client
