// PKCS#12 of anybody, and of the agent's own, which who owns it may have changed. Whatever it is,
// it is read at a bounded cost; and what is read as our own is so.
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "base/openssl.h"
#include "base/secret.h"
#include "client/files/own_pkcs12.h"
#include "client/objects/pkcs12_parts.h"
#include "client/objects/pkcs12_reader.h"
#include "client/objects/pkcs12_writer.h"
#include "tests/fuzz/fuzz_target.h"
#include "tests/testing/openssl_ca.h"

namespace {

constexpr char kPassphrase[] = "passphrase";
// Enough for what is written here, and no more, as each input is to take little time.
constexpr fleetca::client::Pkcs12Limits kLimits = {.octets = 1 << 16, .iterations = 30000};

// As another program writes it, with as few iterations as there can be.
std::string Foreign(const fleetca::testing::OpenSslCertificate& made, int cipher, bool mac) {
  const unsigned char* at = fleetca::AsUnsigned(made.der);
  const fleetca::X509Ptr certificate(d2i_X509(nullptr, &at, static_cast<long>(made.der.size())));
  const fleetca::client::Pkcs12Ptr file(PKCS12_create(kPassphrase, "web", made.key.get(),
                                                      certificate.get(), nullptr, cipher, cipher, 1,
                                                      mac ? 1 : -1, 0));
  unsigned char* der = nullptr;
  const int size = i2d_PKCS12(file.get(), &der);
  FLEETCA_FUZZ_REQUIRE(size > 0);
  std::string octets(reinterpret_cast<const char*>(der), static_cast<size_t>(size));
  OPENSSL_free(der);
  return octets;
}

}  // namespace

std::vector<std::string> fleetca::fuzz::Seeds() {
  const auto made = fleetca::testing::MakeByOpenSsl(
      {.not_before = absl::UnixEpoch(), .not_after = absl::UnixEpoch() + absl::Hours(1)});
  const SecretBytes passphrase(kPassphrase);
  std::vector<std::string> seeds;
  for (const auto& octets :
       {client::EncodeKeystore(made.key.get(), made.der, {}, "fleetca", passphrase),
        client::EncodeTruststore({made.der}, passphrase)}) {
    FLEETCA_FUZZ_REQUIRE(octets.ok());
    seeds.emplace_back(octets->view());
  }
  constexpr int kInTheClear = -1;
  for (const int cipher : {kInTheClear, NID_aes_256_cbc, NID_pbe_WithSHA1And3_Key_TripleDES_CBC}) {
    seeds.push_back(Foreign(made, cipher, true));
    seeds.push_back(Foreign(made, cipher, false));
  }
  return seeds;
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace fleetca;
  const absl::string_view input(reinterpret_cast<const char*>(data), size);
  int asked = 0;
  const auto file = client::ReadPkcs12(
      input,
      [&asked] {
        ++asked;
        return absl::StatusOr<SecretBytes>(SecretBytes(kPassphrase));
      },
      kLimits);
  FLEETCA_FUZZ_REQUIRE(asked <= 1);
  if (file.ok()) {
    FLEETCA_FUZZ_REQUIRE(file->without_passphrase == (asked == 0));
    for (const auto& key : file->keys) {
      FLEETCA_FUZZ_REQUIRE(key.key != nullptr);
    }
    for (const auto& certificate : file->certificates) {
      FLEETCA_FUZZ_REQUIRE(!certificate.der.empty());
    }
  }
  const auto contents = client::ReadOwnPkcs12(input, SecretBytes(kPassphrase));
  if (contents.has_value()) {
    FLEETCA_FUZZ_REQUIRE(file.ok() || size > kLimits.octets);
    FLEETCA_FUZZ_REQUIRE(contents->trusted <= contents->certificates_der.size());
  }
  return 0;
}
