#include "service/call/wire_message.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "fleetca/v1/certificate_authority.pb.h"
#include "tests/testing/status_matchers.h"

namespace fleetca::service {
namespace {

using ::fleetca::testing::IsInvalid;

grpc::ByteBuffer InPieces(const std::string& octets, size_t size) {
  std::vector<grpc::Slice> pieces;
  for (size_t i = 0; i < octets.size(); i += size) {
    pieces.emplace_back(octets.substr(i, size));
  }
  return grpc::ByteBuffer(pieces.data(), pieces.size());
}

v1::IssueCertificateRequest Request() {
  v1::IssueCertificateRequest request;
  request.set_csr_der("a CSR");
  request.set_profile("service");
  return request;
}

std::string Spoiled(std::string octets) {
  octets.replace(octets.find("service"), 2, "\xff\xfe");
  return octets;
}

TEST(WireMessageTest, ReadsWhatWasWrittenInOnePieceOrMany) {
  grpc::ByteBuffer written;
  WriteMessage(Request(), &written);
  const std::string octets = Request().SerializeAsString();
  EXPECT_EQ(written.Length(), octets.size());
  for (const grpc::ByteBuffer& buffer : {written, InPieces(octets, 1), InPieces(octets, 5)}) {
    v1::IssueCertificateRequest read;
    FLEETCA_EXPECT_OK(ReadMessage(buffer, &read));
    EXPECT_EQ(read.SerializeAsString(), octets);
  }
}

TEST(WireMessageTest, NoOctetsAreAnEmptyMessage) {
  v1::GetTrustBundleRequest read;
  FLEETCA_EXPECT_OK(ReadMessage(grpc::ByteBuffer(), &read));
  grpc::ByteBuffer written;
  WriteMessage(read, &written);
  EXPECT_EQ(written.Length(), 0u);
}

TEST(WireMessageTest, WhatIsNotUtf8OrDamagedIsMalformed) {
  const std::string octets = Request().SerializeAsString();
  for (const std::string& bad : {Spoiled(octets), octets.substr(0, octets.size() - 1),
                                 std::string("\xff\xff\xff"), std::string("\x0b")}) {
    v1::IssueCertificateRequest read;
    EXPECT_THAT(ReadMessage(InPieces(bad, 100), &read), IsInvalid(Reason::kRequestMalformed, ""));
  }
}

TEST(WireMessageTest, ABatchLosesItsMalformedRequestsAlone) {
  v1::BatchIssueCertificatesRequest one;
  *one.add_requests() = Request();
  const std::string good = one.SerializeAsString();
  v1::BatchIssueCertificatesRequest read;
  std::vector<int> malformed;
  FLEETCA_ASSERT_OK(
      ReadBatch(InPieces(Spoiled(good) + good + Spoiled(good), 9), &read, &malformed));
  EXPECT_EQ(malformed, (std::vector<int>{0, 2}));
  ASSERT_EQ(read.requests_size(), 3);
  EXPECT_EQ(read.requests(0).ByteSizeLong(), 0u);
  EXPECT_EQ(read.requests(1).profile(), "service");
  EXPECT_EQ(read.requests(2).ByteSizeLong(), 0u);
}

TEST(WireMessageTest, ADamagedBatchIsMalformedAsAWhole) {
  v1::BatchIssueCertificatesRequest read;
  std::vector<int> malformed;
  EXPECT_THAT(ReadBatch(InPieces("\x0a\x7f", 100), &read, &malformed),
              IsInvalid(Reason::kRequestMalformed, ""));
}

TEST(WireMessageTest, AMalformedRequestOfAStreamKeepsItsId) {
  v1::StreamIssueCertificatesRequest message;
  message.set_id(77);
  *message.mutable_request() = Request();
  v1::StreamIssueCertificatesRequest read;
  bool malformed = true;
  FLEETCA_ASSERT_OK(ReadStreamed(InPieces(message.SerializeAsString(), 100), &read, &malformed));
  EXPECT_FALSE(malformed);
  EXPECT_EQ(read.request().profile(), "service");
  FLEETCA_ASSERT_OK(
      ReadStreamed(InPieces(Spoiled(message.SerializeAsString()), 100), &read, &malformed));
  EXPECT_TRUE(malformed);
  EXPECT_EQ(read.id(), 77u);
  EXPECT_FALSE(read.has_request());
  EXPECT_THAT(ReadStreamed(InPieces("\x08", 100), &read, &malformed),
              IsInvalid(Reason::kRequestMalformed, ""));
}

}  // namespace
}  // namespace fleetca::service
