// Responses with one thing wrong, each refused by the name of its defect. That good ones are read
// is in ocsp_response_test.cc, and what openssl makes in ocsp_openssl_test.cc.
#include "x509/revocation/ocsp_reader.h"

#include <functional>
#include <optional>
#include <string>

#include "absl/strings/match.h"
#include "gtest/gtest.h"
#include "tests/testing/status_matchers.h"
#include "x509/der/der.h"
#include "x509/der/oid.h"
#include "x509/revocation/testing/ocsp_fixture.h"

namespace fleetca::x509 {
namespace {

using ::fleetca::testing::IsInvalid;

std::string Seq(absl::string_view contents) { return der::Encode(der::kSequence, contents); }
std::string Tagged(int n, absl::string_view contents) {
  return der::Encode(der::ContextConstructed(n), contents);
}
std::string Time(absl::string_view text) { return der::Encode(der::kGeneralizedTime, text); }

// A response from its parts, each a run of elements.
struct Parts {
  Parts() { OcspFixture::P256().hashes.AppendCertId(CertIdHash::kSha1, "\x05", &cert_id); }

  std::string Single() const {
    return Seq(cert_id + cert_status + this_update + after_this_update);
  }
  std::string Basic() const {
    const std::string list = singles.has_value() ? *singles : Single();
    return Seq(Seq(version + responder + produced_at + Seq(list) + extensions) + algorithm +
               signature + certificates);
  }
  std::string Encode() const {
    return Seq(status +
               Tagged(0, Seq(type + der::Encode(der::kOctetString, Basic()) + after_basic)) +
               after_bytes);
  }

