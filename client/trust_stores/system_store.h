// Debian's store of trusted roots, which OpenSSL, GnuTLS, curl, Go and Python read.
#ifndef FLEETCA_CLIENT_TRUST_STORES_SYSTEM_STORE_H_
#define FLEETCA_CLIENT_TRUST_STORES_SYSTEM_STORE_H_

#include <memory>
#include <string>

#include "client/trust_stores/trust_store.h"

namespace fleetca::client {

// Files in /usr/local/share/ca-certificates, which update-ca-certificates takes over; below `root`,
// such as the folder of an image that is being made, where it is not empty. Of an image no hooks
// run, and Entries, which comes before whatever changes the store, has the errors of CheckImage
// (image_root.h).
std::unique_ptr<TrustStore> MakeSystemStore(const std::string& root);

}  // namespace fleetca::client

#endif  // FLEETCA_CLIENT_TRUST_STORES_SYSTEM_STORE_H_
