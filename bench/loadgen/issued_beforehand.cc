#include "bench/loadgen/issued_beforehand.h"

#include <algorithm>
#include <utility>

#include "base/status_macros.h"
#include "client/issue_request.h"
#include "x509/pem.h"

namespace fleetca::loadgen {
namespace {

constexpr size_t kMostAtOnce = 500;

}  // namespace

absl::StatusOr<std::vector<client::Issued>> IssueBeforehand(const client::CaClient& client,
                                                            const LoadContext& context,
                                                            size_t count) {
  std::vector<client::Issued> issued;
  issued.reserve(count);
  while (issued.size() < count) {
    std::vector<client::IssueOptions> asked;
    for (size_t i = issued.size(); i < std::min(issued.size() + kMostAtOnce, count); ++i) {
      const CsrPool::Entry& entry = context.pool.entries[i % context.pool.entries.size()];
      asked.push_back({entry.csr_der, context.plan.profile});
    }
    FLEETCA_ASSIGN_OR_RETURN(auto results, client.IssueBatch(asked));
    for (absl::StatusOr<client::Issued>& result : results) {
      FLEETCA_RETURN_IF_ERROR(result.status());
      issued.push_back(*std::move(result));
    }
  }
  return issued;
}

std::string PemOfChain(const std::string& leaf_der, const std::vector<std::string>& chain_der) {
  std::string pem = x509::EncodePem(x509::kPemCertificate, leaf_der);
  for (const std::string& der : chain_der) {
    pem += x509::EncodePem(x509::kPemCertificate, der);
  }
  return pem;
}

}  // namespace fleetca::loadgen