  std::string cert_id;
  std::string cert_status = Bytes("\x80\x00");
  std::string this_update = Time("20260601120000Z");
  std::string after_this_update = Tagged(0, Time("20260601130000Z"));
  std::optional<std::string> singles;
  std::string version;
  std::string responder = Tagged(2, der::Encode(der::kOctetString, std::string(20, 'k')));
  std::string produced_at = Time("20260601120000Z");
  std::string extensions;
  std::string algorithm = Seq(der::Encode(der::kOid, oid::kEd25519));
  std::string signature = Bytes("\x03\x03\x00\x01\x02");
  std::string certificates;
  std::string type = der::Encode(der::kOid, oid::kOcspBasic);
  std::string after_basic;
  std::string status = Bytes("\x0a\x01\x00");
  std::string after_bytes;
};

std::string Nonce(absl::string_view value) {
  return Tagged(
      1, Seq(Seq(der::Encode(der::kOid, oid::kOcspNonce) + der::Encode(der::kOctetString, value))));
}

constexpr char kWhole[] = "ocsp_response";
constexpr char kData[] = "ocsp_response.response_data";
constexpr char kSingle[] = "ocsp_response.responses";

TEST(ParseOcspResponse, ReadsTheFormsThatRfc6960Allows) {
  const std::function<void(Parts&)> kForms[] = {
      [](Parts&) {},
      [](Parts& p) { p.responder = Tagged(1, Seq("")); },
      [](Parts& p) { p.after_this_update.clear(); },
      [](Parts& p) { p.cert_status = Bytes("\x82\x00"); },
      [](Parts& p) { p.cert_status = Tagged(1, Time("20260601120000Z")); },
      [](Parts& p) {
        p.cert_status = Tagged(1, Time("20260601120000Z") + Bytes("\xa0\x03\x0a\x01\x00"));
      },
      [](Parts& p) { p.extensions = Nonce(Bytes("\x04\x01n")); },
      [](Parts& p) { p.certificates = Tagged(0, Seq("")); },
      [](Parts& p) { p.certificates = Tagged(0, Seq(Seq("") + Seq(""))); },
      [](Parts& p) {
        p.after_this_update += Tagged(1, Seq(Seq(Bytes("\x06\x02\x2a\x03\x04\x03") + "any")));
      },
  };
  for (const auto& change : kForms) {
    Parts parts;
    change(parts);
    const std::string der = parts.Encode();
    const auto response = ParseOcspResponse(der);
    ASSERT_TRUE(response.ok()) << response.status();
    EXPECT_EQ(response->signature, Bytes("\x01\x02"));
    EXPECT_EQ(response->responder_name.empty(), !response->responder_key_hash.empty());
  }
}

TEST(ParseOcspResponse, RefusesEachDefectByName) {
  const struct {
    const char* field;
    absl::string_view phrase;
    std::function<void(Parts&)> spoil;
  } kCases[] = {
      {kWhole, "begins with a status", [](Parts& p) { p.status = Bytes("\x0a\x01\x04"); }},
      {kWhole, "begins with a status", [](Parts& p) { p.status = Bytes("\x0a\x01\x07"); }},
      {kWhole, "begins with a status", [](Parts& p) { p.status = Bytes("\x0a\x01\xff"); }},
      {kWhole, "begins with a status", [](Parts& p) { p.status = Bytes("\x02\x01\x00"); }},
      {kWhole, "after the status of an error", [](Parts& p) { p.status = Bytes("\x0a\x01\x06"); }},
      {kWhole, "one response in it", [](Parts& p) { p.after_bytes = Bytes("\x05\x00"); }},
      {kWhole, "one response in it", [](Parts& p) { p.after_basic = Bytes("\x05\x00"); }},
      {kWhole, "1.3.101.112", [](Parts& p) { p.type = der::Encode(der::kOid, oid::kEd25519); }},
      {kWhole, "not data", [](Parts& p) { p.signature = Bytes("\x03\x01\x00"); }},
      {kWhole, "not data", [](Parts& p) { p.signature = Bytes("\x03\x02\x01\x02"); }},
      {kWhole, "not data", [](Parts& p) { p.algorithm.clear(); }},
      {kWhole, "after its certificates", [](Parts& p) { p.certificates = Bytes("\x05\x00"); }},
      {kWhole, "not one SEQUENCE", [](Parts& p) { p.certificates = Tagged(0, ""); }},
      {kWhole, "not a SEQUENCE",
       [](Parts& p) { p.certificates = Tagged(0, Seq(Bytes("\x05\x00"))); }},
      {kWhole, "more than 16",
       [](Parts& p) {
         std::string many;
         for (int i = 0; i < 17; ++i) {
           many += Seq("");
         }
         p.certificates = Tagged(0, Seq(many));
       }},
      {kData, "names a version", [](Parts& p) { p.version = Tagged(0, Bytes("\x02\x01\x00")); }},
      {kData, "name its responder", [](Parts& p) { p.responder.clear(); }},
      {kData, "name its responder", [](Parts& p) { p.responder = Tagged(2, Bytes("\x04\x01k")); }},
      {kData, "producedAt",
       [](Parts& p) { p.produced_at = der::Encode(der::kUtcTime, "260601120000Z"); }},
      {kData, "producedAt", [](Parts& p) { p.produced_at = Time("20260601120000.5Z"); }},
      {kData, "producedAt", [](Parts& p) { p.produced_at = Time("20260601120000"); }},
      {kData, "producedAt", [](Parts& p) { p.produced_at = Time("20260631120000Z"); }},
      {kData, "producedAt", [](Parts& p) { p.produced_at = Time("202606011200Z"); }},
      {kData, "after its extensions", [](Parts& p) { p.extensions = Bytes("\x05\x00"); }},
      {kData, "1 to 128", [](Parts& p) { p.extensions = Nonce("raw"); }},
      {kData, "1 to 128", [](Parts& p) { p.extensions = Nonce(Bytes("\x04\x00")); }},
      {kData, "critical one",
       [](Parts& p) {
         p.extensions = Tagged(1, Seq(Seq(Bytes("\x06\x02\x2a\x03\x01\x01\xff\x04\x00"))));
       }},
      {kSingle, "nothing of any certificate", [](Parts& p) { p.singles = ""; }},
      {kSingle, "not a SEQUENCE", [](Parts& p) { p.singles = Bytes("\x05\x00"); }},
      {kSingle, "more than 64",
       [](Parts& p) {
         std::string many;
         for (int i = 0; i < 65; ++i) {
           many += p.Single();
         }
         p.singles = many;
       }},
      {kSingle, "not a CertID", [](Parts& p) { p.cert_id = Seq(""); }},
      {kSingle, "status that is not", [](Parts& p) { p.cert_status = Bytes("\x80\x01x"); }},
      {kSingle, "status that is not", [](Parts& p) { p.cert_status = Bytes("\x83\x00"); }},
      {kSingle, "status that is not", [](Parts& p) { p.cert_status = Tagged(1, ""); }},
      {kSingle, "status that is not",
       [](Parts& p) {
         p.cert_status = Tagged(1, Time("20260601120000Z") + Bytes("\xa0\x03\x0a\x01\x07"));
       }},
      {kSingle, "status that is not",
       [](Parts& p) {
         p.cert_status = Tagged(1, Time("20260601120000Z") + Bytes("\xa0\x03\x0a\x01\x0b"));
       }},
      {kSingle, "status that is not",
       [](Parts& p) {
         p.cert_status = Tagged(1, Time("20260601120000Z") + Bytes("\xa0\x03\x02\x01\x01"));
       }},
      {kSingle, "thisUpdate", [](Parts& p) { p.this_update.clear(); }},
      {kSingle, "nextUpdate", [](Parts& p) { p.after_this_update = Tagged(0, ""); }},
      {kSingle, "after the fields", [](Parts& p) { p.after_this_update = Bytes("\x05\x00"); }},
      {kSingle, "extensions", [](Parts& p) { p.after_this_update = Tagged(1, ""); }},
  };
  for (const auto& row : kCases) {
    Parts parts;
    row.spoil(parts);
    const std::string der = parts.Encode();
    const auto response = ParseOcspResponse(der);
    EXPECT_THAT(response, IsInvalid(Reason::kOcspResponseMalformed, row.field)) << row.phrase;
    EXPECT_TRUE(absl::StrContains(response.status().message(), row.phrase))
        << "\"" << row.phrase << "\" is not in: " << response.status();
  }
}

TEST(ParseOcspResponse, RefusesWhatIsNotDerAllTheWay) {
  const std::string good = Parts().Encode();
  const auto is_malformed = IsInvalid(Reason::kOcspResponseMalformed, kWhole);
  for (size_t i = 0; i < good.size(); ++i) {
    EXPECT_THAT(ParseOcspResponse(good.substr(0, i)), is_malformed);
  }
  EXPECT_THAT(ParseOcspResponse(good + '\0'), is_malformed);
  EXPECT_THAT(ParseOcspResponse(std::string(65537, '\0')), is_malformed);
  Parts inside;
  inside.algorithm = Seq(Bytes("\x06\x01\x80"));
  EXPECT_THAT(ParseOcspResponse(inside.Encode()), is_malformed);
}

TEST(ParseOcspResponse, NamesAHashThatIsNotSupported) {
  Parts parts;
  parts.cert_id = Seq(Seq(der::Encode(der::kOid, oid::kSha384)) +
                      der::Encode(der::kOctetString, std::string(48, 'n')) +
                      der::Encode(der::kOctetString, std::string(48, 'k')) + Bytes("\x02\x01\x05"));
  EXPECT_THAT(ParseOcspResponse(parts.Encode()), IsInvalid(Reason::kOcspHashUnsupported, kSingle));
}

}  // namespace
}  // namespace fleetca::x509
