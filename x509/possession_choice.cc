#include "x509/possession_choice.h"

#include <utility>

#include "absl/strings/string_view.h"
#include "base/cpu_features.h"
#include "base/log.h"
#include "base/machine_openssl.h"
#include "x509/possession_lanes.h"

namespace fleetca::x509 {
namespace {

// Fixed for as long as it runs: the lanes failed, or there are none.
class OpenSslWithReason final : public PossessionVerifier {
 public:
  explicit OpenSslWithReason(PossessionPath reason) : reason_(reason), openssl_(CreateOpenSsl()) {}

  void VerifyBatch(absl::Span<const Csr* const> csrs,
                   absl::Span<absl::Status> results) const override {
    openssl_->VerifyBatch(csrs, results);
  }
  PossessionStatistics statistics() const override { return {.path = reason_}; }

 private:
  const PossessionPath reason_;
  const std::unique_ptr<PossessionVerifier> openssl_;
};

std::unique_ptr<PossessionVerifier> OpenSslInstead(PossessionPath reason,
                                                   absl::string_view sentence) {
  log::Error(sentence);
  return std::make_unique<OpenSslWithReason>(reason);
}

}  // namespace

std::unique_ptr<PossessionVerifier> VerifierBy(std::shared_ptr<const p256::Lanes> lanes,
                                               p256::LanesFailure failure) {
  if (lanes != nullptr) {
    return std::make_unique<PossessionLanes>(
        [lanes](absl::Span<const p256::PublicSignature> signatures, absl::Span<bool> valid) {
          lanes->Verify(signatures, valid);
        });
  }
  switch (failure) {
    case p256::LanesFailure::kNotCompiledIn:
      return OpenSslInstead(PossessionPath::kNotCompiledIn,
                            "this program was compiled without the lanes for P-256, so OpenSSL "
                            "verifies alone; build it with //p256:lanes_avx512's flags");
    case p256::LanesFailure::kNoGeneratorTable:
      return OpenSslInstead(PossessionPath::kNoGeneratorTable,
                            "OpenSSL could not compute the multiples of P-256's generator that "
                            "the lanes need, so it verifies alone; see that there is memory, and "
                            "start again");
    case p256::LanesFailure::kNone:
    case p256::LanesFailure::kWrongAnswer:
      break;
  }
  return OpenSslInstead(PossessionPath::kSelfTestFailed,
                        "the lanes for P-256 gave a wrong answer in their test at the start, so "
                        "OpenSSL verifies alone; suspect the processor");
}

std::unique_ptr<PossessionVerifier> PossessionVerifier::Create(LanesSetting setting) {
  if (setting == LanesSetting::kOff) {
    return std::make_unique<OpenSslWithReason>(PossessionPath::kOff);
  }
  // The lanes are in no validated module.
  if (IsConfiguredForFips()) {
    return std::make_unique<OpenSslWithReason>(PossessionPath::kFips);
  }
  if (!HasAvx512Ifma()) {
    return std::make_unique<OpenSslWithReason>(PossessionPath::kNoIfma);
  }
  p256::LanesFailure failure;
  std::shared_ptr<const p256::Lanes> lanes = p256::Lanes::Create(&failure);
  return VerifierBy(std::move(lanes), failure);
}

}  // namespace fleetca::x509
