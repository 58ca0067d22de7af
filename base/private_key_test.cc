#include "base/private_key.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdio>
#include <map>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "base/errors.h"
#include "tests/testing/temporary_folder.h"

namespace fleetca {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

constexpr char kOpenSslTool[] = "/usr/bin/openssl";

SecretBytes Passphrase() { return SecretBytes(absl::string_view("correct horse \xc3\xa9")); }

// One key of each type for all tests, because RSA keys take seconds.
const EVP_PKEY* Key(KeyType type = KeyType::kP256) {
  static auto* const keys = new std::map<KeyType, EvpPkeyPtr>();
  EvpPkeyPtr& key = (*keys)[type];
  if (key == nullptr) {
    absl::StatusOr<EvpPkeyPtr> made = GeneratePrivateKey(type);
    EXPECT_TRUE(made.ok()) << made.status();
    key = *std::move(made);
  }
  return key.get();
}

std::string ClearPem(const EVP_PKEY* key) {
  return std::string(EncodePrivateKey(key).value().view());
}

std::string PublicPem(const EVP_PKEY* key) {
  const BioPtr bio(BIO_new(BIO_s_mem()));
  EXPECT_EQ(PEM_write_bio_PUBKEY(bio.get(), key), 1);
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio.get(), &data);
  return std::string(data, static_cast<size_t>(size));
}

bool SamePrivateKey(const EVP_PKEY* a, const EVP_PKEY* b) {
  return EVP_PKEY_eq(a, b) == 1 && ClearPem(a) == ClearPem(b);
}

void ExpectRefused(const absl::StatusOr<EvpPkeyPtr>& key, Reason reason) {
  EXPECT_EQ(key.status().code(), absl::StatusCode::kFailedPrecondition) << key.status();
  EXPECT_EQ(GetReason(key.status()), reason) << key.status();
  EXPECT_EQ(ERR_peek_error(), 0u) << "the error queue is not empty";
}

// What a command prints; its standard input is closed, so a prompt would fail.
std::string RunTool(const std::string& command) {
  FILE* pipe = popen(absl::StrCat(command, " 2>&1 </dev/null").c_str(), "r");
  std::string out;
  char buffer[512];
  while (const size_t count = fread(buffer, 1, sizeof(buffer), pipe)) {
    out.append(buffer, count);
  }
  EXPECT_EQ(pclose(pipe), 0) << command << "\n" << out;
  return out;
}

std::string WriteTemporary(absl::string_view contents) {
  static const testing::TemporaryFolder folder;
  std::string path = absl::StrCat(folder.path(), "/key-XXXXXX");
  const int fd = mkstemp(path.data());
  EXPECT_EQ(write(fd, contents.data(), contents.size()), static_cast<ssize_t>(contents.size()));
  close(fd);
  return path;
}

class EveryKeyTypeTest : public ::testing::TestWithParam<KeyType> {};

TEST_P(EveryKeyTypeTest, EncryptedRoundTrip) {
  const EVP_PKEY* const key = Key(GetParam());
  const absl::StatusOr<std::string> pem = EncodeEncryptedPrivateKey(key, Passphrase());
  ASSERT_TRUE(pem.ok()) << pem.status();
  EXPECT_THAT(*pem, StartsWith("-----BEGIN ENCRYPTED PRIVATE KEY-----\n"));
  const absl::StatusOr<EvpPkeyPtr> back = DecodeEncryptedPrivateKey(*pem, Passphrase());
  ASSERT_TRUE(back.ok()) << back.status();
  EXPECT_TRUE(SamePrivateKey(back->get(), key));
}

