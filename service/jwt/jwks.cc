#include "service/jwt/jwks.h"

#include <algorithm>
#include <set>
#include <utility>

#include "absl/numeric/bits.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "base/errors.h"
#include "base/status_macros.h"
#include "service/jwt/base64url.h"
#include "service/jwt/json.h"

namespace fleetca::service {
namespace {

constexpr size_t kMinRsaBits = 2048;
constexpr size_t kMaxRsaBits = 8192;      // more only costs whoever verifies
constexpr size_t kMaxExponentOctets = 4;  // likewise; 65537 has 3

// One element of "keys" while it is read.
class JwkReader {
 public:
  JwkReader(const JsonValue& json, absl::string_view field) : json_(json), field_(field) {}

  absl::Status Mistake(absl::string_view name, absl::string_view problem) const {
    return InvalidArgument(Reason::kConfigInvalid, absl::StrCat(field_, ".", name),
                           absl::StrCat(field_, ".", name, " ", problem));
  }

  // Null when it is absent.
  absl::StatusOr<const std::string*> OptionalText(absl::string_view name) const {
    const JsonValue* member = json_.Member(name);
    if (member == nullptr) {
      return nullptr;
    }
    if (member->AsString() == nullptr) {
      return Mistake(name, "is not a string; ask the issuer for a right JWK set");
    }
    return member->AsString();
  }

  absl::StatusOr<std::string> Octets(absl::string_view name) const {
    FLEETCA_ASSIGN_OR_RETURN(const std::string* text, OptionalText(name));
    std::optional<std::string> octets;
    if (text != nullptr) {
      octets = DecodeBase64Url(*text);
    }
    if (!octets || octets->empty()) {
      return Mistake(name, "is missing or not base64url without padding");
    }
    return *std::move(octets);
  }

  // Whether "key_ops" is absent or allows to verify.
  absl::StatusOr<bool> OperationsAllow() const {
    const JsonValue* operations = json_.Member("key_ops");
    if (operations == nullptr) {
      return true;
    }
    if (operations->AsArray() == nullptr) {
      return Mistake("key_ops", "is not a list");
    }
    return std::any_of(operations->AsArray()->begin(), operations->AsArray()->end(),
                       [](const JsonValue& operation) {
                         return operation.AsString() != nullptr &&
                                *operation.AsString() == "verify";
                       });
  }

  bool Has(absl::string_view name) const { return json_.Member(name) != nullptr; }

