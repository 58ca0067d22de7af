#include "client/objects/private_key_reader.h"

#include <cstdlib>
#include <string>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "base/durable_file.h"
#include "base/errors.h"
#include "base/file.h"
#include "base/private_key.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/testing/temporary_folder.h"
#include "x509/der/der.h"

namespace fleetca::client {
namespace {

using ::testing::HasSubstr;

constexpr char kPassphrase[] = "correct horse";

absl::StatusOr<SecretBytes> Right() { return SecretBytes(kPassphrase); }
absl::StatusOr<SecretBytes> Wrong() { return SecretBytes("battery staple"); }
absl::StatusOr<SecretBytes> Never() {
  ADD_FAILURE() << "a passphrase was asked for";
  return SecretBytes();
}

void ExpectRefused(const absl::StatusOr<ReadKey>& read, Reason reason, absl::string_view words) {
  EXPECT_EQ(read.status().code(), absl::StatusCode::kFailedPrecondition) << read.status();
  EXPECT_EQ(GetReason(read.status()), reason) << read.status();
  EXPECT_THAT(std::string(read.status().message()), HasSubstr(std::string(words)));
  EXPECT_EQ(ERR_peek_error(), 0u) << "the error queue is not empty";
}

// Files that the openssl program writes in a folder of the test's own.
class PrivateKeyReaderTest : public ::testing::Test {
 protected:
  // The shell runs in the folder, with the passphrase in the file p.
  void Run(const std::string& command) {
    ASSERT_TRUE(WriteFileAtomic(Path("p"), kPassphrase, 0600).ok());
    const std::string line =
        absl::StrCat("cd ", folder_.path(), " && (", command, ") 2>err </dev/null");
    EXPECT_EQ(std::system(line.c_str()), 0) << command << "\n" << Contents("err");
  }
  std::string Path(const std::string& name) const {
    return absl::StrCat(folder_.path(), "/", name);
  }
  std::string Contents(const std::string& name) const {
    absl::StatusOr<std::string> contents = ReadFile(Path(name));
    EXPECT_TRUE(contents.ok()) << contents.status();
    return contents.ok() ? *std::move(contents) : "";
  }
  // The file `name` holds the key of the file "k", in this form.
  void ExpectReads(const std::string& name, KeyForm form, absl::string_view encryption) {
    const bool encrypted = !encryption.empty();
    const absl::StatusOr<ReadKey> read = ReadPrivateKey(Contents(name), encrypted ? Right : Never);
    ASSERT_TRUE(read.ok()) << name << ": " << read.status();
    EXPECT_EQ(KeyFormName(read->form), KeyFormName(form)) << name;
    EXPECT_EQ(read->encryption, encryption) << name;
    const auto expected = DecodePrivateKey(Contents("k"), SecretBytes());
    ASSERT_TRUE(expected.ok()) << expected.status();
    EXPECT_EQ(EncodePrivateKey(read->key.get())->view(), EncodePrivateKey(expected->get())->view())
        << name;
    if (encrypted) {
      ExpectRefused(ReadPrivateKey(Contents(name), Wrong), Reason::kPassphraseInvalid,
                    "the passphrase is wrong");
    }
  }

