#include "client/objects/private_key_reader.h"

#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "base/errors.h"
#include "base/pem_key_block.h"
#include "base/status_macros.h"
#include "base/text.h"
#include "client/objects/encrypted_pem.h"
#include "client/objects/encrypted_pkcs8.h"
#include "client/objects/file_wrapping.h"
#include "client/objects/key_encryption.h"
#include "client/objects/key_pair.h"
#include "client/objects/legacy_algorithms.h"
#include "client/objects/not_a_key.h"
#include "x509/pem.h"

namespace fleetca::client {
namespace {

// The largest PEM (base/pem_key_block.h); the DER of a key is far smaller.
constexpr size_t kMaxDerBytes = size_t{1} << 20;

absl::Status NotAKey(absl::string_view what) {
  return FailedPrecondition(Reason::kFileInvalid,
                            absl::StrCat("This is not a private key that can be read: ", what));
}

absl::Status WrongPassphrase(absl::string_view sentence) {
  return FailedPrecondition(Reason::kPassphraseInvalid, sentence);
}

// What d2i functions take.
struct Octets {
  const unsigned char* begin = nullptr;
  long size = 0;
};

absl::string_view OctetsOf(const PemKeyBlock& block) {
  return {reinterpret_cast<const char*>(block.der()), static_cast<size_t>(block.size())};
}

using LegacyPtr = std::unique_ptr<LegacyAlgorithms>;

// null where they are not needed.
absl::StatusOr<LegacyPtr> LegacyIf(bool needed) {
  return needed ? LegacyAlgorithms::Load() : absl::StatusOr<LegacyPtr>(nullptr);
}

OSSL_LIB_CTX* LibraryOf(const LegacyPtr& legacy) {
  return legacy == nullptr ? nullptr : legacy->library();
}

absl::StatusOr<EvpPkeyPtr> Checked(EvpPkeyPtr key) {
  if (key == nullptr) {
    return NotAKey("its DER is malformed, or its algorithm is not known");
  }
  if (const std::string why = WhyUnusable(key.get()); !why.empty()) {
    return NotAKey(why);
  }
  return key;
}

// Of the form before PKCS#8, which begins like that of RSA.
bool IsDsa(Octets der) {
  const unsigned char* cursor = der.begin;
  return EvpPkeyPtr(d2i_PrivateKey(EVP_PKEY_DSA, nullptr, &cursor, der.size)) != nullptr;
}

absl::StatusOr<EvpPkeyPtr> ReadTraditional(int type, Octets der) {
  const unsigned char* cursor = der.begin;
  EvpPkeyPtr key(d2i_PrivateKey(type, nullptr, &cursor, der.size));
  if (key == nullptr || cursor != der.begin + der.size) {
    return NotAKey(IsDsa(der) ? NoReadableBlock(PEM_STRING_DSA, "")
                              : "its DER is malformed, or its curve is not known");
  }
  return Checked(std::move(key));
}

absl::StatusOr<EvpPkeyPtr> ReadPkcs8(Octets der) {
  EvpPkeyPtr key = KeyOfPkcs8Der(
      absl::string_view(reinterpret_cast<const char*>(der.begin), static_cast<size_t>(der.size)));
  if (key == nullptr) {
    return NotAKey(
        "its DER is malformed, its algorithm is not known, or the public key beside it is "
        "another's");
  }
  return Checked(std::move(key));
}

absl::StatusOr<ReadKey> ReadEncryptedPkcs8(Octets der, const AskPassphrase& ask) {
  const unsigned char* cursor = der.begin;
  const X509SigPtr encrypted(d2i_X509_SIG(nullptr, &cursor, der.size));
  if (encrypted == nullptr || cursor != der.begin + der.size) {
    return NotAKey("its DER is malformed");
  }
  const X509_ALGOR* algorithm = nullptr;
  X509_SIG_get0(encrypted.get(), &algorithm, nullptr);
  ReadKey read;
  read.form = KeyForm::kEncryptedPkcs8;
  FLEETCA_ASSIGN_OR_RETURN(const KeyEncryption encryption, DescribePkcs8Encryption(algorithm));
  read.encryption = encryption.name;
  read.broken_encryption = encryption.legacy;
  FLEETCA_ASSIGN_OR_RETURN(const auto ciphers, LegacyIf(encryption.legacy));
  FLEETCA_ASSIGN_OR_RETURN(const SecretBytes passphrase, ask());
  const std::optional<SecretBytes> octets =
      DecryptPkcs8(encrypted.get(), passphrase.view(), LibraryOf(ciphers));
  if (!octets.has_value() || KeyFormOfDer(octets->view()) != KeyForm::kPkcs8) {
    // RFC 8018 allows the empty one, and our own keys never have it.
    return WrongPassphrase(passphrase.empty()
                               ? "The private key is encrypted, and not by the empty passphrase"
                               : "The private key could not be decrypted: the passphrase is wrong, "
                                 "or the file is damaged");
  }
  FLEETCA_ASSIGN_OR_RETURN(
      read.key, ReadPkcs8({AsUnsigned(octets->view()), static_cast<long>(octets->size())}));
  return read;
}

// What stands in a file of this form when it is encrypted.
KeyForm Encrypted(KeyForm form) {
  switch (form) {
    case KeyForm::kSec1:
      return KeyForm::kEncryptedSec1;
    case KeyForm::kPkcs1:
      return KeyForm::kEncryptedPkcs1;
    default:
      return KeyForm::kEncryptedPkcs8;
  }
}

absl::StatusOr<EvpPkeyPtr> ReadClear(KeyForm form, Octets der) {
  if (form == KeyForm::kPkcs8) {
    return ReadPkcs8(der);
  }
  return ReadTraditional(form == KeyForm::kSec1 ? EVP_PKEY_EC : EVP_PKEY_RSA, der);
}

// The label is not to be relied on: what is inside may be of any form.
absl::StatusOr<ReadKey> ReadWithHeader(const PemKeyBlock& block, const AskPassphrase& ask) {
  const std::optional<PemEncryption> by = ReadPemEncryption(block.header());
  if (!by.has_value()) {
    return NotAKey("its \"Proc-Type\" and \"DEK-Info\" lines name no cipher that is known");
  }
  FLEETCA_ASSIGN_OR_RETURN(const auto ciphers, LegacyIf(by->legacy));
  FLEETCA_ASSIGN_OR_RETURN(const SecretBytes passphrase, ask());
  if (passphrase.empty()) {
    return WrongPassphrase("The passphrase of a key with a \"DEK-Info\" line is never empty");
  }
  const std::optional<SecretBytes> octets =
      DecryptPem(*by, OctetsOf(block), passphrase.view(), LibraryOf(ciphers));
  const std::optional<KeyForm> form =
      octets.has_value() ? KeyFormOfDer(octets->view()) : std::nullopt;
  absl::StatusOr<EvpPkeyPtr> key =
      form.has_value() && *form != KeyForm::kEncryptedPkcs8
          ? ReadClear(*form, {AsUnsigned(octets->view()), static_cast<long>(octets->size())})
          : absl::StatusOr<EvpPkeyPtr>(nullptr);
  if (!key.ok() || *key == nullptr) {
    return WrongPassphrase(
        "The private key could not be decrypted: the passphrase is wrong, or the file is damaged");
  }
  return ReadKey{*std::move(key), Encrypted(*form), absl::StrCat(by->name, ", MD5 (RFC 1421)"),
                 by->legacy};
}

absl::StatusOr<ReadKey> ReadForm(KeyForm form, Octets der, const AskPassphrase& ask) {
  if (form == KeyForm::kEncryptedPkcs8) {
    return ReadEncryptedPkcs8(der, ask);
  }
  ReadKey read;
  read.form = form;
  FLEETCA_ASSIGN_OR_RETURN(read.key, ReadClear(form, der));
  return read;
}

// What the label says; nullopt for one that is of no form that is read here.
std::optional<KeyForm> FormOfLabel(absl::string_view label) {
  if (label == PEM_STRING_ECPRIVATEKEY) {
    return KeyForm::kSec1;
  }
  if (label == PEM_STRING_RSA) {
    return KeyForm::kPkcs1;
  }
  if (label == PEM_STRING_PKCS8) {
    return KeyForm::kEncryptedPkcs8;
  }
  return label == PEM_STRING_PKCS8INF ? std::optional(KeyForm::kPkcs8) : std::nullopt;
}

absl::StatusOr<ReadKey> ReadBlock(const PemKeyBlock& block, const AskPassphrase& ask) {
  const absl::string_view octets = OctetsOf(block);
  const std::optional<KeyForm> said = FormOfLabel(block.label());
  if (!said.has_value()) {
    return NotAKey(NoReadableBlock(block.label(), octets));
  }
  if (block.has_header()) {
    return ReadWithHeader(block, ask);
  }
  // Programs put any form under any of these labels.
  return ReadForm(KeyFormOfDer(octets).value_or(*said), {block.der(), block.size()}, ask);
}

absl::StatusOr<ReadKey> ReadPem(absl::string_view contents, const AskPassphrase& ask) {
  FLEETCA_ASSIGN_OR_RETURN(const std::vector<PemKeyBlock> blocks, ReadAllBlocks(contents));
  const PemKeyBlock* key = nullptr;
  for (const PemKeyBlock& block : blocks) {
    if (!absl::EndsWith(block.label(), "PRIVATE KEY")) {
      continue;
    }
    if (key != nullptr) {
      return NotAKey("it holds more than one; keep each key in a file of its own");
    }
    key = &block;
  }
  if (key == nullptr) {
    return NotAKey(blocks.empty() ? "no block of it is whole"
                                  : NoReadableBlock(blocks.front().label(), ""));
  }
  return ReadBlock(*key, ask);
}

absl::StatusOr<ReadKey> ReadDer(absl::string_view contents, const AskPassphrase& ask) {
  if (contents.empty() || contents.size() > kMaxDerBytes) {
    return NotAKey(contents.empty() ? "it is empty" : "it is larger than 1 MiB");
  }
  const std::optional<KeyForm> form = KeyFormOfDer(contents);
  if (!form.has_value()) {
    return NotAKey(WhatDerIs(contents));
  }
  return ReadForm(*form, {AsUnsigned(contents), static_cast<long>(contents.size())}, ask);
}

}  // namespace

absl::string_view KeyFormName(KeyForm form) {
  switch (form) {
    case KeyForm::kPkcs8:
      return "PKCS#8";
    case KeyForm::kEncryptedPkcs8:
      return "encrypted PKCS#8";
    case KeyForm::kSec1:
      return "SEC1";
    case KeyForm::kPkcs1:
      return "PKCS#1";
    case KeyForm::kEncryptedSec1:
      return "encrypted SEC1";
    case KeyForm::kEncryptedPkcs1:
      return "encrypted PKCS#1";
  }
  return "unknown";
}

absl::StatusOr<ReadKey> ReadPrivateKey(absl::string_view contents, const AskPassphrase& ask) {
  const ScopedOpenSslErrorQueue queue;
  if (const absl::Status text = TextOf(contents).status(); !text.ok()) {
    return FailedPrecondition(Reason::kFileInvalid, text.message());
  }
  if (const std::string wrapping = WrappingOf(contents); !wrapping.empty()) {
    return NotAKey(wrapping);
  }
  return x509::IsPem(contents) ? ReadPem(contents, ask) : ReadDer(WithoutLineEnd(contents), ask);
}

}  // namespace fleetca::client
