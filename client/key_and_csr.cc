#include "client/key_and_csr.h"

#include "base/private_key.h"
#include "base/status_macros.h"
#include "client/objects/csr_maker.h"
#include "x509/csr_builder.h"

namespace fleetca::client {

absl::StatusOr<std::string> BuildCsr(EVP_PKEY* key, absl::Span<const x509::RequestedName> names) {
  return MakeCsr(key, x509::kEmptyName, names);
}

absl::StatusOr<KeyAndCsr> MakeKeyAndCsr(KeyType type, absl::Span<const x509::RequestedName> names) {
  FLEETCA_ASSIGN_OR_RETURN(const EvpPkeyPtr key, GeneratePrivateKey(type));
  KeyAndCsr made;
  FLEETCA_ASSIGN_OR_RETURN(made.csr_der, BuildCsr(key.get(), names));
  FLEETCA_ASSIGN_OR_RETURN(made.private_key_pem, EncodePrivateKey(key.get()));
  return made;
}

}  // namespace fleetca::client
