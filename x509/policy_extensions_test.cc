#include "x509/policy_extensions.h"

#include <string>

#include "gtest/gtest.h"
#include "x509/certificate.h"
#include "x509/chain.h"
#include "x509/der/oid.h"

namespace fleetca::x509 {
namespace {

// anyPolicy, and the policy 1.2.3 with a qualifier of no octets.
const std::string kPolicies(
    "\x30\x10\x30\x06\x06\x04\x55\x1d\x20\x00\x30\x06\x06\x02\x2a\x03\x30\x00", 18);
const std::string kMappings("\x30\x0a\x30\x08\x06\x02\x2a\x03\x06\x02\x2a\x04", 12);
const std::string kNoMapping("\x30\x03\x81\x01\x00", 5);
const std::string kExplicit("\x30\x03\x80\x01\x00", 5);
const std::string kBoth("\x30\x06\x80\x01\x00\x81\x01\x00", 8);
const std::string kZero("\x02\x01\x00", 3);

TEST(PolicyExtensions, RestrictNothingWithoutAnExplicitPolicy) {
  EXPECT_TRUE(IsHarmlessPolicyExtension(oid::kCertificatePolicies, kPolicies, false));
  EXPECT_TRUE(IsHarmlessPolicyExtension(oid::kCertificatePolicies, kPolicies, true));
  EXPECT_TRUE(IsHarmlessPolicyExtension(oid::kPolicyMappings, kMappings, true));
  EXPECT_TRUE(IsHarmlessPolicyExtension(oid::kPolicyConstraints, kNoMapping, true));
  EXPECT_TRUE(IsHarmlessPolicyExtension(oid::kInhibitAnyPolicy, kZero, true));
}

TEST(PolicyExtensions, AnExplicitPolicyIsNotFollowed) {
  EXPECT_FALSE(IsHarmlessPolicyExtension(oid::kPolicyConstraints, kExplicit, true));
  EXPECT_FALSE(IsHarmlessPolicyExtension(oid::kPolicyConstraints, kBoth, true));
}

TEST(PolicyExtensions, WhatIsMalformedOrElsewhereIsNotUnderstood) {
  EXPECT_FALSE(IsHarmlessPolicyExtension(oid::kCertificatePolicies, "", true));
  EXPECT_FALSE(
      IsHarmlessPolicyExtension(oid::kCertificatePolicies, std::string("\x30\x00", 2), true));
  EXPECT_FALSE(IsHarmlessPolicyExtension(oid::kCertificatePolicies, kPolicies + kZero, true));
  EXPECT_FALSE(IsHarmlessPolicyExtension(oid::kCertificatePolicies, kMappings, true));
  EXPECT_FALSE(
      IsHarmlessPolicyExtension(oid::kPolicyConstraints, std::string("\x30\x00", 2), true));
  EXPECT_FALSE(IsHarmlessPolicyExtension(oid::kInhibitAnyPolicy, "\x02\x01\xff", true));
  EXPECT_FALSE(IsHarmlessPolicyExtension(oid::kPolicyMappings, kMappings, false));
  EXPECT_FALSE(IsHarmlessPolicyExtension(oid::kPolicyConstraints, kNoMapping, false));
  EXPECT_FALSE(IsHarmlessPolicyExtension(oid::kInhibitAnyPolicy, kZero, false));
  EXPECT_FALSE(IsHarmlessPolicyExtension(oid::kSubjectKeyIdentifier, kPolicies, true));
}

TEST(PolicyExtensions, ACriticalOneIsUnderstoodInACertificate) {
  Certificate leaf;
  leaf.extensions.push_back({oid::kCertificatePolicies, /*critical=*/true, kPolicies});
  EXPECT_TRUE(UnderstandsCritical(leaf));
  leaf.extensions.push_back({oid::kPolicyConstraints, /*critical=*/true, kExplicit});
  ASSERT_NE(FindNotUnderstood(leaf), nullptr);
  EXPECT_EQ(FindNotUnderstood(leaf)->oid, oid::kPolicyConstraints);
  leaf.extensions.back().critical = false;
  EXPECT_TRUE(UnderstandsCritical(leaf));
}

}  // namespace
}  // namespace fleetca::x509
