#include "base/config/enum_values.h"

#include "fleetca/config/v1/config.pb.h"
#include "fleetca/config/v1/profile.pb.h"
#include "google/protobuf/descriptor.pb.h"
#include "gtest/gtest.h"

namespace fleetca {
namespace {

const google::protobuf::Descriptor& ServerConfig() {
  return *config::v1::ServerConfig::descriptor();
}

TEST(EnumValuesTest, TheValuesAreListedWithoutTheOneForAnAbsentField) {
  EXPECT_EQ(EnumValuesOf("possession_lanes", ServerConfig()),
            "POSSESSION_LANES_AUTO or POSSESSION_LANES_OFF");
}

TEST(EnumValuesTest, AFieldIsFoundBelowTheRoot) {
  EXPECT_EQ(EnumValuesOf("level", ServerConfig()),
            "LOG_LEVEL_DEBUG, LOG_LEVEL_INFO, LOG_LEVEL_WARNING or LOG_LEVEL_ERROR");
  EXPECT_EQ(EnumValuesOf("level", *config::v1::Profile::descriptor()), "");
}

TEST(EnumValuesTest, WhatIsNoEnumerationHasNone) {
  EXPECT_EQ(EnumValuesOf("trust_domain", ServerConfig()), "");
  EXPECT_EQ(EnumValuesOf("no_such_field", ServerConfig()), "");
}

// A description of messages describes itself.
TEST(EnumValuesTest, MessagesMayHoldThemselves) {
  const google::protobuf::Descriptor& root = *google::protobuf::FileDescriptorProto::descriptor();
  EXPECT_EQ(EnumValuesOf("label", root), "LABEL_OPTIONAL, LABEL_REQUIRED or LABEL_REPEATED");
  EXPECT_EQ(EnumValuesOf("optimize_for", root), "SPEED, CODE_SIZE or LITE_RUNTIME");
}

TEST(EnumValuesTest, OfTwoFieldsWithOneNameNeitherIsMeant) {
  google::protobuf::FileDescriptorProto file;
  file.set_name("two.proto");
  for (const char* name : {"A", "B"}) {
    google::protobuf::EnumDescriptorProto& type = *file.add_enum_type();
    type.set_name(std::string("Enum") + name);
    google::protobuf::EnumValueDescriptorProto& value = *type.add_value();
    value.set_name(std::string("VALUE_") + name);
    value.set_number(0);
    google::protobuf::DescriptorProto& message = *file.add_message_type();
    message.set_name(name);
    google::protobuf::FieldDescriptorProto& field = *message.add_field();
    field.set_name("kind");
    field.set_number(1);
    field.set_label(google::protobuf::FieldDescriptorProto::LABEL_OPTIONAL);
    field.set_type(google::protobuf::FieldDescriptorProto::TYPE_ENUM);
    field.set_type_name(std::string("Enum") + name);
  }
  google::protobuf::FieldDescriptorProto& both = *file.mutable_message_type(0)->add_field();
  both.set_name("b");
  both.set_number(2);
  both.set_label(google::protobuf::FieldDescriptorProto::LABEL_OPTIONAL);
  both.set_type(google::protobuf::FieldDescriptorProto::TYPE_MESSAGE);
  both.set_type_name("B");
  google::protobuf::DescriptorPool pool;
  const google::protobuf::FileDescriptor* const built = pool.BuildFile(file);
  ASSERT_NE(built, nullptr);
  EXPECT_EQ(EnumValuesOf("kind", *built->FindMessageTypeByName("A")), "");
  EXPECT_EQ(EnumValuesOf("kind", *built->FindMessageTypeByName("B")), "VALUE_B");
}

}  // namespace
}  // namespace fleetca
