#include "client/objects/pkcs12_reader.h"

#include <optional>
#include <utility>

#include "absl/cleanup/cleanup.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/types/span.h"
#include "base/errors.h"
#include "base/secret.h"
#include "base/status_macros.h"
#include "client/objects/encrypted_pkcs8.h"
#include "client/objects/file_wrapping.h"
#include "client/objects/key_pair.h"
#include "client/objects/legacy_algorithms.h"
#include "client/objects/not_a_key.h"
#include "client/objects/pbe_parameters.h"
#include "client/objects/pkcs12_algorithm.h"
#include "client/objects/pkcs12_budget.h"
#include "client/objects/pkcs12_parts.h"
#include "x509/pem.h"

namespace fleetca::client {
namespace {

// Safe contents within safe contents, which nobody is known to write.
constexpr int kMaxDepth = 4;
// Each is tried, and browsers and Java write a handful.
constexpr size_t kMaxKeys = 100;

absl::Status Damaged(absl::string_view what) {
  return FailedPrecondition(Reason::kFileInvalid,
                            absl::StrCat("It is damaged: ", what, "; fetch it again"));
}

// A passphrase as it goes into the two ways of making a key of it. nullptr is not "" to a
// BMPString: one is no octets at all, the other is the two of its end.
struct Attempt {
  absl::string_view bmp;
  absl::string_view octets;

  absl::string_view For(const Pkcs12Algorithm& algorithm) const {
    return algorithm.bmp_passphrase ? bmp : octets;
  }
};

// One reading of a file by one passphrase.
class Reading {
 public:
  // `known_right`: the MAC has shown that the passphrase is the file's.
  Reading(const Attempt& attempt, bool known_right, const Pkcs12Budget& budget)
      : attempt_(attempt), known_right_(known_right), budget_(budget) {}

  absl::Status ReadSafes(const PKCS12* file) {
    const SafesPtr safes(PKCS12_unpack_authsafes(file));
    if (safes == nullptr) {
      return Damaged("its parts cannot be read");
    }
    for (int i = 0; i < sk_PKCS7_num(safes.get()); ++i) {
      FLEETCA_RETURN_IF_ERROR(ReadSafe(sk_PKCS7_value(safes.get(), i)));
    }
    return absl::OkStatus();
  }

  Pkcs12 Take() { return std::move(found_); }

 private:
  absl::Status ReadSafe(PKCS7* safe) {
    switch (OBJ_obj2nid(safe->type)) {
      case NID_pkcs7_data: {
        const BagsPtr bags(PKCS12_unpack_p7data(safe));
        return bags == nullptr ? Damaged("a part of it cannot be read") : ReadBags(*bags, "", 0);
      }
      case NID_pkcs7_encrypted:
        return ReadEncryptedSafe(safe);
      case NID_pkcs7_enveloped:
        return FailedPrecondition(Reason::kFileInvalid,
                                  "It is encrypted to a public key, and only files that a "
                                  "passphrase opens are supported; have it exported with a "
                                  "passphrase");
      default:
        return Damaged("a part of it is of an unknown kind");
    }
  }

  absl::Status ReadEncryptedSafe(PKCS7* safe) {
    const PKCS7_ENCRYPT* const encrypted = safe->d.encrypted;
    if (encrypted == nullptr || encrypted->enc_data == nullptr ||
        encrypted->enc_data->enc_data == nullptr) {
      return Damaged("an encrypted part of it is empty");
    }
    FLEETCA_ASSIGN_OR_RETURN(const Pkcs12Algorithm algorithm,
                             Prepare(encrypted->enc_data->algorithm));
    const absl::string_view pass = attempt_.For(algorithm);
    const BagsPtr bags(static_cast<STACK_OF(PKCS12_SAFEBAG)*>(PKCS12_item_decrypt_d2i_ex(
        encrypted->enc_data->algorithm, ASN1_ITEM_rptr(PKCS12_SAFEBAGS), pass.data(),
        static_cast<int>(pass.size()), encrypted->enc_data->enc_data, /*zbuf=*/1,
        Library(algorithm), nullptr)));
    return bags == nullptr ? DoesNotOpen(algorithm) : ReadBags(*bags, algorithm.name, 0);
  }

  // What there is to know and to have before it can be decrypted.
  absl::StatusOr<Pkcs12Algorithm> Prepare(const X509_ALGOR* by) {
    FLEETCA_ASSIGN_OR_RETURN(Pkcs12Algorithm algorithm, ParsePkcs12Algorithm(by));
    FLEETCA_RETURN_IF_ERROR(budget_.Take(algorithm.iterations));
    if (algorithm.legacy && legacy_ == nullptr) {
      FLEETCA_ASSIGN_OR_RETURN(legacy_, LegacyAlgorithms::Load());
    }
    found_.weak = found_.weak || algorithm.weak;
    return algorithm;
  }

