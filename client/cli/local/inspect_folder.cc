#include "client/cli/local/inspect_folder.h"

#include <dirent.h>

#include <algorithm>
#include <cerrno>
#include <memory>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "base/errors.h"
#include "base/file_status.h"
#include "base/status_macros.h"
#include "client/cli/facts/facts.h"
#include "client/cli/facts/facts_json.h"
#include "client/cli/facts/facts_text.h"
#include "client/cli/facts/foreign_certificate.h"
#include "client/cli/terminal/output.h"
#include "client/cli/terminal/regular_file.h"
#include "client/cli/terminal/style.h"
#include "client/cli/terminal/table.h"
#include "client/objects/object_reader.h"

namespace fleetca::client {
namespace {

using nlohmann::ordered_json;

struct DirCloser {
  void operator()(DIR* folder) const { closedir(folder); }
};

// The names of what is in the folder, in order.
absl::StatusOr<std::vector<std::string>> NamesIn(const std::string& path) {
  const std::unique_ptr<DIR, DirCloser> folder(opendir(path.c_str()));
  if (folder == nullptr) {
    return FileError("read", path, errno);
  }
  std::vector<std::string> names;
  while (const dirent* const entry = readdir(folder.get())) {
    const absl::string_view name = entry->d_name;
    if (name == "." || name == ".." || entry->d_type == DT_DIR) {
      continue;
    }
    names.emplace_back(name);
    if (names.size() > kMaxInspectedFiles) {
      return FailedPrecondition(Reason::kFileInvalid,
                                absl::StrCat("Cannot look at ", path, ": it has more than ",
                                             kMaxInspectedFiles, " files; give one of them"));
    }
  }
  std::sort(names.begin(), names.end());
  return names;
}

// What a file was found to hold.
struct FolderFile {
  std::string name;
  std::vector<CertificateFacts> certificates;
  // The names of the objects that are not certificates: "a private key".
  std::set<std::string> others;
  // Why it, or a part of it, cannot be read.
  std::string problem;
};

void LookAt(std::vector<FoundObject> objects, FolderFile* file) {
  bool has_certificates = false;
  for (const FoundObject& object : objects) {
    if (object.kind == ObjectKind::kCertificate || object.kind == ObjectKind::kPkcs7) {
      has_certificates = true;
    } else if (object.kind != ObjectKind::kOther) {
      file->others.insert(std::string(KindName(object.kind)));
    }
  }
  if (!has_certificates) {
    return;
  }
  const absl::StatusOr<std::vector<std::string>> ders = CertificatesOf(std::move(objects));
  if (!ders.ok()) {
    file->problem = std::string(ders.status().message());
    return;
  }
  for (const std::string& der : *ders) {
    absl::StatusOr<CertificateFacts> facts = FactsOfAnyCertificate(der);
    if (facts.ok()) {
      file->certificates.push_back(*std::move(facts));
    } else {
      file->problem = std::string(facts.status().message());
    }
  }
}

// What begins as PEM, or is called like a certificate, and cannot be read, is worth a line.
bool IsMeantAsOurs(absl::string_view name, absl::string_view contents) {
  return absl::StrContains(contents, "-----BEGIN CERTIFICATE") || absl::EndsWith(name, ".crt") ||
         absl::EndsWith(name, ".cer") || absl::EndsWith(name, ".pem") ||
         absl::EndsWith(name, ".der") || absl::EndsWith(name, ".p7b");
}

// nullopt where there is not a regular file, and for a file of something else.
std::optional<FolderFile> ReadOne(const std::string& folder, const std::string& name) {
  FolderFile file = {.name = name, .certificates = {}, .others = {}, .problem = ""};
  bool is_regular = false;
  const absl::StatusOr<SecretBytes> contents =
      ReadRegularFile(absl::StrCat(folder, "/", name), FollowLink::kYes,
                      [&is_regular](int, const struct stat&) -> absl::Status {
                        is_regular = true;
                        return absl::OkStatus();
                      });
  if (!contents.ok()) {
    file.problem = std::string(contents.status().message());
    return is_regular || GetReason(contents.status()) == Reason::kFilePermissions
               ? std::make_optional(std::move(file))
               : std::nullopt;
  }
  absl::StatusOr<std::vector<FoundObject>> objects = FindObjects(contents->view());
  if (objects.ok()) {
    LookAt(*std::move(objects), &file);
  } else if (IsMeantAsOurs(name, contents->view())) {
    file.problem = std::string(objects.status().message());
  }
  const bool is_empty = file.certificates.empty() && file.others.empty() && file.problem.empty();
  return is_empty ? std::nullopt : std::make_optional(std::move(file));
}

Cell EndCell(const CertificateFacts& facts, absl::Time now) {
  return {ValidityInWords(facts.not_before, facts.not_after, now),
          MeaningOfValidity(facts.not_before, facts.not_after, now)};
}

Cell NoteCell(const FolderFile& file) {
  std::vector<std::string> notes;
  if (!file.problem.empty()) {
    notes.push_back(absl::StrCat("cannot be read: ", file.problem));
  }
  if (file.certificates.size() > 1) {
    notes.push_back(absl::StrCat("and ", file.certificates.size() - 1, " more"));
  }
  if (!file.others.empty()) {
    notes.push_back(
        absl::StrCat(file.certificates.empty() ? "" : "with ", absl::StrJoin(file.others, ", ")));
  }
  return {absl::StrJoin(notes, "; "), file.problem.empty() ? Meaning::kFaint : Meaning::kBad};
}

void AddRow(const FolderFile& file, absl::Time now, Table* table) {
  if (file.certificates.empty()) {
    table->Add({{file.name}, Cell(""), Cell(""), Cell(""), NoteCell(file)});
    return;
  }
  const CertificateFacts& first = file.certificates.front();
  table->Add({{file.name},
              {first.subject.empty() ? "(empty)" : first.subject},
              {absl::StrJoin(first.names, ", ")},
              EndCell(first, now),
              NoteCell(file)});
}

ordered_json FileJson(const FolderFile& file) {
  ordered_json json = {{"type", "file"},
                       {"file", file.name},
                       {"certificates", ordered_json::array()},
                       {"others", file.others}};
  for (const CertificateFacts& facts : file.certificates) {
    json["certificates"].push_back(CertificateToJson(facts));
  }
  if (!file.problem.empty()) {
    json["problem"] = file.problem;
  }
  return json;
}

}  // namespace

absl::StatusOr<Inspected> InspectFolder(const std::string& folder, absl::Time now) {
  FLEETCA_ASSIGN_OR_RETURN(const std::vector<std::string> names, NamesIn(folder));
  Table table({{.heading = "FILE"},
               {.heading = "SUBJECT", .may_be_cut = true},
               {.heading = "NAMES", .may_be_cut = true},
               {.heading = "ENDS"},
               {.heading = "NOTE", .may_be_cut = true}});
  Inspected inspected = {"", ordered_json::array(), ""};
  size_t certificates = 0;
  for (const std::string& name : names) {
    const std::optional<FolderFile> file = ReadOne(folder, name);
    if (!file.has_value()) {
      continue;
    }
    AddRow(*file, now, &table);
    inspected.json.push_back(FileJson(*file));
    for (const CertificateFacts& facts : file->certificates) {
      absl::StrAppend(&inspected.pem, CertificatesToPem({facts.der}));
      ++certificates;
    }
  }
  if (certificates == 0) {
    return FailedPrecondition(Reason::kFileInvalid,
                              absl::StrCat("Cannot find a certificate in ", folder, ": of its ",
                                           names.size(), " files none holds one"));
  }
  inspected.text = table.Text();
  return inspected;
}

}  // namespace fleetca::client
