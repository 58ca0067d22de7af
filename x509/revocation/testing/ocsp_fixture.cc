#include "x509/revocation/testing/ocsp_fixture.h"

#include <cstdlib>
#include <iostream>
#include <utility>

#include "absl/status/statusor.h"

namespace fleetca::x509 {
namespace {

template <typename T>
T ValueOrDie(absl::StatusOr<T> value) {
  if (!value.ok()) {
    std::cerr << value.status() << std::endl;
    std::abort();
  }
  return *std::move(value);
}

}  // namespace

const std::string OcspFixture::kSerial = "\x01" + std::string(19, '\x5a');

OcspFixture::OcspFixture(KeyType type)
    : root(MakeTestRoot(type)),
      ca(MakeTestIssuingCa(root, type)),
      responder(MakeTestOcspResponder(ca, type)),
      issuer(ValueOrDie(ParseCertificate(ca.certificate))),
      delegate(ValueOrDie(ParseCertificate(responder.certificate))),
      hashes(issuer),
      maker(ValueOrDie(OcspResponseTemplate::Create(issuer, delegate, responder.scheme))),
      lint(ValueOrDie(OcspLint::Create(issuer, delegate, absl::Hours(24)))) {}

const OcspFixture& OcspFixture::P256() {
  static const auto* const kFixture = new OcspFixture(KeyType::kP256);
  return *kFixture;
}

OcspAnswer OcspFixture::Good() {
  return {.serial = kSerial,
          .hashes = OcspAnswerHashes::kBoth,
          .revocation = {.status = OcspCertStatus::kGood,
                         .revoked_at = {},
                         .reason = RevocationReason::kUnspecified},
          .this_update = kTestNow - absl::Minutes(2),
          .produced_at = kTestNow - absl::Minutes(1),
          .next_update = kTestNow + absl::Hours(8),
          .nonce = ""};
}

std::string OcspFixture::Respond(const OcspAnswer& answer) const {
  Prepared prepared = ValueOrDie(lint->Lint(maker->Build(answer), answer));
  return SignData(prepared.Spend());
}

std::string OcspFixture::SignData(absl::string_view response_data) const {
  return maker->Assemble(response_data, responder.key.Sign(responder.scheme, response_data));
}

}  // namespace fleetca::x509
