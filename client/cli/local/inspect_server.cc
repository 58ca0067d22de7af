#include "client/cli/local/inspect_server.h"

#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/strip.h"
#include "base/status_macros.h"
#include "client/cli/facts/facts_text.h"
#include "client/cli/local/certificate_sources.h"
#include "client/cli/local/presented_chain.h"
#include "client/cli/local/server_verdict.h"
#include "client/cli/local/stapled_ocsp.h"
#include "client/verdict/certificate_index.h"
#include "client/verdict/system_roots.h"

namespace fleetca::client {
namespace {

using nlohmann::ordered_json;

// A machine without roots can look at a server all the same.
absl::StatusOr<SystemRoots> LoadRoots(const std::vector<std::string>& files) {
  if (files.empty()) {
    absl::StatusOr<SystemRoots> system = LoadSystemRoots();
    return system.ok() ? std::move(system) : SystemRoots{.path = "this machine, which has none"};
  }
  SystemRoots roots{.path = absl::StrJoin(files, ", ")};
  for (const std::string& file : files) {
    FLEETCA_ASSIGN_OR_RETURN(std::vector<std::string> ders, ReadCertificateFile(file));
    roots.roots.AddAll(std::move(ders), file);
  }
  return roots;
}

struct Findings {
  PresentedServer server;
  // What the client would ask for.
  std::string host;
  ServerVerdict verdict;
  ChainFindings chain;
  StapledOcsp ocsp;
};

// What is wrong with the chain, but for what the line "Believed" has said.
std::vector<std::string> ChainLines(const Findings& found) {
  std::vector<std::string> lines;
  for (const std::string& sentence : found.chain.sentences) {
    const bool said = absl::StrContains(found.verdict.sentence, absl::StripSuffix(sentence, "."));
    lines.push_back(said ? "It has a gap, as said above." : sentence);
  }
  return lines;
}

std::string HeadText(const Findings& found, const ProbeOptions& probe) {
  const PresentedServer& server = found.server;
  return absl::StrCat(
      "Server\n", TextLine("Address", absl::StrCat(probe.address.Text(), " (", server.peer, ")")),
      TextLine("Server name", probe.server_name.empty() ? "(none was said)" : probe.server_name),
      TextLine("Protocol",
               absl::StrCat(server.protocol, server.cipher.empty() ? "" : ", ", server.cipher)),
      server.handshake.ok() ? "" : TextLine("Handshake", server.handshake.message()),
      server.proved_key ? "" : TextLine("Proved its key", "NO"),
      TextLine("Asks for yours",
               server.asks_for_certificate ? "yes: a client's certificate" : "no"),
      TextLine("Believed",
               absl::StrCat(found.verdict.believed ? "yes, " : "NO, ", found.verdict.sentence)),
      TextLines("Chain", ChainLines(found)), TextLine("Stapled OCSP", found.ocsp.sentence),
      TextLine("Certificates", absl::StrCat(server.chain_der.size())));
}

ordered_json HeadJson(const Findings& found, const InspectServerOptions& options) {
  const PresentedServer& server = found.server;
  ordered_json json = {{"type", "server"},
                       {"address", options.probe.address.Text()},
                       {"peer", server.peer},
                       {"server_name", options.probe.server_name},
                       {"protocol", server.protocol},
                       {"cipher", server.cipher}};
  if (!server.handshake.ok()) {
    json["handshake_error"] = std::string(server.handshake.message());
  }
  json["asks_for_certificate"] = server.asks_for_certificate;
  json["proved_key"] = server.proved_key;
  json["believed"] = found.verdict.believed;
  json["believed_reason"] = found.verdict.sentence;
  json["chain_in_order"] = found.chain.in_order;
  json["chain_has_gap"] = found.chain.has_gap;
  json["chain_findings"] = found.chain.sentences;
  json["ocsp_stapled"] = found.ocsp.status;
  json["ocsp_stapled_reason"] = found.ocsp.sentence;
  json["chain"] = ordered_json::array();
  return json;
}

}  // namespace

absl::StatusOr<Inspected> InspectServer(const InspectServerOptions& options,
                                        const InspectContext& context) {
  FLEETCA_ASSIGN_OR_RETURN(const SystemRoots roots, LoadRoots(options.roots_files));
  Findings found;
  FLEETCA_ASSIGN_OR_RETURN(found.server, ProbeServer(options.probe));
  found.host =
      options.probe.server_name.empty() ? options.probe.address.host : options.probe.server_name;
  found.chain = FindInChain(found.server.chain_der, roots.roots, context.now);
  found.ocsp = JudgeStapledOcsp(found.server.ocsp_response, found.server.chain_der, roots.roots,
                                context.now);
  found.verdict = JudgeServer(found.server, found.host, roots, found.ocsp, context.now);
  Inspected inspected = {HeadText(found, options.probe), HeadJson(found, options), ""};
  for (const std::string& der : found.server.chain_der) {
    FLEETCA_ASSIGN_OR_RETURN(const Inspected certificate, InspectCertificate(der, context));
    absl::StrAppend(&inspected.text, "\n", certificate.text);
    absl::StrAppend(&inspected.pem, certificate.pem);
    inspected.json["chain"].push_back(certificate.json);
  }
  return inspected;
}

}  // namespace fleetca::client