 private:
  const JsonValue& json_;
  absl::string_view field_;
};

size_t BitLength(absl::string_view number) {
  return number.empty() ? 0
                        : 8 * (number.size() - 1) +
                              absl::bit_width(static_cast<unsigned char>(number.front()));
}

// A key, or why it is left out.
struct KeyOrSkip {
  std::shared_ptr<const VerificationKey> key;
  std::string skip;
};

absl::StatusOr<KeyOrSkip> Keep(const JwkReader& reader, absl::string_view member,
                               absl::StatusOr<std::unique_ptr<const VerificationKey>> key) {
  if (!key.ok()) {
    return reader.Mistake(member, absl::StrCat("makes no key: ", key.status().message()));
  }
  return KeyOrSkip{*std::move(key), ""};
}

absl::StatusOr<KeyOrSkip> ReadRsa(const JwkReader& reader) {
  FLEETCA_ASSIGN_OR_RETURN(const std::string modulus, reader.Octets("n"));
  FLEETCA_ASSIGN_OR_RETURN(const std::string exponent, reader.Octets("e"));
  const size_t bits = BitLength(modulus);
  if (bits < kMinRsaBits || bits > kMaxRsaBits || exponent.size() > kMaxExponentOctets) {
    return KeyOrSkip{nullptr,
                     absl::StrCat("is RSA of ", bits, " bits and an exponent of ", exponent.size(),
                                  " octets; 2048 to 8192 bits and at ", "most 4 octets are taken")};
  }
  return Keep(reader, "n", VerificationKey::CreateRsa(modulus, exponent));
}

absl::StatusOr<KeyOrSkip> ReadEc(const JwkReader& reader) {
  FLEETCA_ASSIGN_OR_RETURN(const std::string* curve, reader.OptionalText("crv"));
  if (curve == nullptr) {
    return reader.Mistake("crv", "is missing");
  }
  if (*curve != "P-256" && *curve != "P-384") {
    return KeyOrSkip{nullptr, absl::StrCat("is of curve ", *curve)};
  }
  FLEETCA_ASSIGN_OR_RETURN(const std::string x, reader.Octets("x"));
  FLEETCA_ASSIGN_OR_RETURN(const std::string y, reader.Octets("y"));
  const JwkKind kind = *curve == "P-256" ? JwkKind::kP256 : JwkKind::kP384;
  return Keep(reader, "x", VerificationKey::CreateEc(kind, x, y));
}

absl::StatusOr<KeyOrSkip> ReadPublicKey(const JwkReader& reader) {
  FLEETCA_ASSIGN_OR_RETURN(const std::string* type, reader.OptionalText("kty"));
  if (type == nullptr) {
    return reader.Mistake("kty", "is missing");
  }
  if (*type != "RSA" && *type != "EC") {
    return KeyOrSkip{nullptr, absl::StrCat("is of kind ", *type)};
  }
  if (reader.Has("d")) {
    return reader.Mistake("d", "is a private key; whoever published it must replace it");
  }
  return *type == "RSA" ? ReadRsa(reader) : ReadEc(reader);
}

// `algorithm` is set when the key names one of ours.
absl::StatusOr<KeyOrSkip> ReadKey(const JwkReader& reader,
                                  std::optional<SigningAlgorithm>* algorithm) {
  FLEETCA_ASSIGN_OR_RETURN(KeyOrSkip read, ReadPublicKey(reader));
  FLEETCA_ASSIGN_OR_RETURN(const std::string* use, reader.OptionalText("use"));
  FLEETCA_ASSIGN_OR_RETURN(const std::string* name, reader.OptionalText("alg"));
  FLEETCA_ASSIGN_OR_RETURN(const bool may_verify, reader.OperationsAllow());
  if (read.key == nullptr) {
    return read;
  }
  if ((use != nullptr && *use != "sig") || !may_verify) {
    return KeyOrSkip{nullptr, "is not for signatures"};
  }
  if (name != nullptr) {
    *algorithm = ParseSigningAlgorithm(*name);
    if (!*algorithm || KeyKindOf(**algorithm) != read.key->kind()) {
      return KeyOrSkip{nullptr, absl::StrCat("is for the algorithm ", *name)};
    }
  }
  return read;
}

absl::Status SetMistake(absl::string_view problem) {
  return InvalidArgument(Reason::kConfigInvalid, "keys", absl::StrCat("the JWK set ", problem));
}

}  // namespace

absl::StatusOr<JwkSet> JwkSet::Parse(absl::string_view json) {
  if (json.size() > kMaxJwksBytes) {
    return SetMistake("is over 256 KiB; point to the issuer's jwks_uri");
  }
  FLEETCA_ASSIGN_OR_RETURN(const JsonValue root, ParseJson(json));
  const JsonValue* keys = root.Member("keys");
  if (keys == nullptr || keys->AsArray() == nullptr) {
    return SetMistake("has no list \"keys\"; point to the issuer's jwks_uri");
  }
  if (keys->AsArray()->size() > kMaxJwksKeys) {
    return SetMistake("has over 100 keys; publish those in use alone");
  }
  JwkSet set;
  std::set<std::string> names;
  for (const JsonValue& element : *keys->AsArray()) {
    const std::string field = absl::StrCat("keys[", &element - keys->AsArray()->data(), "]");
    const JwkReader reader(element, field);
    Jwk jwk;
    FLEETCA_ASSIGN_OR_RETURN(KeyOrSkip read, ReadKey(reader, &jwk.algorithm));
    FLEETCA_ASSIGN_OR_RETURN(const std::string* kid, reader.OptionalText("kid"));
    if (kid != nullptr && !names.insert(*kid).second) {
      return reader.Mistake("kid", absl::StrCat("\"", absl::CHexEscape(*kid),
                                                "\" stands twice; a token could mean either key"));
    }
    if (read.key != nullptr && kid == nullptr) {
      read = {nullptr, "has no kid, so no token can name it"};
    }
    if (read.key == nullptr) {
      set.left_out_.push_back(absl::StrCat(field, " ", read.skip));
      continue;
    }
    jwk.key = std::move(read.key);
    set.keys_.emplace(*kid, std::move(jwk));
  }
  return set;
}

const Jwk* JwkSet::Find(absl::string_view kid) const {
  const auto found = keys_.find(kid);
  return found == keys_.end() ? nullptr : &found->second;
}

}  // namespace fleetca::service
