#include "client/files/own_pkcs12.h"

#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "base/private_key.h"
#include "client/objects/pkcs12_reader.h"
#include "client/objects/pkcs12_writer.h"

namespace fleetca::client {
namespace {

// A chain and a bundle of roots of usual sizes take some thousand octets; the MAC, the certificates
// and the key have iterations of their own.
constexpr Pkcs12Limits kOwnLimits = {.octets = size_t{1} << 20,
                                     .iterations = int64_t{3} * kPkcs12Iterations};

// Whether it was encrypted as the writer does.
bool IsOurs(const Pkcs12& file) {
  const std::string encryption =
      absl::StrCat("PBES2, AES-256-CBC, PBKDF2 hmacWithSHA256, ", kPkcs12Iterations, " iterations");
  bool ours = !file.without_passphrase && file.keys.size() <= 1 && file.others == 0 &&
              file.mac == absl::StrCat("SHA256, ", kPkcs12Iterations, " iterations");
  for (const Pkcs12Key& key : file.keys) {
    ours = ours && key.encryption == encryption;
  }
  for (const Pkcs12Certificate& certificate : file.certificates) {
    ours = ours && certificate.encryption == encryption;
  }
  return ours;
}

}  // namespace

std::optional<Pkcs12Contents> ReadOwnPkcs12(absl::string_view octets,
                                            const SecretBytes& passphrase) {
  absl::StatusOr<Pkcs12> file = ReadPkcs12(
      octets, [&passphrase] { return absl::StatusOr<SecretBytes>(SecretBytes(passphrase.view())); },
      kOwnLimits);
  if (!file.ok() || !IsOurs(*file)) {
    return std::nullopt;
  }
  Pkcs12Contents contents;
  for (const Pkcs12Key& key : file->keys) {
    absl::StatusOr<std::string> spki = EncodePublicKey(key.key.get());
    if (!spki.ok()) {
      return std::nullopt;
    }
    contents.key_spki = *std::move(spki);
  }
  for (Pkcs12Certificate& certificate : file->certificates) {
    contents.trusted += certificate.trusted ? 1 : 0;
    contents.certificates_der.push_back(std::move(certificate.der));
  }
  return contents;
}

}  // namespace fleetca::client
