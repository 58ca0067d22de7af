// A whole CA in a folder of its own, which a test may spoil.
#ifndef FLEETCA_SERVICE_SERVER_TESTING_CA_FOLDER_FIXTURE_H_
#define FLEETCA_SERVICE_SERVER_TESTING_CA_FOLDER_FIXTURE_H_

#include <gtest/gtest.h>

#include <filesystem>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/string_view.h"
#include "base/clock.h"
#include "base/durable_file.h"
#include "base/file.h"
#include "service/authority/ca_init.h"
#include "service/config/server_config.h"
#include "tests/testing/status_matchers.h"
#include "tests/testing/temporary_folder.h"

namespace fleetca::testing {

// Each test has a copy of one CA of fleet.example, which is made once: encrypting the keys takes a
// second. It listens on a free port of loopback and has no bootstrap port.
class CaFolderFixture : public ::testing::Test {
 protected:
  CaFolderFixture() { MakeAfresh(); }

  // Undoes whatever the test did to the files.
  void MakeAfresh() {
    std::filesystem::remove_all(ca_);
    std::filesystem::copy(OneCa(), ca_, std::filesystem::copy_options::recursive);
  }

  std::string File(absl::string_view name) const { return absl::StrCat(ca_, "/", name); }
  std::string Read(absl::string_view name) const {
    const auto contents = ReadFile(File(name));
    FLEETCA_EXPECT_OK(contents);
    return contents.value_or("");
  }
  void Write(absl::string_view name, absl::string_view contents) const {
    FLEETCA_EXPECT_OK(WriteFileAtomic(File(name), contents, 0600));
  }
  void Replace(absl::string_view name, absl::string_view before, absl::string_view after) const {
    const std::string text = Read(name);
    const std::string changed = absl::StrReplaceAll(text, {{before, after}});
    EXPECT_NE(changed, text) << before;
    Write(name, changed);
  }

  service::ServerConfig Config() const {
    auto config = service::LoadServerConfig(File("fleetca.textproto"));
    FLEETCA_EXPECT_OK(config);
    return config.ok() ? *std::move(config) : service::ServerConfig();
  }

 private:
  static const std::string& OneCa() {
    static const auto* const path = [] {
      static const auto* const folder = new TemporaryFolder();
      service::CaInitOptions options;
      options.folder = folder->path() + "/ca";
      options.trust_domain = "fleet.example";
      options.listen = "127.0.0.1:0";
      FLEETCA_EXPECT_OK(service::InitCa(options, Clock::System()));
      return new std::string(options.folder);
    }();
    return *path;
  }

  TemporaryFolder folder_;
  const std::string ca_ = folder_.path() + "/ca";
};

}  // namespace fleetca::testing

#endif  // FLEETCA_SERVICE_SERVER_TESTING_CA_FOLDER_FIXTURE_H_
