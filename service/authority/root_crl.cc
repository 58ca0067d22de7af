#include "service/authority/root_crl.h"

#include <algorithm>
#include <utility>

#include "absl/types/span.h"
#include "base/status_macros.h"
#include "x509/revocation/crl_writer.h"
#include "x509/revocation/lint_crl.h"

namespace fleetca::service {

absl::StatusOr<std::string> SignRootCrl(const x509::Certificate& root, const signer::Signer& signer,
                                        RootCrlContents contents) {
  const x509::CrlSpec spec = {.issuer = root.subject,
                              .authority_key_id = root.subject_key_id,
                              .signature_scheme = signer.scheme(),
                              .number = contents.number,
                              .this_update = contents.this_update,
                              .next_update = contents.next_update,
                              .distribution_point = ""};
  // By value as the writer goes: a positive INTEGER with more octets is greater.
  std::sort(contents.entries.begin(), contents.entries.end(),
            [](const x509::CrlEntry& a, const x509::CrlEntry& b) {
              return std::make_pair(a.serial.size(), a.serial) <
                     std::make_pair(b.serial.size(), b.serial);
            });
  x509::CrlWriter writer(spec, contents.entries.size());
  for (const x509::CrlEntry& entry : contents.entries) {
    FLEETCA_RETURN_IF_ERROR(writer.Add(entry));
  }
  FLEETCA_ASSIGN_OR_RETURN(
      Prepared prepared, x509::LintCrl(std::move(writer).Finish(), spec, contents.entries.size()));
  absl::StatusOr<signer::SignedMessage> result = absl::InternalError("not signed");
  signer.SignBatch(absl::MakeSpan(&prepared, 1), absl::MakeSpan(&result, 1));
  FLEETCA_RETURN_IF_ERROR(result.status());
  return x509::AssembleCrl(result->message, signer.scheme(), result->signature);
}

uint64_t NextRootCrlNumber(uint64_t last, absl::Time now) {
  return std::max(last + 1, static_cast<uint64_t>(std::max<int64_t>(absl::ToUnixSeconds(now), 0)));
}

}  // namespace fleetca::service
