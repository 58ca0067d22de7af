#include "x509/revocation/ocsp_verify.h"

#include <functional>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "tests/testing/status_matchers.h"
#include "x509/der/oid.h"
#include "x509/revocation/ocsp_reader.h"
#include "x509/revocation/testing/ocsp_fixture.h"
#include "x509/signature_algorithm.h"

namespace fleetca::x509 {
namespace {

using ::fleetca::testing::IsError;

constexpr absl::StatusCode kInvalid = absl::StatusCode::kInvalidArgument;

const OcspFixture& Fixture() { return OcspFixture::P256(); }

OcspQuestion Question(const OcspFixture& fixture = Fixture()) {
  return {.issuer = &fixture.issuer,
          .serial = OcspFixture::kSerial,
          .nonce = "",
          .at = kTestNow,
          .skew = absl::Minutes(5)};
}

// The status of the certificate asked about, or why it is not to be believed.
absl::StatusOr<OcspCertStatus> Verdict(absl::string_view der, const OcspQuestion& question) {
  const auto response = ParseOcspResponse(der);
  if (!response.ok()) {
    return response.status();
  }
  const auto single = VerifyOcspResponse(*response, question);
  if (!single.ok()) {
    return single.status();
  }
  return (*single)->revocation.status;
}

void ExpectUntrusted(const absl::StatusOr<OcspCertStatus>& verdict, absl::string_view phrase) {
  EXPECT_THAT(verdict, IsError(kInvalid, Reason::kOcspResponderUntrusted)) << phrase;
  EXPECT_TRUE(absl::StrContains(verdict.status().message(), phrase))
      << "\"" << phrase << "\" is not in: " << verdict.status();
}

// A successful response of any signer, whatever the templates think of that signer.
std::string ResponseOf(absl::string_view data, SignatureScheme scheme, const testing::TestKey& key,
                       absl::string_view certificates) {
  std::string basic(data);
  basic += std::string(AlgorithmIdentifier(scheme));
  der::Writer(&basic).BitString(key.Sign(scheme, data));
  if (!certificates.empty()) {
    basic += der::Encode(der::ContextConstructed(0), der::Encode(der::kSequence, certificates));
  }
  std::string bytes;
  der::Writer writer(&bytes);
  writer.Oid(oid::kOcspBasic);
  writer.Element(der::kOctetString, der::Encode(der::kSequence, basic));
  return der::Encode(der::kSequence,
                     Bytes("\x0a\x01\x00") + der::Encode(der::ContextConstructed(0),
                                                         der::Encode(der::kSequence, bytes)));
}

// Good data that names `responder_id` as its responder.
std::string DataOf(absl::string_view responder_id) {
  const std::string data = Fixture().maker->Build(OcspFixture::Good());
  der::Reader outer(data);
  der::Reader fields;
  absl::string_view old_id;
  EXPECT_TRUE(outer.ReadNested(der::kSequence, &fields) &&
              fields.ReadElement(der::ContextConstructed(2), &old_id));
  return der::Encode(der::kSequence, std::string(responder_id) + std::string(fields.rest()));
}

std::string ByKey(const Certificate& certificate) {
  const auto hash = ResponderKeyHash(certificate.public_key.key_bits);
  return der::Encode(der::ContextConstructed(2),
                     der::Encode(der::kOctetString, absl::string_view(hash.data(), hash.size())));
}

TEST(VerifyOcspResponse, BelievesADelegateWithEveryKindOfKey) {
  for (const KeyType type :
       {KeyType::kP256, KeyType::kP384, KeyType::kRsa2048, KeyType::kEd25519}) {
    const OcspFixture fixture(type);
    OcspAnswer answer = OcspFixture::Good();
    const auto good = Verdict(fixture.Respond(answer), Question(fixture));
    ASSERT_TRUE(good.ok()) << good.status();
    EXPECT_EQ(*good, OcspCertStatus::kGood);
    answer.revocation.status = OcspCertStatus::kRevoked;
    answer.revocation.revoked_at = kTestNow - absl::Hours(1);
    EXPECT_EQ(*Verdict(fixture.Respond(answer), Question(fixture)), OcspCertStatus::kRevoked);
  }
}

TEST(VerifyOcspResponse, BelievesTheIssuerItselfByKeyAndByName) {
  const OcspFixture& f = Fixture();
  for (const std::string& id :
       {ByKey(f.issuer), der::Encode(der::ContextConstructed(1), f.issuer.subject)}) {
    const auto verdict = Verdict(ResponseOf(DataOf(id), f.ca.scheme, f.ca.key, ""), Question());
    EXPECT_TRUE(verdict.ok()) << verdict.status();
  }
  // The delegate by name, as other responders do.
  const std::string by_name =
      ResponseOf(DataOf(der::Encode(der::ContextConstructed(1), f.delegate.subject)),
                 f.responder.scheme, f.responder.key, f.responder.certificate);
  EXPECT_TRUE(Verdict(by_name, Question()).ok());
}

TEST(VerifyOcspResponse, FindsTheDelegateAmongOthers) {
  const OcspFixture& f = Fixture();
  const std::string data = f.maker->Build(OcspFixture::Good());
  const std::string der =
      ResponseOf(data, f.responder.scheme, f.responder.key,
                 Bytes("\x30\x00") + f.root.certificate + f.responder.certificate);
  EXPECT_TRUE(Verdict(der, Question()).ok());
}

// A delegate that someone changed, and a response by it.
void ExpectDelegateRefused(
    absl::string_view phrase, const TestCa& by,
    const std::function<void(TbsTemplateOptions&, LintPolicy&, CertSpec&)>& change,
    absl::Time at = kTestNow) {
  const TestOcspResponder responder = MakeChangedOcspResponder(by, KeyType::kP256, change);
  const auto certificate = ParseCertificate(responder.certificate);
  ASSERT_TRUE(certificate.ok());
  OcspQuestion question = Question();
  question.at = at;
  ExpectUntrusted(Verdict(ResponseOf(DataOf(ByKey(*certificate)), responder.scheme, responder.key,
                                     responder.certificate),
                          question),
                  phrase);
}

TEST(VerifyOcspResponse, RefusesADelegateThatTheIssuerDidNotMakeOne) {
  const OcspFixture& f = Fixture();
  const auto nothing = [](TbsTemplateOptions&, LintPolicy&, CertSpec&) {};
  // By the root, which is not the issuer, and by another CA of the issuer's very name.
  ExpectDelegateRefused("names another issuer", f.root, nothing);
  const TestCa namesake = MakeTestIssuingCa(f.root, KeyType::kP256);
  ExpectDelegateRefused("names another key", namesake, nothing);
  TestCa forger = MakeTestIssuingCa(f.root, KeyType::kP256);
  forger.key_id = f.ca.key_id;
  ExpectDelegateRefused("not signed by the key", forger, nothing);
  // A leaf of the issuer, with which anybody could say that he is not revoked.
  ExpectDelegateRefused("OCSPSigning", f.ca, [](TbsTemplateOptions& o, LintPolicy& p, CertSpec&) {
    o.ocsp_responder = p.ocsp_responder = false;
    o.extended_key_usage = p.extended_key_usage = {std::string(oid::kClientAuth)};
  });
  ExpectDelegateRefused("OCSPSigning", f.ca, [](TbsTemplateOptions& o, LintPolicy& p, CertSpec&) {
    o.ocsp_responder = p.ocsp_responder = false;
    o.extended_key_usage.clear();
    p.extended_key_usage.clear();
  });
  // Too old, too young.
  ExpectDelegateRefused("not valid at this time", f.ca, nothing,
                        f.delegate.not_after + absl::Minutes(6));
  ExpectDelegateRefused("not valid at this time", f.ca, nothing,
                        f.delegate.not_before - absl::Minutes(6));
}

TEST(VerifyOcspResponse, RefusesAWrongSignature) {
  const OcspFixture& f = Fixture();
  std::string data = f.maker->Build(OcspFixture::Good());
  const std::string signature = f.responder.key.Sign(f.responder.scheme, data);
  // "good" becomes "unknown" after it was signed.
  const size_t status = data.find(Bytes("\x80\x00\x18\x0f"));
  ASSERT_NE(status, std::string::npos);
  data[status] = '\x82';
  ExpectUntrusted(Verdict(f.maker->Assemble(data, signature), Question()), "signature");
  // Another's key behind the delegate's certificate.
  const testing::TestKey other = testing::TestKey::Make(KeyType::kP256);
  data = f.maker->Build(OcspFixture::Good());
  ExpectUntrusted(
      Verdict(f.maker->Assemble(data, other.Sign(f.responder.scheme, data)), Question()),
      "signature");
  // No certificate of who signed.
  ExpectUntrusted(Verdict(ResponseOf(data, f.responder.scheme, f.responder.key, ""), Question()),
                  "no certificate of who signed");
}

// Good data whose second answer, the one by SHA-256, is that of `second`.
std::string DataOfTwo(const OcspAnswer& second) {
  const std::string good = Fixture().maker->Build(OcspFixture::Good());
  const std::string other = Fixture().maker->Build(second);
  const auto parts = [](absl::string_view data) {
    der::Reader outer(data);
    der::Reader fields;
    der::Reader list;
    absl::string_view id;
    absl::string_view produced_at;
    absl::string_view singles[2];
    EXPECT_TRUE(outer.ReadNested(der::kSequence, &fields) &&
                fields.ReadElement(der::ContextConstructed(2), &id) &&
                fields.ReadElement(der::kGeneralizedTime, &produced_at) &&
                fields.ReadNested(der::kSequence, &list) &&
                list.ReadElement(der::kSequence, &singles[0]) &&
                list.ReadElement(der::kSequence, &singles[1]) && list.empty());
    return std::vector<std::string>{absl::StrCat(id, produced_at), std::string(singles[0]),
                                    std::string(singles[1])};
  };
  return der::Encode(
      der::kSequence,
      absl::StrCat(parts(good)[0], der::Encode(der::kSequence, parts(good)[1] + parts(other)[2])));
}

TEST(VerifyOcspResponse, RefusesTwoAnswersThatDiffer) {
  OcspAnswer second = OcspFixture::Good();
  EXPECT_TRUE(Verdict(Fixture().SignData(DataOfTwo(second)), Question()).ok());
  for (const OcspCertStatus status : {OcspCertStatus::kRevoked, OcspCertStatus::kUnknown}) {
    second.revocation = {.status = status, .revoked_at = kTestNow - absl::Hours(1)};
    const auto verdict = Verdict(Fixture().SignData(DataOfTwo(second)), Question());
    EXPECT_THAT(verdict, IsError(kInvalid, Reason::kOcspResponseOther));
    EXPECT_TRUE(absl::StrContains(verdict.status().message(), "one thing and another"))
        << verdict.status();
  }
}

TEST(VerifyOcspResponse, RefusesAnAnswerToAnotherQuestion) {
  const OcspFixture& f = Fixture();
  const auto is_other = IsError(kInvalid, Reason::kOcspResponseOther);
  OcspAnswer answer = OcspFixture::Good();
  OcspQuestion question = Question();
  question.serial = "\x05";
  EXPECT_THAT(Verdict(f.Respond(answer), question), is_other);
  // A nonce: the same, none, another.
  answer.nonce = "mine";
  question = Question();
  question.nonce = "mine";
  EXPECT_TRUE(Verdict(f.Respond(answer), question).ok());
  question.nonce = "other";
  EXPECT_THAT(Verdict(f.Respond(answer), question), is_other);
  answer.nonce = "";
  EXPECT_TRUE(Verdict(f.Respond(answer), question).ok());
}

TEST(VerifyOcspResponse, HoldsTheTimesAgainstTheClock) {
  const OcspFixture& f = Fixture();
  const OcspAnswer answer = OcspFixture::Good();
  const std::string der = f.Respond(answer);
  const auto is_stale = IsError(kInvalid, Reason::kOcspResponseStale);
  const struct {
    absl::Time at;
    bool good;
  } kCases[] = {
      {answer.this_update, true},
      {answer.this_update - absl::Minutes(5), true},
      {answer.this_update - absl::Minutes(5) - absl::Seconds(1), false},
      {answer.next_update + absl::Minutes(5), true},
      {answer.next_update + absl::Minutes(5) + absl::Seconds(1), false},
  };
  for (const auto& row : kCases) {
    OcspQuestion question = Question();
    question.at = row.at;
    const auto verdict = Verdict(der, question);
    if (row.good) {
      EXPECT_TRUE(verdict.ok()) << verdict.status();
    } else {
      EXPECT_THAT(verdict, is_stale);
    }
  }
  // Without nextUpdate nobody knows how long it is good.
  auto response = ParseOcspResponse(der);
  for (OcspSingleResponse& single : response->responses) {
    single.next_update.reset();
  }
  EXPECT_THAT(VerifyOcspResponse(*response, Question()), is_stale);
}

TEST(VerifyOcspResponse, TellsWhatIsMissingWhereThereIsNoNextUpdate) {
  const std::string der = Fixture().Respond(OcspFixture::Good());
  const auto response = ParseOcspResponse(der);
  FLEETCA_ASSERT_OK(response);
  OcspResponse without = *response;
  for (OcspSingleResponse& single : without.responses) {
    single.next_update.reset();
  }
  const auto verdict = VerifyOcspResponse(without, Question());
  EXPECT_THAT(verdict, IsError(kInvalid, Reason::kOcspResponseStale));
  // No clock is to blame, and asking again does not help.
  EXPECT_TRUE(absl::StrContains(verdict.status().message(), "write nextUpdate"))
      << verdict.status();
  EXPECT_FALSE(absl::StrContains(verdict.status().message(), "clock")) << verdict.status();
}

TEST(VerifyOcspResponse, TellsAnErrorOfTheResponder) {
  const auto verdict = [](OcspResponseStatus status) {
    return Verdict(OcspErrorResponse(status), Question());
  };
  const auto is_not_answered = [](absl::StatusCode code) {
    return IsError(code, Reason::kOcspNotAnswered);
  };
  EXPECT_THAT(verdict(OcspResponseStatus::kTryLater),
              is_not_answered(absl::StatusCode::kUnavailable));
  EXPECT_THAT(verdict(OcspResponseStatus::kInternalError),
              is_not_answered(absl::StatusCode::kUnavailable));
  EXPECT_THAT(verdict(OcspResponseStatus::kUnauthorized),
              is_not_answered(absl::StatusCode::kFailedPrecondition));
  EXPECT_THAT(verdict(OcspResponseStatus::kMalformedRequest),
              is_not_answered(absl::StatusCode::kFailedPrecondition));
}

// RFC 5280 7.1, and a CertID is made of the name as the certificate has it.
TEST(VerifyOcspResponse, AnotherSpellingOfTheIssuersNameIsTheSameIssuer) {
  const std::string respelled = Respelled(Fixture().issuer.subject);
  Certificate issuer = Fixture().issuer;
  issuer.subject = respelled;
  // The delegate's certificate has the issuer's own spelling.
  const auto maker =
      OcspResponseTemplate::Create(issuer, Fixture().delegate, Fixture().responder.scheme);
  ASSERT_TRUE(maker.ok()) << maker.status();
  const std::string data = (*maker)->Build(OcspFixture::Good());
  const std::string response = Fixture().SignData(data);
  OcspQuestion question = Question();
  EXPECT_THAT(Verdict(response, question), IsError(kInvalid, Reason::kOcspResponseOther));
  question.issuer_name = respelled;
  EXPECT_EQ(Verdict(response, question).value(), OcspCertStatus::kGood);
  // Of a responder that goes by the issuer's own spelling.
  EXPECT_EQ(Verdict(Fixture().Respond(OcspFixture::Good()), question).value(),
            OcspCertStatus::kGood);
  // Issuer and delegate, each in another spelling.
  question.issuer = &issuer;
  EXPECT_EQ(Verdict(response, question).value(), OcspCertStatus::kGood);
}

// Of a responder that is named in another spelling than its certificate has.
TEST(VerifyOcspResponse, AnotherSpellingOfTheRespondersNameIsTheSameResponder) {
  const std::string data =
      DataOf(der::Encode(der::ContextConstructed(1), Respelled(Fixture().issuer.subject)));
  EXPECT_EQ(
      Verdict(ResponseOf(data, Fixture().ca.scheme, Fixture().ca.key, ""), Question()).value(),
      OcspCertStatus::kGood);
}

}  // namespace
}  // namespace fleetca::x509
