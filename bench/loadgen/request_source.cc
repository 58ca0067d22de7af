#include "bench/loadgen/request_source.h"

#include "absl/types/span.h"
#include "base/random.h"

namespace fleetca::loadgen {
namespace {

constexpr size_t kRequestIdBytes = 16;

}  // namespace

size_t RequestSource::Next(v1::IssueCertificateRequest* request) {
  const size_t i = next_;
  next_ = (next_ + 1) % pool_.entries.size();
  Fill(i, request);
  return i;
}

void RequestSource::Fill(size_t i, v1::IssueCertificateRequest* request) const {
  request->set_csr_der(pool_.entries[i].csr_der);
  request->set_profile(plan_.profile);
  if (plan_.request_ids) {
    std::string& id = *request->mutable_request_id();
    id.resize(kRequestIdBytes);
    // Without randomness the id would be one that was used, which the answer then says.
    (void)RandomBytes(absl::MakeSpan(id));
  }
}

}  // namespace fleetca::loadgen
