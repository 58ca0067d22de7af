#include "bench/loadgen/bad_csr.h"

#include <utility>

#include "base/status_macros.h"
#include "client/key_and_csr.h"
#include "x509/requested_name.h"

namespace fleetca::loadgen {

absl::StatusOr<std::vector<BadCsr>> MakeBadCsrs(const CsrPool& pool) {
  std::string broken = pool.entries.front().csr_der;
  broken.back() = static_cast<char>(broken.back() ^ 1);
  FLEETCA_ASSIGN_OR_RETURN(
      const x509::RequestedName name,
      x509::ParseRequestedName("URI:spiffe://not-the-cas-domain.example/svc/load"));
  FLEETCA_ASSIGN_OR_RETURN(client::KeyAndCsr foreign, client::MakeKeyAndCsr(pool.spec.key, {name}));
  return std::vector<BadCsr>{
      {std::move(broken), Reason::kSignatureInvalid},
      {std::string(pool.entries.front().csr_der.size(), '\x30'), Reason::kCsrMalformed},
      {std::move(foreign.csr_der), Reason::kCallerNotAllowed}};
}

}  // namespace fleetca::loadgen
