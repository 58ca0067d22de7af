#include "service/jwt/jwks.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/numeric/bits.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "base/errors.h"
#include "base/status_macros.h"
#include "base/text.h"
#include "service/jwt/base64url.h"
#include "service/jwt/json.h"

namespace fleetca::service {
namespace {

constexpr size_t kMinRsaBits = 2048;
constexpr size_t kMaxRsaBits = 8192;      // more only costs the verifier
constexpr size_t kMaxExponentOctets = 4;  // likewise; 65537 has 3

// A log line is read by people.
constexpr size_t kMaxReasons = 20;

// Why a key is left out.
absl::Status Odd(absl::string_view why) {
  return InvalidArgument(Reason::kKeyUnsupported, "keys", why);
}

// One element of "keys" while it is read.
class JwkReader {
 public:
  explicit JwkReader(const JsonValue& json) : json_(json) {}

  // Null when it is absent, or null itself.
  absl::StatusOr<const std::string*> OptionalText(absl::string_view name) const {
    const JsonValue* member = json_.Member(name);
    if (member == nullptr || member->IsNull()) {
      return nullptr;
    }
    if (member->AsString() == nullptr) {
      return Odd(absl::StrCat("has a ", name, " that is not a string"));
    }
    return member->AsString();
  }

  absl::StatusOr<std::string> Text(absl::string_view name) const {
    FLEETCA_ASSIGN_OR_RETURN(const std::string* text, OptionalText(name));
    if (text == nullptr) {
      return Odd(absl::StrCat("has no ", name));
    }
    return *text;
  }

  absl::StatusOr<std::string> Octets(absl::string_view name) const {
    FLEETCA_ASSIGN_OR_RETURN(const std::string text, Text(name));
    std::optional<std::string> octets = DecodeBase64Url(text);
    if (!octets || octets->empty()) {
      return Odd(absl::StrCat("has a ", name, " that is not base64url without padding"));
    }
    return *std::move(octets);
  }

  // A positive number (RFC 7518 section 2, Base64urlUInt). Some libraries put a zero octet in front
  // of it, as section 6.3.1.1 notes, which changes nothing.
  absl::StatusOr<std::string> Number(absl::string_view name) const {
    FLEETCA_ASSIGN_OR_RETURN(std::string octets, Octets(name));
    if (octets.size() > 1 && octets.front() == 0) {
      octets.erase(0, 1);
    }
    return octets;
  }

  // Whether "key_ops" is absent or allows to verify.
  absl::StatusOr<bool> OperationsAllow() const {
    const JsonValue* operations = json_.Member("key_ops");
    if (operations == nullptr || operations->IsNull()) {
      return true;
    }
    if (operations->AsArray() == nullptr) {
      return Odd("has key_ops that are not a list");
    }
    return std::any_of(operations->AsArray()->begin(), operations->AsArray()->end(),
                       [](const JsonValue& operation) {
                         return operation.AsString() != nullptr &&
                                *operation.AsString() == "verify";
                       });
  }

  bool IsObject() const { return json_.AsObject() != nullptr; }
  bool IsAmbiguous() const { return json_.IsAmbiguous(); }
  bool Has(absl::string_view name) const { return json_.Member(name) != nullptr; }

