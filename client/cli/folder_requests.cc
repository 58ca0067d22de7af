#include "client/cli/folder_requests.h"

#include <unistd.h>

#include <filesystem>
#include <map>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "base/durable_file.h"
#include "base/errors.h"
#include "base/file.h"
#include "base/secret.h"
#include "base/sha256.h"
#include "base/status_macros.h"
#include "client/cli/csr_file.h"
#include "client/cli/duration_flag.h"

namespace fleetca::client {
namespace {

constexpr absl::string_view kSeedFile = ".fleetca.pending";
constexpr absl::string_view kSeedLine = "fleetca: requests that may have been answered, seed ";
constexpr mode_t kSeedMode = 0600;

std::string OutFileFor(const std::string& folder, const std::string& csr_file) {
  const std::string stem =
      csr_file == "-" ? "stdin" : std::filesystem::path(csr_file).stem().string();
  return absl::StrCat(folder, "/", stem, ".crt");
}

}  // namespace

absl::StatusOr<std::vector<FolderRequest>> ReadFolderRequests(const IssueFlags& flags) {
  std::vector<std::string> files = flags.csrs;
  if (!flags.csr_dir.empty()) {
    FLEETCA_ASSIGN_OR_RETURN(files, ListCsrs(flags.csr_dir));
  }
  std::vector<FolderRequest> requests;
  std::map<std::string, std::string> taken;
  for (const std::string& file : files) {
    FolderRequest& request = requests.emplace_back();
    request.csr_file = file;
    request.out_file = OutFileFor(flags.out_dir, file);
    if (const auto [other, is_new] = taken.emplace(request.out_file, file); !is_new) {
      return InvalidArgument(
          Reason::kConfigInvalid, "out_dir",
          absl::StrCat("the certificates for ", other->second, " and ", file, " would both go to ",
                       request.out_file, "; rename one. Nothing was asked for yet"));
    }
    absl::StatusOr<std::string> csr = ReadCsr(file);
    request.csr = csr.status();
    request.asked.csr_der = csr.ok() ? *std::move(csr) : "";
    request.asked.profile = flags.profile;
    request.asked.identity = flags.identity;
    if (!flags.lifetime.empty()) {
      request.asked.lifetime = ParseDurationFlag(flags.lifetime);
    }
  }
  return requests;
}

absl::StatusOr<FolderSeed> FolderSeed::Keep(const std::string& folder) {
  const std::string path = absl::StrCat(folder, "/", kSeedFile);
  const absl::StatusOr<SecretBytes> found = ReadSecretFile(path);
  if (found.ok()) {
    absl::string_view text = found->view();
    if (!absl::ConsumePrefix(&text, kSeedLine) || text.empty()) {
      return FailedPrecondition(
          Reason::kFileInvalid,
          absl::StrCat(path,
                       " is where this command keeps what its request ids are made of, and "
                       "something else is in it; move it away"));
    }
    return FolderSeed(path, std::string(text), /*is_new=*/false);
  }
  if (GetReason(found.status()) != Reason::kFileMissing) {
    return found.status();
  }
  FLEETCA_ASSIGN_OR_RETURN(const std::string random, DrawRequestId());
  std::string seed = absl::StrCat(absl::BytesToHexString(random), "\n");
  FLEETCA_RETURN_IF_ERROR(WriteNewFile(path, absl::StrCat(kSeedLine, seed), kSeedMode));
  return FolderSeed(path, std::move(seed), /*is_new=*/true);
}

std::string FolderSeed::RequestIdOf(const IssueOptions& asked) const {
  const std::string lifetime =
      asked.lifetime.has_value() ? absl::StrCat(absl::ToInt64Seconds(*asked.lifetime)) : "";
  return Sha256OfParts(
      {"fleetca folder request", seed_, asked.csr_der, asked.profile, asked.identity, lifetime});
}

void FolderSeed::Remove() const { unlink(path_.c_str()); }

}  // namespace fleetca::client
