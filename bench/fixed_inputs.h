// Inputs that are the same bytes in every run, so that instruction counts can be compared.
#ifndef FLEETCA_BENCH_FIXED_INPUTS_H_
#define FLEETCA_BENCH_FIXED_INPUTS_H_

#include <string>

#include "x509/cert_spec.h"
#include "x509/csr.h"
#include "x509/lint/lint.h"
#include "x509/tbs.h"

namespace fleetca::bench {

// A CSR of openssl's: P-256, O=Fleet, CN=web-1, one SPIFFE ID and one DNS name.
std::string FixedCsr();
// SubjectPublicKeyInfo of an RSA key of 2048 bits.
std::string FixedRsaPublicKey();
// An ECDSA-Sig-Value with both integers of full length. Of nobody's: nothing that is counted
// verifies it.
std::string FixedSignature();

// A P-256 issuer of leaves for servers and clients, with two URLs, as a template and as a policy.
x509::TbsTemplateOptions FixedTemplateOptions();
x509::LintPolicy FixedLintPolicy();
// A day for the names and the key of `csr`, which it aliases; the serial number is fixed.
x509::CertSpec FixedSpec(const x509::Csr& csr);

}  // namespace fleetca::bench

#endif  // FLEETCA_BENCH_FIXED_INPUTS_H_