TEST_P(EveryKeyTypeTest, CleartextRoundTrip) {
  const EVP_PKEY* const key = Key(GetParam());
  const absl::StatusOr<SecretBytes> pem = EncodePrivateKey(key);
  ASSERT_TRUE(pem.ok()) << pem.status();
  EXPECT_THAT(std::string(pem->view()), StartsWith("-----BEGIN PRIVATE KEY-----\n"));
  const absl::StatusOr<EvpPkeyPtr> back = DecodePrivateKey(pem->view(), SecretBytes());
  ASSERT_TRUE(back.ok()) << back.status();
  EXPECT_TRUE(SamePrivateKey(back->get(), key));
  ExpectRefused(DecodeEncryptedPrivateKey(pem->view(), Passphrase()), Reason::kFileInvalid);
}

TEST_P(EveryKeyTypeTest, PublicKeyIsSubjectPublicKeyInfo) {
  const EVP_PKEY* const key = Key(GetParam());
  const std::string der = EncodePublicKey(key).value();
  const unsigned char* cursor = AsUnsigned(der);
  const EvpPkeyPtr back(d2i_PUBKEY(nullptr, &cursor, static_cast<long>(der.size())));
  ASSERT_NE(back, nullptr);
  EXPECT_EQ(cursor, AsUnsigned(der) + der.size());
  EXPECT_EQ(EVP_PKEY_eq(back.get(), key), 1);
}

TEST_P(EveryKeyTypeTest, IsWhatWasAskedFor) {
  const EVP_PKEY* const key = Key(GetParam());
  const absl::string_view name = EVP_PKEY_get0_type_name(key);
  switch (GetParam()) {
    case KeyType::kP256:
      EXPECT_EQ(name, "EC");
      EXPECT_EQ(EVP_PKEY_get_bits(key), 256);
      break;
    case KeyType::kP384:
      EXPECT_EQ(name, "EC");
      EXPECT_EQ(EVP_PKEY_get_bits(key), 384);
      break;
    case KeyType::kRsa2048:
      EXPECT_EQ(name, "RSA");
      EXPECT_EQ(EVP_PKEY_get_bits(key), 2048);
      break;
    case KeyType::kRsa3072:
      EXPECT_EQ(EVP_PKEY_get_bits(key), 3072);
      break;
    case KeyType::kRsa4096:
      EXPECT_EQ(EVP_PKEY_get_bits(key), 4096);
      break;
    case KeyType::kEd25519:
      EXPECT_EQ(name, "ED25519");
      break;
  }
}

INSTANTIATE_TEST_SUITE_P(PrivateKey, EveryKeyTypeTest,
                         ::testing::Values(KeyType::kP256, KeyType::kP384, KeyType::kRsa2048,
                                           KeyType::kRsa3072, KeyType::kRsa4096, KeyType::kEd25519),
                         [](const auto& info) { return std::string(KeyTypeName(info.param)); });

TEST(EncryptedPrivateKeyTest, TwoEncodingsOfOneKeyDiffer) {
  const EVP_PKEY* const key = Key();
  EXPECT_NE(EncodeEncryptedPrivateKey(key, Passphrase()).value(),
            EncodeEncryptedPrivateKey(key, Passphrase()).value());
}

