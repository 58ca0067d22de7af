// JWK sets. A key that is kept is a public one that verifies signatures, and no other.
#include <map>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "base/crypto_types.h"
#include "base/errors.h"
#include "service/jwt/json.h"
#include "service/jwt/jwks.h"
#include "service/jwt/signing_algorithm.h"
#include "service/jwt/testing/jwt_maker.h"
#include "tests/fuzz/fuzz_target.h"
#include "tests/testing/test_key.h"

namespace fleetca {
namespace {

using service::JsonValue;

absl::string_view Text(const JsonValue& json, absl::string_view name) {
  const JsonValue* member = json.Member(name);
  return member == nullptr || member->AsString() == nullptr ? absl::string_view()
                                                            : *member->AsString();
}

void CheckKept(const JsonValue& written, const service::Jwk& kept) {
  const absl::string_view type = Text(written, "kty");
  FLEETCA_FUZZ_REQUIRE(type == "RSA" || type == "EC");
  FLEETCA_FUZZ_REQUIRE((type == "RSA") == (kept.key->kind() == service::JwkKind::kRsa));
  FLEETCA_FUZZ_REQUIRE(written.Member("d") == nullptr);
  FLEETCA_FUZZ_REQUIRE(written.Member("use") == nullptr || written.Member("use")->IsNull() ||
                       Text(written, "use") == "sig");
  if (written.Member("alg") != nullptr && !written.Member("alg")->IsNull()) {
    FLEETCA_FUZZ_REQUIRE(kept.algorithm.has_value() &&
                         service::SigningAlgorithmName(*kept.algorithm) == Text(written, "alg"));
    FLEETCA_FUZZ_REQUIRE(service::KeyKindOf(*kept.algorithm) == kept.key->kind());
  } else {
    FLEETCA_FUZZ_REQUIRE(!kept.algorithm.has_value());
  }
}

}  // namespace

std::vector<std::string> fuzz::Seeds() {
  using namespace testing;  // NOLINT: three makers
  const TestKey& p256 = TestKey::OfType(KeyType::kP256);
  const TestKey& rsa = TestKey::OfType(KeyType::kRsa2048);
  return {
      MakeJwks({MakeJwk(p256, "a", R"("use":"sig","alg":"ES256",)"),
                MakeJwk(rsa, "b", R"("key_ops":["verify"],)")}),
      MakeJwks({MakeJwk(p256, "a"), MakeJwk(p256, "a")}),
      MakeJwks({MakeJwk(p256, "a", R"("d":"AQ",)"), MakeJwk(rsa, "b", R"("use":"enc",)")}),
      R"({"keys":[{"kty":"oct","k":"AQ","kid":"a"},{"kty":"OKP","crv":"Ed25519","x":"AQ"}]})",
      R"({"keys":[]})",
  };
}

}  // namespace fleetca

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace fleetca;
  const absl::string_view input(reinterpret_cast<const char*>(data), size);
  const auto keys = service::JwkSet::Parse(input);
  if (!keys.ok()) {
    FLEETCA_FUZZ_REQUIRE(keys.status().code() == absl::StatusCode::kInvalidArgument);
    FLEETCA_FUZZ_REQUIRE(GetReason(keys.status()) == Reason::kConfigInvalid);
    return 0;
  }
  absl::string_view without_mark = input;
  absl::ConsumePrefix(&without_mark, "\xef\xbb\xbf");
  const auto json = service::ParseJson(without_mark, service::RepeatedNames::kMarkObject);
  FLEETCA_FUZZ_REQUIRE(json.ok());
  const JsonValue::Array& written = *json->Member("keys")->AsArray();
  FLEETCA_FUZZ_REQUIRE(keys->size() <= written.size());
  FLEETCA_FUZZ_REQUIRE(keys->size() <= service::kMaxJwksKeys);
  FLEETCA_FUZZ_REQUIRE(keys->size() + keys->left_out_count() == written.size());
  for (const service::LeftOutJwk& one : keys->left_out()) {
    FLEETCA_FUZZ_REQUIRE(!one.why.empty() && one.ToText().size() < 1000);
    FLEETCA_FUZZ_REQUIRE(!one.kid.has_value() || keys->FindLeftOut(*one.kid)->kid == one.kid);
  }
  FLEETCA_FUZZ_REQUIRE(keys->HasElementsOf(*service::JwkSet::Parse(input)));
  // Of each name, every key that was kept is one of those that were written.
  std::map<std::string, std::vector<const JsonValue*>> named;
  for (const JsonValue& key : written) {
    if (key.Member("kid") != nullptr && key.Member("kid")->AsString() != nullptr) {
      named[*key.Member("kid")->AsString()].push_back(&key);
    }
  }
  size_t kept = 0;
  for (const auto& [kid, candidates] : named) {
    const std::vector<service::Jwk>* found = keys->Find(kid);
    if (found == nullptr) {
      continue;
    }
    FLEETCA_FUZZ_REQUIRE(found->size() <= candidates.size());
    kept += found->size();
    if (candidates.size() == 1) {
      CheckKept(*candidates.front(), found->front());
    }
  }
  // The others have no name.
  FLEETCA_FUZZ_REQUIRE(kept <= keys->size());
  size_t fitting = 0;
  for (const auto algorithm : {service::SigningAlgorithm::kRs256, service::SigningAlgorithm::kEs256,
                               service::SigningAlgorithm::kEs384}) {
    for (const service::Jwk* jwk : keys->FindFor(algorithm)) {
      FLEETCA_FUZZ_REQUIRE(jwk->IsFor(algorithm));
      ++fitting;
    }
  }
  FLEETCA_FUZZ_REQUIRE(fitting <= keys->size());
  return 0;
}
