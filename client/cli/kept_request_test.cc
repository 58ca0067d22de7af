#include "client/cli/kept_request.h"

#include <fcntl.h>
#include <pthread.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <functional>
#include <string>
#include <thread>

#include "base/errors.h"
#include "base/file.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/testing/temporary_folder.h"

namespace fleetca::client {
namespace {

using ::testing::HasSubstr;

class KeptRequestTest : public ::testing::Test {
 protected:
  // What a process says that keeps a request, does `work`, and is ended by `signal`.
  std::string Interrupt(int signal, const std::function<void()>& work) {
    int ends[2];
    EXPECT_EQ(pipe(ends), 0);
    const pid_t child = fork();
    if (child == 0) {
      dup2(ends[1], STDERR_FILENO);
      const auto kept = KeptRequest::Keep(path_, Request(), /*is_new=*/true);
      work();
      kill(getpid(), signal);
      _exit(kept.ok() ? 0 : 1);
    }
    close(ends[1]);
    std::string said;
    char some[1024];
    for (ssize_t count; (count = read(ends[0], some, sizeof(some))) > 0;) {
      said.append(some, static_cast<size_t>(count));
    }
    close(ends[0]);
    EXPECT_EQ(waitpid(child, &result_, 0), child);
    return said;
  }

  static PendingRequest Request() {
    PendingRequest request;
    request.asked.csr_der = "a CSR";
    request.asked.request_id = "0123456789abcdef";
    request.key_type = "p256";
    request.private_key_pem = SecretBytes("a key\n");
    return request;
  }

  bool Exists() const { return access(path_.c_str(), F_OK) == 0; }
  // The child ended as the signal ends a program.
  bool EndedBy(int signal) const { return WIFSIGNALED(result_) && WTERMSIG(result_) == signal; }

  static absl::Status Refused() {
    return Unavailable(Reason::kServerUnreachable, "cannot reach the CA: connection refused");
  }