  testing::TemporaryFolder folder_;
};

TEST_F(PrivateKeyReaderTest, ReadsEcInEveryForm) {
  Run("openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out k;"
      "openssl pkcs8 -topk8 -nocrypt -in k -outform DER -out k.der;"
      "openssl ec -in k -out sec1.pem; openssl ec -in k -outform DER -out sec1.der;"
      "(openssl ecparam -name prime256v1; cat sec1.pem) >params.pem;"
      "openssl ec -in k -aes256 -passout file:p -out aes.pem;"
      "openssl ec -in k -des3 -passout file:p -out des3.pem");
  ExpectReads("k", KeyForm::kPkcs8, "");
  ExpectReads("k.der", KeyForm::kPkcs8, "");
  ExpectReads("sec1.pem", KeyForm::kSec1, "");
  ExpectReads("sec1.der", KeyForm::kSec1, "");
  ExpectReads("params.pem", KeyForm::kSec1, "");
  ExpectReads("aes.pem", KeyForm::kEncryptedSec1, "AES-256-CBC, MD5 (RFC 1421)");
  ExpectReads("des3.pem", KeyForm::kEncryptedSec1, "DES-EDE3-CBC, MD5 (RFC 1421)");
}

TEST_F(PrivateKeyReaderTest, ReadsRsaInEveryForm) {
  Run("openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048 -out k;"
      "openssl rsa -in k -traditional -out pkcs1.pem;"
      "openssl rsa -in k -traditional -outform DER -out pkcs1.der;"
      "openssl rsa -in k -traditional -aes128 -passout file:p -out aes.pem");
  ExpectReads("k", KeyForm::kPkcs8, "");
  ExpectReads("pkcs1.pem", KeyForm::kPkcs1, "");
  ExpectReads("pkcs1.der", KeyForm::kPkcs1, "");
  ExpectReads("aes.pem", KeyForm::kEncryptedPkcs1, "AES-128-CBC, MD5 (RFC 1421)");
}

TEST_F(PrivateKeyReaderTest, ReadsEncryptedPkcs8) {
  Run("openssl genpkey -algorithm ed25519 -out k; to='openssl pkcs8 -in k -topk8 -passout file:p';"
      "$to -scrypt -out scrypt.pem; $to -scrypt -outform DER -out scrypt.der;"
      "$to -v2 aes-128-cbc -v2prf hmacWithSHA512 -iter 5000 -out pbkdf2.pem;"
      "$to -v1 PBE-SHA1-3DES -out pbes1.pem");
  ExpectReads("scrypt.pem", KeyForm::kEncryptedPkcs8, "PBES2, scrypt, AES-256-CBC");
  ExpectReads("scrypt.der", KeyForm::kEncryptedPkcs8, "PBES2, scrypt, AES-256-CBC");
  ExpectReads("pbkdf2.pem", KeyForm::kEncryptedPkcs8,
              "PBES2, PBKDF2 with 5000 rounds of hmacWithSHA512, AES-128-CBC");
  ExpectReads("pbes1.pem", KeyForm::kEncryptedPkcs8, "pbeWithSHA1And3-KeyTripleDES-CBC");
}

TEST_F(PrivateKeyReaderTest, ReadsWhatTheEmptyPassphraseProtects) {
  Run("openssl genpkey -algorithm ed25519 -out k; openssl pkcs8 -in k -topk8 -passout pass: -out e;"
      "openssl pkcs8 -in k -topk8 -passout file:p -out other");
  const auto empty = [] { return absl::StatusOr<SecretBytes>(SecretBytes()); };
  const auto read = ReadPrivateKey(Contents("e"), empty);
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ(read->form, KeyForm::kEncryptedPkcs8);
  ExpectRefused(ReadPrivateKey(Contents("other"), empty), Reason::kPassphraseInvalid, "empty");
}

TEST_F(PrivateKeyReaderTest, WhatFleetcaWritesIsReadAgain) {
  Run("openssl genpkey -algorithm ed25519 -out k");
  const auto key = DecodePrivateKey(Contents("k"), SecretBytes());
  ASSERT_TRUE(key.ok()) << key.status();
  for (const auto& [derivation, encryption] :
       {std::pair(KeyDerivation::kScrypt, "PBES2, scrypt, AES-256-CBC"),
        std::pair(KeyDerivation::kPbkdf2,
                  "PBES2, PBKDF2 with 600000 rounds of hmacWithSHA256, AES-256-CBC")}) {
    const auto pem = EncodeEncryptedPrivateKey(key->get(), SecretBytes(kPassphrase), derivation);
    ASSERT_TRUE(pem.ok()) << pem.status();
    ASSERT_TRUE(WriteFileAtomic(Path("ours"), *pem, 0600).ok());
    ExpectReads("ours", KeyForm::kEncryptedPkcs8, encryption);
  }
}

TEST_F(PrivateKeyReaderTest, PassesOverWhatStandsBesideTheKey) {
  Run("openssl req -x509 -newkey ed25519 -nodes -keyout k -subj /CN=web -out crt 2>err;"
      "(echo 'Bag Attributes'; cat crt k crt; echo the end) >all.pem");
  ExpectReads("all.pem", KeyForm::kPkcs8, "");
}

// Of what openssl, cert-manager and others have written: the label is no more than a hint.
TEST_F(PrivateKeyReaderTest, ReadsAnyFormUnderAnyLabel) {
  Run("openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out k;"
      "openssl ec -in k -out sec1.pem;"
      "sed 's/EC PRIVATE/PRIVATE/' sec1.pem >sec1_as_pkcs8.pem;"
      "sed 's/PRIVATE/EC PRIVATE/' k >pkcs8_as_sec1.pem;"
      "sed 's/PRIVATE/RSA PRIVATE/' k >pkcs8_as_pkcs1.pem;"
      "openssl ec -in k -aes256 -passout file:p -out aes.pem;"
      "sed 's/EC PRIVATE/PRIVATE/' aes.pem >header.pem");
  ExpectReads("sec1_as_pkcs8.pem", KeyForm::kSec1, "");
  ExpectReads("pkcs8_as_sec1.pem", KeyForm::kPkcs8, "");
  ExpectReads("pkcs8_as_pkcs1.pem", KeyForm::kPkcs8, "");
  ExpectReads("header.pem", KeyForm::kEncryptedSec1, "AES-256-CBC, MD5 (RFC 1421)");
}

TEST_F(PrivateKeyReaderTest, PassesOverALineEndAfterDer) {
  Run("openssl genpkey -algorithm ed25519 -out k; openssl pkey -in k -outform DER -out k.der;"
      "(cat k.der; echo) >line.der; (cat line.der; echo) >lines.der");
  ExpectReads("line.der", KeyForm::kPkcs8, "");
  ExpectRefused(ReadPrivateKey(Contents("lines.der"), Never), Reason::kFileInvalid, "");
}

// OneAsymmetricKey of version 2, with the public half in a [1].
TEST_F(PrivateKeyReaderTest, ReadsPkcs8WithAPublicHalf) {
  Run("openssl genpkey -algorithm ed25519 -out k; openssl pkey -in k -outform DER -out k.der;"
      "openssl pkey -in k -pubout -outform DER -out pub.der;"
      "openssl genpkey -algorithm ed25519 | openssl pkey -pubout -outform DER -out other.der");
  const std::string der = Contents("k.der");
  const auto with = [&der](absl::string_view head, const std::string& spki) {
    // 48 octets: a SEQUENCE of 46, version 0.
    std::string fields = absl::StrCat(der.substr(2), head, spki.substr(spki.size() - 32));
    fields[2] = 1;
    return absl::StrCat("0", std::string(1, static_cast<char>(fields.size())), fields);
  };
  const absl::string_view implicit("\x81\x21\x00", 3);
  const absl::string_view explicit_bits("\xa1\x23\x03\x21\x00", 5);
  for (const absl::string_view head : {implicit, explicit_bits}) {
    ASSERT_TRUE(WriteFileAtomic(Path("v2.der"), with(head, Contents("pub.der")), 0600).ok());
    ExpectReads("v2.der", KeyForm::kPkcs8, "");
  }
  ExpectRefused(ReadPrivateKey(with(implicit, Contents("other.der")), Never), Reason::kFileInvalid,
                "another's");
}

// As Bouncy Castle and crates of Rust write it. The key is of RFC 8032, section 7.1, test 1.
class Version2Test : public PrivateKeyReaderTest {
 protected:
  std::string Version2(absl::string_view public_half) const {
    return absl::StrCat(absl::HexStringToBytes("3051020101300506032b657004220420"), private_half_,
                        absl::HexStringToBytes("812100"), public_half);
  }

