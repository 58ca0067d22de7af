#include "client/key_and_csr.h"

#include "base/csr_signature.h"
#include "base/private_key.h"
#include "base/status_macros.h"
#include "x509/csr_builder.h"
#include "x509/san.h"

namespace fleetca::client {

absl::StatusOr<std::string> BuildCsr(EVP_PKEY* key, absl::Span<const RequestedName> names) {
  x509::GeneralNames general_names;
  for (const RequestedName& name : names) {
    general_names.push_back({name.type, name.value});
  }
  FLEETCA_ASSIGN_OR_RETURN(const SignatureScheme scheme, CsrSignatureScheme(key));
  FLEETCA_ASSIGN_OR_RETURN(const std::string spki, EncodePublicKey(key));
  const std::string info = x509::BuildCsrInfo(spki, general_names);
  FLEETCA_ASSIGN_OR_RETURN(const std::string signature, SignCsr(key, scheme, info));
  return x509::AssembleCsr(info, scheme, signature);
}

absl::StatusOr<KeyAndCsr> MakeKeyAndCsr(KeyType type, absl::Span<const RequestedName> names) {
  FLEETCA_ASSIGN_OR_RETURN(const EvpPkeyPtr key, GeneratePrivateKey(type));
  KeyAndCsr made;
  FLEETCA_ASSIGN_OR_RETURN(made.csr_der, BuildCsr(key.get(), names));
  FLEETCA_ASSIGN_OR_RETURN(made.private_key_pem, EncodePrivateKey(key.get()));
  return made;
}

}  // namespace fleetca::client
