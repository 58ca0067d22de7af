#include <set>
#include <string>
#include <vector>

#include "base/file.h"
#include "fleetca/policy/v1/policy.pb.h"
#include "gmock/gmock.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/text_format.h"
#include "gtest/gtest.h"
#include "service/config/policy_config.h"
#include "tests/testing/status_matchers.h"

namespace fleetca::service {
namespace {

using fleetca::testing::IsError;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

// The example: it loads, it decides as its comments say, and it sets every field of the schema.
constexpr char kExample[] = "deploy/example/policy.textproto";

void CollectFields(const google::protobuf::Descriptor* descriptor, std::set<std::string>* fields) {
  for (int i = 0; i < descriptor->field_count(); ++i) {
    const google::protobuf::FieldDescriptor* field = descriptor->field(i);
    if (fields->insert(field->full_name()).second && field->message_type() != nullptr &&
        field->message_type()->file() == descriptor->file()) {
      CollectFields(field->message_type(), fields);
    }
  }
}

// Takes every field that is set in any part of `message` out of *fields.
void EraseSetFields(const google::protobuf::Message& message, std::set<std::string>* fields) {
  const google::protobuf::Reflection* reflection = message.GetReflection();
  std::vector<const google::protobuf::FieldDescriptor*> set;
  reflection->ListFields(message, &set);
  for (const google::protobuf::FieldDescriptor* field : set) {
    fields->erase(field->full_name());
    if (field->message_type() == nullptr) {
      continue;
    }
    if (!field->is_repeated()) {
      EraseSetFields(reflection->GetMessage(message, field), fields);
      continue;
    }
    for (int i = 0; i < reflection->FieldSize(message, field); ++i) {
      EraseSetFields(reflection->GetRepeatedMessage(message, field, i), fields);
    }
  }
}

TEST(ExamplePolicyTest, SetsEveryField) {
  FLEETCA_ASSERT_OK_AND_ASSIGN(const std::string text, ReadFile(kExample));
  policy::v1::Policy message;
  ASSERT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &message));
  std::set<std::string> unset;
  CollectFields(policy::v1::Policy::descriptor(), &unset);
  EXPECT_GT(unset.size(), 30u);
  EraseSetFields(message, &unset);
  EXPECT_THAT(unset, IsEmpty());
}

TEST(ExamplePolicyTest, DecidesAsItSays) {
  FLEETCA_ASSERT_OK_AND_ASSIGN(const auto policy, LoadPolicy(kExample));
  const std::vector<x509::GeneralName> names = {{x509::NameType::kDns, "web-7.fleet.example"},
                                                {x509::NameType::kDns, "*.web.fleet.example"},
                                                {x509::NameType::kDns, "a.web.n1.fleet.example"}};
  AuthorizeRequest request;
  request.caller = "spiffe://fleet.example/node/n1";
  request.subject = "spiffe://fleet.example/svc/n1/web";
  request.profile = "service";
  request.names = names;
  FLEETCA_ASSERT_OK_AND_ASSIGN(const Decision decision, policy->Authorize(request));
  EXPECT_EQ(decision.names.size(), 4u);
  EXPECT_THAT(decision.roles, ElementsAre("inventory.read", "orders.write"));
  EXPECT_EQ(decision.attributes[0].value, "n1");
  EXPECT_EQ(decision.budget->certificates, 600);
  request.subject = "spiffe://fleet.example/svc/n2/web";
  EXPECT_THAT(policy->Authorize(request),
              IsError(absl::StatusCode::kPermissionDenied, Reason::kCallerNotAllowed));
  EXPECT_TRUE(
      policy->CheckRight("spiffe://fleet.example/operator/admin", Right::kManageTokens).ok());
}

}  // namespace
}  // namespace fleetca::service
