#include "base/process_hardening.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdint>
#include <cstdio>
#include <cstring>
#include <string>
#include <vector>

#include "absl/base/config.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "base/errors.h"
#include "base/openssl.h"
#include "base/private_key.h"

namespace fleetca {
namespace {

// Every check runs in a child, because hardening is for ever and for the whole process. 0 is
// success, else the number of the line that was wrong.
#define CHILD_EXPECT(condition) \
  do {                          \
    if (!(condition)) {         \
      return __LINE__;          \
    }                           \
  } while (false)

// What `work` returns in a child.
template <typename Work>
std::string TextFromChild(const Work& work) {
  int ends[2];
  EXPECT_EQ(pipe(ends), 0);
  const pid_t child = fork();
  if (child == 0) {
    const std::string text = work();
    const bool told = write(ends[1], text.data(), text.size()) == static_cast<ssize_t>(text.size());
    _exit(told ? 0 : 1);
  }
  close(ends[1]);
  std::string text(size_t{1} << 14, '\0');
  const ssize_t size = read(ends[0], text.data(), text.size());
  EXPECT_GE(size, 0);
  text.resize(static_cast<size_t>(size));
  close(ends[0]);
  waitpid(child, nullptr, 0);
  return text;
}

template <typename Check>
int InChild(const Check& check) {
  const std::string line = TextFromChild([&check] { return absl::StrCat(check()); });
  int value = -1;
  EXPECT_TRUE(absl::SimpleAtoi(line, &value)) << line;
  return value;
}

SecretBytes Passphrase() { return SecretBytes(absl::string_view("pass")); }

// An encrypted key file. The key is made in a child, so that this process and its other children
// never held it.
std::string EncryptedKey(KeyType type) {
  return TextFromChild([type] {
    const EvpPkeyPtr key = GeneratePrivateKey(type).value();
    return EncodeEncryptedPrivateKey(key.get(), Passphrase()).value();
  });
}

int LimitsAreInForce() {
  const rlimit generous = {RLIM_INFINITY, RLIM_INFINITY};
  setrlimit(RLIMIT_CORE, &generous);  // May be refused; then the limit is low already.
  prctl(PR_SET_DUMPABLE, 1, 0, 0, 0);
  const absl::Status status = HardenProcess();
  CHILD_EXPECT(status.ok() || GetReason(status) == Reason::kConfigInvalid);
  rlimit cores;
  CHILD_EXPECT(getrlimit(RLIMIT_CORE, &cores) == 0);
  CHILD_EXPECT(cores.rlim_cur == 0 && cores.rlim_max == 0);
  CHILD_EXPECT(prctl(PR_GET_DUMPABLE, 0, 0, 0, 0) == 0);
  CHILD_EXPECT(CRYPTO_secure_malloc_initialized() == 1);
  CHILD_EXPECT(HardenProcess().ok());  // Again is harmless.
  return 0;
}

TEST(HardenProcessTest, LimitsAreInForce) { EXPECT_EQ(InChild(LimitsAreInForce), 0); }

int MemoryIsLocked() {
  const rlimit enough = {kSecureHeapBytes * 2, kSecureHeapBytes * 2};
  if (setrlimit(RLIMIT_MEMLOCK, &enough) != 0) {
    return -2;
  }
  CHILD_EXPECT(HardenProcess().ok());
  FILE* status = fopen("/proc/self/status", "r");
  CHILD_EXPECT(status != nullptr);
  char line[256];
  unsigned long locked_kib = 0;
  while (fgets(line, sizeof(line), status) != nullptr) {
    sscanf(line, "VmLck: %lu kB", &locked_kib);
  }
  fclose(status);
  CHILD_EXPECT(locked_kib * 1024 >= kSecureHeapBytes);
  return 0;
}

TEST(HardenProcessTest, TheSecureHeapIsLockedIntoMemory) {
  const int line = InChild(MemoryIsLocked);
  if (line == -2) {
    GTEST_SKIP() << "This process may not lock enough memory.";
  }
  EXPECT_EQ(line, 0);
}

int RefusedLockIsAWarning() {
  // Root may lock whatever the limit says, so the child must be somebody else.
  const rlimit nothing = {0, 0};
  CHILD_EXPECT(setrlimit(RLIMIT_MEMLOCK, &nothing) == 0);
  CHILD_EXPECT(geteuid() != 0 || setuid(65534) == 0);
  const absl::Status status = HardenProcess();
  CHILD_EXPECT(status.code() == absl::StatusCode::kFailedPrecondition);
  CHILD_EXPECT(GetReason(status) == Reason::kConfigInvalid);
  CHILD_EXPECT(absl::StrContains(status.message(), "LimitMEMLOCK"));
  CHILD_EXPECT(!absl::StrContains(status.message(), "core dumps"));
  // The rest is in force all the same.
  CHILD_EXPECT(prctl(PR_GET_DUMPABLE, 0, 0, 0, 0) == 0);
  CHILD_EXPECT(CRYPTO_secure_malloc_initialized() == 1);
  return 0;
}

TEST(HardenProcessTest, RefusedLockIsAWarning) { EXPECT_EQ(InChild(RefusedLockIsAWarning), 0); }

int EcScalarIsInTheSecureHeap(const std::string& pem) {
  HardenProcess().IgnoreError();
  const size_t before = CRYPTO_secure_used();
  const absl::StatusOr<EvpPkeyPtr> key = DecodePrivateKey(pem, Passphrase());
  CHILD_EXPECT(key.ok());
  CHILD_EXPECT(CRYPTO_secure_used() >= before + 32);
  const BIGNUM* scalar = EC_KEY_get0_private_key(EVP_PKEY_get0_EC_KEY(key->get()));
  CHILD_EXPECT(scalar != nullptr);
  CHILD_EXPECT(BN_get_flags(scalar, BN_FLG_SECURE) != 0);
  return 0;
}

TEST(HardenProcessTest, EcScalarIsInTheSecureHeap) {
  const std::string pem = EncryptedKey(KeyType::kP256);
  EXPECT_EQ(InChild([&] { return EcScalarIsInTheSecureHeap(pem); }), 0);
}

// Where this process can write: the lines of /proc/self/maps.
struct Region {
  uintptr_t begin;
  uintptr_t end;
};

std::vector<Region> WritableRegions() {
  std::vector<Region> regions;
  FILE* maps = fopen("/proc/self/maps", "r");
  char line[512];
  while (maps != nullptr && fgets(line, sizeof(line), maps) != nullptr) {
    Region region;
    char mode[5];
    if (sscanf(line, "%lx-%lx %4s", &region.begin, &region.end, mode) == 3 && mode[0] == 'r' &&
        mode[1] == 'w') {
      regions.push_back(region);
    }
  }
  fclose(maps);
  return regions;
}

// How often a masked needle is in this process's memory outside of the secure heap. The needle is
// kept masked so that it does not find itself.
constexpr unsigned char kMask = 0x5a;

int CountOutsideSecureHeap(const unsigned char* masked, size_t size) {
  int count = 0;
  for (const Region& region : WritableRegions()) {
    const auto* const begin = reinterpret_cast<const unsigned char*>(region.begin);
    for (size_t at = 0; at + size <= region.end - region.begin; ++at) {
      size_t same = 0;
      while (same < size && begin[at + same] == (masked[same] ^ kMask)) {
        ++same;
      }
      if (same == size && CRYPTO_secure_allocated(begin + at) == 0) {
        ++count;
      }
    }
  }
  return count;
}

// The private number, masked, in the byte order of files (big endian) and of BIGNUMs (little).
template <size_t kSize>
bool MaskedNumber(const EVP_PKEY* key, const char* parameter, unsigned char (&big)[kSize],
                  unsigned char (&little)[kSize]) {
  const bool octets = EVP_PKEY_is_a(key, "ED25519") == 1;
  unsigned char number[kSize];
  size_t size = kSize;
  bool ok = false;
  if (octets) {
    ok = EVP_PKEY_get_octet_string_param(key, parameter, number, kSize, &size) == 1;
  } else {
    BIGNUM* value = BN_secure_new();
    ok = EVP_PKEY_get_bn_param(key, parameter, &value) == 1 &&
         BN_bn2binpad(value, number, kSize) == static_cast<int>(kSize);
    BN_clear_free(value);
  }
  for (size_t i = 0; i < kSize; ++i) {
    big[i] = number[i] ^ kMask;
    little[kSize - 1 - i] = number[i] ^ kMask;
  }
  OPENSSL_cleanse(number, kSize);
  return ok;
}

// Finds copies of the private number of `key` that are not in the secure heap: in a buffer in use,
// in one that was freed, on the stack.
template <size_t kSize>
int CopiesElsewhere(const EVP_PKEY* key, const char* parameter) {
  unsigned char big[kSize];
  unsigned char little[kSize];
  CHILD_EXPECT(MaskedNumber(key, parameter, big, little));
  const int in_file_order = CountOutsideSecureHeap(big, kSize);
  const int in_bignum_order = CountOutsideSecureHeap(little, kSize);
  return in_file_order * 1000 + in_bignum_order;
}

bool Sign(EVP_PKEY* key, const char* digest) {
  const EvpMdCtxPtr context(EVP_MD_CTX_new());
  unsigned char signature[512];
  size_t size = sizeof(signature);
  return EVP_DigestSignInit_ex(context.get(), nullptr, digest, nullptr, nullptr, key, nullptr) ==
             1 &&
         EVP_DigestSign(context.get(), signature, &size, AsUnsigned(absl::string_view("message")),
                        7) == 1;
}

int DecodedAndUsed(const std::string& pem, const char* digest) {
  HardenProcess().IgnoreError();
  const absl::StatusOr<EvpPkeyPtr> key = DecodePrivateKey(pem, Passphrase());
  CHILD_EXPECT(key.ok());
  CHILD_EXPECT(Sign(key->get(), digest));
  return CopiesElsewhere<32>(key->get(), OSSL_PKEY_PARAM_PRIV_KEY);
}

class KeyCopiesTest : public testing::Test {
 protected:
  void SetUp() override {
#if defined(ABSL_HAVE_ADDRESS_SANITIZER) || defined(ABSL_HAVE_THREAD_SANITIZER)
    GTEST_SKIP() << "A sanitizer keeps freed memory, and memory of its own that must not be read.";
#endif
  }
};

TEST_F(KeyCopiesTest, EcScalarIsNowhereElseAfterUse) {
  const std::string pem = EncryptedKey(KeyType::kP256);
  EXPECT_EQ(InChild([&] { return DecodedAndUsed(pem, "SHA256"); }), 0);
}

TEST_F(KeyCopiesTest, Ed25519SeedIsNowhereElseAfterUse) {
  const std::string pem = EncryptedKey(KeyType::kEd25519);
  EXPECT_EQ(InChild([&] { return DecodedAndUsed(pem, nullptr); }), 0);
}

// Only until the first signature: then OpenSSL caches Montgomery contexts in ordinary memory.
TEST_F(KeyCopiesTest, RsaPrimeIsNowhereElseAfterDecoding) {
  const std::string pem = EncryptedKey(KeyType::kRsa2048);
  EXPECT_EQ(InChild([&] {
              HardenProcess().IgnoreError();
              const absl::StatusOr<EvpPkeyPtr> key = DecodePrivateKey(pem, Passphrase());
              CHILD_EXPECT(key.ok());
              return CopiesElsewhere<128>(key->get(), OSSL_PKEY_PARAM_RSA_FACTOR1);
            }),
            0);
}

TEST_F(KeyCopiesTest, NewEcScalarIsNowhereElseAfterEncoding) {
  EXPECT_EQ(InChild([] {
              HardenProcess().IgnoreError();
              const absl::StatusOr<EvpPkeyPtr> key = GeneratePrivateKey(KeyType::kP256);
              CHILD_EXPECT(key.ok());
              CHILD_EXPECT(EncodeEncryptedPrivateKey(key->get(), Passphrase()).ok());
              return CopiesElsewhere<32>(key->get(), OSSL_PKEY_PARAM_PRIV_KEY);
            }),
            0);
}

TEST(HardenProcessTest, TooLateIsAWarning) {
  EXPECT_EQ(InChild([] {
              CHILD_EXPECT(GeneratePrivateKey(KeyType::kP256).ok());
              const absl::Status status = HardenProcess();
              CHILD_EXPECT(GetReason(status) == Reason::kConfigInvalid);
              CHILD_EXPECT(absl::StrContains(status.message(), "call it earlier"));
              CHILD_EXPECT(CRYPTO_secure_malloc_initialized() == 1);
              return 0;
            }),
            0);
}

// The search itself finds what is there to be found.
TEST_F(KeyCopiesTest, WithoutHardeningThereAreCopies) {
  EXPECT_NE(InChild([] {
              const absl::StatusOr<EvpPkeyPtr> key = GeneratePrivateKey(KeyType::kP256);
              CHILD_EXPECT(key.ok());
              return CopiesElsewhere<32>(key->get(), OSSL_PKEY_PARAM_PRIV_KEY);
            }),
            0);
}

}  // namespace
}  // namespace fleetca
