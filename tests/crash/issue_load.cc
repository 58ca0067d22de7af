// Load for crash tests: asks for certificates and notes what was answered, or checks what was
// noted.
//
//   issue_load ADDRESS CA_FOLDER CSR_FILE                 until a call fails, or for ever
//   issue_load --check FILE ADDRESS CA_FOLDER CSR_FILE    exit 0 when nothing in FILE was lost
//
// CA_FOLDER is what `fleetca ca init` made: the administrator asks. The load is several threads
// with single requests and one with batches, all for one CSR, which is made when CSR_FILE is not
// there. For each certificate that was answered it writes one line, with one write(2), so that a
// kill of either side leaves whole lines:
//
//   serial request-id sha256-of-the-certificate      (each in hex)
//
// The check fetches each certificate by its serial, and repeats its request with the same id, which
// must be answered with the same certificate.
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <memory>
#include <sstream>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "base/crypto_types.h"
#include "base/file.h"
#include "base/openssl.h"
#include "base/random.h"
#include "base/status_macros.h"
#include "client/ca_client.h"
#include "client/key_and_csr.h"
#include "client/requested_name.h"
#include "x509/serial.h"

namespace fleetca {
namespace {

constexpr int kSingleThreads = 4;
constexpr size_t kBatchItems = 32;
constexpr size_t kRequestIdBytes = 16;
constexpr char kProfile[] = "service";
constexpr char kName[] = "DNS:load.fleet.example";

struct Noted {
  std::string serial;
  std::string request_id;
  std::string sha256;
};

std::string Sha256Hex(absl::string_view octets) {
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned int size = 0;
  if (EVP_Digest(octets.data(), octets.size(), digest, &size, EVP_sha256(), nullptr) != 1) {
    abort();
  }
  return absl::BytesToHexString(absl::string_view(reinterpret_cast<const char*>(digest), size));
}

std::string LineOf(const client::Issued& issued) {
  return absl::StrCat(issued.serial.ToHex(), " ", absl::BytesToHexString(issued.request_id), " ",
                      Sha256Hex(issued.certificate_der), "\n");
}

void Write(const std::string& lines) {
  // Appends of this size to a file or pipe are not torn.
  if (write(STDOUT_FILENO, lines.data(), lines.size()) != static_cast<ssize_t>(lines.size())) {
    perror("standard output");
    _exit(3);
  }
}

absl::StatusOr<std::unique_ptr<client::CaClient>> Connect(const std::string& address,
                                                          const std::string& folder) {
  client::CaClientOptions options;
  options.address = address;
  // A dead server is the end of the load, and a living one answers the check at once.
  options.backoff.max_attempts = 1;
  options.files = {.ca_file = folder + "/trust-bundle.pem",
                   .certificate_file = folder + "/admin.crt",
                   .private_key_file = folder + "/admin.key"};
  return client::CaClient::Create(std::move(options));
}

// The check asks for the same content as the load did, so the CSR is kept in a file.
absl::StatusOr<std::string> SharedCsr(const std::string& path) {
  if (access(path.c_str(), F_OK) == 0) {
    return ReadFile(path);
  }
  FLEETCA_ASSIGN_OR_RETURN(const client::RequestedName name, client::ParseRequestedName(kName));
  FLEETCA_ASSIGN_OR_RETURN(const client::KeyAndCsr made,
                           client::MakeKeyAndCsr(KeyType::kP256, {name}));
  FLEETCA_RETURN_IF_ERROR(WriteNewFile(path, made.csr_der, 0644));
  return made.csr_der;
}

client::IssueOptions Request(const std::string& csr, std::string request_id) {
  client::IssueOptions request;
  request.csr_der = csr;
  request.profile = kProfile;
  request.request_id = std::move(request_id);
  return request;
}

std::string NewRequestId() {
  std::string id(kRequestIdBytes, '\0');
  if (!RandomBytes(absl::MakeSpan(id)).ok()) {
    abort();
  }
  return id;
}

// As long as the server answers. The first failure is its death, or the test's own will say.
void IssueSingles(const client::CaClient& ca, const std::string& csr) {
  for (;;) {
    const absl::StatusOr<client::Issued> issued = ca.Issue(Request(csr, NewRequestId()));
    if (!issued.ok()) {
      std::cerr << absl::StrCat("single: ", issued.status().ToString(), "\n");
      return;
    }
    Write(LineOf(*issued));
  }
}

void IssueBatches(const client::CaClient& ca, const std::string& csr) {
  for (;;) {
    std::vector<client::IssueOptions> requests;
    for (size_t i = 0; i < kBatchItems; ++i) {
      requests.push_back(Request(csr, NewRequestId()));
    }
    const auto results = ca.IssueBatch(requests);
    if (!results.ok()) {
      std::cerr << absl::StrCat("batch: ", results.status().ToString(), "\n");
      return;
    }
    std::string lines;
    for (const absl::StatusOr<client::Issued>& result : *results) {
      if (result.ok()) {
        absl::StrAppend(&lines, LineOf(*result));
      }
    }
    Write(lines);
  }
}

int RunLoad(const client::CaClient& ca, const std::string& csr) {
  std::vector<std::thread> threads;
  for (int i = 0; i < kSingleThreads; ++i) {
    threads.emplace_back([&] { IssueSingles(ca, csr); });
  }
  threads.emplace_back([&] { IssueBatches(ca, csr); });
  for (std::thread& thread : threads) {
    thread.join();
  }
  return 0;
}

// A file that cannot be read, or a line that is not one of ours, is no empty list.
absl::StatusOr<std::vector<Noted>> ReadNotes(const std::string& path) {
  FLEETCA_ASSIGN_OR_RETURN(const std::string text, ReadFile(path));
  std::vector<Noted> notes;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    std::istringstream words(line);
    Noted noted;
    if (!(words >> noted.serial >> noted.request_id >> noted.sha256)) {
      return absl::InvalidArgumentError(absl::StrCat(path, ": not a note: ", line));
    }
    notes.push_back(std::move(noted));
  }
  return notes;
}

// "" when the note holds, else what does not.
std::string Mistake(const Noted& noted, const absl::StatusOr<client::Issued>& found) {
  if (!found.ok()) {
    return found.status().ToString();
  }
  if (found->serial.ToHex() != noted.serial) {
    return "another serial: " + found->serial.ToHex();
  }
  return Sha256Hex(found->certificate_der) == noted.sha256 ? "" : "other octets";
}

absl::StatusOr<client::Issued> GetBySerial(const client::CaClient& ca, const std::string& hex) {
  FLEETCA_ASSIGN_OR_RETURN(const x509::SerialNumber serial, x509::SerialNumber::FromHex(hex));
  FLEETCA_ASSIGN_OR_RETURN(client::Recorded recorded, ca.Get(serial));
  return std::move(recorded.issued);
}

absl::StatusOr<client::Issued> Replay(const client::CaClient& ca, const std::string& csr,
                                      const std::string& request_id_hex) {
  FLEETCA_ASSIGN_OR_RETURN(client::Issued issued,
                           ca.Issue(Request(csr, absl::HexStringToBytes(request_id_hex))));
  if (!issued.replayed) {
    return absl::DataLossError("issued anew, not replayed");
  }
  return issued;
}

int RunCheck(const client::CaClient& ca, const std::string& csr, const std::string& path) {
  const absl::StatusOr<std::vector<Noted>> notes = ReadNotes(path);
  if (!notes.ok()) {
    std::cerr << notes.status().ToString() << "\n";
    return 2;
  }
  int lost = 0;
  for (const Noted& noted : *notes) {
    for (const auto& [what, mistake] :
         {std::pair("get", Mistake(noted, GetBySerial(ca, noted.serial))),
          std::pair("replay", Mistake(noted, Replay(ca, csr, noted.request_id)))}) {
      if (!mistake.empty()) {
        std::cerr << absl::StrCat(noted.serial, ": ", what, ": ", mistake, "\n");
        ++lost;
      }
    }
  }
  std::cout << "checked " << notes->size() << " lost " << lost << "\n";
  return lost == 0 ? 0 : 1;
}

int Main(std::vector<std::string> arguments) {
  std::string notes;
  if (arguments.size() == 5 && arguments[0] == "--check") {
    notes = arguments[1];
    arguments.erase(arguments.begin(), arguments.begin() + 2);
  }
  if (arguments.size() != 3) {
    std::cerr << "usage: issue_load [--check FILE] ADDRESS CA_FOLDER CSR_FILE\n";
    return 2;
  }
  const absl::StatusOr<std::string> csr = SharedCsr(arguments[2]);
  const auto ca = Connect(arguments[0], arguments[1]);
  if (!csr.ok() || !ca.ok()) {
    std::cerr << csr.status().ToString() << "\n" << ca.status().ToString() << "\n";
    return 2;
  }
  return notes.empty() ? RunLoad(**ca, *csr) : RunCheck(**ca, *csr, notes);
}

}  // namespace
}  // namespace fleetca

int main(int argc, char** argv) {
  return fleetca::Main(std::vector<std::string>(argv + 1, argv + argc));
}
