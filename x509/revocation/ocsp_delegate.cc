#include "x509/revocation/ocsp_delegate.h"

#include <algorithm>

#include "x509/canonical_name.h"
#include "x509/chain.h"
#include "x509/der/oid.h"
#include "x509/tbs.h"

namespace fleetca::x509 {

const char* OcspDelegateFault(const Certificate& delegate, const Certificate& issuer) {
  const auto& purposes = delegate.extended_key_usage;
  if (!SameName(delegate.issuer, issuer.subject)) {
    return "names another issuer";
  }
  if (!delegate.authority_key_id.empty() && !issuer.subject_key_id.empty() &&
      delegate.authority_key_id != issuer.subject_key_id) {
    return "names another key of its issuer";
  }
  if (delegate.is_ca) {
    return "is that of a CA";
  }
  if (std::find(purposes.begin(), purposes.end(), oid::kOcspSigning) == purposes.end()) {
    return "has not the purpose OCSPSigning";
  }
  if (delegate.key_usage != 0 && (delegate.key_usage & kDigitalSignature) == 0) {
    return "has a key usage without digitalSignature";
  }
  if (!UnderstandsCritical(delegate)) {
    return "has a critical extension that is not understood";
  }
  return nullptr;
}

}  // namespace fleetca::x509
