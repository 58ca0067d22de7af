// A keystore of Java with certificates that it trusts: the JVM's own, or a program's.
#ifndef FLEETCA_CLIENT_TRUST_STORES_JAVA_STORE_H_
#define FLEETCA_CLIENT_TRUST_STORES_JAVA_STORE_H_

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "base/secret.h"
#include "client/trust_stores/trust_store.h"

namespace fleetca::client {

// The keystore at `path`, which Add makes where there is none, or the cacerts of the JVM that
// keytool belongs to where it is empty. An empty passphrase stands for "changeit", which the JVM's
// own has. The errors of FindStoreProgram; kFileMissing where a keystore could not be made.
absl::StatusOr<std::unique_ptr<TrustStore>> MakeJavaStore(const std::string& path,
                                                          SecretBytes passphrase);

}  // namespace fleetca::client

#endif  // FLEETCA_CLIENT_TRUST_STORES_JAVA_STORE_H_
