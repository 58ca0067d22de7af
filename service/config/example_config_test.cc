#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "base/config/testing/absent_fields.h"
#include "base/file.h"
#include "fleetca/config/v1/config.pb.h"
#include "gmock/gmock.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/text_format.h"
#include "gtest/gtest.h"
#include "service/config/server_config.h"

namespace fleetca::service {
namespace {

using ::fleetca::testing::CollectAbsentFields;
using ::testing::ElementsAreArray;
using ::testing::IsEmpty;

// The example: it loads, and it shows every field of the schema.
constexpr char kExample[] = "deploy/example/fleetca.textproto";

TEST(ExampleTest, Loads) {
  const absl::StatusOr<ServerConfig> config = LoadServerConfig(kExample);
  ASSERT_TRUE(config.ok()) << config.status();
  EXPECT_EQ(config->policy_file, "deploy/example/policy.textproto");
  EXPECT_EQ(config->token_issuers.size(), 2u);
}

TEST(ExampleTest, ShowsEveryField) {
  const absl::StatusOr<std::string> text = ReadFile(kExample);
  ASSERT_TRUE(text.ok()) << text.status();
  std::set<std::string> absent;
  CollectAbsentFields(config::v1::ServerConfig::descriptor(), *text, &absent);
  EXPECT_THAT(absent, IsEmpty());
}

// A field is only shown if it is set, so that its value is checked. The exceptions are the other
// place where there can be only one, and forms of earlier releases.
void CollectUnsetFields(const google::protobuf::Message& message, std::set<std::string>* unset) {
  const auto* reflection = message.GetReflection();
  std::vector<const google::protobuf::FieldDescriptor*> set;
  reflection->ListFields(message, &set);
  for (int i = 0; i < message.GetDescriptor()->field_count(); ++i) {
    const google::protobuf::FieldDescriptor* field = message.GetDescriptor()->field(i);
    const bool is_set = std::find(set.begin(), set.end(), field) != set.end();
    const bool is_default_bool = field->type() == google::protobuf::FieldDescriptor::TYPE_BOOL;
    if (!is_set && !is_default_bool) {
      unset->insert(field->full_name());
    }
    if (is_set && field->message_type() != nullptr &&
        field->message_type()->file() == message.GetDescriptor()->file()) {
      CollectUnsetFields(field->is_repeated() ? reflection->GetRepeatedMessage(message, field, 0)
                                              : reflection->GetMessage(message, field),
                         unset);
    }
  }
}

constexpr absl::string_view kUnset[] = {
    "fleetca.config.v1.Issuer.passphrase", "fleetca.config.v1.Issuer.private_key_file",
    "fleetca.config.v1.IssuingKey.pkcs11", "fleetca.config.v1.Passphrase.systemd_credential"};

// Of the message in text format.
std::set<std::string> UnsetFields(const std::string& text) {
  config::v1::ServerConfig message;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &message)) << text;
  std::set<std::string> unset;
  CollectUnsetFields(message, &unset);
  return unset;
}

TEST(ExampleTest, SetsEveryField) {
  const absl::StatusOr<std::string> text = ReadFile(kExample);
  ASSERT_TRUE(text.ok()) << text.status();
  EXPECT_THAT(UnsetFields(*text), ElementsAreArray(kUnset));
}

// Whoever deploys what `fleetca serve --print-config` says must lose no setting.
TEST(ExampleTest, IsPrintedWithEveryField) {
  const absl::StatusOr<ServerConfig> config = LoadServerConfig(kExample);
  ASSERT_TRUE(config.ok()) << config.status();
  EXPECT_THAT(UnsetFields(ServerConfigToText(*config)), ElementsAreArray(kUnset));
}

}  // namespace
}  // namespace fleetca::service
