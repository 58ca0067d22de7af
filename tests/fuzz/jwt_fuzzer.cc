// JSON Web Tokens, as they come and put together from a header and a payload in clear. What parses
// has one spelling; what verifies has the header and payload that our key signed; and every refusal
// has the same sentence.
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "base/bearer_token_limit.h"
#include "base/crypto_types.h"
#include "base/errors.h"
#include "service/jwt/jwks.h"
#include "service/jwt/jwt_verifier.h"
#include "service/jwt/testing/fake_key_source.h"
#include "service/jwt/testing/jwt_maker.h"
#include "service/jwt/unverified_jwt.h"
#include "tests/fuzz/fuzz_target.h"
#include "tests/testing/test_key.h"

namespace fleetca {
namespace {

constexpr absl::string_view kHeader = R"({"alg":"ES256","kid":"a","typ":"JWT"})";
constexpr absl::string_view kPayload =
    R"({"iss":"https://a.example","aud":["fleetca","b"],"sub":"web","exp":2000,"nbf":1000,"n":{"m":[1]}})";
constexpr absl::Time kNow = absl::FromUnixSeconds(1500);

const testing::TestKey& Key() { return testing::TestKey::OfType(KeyType::kP256); }

const std::string& SignedToken() {
  static const auto* const kToken =
      new std::string(testing::MakeToken(kHeader, kPayload, Key(), SignatureScheme::kEcdsaSha256));
  return *kToken;
}

const service::JwtVerifier& Verifier() {
  static const auto* const kVerifier = [] {
    auto keys = service::JwkSet::Parse(testing::MakeJwks({testing::MakeJwk(Key(), "a")}));
    return service::JwtVerifier::Create(
               {{.url = "https://a.example",
                 .audiences = {"fleetca"},
                 .algorithms = {service::SigningAlgorithm::kEs256},
                 .keys = std::make_shared<testing::FakeKeySource>(*std::move(keys))}})
        ->release();
  }();
  return *kVerifier;
}

// All but the signature, of which ECDSA allows more than one.
absl::string_view SigningInput(absl::string_view token) {
  return token.substr(0, token.rfind('.'));
}

void FuzzToken(absl::string_view token) {
  const auto jwt = service::ParseJwt(token);
  if (jwt.ok()) {
    const std::vector<absl::string_view> parts = absl::StrSplit(token, '.');
    FLEETCA_FUZZ_REQUIRE(parts.size() == 3 && token.size() <= kMaxBearerTokenBytes);
    for (const absl::string_view part : parts) {
      std::string octets;
      FLEETCA_FUZZ_REQUIRE(absl::WebSafeBase64Unescape(part, &octets) &&
                           absl::WebSafeBase64Escape(octets) == part);
    }
    FLEETCA_FUZZ_REQUIRE(jwt->claims.AsObject() != nullptr);
  } else {
    FLEETCA_FUZZ_REQUIRE(jwt.status().code() == absl::StatusCode::kUnauthenticated);
    FLEETCA_FUZZ_REQUIRE(GetReason(jwt.status()) == Reason::kCallerUnknown);
    FLEETCA_FUZZ_REQUIRE(jwt.status().message().size() < 1000);
  }
  std::string detail;
  const auto claims = Verifier().Verify(token, kNow, &detail);
  if (claims.ok()) {
    FLEETCA_FUZZ_REQUIRE(SigningInput(token) == SigningInput(SignedToken()));
    return;
  }
  static const auto* const kSentence =
      new std::string(Verifier().Verify("", kNow, &detail).status().message());
  FLEETCA_FUZZ_REQUIRE(claims.status().message() == *kSentence);
  FLEETCA_FUZZ_REQUIRE(GetReason(claims.status()) == Reason::kCallerUnknown);
}

}  // namespace

// A token is as it is; a header, a line's end and a payload are put together, with no right
// signature.
std::vector<std::string> fuzz::Seeds() {
  return {SignedToken(),
          testing::AssembleToken(R"({"alg":"ES256"})", kPayload, std::string(64, '\1')),
          absl::StrCat(kHeader, "\n", kPayload),
          absl::StrCat(R"({"alg":"EdDSA","kid":"a"})", "\n", kPayload),
          testing::AssembleToken(R"({"alg":"none"})", kPayload, ""),
          absl::StrCat(R"({"alg":"HS256","kid":"a","crit":["b64"]})", "\n", kPayload),
          absl::StrCat(R"({"alg":"RS256","kid":"\u0061"})", "\n", R"({"iss":null,"exp":1e3})")};
}

}  // namespace fleetca

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const absl::string_view input(reinterpret_cast<const char*>(data), size);
  fleetca::FuzzToken(input);
  const size_t end = input.find('\n');
  if (end != absl::string_view::npos) {
    fleetca::FuzzToken(fleetca::testing::AssembleToken(input.substr(0, end), input.substr(end + 1),
                                                       std::string(64, '\1')));
  }
  return 0;
}
