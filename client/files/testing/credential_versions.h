// Versions of a key, a certificate and what else changes with them, and which one is found.
#ifndef FLEETCA_CLIENT_FILES_TESTING_CREDENTIAL_VERSIONS_H_
#define FLEETCA_CLIENT_FILES_TESTING_CREDENTIAL_VERSIONS_H_

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "base/file.h"
#include "client/files/file_generations.h"
#include "tests/testing/status_matchers.h"
#include "tests/testing/temporary_folder.h"

namespace fleetca::client::testing {

class CredentialVersions : public ::testing::Test {
 protected:
  FileGenerationsOptions Options() const { return {.folder = Path("")}; }

  std::unique_ptr<FileGenerations> Open() const {
    auto opened = FileGenerations::Open(Options());
    FLEETCA_EXPECT_OK(opened);
    return opened.ok() ? *std::move(opened) : nullptr;
  }

  // tls.key, tls.crt and bundle.pem of this version, 0 to 9, and roots.pem, the same in all.
  static std::vector<PlacedFile> Version(int version) {
    const std::string digit = absl::StrCat(version);
    std::vector<PlacedFile> files(4);
    files[0] = {.name = "bundle.pem",
                .contents = SecretBytes(absl::StrCat(digit, std::string(20000, '.'), digit))};
    files[1] = {.name = "roots.pem", .contents = SecretBytes("roots"), .mode = 0644};
    files[2] = {.name = "tls.crt",
                .contents = SecretBytes(absl::StrCat("certificate ", digit)),
                .mode = 0644};
    files[3] = {.name = "tls.key", .contents = SecretBytes(absl::StrCat("key ", digit))};
    return files;
  }

  // The version that all files found are of; "" where one is not there, "mixed" where they differ.
  std::string VersionFound() const {
    std::set<char> versions;
    for (const char* name : {"bundle.pem", "tls.crt", "tls.key"}) {
      const std::string contents = Contents(name);
      if (contents.empty()) {
        return "";
      }
      versions.insert(contents.back());
    }
    return versions.size() == 1 ? std::string(1, *versions.begin()) : "mixed";
  }

  // "" where there is none.
  std::string Contents(absl::string_view name) const { return ReadFile(Path(name)).value_or(""); }

  // What is in the folder, in order.
  std::vector<std::string> Entries() const {
    std::vector<std::string> entries;
    for (const auto& entry : std::filesystem::directory_iterator(Path(""))) {
      entries.push_back(entry.path().filename());
    }
    std::sort(entries.begin(), entries.end());
    return entries;
  }

  // The entries when all files of a version are there, and these generations.
  static std::vector<std::string> Whole(std::vector<std::string> generations) {
    for (const char* name : {"..data", "bundle.pem", "roots.pem", "tls.crt", "tls.key"}) {
      generations.emplace_back(name);
    }
    return generations;
  }

  void Clear() const { std::filesystem::remove_all(Path("")); }

  std::string Path(absl::string_view name) const {
    return absl::StrCat(folder_.path(), "/tls", name.empty() ? "" : "/", name);
  }

 private:
  const fleetca::testing::TemporaryFolder folder_;
};

}  // namespace fleetca::client::testing

#endif  // FLEETCA_CLIENT_FILES_TESTING_CREDENTIAL_VERSIONS_H_
