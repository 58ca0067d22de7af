#include "client/files/crl_folder.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <optional>

#include "absl/memory/memory.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "base/durable_file.h"
#include "base/errors.h"
#include "base/file.h"
#include "base/file_status.h"
#include "base/openssl.h"
#include "base/sha256.h"
#include "base/status_macros.h"
#include "client/files/disk_steps.h"
#include "client/files/exclusive_folder.h"
#include "client/files/folder_entries.h"
#include "x509/pem.h"

namespace fleetca::client {
namespace {

// A CRL of 64 MiB, as PEM.
constexpr size_t kMaxPemBytes = size_t{96} << 20;
constexpr mode_t kMode = 0644;
constexpr absl::string_view kHorizonPrefix = "..";
constexpr char kNextHorizon[] = "..new";
constexpr size_t kHashDigits = 8;

using CrlPtr = std::unique_ptr<X509_CRL, OpenSslDeleter<X509_CRL_free>>;

// "9d66eef0": how OpenSSL calls the issuer in file names.
absl::StatusOr<std::string> IssuerHash(absl::string_view der) {
  const ScopedOpenSslErrorQueue queue;
  const unsigned char* at = AsUnsigned(der);
  const CrlPtr crl(d2i_X509_CRL(nullptr, &at, static_cast<long>(der.size())));
  int hashed = 0;
  const unsigned long hash =
      crl == nullptr ? 0
                     : X509_NAME_hash_ex(X509_CRL_get_issuer(crl.get()), nullptr, nullptr, &hashed);
  if (hashed != 1) {
    return FailedPrecondition(Reason::kFileInvalid,
                              "What the CA gave as a CRL is none; nothing was written");
  }
  return absl::StrFormat("%08x", hash);
}

struct CrlName {
  std::string hash;
  size_t suffix = 0;
};

bool IsHash(absl::string_view text) {
  return text.size() == kHashDigits &&
         text.find_first_not_of("0123456789abcdef") == absl::string_view::npos;
}

std::string HorizonLink(absl::string_view hash) { return absl::StrCat(kHorizonPrefix, hash); }

// nullopt for any other file.
std::optional<CrlName> ParseName(const std::string& name) {
  constexpr absl::string_view kBetween = ".r";
  CrlName parsed;
  parsed.hash = name.substr(0, kHashDigits);
  const size_t digits = kHashDigits + kBetween.size();
  if (name.size() <= digits || name.compare(kHashDigits, kBetween.size(), kBetween.data()) != 0 ||
      !IsHash(parsed.hash) || !absl::SimpleAtoi(name.substr(digits), &parsed.suffix) ||
      absl::StrCat(parsed.suffix) != name.substr(digits)) {
    return std::nullopt;
  }
  return parsed;
}

}  // namespace

absl::StatusOr<std::unique_ptr<CrlFolder>> CrlFolder::Open(const std::string& path) {
  FLEETCA_ASSIGN_OR_RETURN(Descriptor folder, OpenExclusively(path, nullptr));
  auto opened = absl::WrapUnique(new CrlFolder(path, std::move(folder)));
  FLEETCA_RETURN_IF_ERROR(opened->Load());
  return opened;
}

std::string CrlFolder::PathOf(const std::string& hash, size_t suffix) const {
  return absl::StrCat(path_, "/", hash, ".r", suffix);
}

absl::Status CrlFolder::Load() {
  std::map<std::string, std::vector<size_t>> suffixes;
  for (const std::string& name : NamesOf(folder_.get(), ".")) {
    if (const std::optional<CrlName> parsed = ParseName(name)) {
      suffixes[parsed->hash].push_back(parsed->suffix);
    }
  }
  for (auto& [hash, found] : suffixes) {
    std::sort(found.begin(), found.end());
    std::vector<Digest>& held = held_[hash];
    for (const size_t suffix : found) {
      if (suffix == held.size()) {
        FLEETCA_ASSIGN_OR_RETURN(const std::string pem,
                                 ReadRegularFile(PathOf(hash, suffix), 0, kMaxPemBytes));
        held.push_back(Sha256(pem));
      } else if (unlink(PathOf(hash, suffix).c_str()) != 0) {
        // Beyond a gap nobody reads it.
        return FileError("remove", PathOf(hash, suffix), errno);
      }
    }
  }
  for (const std::string& name : NamesOf(folder_.get(), ".")) {
    absl::string_view hash = name;
    size_t horizon = 0;
    const std::optional<std::string> target = ReadLink(folder_.get(), name);
    if (absl::ConsumePrefix(&hash, kHorizonPrefix) && IsHash(hash) && target.has_value() &&
        absl::SimpleAtoi(*target, &horizon)) {
      horizons_[std::string(hash)] = std::min(horizon, kMaxSuffixes);
    }
  }
  return absl::OkStatus();
}

size_t CrlFolder::HorizonOf(const std::string& hash) const {
  const auto held = held_.find(hash);
  const auto horizon = horizons_.find(hash);
  return std::max(held == held_.end() ? 0 : held->second.size(),
                  horizon == horizons_.end() ? 0 : horizon->second);
}

absl::Status CrlFolder::Write(const std::string& hash, size_t suffix, const Crl& crl) {
  FLEETCA_RETURN_IF_ERROR(WriteFileAtomic(PathOf(hash, suffix), crl.pem, kMode));
  std::vector<Digest>& held = held_[hash];
  held.resize(std::max(held.size(), suffix + 1));
  held[suffix] = crl.digest;
  return absl::OkStatus();
}

absl::StatusOr<bool> CrlFolder::Add(const std::string& hash, const std::vector<Crl>& crls) {
  bool added = false;
  for (const Crl& crl : crls) {
    const std::vector<Digest>& held = held_[hash];
    if (std::find(held.begin(), held.end(), crl.digest) != held.end()) {
      continue;
    }
    // From the first free suffix on, as a gap ends the list, to where every running program looks.
    const size_t last = HorizonOf(hash);
    for (size_t suffix = held.size(); suffix <= last; ++suffix) {
      FLEETCA_RETURN_IF_ERROR(Write(hash, suffix, crl));
    }
    added = true;
  }
  return added;
}

absl::StatusOr<bool> CrlFolder::Put(absl::Span<const absl::string_view> crls_der) {
  Crls wanted;
  for (const absl::string_view der : crls_der) {
    FLEETCA_ASSIGN_OR_RETURN(const std::string hash, IssuerHash(der));
    std::string pem = x509::EncodePem(x509::kPemCrl, der);
    const Digest digest = Sha256(pem);
    wanted[hash].push_back({.pem = std::move(pem), .digest = digest});
  }
  in_force_ = std::move(wanted);
  known_ = true;
  bool added = false;
  for (const auto& [hash, crls] : in_force_) {
    if (HorizonOf(hash) + crls.size() > kMaxSuffixes) {
      FLEETCA_RETURN_IF_ERROR(PrepareReload());
      FLEETCA_RETURN_IF_ERROR(Reloaded());
      added = true;
    }
  }
  for (const auto& [hash, crls] : in_force_) {
    FLEETCA_ASSIGN_OR_RETURN(const bool more, Add(hash, crls));
    added = added || more;
  }
  return added;
}

bool CrlFolder::IsThere(const std::string& hash, size_t suffix, const Crl* crl) const {
  struct stat info;
  return lstat(PathOf(hash, suffix).c_str(), &info) == 0 && S_ISREG(info.st_mode) &&
         (crl == nullptr || static_cast<size_t>(info.st_size) == crl->pem.size());
}

absl::StatusOr<size_t> CrlFolder::PutBack() {
  size_t lost = 0;
  for (const auto& [hash, crls] : in_force_) {
    const auto held = held_.find(hash);
    for (size_t suffix = 0; held != held_.end() && suffix < held->second.size(); ++suffix) {
      const Digest digest = held->second[suffix];
      const auto known = std::find_if(crls.begin(), crls.end(),
                                      [&](const Crl& crl) { return crl.digest == digest; });
      const Crl* const crl = known == crls.end() ? nullptr : &*known;
      if (!IsThere(hash, suffix, crl)) {
        // In the place of an old one that is not known any more one in force will do.
        FLEETCA_RETURN_IF_ERROR(Write(hash, suffix, crl == nullptr ? crls.back() : *crl));
        ++lost;
      }
    }
  }
  return lost;
}

absl::Status CrlFolder::Shrink(const std::string& hash, std::vector<Digest>* held) {
  const auto found = in_force_.find(hash);
  const std::vector<Crl> none;
  const std::vector<Crl>& crls = found == in_force_.end() ? none : found->second;
  const size_t kept = std::min(crls.size(), held->size());
  // Those that lie where they will be found stay; the others go to the places of old ones, so that
  // none is missing at any moment.
  std::vector<const Crl*> moving;
  std::vector<bool> stays(kept, false);
  for (const Crl& crl : crls) {
    const auto end = held->begin() + static_cast<std::ptrdiff_t>(kept);
    const auto at = std::find(held->begin(), end, crl.digest);
    if (at == end) {
      moving.push_back(&crl);
    } else {
      stays[static_cast<size_t>(at - held->begin())] = true;
    }
  }
  for (size_t suffix = 0; suffix < kept && !moving.empty(); ++suffix) {
    if (!stays[suffix]) {
      FLEETCA_RETURN_IF_ERROR(Write(hash, suffix, *moving.back()));
      moving.pop_back();
    }
  }
  // From the end on, so that there is a gap at no moment.
  while (held->size() > kept) {
    const std::string path = PathOf(hash, held->size() - 1);
    if (unlink(path.c_str()) != 0 && errno != ENOENT) {
      return FileError("remove", path, errno);
    }
    held->pop_back();
  }
  return absl::OkStatus();
}

absl::Status CrlFolder::PrepareReload() {
  if (!known_) {
    return absl::OkStatus();
  }
  // Before anything goes, as from then on the files do not tell how far programs have come.
  for (auto& [hash, held] : held_) {
    FLEETCA_RETURN_IF_ERROR(SetHorizon(hash, HorizonOf(hash)));
    FLEETCA_RETURN_IF_ERROR(Shrink(hash, &held));
  }
  return SyncFolder(folder_.get()) == 0 ? absl::OkStatus() : FileError("write to", path_, errno);
}

absl::Status CrlFolder::Reloaded() {
  for (const auto& [hash, held] : held_) {
    FLEETCA_RETURN_IF_ERROR(SetHorizon(hash, held.size()));
  }
  return absl::OkStatus();
}

absl::Status CrlFolder::SetHorizon(const std::string& hash, size_t horizon) {
  const std::string link = HorizonLink(hash);
  const std::string target = absl::StrCat(horizon);
  if (ReadLink(folder_.get(), link) == target) {
    return absl::OkStatus();
  }
  const BeforeStep nothing;
  DiskSteps steps(nothing);
  steps
      .Do("remove an unfinished link",
          [&] { return unlinkat(folder_.get(), kNextHorizon, 0) == 0 || errno == ENOENT ? 0 : -1; })
      .Do("make the link", [&] { return symlinkat(target.c_str(), folder_.get(), kNextHorizon); })
      .Do("rename it",
          [&] { return renameat(folder_.get(), kNextHorizon, folder_.get(), link.c_str()); })
      .Do("sync the folder", [&] { return SyncFolder(folder_.get()); });
  if (steps.error() != 0) {
    return FileError("write", absl::StrCat(path_, "/", link), steps.error());
  }
  horizons_[hash] = horizon;
  return absl::OkStatus();
}

}  // namespace fleetca::client
