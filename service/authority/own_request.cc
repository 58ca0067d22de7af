#include "service/authority/own_request.h"

#include "base/crypto_types.h"
#include "base/csr_signature.h"
#include "base/openssl.h"
#include "base/private_key.h"
#include "base/status_macros.h"
#include "x509/csr_builder.h"

namespace fleetca::service {

absl::StatusOr<OwnRequest> MakeOwnRequest(absl::Span<const x509::GeneralName> names) {
  FLEETCA_ASSIGN_OR_RETURN(const EvpPkeyPtr key, GeneratePrivateKey(KeyType::kP256));
  FLEETCA_ASSIGN_OR_RETURN(const SignatureScheme scheme, CsrSignatureScheme(key.get()));
  FLEETCA_ASSIGN_OR_RETURN(const std::string public_key, EncodePublicKey(key.get()));
  const std::string info = x509::BuildCsrInfo(public_key, names);
  FLEETCA_ASSIGN_OR_RETURN(const std::string signature, SignCsr(key.get(), scheme, info));
  OwnRequest request;
  request.csr_der = x509::AssembleCsr(info, scheme, signature);
  FLEETCA_ASSIGN_OR_RETURN(request.private_key, EncodePrivateKey(key.get()));
  return request;
}

}  // namespace fleetca::service
