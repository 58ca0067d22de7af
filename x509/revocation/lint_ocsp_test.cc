// Defects made by hand, each in an otherwise good response: the lint refuses it and names it.
#include "x509/revocation/lint_ocsp.h"

#include <functional>
#include <string>
#include <type_traits>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_replace.h"
#include "gtest/gtest.h"
#include "tests/testing/status_matchers.h"
#include "x509/der/der.h"
#include "x509/der/oid.h"
#include "x509/revocation/testing/ocsp_fixture.h"

namespace fleetca::x509 {
namespace {

using ::fleetca::testing::IsError;
using ::fleetca::testing::IsInvalid;

static_assert(!std::is_copy_constructible_v<Prepared>);

const OcspFixture& Fixture() { return OcspFixture::P256(); }

std::string Seq(absl::string_view contents) { return der::Encode(der::kSequence, contents); }
std::string Tagged(int n, absl::string_view contents) {
  return der::Encode(der::ContextConstructed(n), contents);
}

OcspAnswer Revoked() {
  OcspAnswer answer = OcspFixture::Good();
  answer.revocation = {.status = OcspCertStatus::kRevoked,
                       .revoked_at = kTestNow - absl::Hours(5),
                       .reason = RevocationReason::kKeyCompromise};
  answer.hashes = OcspAnswerHashes::kSha256;
  answer.nonce = "nonce";
  return answer;
}

void ExpectFault(const absl::StatusOr<Prepared>& linted, absl::string_view phrase) {
  EXPECT_THAT(linted, IsError(absl::StatusCode::kInternal, Reason::kLintFailed)) << phrase;
  EXPECT_TRUE(absl::StrContains(linted.status().message(), phrase))
      << "\"" << phrase << "\" is not in: " << linted.status();
}

// A ResponseData of one SingleResponse, taken apart; each part is a run of elements.
struct Parts {
  explicit Parts(const OcspAnswer& answer) {
    const std::string data = Fixture().maker->Build(answer);
    der::Reader outer(data);
    der::Reader fields, list, single, id;
    EXPECT_TRUE(outer.ReadNested(der::kSequence, &fields));
    responder = Take(fields);
    produced_at = Take(fields);
    EXPECT_TRUE(fields.ReadNested(der::kSequence, &list));
    extensions = std::string(fields.rest());
    EXPECT_TRUE(list.ReadNested(der::kSequence, &single));
    after_single = std::string(list.rest());
    EXPECT_TRUE(single.ReadNested(der::kSequence, &id));
    algorithm = Take(id);
    name_hash = Take(id);
    key_hash = Take(id);
    serial = Take(id);
    status = Take(single);
    this_update = Take(single);
    next_update = Take(single);
  }

  std::string Single() const {
    return Seq(Seq(algorithm + name_hash + key_hash + serial) + status + this_update + next_update);
  }
  std::string Encode() const {
    return Seq(version + responder + produced_at + Seq(Single() + after_single) + extensions) +
           after;
  }

  static std::string Take(der::Reader& reader) {
    uint8_t tag;
    absl::string_view contents, element;
    EXPECT_TRUE(reader.ReadAny(&tag, &contents, &element));
    return std::string(element);
  }