TEST(EncryptedPrivateKeyTest, EmptyPassphraseIsRefused) {
  const absl::StatusOr<std::string> pem = EncodeEncryptedPrivateKey(Key(), SecretBytes());
  EXPECT_EQ(pem.status().code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(GetReason(pem.status()), Reason::kPassphraseInvalid);
}

TEST(EncryptedPrivateKeyTest, WrongOrMissingPassphraseIsRefusedWithoutAPrompt) {
  const std::string pem = EncodeEncryptedPrivateKey(Key(), Passphrase()).value();
  for (const absl::string_view wrong : {"", "correct horse", "correct horse \xc3\xa9\n"}) {
    ExpectRefused(DecodePrivateKey(pem, SecretBytes(wrong)), Reason::kPassphraseInvalid);
  }
  ExpectRefused(DecodeEncryptedPrivateKey(pem, SecretBytes()), Reason::kPassphraseInvalid);
  ExpectRefused(DecodePrivateKey(pem, SecretBytes(std::string(70000, 'x'))),
                Reason::kPassphraseInvalid);
}

TEST(EncryptedPrivateKeyTest, APassphraseMayHoldAnyBytes) {
  const EVP_PKEY* const key = Key();
  const absl::string_view bytes("a\0b\n\xff", 5);
  const std::string pem = EncodeEncryptedPrivateKey(key, SecretBytes(bytes)).value();
  EXPECT_TRUE(DecodePrivateKey(pem, SecretBytes(bytes)).ok());
  ExpectRefused(DecodePrivateKey(pem, SecretBytes(bytes.substr(0, 1))), Reason::kPassphraseInvalid);
}

TEST(EncryptedPrivateKeyTest, DamageIsRefused) {
  const std::string pem = EncodeEncryptedPrivateKey(Key(), Passphrase()).value();
  for (size_t at = 0; at + 60 < pem.size(); at += 41) {
    std::string damaged = pem;
    damaged[at] = damaged[at] == 'A' ? 'B' : 'A';
    const absl::StatusOr<EvpPkeyPtr> key = DecodePrivateKey(damaged, Passphrase());
    EXPECT_EQ(key.status().code(), absl::StatusCode::kFailedPrecondition) << at;
    EXPECT_EQ(ERR_peek_error(), 0u) << at;
  }
  ExpectRefused(DecodePrivateKey(pem.substr(0, pem.size() / 2), Passphrase()),
                Reason::kFileInvalid);
}

TEST(EncryptedPrivateKeyTest, OpenSslToolReadsItBack) {
  if (access(kOpenSslTool, X_OK) != 0) {
    GTEST_SKIP() << "There is no openssl command.";
  }
  const EVP_PKEY* const key = Key();
  const std::string path = WriteTemporary(EncodeEncryptedPrivateKey(key, Passphrase()).value());
  const std::string passphrase = WriteTemporary(Passphrase().view());
  EXPECT_EQ(RunTool(absl::StrCat(kOpenSslTool, " pkey -in ", path, " -passin file:", passphrase)),
            ClearPem(key));
  const std::string parsed = RunTool(absl::StrCat(kOpenSslTool, " asn1parse -in ", path));
  EXPECT_THAT(parsed, HasSubstr("PBES2"));
  EXPECT_THAT(parsed, HasSubstr("scrypt"));
  EXPECT_THAT(parsed, HasSubstr("aes-256-cbc"));
}

TEST(EncryptedPrivateKeyTest, ByPbkdf2TheOpenSslToolReadsItBack) {
  if (access(kOpenSslTool, X_OK) != 0) {
    GTEST_SKIP() << "There is no openssl command.";
  }
  const EVP_PKEY* const key = Key();
  const std::string path =
      WriteTemporary(EncodeEncryptedPrivateKey(key, Passphrase(), KeyDerivation::kPbkdf2).value());
  const std::string passphrase = WriteTemporary(Passphrase().view());
  EXPECT_EQ(RunTool(absl::StrCat(kOpenSslTool, " pkey -in ", path, " -passin file:", passphrase)),
            ClearPem(key));
  const std::string parsed = RunTool(absl::StrCat(kOpenSslTool, " asn1parse -in ", path));
  EXPECT_THAT(parsed, HasSubstr("PBKDF2"));
  EXPECT_THAT(parsed, HasSubstr("hmacWithSHA256"));
  EXPECT_THAT(parsed, HasSubstr(":0927C0")) << "600000 rounds";
}

TEST(DecodePrivateKeyTest, ReadsWhatTheOpenSslToolWrites) {
  if (access(kOpenSslTool, X_OK) != 0) {
    GTEST_SKIP() << "There is no openssl command.";
  }
  const std::string passphrase = WriteTemporary(Passphrase().view());
  const std::string out = WriteTemporary("");
  const std::string encrypt = absl::StrCat(" -pass file:", passphrase, " -out ", out);
  const auto contents = [&out] { return RunTool(absl::StrCat("cat ", out)); };

  RunTool(absl::StrCat(kOpenSslTool, " genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256",
                       " -aes-256-cbc", encrypt));
  EXPECT_TRUE(DecodeEncryptedPrivateKey(contents(), Passphrase()).ok());
  RunTool(absl::StrCat(kOpenSslTool, " genpkey -algorithm ED25519 -aes-128-cbc", encrypt));
  EXPECT_TRUE(DecodeEncryptedPrivateKey(contents(), Passphrase()).ok());
  RunTool(absl::StrCat(kOpenSslTool, " ecparam -name prime256v1 -genkey -out ", out));
  EXPECT_THAT(contents(), HasSubstr("BEGIN EC PARAMETERS"));
  EXPECT_TRUE(DecodePrivateKey(contents(), SecretBytes()).ok());
  RunTool(absl::StrCat(kOpenSslTool, " genrsa -traditional -out ", out, " 2048"));
  EXPECT_THAT(contents(), HasSubstr("BEGIN RSA PRIVATE KEY"));
  EXPECT_TRUE(DecodePrivateKey(contents(), SecretBytes()).ok());
  RunTool(absl::StrCat(kOpenSslTool, " genrsa -traditional -aes-256-cbc -passout file:", passphrase,
                       " -out ", out, " 2048"));
  const absl::StatusOr<EvpPkeyPtr> old = DecodePrivateKey(contents(), Passphrase());
  ExpectRefused(old, Reason::kFileInvalid);
  EXPECT_THAT(std::string(old.status().message()), HasSubstr("openssl pkcs8 -topk8"));
}

TEST(DecodePrivateKeyTest, GarbageIsRefused) {
  const std::string clear = ClearPem(Key());
  const std::string label = "PRIVATE KEY-----";
  const std::string cases[] = {
      "",
      "\n",
      "not a key",
      std::string(1000, '\0'),
      "-----BEGIN PRIVATE KEY-----\n-----END PRIVATE KEY-----\n",
      "-----BEGIN PRIVATE KEY-----\n!!!!\n-----END PRIVATE KEY-----\n",
      "-----BEGIN PRIVATE KEY-----\nMAA=\n-----END PRIVATE KEY-----\n",
      "-----BEGIN ENCRYPTED PRIVATE KEY-----\nMAA=\n-----END ENCRYPTED PRIVATE KEY-----\n",
      "-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----\n",
      clear.substr(0, clear.size() - 10),
      absl::StrReplaceAll(clear, {{label, "CERTIFICATE-----"}}),
      absl::StrReplaceAll(clear, {{label, "ENCRYPTED PRIVATE KEY-----"}}),
      std::string(size_t{2} << 20, 'x'),
  };
  for (const std::string& pem : cases) {
    ExpectRefused(DecodePrivateKey(pem, Passphrase()), Reason::kFileInvalid);
    ExpectRefused(DecodeEncryptedPrivateKey(pem, Passphrase()), Reason::kFileInvalid);
  }
}

TEST(DecodePrivateKeyTest, MoreThanOneBlockIsRefused) {
  const EVP_PKEY* const key = Key();
  const std::string clear = ClearPem(key);
  const std::string encrypted = EncodeEncryptedPrivateKey(key, Passphrase()).value();
  for (const std::string& pem :
       {clear + clear, encrypted + encrypted, encrypted + clear, clear + PublicPem(key),
        PublicPem(key) + clear, encrypted + "-----BEGIN PRIVATE KEY-----\nMAA="}) {
    ExpectRefused(DecodePrivateKey(pem, Passphrase()), Reason::kFileInvalid);
    ExpectRefused(DecodeEncryptedPrivateKey(pem, Passphrase()), Reason::kFileInvalid);
  }
}

TEST(DecodePrivateKeyTest, PublicKeyIsRefused) {
  ExpectRefused(DecodePrivateKey(PublicPem(Key()), Passphrase()), Reason::kFileInvalid);
}

TEST(DecodePrivateKeyTest, TextAroundTheBlockIsFine) {
  const EVP_PKEY* const key = Key();
  EXPECT_TRUE(DecodePrivateKey("The CA's key\n" + ClearPem(key) + "\nend\n", SecretBytes()).ok());
}

// RFC 7468 section 3, and what editors and copying make of a key.
TEST(DecodePrivateKeyTest, BlanksAndLineEndsOfEveryKindAreFine) {
  const std::string pem = ClearPem(Key());
  const std::string mark = "\xef\xbb\xbf";
  std::string one_line = pem;
  const size_t begin = pem.find('\n') + 1;
  const size_t end = pem.find("-----END");
  one_line.replace(begin, end - begin,
                   absl::StrReplaceAll(pem.substr(begin, end - begin), {{"\n", " "}}) + "\n");
  for (const std::string& text :
       {absl::StrReplaceAll(pem, {{"\n", "\r\n"}}), absl::StrReplaceAll(pem, {{"\n", "\r"}}),
        absl::StrReplaceAll(pem, {{"\n", "\n\n"}}),
        "  " + absl::StrReplaceAll(pem, {{"\n", "\n  "}}),
        absl::StrReplaceAll(pem, {{"\n", " \t\n"}}), mark + pem, mark + "\r\n" + pem, one_line}) {
    const auto key = DecodePrivateKey(text, SecretBytes());
    ASSERT_TRUE(key.ok()) << key.status() << text;
    EXPECT_TRUE(SamePrivateKey(key->get(), Key()));
  }
}

// The wrong sentence would send its reader looking for a BEGIN line that is there.
TEST(DecodePrivateKeyTest, Utf16IsCalledThat) {
  std::string text = "\xff\xfe";
  for (const char c : ClearPem(Key())) {
    text += {c, '\0'};
  }
  const auto key = DecodePrivateKey(text, SecretBytes());
  ExpectRefused(key, Reason::kFileInvalid);
  EXPECT_THAT(std::string(key.status().message()), HasSubstr("UTF-16"));
}

TEST(DecodePrivateKeyTest, TrailingDerIsRefused) {
  const BioPtr bio(BIO_new(BIO_s_mem()));
  const Pkcs8InfoPtr info(EVP_PKEY2PKCS8(Key()));
  unsigned char* der = nullptr;
  const int size = i2d_PKCS8_PRIV_KEY_INFO(info.get(), &der);
  std::string longer(reinterpret_cast<char*>(der), static_cast<size_t>(size));
  OPENSSL_free(der);
  longer.push_back('\0');
  ASSERT_GT(PEM_write_bio(bio.get(), "PRIVATE KEY", "", AsUnsigned(longer),
                          static_cast<long>(longer.size())),
            0);
  char* pem = nullptr;
  const long pem_size = BIO_get_mem_data(bio.get(), &pem);
  ExpectRefused(
      DecodePrivateKey(absl::string_view(pem, static_cast<size_t>(pem_size)), SecretBytes()),
      Reason::kFileInvalid);
}

TEST(DecodePrivateKeyTest, EncryptionOtherThanPbes2IsRefused) {
  const Pkcs8InfoPtr info(EVP_PKEY2PKCS8(Key()));
  const X509SigPtr encrypted(PKCS8_encrypt(NID_pbe_WithSHA1And3_Key_TripleDES_CBC, nullptr, "pass",
                                           4, nullptr, 0, 2048, info.get()));
  ASSERT_NE(encrypted, nullptr);
  const BioPtr bio(BIO_new(BIO_s_mem()));
  ASSERT_EQ(PEM_write_bio_PKCS8(bio.get(), encrypted.get()), 1);
  char* pem = nullptr;
  const long size = BIO_get_mem_data(bio.get(), &pem);
  const absl::StatusOr<EvpPkeyPtr> key = DecodePrivateKey(
      absl::string_view(pem, static_cast<size_t>(size)), SecretBytes(absl::string_view("pass")));
  ExpectRefused(key, Reason::kFileInvalid);
  EXPECT_THAT(std::string(key.status().message()), HasSubstr("PBES2"));
}

}  // namespace
}  // namespace fleetca
