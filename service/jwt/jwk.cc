#include "service/jwt/jwk.h"

#include <algorithm>
#include <utility>

#include "absl/numeric/bits.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "base/errors.h"
#include "base/status_macros.h"
#include "service/jwt/base64url.h"

namespace fleetca::service {
namespace {

constexpr size_t kMinRsaBits = 2048;
constexpr size_t kMaxRsaBits = 8192;      // more only costs the verifier
constexpr size_t kMaxExponentOctets = 4;  // likewise; 65537 has 3

// Longer names are cut where they are shown: a log line is read by people.
constexpr size_t kMaxShown = 64;

std::string Shown(absl::string_view name) {
  return absl::StrCat(absl::CHexEscape(name.substr(0, kMaxShown)),
                      name.size() > kMaxShown ? "..." : "");
}

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
    return Odd(absl::StrCat("is of curve ", Shown(curve), "; P-256 and P-384 are taken"));
  }
  FLEETCA_ASSIGN_OR_RETURN(const std::string x, reader.Octets("x"));
  FLEETCA_ASSIGN_OR_RETURN(const std::string y, reader.Octets("y"));
  return VerificationKey::CreateEc(curve == "P-256" ? JwkKind::kP256 : JwkKind::kP384, x, y);
}

absl::StatusOr<KeyPtr> ReadPublicKey(const JwkReader& reader) {
  FLEETCA_ASSIGN_OR_RETURN(const std::string type, reader.Text("kty"));
  if (type != "RSA" && type != "EC") {
    return Odd(absl::StrCat("is of kind ", Shown(type), "; RSA and EC are taken"));
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

// `name` is the member "alg". Null where it is not written.
absl::StatusOr<std::optional<SigningAlgorithm>> ReadAlgorithm(const std::string* name,
                                                              JwkKind kind) {
  if (name == nullptr) {
    return std::nullopt;
  }
  const std::optional<SigningAlgorithm> algorithm = ParseSigningAlgorithm(*name);
  if (!algorithm) {
    return Odd(absl::StrCat("is for the algorithm ", Shown(*name),
                            "; RS256 to RS512, PS256 to PS512, ES256 and ES384 are taken"));
  }
  if (KeyKindOf(*algorithm) != kind) {
    return Odd(absl::StrCat("is for the algorithm ", *name, ", which its kty and crv do not fit"));
  }
  return algorithm;
}

}  // namespace

bool Jwk::IsFor(SigningAlgorithm wanted) const {
  return key->kind() == KeyKindOf(wanted) && (!algorithm || *algorithm == wanted);
}

absl::StatusOr<Jwk> ReadJwk(const JsonValue& element) {
  const JwkReader reader(element);
  if (!reader.IsObject() || reader.IsAmbiguous()) {
    return Odd(reader.IsObject() ? "has a member twice" : "is not an object");
  }
  // What a key is for comes first: one that is for something else may be of any shape.
  FLEETCA_ASSIGN_OR_RETURN(const std::string* use, reader.OptionalText("use"));
  FLEETCA_ASSIGN_OR_RETURN(const bool may_verify, reader.OperationsAllow());
  if (use != nullptr && *use != "sig") {
    return Odd(
        absl::StrCat("is not for signatures: its use is \"", Shown(*use), "\", not \"sig\""));
  }
  if (!may_verify) {
    return Odd("is not for signatures: its key_ops have no \"verify\"");
  }
  FLEETCA_ASSIGN_OR_RETURN(std::shared_ptr<const VerificationKey> key, ReadPublicKey(reader));
  Jwk jwk;
  FLEETCA_ASSIGN_OR_RETURN(const std::string* name, reader.OptionalText("alg"));
  FLEETCA_ASSIGN_OR_RETURN(jwk.algorithm, ReadAlgorithm(name, key->kind()));
  FLEETCA_RETURN_IF_ERROR(reader.OptionalText("kid").status());
  jwk.key = std::move(key);
  return jwk;
}

std::optional<std::string> KidOf(const JsonValue& element) {
  const JsonValue* kid = element.Member("kid");
  return kid == nullptr || kid->AsString() == nullptr ? std::nullopt
                                                      : std::optional(*kid->AsString());
}

std::string LeftOutJwk::ToText() const {
  return kid.has_value() ? absl::StrCat("key \"", Shown(*kid), "\" ", why)
                         : absl::StrCat("keys[", index, "] ", why);
}

}  // namespace fleetca::service
