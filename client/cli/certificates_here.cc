#include "client/cli/certificates_here.h"

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <system_error>

#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "base/file.h"
#include "client/cli/facts/facts.h"
#include "x509/pem.h"

namespace fleetca::client {
namespace {

// A chain of certificates takes less.
constexpr uintmax_t kMaxFile = uintmax_t{64} << 10;

bool IsSmallFile(const std::filesystem::path& path) {
  std::error_code error;
  return std::filesystem::is_regular_file(path, error) &&
         std::filesystem::file_size(path, error) <= kMaxFile && !error;
}

[[nodiscard]] std::optional<CertificateHere> Look(const std::filesystem::path& path) {
  if (!IsSmallFile(path)) {
    return std::nullopt;
  }
  const absl::StatusOr<std::string> contents = ReadFile(path.string());
  if (!contents.ok()) {
    return std::nullopt;
  }
  const auto ders = x509::DecodePem(x509::kPemCertificate, *contents);
  if (!ders.ok() || ders->empty()) {
    return std::nullopt;
  }
  const absl::StatusOr<CertificateFacts> facts = FactsOfCertificate(ders->front());
  if (!facts.ok() || facts->is_ca) {
    return std::nullopt;
  }
  const std::string whose = facts->names.empty() ? facts->subject : facts->names.front();
  return CertificateHere{facts->serial, absl::StrCat(whose, ", in ", path.filename().string())};
}

std::vector<std::filesystem::path> CertificateFilesOf(const std::string& folder) {
  std::vector<std::filesystem::path> paths;
  std::error_code error;
  std::filesystem::directory_iterator entry(folder, error);
  for (; !error && entry != std::filesystem::directory_iterator(); entry.increment(error)) {
    const std::string name = entry->path().filename().string();
    if (absl::EndsWith(name, ".crt") || absl::EndsWith(name, ".pem")) {
      paths.push_back(entry->path());
    }
  }
  std::sort(paths.begin(), paths.end());
  return paths;
}

}  // namespace

std::vector<CertificateHere> CertificatesHere(const std::string& own_file,
                                              const std::string& folder) {
  std::vector<std::filesystem::path> paths = CertificateFilesOf(folder);
  if (!own_file.empty()) {
    paths.insert(paths.begin(), own_file);
  }
  std::vector<CertificateHere> found;
  for (const std::filesystem::path& path : paths) {
    if (found.size() == kMaxCertificatesHere) {
      break;
    }
    if (std::optional<CertificateHere> one = Look(path); one.has_value()) {
      found.push_back(*std::move(one));
    }
  }
  return found;
}

}  // namespace fleetca::client
