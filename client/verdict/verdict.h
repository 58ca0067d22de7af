// Whether a certificate would be believed, as a list of steps, and which step failed first.
#ifndef FLEETCA_CLIENT_VERDICT_VERDICT_H_
#define FLEETCA_CLIENT_VERDICT_VERDICT_H_

#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "client/verdict/certificate_index.h"
#include "client/verdict/purpose.h"

namespace fleetca::client {

enum class StepResult { kPassed, kFailed, kSkipped };

// What a refused chain lacks, which who asked can give.
enum class Lack {
  kNothing,  // or nothing that can be given
  kIssuer,   // a certificate between the last of the chain and a root, or the root
  kTrust,    // the root is there, and is not among those that are trusted
};

// "passed", "failed", "skipped".
absl::string_view StepResultName(StepResult result);

// One thing that is asked.
struct VerdictStep {
  // "certificate", "chain", "validity", "ca_rules", "name_constraints", "purpose", "host", "crl",
  // "ocsp", "identity" or "roles". Lives for ever.
  absl::string_view name;
  StepResult result = StepResult::kSkipped;
  // Whole sentences: what was found; of a failed step what to do, but for what is to be given
  // (`lack`); of a skipped one why nobody asked. What was asked for and cannot be judged failed.
  std::string sentence;
  // Of a failed step the error, whose message is `sentence`; OK otherwise.
  absl::Status status;
  Lack lack = Lack::kNothing;
};

struct Verdict {
  // In the order in which they were asked; every step is there, whatever came of the one before.
  std::vector<VerdictStep> steps;
  // The path that was judged, DER, the certificate first; the root is in it where one was reached.
  std::vector<std::string> chain;
  // Whether the path ends at a trusted root: what its CAs say counts only then.
  bool trusted = false;

  [[nodiscard]] bool accepted() const { return first_failed() == nullptr; }
  // Null where no step failed. Points into `steps`.
  const VerdictStep* first_failed() const;

  void Pass(absl::string_view name, std::string sentence);
  void Fail(absl::string_view name, absl::Status status, Lack lack = Lack::kNothing);
  void Skip(absl::string_view name, std::string sentence);
  // Adds to the sentences of the steps that failed for this lack what to do: "; give it by --ca".
  void Advise(Lack lack, absl::string_view advice);
};

struct VerdictQuestion {
  // Trusted as they stand. Must not be null.
  const CertificateIndex* roots = nullptr;
  // Intermediates in any order, such as what a server sent behind its own; null: none.
  const CertificateIndex* others = nullptr;
  absl::Time at;
  Purpose purpose = Purpose::kAny;
  // A DNS name or an IP address that the certificate must be for; "": none is asked for.
  std::string host;
};

// Steps "certificate" to "host" of `der`. A path to a trusted root that passes everything is taken
// where there is one, whatever other paths are refused for; else the path that gets farthest. What
// is accepted is what x509::VerifyChain accepts with roots_as_anchors, and a certificate that is
// itself among the roots, as other programs have it. Of a certificate that x509::ParseCertificate
// refuses and x509::ParseTrustAnchor reads, the step "certificate" fails with what is odd about it,
// and the other steps are asked all the same. Reads no network and no file. Thread-safe.
Verdict JudgeCertificate(absl::string_view der, const VerdictQuestion& question);

}  // namespace fleetca::client

#endif  // FLEETCA_CLIENT_VERDICT_VERDICT_H_
