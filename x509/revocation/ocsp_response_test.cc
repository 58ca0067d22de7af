#include "x509/revocation/ocsp_response.h"

#include <string>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "tests/testing/status_matchers.h"
#include "x509/der/oid.h"
#include "x509/revocation/ocsp_reader.h"
#include "x509/revocation/testing/ocsp_fixture.h"

namespace fleetca::x509 {
namespace {

using ::fleetca::testing::IsInvalid;

const OcspFixture& Fixture() { return OcspFixture::P256(); }

OcspAnswer Revoked(RevocationReason reason) {
  OcspAnswer answer = OcspFixture::Good();
  answer.revocation = {.status = OcspCertStatus::kRevoked,
                       .revoked_at = kTestNow - absl::Hours(5),
                       .reason = reason};
  return answer;
}

TEST(OcspResponseTemplate, SaysWhatWasDecidedOctetForOctet) {
  OcspAnswer answer = Revoked(RevocationReason::kKeyCompromise);
  answer.hashes = OcspAnswerHashes::kSha1;
  answer.nonce = "nonce";
  std::string cert_id;
  Fixture().hashes.AppendCertId(CertIdHash::kSha1, OcspFixture::kSerial, &cert_id);
  const auto key_hash = ResponderKeyHash(Fixture().delegate.public_key.key_bits);
  const auto hex = [](absl::string_view octets) { return absl::BytesToHexString(octets); };
  const auto time = [&](const char* text) { return absl::StrCat("180f", hex(text)); };
  EXPECT_EQ(hex(Fixture().maker->Build(answer)),
            absl::StrCat("3081d4",                                                  //
                         "a2160414", hex({key_hash.data(), key_hash.size()}),       //
                         time("20260601115900Z"),                                   //
                         "30818e", "30818b", hex(cert_id),                          //
                         "a116", time("20260601070000Z"), "a0030a0101",             //
                         time("20260601115800Z"), "a011", time("20260601200000Z"),  //
                         "a1183016301406092b0601050507300102040704056e6f6e6365"));
}

TEST(OcspResponseTemplate, GoodUnknownAndRevokedAreReadAsTheyWereWritten) {
  OcspAnswer unknown = OcspFixture::Good();
  unknown.revocation.status = OcspCertStatus::kUnknown;
  for (const OcspAnswer& answer :
       {OcspFixture::Good(), unknown, Revoked(RevocationReason::kUnspecified),
        Revoked(RevocationReason::kAaCompromise)}) {
    const std::string der = Fixture().Respond(answer);
    const auto response = ParseOcspResponse(der);
    ASSERT_TRUE(response.ok()) << response.status();
    EXPECT_EQ(response->status, OcspResponseStatus::kSuccessful);
    EXPECT_EQ(response->produced_at, answer.produced_at);
    EXPECT_FALSE(response->nonce.has_value());
    ASSERT_EQ(response->certificates.size(), 1u);
    EXPECT_EQ(response->certificates[0], Fixture().responder.certificate);
    ASSERT_EQ(response->responses.size(), 2u);
    EXPECT_EQ(response->responses[0].cert_id.hash, CertIdHash::kSha256);
    EXPECT_EQ(response->responses[1].cert_id.hash, CertIdHash::kSha1);
    for (const OcspSingleResponse& single : response->responses) {
      EXPECT_TRUE(Fixture().hashes.Matches(single.cert_id));
      EXPECT_EQ(single.cert_id.serial, answer.serial);
      EXPECT_EQ(single.revocation.status, answer.revocation.status);
      EXPECT_EQ(single.revocation.reason, answer.revocation.reason);
      EXPECT_EQ(single.this_update, answer.this_update);
      EXPECT_EQ(single.next_update, answer.next_update);
      if (answer.revocation.status == OcspCertStatus::kRevoked) {
        EXPECT_EQ(single.revocation.revoked_at, answer.revocation.revoked_at);
      }
    }
  }
}

TEST(OcspResponseTemplate, LeavesReasonZeroOut) {
  const std::string with = Fixture().maker->Build(Revoked(RevocationReason::kSuperseded));
  const std::string without = Fixture().maker->Build(Revoked(RevocationReason::kUnspecified));
  EXPECT_EQ(with.size(), without.size() + 2 * 5);
  EXPECT_TRUE(absl::StrContains(with, Bytes("\xa0\x03\x0a\x01\x04")));
  EXPECT_FALSE(absl::StrContains(without, Bytes("\x0a\x01")));
}

TEST(OcspResponseTemplate, WritesGeneralizedTimeInEveryYear) {
  OcspAnswer answer = OcspFixture::Good();
  answer.this_update = absl::FromUnixSeconds(0) + absl::Milliseconds(999);
  answer.next_update = absl::FromUnixSeconds(2'524'608'000);
  const std::string data = Fixture().maker->Build(answer);
  EXPECT_TRUE(absl::StrContains(data, Bytes("\x18\x0f") + "19700101000000Z"));
  EXPECT_TRUE(absl::StrContains(data, Bytes("\x18\x0f") + "20500101000000Z"));
}

TEST(OcspResponseTemplate, EchoesNoncesOfEverySize) {
  for (const size_t size : {1, 2, 109, 110, 127, 128}) {
    const std::string nonce(size, '\xee');
    OcspAnswer answer = OcspFixture::Good();
    answer.nonce = nonce;
    const std::string der = Fixture().Respond(answer);
    const auto response = ParseOcspResponse(der);
    ASSERT_TRUE(response.ok()) << response.status();
    EXPECT_EQ(response->nonce, nonce);
  }
}

TEST(OcspResponseTemplate, RefusesACertificateThatIsNoRespondersAndASchemeThatDoesNotFit) {
  const OcspFixture& f = Fixture();
  const std::string leaf_der = IssueLeaf(f.ca, f.responder.key);
  const auto leaf = ParseCertificate(leaf_der);
  const auto root = ParseCertificate(f.root.certificate);
  const auto is_refused = IsInvalid(Reason::kConfigInvalid, "delegate");
  const auto scheme = f.responder.scheme;
  EXPECT_THAT(OcspResponseTemplate::Create(f.issuer, *leaf, scheme), is_refused);
  EXPECT_THAT(OcspResponseTemplate::Create(f.issuer, f.issuer, scheme), is_refused);
  EXPECT_THAT(OcspResponseTemplate::Create(*root, f.delegate, scheme), is_refused);
  EXPECT_THAT(OcspResponseTemplate::Create(f.issuer, f.delegate, SignatureScheme::kEd25519),
              is_refused);
}

TEST(OcspErrorResponse, SaysOnlyWhy) {
  const struct {
    OcspResponseStatus status;
    const char* hex;
    const char* name;
  } kCases[] = {
      {OcspResponseStatus::kMalformedRequest, "30030a0101", "malformedRequest"},
      {OcspResponseStatus::kInternalError, "30030a0102", "internalError"},
      {OcspResponseStatus::kTryLater, "30030a0103", "tryLater"},
      {OcspResponseStatus::kSigRequired, "30030a0105", "sigRequired"},
      {OcspResponseStatus::kUnauthorized, "30030a0106", "unauthorized"},
  };
  for (const auto& row : kCases) {
    EXPECT_EQ(absl::BytesToHexString(OcspErrorResponse(row.status)), row.hex);
    EXPECT_EQ(OcspResponseStatusName(row.status), row.name);
    const auto response = ParseOcspResponse(OcspErrorResponse(row.status));
    ASSERT_TRUE(response.ok()) << response.status();
    EXPECT_EQ(response->status, row.status);
  }
  EXPECT_EQ(OcspResponseStatusName(OcspResponseStatus::kSuccessful), "successful");
}

}  // namespace
}  // namespace fleetca::x509