  OSSL_LIB_CTX* Library(const Pkcs12Algorithm& algorithm) const {
    return algorithm.legacy ? legacy_->library() : nullptr;
  }

  absl::Status DoesNotOpen(const Pkcs12Algorithm& algorithm) const {
    if (known_right_) {
      return FailedPrecondition(
          Reason::kFileInvalid,
          absl::StrCat("The passphrase is that of the file, as its MAC shows, and does not open a "
                       "part that is encrypted by ",
                       algorithm.name,
                       ": that part has a passphrase of its own, or this machine's OpenSSL has not "
                       "got the algorithm"));
    }
    return FailedPrecondition(Reason::kPassphraseInvalid,
                              "The passphrase does not open it: give another one. Where it is the "
                              "right one, the file is damaged");
  }

  absl::Status ReadBags(const STACK_OF(PKCS12_SAFEBAG) & bags, const std::string& encryption,
                        int depth) {
    for (int i = 0; i < sk_PKCS12_SAFEBAG_num(&bags); ++i) {
      FLEETCA_RETURN_IF_ERROR(ReadBag(sk_PKCS12_SAFEBAG_value(&bags, i), encryption, depth));
    }
    return absl::OkStatus();
  }

  absl::Status ReadBag(PKCS12_SAFEBAG* bag, const std::string& encryption, int depth) {
    switch (PKCS12_SAFEBAG_get_nid(bag)) {
      case NID_certBag:
        return ReadCertificate(bag, encryption);
      case NID_keyBag:
        return AddClearKey(bag, encryption);
      case NID_pkcs8ShroudedKeyBag:
        return ReadEncryptedKey(bag);
      case NID_safeContentsBag: {
        const STACK_OF(PKCS12_SAFEBAG)* const inner = PKCS12_SAFEBAG_get0_safes(bag);
        return inner == nullptr || depth >= kMaxDepth ? Damaged("its parts are nested too deeply")
                                                      : ReadBags(*inner, encryption, depth + 1);
      }
      default:
        ++found_.others;
        return absl::OkStatus();
    }
  }

  absl::Status ReadCertificate(PKCS12_SAFEBAG* bag, const std::string& encryption) {
    if (PKCS12_SAFEBAG_get_bag_nid(bag) != NID_x509Certificate) {
      ++found_.others;
      return absl::OkStatus();
    }
    const X509Ptr certificate(PKCS12_SAFEBAG_get1_cert(bag));
    unsigned char* der = nullptr;
    const int size = certificate == nullptr ? 0 : i2d_X509(certificate.get(), &der);
    if (size <= 0) {
      return Damaged("a certificate in it cannot be read");
    }
    found_.certificates.push_back(
        {.der = std::string(reinterpret_cast<const char*>(der), static_cast<size_t>(size)),
         .alias = Alias(bag),
         .key_id = KeyId(bag),
         .encryption = encryption,
         .trusted = IsTrusted(bag)});
    OPENSSL_free(der);
    return absl::OkStatus();
  }

  absl::Status ReadEncryptedKey(PKCS12_SAFEBAG* bag) {
    const X509_SIG* const sealed = PKCS12_SAFEBAG_get0_pkcs8(bag);
    const X509_ALGOR* by = nullptr;
    X509_SIG_get0(sealed, &by, nullptr);
    if (by == nullptr) {
      return Damaged("a key in it cannot be read");
    }
    FLEETCA_ASSIGN_OR_RETURN(const Pkcs12Algorithm algorithm, Prepare(by));
    const std::optional<SecretBytes> decrypted =
        DecryptPkcs8(sealed, attempt_.For(algorithm), Library(algorithm));
    if (!decrypted.has_value() || KeyFormOfDer(decrypted->view()) != KeyForm::kPkcs8) {
      return DoesNotOpen(algorithm);
    }
    const unsigned char* at = AsUnsigned(decrypted->view());
    const Pkcs8InfoPtr info(
        d2i_PKCS8_PRIV_KEY_INFO(nullptr, &at, static_cast<long>(decrypted->size())));
    return AddOrPassOver(bag, KeyOfPkcs8Der(decrypted->view()), info.get(), algorithm.name);
  }

  absl::Status AddClearKey(PKCS12_SAFEBAG* bag, const std::string& encryption) {
    const PKCS8_PRIV_KEY_INFO* const info = PKCS12_SAFEBAG_get0_p8inf(bag);
    return AddOrPassOver(bag, EvpPkeyPtr(info == nullptr ? nullptr : EVP_PKCS82PKEY(info)), info,
                         encryption);
  }

