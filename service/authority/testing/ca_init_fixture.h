// Folders and options for tests that make a CA.
#ifndef FLEETCA_SERVICE_AUTHORITY_TESTING_CA_INIT_FIXTURE_H_
#define FLEETCA_SERVICE_AUTHORITY_TESTING_CA_INIT_FIXTURE_H_

#include <filesystem>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "base/clock.h"
#include "base/file.h"
#include "gtest/gtest.h"
#include "service/authority/ca_init.h"
#include "tests/testing/temporary_folder.h"

namespace fleetca::service {

// A folder for one test, with nothing in it.
inline std::string TestFolder() {
  static const testing::TemporaryFolder all;
  static int count = 0;
  const std::string folder = absl::StrCat(all.path(), "/", ++count);
  std::filesystem::create_directory(folder);
  return folder;
}

inline CaInitOptions GoodOptions(const std::string& parent) {
  CaInitOptions options;
  options.folder = absl::StrCat(parent, "/ca");
  options.trust_domain = "fleet.example";
  return options;
}

inline CaInitSummary Init(const CaInitOptions& options) {
  absl::StatusOr<CaInitSummary> summary = InitCa(options, Clock::System());
  EXPECT_TRUE(summary.ok()) << summary.status();
  return summary.value_or(CaInitSummary());
}

inline std::string Contents(const std::string& path) {
  absl::StatusOr<std::string> contents = ReadFile(path);
  EXPECT_TRUE(contents.ok()) << contents.status();
  return contents.value_or("");
}

}  // namespace fleetca::service

#endif  // FLEETCA_SERVICE_AUTHORITY_TESTING_CA_INIT_FIXTURE_H_
