#include "store/records/commit_plan.h"

#include <algorithm>
#include <utility>

#include "store/records/time_mark.h"

namespace fleetca::store {
namespace {

// Goes through the certificates in order, so that the first gets what several ask for.
class Planner {
 public:
  Planner(const Commit& commit, const CommitKeys& keys, CommitFacts facts)
      : commit_(commit),
        lineages_(std::move(facts.lineages), facts.epoch),
        facts_(std::move(facts)) {
    plan_.commit = &commit;
    plan_.outcomes.certificates.resize(commit.certificates.size());
    const absl::Span<const CommitKey> requests = KeysOfKind(keys, CommitKey::Kind::kRequest);
    shares_requests_ = std::adjacent_find(requests.begin(), requests.end(),
                                          [](const CommitKey& a, const CommitKey& b) {
                                            return a.SameAs(b);
                                          }) != requests.end();
    for (const CommitKey& key : keys) {
      if (key.kind != CommitKey::Kind::kRequest && key.certificate != CommitKey::kNoCertificate) {
        uses_.push_back(&key);
      }
    }
    std::stable_sort(uses_.begin(), uses_.end(), [](const CommitKey* a, const CommitKey* b) {
      return a->certificate < b->certificate;
    });
    next_use_ = uses_.begin();
  }

  CommitPlan Plan() {
    for (uint32_t number = 0; number < plan_.outcomes.certificates.size(); ++number) {
      Decide(number);
    }
    plan_.lineages = lineages_.TakeWrites();
    for (const RevokedJoinToken& revoked : commit_.revoked_tokens) {
      const auto token = facts_.tokens.find(revoked.hash);
      if (token != facts_.tokens.end() && !token->second.revocation.has_value()) {
        token->second.revocation = revoked.revocation;
        plan_.revoked_tokens.push_back(&revoked);
      }
    }
    plan_.revocations = PlanRevocations(commit_, facts_.revocations, plan_.outcomes);
    return std::move(plan_);
  }

 private:
  using Uses = absl::Span<const CommitKey* const>;

  void Decide(uint32_t number) {
    WriteOutcome& outcome = plan_.outcomes.certificates[number];
    const CertificateRecord& record = commit_.certificates[number];
    const Uses uses = TakeUses(number);
    if (FindEarlier(number, record, outcome)) {
      outcome.kind = WriteOutcome::Kind::kReplayed;
      return;
    }
    if (const CommitKey* step = StepOf(uses); step != nullptr && !MayStep(*step, outcome)) {
      return;
    }
    if (!std::all_of(uses.begin(), uses.end(),
                     [this](const CommitKey* use) { return IsFree(*use); })) {
      outcome.kind = WriteOutcome::Kind::kSpent;
      return;
    }
    for (const CommitKey* use : uses) {
      Use(*use, record, outcome);
    }
    ++plan_.stored;
    if (shares_requests_ && !record.request_key.empty()) {
      stored_requests_.emplace(record.request_key, &record);
    }
  }

  // Those of the certificate, which is the one after the last for which they were taken.
  Uses TakeUses(uint32_t number) {
    const auto begin = next_use_;
    while (next_use_ != uses_.end() && (*next_use_)->certificate == number) {
      ++next_use_;
    }
    return absl::MakeConstSpan(uses_).subspan(static_cast<size_t>(begin - uses_.begin()),
                                              static_cast<size_t>(next_use_ - begin));
  }

  bool FindEarlier(uint32_t number, const CertificateRecord& record, WriteOutcome& outcome) {
    if (const auto found = facts_.earlier.find(number); found != facts_.earlier.end()) {
      outcome.earlier = std::move(found->second);
    } else if (const auto same = stored_requests_.find(record.request_key);
               same != stored_requests_.end()) {
      outcome.earlier = std::make_unique<const CertificateRecord>(*same->second);
    }
    return outcome.earlier != nullptr;
  }

  static const CommitKey* StepOf(Uses uses) {
    const auto step = std::find_if(uses.begin(), uses.end(), [](const CommitKey* use) {
      return use->kind == CommitKey::Kind::kLineage;
    });
    return step == uses.end() ? nullptr : *step;
  }

  bool MayStep(const CommitKey& step, WriteOutcome& outcome) const {
    if (lineages_.IsBlocked(step.key)) {
      outcome.kind = WriteOutcome::Kind::kBlocked;
    } else if (!lineages_.IsNext(step.key, commit_.lineage_steps[step.use])) {
      outcome.kind = WriteOutcome::Kind::kStale;
    } else {
      return true;
    }
    outcome.lineage = std::make_unique<const LineageState>(lineages_.StateOf(step.key));
    return false;
  }

  bool IsFree(const CommitKey& use) const {
    if (use.kind == CommitKey::Kind::kLineage) {
      return true;
    }
    if (use.kind == CommitKey::Kind::kJwt) {
      return !facts_.used_jwts.contains(use.key);
    }
    const auto token = facts_.tokens.find(use.key);
    return token != facts_.tokens.end() && !token->second.revocation.has_value() &&
           token->second.uses < token->second.token.uses;
  }

  void Use(const CommitKey& use, const CertificateRecord& record, WriteOutcome& outcome) {
    if (use.kind == CommitKey::Kind::kLineage) {
      lineages_.Take(use.key, commit_.lineage_steps[use.use], record);
      return;
    }
    if (use.kind == CommitKey::Kind::kJwt) {
      facts_.used_jwts.insert(use.key);
      plan_.jwt_uses.push_back(&commit_.jwt_uses[use.use]);
      return;
    }
    JoinTokenState& token = facts_.tokens.find(use.key)->second;
    outcome.token_uses = ++token.uses;
    plan_.token_uses.push_back({commit_.token_uses[use.use].hash, token.uses, record.serial});
  }

  const Commit& commit_;
  LineagePlan lineages_;
  CommitFacts facts_;
  CommitPlan plan_;
  // Whether several certificates have one request_key; then `stored_requests_` tells which.
  bool shares_requests_ = false;
  absl::flat_hash_map<absl::string_view, const CertificateRecord*> stored_requests_;
  std::vector<const CommitKey*> uses_;  // by certificate
  std::vector<const CommitKey*>::const_iterator next_use_;
};

}  // namespace

int64_t CommitPlan::LatestMark() const {
  absl::Time latest = revocations.LatestTime();
  for (size_t i = 0; i < outcomes.certificates.size(); ++i) {
    if (outcomes.certificates[i].stored()) {
      latest = std::max(latest, commit->certificates[i].issued_at);
    }
  }
  for (const JoinToken& token : commit->new_tokens) {
    latest = std::max(latest, token.created_at);
  }
  for (const RevokedJoinToken* revoked : revoked_tokens) {
    latest = std::max(latest, revoked->revocation.revoked_at);
  }
  return ToMark(latest);
}

CommitPlan PlanCommit(const Commit& commit, const CommitKeys& keys, CommitFacts facts) {
  return Planner(commit, keys, std::move(facts)).Plan();
}

}  // namespace fleetca::store
