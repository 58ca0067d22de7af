#include "client/cli/folder_requests.h"

#include <unistd.h>

#include <filesystem>
#include <map>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "base/durable_file.h"
#include "base/errors.h"
#include "base/file.h"
#include "base/secret.h"
#include "base/sha256.h"
#include "base/standard_stream.h"
#include "base/status_macros.h"
#include "client/cli/csr_file.h"
#include "client/cli/terminal/duration_flag.h"

namespace fleetca::client {
namespace {

constexpr absl::string_view kSeedFile = ".fleetca.pending";
constexpr absl::string_view kSeedLine = "fleetca: requests that may have been answered, seed ";
// Behind the others, where the run got every answer.
constexpr absl::string_view kCompleteLine = "complete\n";
constexpr mode_t kSeedMode = 0600;

std::string OutFileFor(const std::string& folder, const std::string& csr_file) {
  const std::string stem =
      IsStandardStream(csr_file) ? "stdin" : std::filesystem::path(csr_file).stem().string();
  return absl::StrCat(folder, "/", stem, ".crt");
}

std::string ServerLine(absl::string_view server) {
  return absl::StrCat("server ", absl::CEscape(server), "\n");
}

std::string SeedText(absl::string_view seed, absl::string_view server) {
  return absl::StrCat(kSeedLine, seed, "\n", ServerLine(server));
}

struct ReadSeed {
  std::string seed;
  bool is_complete = false;
};

// The seed in the text of the file at `path`, if that is of a run that asked `server`.
absl::StatusOr<ReadSeed> SeedIn(absl::string_view text, absl::string_view server,
                                absl::string_view path) {
  const bool is_ours = absl::ConsumePrefix(&text, kSeedLine);
  const std::pair<absl::string_view, absl::string_view> lines =
      absl::StrSplit(text, absl::MaxSplits('\n', 1));
  absl::string_view rest = lines.second;
  if (!is_ours || lines.first.empty()) {
    return FailedPrecondition(
        Reason::kFileInvalid,
        absl::StrCat(path,
                     " is where this command keeps what its request ids are made of, and "
                     "something else is in it; move it away"));
  }
  if (!absl::ConsumePrefix(&rest, ServerLine(server)) || (!rest.empty() && rest != kCompleteLine)) {
    return FailedPrecondition(
        Reason::kFileInvalid,
        absl::StrCat(path, " was left by a run that asked another CA than the one at ", server,
                     ", which may have issued certificates that are not here. Give that command "
                     "again to get them, or remove the file if you do without; nothing was asked "
                     "for yet"));
  }
  return ReadSeed{std::string(lines.first), !rest.empty()};
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

absl::StatusOr<FolderSeed> FolderSeed::Find(const std::string& folder, const std::string& server,
                                            bool force) {
  const std::string path = absl::StrCat(folder, "/", kSeedFile);
  const absl::StatusOr<SecretBytes> found = ReadSecretFile(path);
  File file = File::kMissing;
  if (found.ok()) {
    FLEETCA_ASSIGN_OR_RETURN(ReadSeed read, SeedIn(found->view(), server, path));
    file = read.is_complete ? File::kComplete : File::kCutShort;
    if (!force || !read.is_complete) {
      return FolderSeed(path, std::move(read.seed), server, file, /*is_new=*/false);
    }
  } else if (GetReason(found.status()) != Reason::kFileMissing) {
    return found.status();
  }
  FLEETCA_ASSIGN_OR_RETURN(const std::string random, DrawRequestId());
  return FolderSeed(path, absl::BytesToHexString(random), server, file, /*is_new=*/true);
}

absl::Status FolderSeed::Begin() const {
  const std::string text = SeedText(seed_, server_);
  switch (file_) {
    case File::kMissing:
      return WriteNewFile(path_, text, kSeedMode);
    case File::kComplete:
      return WriteFileAtomic(path_, text, kSeedMode);
    case File::kCutShort:
      break;
  }
  return absl::OkStatus();
}

absl::Status FolderSeed::MarkComplete() const {
  return WriteFileAtomic(path_, absl::StrCat(SeedText(seed_, server_), kCompleteLine), kSeedMode);
}

std::string FolderSeed::RequestIdOf(const IssueOptions& asked) const {
  const std::string lifetime =
      asked.lifetime.has_value() ? absl::StrCat(absl::ToInt64Seconds(*asked.lifetime)) : "";
  return Sha256OfParts(
      {"fleetca folder request", seed_, asked.csr_der, asked.profile, asked.identity, lifetime});
}

void FolderSeed::Remove() const { unlink(path_.c_str()); }

}  // namespace fleetca::client
