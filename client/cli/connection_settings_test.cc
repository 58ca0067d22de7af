#include "client/cli/connection_settings.h"

#include <cstdlib>
#include <filesystem>
#include <map>
#include <string>

#include "absl/strings/str_cat.h"
#include "base/durable_file.h"
#include "base/errors.h"
#include "base/file.h"
#include "client/cli/contexts.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/testing/temporary_folder.h"

namespace fleetca::client {
namespace {

using ::testing::HasSubstr;

// With an environment of its own, and nothing in it.
class ConnectionSettingsTest : public ::testing::Test {
 protected:
  ConnectionSettingsTest() {
    for (const char* name : {"HOME", "XDG_CONFIG_HOME", "FLEETCA_DIR", "FLEETCA_SERVER"}) {
      unsetenv(name);
    }
    setenv("XDG_CONFIG_HOME", folder_.path().c_str(), 1);
  }

  // A folder with a configuration that listens at `address`; without one where it is empty.
  std::string Folder(const std::string& name, const std::string& address) {
    const std::string path = absl::StrCat(folder_.path(), "/", name);
    std::filesystem::create_directory(path);
    if (!address.empty()) {
      EXPECT_TRUE(WriteFileAtomic(path + "/fleetca.textproto",
                                  absl::StrCat("listener { address: \"", address, "\" }"), 0644)
                      .ok());
    }
    return path;
  }

  static void Use(const ConnectionSettings& settings) {
    const absl::Status edited = EditContexts([&settings](Contexts* contexts) {
      contexts->current = "one";
      contexts->by_name["one"] = settings;
      return absl::OkStatus();
    });
    EXPECT_TRUE(edited.ok()) << edited;
  }

  static ConnectionSettings Resolve(const ConnectionSettings& flags) {
    const absl::StatusOr<ConnectionSettings> settings = ResolveSettings(flags);
    EXPECT_TRUE(settings.ok()) << settings.status();
    return settings.value_or(ConnectionSettings());
  }

