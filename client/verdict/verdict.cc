#include "client/verdict/verdict.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "base/errors.h"
#include "client/verdict/chain_builder.h"
#include "client/verdict/path_text.h"
#include "client/verdict/verdict_parts.h"
#include "x509/certificate.h"
#include "x509/chain.h"

namespace fleetca::client {
namespace {

using x509::Certificate;

constexpr absl::string_view kSteps[] = {"chain",   "validity", "ca_rules", "name_constraints",
                                        "purpose", "host"};

std::string SubjectText(const Certificate& certificate) {
  const std::string subject = SubjectOf(certificate);
  return subject.empty() ? "without a name" : absl::StrCat("\"", subject, "\"");
}

// Whether every name is, octet for octet, the one that the certificate below has for its issuer.
// x509::VerifyChain, as services ask it, compares no other path.
bool NamesAreTheSameOctets(const CertificationPath& path) {
  for (size_t i = 0; i + 1 < path.certificates.size(); ++i) {
    if (path.certificates[i]->issuer != path.certificates[i + 1]->subject) {
      return false;
    }
  }
  return true;
}

// The services decide by x509::VerifyChain: what passed step by step has to pass there as a whole,
// but for what a root may lack (x509::MayAnchor).
void JudgeAsServicesDo(const CertificationPath& path, const VerdictQuestion& question,
                       Verdict* verdict) {
  if (path.end != PathEnd::kTrusted || path.certificates.size() < 2 || !verdict->accepted() ||
      !NamesAreTheSameOctets(path)) {
    return;
  }
  const absl::Span<const Certificate* const> intermediates =
      absl::MakeConstSpan(path.certificates).subspan(1, path.certificates.size() - 2);
  const absl::Status whole =
      x509::VerifyChain(*path.certificates.front(), {.roots = {path.certificates.back(), 1},
                                                     .intermediates = intermediates,
                                                     .now = question.at,
                                                     .purpose = PurposeOid(question.purpose),
                                                     .roots_as_anchors = true})
          .status();
  if (!whole.ok()) {
    auto& chain = *std::find_if(verdict->steps.begin(), verdict->steps.end(),
                                [](const VerdictStep& step) { return step.name == kSteps[0]; });
    chain = {.name = kSteps[0],
             .result = StepResult::kFailed,
             .sentence = std::string(whole.message()),
             .status = whole};
  }
}

Verdict JudgePath(const CertificationPath& path, const VerdictQuestion& question) {
  Verdict verdict{.trusted = path.end == PathEnd::kTrusted};
  JudgeEnd(path, question, &verdict);
  JudgeValidity(path, question, &verdict);
  JudgeCaRules(path, question, &verdict);
  JudgeNameConstraints(path, &verdict);
  JudgePurpose(path, question, &verdict);
  JudgeHost(*path.certificates.front(), question, &verdict);
  JudgeAsServicesDo(path, question, &verdict);
  for (const Certificate* certificate : path.certificates) {
    verdict.chain.emplace_back(certificate->der);
  }
  return verdict;
}

// How many steps come before the first that failed.
size_t StepsBeforeFailure(const Verdict& verdict) {
  const VerdictStep* const failed = verdict.first_failed();
  return failed == nullptr ? verdict.steps.size()
                           : static_cast<size_t>(failed - verdict.steps.data());
}

Verdict JudgeBestPath(const Certificate& leaf, const VerdictQuestion& question) {
  const std::vector<CertificationPath> paths =
      FindPaths(leaf, {.roots = question.roots, .others = question.others, .at = question.at});
  Verdict best = JudgePath(paths.front(), question);
  for (size_t i = 1; i < paths.size() && paths[i].end == PathEnd::kTrusted && !best.accepted();
       ++i) {
    Verdict next = JudgePath(paths[i], question);
    if (next.accepted() || StepsBeforeFailure(next) > StepsBeforeFailure(best)) {
      best = std::move(next);
    }
  }
  return best;
}

}  // namespace

absl::string_view StepResultName(StepResult result) {
  switch (result) {
    case StepResult::kPassed:
      return "passed";
    case StepResult::kFailed:
      return "failed";
    case StepResult::kSkipped:
      return "skipped";
  }
  return "skipped";
}

const VerdictStep* Verdict::first_failed() const {
  const auto failed = std::find_if(steps.begin(), steps.end(), [](const VerdictStep& step) {
    return step.result == StepResult::kFailed;
  });
  return failed == steps.end() ? nullptr : &*failed;
}

void Verdict::Pass(absl::string_view name, std::string sentence) {
  steps.push_back({.name = name, .result = StepResult::kPassed, .sentence = std::move(sentence)});
}

void Verdict::Fail(absl::string_view name, absl::Status status, Lack lack) {
  std::string sentence(status.message());
  steps.push_back({.name = name,
                   .result = StepResult::kFailed,
                   .sentence = std::move(sentence),
                   .status = std::move(status),
                   .lack = lack});
}

void Verdict::Skip(absl::string_view name, std::string sentence) {
  steps.push_back({.name = name, .result = StepResult::kSkipped, .sentence = std::move(sentence)});
}

void Verdict::Advise(Lack lack, absl::string_view advice) {
  for (VerdictStep& step : steps) {
    if (step.result == StepResult::kFailed && step.lack == lack) {
      absl::StrAppend(&step.sentence, advice);
      step.status = Refused(step.sentence);
    }
  }
}

Verdict JudgeCertificate(absl::string_view der, const VerdictQuestion& question) {
  // A root that is asked about itself is read as it is trusted.
  const bool is_root = question.roots != nullptr && question.roots->Contains(der);
  absl::StatusOr<Certificate> leaf =
      is_root ? x509::ParseTrustAnchor(der) : x509::ParseCertificate(der);
  Verdict verdict;
  if (leaf.ok()) {
    verdict.Pass("certificate",
                 absl::StrCat("The certificate of ", SubjectText(*leaf), " is well-formed."));
  } else {
    // Its oddity is a step of its own, which is refused; the others are asked of what can be read.
    verdict.Fail("certificate", Annotate(leaf.status(), "The certificate cannot be used here"));
    leaf = x509::ParseTrustAnchor(der);
  }
  if (!leaf.ok()) {
    for (const absl::string_view step : kSteps) {
      verdict.Skip(step, "The certificate cannot be used.");
    }
    verdict.chain.emplace_back(der);
    return verdict;
  }
  Verdict rest = JudgeBestPath(*leaf, question);
  std::move(rest.steps.begin(), rest.steps.end(), std::back_inserter(verdict.steps));
  verdict.chain = std::move(rest.chain);
  verdict.trusted = rest.trusted;
  return verdict;
}

}  // namespace fleetca::client
