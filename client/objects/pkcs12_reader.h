// What a PKCS#12 file holds, whoever wrote it (RFC 7292): OpenSSL of any age, Java, NSS, Windows.
#ifndef FLEETCA_CLIENT_OBJECTS_PKCS12_READER_H_
#define FLEETCA_CLIENT_OBJECTS_PKCS12_READER_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "base/openssl.h"
#include "client/objects/private_key_reader.h"

namespace fleetca::client {

struct Pkcs12Key {
  EvpPkeyPtr key;
  // The name that Java calls an alias and OpenSSL a friendlyName, UTF-8; "" where there is none.
  std::string alias;
  // By these octets a key and its certificate say that they belong together; "" where there are
  // none.
  std::string key_id;
  // "PBES2, AES-256-CBC, PBKDF2 hmacWithSHA256, 2048 iterations", "PBE-SHA1-RC2-40, 2048
  // iterations"; "" where the key is in the clear.
  std::string encryption;
};

struct Pkcs12Certificate {
  std::string der;
  std::string alias;
  std::string key_id;
  // As in Pkcs12Key; that of the part of the file which the certificate stands in.
  std::string encryption;
  // Java trusts it: it is an entry of its own, not a part of a key's chain.
  bool trusted = false;
};

struct Pkcs12 {
  // In the order of the file.
  std::vector<Pkcs12Key> keys;
  std::vector<Pkcs12Certificate> certificates;
  // CRLs, secrets and what else is neither, and keys of algorithms that are not known here, which
  // were passed over.
  size_t others = 0;
  // Of those keys, what they are: "a private key \"pq\" of the algorithm 2.16.840.1.101.3.4.3.18".
  std::vector<std::string> unknown_keys;
  // "SHA256, 2048 iterations"; "" where there is none, and nothing shows whether somebody has
  // changed the file.
  std::string mac;
  // It opened without asking for a passphrase: with the empty one, or as nothing in it is encrypted
  // and there is no MAC.
  bool without_passphrase = false;
  // Something in it is encrypted by RC2, RC4, DES or triple DES, or its MAC is of MD5 or SHA-1.
  bool weak = false;
};

// A foreign file costs no more than this: a file of more octets, or whose MAC, keys and other parts
// have more iterations in all, is refused before they are computed. A key in it counts for as many
// as the check of it takes (client/objects/key_pair.h). NSS and GnuTLS write 600000 for each part,
// Java 10000; as many as are allowed take about ten seconds at the worst.
struct Pkcs12Limits {
  size_t octets = 4 << 20;
  int64_t iterations = 5'000'000;
};

// All of `octets`, BER or DER. The empty passphrase is tried first, in both of its forms, so that
// `ask` is not called where it opens the file, and else at most once. A passphrase that is not of
// ASCII is tried as UTF-8 and as old releases of OpenSSL took it, an octet for a character.
// RC2, RC4 and DES come from OpenSSL's legacy provider, which is loaded for such a file alone.
//
// FAILED_PRECONDITION: kFileInvalid when it is something else (which the sentence names: PEM, a
// Java keystore of the old form), damaged, encrypted to a public key, over a limit, or by an
// algorithm that OpenSSL has not got; kPassphraseInvalid when it is wrong. Whatever `ask` refuses.
// Thread-safe.
absl::StatusOr<Pkcs12> ReadPkcs12(absl::string_view octets, const AskPassphrase& ask,
                                  const Pkcs12Limits& limits = {});

}  // namespace fleetca::client

#endif  // FLEETCA_CLIENT_OBJECTS_PKCS12_READER_H_
