#include "client/verdict/chain_builder.h"

#include <algorithm>
#include <tuple>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "client/verdict/self_issued.h"
#include "x509/canonical_name.h"

namespace fleetca::client {
namespace {

using x509::Certificate;

bool KeyIdsAgree(const Certificate& child, const Certificate& issuer) {
  return child.authority_key_id.empty() || issuer.subject_key_id.empty() ||
         child.authority_key_id == issuer.subject_key_id;
}

// Depth first from the leaf up, candidates that are valid first.
class Search {
 public:
  Search(const Certificate& leaf, const PathQuestion& question) : question_(question) {
    path_.push_back(&leaf);
  }

  std::vector<CertificationPath> Run() {
    if (question_.roots != nullptr && question_.roots->Contains(path_.back()->der)) {
      paths_.push_back({.certificates = path_, .end = PathEnd::kTrusted});
    }
    Climb();
    return std::move(paths_);
  }

 private:
  // Whether the key of `issuer` signed `child`; counted, and asked once of each pair.
  bool Signed(const Certificate& child, const Certificate& issuer, std::string* near_miss) {
    const auto pair = std::make_pair(child.der.data(), issuer.der.data());
    auto known = signatures_.find(pair);
    if (known == signatures_.end()) {
      if (static_cast<int>(signatures_.size()) >= kMaxPathSignatures) {
        return false;
      }
      known = signatures_.emplace(pair, x509::VerifySignedByKeyOf(child, issuer)).first;
    }
    if (!known->second.ok()) {
      *near_miss =
          absl::StrCat("a certificate with the name of the issuer is there, but did not sign it: ",
                       known->second.message());
    }
    return known->second.ok();
  }

  bool IsInPath(const Certificate& candidate) const {
    return std::any_of(path_.begin(), path_.end(), [&candidate](const Certificate* there) {
      return there->der == candidate.der || (there->public_key.spki == candidate.public_key.spki &&
                                             x509::SameName(there->subject, candidate.subject));
    });
  }

  // The certificates of the index that signed the end of the path, valid ones first.
  std::vector<const Certificate*> Issuers(const CertificateIndex* index, std::string* near_miss) {
    std::vector<const Certificate*> issuers;
    if (index == nullptr) {
      return issuers;
    }
    const Certificate& child = *path_.back();
    for (const Certificate* candidate : index->WithSubject(child.issuer)) {
      // Version 1 does not say that it is a CA's, so such a one can only be where a path ends.
      const bool ends = index == question_.roots || IsSelfIssued(*candidate);
      // A root of `others` that is trusted too was found among the roots.
      const bool found_before = index != question_.roots && question_.roots != nullptr &&
                                question_.roots->Contains(candidate->der);
      if (IsInPath(*candidate) || found_before) {
        continue;
      }
      if (candidate->version == 1 && !ends) {
        *near_miss =
            "a certificate with the name of the issuer is there, but it is of version 1, which "
            "does not say that it is a CA's";
      } else if (!KeyIdsAgree(child, *candidate)) {
        if (near_miss->empty()) {
          *near_miss =
              "a certificate with the name of the issuer is there, but its key is another "
              "one by its identifier";
        }
      } else if (Signed(child, *candidate, near_miss)) {
        issuers.push_back(candidate);
      }
    }
    std::stable_sort(issuers.begin(), issuers.end(),
                     [this](const Certificate* one, const Certificate* other) {
                       return IsValid(*one) > IsValid(*other);
                     });
    return issuers;
  }

  bool IsValid(const Certificate& certificate) const {
    return certificate.not_before <= question_.at && question_.at <= certificate.not_after;
  }

  void End(PathEnd end) {
    if (paths_.size() < kMaxPaths) {
      paths_.push_back({.certificates = path_, .end = end});
    }
  }

  void EndAtGap(std::string near_miss) {
    for (const CertificateIndex* index : {question_.roots, question_.others}) {
      const absl::Status* const why =
          index == nullptr ? nullptr : index->WhyUnusable(path_.back()->issuer);
      if (why != nullptr && paths_.size() < kMaxPaths) {
        return paths_.push_back(
            {.certificates = path_, .end = PathEnd::kGap, .unusable = std::string(why->message())});
      }
    }
    if (paths_.size() < kMaxPaths) {
      paths_.push_back(
          {.certificates = path_, .end = PathEnd::kGap, .near_miss = std::move(near_miss)});
    }
  }

  void Climb() {
    if (paths_.size() >= kMaxPaths) {
      return;
    }
    const Certificate& last = *path_.back();
    std::string near_miss, own;
    if (IsSelfIssued(last) && Signed(last, last, &own)) {
      return End(PathEnd::kSelfSigned);
    }
    const std::vector<const Certificate*> roots = Issuers(question_.roots, &near_miss);
    for (const Certificate* root : roots) {
      path_.push_back(root);
      End(PathEnd::kTrusted);
      path_.pop_back();
    }
    const std::vector<const Certificate*> issuers = Issuers(question_.others, &near_miss);
    bool goes_on = !roots.empty();
    for (const Certificate* issuer : issuers) {
      if (path_.size() + 1 >= kMaxPathLength) {
        continue;
      }
      goes_on = true;
      path_.push_back(issuer);
      Climb();
      path_.pop_back();
    }
    if (!goes_on) {
      EndAtGap(std::move(near_miss));
    }
  }

  const PathQuestion& question_;
  std::vector<const Certificate*> path_;  // the leaf first
  std::vector<CertificationPath> paths_;
  absl::flat_hash_map<std::pair<const char*, const char*>, absl::Status> signatures_;
};

}  // namespace

std::vector<CertificationPath> FindPaths(const Certificate& leaf, const PathQuestion& question) {
  std::vector<CertificationPath> paths = Search(leaf, question).Run();
  const auto rank = [&question](const CertificationPath& path) {
    const auto outdated = std::count_if(path.certificates.begin(), path.certificates.end(),
                                        [&question](const Certificate* certificate) {
                                          return question.at < certificate->not_before ||
                                                 certificate->not_after < question.at;
                                        });
    const int length = static_cast<int>(path.certificates.size());
    const bool trusted = path.end == PathEnd::kTrusted;
    return std::make_tuple(!trusted, outdated, static_cast<int>(path.end), trusted && length == 1,
                           path.end == PathEnd::kGap ? -length : length);
  };
  std::stable_sort(paths.begin(), paths.end(),
                   [&rank](const CertificationPath& one, const CertificationPath& other) {
                     return rank(one) < rank(other);
                   });
  return paths;
}

}  // namespace fleetca::client