  // By PBES2 as OpenSSL makes it, of any octets.
  static std::string Encrypt(absl::string_view octets, absl::string_view passphrase) {
    const X509AlgorPtr algorithm(
        PKCS5_pbe2_set_iv(EVP_aes_256_cbc(), 2048, nullptr, 16, nullptr, NID_hmacWithSHA256));
    unsigned char* sealed = nullptr;
    int size = 0;
    EXPECT_NE(PKCS12_pbe_crypt(algorithm.get(), passphrase.data(),
                               static_cast<int>(passphrase.size()), AsUnsigned(octets),
                               static_cast<int>(octets.size()), &sealed, &size, /*en_de=*/1),
              nullptr);
    unsigned char* by = nullptr;
    const int by_size = i2d_X509_ALGOR(algorithm.get(), &by);
    std::string fields(reinterpret_cast<const char*>(by), static_cast<size_t>(by_size));
    x509::der::Writer(&fields).Element(
        x509::der::kOctetString,
        absl::string_view(reinterpret_cast<const char*>(sealed), static_cast<size_t>(size)));
    OPENSSL_free(by);
    OPENSSL_free(sealed);
    return x509::der::Encode(x509::der::kSequence, fields);
  }

  const std::string private_half_ =
      absl::HexStringToBytes("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60");
  const std::string public_half_ =
      absl::HexStringToBytes("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a");
};

TEST_F(Version2Test, ReadsEncryptedPkcs8WithAPublicHalf) {
  for (const absl::string_view passphrase : {kPassphrase, ""}) {
    const absl::StatusOr<ReadKey> read = ReadPrivateKey(
        Encrypt(Version2(public_half_), passphrase),
        [passphrase] { return absl::StatusOr<SecretBytes>(SecretBytes(passphrase)); });
    ASSERT_TRUE(read.ok()) << read.status();
    EXPECT_EQ(read->form, KeyForm::kEncryptedPkcs8);
    const std::string spki = EncodePublicKey(read->key.get()).value();
    EXPECT_EQ(spki.substr(spki.size() - 32), public_half_);
  }
}

TEST_F(Version2Test, SaysWhatIsWrongOfAnEncryptedOne) {
  std::string other = public_half_;
  other[0] ^= 1;
  ExpectRefused(ReadPrivateKey(Encrypt(Version2(other), kPassphrase), Right), Reason::kFileInvalid,
                "another's");
  ExpectRefused(ReadPrivateKey(Encrypt(Version2(public_half_), kPassphrase), Wrong),
                Reason::kPassphraseInvalid, "the passphrase is wrong");
  // Whatever is decrypted and is no key.
  ExpectRefused(ReadPrivateKey(Encrypt("no key at all", kPassphrase), Right),
                Reason::kPassphraseInvalid, "or the file is damaged");
}

TEST_F(PrivateKeyReaderTest, RefusesTwoHalvesOfTwoKeys) {
  Run("openssl ecparam -name prime256v1 -genkey -noout -outform DER -out a.der;"
      "openssl ecparam -name prime256v1 -genkey -noout -outform DER -out b.der");
  const std::string ours = Contents("a.der");
  const std::string theirs = Contents("b.der");
  // The point stands at the end of both.
  ASSERT_EQ(ours.size(), theirs.size());
  ExpectRefused(
      ReadPrivateKey(ours.substr(0, ours.size() - 65) + theirs.substr(ours.size() - 65), Never),
      Reason::kFileInvalid, "its public half is another key's");
}

TEST_F(PrivateKeyReaderTest, SaysWhatIsWrappedAroundAKey) {
  Run("openssl genpkey -algorithm ed25519 -out k; openssl pkey -in k -outform DER -out k.der;"
      "base64 -w0 k >pem.b64; base64 k.der >der.b64; tr '\n' ' ' <k >line.pem;"
      "sed ':a;N;$!ba;s/\\n/\\\\n/g' k >escaped.pem");
  for (const auto& [name, words] :
       {std::pair("pem.b64", "it is base64 of PEM"), std::pair("der.b64", "it is base64 of DER"),
        std::pair("line.pem", "joined to one"), std::pair("escaped.pem", "written out")}) {
    SCOPED_TRACE(name);
    ExpectRefused(ReadPrivateKey(Contents(name), Never), Reason::kFileInvalid, words);
  }
  ExpectRefused(ReadPrivateKey("\xfe\xed\xfe\xed rest", Never), Reason::kFileInvalid, "(JKS)");
}

TEST_F(PrivateKeyReaderTest, SaysWhatBecomesOfAKeyOfOpenSsh) {
  Run("openssl genpkey -algorithm ed25519 -out k; printf 'openssh-key-v1 ssh-ed25519' | base64 >b;"
      "printf 'openssh-key-v1 ssh-rsa' | base64 >c;"
      "for f in b c; do (echo '-----BEGIN OPENSSH PRIVATE KEY-----'; cat $f;"
      " echo '-----END OPENSSH PRIVATE KEY-----') >$f.ssh; done");
  ExpectRefused(ReadPrivateKey(Contents("b.ssh"), Never), Reason::kFileInvalid, "fleetca key new");
  ExpectRefused(ReadPrivateKey(Contents("c.ssh"), Never), Reason::kFileInvalid, "ssh-keygen -p");
}

TEST_F(PrivateKeyReaderTest, TwoKeysAreRefused) {
  Run("openssl genpkey -algorithm ed25519 -out k; cat k k >two.pem");
  ExpectRefused(ReadPrivateKey(Contents("two.pem"), Never), Reason::kFileInvalid,
                "it holds more than one");
}

TEST_F(PrivateKeyReaderTest, NamesWhatIsNotAKey) {
  Run("openssl req -x509 -newkey ed25519 -nodes -keyout k -subj /CN=web -out crt;"
      "openssl req -new -key k -subj /CN=web -out csr; openssl pkey -in k -pubout -out pub;"
      "openssl crl2pkcs7 -nocrl -certfile crt -out p7;"
      "openssl pkcs12 -export -inkey k -in crt -passout file:p -out p12.der;"
      "openssl x509 -in crt -outform DER -out crt.der; openssl req -in csr -outform DER -out "
      "csr.der;"
      "openssl pkey -in k -pubout -outform DER -out pub.der;"
      "openssl pkcs7 -in p7 -outform DER -out p7.der");
  for (const auto& [name, words] :
       {std::pair("crt", "it is a certificate;"), std::pair("crt.der", "it is a certificate;"),
        std::pair("csr", "it is a certificate signing request"),
        std::pair("csr.der", "it is a certificate signing request"),
        std::pair("pub", "it is a public key"), std::pair("pub.der", "it is a public key"),
        std::pair("p7", "it is PKCS#7"), std::pair("p7.der", "it is PKCS#7"),
        std::pair("p12.der", "'fleetca p12 import'")}) {
    SCOPED_TRACE(name);
    ExpectRefused(ReadPrivateKey(Contents(name), Never), Reason::kFileInvalid, words);
  }
}

TEST_F(PrivateKeyReaderTest, RefusesJunk) {
  Run("openssl genpkey -algorithm ed25519 -out k; openssl pkey -in k -outform DER -out k.der");
  const std::string der = Contents("k.der");
  const std::string pem = Contents("k");
  for (const std::string& contents :
       {std::string(), std::string("hello"), std::string(10 << 20, 'A'), std::string(100, '\0'),
        der + "x", der.substr(0, der.size() - 1), pem.substr(0, pem.size() / 2),
        std::string(
            "-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\n-----END OPENSSH PRIVATE KEY-----\n"),
        std::string("\xff\xfe-\0-\0", 6)}) {
    const absl::StatusOr<ReadKey> read = ReadPrivateKey(contents, Never);
    ExpectRefused(read, Reason::kFileInvalid, "");
  }
}

// The cost is refused before anybody is asked for the passphrase.
TEST_F(PrivateKeyReaderTest, BoundsWhatAForeignFileMayCost) {
  Run("openssl genpkey -algorithm ed25519 -out k;"
      "openssl pkcs8 -in k -topk8 -passout file:p -scrypt -outform DER -out scrypt.der;"
      "openssl pkcs8 -in k -topk8 -passout file:p -v2 aes-256-cbc -iter 100000 -outform DER -out "
      "pbkdf2.der");
  // INTEGER 16384, and r = 8 and p = 1 after it.
  const std::string scrypt = Contents("scrypt.der");
  const std::string n("\x02\x02\x40\x00\x02\x01\x08\x02\x01\x01", 10);
  ASSERT_TRUE(absl::StrContains(scrypt, n));
  const auto with = [&](absl::string_view parameters) {
    return ReadPrivateKey(absl::StrReplaceAll(scrypt, {{n, parameters}}), Never);
  };
  ExpectRefused(with(absl::string_view("\x02\x02\x40\x00\x02\x01\x7f\x02\x01\x01", 10)),
                Reason::kFileInvalid, "more than 32 MiB of memory");
  ExpectRefused(with(absl::string_view("\x02\x02\x40\x00\x02\x01\x08\x02\x01\x00", 10)),
                Reason::kFileInvalid, "malformed");
  // N = 2048, r = 100, p = 127: little memory, and N * r * p is above 2^24.
  ExpectRefused(with(absl::string_view("\x02\x02\x08\x00\x02\x01\x64\x02\x01\x7f", 10)),
                Reason::kFileInvalid, "minutes");
  const std::string pbkdf2 = Contents("pbkdf2.der");
  const std::string iterations("\x02\x03\x01\x86\xa0", 5);
  ASSERT_TRUE(absl::StrContains(pbkdf2, iterations));
  ExpectRefused(
      ReadPrivateKey(absl::StrReplaceAll(pbkdf2, {{iterations, "\x02\x03\x7f\xff\xff"}}), Never),
      Reason::kFileInvalid, "8388607 rounds");
  ExpectRefused(
      ReadPrivateKey(absl::StrReplaceAll(pbkdf2, {{iterations, "\x02\x03\x81\x86\xa0"}}), Never),
      Reason::kFileInvalid, "malformed");
}

// By PBE-MD5-DES every key of `openssl pkcs8 -topk8` was, before 1.1.0.
TEST_F(PrivateKeyReaderTest, ReadsWhatBrokenCiphersEncrypt) {
  Run("openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out k;"
      "with='-provider default -provider legacy -in k -passout file:p';"
      "for v in MD5-DES SHA1-DES MD5-RC2-64 SHA1-RC2-64 SHA1-RC4-128 SHA1-RC2-40; do"
      " openssl pkcs8 -topk8 $with -v1 PBE-$v -out $v.pem; done;"
      "for v in des rc2; do openssl pkcs8 -topk8 $with -v2 $v -iter 10 -out $v.pem; done;"
      "openssl ec $with -des -out header.pem; openssl ec $with -seed -out seed.pem");
  for (const auto& [name, encryption] :
       {std::pair("MD5-DES", "pbeWithMD5AndDES-CBC"),
        std::pair("SHA1-DES", "pbeWithSHA1AndDES-CBC"),
        std::pair("MD5-RC2-64", "pbeWithMD5AndRC2-CBC"),
        std::pair("SHA1-RC2-64", "pbeWithSHA1AndRC2-CBC"),
        std::pair("SHA1-RC4-128", "pbeWithSHA1And128BitRC4"),
        std::pair("SHA1-RC2-40", "pbeWithSHA1And40BitRC2-CBC"),
        std::pair("des", "PBES2, PBKDF2 with 10 rounds of hmacWithSHA256, DES-CBC"),
        std::pair("rc2", "PBES2, PBKDF2 with 10 rounds of hmacWithSHA256, RC2-CBC")}) {
    ExpectReads(absl::StrCat(name, ".pem"), KeyForm::kEncryptedPkcs8, encryption);
    EXPECT_TRUE(ReadPrivateKey(Contents(absl::StrCat(name, ".pem")), Right)->broken_encryption);
  }
  ExpectReads("header.pem", KeyForm::kEncryptedSec1, "DES-CBC, MD5 (RFC 1421)");
  ExpectReads("seed.pem", KeyForm::kEncryptedSec1, "SEED-CBC, MD5 (RFC 1421)");
  EXPECT_TRUE(ReadPrivateKey(Contents("header.pem"), Right)->broken_encryption);
}

TEST_F(PrivateKeyReaderTest, AesIsNotBroken) {
  Run("openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out k;"
      "openssl pkcs8 -topk8 -in k -passout file:p -out pkcs8.pem;"
      "openssl ec -in k -aes256 -passout file:p -out header.pem");
  EXPECT_FALSE(ReadPrivateKey(Contents("pkcs8.pem"), Right)->broken_encryption);
  EXPECT_FALSE(ReadPrivateKey(Contents("header.pem"), Right)->broken_encryption);
}

TEST_F(PrivateKeyReaderTest, SaysWhichEncryptionIsNotKnown) {
  Run("openssl genpkey -algorithm ed25519 -out k;"
      "openssl pkcs8 -in k -topk8 -passout file:p -outform DER -out pbes2.der;"
      "openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 |"
      " openssl ec -aes256 -passout file:p | sed s/AES-256-CBC/NO-SUCH-CBC/ >header.pem");
  // The last arc of aes-256-cbc, 2.16.840.1.101.3.4.1.42.
  const std::string aes = absl::HexStringToBytes("060960864801650304012a");
  const std::string other = absl::HexStringToBytes("060960864801650304017f");
  const std::string der = Contents("pbes2.der");
  ASSERT_TRUE(absl::StrContains(der, aes));
  ExpectRefused(ReadPrivateKey(absl::StrReplaceAll(der, {{aes, other}}), Never),
                Reason::kFileInvalid, "2.16.840.1.101.3.4.1.127, which is not known here");
  ExpectRefused(ReadPrivateKey(Contents("header.pem"), Never), Reason::kFileInvalid,
                "name no cipher that is known");
}

TEST_F(PrivateKeyReaderTest, NamesAKeyOfDsa) {
  Run("openssl dsaparam -genkey -noout -outform DER -out dsa.der 1024");
  ExpectRefused(ReadPrivateKey(Contents("dsa.der"), Never), Reason::kFileInvalid,
                "it is a DSA key");
}

TEST_F(PrivateKeyReaderTest, PassesOnWhatWhoIsAskedSays) {
  Run("openssl genpkey -algorithm ed25519 -out k;"
      "openssl pkcs8 -in k -topk8 -passout file:p -out encrypted.pem");
  const absl::StatusOr<ReadKey> read = ReadPrivateKey(Contents("encrypted.pem"), [] {
    return FailedPrecondition(Reason::kPassphraseInvalid, "nobody is there");
  });
  ExpectRefused(read, Reason::kPassphraseInvalid, "nobody is there");
}

}  // namespace
}  // namespace fleetca::client
