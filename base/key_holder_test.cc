#include "base/key_holder.h"

#include <string>

#include "absl/strings/escaping.h"
#include "gtest/gtest.h"

namespace fleetca {
namespace {

KeyHolder OfHex(absl::string_view hex) { return KeyHolderOf(absl::HexStringToBytes(hex)); }

TEST(KeyHolderTest, Pem) {
  EXPECT_EQ(KeyHolderOf("words\n-----BEGIN EC PRIVATE KEY-----\n"), KeyHolder::kKey);
  EXPECT_EQ(KeyHolderOf("-----BEGIN ENCRYPTED PRIVATE KEY-----\n"), KeyHolder::kKey);
  EXPECT_EQ(KeyHolderOf("-----BEGIN CERTIFICATE-----\n"), KeyHolder::kNone);
  EXPECT_EQ(KeyHolderOf("-----BEGIN PUBLIC KEY-----\n"), KeyHolder::kNone);
}

TEST(KeyHolderTest, Der) {
  EXPECT_EQ(OfHex("308187020100301306072a8648ce3d0201"), KeyHolder::kKey);         // PKCS#8
  EXPECT_EQ(OfHex("3051020101300506032b6570"), KeyHolder::kKey);                   // its version 2
  EXPECT_EQ(OfHex("308204a30201000282010100"), KeyHolder::kKey);                   // PKCS#1
  EXPECT_EQ(OfHex("307702010104203c"), KeyHolder::kKey);                           // SEC1
  EXPECT_EQ(OfHex("3081ec305706092a864886f70d01050d304a"), KeyHolder::kKey);       // PBES2
  EXPECT_EQ(OfHex("3081b1301c060a2a864886f70d010c0103300e"), KeyHolder::kKey);     // 3DES
  EXPECT_EQ(OfHex("3082019a30820141a003020102020101"), KeyHolder::kNone);          // certificate
  EXPECT_EQ(OfHex("3081f830819f020100301231"), KeyHolder::kNone);                  // request
  EXPECT_EQ(OfHex("3059301306072a8648ce3d020106082a8648ce3d"), KeyHolder::kNone);  // public key
}

TEST(KeyHolderTest, Keystores) {
  EXPECT_EQ(OfHex("308204b90201033082046706092a864886f70d010701"), KeyHolder::kKeystore);
  EXPECT_EQ(OfHex("3080020103308006092a864886f70d010701"), KeyHolder::kKeystore) << "BER";
  EXPECT_EQ(OfHex("feedfeed00000002"), KeyHolder::kKeystore);
}

TEST(KeyHolderTest, CutShort) {
  const std::string keystore = absl::HexStringToBytes("308204b90201033082046706092a864886f70d0107");
  for (size_t size = 0; size < keystore.size(); ++size) {
    EXPECT_EQ(KeyHolderOf(absl::string_view(keystore).substr(0, size)), KeyHolder::kNone) << size;
  }
}

}  // namespace
}  // namespace fleetca
