#include "service/jwt/jwks.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/errors.h"
#include "base/sha256.h"
#include "base/status_macros.h"
#include "base/text.h"
#include "service/jwt/json.h"

namespace fleetca::service {
namespace {

// The same for the same elements in any order.
std::string DigestOf(const JsonValue::Array& elements) {
  std::vector<std::string> texts;
  texts.reserve(elements.size());
  for (const JsonValue& element : elements) {
    texts.push_back(CanonicalText(element));
  }
  std::sort(texts.begin(), texts.end());
  return Sha256OfParts(std::vector<absl::string_view>(texts.begin(), texts.end()));
}

absl::Status SetMistake(absl::string_view problem) {
  return InvalidArgument(Reason::kConfigInvalid, "keys", absl::StrCat("the JWK set ", problem));
}

}  // namespace

absl::StatusOr<JwkSet> JwkSet::Parse(absl::string_view json) {
  if (json.size() > kMaxJwksBytes) {
    return SetMistake("is over 256 KiB; point to the issuer's jwks_uri");
  }
  const absl::StatusOr<absl::string_view> text = TextOf(json);
  if (!text.ok()) {
    return SetMistake(absl::StrCat("cannot be read: ", text.status().message()));
  }
  FLEETCA_ASSIGN_OR_RETURN(const JsonValue root, ParseJson(*text, RepeatedNames::kMarkObject));
  const JsonValue* keys = root.Member("keys");
  if (keys == nullptr || keys->AsArray() == nullptr || root.IsAmbiguous()) {
    return SetMistake("has no list \"keys\", or has a name twice; point to the issuer's jwks_uri");
  }
  const JsonValue::Array& elements = *keys->AsArray();
  JwkSet set;
  set.digest_ = DigestOf(elements);
  for (size_t i = 0; i < elements.size(); ++i) {
    const std::optional<std::string> kid = KidOf(elements[i]);
    absl::StatusOr<Jwk> jwk = ReadJwk(elements[i]);
    if (!jwk.ok()) {
      set.LeaveOut({kid, i, std::string(jwk.status().message())});
    } else if (set.size_ == kMaxJwksKeys) {
      set.LeaveOut({kid, i, absl::StrCat("is one too many; ", kMaxJwksKeys, " keys are taken")});
    } else {
      set.Add(kid, *std::move(jwk));
    }
  }
  return set;
}

void JwkSet::Add(const std::optional<std::string>& kid, Jwk jwk) {
  (kid.has_value() ? keys_[*kid] : nameless_).push_back(std::move(jwk));
  ++size_;
}

void JwkSet::LeaveOut(LeftOutJwk left_out) {
  ++left_out_count_;
  if (left_out_.size() < kMaxLeftOutJwks) {
    left_out_.push_back(std::move(left_out));
  }
}

std::vector<const Jwk*> JwkSet::FindFor(SigningAlgorithm algorithm) const {
  std::vector<const Jwk*> found;
  const auto add = [&found, algorithm](const std::vector<Jwk>& keys) {
    for (const Jwk& jwk : keys) {
      if (jwk.IsFor(algorithm)) {
        found.push_back(&jwk);
      }
    }
  };
  for (const auto& named : keys_) {
    add(named.second);
  }
  add(nameless_);
  return found;
}

const std::vector<Jwk>* JwkSet::Find(absl::string_view kid) const {
  const auto found = keys_.find(kid);
  return found == keys_.end() ? nullptr : &found->second;
}

const LeftOutJwk* JwkSet::FindLeftOut(absl::string_view kid) const {
  const auto found = std::find_if(left_out_.begin(), left_out_.end(),
                                  [kid](const LeftOutJwk& one) { return one.kid == kid; });
  return found == left_out_.end() ? nullptr : &*found;
}

}  // namespace fleetca::service
