// The database of NSS, which Chromium and, in each profile, Firefox and Thunderbird read.
#ifndef FLEETCA_CLIENT_TRUST_STORES_NSS_STORE_H_
#define FLEETCA_CLIENT_TRUST_STORES_NSS_STORE_H_

#include <memory>
#include <string>

#include "base/secret.h"
#include "client/trust_stores/trust_store.h"

namespace fleetca::client {

// The database in `folder`, which Add makes where there is none, with an empty passphrase.
// `passphrase` is that of the database; nobody is asked for it.
std::unique_ptr<TrustStore> MakeNssStore(const std::string& folder, SecretBytes passphrase);

}  // namespace fleetca::client

#endif  // FLEETCA_CLIENT_TRUST_STORES_NSS_STORE_H_
