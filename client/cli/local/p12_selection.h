// Which of the keys of a PKCS#12 file is meant, and what of the file goes with it.
#ifndef FLEETCA_CLIENT_CLI_LOCAL_P12_SELECTION_H_
#define FLEETCA_CLIENT_CLI_LOCAL_P12_SELECTION_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "client/objects/pkcs12_reader.h"

namespace fleetca::client {

struct P12Choice {
  std::string alias;
  // Lower-case hex of the octets, with or without colons.
  std::string key_id;
};

struct P12Selection {
  // Points into the file; null where it holds none.
  const Pkcs12Key* key = nullptr;
  // That of the key; the only certificate where there is no key; "" where there is none.
  std::string certificate;
  // Its issuers, nearest first, without one that is its own issuer.
  std::vector<std::string> chain;
  // Those that are their own issuers, and those that Java trusts, but for the certificate itself.
  std::vector<std::string> roots;
};

// FAILED_PRECONDITION kFileInvalid: where there are two keys or more and nothing is chosen, the
// sentence lists them; where no key is the chosen one.
absl::StatusOr<P12Selection> SelectFrom(const Pkcs12& file, const P12Choice& choice);

}  // namespace fleetca::client

#endif  // FLEETCA_CLIENT_CLI_LOCAL_P12_SELECTION_H_
