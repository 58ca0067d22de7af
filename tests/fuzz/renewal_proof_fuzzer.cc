// Proofs of renewals, as they come and put together from a header and a payload in clear. What is
// read has one spelling and a certificate that parses; what verifies has the header and payload
// that our key signed.
#include <string>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "base/bearer_token_limit.h"
#include "base/crypto_types.h"
#include "base/errors.h"
#include "service/jwt/renewal_proof.h"
#include "service/jwt/testing/jwt_maker.h"
#include "tests/fuzz/fuzz_target.h"
#include "tests/testing/test_key.h"
#include "x509/certificate.h"
#include "x509/testing/test_ca.h"

namespace fleetca {
namespace {

constexpr absl::string_view kAudience = "spiffe://fleet.example/svc/fleetca/method";

const testing::TestKey& Key() { return testing::TestKey::OfType(KeyType::kP256); }

const std::string& Header() {
  static const auto* const kHeader = [] {
    const x509::TestCa ca =
        x509::MakeTestIssuingCa(x509::MakeTestRoot(KeyType::kP256), KeyType::kP256);
    return new std::string(absl::StrCat(R"({"alg":"ES256","typ":"fleetca-renewal+jwt","x5c":[")",
                                        absl::Base64Escape(x509::IssueLeaf(ca, Key())), R"("]})"));
  }();
  return *kHeader;
}

const std::string& Payload() {
  static const auto* const kPayload = new std::string(
      absl::StrCat(R"({"aud":")", kAudience, R"(","iat":)", absl::ToUnixSeconds(x509::kTestNow),
                   R"(,"jti":"0123456789abcdef"})"));
  return *kPayload;
}

const std::string& SignedProof() {
  static const auto* const kProof = new std::string(
      testing::MakeToken(Header(), Payload(), Key(), SignatureScheme::kEcdsaSha256));
  return *kProof;
}

// All but the signature, of which ECDSA allows more than one.
absl::string_view SigningInput(absl::string_view token) {
  return token.substr(0, token.rfind('.'));
}

void FuzzProof(absl::string_view text) {
  const auto proof = service::RenewalProof::Read(
      text, {.audience = kAudience, .csr_der = "", .now = x509::kTestNow});
  if (!proof.ok()) {
    FLEETCA_FUZZ_REQUIRE(GetReason(proof.status()) == Reason::kRenewalProofInvalid);
    FLEETCA_FUZZ_REQUIRE(proof.status().code() == absl::StatusCode::kUnauthenticated);
    FLEETCA_FUZZ_REQUIRE(proof.status().message().size() < 1000);
    return;
  }
  FLEETCA_FUZZ_REQUIRE(text.size() <= kMaxBearerTokenBytes);
  FLEETCA_FUZZ_REQUIRE(x509::ParseCertificate(proof->certificate()).ok());
  FLEETCA_FUZZ_REQUIRE(proof->use().id_hash.size() == 32);
  FLEETCA_FUZZ_REQUIRE(proof->use().expires_at > x509::kTestNow);
  if (proof->CheckSignature().ok()) {
    FLEETCA_FUZZ_REQUIRE(SigningInput(text) == SigningInput(SignedProof()));
  }
}

}  // namespace

// A proof is as it is; a header, a line's end and a payload are put together, with no right
// signature.
std::vector<std::string> fuzz::Seeds() {
  return {SignedProof(), absl::StrCat(Header(), "\n", Payload()),
          absl::StrCat(R"({"alg":"none","typ":"fleetca-renewal+jwt","x5c":[]})", "\n", Payload()),
          absl::StrCat(Header(), "\n", R"({"aud":["a"],"iat":1e3,"jti":null,"csr_sha256":""})")};
}

}  // namespace fleetca

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const absl::string_view input(reinterpret_cast<const char*>(data), size);
  fleetca::FuzzProof(input);
  const size_t end = input.find('\n');
  if (end != absl::string_view::npos) {
    fleetca::FuzzProof(fleetca::testing::AssembleToken(input.substr(0, end), input.substr(end + 1),
                                                       std::string(64, '\1')));
  }
  return 0;
}