  // Passes over a key whose algorithm OpenSSL does not know, such as ML-DSA from Java 24 on, so
  // that the other keys of the file can be used.
  absl::Status AddOrPassOver(PKCS12_SAFEBAG* bag, EvpPkeyPtr key, const PKCS8_PRIV_KEY_INFO* info,
                             const std::string& encryption) {
    const X509_ALGOR* algorithm = nullptr;
    if (key != nullptr || info == nullptr ||
        PKCS8_pkey_get0(nullptr, nullptr, nullptr, &algorithm, info) != 1 ||
        EVP_PKEY_type(OBJ_obj2nid(algorithm->algorithm)) != NID_undef) {
      return AddKey(bag, std::move(key), encryption);
    }
    const std::string alias = Alias(bag);
    found_.unknown_keys.push_back(
        absl::StrCat("a private key ", alias.empty() ? "" : absl::StrCat("\"", alias, "\" "),
                     "of the algorithm ", AlgorithmName(algorithm)));
    ++found_.others;
    return absl::OkStatus();
  }

  absl::Status AddKey(PKCS12_SAFEBAG* bag, EvpPkeyPtr key, const std::string& encryption) {
    if (key == nullptr) {
      return Damaged("a key in it is of an unknown kind or cannot be read");
    }
    if (found_.keys.size() >= kMaxKeys) {
      return FailedPrecondition(
          Reason::kFileInvalid,
          absl::StrCat("It has more than ", kMaxKeys, " keys; have it exported in several files"));
    }
    FLEETCA_RETURN_IF_ERROR(budget_.Take(IterationsOfCheck(key.get())));
    if (const std::string why = WhyUnusable(key.get()); !why.empty()) {
      return FailedPrecondition(Reason::kFileInvalid,
                                absl::StrCat("A key in it cannot be used: ", why));
    }
    found_.keys.push_back({.key = std::move(key),
                           .alias = Alias(bag),
                           .key_id = KeyId(bag),
                           .encryption = encryption});
    return absl::OkStatus();
  }

  static std::string Alias(PKCS12_SAFEBAG* bag) {
    char* const name = PKCS12_get_friendlyname(bag);
    std::string alias = name == nullptr ? "" : name;
    OPENSSL_free(name);
    return alias;
  }

  static std::string KeyId(const PKCS12_SAFEBAG* bag) {
    const ASN1_TYPE* const value = PKCS12_SAFEBAG_get0_attr(bag, NID_localKeyID);
    if (value == nullptr || value->type != V_ASN1_OCTET_STRING) {
      return "";
    }
    return std::string(
        reinterpret_cast<const char*>(ASN1_STRING_get0_data(value->value.octet_string)),
        static_cast<size_t>(ASN1_STRING_length(value->value.octet_string)));
  }

