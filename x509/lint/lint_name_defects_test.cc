// Names that no certificate may have, each in an otherwise good one: the lint refuses it and says
// what is wrong.
#include <initializer_list>
#include <string>
#include <utility>

#include "gtest/gtest.h"
#include "x509/der/oid.h"
#include "x509/lint/testing/lint_fixture.h"
#include "x509/testing/test_tbs_parts.h"

namespace fleetca::x509 {
namespace {

TEST(NameDefects, AreRefusedByName) {
  static constexpr int kEmail = 0x81, kDns = 0x82, kUri = 0x86, kIp = 0x87;
  const auto names = [](absl::string_view phrase,
                        std::initializer_list<std::pair<int, absl::string_view>> list) {
    return Defect{
        phrase, [value = Names(list)](TbsParts& p) { p.Set(oid::kSubjectAltName, false, value); }};
  };
  const std::string long_label = std::string(64, 'a') + ".example";
  const std::string long_name = [] {
    std::string made;
    for (int i = 0; i < 31; ++i) {
      made += "abcdefg.";
    }
    return made + "abcdef";  // 254 octets
  }();
  const std::string long_local = std::string(65, 'a') + "@a.example";
  const std::string long_id = "spiffe://fleet.example/" + std::string(2048, 'a');
  ExpectDefectsNamed({
      {"subjectAltName is missing", [](TbsParts& p) { p.Remove(oid::kSubjectAltName); }},
      {"2.5.29.17 must not be critical",
       [](TbsParts& p) {
         p.Set(oid::kSubjectAltName, true, Names({{kDns, "a.example"}}));
       }},
      {"subjectAltName is empty", [](TbsParts& p) { p.Set(oid::kSubjectAltName, false, Seq("")); }},
      {"subjectAltName is not one SEQUENCE",
       [](TbsParts& p) { p.Set(oid::kSubjectAltName, false, ""); }},
      {"subjectAltName is not one SEQUENCE",
       [](TbsParts& p) {
         p.Set(oid::kSubjectAltName, false, Names({{kDns, "a.example"}}) + '\0');
       }},
      names("name twice", {{kDns, "a.example"}, {kIp, "abcd"}, {kDns, "a.example"}}),
      names("more than one URI", {{kUri, "spiffe://a/b"}, {kUri, "spiffe://a/c"}}),
      names("malformed name", {{kDns, ""}}),
      names("malformed name", {{kDns, "A.example"}}),
      names("malformed name", {{kDns, "a.example."}}),
      names("malformed name", {{kDns, ".a.example"}}),
      names("malformed name", {{kDns, "a..example"}}),
      names("malformed name", {{kDns, Bytes("a\x00.example")}}),
      names("malformed name", {{kDns, "-a.example"}}),
      names("malformed name", {{kDns, "a b.example"}}),
      names("malformed name", {{kDns, "a_b.example"}}),
      names("malformed name", {{kDns, "a.*.example"}}),
      names("malformed name", {{kDns, "*.example"}}),
      names("malformed name", {{kDns, "*"}}),
      names("malformed name", {{kDns, "10.0.0.1"}}),
      names("malformed name", {{kDns, "\xc3\xa9.example"}}),
      names("malformed name", {{kDns, long_label}}),
      names("malformed name", {{kDns, long_name}}),
      names("malformed name", {{kUri, "https://fleet.example/a"}}),
      names("malformed name", {{kUri, "spiffe://"}}),
      names("malformed name", {{kUri, "spiffe:///a"}}),
      names("malformed name", {{kUri, "spiffe://a/"}}),
      names("malformed name", {{kUri, "spiffe://./a"}}),
      names("malformed name", {{kUri, "spiffe://../a"}}),
      names("malformed name", {{kUri, "spiffe://a/../b"}}),
      names("malformed name", {{kUri, "spiffe://a//b"}}),
      names("malformed name", {{kUri, "spiffe://a/%2e"}}),
      names("malformed name", {{kUri, "spiffe://a:1/b"}}),
      names("malformed name", {{kUri, "spiffe://A/b"}}),
      names("malformed name", {{kUri, long_id}}),
      names("malformed name", {{kIp, "abc"}}),
      names("malformed name", {{kIp, "abcde"}}),
      names("malformed name", {{kEmail, "a.example"}}),
      names("malformed name", {{kEmail, "@a.example"}}),
      names("malformed name", {{kEmail, "a@"}}),
      names("malformed name", {{kEmail, ".a@a.example"}}),
      names("malformed name", {{kEmail, "a..b@a.example"}}),
      names("malformed name", {{kEmail, "a.@a.example"}}),
      names("malformed name", {{kEmail, "\"a\"@a.example"}}),
      names("malformed name", {{kEmail, "a@*.a.example"}}),
      names("malformed name", {{kEmail, "a@a_b.example"}}),
      names("malformed name", {{kEmail, long_local}}),
      names("malformed name", {{kEmail, "a\n@a.example"}}),
      names("forbidden type", {{0xa0, Bytes("\x06\x01\x2a\xa0\x02\x05\x00")}}),
      names("forbidden type", {{0xa4, Bytes("\x30\x00")}}),
      names("forbidden type", {{0x88, "\x2a"}}),
      names("malformed name", {{0x30, ""}}),
  });
}

}  // namespace
}  // namespace fleetca::x509
