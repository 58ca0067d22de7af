#include "bench/issuing_fixture.h"

#include "base/random.h"
#include "bench/check.h"
#include "bench/csr_set.h"

namespace fleetca::bench {

IssuanceBatch::IssuanceBatch(KeyType subscriber, size_t size, bool with_request_ids)
    : csrs_(CsrsOf(subscriber).ders), with_request_ids_(with_request_ids) {
  for (size_t i = 0; i < size; ++i) {
    pointers_.push_back(&issuances_.emplace_back(csrs_[i % csrs_.size()]));
    request_ids_.emplace_back(16, '\0');
  }
}

void IssuanceBatch::Issue(service::Issuer& issuer) {
  for (size_t i = 0; i < issuances_.size(); ++i) {
    issuances_[i].request.csr_der = csrs_[next_++ % csrs_.size()];
    if (with_request_ids_) {
      CheckOk(RandomBytes(absl::MakeSpan(request_ids_[i].data(), request_ids_[i].size())),
              "RandomBytes");
      issuances_[i].request.request_id = request_ids_[i];
    }
  }
  issuer.IssueBatch(pointers_);
  for (const testing::RecordingIssuance& issuance : issuances_) {
    CheckOk(issuance.outcome.status(), "an issuance");
  }
}

}  // namespace fleetca::bench
