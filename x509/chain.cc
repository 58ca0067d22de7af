#include "x509/chain.h"

#include <algorithm>
#include <cstdint>

#include "absl/container/inlined_vector.h"
#include "absl/strings/str_cat.h"
#include "base/errors.h"
#include "x509/der/oid.h"
#include "x509/name_constraints_check.h"
#include "x509/policy_extensions.h"
#include "x509/public_key.h"
#include "x509/tbs.h"

namespace fleetca::x509 {
namespace {

bool IsValidAt(const Certificate& certificate, absl::Time now) {
  return certificate.not_before <= now && now <= certificate.not_after;
}

bool IsSelfIssued(const Certificate& certificate) {
  return certificate.subject == certificate.issuer;
}

// Depth first from the leaf up. Strangers choose the intermediates, so signature checks are
// counted: certificates that all seem to issue each other must not cost more than a bounded time.
class Search {
 public:
  Search(const Certificate& leaf, const ChainQuestion& question)
      : question_(question), path_({&leaf}) {}

  // Whether the path goes on from its end to a root. `cas_below` CAs stand in it above the leaf,
  // not counting self-issued ones.
  bool Climb(int cas_below) {
    for (const Certificate& root : question_.roots) {
      if (Issued(root, cas_below, question_.roots_as_anchors ? MayAnchor : MayIssue) &&
          KeepsToConstraints(root)) {
        path_.push_back(&root);
        return true;
      }
    }
    for (const Certificate* issuer : question_.intermediates) {
      if (std::find(path_.begin(), path_.end(), issuer) != path_.end() ||
          !Issued(*issuer, cas_below, MayIssue) ||
          !CheckPublicKey(issuer->public_key, "key").ok()) {
        continue;
      }
      path_.push_back(issuer);
      if (Climb(cas_below + (IsSelfIssued(*issuer) ? 0 : 1))) {
        return true;
      }
      path_.pop_back();
    }
    return false;
  }

  // When all that is valid that Climb found.
  ChainValidity Validity() const {
    ChainValidity validity;
    for (const Certificate* certificate : path_) {
      validity.not_before = std::max(validity.not_before, certificate->not_before);
      validity.not_after = std::min(validity.not_after, certificate->not_after);
    }
    return validity;
  }

  // Of the last path that only its names kept from a root; null when there was none.
  const char* names_problem() const { return names_problem_; }

 private:
  // Whether this is what issued the end of the path; `may` is whether it may issue at all.
  bool Issued(const Certificate& issuer, int cas_below, bool (*may)(const Certificate&)) {
    const Certificate& child = *path_.back();
    const bool same_key = child.authority_key_id.empty() || issuer.subject_key_id.empty() ||
                          child.authority_key_id == issuer.subject_key_id;
    if (issuer.subject != child.issuer || !same_key || !may(issuer) ||
        (issuer.path_length.has_value() && *issuer.path_length < cas_below) ||
        !IsValidAt(issuer, question_.now) || !AllowsPurpose(issuer, question_.purpose)) {
      return false;
    }
    return ++signature_checks_ <= kMaxSignatureChecks && VerifySignedBy(child, issuer).ok();
  }

  // Looked at last, when every constraint is one that a trusted CA has signed: what is below each
  // CA, but for self-issued CAs (RFC 5280 section 6.1.3, b and c).
  bool KeepsToConstraints(const Certificate& root) {
    for (size_t above = 1; above <= path_.size(); ++above) {
      const Certificate& ca = above < path_.size() ? *path_[above] : root;
      const Extension* const constraints = ca.Find(oid::kNameConstraints);
      for (size_t below = 0; constraints != nullptr && below < above; ++below) {
        if (below > 0 && IsSelfIssued(*path_[below])) {
          continue;
        }
        const char* const problem = NameConstraintsViolation(constraints->value, *path_[below]);
        if (problem != nullptr) {
          names_problem_ = problem;
          return false;
        }
      }
    }
    return true;
  }

  const ChainQuestion& question_;
  // The leaf first.
  absl::InlinedVector<const Certificate*, 8> path_;
  int signature_checks_ = 0;
  const char* names_problem_ = nullptr;
};

// MayIssue of a CA with this keyUsage.
bool MayIssueWith(const Certificate& certificate, uint16_t key_usage) {
  const Extension* const constraints = certificate.Find(oid::kNameConstraints);
  return certificate.is_ca && (key_usage & kKeyCertSign) != 0 && UnderstandsCritical(certificate) &&
         (constraints == nullptr || IsNameConstraints(constraints->value));
}

}  // namespace

const Extension* FindNotUnderstood(const Certificate& certificate) {
  for (const Extension& extension : certificate.extensions) {
    const bool understood =
        !extension.critical || extension.oid == oid::kBasicConstraints ||
        extension.oid == oid::kKeyUsage || extension.oid == oid::kExtendedKeyUsage ||
        extension.oid == oid::kSubjectAltName ||
        (extension.oid == oid::kNameConstraints && certificate.is_ca) ||
        IsHarmlessPolicyExtension(extension.oid, extension.value, certificate.is_ca);
    if (!understood) {
      return &extension;
    }
  }
  return nullptr;
}

bool UnderstandsCritical(const Certificate& certificate) {
  return FindNotUnderstood(certificate) == nullptr;
}

bool AllowsPurpose(const Certificate& certificate, absl::string_view purpose) {
  const auto& purposes = certificate.extended_key_usage;
  return purpose.empty() || purposes.empty() ||
         std::find(purposes.begin(), purposes.end(), purpose) != purposes.end();
}

bool MayIssue(const Certificate& certificate) {
  return MayIssueWith(certificate, certificate.key_usage);
}

bool MayAnchor(const Certificate& certificate) {
  if (certificate.version == 1) {
    return true;
  }
  const bool says_no_usage = certificate.key_usage == 0;
  return MayIssueWith(certificate, says_no_usage ? uint16_t{kKeyCertSign} : certificate.key_usage);
}

absl::StatusOr<ChainValidity> VerifyChain(const Certificate& leaf, const ChainQuestion& question) {
  Search search(leaf, question);
  if (search.Climb(0)) {
    return search.Validity();
  }
  const char* const names = search.names_problem();
  return Unauthenticated(
      Reason::kCallerUnknown,
      names != nullptr
          ? absl::StrCat("The caller's certificate breaks the name constraints of a CA above it: ",
                         names, "; have it issued by a CA that may certify this name")
          : "The caller's certificate has no valid chain to a root that is listed for "
            "authorization; send every intermediate, and list its root");
}

}  // namespace fleetca::x509
