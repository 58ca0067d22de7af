#include "client/objects/csr_maker.h"

#include "base/csr_signature.h"
#include "base/private_key.h"
#include "base/status_macros.h"
#include "x509/csr_builder.h"
#include "x509/san.h"

namespace fleetca::client {

absl::StatusOr<std::string> MakeCsr(EVP_PKEY* key, absl::string_view subject,
                                    absl::Span<const x509::RequestedName> names) {
  x509::GeneralNames general_names;
  for (const x509::RequestedName& name : names) {
    general_names.push_back({name.type, name.value});
  }
  FLEETCA_ASSIGN_OR_RETURN(const SignatureScheme scheme, CsrSignatureScheme(key));
  FLEETCA_ASSIGN_OR_RETURN(const std::string spki, EncodePublicKey(key));
  const std::string info = x509::BuildCsrInfo(spki, general_names, subject);
  FLEETCA_ASSIGN_OR_RETURN(const std::string signature, SignCsr(key, scheme, info));
  return x509::AssembleCsr(info, scheme, signature);
}

}  // namespace fleetca::client
