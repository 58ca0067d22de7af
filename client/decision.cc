#include "client/decision.h"

#include "fleetca/v1/certificate_authority.pb.h"

namespace fleetca::client {
namespace {

absl::Duration FromProto(const google::protobuf::Duration& duration) {
  return absl::Seconds(duration.seconds()) + absl::Nanoseconds(duration.nanos());
}

}  // namespace

Decision DecisionFromProto(const v1::Decision& decision) {
  Decision out;
  out.identity = decision.identity();
  out.caller_rule = decision.caller_rule();
  out.subject_rule = decision.subject_rule();
  out.profile = decision.profile();
  out.names.assign(decision.names().begin(), decision.names().end());
  out.left_out_names.assign(decision.left_out_names().begin(), decision.left_out_names().end());
  out.subject = decision.subject();
  out.roles.assign(decision.roles().begin(), decision.roles().end());
  out.audience.assign(decision.audience().begin(), decision.audience().end());
  for (const v1::DecidedAttribute& attribute : decision.attributes()) {
    out.attributes.emplace_back(attribute.name(), attribute.value());
  }
  out.lifetime = FromProto(decision.lifetime());
  out.max_lifetime = FromProto(decision.max_lifetime());
  out.policy_revision = decision.policy_revision();
  out.revocation = decision.revocation();
  return out;
}

}  // namespace fleetca::client
