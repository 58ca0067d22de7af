#include "x509/name_constraints_check.h"

#include <algorithm>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "base/openssl.h"
#include "gtest/gtest.h"
#include "tests/testing/status_matchers.h"
#include "tests/testing/test_key.h"
#include "x509/certificate.h"
#include "x509/der/der.h"
#include "x509/der/oid.h"
#include "x509/name.h"
#include "x509/name_constraints.h"
#include "x509/san.h"
#include "x509/testing/name_constraints_cases.h"
#include "x509/testing/test_ca.h"

namespace fleetca::x509 {
namespace {

using ::fleetca::testing::TestKey;

std::string Subtree(int tag, absl::string_view base) {
  return der::Encode(der::kSequence, der::Encode(der::ContextPrimitive(tag), base));
}

std::string Constraints(const std::string& permitted, const std::string& excluded = "") {
  return der::Encode(
      der::kSequence,
      (permitted.empty() ? "" : der::Encode(der::ContextConstructed(0), permitted)) +
          (excluded.empty() ? "" : der::Encode(der::ContextConstructed(1), excluded)));
}

// A certificate of which the names alone count.
bool Keeps(const std::string& constraints, const GeneralNames& names,
           absl::string_view subject = "") {
  Certificate certificate;
  certificate.names = names;
  const std::string empty = der::Encode(der::kSequence, "");
  certificate.subject = subject.empty() ? absl::string_view(empty) : subject;
  return NameConstraintsViolation(constraints, certificate) == nullptr;
}

bool KeepsUri(const std::string& constraints, absl::string_view uri) {
  return Keeps(constraints, {{NameType::kUri, uri}});
}

// The cases that OpenSSL, Go and pyca are asked as well.
TEST(NameConstraintsCheck, SaysOfOurOwnCasWhatOthersDo) {
  const TestCa root = MakeTestRoot(KeyType::kP256);
  for (const ConstrainedCaCase& ca : ConstrainedCas()) {
    const auto contents = BuildNameConstraints(ca.constraints, "");
    FLEETCA_ASSERT_OK(contents);
    EXPECT_TRUE(IsNameConstraints(*contents));
    for (const LeafCase& leaf : NameConstraintLeaves()) {
      GeneralNames names;
      for (const auto& [type, value] : leaf.names) {
        names.push_back({type, value});
      }
      const bool allowed =
          std::find(ca.allowed.begin(), ca.allowed.end(), leaf.name) != ca.allowed.end();
      EXPECT_EQ(Keeps(*contents, names), allowed) << ca.name << " " << leaf.name;
    }
  }
}

TEST(NameConstraintsCheck, UrisAreComparedByTheirHost) {
  const std::string host = Constraints(Subtree(6, "fleet.example"));
  EXPECT_TRUE(KeepsUri(host, "spiffe://fleet.example/svc/web"));
  EXPECT_TRUE(KeepsUri(host, "https://ops@FLEET.example:8443/x"));
  EXPECT_FALSE(KeepsUri(host, "spiffe://a.fleet.example/svc/web"));
  EXPECT_FALSE(KeepsUri(host, "spiffe://other.example/fleet.example"));
  EXPECT_FALSE(KeepsUri(host, "spiffe://other.example?://fleet.example"));
  EXPECT_FALSE(KeepsUri(host, "spiffe://fleet.example@other.example/"));
  EXPECT_FALSE(KeepsUri(host, "spiffe://fleet.example:x@other.example/"));
  EXPECT_FALSE(KeepsUri(host, "https://10.0.0.1/"));
  EXPECT_FALSE(KeepsUri(host, "https://[fd00::1]/"));
  EXPECT_FALSE(KeepsUri(host, "urn:fleet.example"));
  EXPECT_FALSE(KeepsUri(host, "spiffe:///svc/web"));
  const std::string below = Constraints(Subtree(6, ".fleet.example"));
  EXPECT_TRUE(KeepsUri(below, "spiffe://a.b.fleet.example/x"));
  EXPECT_FALSE(KeepsUri(below, "spiffe://fleet.example/x"));
  EXPECT_FALSE(KeepsUri(below, "spiffe://afleet.example/x"));
  // A type that no subtree is of is left alone, and so are URIs here.
  EXPECT_TRUE(KeepsUri(Constraints(Subtree(2, "fleet.example")), "spiffe://other.example/x"));
}

TEST(NameConstraintsCheck, WhatIsNotWellFormedEscapesNoExclusion) {
  const std::string secret = Constraints("", Subtree(2, "secret.example"));
  const auto keeps = [&secret](absl::string_view dns) {
    return Keeps(secret, {{NameType::kDns, dns}});
  };
  EXPECT_TRUE(keeps("fleet.example"));
  EXPECT_FALSE(keeps("secret.example"));
  EXPECT_FALSE(keeps("a.SECRET.example"));
  EXPECT_FALSE(keeps("secret.example."));
  EXPECT_FALSE(keeps("secret..example"));
  EXPECT_FALSE(keeps("secret%2eexample"));
  EXPECT_FALSE(
      Keeps(Constraints("", Subtree(1, "secret.example")), {{NameType::kEmail, "secret.example"}}));
}

TEST(NameConstraintsCheck, AWildcardEscapesNoExclusion) {
  const auto keeps = [](const std::string& constraints, absl::string_view dns) {
    return Keeps(constraints, {{NameType::kDns, dns}});
  };
  const std::string secret = Constraints("", Subtree(2, "secret.corp.example"));
  EXPECT_FALSE(keeps(secret, "*.corp.example"));
  EXPECT_FALSE(keeps(secret, "*.CORP.example"));
  EXPECT_FALSE(keeps(secret, "s*.corp.example"));
  EXPECT_FALSE(keeps(secret, "*.secret.corp.example"));
  EXPECT_FALSE(keeps(secret, "*.a.secret.corp.example"));
  EXPECT_FALSE(keeps(secret, "secret.*.example"));
  EXPECT_TRUE(keeps(secret, "*.example"));
  EXPECT_TRUE(keeps(secret, "*.other.corp.example"));
  EXPECT_TRUE(keeps(secret, "*.other.example"));
  EXPECT_TRUE(keeps(secret, "corp.example"));
  // The wildcard stands for one label, and this subtree begins a label further down.
  const std::string below = Constraints("", Subtree(2, ".secret.corp.example"));
  EXPECT_TRUE(keeps(below, "*.corp.example"));
  EXPECT_FALSE(keeps(below, "*.secret.corp.example"));
  // What is permitted has to hold every name that it stands for.
  const std::string permitted = Constraints(Subtree(2, "secret.corp.example"));
  EXPECT_FALSE(keeps(permitted, "*.corp.example"));
  EXPECT_TRUE(keeps(permitted, "*.secret.corp.example"));
}

TEST(NameConstraintsCheck, EmailsOfTheSubjectCount) {
  const std::string mailbox = "ops@fleet.example";
  const std::string attribute = der::Encode(
      der::kSequence, der::Encode(der::kOid, oid::Bytes("\x2a\x86\x48\x86\xf7\x0d\x01\x09\x01")) +
                          der::Encode(der::kIa5String, mailbox));
  const std::string subject = der::Encode(der::kSequence, der::Encode(der::kSet, attribute));
  EXPECT_TRUE(Keeps(Constraints(Subtree(1, mailbox)), {}, subject));
  EXPECT_TRUE(Keeps(Constraints(Subtree(1, "fleet.example")), {}, subject));
  EXPECT_FALSE(Keeps(Constraints(Subtree(1, "dev@fleet.example")), {}, subject));
  EXPECT_FALSE(Keeps(Constraints(Subtree(1, ".fleet.example")), {}, subject));
}

std::string DirectorySubtree(absl::string_view name) {
  return der::Encode(der::kSequence, der::Encode(der::ContextConstructed(4), name));
}

TEST(NameConstraintsCheck, DistinguishedNamesAreComparedByTheirBeginning) {
  const std::string fleet = BuildName("Fleet", "");
  const std::string web = BuildName("Fleet", "web");
  const std::string other = BuildName("Other", "web");
  const std::string permitted = Constraints(DirectorySubtree(fleet));
  EXPECT_TRUE(IsNameConstraints(permitted));
  EXPECT_TRUE(Keeps(permitted, {}, web));
  EXPECT_TRUE(Keeps(permitted, {}, BuildName("FLEET", "web")));
  EXPECT_TRUE(Keeps(permitted, {}, BuildName(" fleet ", "web")));
  EXPECT_TRUE(Keeps(permitted, {}));  // no subject at all
  EXPECT_FALSE(Keeps(permitted, {}, other));
  EXPECT_FALSE(Keeps(permitted, {}, BuildName("", "web")));
  const std::string excluded = Constraints("", DirectorySubtree(fleet));
  EXPECT_FALSE(Keeps(excluded, {}, web));
  EXPECT_FALSE(Keeps(excluded, {}, BuildName("fleet", "web")));
  EXPECT_TRUE(Keeps(excluded, {}, other));
  // Letters beyond ASCII may be alike in a way that is not known here.
  const std::string umlaut = BuildName("Fl\xc3\xb6tte", "");
  EXPECT_FALSE(
      Keeps(Constraints("", DirectorySubtree(umlaut)), {}, BuildName("FL\xc3\x96TTE", "")));
  EXPECT_FALSE(Keeps(Constraints(DirectorySubtree(umlaut)), {}, BuildName("FL\xc3\x96TTE", "")));
  EXPECT_TRUE(Keeps(Constraints(DirectorySubtree(umlaut)), {}, umlaut));
}

TEST(NameConstraintsCheck, DirectoryNamesOfTheExtensionCount) {
  const auto keeps = [](const std::string& constraints, const std::string& alt_names) {
    const std::string value = der::Encode(der::kSequence, alt_names);
    Certificate certificate;
    certificate.subject = absl::string_view("\x30\x00", 2);
    certificate.extensions.push_back({.oid = oid::kSubjectAltName, .value = value});
    return NameConstraintsViolation(constraints, certificate) == nullptr;
  };
  const std::string fleet = Constraints(DirectorySubtree(BuildName("Fleet", "")));
  EXPECT_TRUE(keeps(fleet, der::Encode(der::ContextConstructed(4), BuildName("Fleet", "web"))));
  EXPECT_FALSE(keeps(fleet, der::Encode(der::ContextConstructed(4), BuildName("Other", "web"))));
  // A form that is not compared does no harm until such a name appears.
  const std::string registered_id = der::Encode(der::ContextPrimitive(8), "\x2a\x03");
  const std::string constrained = Constraints(der::Encode(der::kSequence, registered_id));
  EXPECT_TRUE(IsNameConstraints(constrained));
  EXPECT_TRUE(Keeps(constrained, {{NameType::kDns, "a.example"}}));
  EXPECT_TRUE(keeps(constrained, der::Encode(der::ContextPrimitive(2), "a.example")));
  EXPECT_FALSE(keeps(constrained, registered_id));
}

TEST(NameConstraintsCheck, WhatItCannotApplyItDoesNotTake) {
  EXPECT_TRUE(IsNameConstraints(Constraints(Subtree(2, "a.example"))));
  EXPECT_TRUE(IsNameConstraints(Constraints(Subtree(2, ""))));
  const std::string mask("\x0a\0\0\0\xff\0\xff\0", 8);
  const std::string with_minimum =
      der::Encode(der::kSequence, der::Encode(der::ContextPrimitive(2), "a.example") +
                                      der::Encode(der::ContextPrimitive(0), "\x01"));
  const std::string no_name =
      der::Encode(der::kSequence, der::Encode(der::ContextConstructed(4), "x"));
  for (const std::string& bad :
       {std::string(), der::Encode(der::kSequence, ""), Constraints(no_name),
        Constraints(with_minimum), Constraints(Subtree(7, mask)), Constraints(Subtree(7, "abcd")),
        Constraints(Subtree(6, "")), Constraints(Subtree(6, "spiffe://a.example")),
        Constraints(Subtree(6, "10.0.0.1")), Constraints(Subtree(1, "@a.example")),
        Constraints(Subtree(2, "a..example")), Constraints(Subtree(2, "a.example")) + "x"}) {
    EXPECT_FALSE(IsNameConstraints(bad));
    EXPECT_FALSE(Keeps(bad, {}));
  }
}

TEST(NameConstraintsCheck, CostsABoundedTime) {
  std::string subtrees;
  for (int i = 0; i < 2000; ++i) {
    subtrees += Subtree(2, absl::StrCat("a", i, ".example"));
  }
  const std::string constraints = Constraints(subtrees);
  GeneralNames names(125, {NameType::kDns, "a1999.example"});
  EXPECT_TRUE(Keeps(constraints, names));
  names.push_back({NameType::kDns, "a1999.example"});
  EXPECT_FALSE(Keeps(constraints, names));
}

// OpenSSL's own judgement of the names of a certificate.
bool OpenSslKeeps(const std::string& constraints, const X509Ptr& certificate) {
  const unsigned char* cursor = AsUnsigned(constraints);
  const ASN1_ITEM* const item = ASN1_ITEM_rptr(NAME_CONSTRAINTS);
  auto* const parsed = reinterpret_cast<NAME_CONSTRAINTS*>(
      ASN1_item_d2i(nullptr, &cursor, static_cast<long>(constraints.size()), item));
  EXPECT_NE(parsed, nullptr);
  X509_check_purpose(certificate.get(), -1, 0);  // makes it read its own names
  const int verdict = NAME_CONSTRAINTS_check(certificate.get(), parsed);
  ASN1_item_free(reinterpret_cast<ASN1_VALUE*>(parsed), item);
  DrainOpenSslErrors();
  return verdict == X509_V_OK;
}

// Random constraints of every type against random names: nothing that OpenSSL refuses is kept, and
// nothing else is refused.
TEST(NameConstraintsCheck, AgreesWithOpenSsl) {
  const TestCa ca = MakeTestRoot(KeyType::kP256);
  const TestKey& key = TestKey::OfType(KeyType::kP256);
  std::mt19937 random(20260601);
  const auto pick = [&random](const std::vector<std::string>& from) {
    return from[random() % from.size()];
  };
  const std::vector<std::string> hosts = {"a.example", "b.a.example", "c.b.a.example", "ba.example",
                                          "example",   "b.example",   "x-a.example",   "invalid"};
  const std::vector<std::string> addresses = {
      std::string("\x0a\x01\x02\x03", 4), std::string("\x0b\x01\x02\x03", 4),
      "\xfd" + std::string(15, '\x01'), std::string(16, '\x02')};
  const std::vector<std::string> prefixes = {
      std::string("\x0a\0\0\0\xff\0\0\0", 8), std::string("\0\0\0\0\0\0\0\0", 8),
      "\xfd" + std::string(15, '\0') + "\xff" + std::string(15, '\0')};
  const auto subtree = [&] {
    const std::string host = (random() % 3 == 0 ? "." : "") + pick(hosts);
    switch (random() % 4) {
      case 0:
        return Subtree(2, host);
      case 1:
        return Subtree(6, host);
      case 2:
        return Subtree(1, random() % 3 == 0 ? "ops@" + pick(hosts) : host);
      default:
        return Subtree(7, pick(prefixes));
    }
  };
  int kept = 0;
  for (int leaf = 0; leaf < 200; ++leaf) {
    std::vector<std::string> values;
    for (int i = 0; i < 3; ++i) {
      values.push_back(pick(hosts));
    }
    values[1] = "spiffe://" + values[1] + "/svc/web";
    values[2] = "ops@" + values[2];
    values.push_back(pick(addresses));
    GeneralNames names = {{NameType::kDns, values[0]},
                          {NameType::kUri, values[1]},
                          {NameType::kEmail, values[2]},
                          {NameType::kIp, values[3]}};
    names.erase(names.begin() + random() % 4);
    const std::string der = IssueLeafWithNames(ca, key, names);
    const auto certificate = ParseCertificate(der);
    FLEETCA_ASSERT_OK(certificate);
    const X509Ptr theirs = OpenSslCertificate(der);
    ASSERT_NE(theirs, nullptr);
    for (int round = 0; round < 50; ++round) {
      std::string lists[2];
      for (std::string& list : lists) {
        for (unsigned n = random() % 3; n > 0; --n) {
          list += subtree();
        }
      }
      if (lists[0].empty() && lists[1].empty()) {
        continue;
      }
      const std::string constraints = Constraints(lists[0], lists[1]);
      const bool keeps = NameConstraintsViolation(constraints, *certificate) == nullptr;
      kept += keeps ? 1 : 0;
      EXPECT_EQ(keeps, OpenSslKeeps(constraints, theirs))
          << NameToString(names[0]) << " " << NameToString(names[1]) << " "
          << NameToString(names[2]) << " under " << absl::BytesToHexString(constraints);
    }
  }
  EXPECT_GT(kept, 1000);
}

}  // namespace
}  // namespace fleetca::x509