  fleetca::testing::TemporaryFolder folder_;
};

TEST_F(ConnectionSettingsTest, TheDefaultComesLast) {
  const ConnectionSettings settings = Resolve({});
  EXPECT_EQ(settings.server, "127.0.0.1:8443");
  EXPECT_EQ(settings.ca, "");
  EXPECT_EQ(settings.certificate, "");
}

TEST_F(ConnectionSettingsTest, AFolderSaysServerAndFiles) {
  const std::string dir = Folder("ca", "0.0.0.0:9000");
  const ConnectionSettings settings = Resolve({.dir = dir});
  EXPECT_EQ(settings.server, "127.0.0.1:9000");
  EXPECT_EQ(settings.ca, dir + "/trust-bundle.pem");
  EXPECT_EQ(settings.certificate, dir + "/admin.crt");
  EXPECT_EQ(settings.key, dir + "/admin.key");
}

TEST_F(ConnectionSettingsTest, EveryAddressBecomesTheLoopback) {
  EXPECT_EQ(Resolve({.dir = Folder("v6", "[::]:9001")}).server, "[::1]:9001");
  EXPECT_EQ(Resolve({.dir = Folder("named", "ca.fleet.example:9002")}).server,
            "ca.fleet.example:9002");
}

TEST_F(ConnectionSettingsTest, FlagsThenEnvironmentThenContext) {
  const std::string by_flag = Folder("flag", "127.0.0.1:1");
  const std::string by_variable = Folder("variable", "127.0.0.1:2");
  const std::string by_context = Folder("context", "127.0.0.1:3");

  Use({.dir = by_context});
  EXPECT_EQ(Resolve({}).server, "127.0.0.1:3");
  EXPECT_EQ(Resolve({}).key, by_context + "/admin.key");

  setenv("FLEETCA_DIR", by_variable.c_str(), 1);
  EXPECT_EQ(Resolve({}).server, "127.0.0.1:2");
  EXPECT_EQ(Resolve({}).key, by_variable + "/admin.key");

  setenv("FLEETCA_SERVER", "ca:22", 1);
  EXPECT_EQ(Resolve({}).server, "ca:22");
  EXPECT_EQ(Resolve({}).key, by_variable + "/admin.key");

  // The folder of a flag speaks for itself whole.
  EXPECT_EQ(Resolve({.dir = by_flag}).server, "127.0.0.1:1");
  EXPECT_EQ(Resolve({.dir = by_flag}).key, by_flag + "/admin.key");
  EXPECT_EQ(Resolve({.server = "ca:11"}).server, "ca:11");
  EXPECT_EQ(Resolve({.server = "ca:11"}).key, by_variable + "/admin.key");
}

TEST_F(ConnectionSettingsTest, AFolderWithoutAConfigurationLeavesTheServerToTheNextSource) {
  setenv("FLEETCA_SERVER", "ca:22", 1);
  EXPECT_EQ(Resolve({.dir = Folder("files", "")}).server, "ca:22");
}

TEST_F(ConnectionSettingsTest, TheDefaultServerIsExplainedToWhoCannotReachIt) {
  const std::string dir = Folder("files", "");
  EXPECT_THAT(WhyUsualServer({.dir = dir}),
              HasSubstr("127.0.0.1:8443 is the default: " + dir + " holds no fleetca.textproto"));
  EXPECT_THAT(WhyUsualServer({}), HasSubstr("nothing names another address"));
  EXPECT_EQ(WhyUsualServer({.dir = Folder("ca", "127.0.0.1:9000")}), "");
  EXPECT_EQ(WhyUsualServer({.server = "ca:1"}), "");
}

TEST_F(ConnectionSettingsTest, AConfigurationThatDoesNotParseSaysWhere) {
  const std::string dir = Folder("broken", "");
  ASSERT_TRUE(
      WriteFileAtomic(dir + "/fleetca.textproto", "listener {\n  address \"ca:1\"\n}\n", 0644)
          .ok());
  const absl::Status status = ResolveSettings({.dir = dir}).status();
  EXPECT_EQ(GetReason(status), Reason::kConfigInvalid);
  EXPECT_THAT(std::string(status.message()), HasSubstr("fleetca.textproto"));
  EXPECT_THAT(std::string(status.message()), HasSubstr("line 2, column "));
  EXPECT_TRUE(ResolveSettings({.server = "ca:1", .dir = dir}).ok());
  // As after a block of a page that was pasted twice.
  ASSERT_TRUE(WriteFileAtomic(dir + "/fleetca.textproto", "http {}\nhttp {}\n", 0644).ok());
  EXPECT_THAT(std::string(ResolveSettings({.dir = dir}).status().message()),
              HasSubstr("\"http\" is specified multiple times; correct it"));
}

TEST_F(ConnectionSettingsTest, ACertificateAndItsKeyComeFromOneSource) {
  Use({.dir = Folder("context", "127.0.0.1:3")});
  const ConnectionSettings settings = Resolve({.certificate = "own.crt"});
  EXPECT_EQ(settings.certificate, "own.crt");
  EXPECT_EQ(settings.key, "");
}

TEST_F(ConnectionSettingsTest, AServersNameAndIdentityAreOfThatServer) {
  Use({.server = "ca:3", .server_name = "ca.internal", .server_identity = "spiffe://a/svc/ca"});
  EXPECT_EQ(Resolve({}).server_name, "ca.internal");
  EXPECT_EQ(Resolve({}).server_identity, "spiffe://a/svc/ca");
  EXPECT_EQ(Resolve({.server = "ca:1"}).server_name, "");
  EXPECT_EQ(Resolve({.server = "ca:1"}).server_identity, "");
  EXPECT_EQ(Resolve({.server_name = "other"}).server_name, "other");
  EXPECT_EQ(Resolve({.server_name = "other"}).server, "ca:3");
}

TEST_F(ConnectionSettingsTest, EachSourceIsNamedInItsErrors) {
  setenv("FLEETCA_SERVER", "https://ca:1", 1);
  absl::Status status = ResolveSettings({}).status();
  EXPECT_EQ(GetReason(status), Reason::kConfigInvalid);
  EXPECT_THAT(std::string(status.message()), HasSubstr("FLEETCA_SERVER"));
  EXPECT_TRUE(ResolveSettings({.server = "ca:1"}).ok()) << "what is not used is not judged";
  unsetenv("FLEETCA_SERVER");

  setenv("FLEETCA_DIR", "/no/such/folder", 1);
  status = ResolveSettings({}).status();
  EXPECT_EQ(GetReason(status), Reason::kFileMissing);
  EXPECT_THAT(std::string(status.message()), HasSubstr("FLEETCA_DIR names the folder /no/such"));
  unsetenv("FLEETCA_DIR");

  Use({.dir = "/no/such/folder"});
  EXPECT_THAT(std::string(ResolveSettings({}).status().message()),
              HasSubstr("the context \"one\""));
}

TEST_F(ConnectionSettingsTest, WithoutAHomeThereAreNoContexts) {
  unsetenv("XDG_CONFIG_HOME");
  EXPECT_EQ(Resolve({}).server, "127.0.0.1:8443");
  const absl::Status status = ContextsFile().status();
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(GetReason(status), Reason::kConfigInvalid);
  EXPECT_THAT(std::string(status.message()), HasSubstr("neither HOME nor XDG_CONFIG_HOME"));
  EXPECT_FALSE(EditContexts([](Contexts*) { return absl::OkStatus(); }).ok());
  // A relative path is ignored, as the specification wants it.
  setenv("XDG_CONFIG_HOME", "here", 1);
  setenv("HOME", "/home/alice", 1);
  EXPECT_EQ(*ContextsFile(), "/home/alice/.config/fleetca/contexts.json");
}

TEST_F(ConnectionSettingsTest, ContextsComeBackAsTheyWereWritten) {
  Use({.server = "ca:1",
       .dir = "/a \"b\"",
       .ca = "c",
       .certificate = "d",
       .key = "e",
       .server_name = "f",
       .server_identity = "g"});
  const absl::StatusOr<Contexts> contexts = LoadContexts();
  ASSERT_TRUE(contexts.ok()) << contexts.status();
  const ConnectionSettings& one = contexts->by_name.at("one");
  EXPECT_EQ(contexts->current, "one");
  EXPECT_EQ(one.server, "ca:1");
  EXPECT_EQ(one.dir, "/a \"b\"");
  EXPECT_EQ(one.ca, "c");
  EXPECT_EQ(one.certificate, "d");
  EXPECT_EQ(one.key, "e");
  EXPECT_EQ(one.server_name, "f");
  EXPECT_EQ(one.server_identity, "g");
}

TEST_F(ConnectionSettingsTest, AFileThatIsNotOursIsNamedAndLeftAlone) {
  const std::string file = *ContextsFile();
  std::filesystem::create_directory(folder_.path() + "/fleetca");
  for (const char* text : {"", "junk", "[]", "{\"contexts\": 1}", "{\"contexts\": {\"a/b\": {}}}",
                           "{\"contexts\": {\"a\": {\"dir\": 1}}}"}) {
    ASSERT_TRUE(WriteFileAtomic(file, text, 0600).ok());
    const absl::Status status = ResolveSettings({}).status();
    EXPECT_EQ(GetReason(status), Reason::kFileInvalid) << text;
    EXPECT_THAT(std::string(status.message()), HasSubstr(file)) << text;
    EXPECT_FALSE(EditContexts([](Contexts*) { return absl::OkStatus(); }).ok());
    EXPECT_EQ(*ReadFile(file), text);
  }
}

TEST_F(ConnectionSettingsTest, AnEditThatFailsChangesNothing) {
  Use({.server = "ca:1"});
  EXPECT_FALSE(EditContexts([](Contexts* contexts) {
                 contexts->by_name.clear();
                 return absl::AbortedError("no");
               }).ok());
  EXPECT_EQ(LoadContexts()->by_name.size(), 1);
}

}  // namespace
}  // namespace fleetca::client