  const Attempt attempt_;
  const bool known_right_;
  Pkcs12Budget budget_;
  std::unique_ptr<LegacyAlgorithms> legacy_;
  Pkcs12 found_;
};

// The whole file by one passphrase. kPassphraseInvalid when it is another's.
absl::StatusOr<Pkcs12> ReadBy(const Attempt& attempt, PKCS12* file,
                              const std::optional<Pkcs12Algorithm>& mac,
                              const Pkcs12Budget& budget) {
  if (mac.has_value() &&
      PKCS12_verify_mac(file, attempt.bmp.data(), static_cast<int>(attempt.bmp.size())) != 1) {
    return FailedPrecondition(
        Reason::kPassphraseInvalid,
        "The passphrase does not open it, as its MAC shows: give another one. Where it is the "
        "right one, somebody has changed the file, or it is damaged");
  }
  Reading reading(attempt, mac.has_value(), budget);
  FLEETCA_RETURN_IF_ERROR(reading.ReadSafes(file));
  Pkcs12 found = reading.Take();
  if (mac.has_value()) {
    found.mac = mac->name;
    found.weak = found.weak || mac->weak;
  }
  return found;
}

bool IsWrongPassphrase(const absl::Status& status) {
  return GetReason(status) == Reason::kPassphraseInvalid;
}

// Each octet as if it were a character of Latin-1.
std::string OctetsAsCharacters(absl::string_view octets) {
  std::string text;
  for (const char c : octets) {
    const auto octet = static_cast<unsigned char>(c);
    if (octet < 0x80) {
      text.push_back(c);
    } else {
      text.push_back(static_cast<char>(0xc0 | (octet >> 6)));
      text.push_back(static_cast<char>(0x80 | (octet & 0x3f)));
    }
  }
  return text;
}

absl::StatusOr<Pkcs12> ReadByPassphrase(const SecretBytes& passphrase, PKCS12* file,
                                        const std::optional<Pkcs12Algorithm>& mac,
                                        const Pkcs12Budget& budget) {
  const absl::string_view text = passphrase.view();
  absl::StatusOr<Pkcs12> found = ReadBy({text, text}, file, mac, budget);
  std::string older = OctetsAsCharacters(text);
  if (!found.ok() && IsWrongPassphrase(found.status()) && older != text) {
    found = ReadBy({older, text}, file, mac, budget);
  }
  WipeString(older);
  return found;
}

absl::Status CheckIsPkcs12(absl::string_view octets, const Pkcs12Limits& limits) {
  if (octets.empty()) {
    return FailedPrecondition(Reason::kFileInvalid, "It is empty, and not a PKCS#12 file");
  }
  if (std::string wrapping = WrappingOf(octets); !wrapping.empty()) {
    wrapping[0] = 'I';
    return FailedPrecondition(Reason::kFileInvalid, wrapping);
  }
  if (x509::IsPem(octets)) {
    return FailedPrecondition(Reason::kFileInvalid,
                              "It is PEM, not PKCS#12: what reads certificates and keys reads it "
                              "as it is, and `fleetca p12 export` makes PKCS#12 of it");
  }
  if (octets.size() > limits.octets) {
    return FailedPrecondition(
        Reason::kFileInvalid,
        absl::StrCat("It has ", octets.size(), " octets, and a PKCS#12 file of more than ",
                     limits.octets, " is not read"));
  }
  return absl::OkStatus();
}

absl::StatusOr<Pkcs12Ptr> Parse(absl::string_view octets) {
  const unsigned char* at = AsUnsigned(octets);
  const auto size = static_cast<long>(octets.size());
  Pkcs12Ptr file(d2i_PKCS12(nullptr, &at, size));
  if (file != nullptr) {
    const absl::string_view rest = octets.substr(static_cast<size_t>(at - AsUnsigned(octets)));
    if (!rest.empty() && rest != "\n" && rest != "\r\n") {
      return Damaged("there is more after its end");
    }
    return file;
  }
  at = AsUnsigned(octets);
  const X509Ptr certificate(d2i_X509(nullptr, &at, size));
  return FailedPrecondition(
      Reason::kFileInvalid,
      certificate == nullptr
          ? "It is not a PKCS#12 file, or not all of one"
          : "It is a certificate (DER), not PKCS#12; `fleetca cert inspect` shows what is in it");
}

}  // namespace

absl::StatusOr<Pkcs12> ReadPkcs12(absl::string_view octets, const AskPassphrase& ask,
                                  const Pkcs12Limits& limits) {
  const ScopedOpenSslErrorQueue queue;
  // As certtool of GnuTLS writes it, unless it is told otherwise.
  std::string decoded;
  const absl::Cleanup wipe = [&decoded] { WipeString(decoded); };
  if (octets.size() <= 2 * limits.octets && absl::StrContains(octets, "-----BEGIN PKCS12-----")) {
    absl::StatusOr<std::string> der = x509::DecodeOnePem("PKCS12", octets);
    if (!der.ok()) {
      return Damaged(der.status().message());
    }
    decoded = *std::move(der);
    octets = decoded;
  }
  FLEETCA_RETURN_IF_ERROR(CheckIsPkcs12(octets, limits));
  FLEETCA_ASSIGN_OR_RETURN(const Pkcs12Ptr file, Parse(octets));
  Pkcs12Budget budget(limits);
  std::optional<Pkcs12Algorithm> mac;
  if (PKCS12_mac_present(file.get()) == 1) {
    const X509_ALGOR* algorithm = nullptr;
    const ASN1_INTEGER* iterations = nullptr;
    PKCS12_get0_mac(nullptr, &algorithm, nullptr, &iterations, file.get());
    FLEETCA_ASSIGN_OR_RETURN(mac, ParsePkcs12Mac(algorithm, iterations));
    FLEETCA_RETURN_IF_ERROR(budget.Take(mac->iterations));
  }
  for (const Attempt& empty : {Attempt{absl::string_view(), ""}, Attempt{"", ""}}) {
    absl::StatusOr<Pkcs12> found = ReadBy(empty, file.get(), mac, budget);
    if (found.ok()) {
      found->without_passphrase = true;
    }
    if (found.ok() || !IsWrongPassphrase(found.status())) {
      return found;
    }
  }
  FLEETCA_ASSIGN_OR_RETURN(const SecretBytes passphrase, ask());
  return ReadByPassphrase(passphrase, file.get(), mac, budget);
}

}  // namespace fleetca::client
