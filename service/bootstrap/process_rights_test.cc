#include "service/bootstrap/process_rights.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <linux/capability.h>
#include <netdb.h>
#include <netinet/in.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <functional>
#include <string>

#include "absl/strings/str_cat.h"
#include "base/descriptor.h"
#include "base/durable_file.h"
#include "base/testing/in_child.h"
#include "service/bootstrap/readable_files.h"
#include "service/config/token_issuer_config.h"
#include "tests/testing/status_matchers.h"
#include "tests/testing/temporary_folder.h"

namespace fleetca::service {
namespace {

using ::fleetca::testing::InChild;

// The errno of opening it; 0 when it opens.
int OpenFor(int flags, const std::string& path) {
  const Descriptor file(open(path.c_str(), flags | O_CLOEXEC, 0600));
  return file.valid() ? 0 : errno;
}

class ProcessRightsTest : public ::testing::Test {
 protected:
  void SetUp() override {
    if (LandlockVersion() == 0) {
      GTEST_SKIP() << "This kernel has no Landlock.";
    }
    FLEETCA_ASSERT_OK(WriteNewFile(key_, "the CA's key", 0600));
    FLEETCA_ASSERT_OK(WriteNewFile(open_, "for everyone", 0644));
  }

  const testing::TemporaryFolder folder_;
  const std::string key_ = absl::StrCat(folder_.path(), "/issuing-ca.key");
  const std::string open_ = absl::StrCat(folder_.path(), "/resolv.conf");
};

TEST_F(ProcessRightsTest, OpensNoFileOfItsOwnUser) {
  EXPECT_EQ(InChild([this] {
              CHILD_EXPECT(OpenFor(O_RDONLY, key_) == 0);
              const Descriptor opened_before(open(key_.c_str(), O_RDONLY | O_CLOEXEC));
              CHILD_EXPECT(GiveUpRights({}).ok());
              CHILD_EXPECT(OpenFor(O_RDONLY, key_) == EACCES);
              CHILD_EXPECT(OpenFor(O_WRONLY, key_) == EACCES);
              CHILD_EXPECT(OpenFor(O_RDONLY, open_) == EACCES);
              CHILD_EXPECT(OpenFor(O_RDONLY | O_DIRECTORY, folder_.path()) == EACCES);
              CHILD_EXPECT(OpenFor(O_RDONLY, "/etc/passwd") == EACCES);
              CHILD_EXPECT(OpenFor(O_RDONLY, absl::StrCat("/proc/", getppid(), "/maps")) == EACCES);
              CHILD_EXPECT(OpenFor(O_WRONLY | O_CREAT, absl::StrCat(key_, ".new")) == EACCES);
              CHILD_EXPECT(unlink(key_.c_str()) != 0 && errno == EACCES);
              CHILD_EXPECT(rename(key_.c_str(), open_.c_str()) != 0);
              // The filter of system calls is asked first.
              CHILD_EXPECT(execl("/bin/true", "true", nullptr) != 0 && errno == EPERM);
              CHILD_EXPECT(chmod(key_.c_str(), 0644) != 0 && errno == EPERM);
              char octet = 0;
              CHILD_EXPECT(read(opened_before.get(), &octet, 1) == 1);
              return 0;
            }),
            0);
}

TEST_F(ProcessRightsTest, WhatIsReadableIsReadAndNoMore) {
  EXPECT_EQ(InChild([this] {
              CHILD_EXPECT(GiveUpRights({open_, "/etc", folder_.path() + "/is.not.there"}).ok());
              CHILD_EXPECT(OpenFor(O_RDONLY, open_) == 0);
              CHILD_EXPECT(OpenFor(O_RDONLY, "/etc/passwd") == 0);
              CHILD_EXPECT(OpenFor(O_RDONLY | O_DIRECTORY, "/etc") == 0);
              CHILD_EXPECT(OpenFor(O_WRONLY, open_) == EACCES);
              CHILD_EXPECT(OpenFor(O_RDONLY, key_) == EACCES);
              return 0;
            }),
            0);
}

// What an issuer's host is found by (service/bootstrap/readable_files).
TEST_F(ProcessRightsTest, FindsHostsByWhatIsReadable) {
  TokenIssuerConfig fetched;
  fetched.jwks_url = "https://ci.example/jwks";
  EXPECT_EQ(InChild([this, &fetched] {
              CHILD_EXPECT(GiveUpRights(FilesToFetchWith({fetched})).ok());
              addrinfo* found = nullptr;
              CHILD_EXPECT(getaddrinfo("localhost", "443", nullptr, &found) == 0);
              freeaddrinfo(found);
              CHILD_EXPECT(OpenFor(O_RDONLY, key_) == EACCES);
              return 0;
            }),
            0);
}

// gRPC reads the server's key from one.
TEST_F(ProcessRightsTest, FilesInMemoryCanBeOpened) {
  EXPECT_EQ(InChild([] {
              CHILD_EXPECT(GiveUpRights({}).ok());
              const Descriptor memory(memfd_create("test", MFD_CLOEXEC));
              CHILD_EXPECT(write(memory.get(), "text", 4) == 4);
              CHILD_EXPECT(OpenFor(O_RDONLY, absl::StrCat("/proc/self/fd/", memory.get())) == 0);
              return 0;
            }),
            0);
}

TEST_F(ProcessRightsTest, ThereAreNoCapabilities) {
  EXPECT_EQ(InChild([] {
              CHILD_EXPECT(GiveUpRights({}).ok());
              __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
              __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3] = {};
              CHILD_EXPECT(syscall(SYS_capget, &header, data) == 0);
              for (const __user_cap_data_struct& part : data) {
                CHILD_EXPECT(part.effective == 0 && part.permitted == 0 && part.inheritable == 0);
              }
              return 0;
            }),
            0);
}

// The errno of connecting to a port of this host where nobody listens.
int Connect() {
  const Descriptor made(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  address.sin_port = htons(1);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return connect(made.get(), reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0
             ? 0
             : errno;
}

TEST_F(ProcessRightsTest, ConnectsOnlyToFetch) {
  if (LandlockVersion() < 4) {
    GTEST_SKIP() << "This kernel's Landlock knows no network.";
  }
  EXPECT_EQ(InChild([] {
              CHILD_EXPECT(GiveUpRights({}).ok());
              CHILD_EXPECT(Connect() == EACCES);
              return 0;
            }),
            0);
  EXPECT_EQ(InChild([] {
              CHILD_EXPECT(GiveUpRights({"/etc/hosts"}).ok());
              CHILD_EXPECT(Connect() == ECONNREFUSED);
              return 0;
            }),
            0);
}

TEST_F(ProcessRightsTest, SignalsItselfAlone) {
  if (LandlockVersion() < 6) {
    GTEST_SKIP() << "This kernel's Landlock knows no signals.";
  }
  EXPECT_EQ(InChild([] {
              CHILD_EXPECT(kill(getppid(), 0) == 0);
              CHILD_EXPECT(GiveUpRights({}).ok());
              CHILD_EXPECT(kill(getppid(), 0) != 0 && errno == EPERM);
              CHILD_EXPECT(kill(getpid(), 0) == 0);
              return 0;
            }),
            0);
}

}  // namespace
}  // namespace fleetca::service