  const fleetca::testing::TemporaryFolder folder_;
  const std::string path_ = folder_.path() + "/new.key.pending";
  int result_ = 0;
};

TEST_F(KeptRequestTest, GoesWithWhoIsInterruptedBeforeAnythingIsAsked) {
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) {
    EXPECT_THAT(Interrupt(signal, [] {}), HasSubstr("nothing was asked for yet"));
    EXPECT_TRUE(EndedBy(signal));
    EXPECT_FALSE(Exists());
  }
}

TEST_F(KeptRequestTest, GoesWhileNothingListens) {
  Interrupt(SIGINT, [] {
    KeptRequest::BeforeAttempt();
    KeptRequest::AfterFailure(Refused());
  });
  EXPECT_TRUE(EndedBy(SIGINT));
  EXPECT_FALSE(Exists());
}

TEST_F(KeptRequestTest, StaysOnceARequestMayHaveGoneOut) {
  const std::string said = Interrupt(SIGTERM, [] {
    KeptRequest::BeforeAttempt();
    KeptRequest::AfterFailure(absl::DeadlineExceededError("no answer"));
    KeptRequest::BeforeAttempt();
    KeptRequest::AfterFailure(Refused());
  });
  EXPECT_THAT(said, HasSubstr("the same command goes on with " + path_));
  EXPECT_TRUE(EndedBy(SIGTERM));
  EXPECT_TRUE(Exists());
}

// The signal's handler is held up after it took the file away, by a standard error that is full.
TEST_F(KeptRequestTest, NothingIsSentOnceASignalHasTakenTheFileAway) {
  const std::string sent = folder_.path() + "/sent";
  Interrupt(SIGTERM, [&] {
    int full[2];
    EXPECT_EQ(pipe2(full, O_NONBLOCK), 0);
    dup2(full[1], STDERR_FILENO);
    const std::string some(4096, 'x');
    while (write(STDERR_FILENO, some.data(), some.size()) > 0) {
    }
    fcntl(STDERR_FILENO, F_SETFL, 0);
    sigset_t all;
    sigset_t before;
    sigfillset(&all);
    pthread_sigmask(SIG_BLOCK, &all, &before);
    std::thread([this, sent, before] {
      while (Exists()) {
        usleep(1000);
      }
      pthread_sigmask(SIG_SETMASK, &before, nullptr);
      KeptRequest::BeforeAttempt();
      close(open(sent.c_str(), O_CREAT | O_WRONLY, 0600));
    }).detach();
    std::thread([this, end = full[0]] {
      while (Exists()) {
        usleep(1000);
      }
      usleep(200'000);
      char some[1 << 16];
      while (read(end, some, sizeof(some)) > 0) {
      }
      pause();
    }).detach();
    pthread_sigmask(SIG_SETMASK, &before, nullptr);
  });
  EXPECT_TRUE(EndedBy(SIGTERM));
  EXPECT_FALSE(Exists());
  EXPECT_NE(access(sent.c_str(), F_OK), 0);
}

TEST_F(KeptRequestTest, AnIgnoredSignalStaysIgnored) {
  const auto before = std::signal(SIGHUP, SIG_IGN);
  EXPECT_EQ(Interrupt(SIGHUP, [] {}), "");
  std::signal(SIGHUP, before);
  EXPECT_TRUE(WIFEXITED(result_));
  EXPECT_TRUE(Exists());
}

TEST_F(KeptRequestTest, IsOneThatOnlyItsOwnerReadsAndTakesNothingsPlace) {
  {
    const auto kept = KeptRequest::Keep(path_, Request(), /*is_new=*/true);
    ASSERT_TRUE(kept.ok()) << kept.status();
  }
  struct stat found;
  ASSERT_EQ(stat(path_.c_str(), &found), 0);
  EXPECT_EQ(found.st_mode & 07777, 0600u);
  const std::string before = *ReadFile(path_);
  const absl::Status again = KeptRequest::Keep(path_, Request(), /*is_new=*/true).status();
  EXPECT_EQ(again.code(), absl::StatusCode::kAlreadyExists);
  EXPECT_EQ(*ReadFile(path_), before);
  struct sigaction now = {};
  sigaction(SIGINT, nullptr, &now);
  EXPECT_EQ(now.sa_handler, SIG_DFL);
}

TEST_F(KeptRequestTest, ARefusalTakesItAwayAndALostAnswerDoesNot) {
  const absl::Status refused = PermissionDenied(Reason::kCallerNotAllowed, "you may not");
  {
    const auto kept = *KeptRequest::Keep(path_, Request(), /*is_new=*/true);
    KeptRequest::BeforeAttempt();
    KeptRequest::AfterFailure(refused);
    EXPECT_EQ(kept->GiveUp(refused), refused);
    EXPECT_FALSE(Exists());
  }
  const auto kept = *KeptRequest::Keep(path_, Request(), /*is_new=*/true);
  KeptRequest::BeforeAttempt();
  KeptRequest::AfterFailure(absl::UnavailableError("Socket closed"));
  KeptRequest::BeforeAttempt();
  KeptRequest::AfterFailure(refused);
  const absl::Status said = kept->GiveUp(refused);
  EXPECT_EQ(said.code(), refused.code());
  EXPECT_EQ(GetReason(said), Reason::kCallerNotAllowed);
  EXPECT_THAT(std::string(said.message()), HasSubstr("the same command goes on with " + path_));
  EXPECT_TRUE(Exists());
}

// The CA looks for an earlier answer before it judges a request.
TEST_F(KeptRequestTest, OfAnEarlierRunItGoesWhenTheCaJudgedItOrItsCertificateExpired) {
  const absl::Status not_granted = InvalidArgument(Reason::kSanNotAllowed, "csr", "not granted");
  const absl::Status expired = FailedPrecondition(Reason::kRequestIdExpired, "ask with a new id");
  const absl::Status token = Unauthenticated(Reason::kCallerUnknown, "this token is of no use");
  const struct {
    const absl::Status& status;
    bool stays;
  } cases[] = {{not_granted, false}, {expired, false}, {token, true}};
  for (const auto& one : cases) {
    ASSERT_TRUE(Exists() || WritePending(path_, Request()).ok());
    const auto kept = *KeptRequest::Keep(path_, Request(), /*is_new=*/false);
    KeptRequest::BeforeAttempt();
    KeptRequest::AfterFailure(one.status);
    EXPECT_EQ(kept->GiveUp(one.status).code(), one.status.code());
    EXPECT_EQ(Exists(), one.stays) << one.status;
  }
}

// Two runs of one command: the file that one of them removed is there again, and the other's.
TEST_F(KeptRequestTest, AnotherRunsFileIsLeftAlone) {
  const auto kept = *KeptRequest::Keep(path_, Request(), /*is_new=*/true);
  Issued answer;
  answer.certificate_der = "a certificate";
  EXPECT_TRUE(kept->AddAnswer(answer).ok());
  ASSERT_EQ(unlink(path_.c_str()), 0);
  PendingRequest other = Request();
  other.asked.request_id = "fedcba9876543210";
  ASSERT_TRUE(WritePending(path_, other).ok());
  const std::string before = *ReadFile(path_);
  EXPECT_EQ(GetReason(kept->AddAnswer(answer)), Reason::kFileInvalid);
  kept->Remove();
  ASSERT_TRUE(Exists());
  EXPECT_EQ(*ReadFile(path_), before);
}

TEST_F(KeptRequestTest, WithoutAPlaceNothingIsKept) {
  const auto kept = KeptRequest::Keep("", Request(), /*is_new=*/true);
  ASSERT_TRUE(kept.ok()) << kept.status();
  const absl::Status lost = absl::UnavailableError("Socket closed");
  KeptRequest::BeforeAttempt();
  EXPECT_EQ((*kept)->GiveUp(lost), lost);
}

}  // namespace
}  // namespace fleetca::client