 private:
  const JsonValue& json_;
};

size_t BitLength(absl::string_view number) {
  return number.empty() ? 0
                        : 8 * (number.size() - 1) +
                              absl::bit_width(static_cast<unsigned char>(number.front()));
}

using KeyPtr = std::unique_ptr<const VerificationKey>;

absl::StatusOr<KeyPtr> ReadRsa(const JwkReader& reader) {
  FLEETCA_ASSIGN_OR_RETURN(const std::string modulus, reader.Number("n"));
  FLEETCA_ASSIGN_OR_RETURN(const std::string exponent, reader.Number("e"));
  const size_t bits = BitLength(modulus);
  if (bits < kMinRsaBits || bits > kMaxRsaBits || exponent.size() > kMaxExponentOctets) {
    return Odd(absl::StrCat("is RSA of ", bits, " bits and an exponent of ", exponent.size(),
                            " octets; 2048 to 8192 bits and at most 4 octets are taken"));
  }
  return VerificationKey::CreateRsa(modulus, exponent);
}

absl::StatusOr<KeyPtr> ReadEc(const JwkReader& reader) {
  FLEETCA_ASSIGN_OR_RETURN(const std::string curve, reader.Text("crv"));
  if (curve != "P-256" && curve != "P-384") {
    return Odd(absl::StrCat("is of curve ", absl::CHexEscape(curve)));
  }
  FLEETCA_ASSIGN_OR_RETURN(const std::string x, reader.Octets("x"));
  FLEETCA_ASSIGN_OR_RETURN(const std::string y, reader.Octets("y"));
  return VerificationKey::CreateEc(curve == "P-256" ? JwkKind::kP256 : JwkKind::kP384, x, y);
}

absl::StatusOr<KeyPtr> ReadPublicKey(const JwkReader& reader) {
  FLEETCA_ASSIGN_OR_RETURN(const std::string type, reader.Text("kty"));
  if (type != "RSA" && type != "EC") {
    return Odd(absl::StrCat("is of kind ", absl::CHexEscape(type)));
  }
  if (reader.Has("d")) {
    return Odd(
        "is a private key, which anybody who can read the set may use; its issuer must replace "
        "it");
  }
  absl::StatusOr<KeyPtr> key = type == "RSA" ? ReadRsa(reader) : ReadEc(reader);
  if (!key.ok() && GetReason(key.status()) == Reason::kKeyInvalid) {
    return Odd(absl::StrCat("makes no key: ", key.status().message()));
  }
  return key;
}

struct NamedJwk {
  std::optional<std::string> kid;
  Jwk jwk;
};

// An error says why the key is left out.
absl::StatusOr<NamedJwk> ReadKey(const JwkReader& reader) {
  if (!reader.IsObject() || reader.IsAmbiguous()) {
    return Odd(reader.IsObject() ? "has a member twice" : "is not an object");
  }
  // What a key is for comes first: one that is for something else may be of any shape.
  FLEETCA_ASSIGN_OR_RETURN(const std::string* use, reader.OptionalText("use"));
  FLEETCA_ASSIGN_OR_RETURN(const bool may_verify, reader.OperationsAllow());
  if ((use != nullptr && *use != "sig") || !may_verify) {
    return Odd("is not for signatures");
  }
  FLEETCA_ASSIGN_OR_RETURN(std::shared_ptr<const VerificationKey> key, ReadPublicKey(reader));
  NamedJwk named;
  FLEETCA_ASSIGN_OR_RETURN(const std::string* name, reader.OptionalText("alg"));
  if (name != nullptr) {
    named.jwk.algorithm = ParseSigningAlgorithm(*name);
    if (!named.jwk.algorithm || KeyKindOf(*named.jwk.algorithm) != key->kind()) {
      return Odd(absl::StrCat("is for the algorithm ", absl::CHexEscape(*name)));
    }
  }
  FLEETCA_ASSIGN_OR_RETURN(const std::string* kid, reader.OptionalText("kid"));
  if (kid != nullptr) {
    named.kid = *kid;
  }
  named.jwk.key = std::move(key);
  return named;
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
  JwkSet set;
  for (size_t i = 0; i < keys->AsArray()->size(); ++i) {
    absl::StatusOr<NamedJwk> read = ReadKey(JwkReader((*keys->AsArray())[i]));
    if (!read.ok()) {
      set.LeaveOut(i, read.status().message());
    } else if (set.size_ == kMaxJwksKeys) {
      set.LeaveOut(i, "is one too many; 100 keys are taken");
    } else {
      set.Add(read->kid, std::move(read->jwk));
    }
  }
  return set;
}

void JwkSet::Add(const std::optional<std::string>& kid, Jwk jwk) {
  (kid.has_value() ? keys_[*kid] : nameless_).push_back(std::move(jwk));
  ++size_;
}

void JwkSet::LeaveOut(size_t index, absl::string_view why) {
  if (left_out_.size() < kMaxReasons) {
    left_out_.push_back(absl::StrCat("keys[", index, "] ", why));
  } else if (left_out_.size() == kMaxReasons) {
    left_out_.emplace_back("and others");
  }
}

bool Jwk::IsFor(SigningAlgorithm wanted) const {
  return key->kind() == KeyKindOf(wanted) && (!algorithm || *algorithm == wanted);
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

}  // namespace fleetca::service
