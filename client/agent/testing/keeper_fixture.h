// An agent's identity with a CA, files, hooks and a clock of the test's.
#ifndef FLEETCA_CLIENT_AGENT_TESTING_KEEPER_FIXTURE_H_
#define FLEETCA_CLIENT_AGENT_TESTING_KEEPER_FIXTURE_H_

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "base/errors.h"
#include "base/file.h"
#include "base/openssl.h"
#include "base/private_key.h"
#include "base/time_rounding.h"
#include "client/agent/identity_folder.h"
#include "client/agent/identity_keeper.h"
#include "client/agent/kept_certificate.h"
#include "client/agent/testing/fake_ca_port.h"
#include "client/files/file_generations.h"
#include "client/testing/fake_ca.h"
#include "gtest/gtest.h"
#include "tests/testing/status_matchers.h"
#include "tests/testing/temporary_folder.h"
#include "x509/pem.h"

namespace fleetca::client::testing {

// The files of an identity, the usual ones.
class FakeOutputs : public OutputFiles {
 public:
  explicit FakeOutputs(std::unique_ptr<FileGenerations> files) : files_(std::move(files)) {}

  absl::Status Put(const Credential& credential) override {
    if (!fault.ok()) {
      return fault;
    }
    const auto made = MakeCredentialFiles(credential, {});
    return made.ok() ? files_->Put(*made).status() : made.status();
  }
  absl::StatusOr<uint64_t> Generation() const override { return files_->Generation(); }
  absl::Status InPlace() override { return files_->InPlace(); }
  absl::Status Release() override { return files_->Release(); }
  absl::StatusOr<Credential> Placed() const override {
    const auto bundle = files_->Read("credential-bundle.pem");
    return bundle.ok() ? ParseCredentialFile(bundle->view()) : Credential();
  }

  absl::Status fault;

 private:
  std::unique_ptr<FileGenerations> files_;
};

// One start of an agent with one identity.
struct KeeperRun {
  std::unique_ptr<FakeOutputs> outputs;
  std::unique_ptr<IdentityKeeper> keeper;
};

class KeeperFixture : public ::testing::Test {
 protected:
  KeeperFixture() : port_(&ca_, Path("issued")) {
    options_.name = "web";
    options_.profile = "service";
    options_.enrollment.join_token_file = Path("token");
    options_.outputs.folder = Path("tls");
    Begin();
  }

  // Nothing is there yet but the token.
  void Begin() {
    for (const char* name : {"state", "tls", "issued", "hooks", "token"}) {
      std::filesystem::remove_all(Path(name));
    }
    std::filesystem::create_directory(Path("state"));
    Write("token", "join-token");
    now_ = FloorToSecond(absl::Now());
    port_.now = now_;
  }

  void Write(absl::string_view name, absl::string_view contents) const {
    std::ofstream(Path(name)) << contents;
    std::filesystem::permissions(
        Path(name), std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
  }

  KeeperSurroundings Surroundings(FakeOutputs* outputs) {
    return {.trust_domain = "fleet.example",
            .ca = &port_,
            .outputs = outputs,
            .roots = [this]() -> absl::StatusOr<std::vector<std::string>> { return roots_; },
            .run_hook =
                [this](const HookOptions&, const HookContext& context) {
                  std::ofstream(Path("hooks"), std::ios::app) << context.serial << "\n";
                  hook_until_ = context.until;
                  return hook_fault_;
                },
            .publish = [this](std::shared_ptr<const HeldIdentity> held) { held_ = held; },
            .read_file = ReadEnrollmentFile,
            .random_fraction = [this] { return fraction_; }};
  }

  absl::StatusOr<KeeperRun> Start(const BeforeStep& before = nullptr) {
    KeeperRun run;
    auto files = FileGenerations::Open({.folder = Path("tls"), .before_step = before});
    if (!files.ok()) {
      return files.status();
    }
    run.outputs = std::make_unique<FakeOutputs>(*std::move(files));
    auto folder = IdentityFolder::Open(Path("state"), "web", before);
    if (!folder.ok()) {
      return folder.status();
    }
    auto keeper =
        IdentityKeeper::Create(options_, *std::move(folder), Surroundings(run.outputs.get()));
    if (!keeper.ok()) {
      return keeper.status();
    }
    run.keeper = *std::move(keeper);
    return run;
  }

  // Starts it, and does what is due.
  void Restart() {
    run_ = {};
    auto started = Start();
    FLEETCA_ASSERT_OK(started);
    run_ = *std::move(started);
    Step();
  }

  // At the clock of the test; returns how long the keeper wants to rest.
  absl::Duration Step() {
    port_.now = now_;
    return run_.keeper->Step(now_) - now_;
  }

  // Lets time pass as the agent would: it comes when it was told to.
  void Pass(absl::Duration duration) {
    const absl::Time end = now_ + duration;
    while (now_ < end) {
      now_ = std::min(end, now_ + Step());
    }
    Step();
  }

  // Every call of the CA fails so, or those of one name.
  void FailWith(absl::Status status) {
    port_.fault = [status](absl::string_view) { return status; };
  }
  void FailCall(absl::string_view call, absl::Status status) {
    port_.fault = [call, status](absl::string_view called) {
      return called == call ? status : absl::OkStatus();
    };
  }
  // How many of that name there were.
  int Calls(absl::string_view call) const {
    return static_cast<int>(std::count(port_.calls.begin(), port_.calls.end(), call));
  }
  // The serials of the certificates for which a hook ran, a line each.
  std::string HooksRan() const { return ReadFile(Path("hooks")).value_or(""); }

  // What is wrong with the files; "" where they are a pair that has not ended.
  std::string ProblemOfFiles() const {
    const auto bundle = ReadFile(Path("tls/credential-bundle.pem"));
    if (!bundle.ok()) {
      return std::string(bundle.status().message());
    }
    const size_t end_of_key = bundle->find("-----BEGIN CERTIFICATE");
    const auto key = DecodePrivateKey(bundle->substr(0, end_of_key), SecretBytes());
    const auto ders = x509::DecodePem(x509::kPemCertificate, bundle->substr(end_of_key));
    if (!key.ok() || !ders.ok()) {
      return "the files cannot be read";
    }
    const auto facts = FactsOf(ders->front());
    const auto spki = EncodePublicKey(key->get());
    if (!facts.ok() || !spki.ok() || *spki != facts->spki) {
      return "the key is not the certificate's";
    }
    return facts->HasEnded(now_) ? absl::StrCat("it has ended: ", facts->serial) : "";
  }

  // How many lines of certificates the CA has.
  int Lines() const {
    int lines = 0;
    for (const FakeIssued& issued : port_.issued()) {
      lines += issued.parent.empty() ? 1 : 0;
    }
    return lines;
  }

  std::string LastIssued() const {
    const std::vector<FakeIssued> all = port_.issued();
    return all.empty() ? "" : all.back().serial;
  }

  IdentityStatus Status() const { return run_.keeper->status(); }

  std::string Path(absl::string_view name) const { return absl::StrCat(folder_.path(), "/", name); }

  const fleetca::testing::TemporaryFolder folder_;
  const FakeCa ca_;
  FakeCaPort port_;
  IdentityOptions options_;
  std::vector<std::string> roots_ = {ca_.root_der()};
  absl::Status hook_fault_;
  absl::Time hook_until_;  // of the last one
  double fraction_ = 0.5;
  absl::Time now_;
  std::shared_ptr<const HeldIdentity> held_;
  KeeperRun run_;
};

}  // namespace fleetca::client::testing

#endif  // FLEETCA_CLIENT_AGENT_TESTING_KEEPER_FIXTURE_H_