  std::string version, responder, produced_at, algorithm, name_hash, key_hash, serial, status,
      this_update, next_update, after_single, extensions, after;
};

TEST(OcspLint, PassesWhatWasAskedForAndIsSignedOnce) {
  for (const OcspAnswerHashes hashes :
       {OcspAnswerHashes::kSha1, OcspAnswerHashes::kSha256, OcspAnswerHashes::kBoth}) {
    for (OcspAnswer answer : {OcspFixture::Good(), Revoked()}) {
      answer.hashes = hashes;
      const std::string data = Fixture().maker->Build(answer);
      auto linted = Fixture().lint->Lint(data, answer);
      ASSERT_TRUE(linted.ok()) << linted.status();
      EXPECT_EQ(linted->bytes(), data);
      EXPECT_EQ(linted->Spend(), data);
      EXPECT_TRUE(linted->spent());
    }
  }
  EXPECT_EQ(Parts(Revoked()).Encode(), Fixture().maker->Build(Revoked()));
}

TEST(OcspLint, NamesEachDefectOfTheBytes) {
  const std::string early = Bytes("\x18\x0f") + "20260601115700Z";
  const struct {
    absl::string_view phrase;
    std::function<void(Parts&)> spoil;
  } kCases[] = {
      {"not one DER SEQUENCE", [](Parts& p) { p.after = Bytes("\x05\x00"); }},
      {"responder's key hash", [](Parts& p) { p.version = Tagged(0, Bytes("\x02\x01\x00")); }},
      {"responder's key hash", [](Parts& p) { p.responder.back() ^= 1; }},
      {"responder's key hash", [](Parts& p) { p.responder = Tagged(1, Seq("")); }},
      {"producedAt", [&](Parts& p) { p.produced_at = early; }},
      {"producedAt", [](Parts& p) { p.produced_at = Bytes("\x17\x0d") + "260601115900Z"; }},
      {"producedAt", [](Parts& p) { p.produced_at = Bytes("\x18\x11") + "20260601115900.0Z"; }},
      {"named by the hash",
       [](Parts& p) { p.algorithm = Seq(Bytes("\x06\x05\x2b\x0e\x03\x02\x1a\x05\x00")); }},
      {"named by the hash", [](Parts& p) { p.algorithm = Seq(der::Encode(6, oid::kSha256)); }},
      {"one of the issuing CA", [](Parts& p) { p.name_hash.back() ^= 1; }},
      {"one of the issuing CA", [](Parts& p) { p.key_hash.back() ^= 1; }},
      {"one of the issuing CA", [](Parts& p) { std::swap(p.key_hash, p.name_hash); }},
      {"serial number", [](Parts& p) { p.serial.back() ^= 1; }},
      {"serial number", [](Parts& p) { p.serial += Bytes("\x02\x01\x01"); }},
      {"status is not", [](Parts& p) { p.status = Bytes("\x80\x00"); }},
      {"status is not", [](Parts& p) { p.status = Bytes("\x82\x00"); }},
      {"time of revocation", [&](Parts& p) { p.status = Tagged(1, early); }},
      {"reason is not", [](Parts& p) { p.status.back() = 4; }},
      {"reason is not",
       [](Parts& p) { p.status = Tagged(1, Bytes("\x18\x0f") + "20260601070000Z"); }},
      {"follows the reason",
       [](Parts& p) {
         p.status = Tagged(
             1, Bytes("\x18\x0f") + "20260601070000Z" + Bytes("\xa0\x03\x0a\x01\x01\x05\x00"));
       }},
      {"thisUpdate is not", [&](Parts& p) { p.this_update = early; }},
      {"nextUpdate is missing", [](Parts& p) { p.next_update.clear(); }},
      {"nextUpdate is missing", [&](Parts& p) { p.next_update = Tagged(0, early); }},
      {"follows nextUpdate", [](Parts& p) { p.next_update += Tagged(1, Seq("")); }},
      {"more responses", [](Parts& p) { p.after_single = p.Single(); }},
      {"not the nonce alone", [](Parts& p) { p.extensions.clear(); }},
      {"not the nonce alone", [](Parts& p) { p.extensions += p.extensions; }},
      {"nonce is not", [](Parts& p) { p.extensions.back() ^= 1; }},
      {"not the nonce alone",
       [](Parts& p) {
         p.extensions = Tagged(1, Seq(Seq(der::Encode(6, oid::kOcspNonce) +
                                          Bytes("\x01\x01\xff\x04\x07\x04\x05") + "nonce")));
       }},
  };
  for (const auto& row : kCases) {
    Parts parts(Revoked());
    row.spoil(parts);
    ExpectFault(Fixture().lint->Lint(parts.Encode(), Revoked()), row.phrase);
  }
  ExpectFault(Fixture().lint->Lint(std::string(4097, '\0'), Revoked()), "larger than 4 KiB");
  ExpectFault(Fixture().lint->Lint("", Revoked()), "not one DER SEQUENCE");
}

TEST(OcspLint, RefusesReasonZeroWrittenOutAndContentsOfGood) {
  OcspAnswer answer = Revoked();
  answer.revocation.reason = RevocationReason::kUnspecified;
  Parts parts(answer);
  parts.status = Tagged(1, Bytes("\x18\x0f") + "20260601070000Z" + Bytes("\xa0\x03\x0a\x01\x00"));
  ExpectFault(Fixture().lint->Lint(parts.Encode(), answer), "written where it is 0");
  answer.revocation.status = OcspCertStatus::kGood;
  parts.status = Bytes("\x80\x01x");
  ExpectFault(Fixture().lint->Lint(parts.Encode(), answer), "good or unknown has contents");
}

// A batch that got its rows crossed: good bytes, and another decision.
TEST(OcspLint, ComparesWithWhatWasDecided) {
  const struct {
    absl::string_view phrase;
    std::function<void(OcspAnswer&)> change;
  } kCases[] = {
      {"serial number", [](OcspAnswer& a) { a.serial = "\x05"; }},
      {"named by the hash", [](OcspAnswer& a) { a.hashes = OcspAnswerHashes::kSha1; }},
      {"that was asked for is missing", [](OcspAnswer& a) { a.hashes = OcspAnswerHashes::kBoth; }},
      {"status", [](OcspAnswer& a) { a.revocation.status = OcspCertStatus::kGood; }},
      {"status", [](OcspAnswer& a) { a.revocation.status = OcspCertStatus::kUnknown; }},
      {"time of revocation", [](OcspAnswer& a) { a.revocation.revoked_at -= absl::Seconds(1); }},
      {"reason", [](OcspAnswer& a) { a.revocation.reason = RevocationReason::kSuperseded; }},
      {"reason is none",
       [](OcspAnswer& a) { a.revocation.reason = static_cast<RevocationReason>(7); }},
      {"reason is none",
       [](OcspAnswer& a) { a.revocation.reason = static_cast<RevocationReason>(11); }},
      {"thisUpdate", [](OcspAnswer& a) { a.this_update -= absl::Seconds(1); }},
      {"producedAt", [](OcspAnswer& a) { a.produced_at += absl::Seconds(1); }},
      {"nextUpdate", [](OcspAnswer& a) { a.next_update += absl::Seconds(1); }},
      {"nobody asked for", [](OcspAnswer& a) { a.nonce = ""; }},
      {"nonce is not", [](OcspAnswer& a) { a.nonce = "other"; }},
  };
  const std::string data = Fixture().maker->Build(Revoked());
  for (const auto& row : kCases) {
    OcspAnswer answer = Revoked();
    row.change(answer);
    ExpectFault(Fixture().lint->Lint(data, answer), row.phrase);
  }
}

// What is the same on both sides, and still must not be signed.
TEST(OcspLint, RefusesADecisionThatNobodyMaySign) {
  const std::string long_nonce(129, 'n');
  const struct {
    absl::string_view phrase;
    std::function<void(OcspAnswer&)> change;
  } kCases[] = {
      {"in this order", [](OcspAnswer& a) { a.produced_at = a.this_update - absl::Seconds(1); }},
      {"in this order", [](OcspAnswer& a) { a.next_update = a.produced_at; }},
      {"longer than the 24h", [](OcspAnswer& a) { a.this_update -= absl::Hours(24); }},
      {"validity of the responder",
       [](OcspAnswer& a) {
         a.next_update = Fixture().delegate.not_after + absl::Seconds(1);
         a.this_update = a.produced_at = a.next_update - absl::Hours(2);
       }},
      {"validity of the responder",
       [](OcspAnswer& a) {
         a.produced_at = Fixture().delegate.not_before - absl::Seconds(1);
         a.this_update = a.produced_at;
       }},
      {"revocation lies ahead",
       [](OcspAnswer& a) { a.revocation.revoked_at = a.produced_at + absl::Seconds(1); }},
      {"longer than 128", [&](OcspAnswer& a) { a.nonce = long_nonce; }},
      {"serial number",
       [](OcspAnswer& a) {
         a.serial =
             "\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01"
             "\x01\x01\x01\x01\x01\x01\x01";
       }},
      {"serial number", [](OcspAnswer& a) { a.serial = ""; }},
  };
  for (const auto& row : kCases) {
    OcspAnswer answer = Revoked();
    row.change(answer);
    ExpectFault(Fixture().lint->Lint(Fixture().maker->Build(answer), answer), row.phrase);
  }
}

// Each single octet that differs is a defect, wherever it stands.
TEST(OcspLint, NoOctetIsLookedPast) {
  for (const OcspAnswer& answer : {OcspFixture::Good(), Revoked()}) {
    const std::string good = Fixture().maker->Build(answer);
    for (size_t i = 0; i < good.size(); ++i) {
      std::string bad = good;
      bad[i] = static_cast<char>(bad[i] ^ 1);
      EXPECT_FALSE(Fixture().lint->Lint(bad, answer).ok()) << i;
      EXPECT_FALSE(Fixture().lint->Lint(good.substr(0, i), answer).ok()) << i;
    }
  }
}

TEST(OcspLint, IsMadeOnlyForAResponderThatClientsBelieve) {
  const OcspFixture& f = Fixture();
  const auto is_refused = IsInvalid(Reason::kConfigInvalid, "delegate");
  const absl::Duration day = absl::Hours(24);
  const auto leaf_der = IssueLeaf(f.ca, f.responder.key);
  const auto leaf = ParseCertificate(leaf_der);
  EXPECT_THAT(OcspLint::Create(f.issuer, *leaf, day), is_refused);
  // The same name and key, and not signed by the CA.
  std::string forged_der = f.responder.certificate;
  forged_der.back() = static_cast<char>(forged_der.back() ^ 1);
  const auto forged = ParseCertificate(forged_der);
  ASSERT_TRUE(forged.ok());
  EXPECT_THAT(OcspLint::Create(f.issuer, *forged, day), is_refused);
  // Without nocheck.
  Certificate without = f.delegate;
  for (Extension& extension : without.extensions) {
    if (extension.oid == oid::kOcspNoCheck) {
      extension.oid = oid::kDefaultFleetArc;
    }
  }
  EXPECT_THAT(OcspLint::Create(f.issuer, without, day), is_refused);
}

}  // namespace
}  // namespace fleetca::x509
