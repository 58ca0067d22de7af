#include "service/net/certificate_path.h"

#include <algorithm>
#include <cstddef>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "base/time_text.h"
#include "x509/certificate.h"
#include "x509/tbs.h"

namespace fleetca::service {
namespace {

using x509::Certificate;

// Certificates that all issued each other have very many ways up; a real file needs a few checks.
constexpr int kMaxSignatureChecks = 500;

bool MayStandAbove(const Certificate& certificate) {
  return certificate.is_ca &&
         (certificate.key_usage == 0 || (certificate.key_usage & x509::kKeyCertSign) != 0);
}

// "" when it is valid at `now`.
std::string TimeProblem(const Certificate& certificate, std::optional<absl::Time> now) {
  if (now.has_value() && *now > certificate.not_after) {
    return absl::StrCat("expired at ", TimeToWords(certificate.not_after));
  }
  if (now.has_value() && *now < certificate.not_before) {
    return absl::StrCat("is valid from ", TimeToWords(certificate.not_before), " only");
  }
  return "";
}

bool IsIssuedBy(const Certificate& certificate, const Certificate& issuer) {
  return certificate.issuer == issuer.subject && x509::VerifySignedBy(certificate, issuer).ok();
}

struct Candidate {
  std::optional<Certificate> certificate;  // absent: it can never stand in the path
  std::string problem;                     // "" where it can
  bool only_time = false;                  // the problem is its time alone
};

Candidate Judge(absl::Span<const std::string> file, size_t position,
                std::optional<absl::Time> now) {
  const auto end = file.begin() + static_cast<std::ptrdiff_t>(position);
  if (std::find(file.begin(), end, file[position]) != end) {
    return {std::nullopt, "is there twice"};
  }
  const absl::StatusOr<Certificate> read = x509::ParseCertificate(file[position]);
  if (!read.ok()) {
    return {std::nullopt, absl::StrCat("cannot be read: ", read.status().message())};
  }
  if (!MayStandAbove(*read)) {
    return {std::nullopt, "is not that of a CA that may sign certificates"};
  }
  if (IsIssuedBy(*read, *read)) {
    return {std::nullopt, "is a root, which relying parties have themselves"};
  }
  std::string problem = TimeProblem(*read, now);
  const bool only_time = !problem.empty();
  return {*read, std::move(problem), only_time};
}

class Search {
 public:
  Search(const Certificate& first, absl::Span<const std::string> file,
         absl::Span<const std::string> roots, std::optional<absl::Time> now)
      : first_(first) {
    candidates_.resize(file.size());
    for (size_t i = 1; i < file.size(); ++i) {
      candidates_[i] = Judge(file, i, now);
      result_.has_unreadable |=
          !candidates_[i].certificate.has_value() && !x509::ParseCertificate(file[i]).ok();
    }
    for (const std::string& der : roots) {
      absl::StatusOr<Certificate> root = x509::ParseCertificate(der);
      if (root.ok() && MayStandAbove(*root) && TimeProblem(*root, now).empty()) {
        roots_.push_back(*std::move(root));
      }
    }
  }

  CertificatePath Run() {
    std::vector<size_t> path = {0};
    result_.rooted = Climb(&path);
    if (result_.rooted) {
      result_.path = std::move(path);
    }
    SortTheRest();
    return std::move(result_);
  }

 private:
  // Whether the path goes on to a root, first by the file and only then at once. Without one, the
  // longest that was seen is the result's.
  bool Climb(std::vector<size_t>* path) {
    const Certificate& last = At(path->back());
    if (path->size() > result_.path.size()) {
      result_.path = *path;
    }
    for (size_t i = 1; i < candidates_.size(); ++i) {
      if (!candidates_[i].problem.empty() ||
          std::find(path->begin(), path->end(), i) != path->end() ||
          !CountedIssuedBy(last, *candidates_[i].certificate)) {
        continue;
      }
      path->push_back(i);
      if (Climb(path)) {
        return true;
      }
      path->pop_back();
    }
    return std::any_of(roots_.begin(), roots_.end(),
                       [&](const Certificate& root) { return CountedIssuedBy(last, root); });
  }

  void SortTheRest() {
    const std::vector<size_t>& path = result_.path;
    for (size_t i = 1; i < candidates_.size(); ++i) {
      const Candidate& candidate = candidates_[i];
      if (std::find(path.begin(), path.end(), i) != path.end()) {
        continue;
      }
      const auto issued = [&](size_t below) {
        return candidate.certificate.has_value() &&
               CountedIssuedBy(At(below), *candidate.certificate);
      };
      if (candidate.only_time && !result_.rooted && issued(path.back())) {
        result_.gap = absl::StrCat("certificate ", i + 1, " ", candidate.problem);
      }
      if (candidate.problem.empty() && std::any_of(path.begin(), path.end(), issued)) {
        result_.beside.push_back(i);
        continue;
      }
      result_.left_out.push_back(absl::StrCat(
          "certificate ", i + 1, " ",
          candidate.problem.empty() ? "issued none of the others" : candidate.problem));
    }
  }

  bool CountedIssuedBy(const Certificate& certificate, const Certificate& issuer) {
    return certificate.issuer == issuer.subject && ++signature_checks_ <= kMaxSignatureChecks &&
           IsIssuedBy(certificate, issuer);
  }

  const Certificate& At(size_t position) const {
    return position == 0 ? first_ : *candidates_[position].certificate;
  }

  const Certificate& first_;
  std::vector<Candidate> candidates_;
  std::vector<Certificate> roots_;
  CertificatePath result_;
  int signature_checks_ = 0;
};

}  // namespace

CertificatePath FindCertificatePath(absl::Span<const std::string> file,
                                    absl::Span<const std::string> roots,
                                    std::optional<absl::Time> now) {
  const absl::StatusOr<Certificate> first = x509::ParseCertificate(file.front());
  return first.ok() ? Search(*first, file, roots, now).Run() : CertificatePath();
}

std::vector<std::string> Pick(absl::Span<const std::string> file,
                              absl::Span<const size_t> positions) {
  std::vector<std::string> picked;
  for (const size_t position : positions) {
    picked.push_back(file[position]);
  }
  return picked;
}

}  // namespace fleetca::service
