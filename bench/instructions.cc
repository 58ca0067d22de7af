// Runs one pure stage of an issuance again and again, on inputs that never change, so that
// callgrind counts the same instructions each time. deploy/check-instructions runs it.
//
//   instructions STAGE COUNT
//   instructions --list        the names of the stages
//
// Stages:
//   parse         ParseCsr: a P-256 CSR with a subject, one SPIFFE ID and one DNS name
//   san           ParseSubjectAltName alone, of the same two names
//   key-p256      CheckPublicKey: the point is on its curve (mostly OpenSSL's instructions)
//   key-rsa2048   CheckPublicKey: small factors, ROCA, Fermat
//   tbs           TbsTemplate::Build, the key's SHA-256 in it
//   lint          LintTbs of those bytes
//   assemble      AssembleCertificate
//   certificate   ParseCertificate of it
#include <cstdio>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/string_view.h"
#include "bench/check.h"
#include "bench/fixed_inputs.h"
#include "x509/certificate.h"
#include "x509/public_key.h"
#include "x509/san.h"

namespace fleetca::bench {
namespace {

// Everything the stages read, made once.
struct Inputs {
  std::string csr_der = FixedCsr();
  x509::Csr csr = OrDie(x509::ParseCsr(csr_der, {}), "the fixed CSR");
  std::string san = x509::BuildSubjectAltName(csr.names);
  std::string rsa_spki = FixedRsaPublicKey();
  x509::PublicKey rsa_key = OrDie(x509::ParsePublicKey(rsa_spki, "key"), "the fixed RSA key");
  std::unique_ptr<x509::TbsTemplate> tbs_template =
      OrDie(x509::TbsTemplate::Create(FixedTemplateOptions()), "the fixed template");
  x509::LintPolicy policy = FixedLintPolicy();
  x509::CertSpec spec = FixedSpec(csr);
  std::string tbs = tbs_template->Build(spec);
  std::string signature = FixedSignature();
  std::string certificate =
      x509::AssembleCertificate(tbs, SignatureScheme::kEcdsaSha256, signature);
};

struct Stage {
  const char* name;
  std::function<void()> run;
};

// The bytes go into the lint and come out again, so that no copy is counted.
void Lint(Inputs& inputs) {
  Prepared prepared =
      OrDie(x509::LintTbs(std::move(inputs.tbs), inputs.policy,
                          {.serial = inputs.spec.serial.bytes(),
                           .subject_public_key_info = inputs.spec.subject_public_key_info}),
            "LintTbs");
  inputs.tbs = prepared.Spend();
}

std::vector<Stage> Stages(Inputs& in) {
  return {
      {"parse", [&in] { CheckOk(x509::ParseCsr(in.csr_der, {}).status(), "ParseCsr"); }},
      {"san",
       [&in] {
         std::shared_ptr<const std::string> folded;
         Check(x509::ParseSubjectAltName(in.san, 100, "san", &folded).value().size() == 2,
               "ParseSubjectAltName");
       }},
      {"key-p256",
       [&in] { CheckOk(x509::CheckPublicKey(in.csr.public_key, "key"), "CheckPublicKey"); }},
      {"key-rsa2048",
       [&in] { CheckOk(x509::CheckPublicKey(in.rsa_key, "key"), "CheckPublicKey"); }},
      {"tbs", [&in] { Check(in.tbs_template->Build(in.spec) == in.tbs, "TbsTemplate::Build"); }},
      {"lint", [&in] { Lint(in); }},
      {"assemble",
       [&in] {
         Check(x509::AssembleCertificate(in.tbs, SignatureScheme::kEcdsaSha256, in.signature) ==
                   in.certificate,
               "AssembleCertificate");
       }},
      {"certificate",
       [&in] { CheckOk(x509::ParseCertificate(in.certificate).status(), "ParseCertificate"); }},
  };
}

int Main(int argc, char** argv) {
  Inputs inputs;
  const std::vector<Stage> stages = Stages(inputs);
  if (argc == 2 && absl::string_view(argv[1]) == "--list") {
    for (const Stage& stage : stages) {
      std::printf("%s\n", stage.name);
    }
    return 0;
  }
  int count = 0;
  for (const Stage& stage : stages) {
    if (argc == 3 && absl::string_view(argv[1]) == stage.name &&
        absl::SimpleAtoi(argv[2], &count) && count > 0) {
      for (int i = 0; i < count; ++i) {
        stage.run();
      }
      return 0;
    }
  }
  std::fprintf(stderr,
               "usage: instructions STAGE COUNT, a stage of `instructions --list` and a number "
               "from 1 on\n");
  return 2;
}

}  // namespace
}  // namespace fleetca::bench

int main(int argc, char** argv) { return fleetca::bench::Main(argc, argv); }
