// Load for crash tests: asks for certificates as fast as it can and says which ones it was
// answered.
//
//   issue_load run ADDRESS CA_FOLDER          until the server is gone. Prints "csr HEX" once, and
//   after each
//                                             answer, in one write, "ack SERIAL REQUEST_ID SHA256"
//                                             in hex
//   issue_load check ADDRESS CA_FOLDER FILE   reads such lines and expects of the server that each
//                                             certificate is there with the same octets, and that
//                                             its request_id replays it. Exits 1 and names what is
//                                             not
#include <unistd.h>

#include <atomic>
#include <cstdio>
#include <fstream>
#include <memory>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "base/crypto_types.h"
#include "base/random.h"
#include "base/sha256.h"
#include "client/ca_client.h"
#include "client/key_and_csr.h"
#include "x509/requested_name.h"
#include "x509/serial.h"

namespace fleetca {
namespace {

constexpr int kThreads = 4;
constexpr size_t kBatch = 16;

absl::StatusOr<std::unique_ptr<client::CaClient>> Connect(const std::string& address,
                                                          const std::string& folder) {
  client::CaClientOptions options;
  options.address = address;
  options.files = {.ca_file = folder + "/trust-bundle.pem",
                   .certificate_file = folder + "/admin.crt",
                   .private_key_file = folder + "/admin.key"};
  options.deadline = absl::Seconds(20);
  options.backoff.max_attempts = 1;  // an answer that did not come is not an answer
  return client::CaClient::Create(options);
}

int Fail(absl::string_view what, const absl::Status& status) {
  std::fprintf(stderr, "issue_load: %s: %s\n", std::string(what).c_str(),
               status.ToString().c_str());
  return 1;
}

// One write, so that a line is whole or not there.
void Print(const std::string& line) {
  if (write(STDOUT_FILENO, line.data(), line.size()) != static_cast<ssize_t>(line.size())) {
    _exit(3);
  }
}

std::string AckLine(const client::Issued& issued) {
  return absl::StrCat("ack ", issued.serial.ToHex(), " ", absl::BytesToHexString(issued.request_id),
                      " ", absl::BytesToHexString(Sha256OfParts({issued.certificate_der})), "\n");
}

// Batches and single requests by turns, until one finds no server.
void Load(const client::CaClient& client, const std::string& csr) {
  std::vector<client::IssueOptions> batch(kBatch, {.csr_der = csr, .profile = "service"});
  while (true) {
    const auto results = client.IssueBatch(batch);
    if (!results.ok()) {
      return;
    }
    for (const auto& issued : *results) {
      if (issued.ok()) {
        Print(AckLine(*issued));
      }
    }
    const auto issued = client.Issue(batch.front());
    if (!issued.ok()) {
      return;
    }
    Print(AckLine(*issued));
  }
}

int Run(const std::string& address, const std::string& folder) {
  const auto name = x509::ParseRequestedName("URI:spiffe://fleet.example/svc/load");
  if (!name.ok()) {
    return Fail("name", name.status());
  }
  const auto made = client::MakeKeyAndCsr(KeyType::kP256, {*name});
  if (!made.ok()) {
    return Fail("CSR", made.status());
  }
  Print(absl::StrCat("csr ", absl::BytesToHexString(made->csr_der), "\n"));
  std::vector<std::thread> threads;
  for (int i = 0; i < kThreads; ++i) {
    threads.emplace_back([&address, &folder, &made] {
      const auto client = Connect(address, folder);
      if (client.ok()) {
        Load(**client, made->csr_der);
      }
    });
  }
  for (std::thread& thread : threads) {
    thread.join();
  }
  return 0;
}

absl::Status CheckOne(const client::CaClient& client, const std::string& csr,
                      const std::string& serial, const std::string& request_id,
                      const std::string& digest) {
  const auto parsed = x509::SerialNumber::FromHex(serial);
  if (!parsed.ok()) {
    return parsed.status();
  }
  const auto recorded = client.Get(*parsed);
  if (!recorded.ok()) {
    return recorded.status();
  }
  const auto digest_of = [](const std::string& der) {
    return absl::BytesToHexString(Sha256OfParts({der}));
  };
  if (digest_of(recorded->issued.certificate_der) != digest) {
    return absl::DataLossError("another certificate has the serial number");
  }
  const auto replayed = client.Issue(
      {.csr_der = csr, .profile = "service", .request_id = absl::HexStringToBytes(request_id)});
  if (!replayed.ok()) {
    return replayed.status();
  }
  return replayed->replayed && digest_of(replayed->certificate_der) == digest
             ? absl::OkStatus()
             : absl::DataLossError("the request_id gives another certificate");
}

int Check(const std::string& address, const std::string& folder, const std::string& path) {
  const auto client = Connect(address, folder);
  if (!client.ok()) {
    return Fail("connection", client.status());
  }
  std::ifstream lines(path);
  std::string line;
  std::string csr;
  int checked = 0;
  while (std::getline(lines, line)) {
    std::istringstream words(line);
    std::string kind;
    std::string serial;
    std::string request_id;
    std::string digest;
    words >> kind >> serial >> request_id >> digest;
    if (kind == "csr") {
      csr = absl::HexStringToBytes(serial);
      continue;
    }
    if (kind != "ack" || digest.size() != 64) {
      continue;  // the last line may have been cut short by the kill of this program
    }
    if (const absl::Status status = CheckOne(**client, csr, serial, request_id, digest);
        !status.ok()) {
      return Fail(absl::StrCat("an answered certificate, ", serial, ", is lost"), status);
    }
    ++checked;
  }
  std::printf("%d\n", checked);
  return 0;
}

}  // namespace
}  // namespace fleetca

int main(int argc, char** argv) {
  const std::vector<std::string> words(argv + 1, argv + argc);
  if (words.size() == 3 && words[0] == "run") {
    return fleetca::Run(words[1], words[2]);
  }
  if (words.size() == 4 && words[0] == "check") {
    return fleetca::Check(words[1], words[2], words[3]);
  }
  std::fprintf(stderr, "issue_load run ADDRESS CA_FOLDER | check ADDRESS CA_FOLDER FILE\n");
  return 2;
}
