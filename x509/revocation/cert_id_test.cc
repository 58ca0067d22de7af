#include "x509/revocation/cert_id.h"

#include <string>
#include <vector>

#include "absl/strings/escaping.h"
#include "gtest/gtest.h"
#include "x509/der/der.h"
#include "x509/revocation/testing/ocsp_fixture.h"

namespace fleetca::x509 {
namespace {

const CertIdHash kHashes[] = {CertIdHash::kSha1, CertIdHash::kSha256};

std::string Written(const IssuerHashes& issuer, CertIdHash hash, absl::string_view serial) {
  std::string out;
  issuer.AppendCertId(hash, serial, &out);
  return out;
}

CertId Read(const std::string& element) {
  der::Reader reader(element);
  CertId id;
  EXPECT_EQ(ReadCertId(&reader, &id), CertIdFault::kNone);
  EXPECT_TRUE(reader.empty());
  return id;
}

// sha1("") and so on, from FIPS 180-4's vectors: "abc" as the name, "" as the key.
TEST(IssuerHashes, HashesTheNameAndTheKey) {
  const IssuerHashes issuer("abc", "");
  const std::string sha1 = Written(issuer, CertIdHash::kSha1, "\x05");
  EXPECT_EQ(absl::BytesToHexString(sha1),
            "303a300906052b0e03021a05000414a9993e364706816aba3e25717850c26c9cd0d89d0414"
            "da39a3ee5e6b4b0d3255bfef95601890afd80709020105");
  const std::string sha256 = Written(issuer, CertIdHash::kSha256, "\x05");
  EXPECT_EQ(
      absl::BytesToHexString(sha256),
      "3056300d060960864801650304020105000420ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410"
      "ff61f20015ad0420e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855020105");
  EXPECT_EQ(sha1.size(), issuer.CertIdSize(CertIdHash::kSha1, 1));
  EXPECT_EQ(sha256.size(), issuer.CertIdSize(CertIdHash::kSha256, 1));
}

TEST(IssuerHashes, MatchesItsOwnAndNoOther) {
  const std::vector<IssuerHashes> issuers = {IssuerHashes("a", "key 1"), IssuerHashes("b", "key 1"),
                                             IssuerHashes("a", "key 2")};
  for (const CertIdHash hash : kHashes) {
    for (const IssuerHashes& issuer : issuers) {
      const std::string element = Written(issuer, hash, "\x01\x02");
      EXPECT_EQ(FindIssuer(Read(element), issuers), &issuer);
    }
    const std::string other = Written(IssuerHashes("b", "key 2"), hash, "\x01\x02");
    EXPECT_EQ(FindIssuer(Read(other), issuers), nullptr);
  }
  EXPECT_EQ(FindIssuer(Read(Written(issuers[0], CertIdHash::kSha1, "\x01")), {}), nullptr);
}

TEST(ReadCertId, ReadsWhatWasWritten) {
  const IssuerHashes issuer("a", "key");
  for (const CertIdHash hash : kHashes) {
    for (const std::string& serial :
         {std::string("\x01"), std::string(20, '\x7f'), Bytes("\x00"), Bytes("\xff\x00")}) {
      const std::string element = Written(issuer, hash, serial);
      const CertId id = Read(element);
      EXPECT_EQ(id.hash, hash);
      EXPECT_EQ(id.serial, serial);
      EXPECT_TRUE(issuer.Matches(id));
    }
  }
}

std::string CertIdOf(absl::string_view algorithm, size_t name_size, size_t key_size,
                     absl::string_view serial, absl::string_view after = "") {
  return der::Encode(der::kSequence,
                     der::Encode(der::kSequence, algorithm) +
                         der::Encode(der::kOctetString, std::string(name_size, 'n')) +
                         der::Encode(der::kOctetString, std::string(key_size, 'k')) +
                         der::Encode(der::kInteger, serial) + std::string(after));
}

TEST(ReadCertId, AcceptsAHashWithoutParametersAndRefusesWhatIsNoCertId) {
  const std::string sha1 = Bytes("\x06\x05\x2b\x0e\x03\x02\x1a");
  const std::string null = Bytes("\x05\x00");
  const auto fault = [](const std::string& element) {
    der::Reader reader(element);
    CertId id;
    const CertIdFault found = ReadCertId(&reader, &id);
    // What is refused is not consumed.
    EXPECT_EQ(reader.rest().size(), found == CertIdFault::kNone ? 0 : element.size());
    return found;
  };
  EXPECT_EQ(fault(CertIdOf(sha1, 20, 20, "\x01")), CertIdFault::kNone);
  EXPECT_EQ(fault(CertIdOf(sha1 + null, 20, 20, "\x01")), CertIdFault::kNone);
  const std::string malformed[] = {
      CertIdOf(sha1 + null + null, 20, 20, "\x01"),
      CertIdOf(sha1 + Bytes("\x02\x01\x00"), 20, 20, "\x01"),
      CertIdOf("", 20, 20, "\x01"),
      CertIdOf(sha1, 19, 20, "\x01"),
      CertIdOf(sha1, 32, 20, "\x01"),
      CertIdOf(sha1, 20, 0, "\x01"),
      CertIdOf(sha1, 20, 20, ""),
      CertIdOf(sha1, 20, 20, Bytes("\x00\x01")),
      CertIdOf(sha1, 20, 20, std::string(21, '\x01')),
      CertIdOf(sha1, 20, 20, "\x01", null),
      Bytes("\x05\x00"),
      "",
  };
  for (const std::string& element : malformed) {
    EXPECT_EQ(fault(element), CertIdFault::kMalformed) << absl::BytesToHexString(element);
  }
  // SHA-384, MD5.
  EXPECT_EQ(fault(CertIdOf(Bytes("\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x02"), 48, 48, "\x01")),
            CertIdFault::kUnsupportedHash);
  EXPECT_EQ(fault(CertIdOf(Bytes("\x06\x08\x2a\x86\x48\x86\xf7\x0d\x02\x05"), 16, 16, "\x01")),
            CertIdFault::kUnsupportedHash);
}

}  // namespace
}  // namespace fleetca::x509
