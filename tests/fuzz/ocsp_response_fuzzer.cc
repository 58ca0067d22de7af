// Fuzzes ParseOcspResponse and VerifyOcspResponse. Invariants: every view lies inside the input, an
// error has nothing but its status, what is believed was signed by the one responder that there is,
// so it is what that responder said.
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "base/crypto_types.h"
#include "tests/fuzz/fuzz_target.h"
#include "x509/der/der.h"
#include "x509/revocation/ocsp_reader.h"
#include "x509/revocation/ocsp_response.h"
#include "x509/revocation/ocsp_verify.h"
#include "x509/revocation/testing/ocsp_fixture.h"

namespace fleetca::x509 {
namespace {

const OcspFixture& Fixture() { return OcspFixture::P256(); }

OcspAnswer Revoked() {
  OcspAnswer answer = OcspFixture::Good();
  answer.revocation = {.status = OcspCertStatus::kRevoked,
                       .revoked_at = kTestNow - absl::Hours(5),
                       .reason = RevocationReason::kKeyCompromise};
  answer.hashes = OcspAnswerHashes::kSha256;
  answer.nonce = "nonce";
  return answer;
}

OcspAnswer Unknown() {
  OcspAnswer answer = OcspFixture::Good();
  answer.revocation.status = OcspCertStatus::kUnknown;
  answer.hashes = OcspAnswerHashes::kSha1;
  return answer;
}

void CheckInside(absl::string_view part, absl::string_view whole) {
  FLEETCA_FUZZ_REQUIRE(part.empty() || (part.data() >= whole.data() &&
                                        part.data() + part.size() <= whole.data() + whole.size()));
}

void CheckViews(const OcspResponse& response, absl::string_view input) {
  for (const absl::string_view part :
       {response.response_data, response.responder_name, response.responder_key_hash,
        response.nonce.value_or(""), response.signature_algorithm, response.signature}) {
    CheckInside(part, input);
  }
  for (const absl::string_view certificate : response.certificates) {
    CheckInside(certificate, input);
  }
  for (const OcspSingleResponse& single : response.responses) {
    CheckInside(single.cert_id.serial, input);
    FLEETCA_FUZZ_REQUIRE(!single.cert_id.serial.empty());
  }
}

}  // namespace
}  // namespace fleetca::x509

std::vector<std::string> fleetca::fuzz::Seeds() {
  using namespace fleetca::x509;  // NOLINT: an entry point outside of the namespace
  return {Fixture().Respond(OcspFixture::Good()), Fixture().Respond(Revoked()),
          Fixture().Respond(Unknown()),
          std::string(OcspErrorResponse(OcspResponseStatus::kTryLater))};
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace fleetca::x509;  // NOLINT: an entry point outside of the namespace
  const std::string input(reinterpret_cast<const char*>(data), size);
  const auto response = ParseOcspResponse(input);
  if (!response.ok()) {
    return 0;
  }
  FLEETCA_FUZZ_REQUIRE(der::IsWellFormed(input, 32));
  if (response->status != OcspResponseStatus::kSuccessful) {
    FLEETCA_FUZZ_REQUIRE(input == OcspErrorResponse(response->status));
    return 0;
  }
  CheckViews(*response, input);
  FLEETCA_FUZZ_REQUIRE(!response->responses.empty());
  const auto single = VerifyOcspResponse(*response, {.issuer = &Fixture().issuer,
                                                     .serial = OcspFixture::kSerial,
                                                     .nonce = "nonce",
                                                     .at = kTestNow});
  bool said = false;
  for (const OcspAnswer& answer : {OcspFixture::Good(), Revoked(), Unknown()}) {
    said = said || response->response_data == Fixture().maker->Build(answer);
  }
  FLEETCA_FUZZ_REQUIRE(!single.ok() || said);
  return 0;
}
