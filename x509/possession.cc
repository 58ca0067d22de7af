#include "x509/possession.h"

#include "base/errors.h"
#include "base/status_macros.h"
#include "x509/public_key.h"
#include "x509/signature_verifier.h"

namespace fleetca::x509 {
namespace {

constexpr absl::string_view kKeyField = "csr.subject_public_key_info";

absl::Status Verify(const Csr& csr) {
  const PublicKey& key = csr.public_key;
  const bool is_ec =
      key.algorithm == PublicKeyAlgorithm::kP256 || key.algorithm == PublicKeyAlgorithm::kP384;
  // For EC the verification checks the curve itself while it loads the point, so that is not done
  // twice on the good path.
  if (!is_ec) {
    FLEETCA_RETURN_IF_ERROR(CheckPublicKey(key, kKeyField));
  }
  absl::Status status = VerifySignature(
      key, csr.signature_algorithm, csr.certification_request_info, csr.signature, "csr.signature");
  if (is_ec && !status.ok()) {
    FLEETCA_RETURN_IF_ERROR(CheckPublicKey(key, kKeyField));
  }
  return status.ok() ? CheckRsaFactors(key, kKeyField) : status;
}

// Keeps nothing: the pooled contexts are each thread's own (signature_verifier.h).
class OpenSslPossessionVerifier final : public PossessionVerifier {
 public:
  void VerifyBatch(absl::Span<const Csr* const> csrs,
                   absl::Span<absl::Status> results) const override {
    for (size_t i = 0; i < csrs.size(); ++i) {
      if (csrs[i] != nullptr) {
        results[i] = Verify(*csrs[i]);
      }
    }
  }
};

}  // namespace

std::unique_ptr<PossessionVerifier> PossessionVerifier::CreateOpenSsl() {
  return std::make_unique<OpenSslPossessionVerifier>();
}

}  // namespace fleetca::x509
