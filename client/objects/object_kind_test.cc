#include "client/objects/object_kind.h"

#include <string>

#include "gtest/gtest.h"
#include "x509/der/der.h"

namespace fleetca::client {
namespace {

namespace der = x509::der;

std::string Sequence(const std::string& contents) { return der::Encode(der::kSequence, contents); }

const std::string kNumber = der::Encode(der::kInteger, std::string(1, '\1'));
const std::string kZero = der::Encode(der::kInteger, std::string(1, '\0'));
const std::string kThree = der::Encode(der::kInteger, std::string(1, '\3'));
const std::string kOctets = der::Encode(der::kOctetString, "x");
const std::string kAlgorithm = Sequence(der::Encode(der::kOid, "\x2a\x03"));
const std::string kName = Sequence(der::Encode(der::kSet, "x"));
const std::string kTime = der::Encode(der::kUtcTime, "260101000000Z");
const std::string kPkcs7Data =
    Sequence(der::Encode(der::kOid, "\x2a\x86\x48\x86\xf7\x0d\x01\x07\x01"));

TEST(ObjectKindTest, ByLabel) {
  EXPECT_EQ(KindOfLabel("CERTIFICATE"), ObjectKind::kCertificate);
  EXPECT_EQ(KindOfLabel("TRUSTED CERTIFICATE"), ObjectKind::kCertificate);
  EXPECT_EQ(KindOfLabel("NEW CERTIFICATE REQUEST"), ObjectKind::kCsr);
  EXPECT_EQ(KindOfLabel("X509 CRL"), ObjectKind::kCrl);
  EXPECT_EQ(KindOfLabel("OPENSSH PRIVATE KEY"), ObjectKind::kPrivateKey);
  EXPECT_EQ(KindOfLabel("PUBLIC KEY"), ObjectKind::kPublicKey);
  EXPECT_EQ(KindOfLabel("PKCS7"), ObjectKind::kPkcs7);
  EXPECT_EQ(KindOfLabel("CMS"), ObjectKind::kPkcs7);
  EXPECT_EQ(KindOfLabel("EC PARAMETERS"), ObjectKind::kOther);
  EXPECT_EQ(KindOfLabel(""), ObjectKind::kOther);
}

TEST(ObjectKindTest, WhatIsSignedByItsFirstParts) {
  const std::string v3 = der::Encode(der::ContextConstructed(0), kNumber);
  EXPECT_EQ(KindOfDer(Sequence(Sequence(v3 + kNumber))), ObjectKind::kCertificate);
  EXPECT_EQ(KindOfDer(Sequence(Sequence(kNumber + kAlgorithm + kName + Sequence(kTime + kTime)))),
            ObjectKind::kCertificate);
  EXPECT_EQ(KindOfDer(Sequence(Sequence(kZero + kName))), ObjectKind::kCsr);
  EXPECT_EQ(KindOfDer(Sequence(Sequence(kZero + Sequence("")))), ObjectKind::kCsr);
  EXPECT_EQ(KindOfDer(Sequence(Sequence(kNumber + kAlgorithm + kName + kTime))), ObjectKind::kCrl);
  EXPECT_EQ(KindOfDer(Sequence(Sequence(kAlgorithm + kName + kTime))), ObjectKind::kCrl);
}

TEST(ObjectKindTest, KeysByTheirFirstParts) {
  const std::string bits = der::Encode(der::kBitString, std::string("\0x", 2));
  EXPECT_EQ(KindOfDer(Sequence(kAlgorithm + bits)), ObjectKind::kPublicKey);
  EXPECT_EQ(KindOfDer(Sequence(kAlgorithm + kOctets)), ObjectKind::kPrivateKey);
  EXPECT_EQ(KindOfDer(Sequence(kZero + kAlgorithm + kOctets)), ObjectKind::kPrivateKey);
  EXPECT_EQ(KindOfDer(Sequence(kNumber + kOctets)), ObjectKind::kPrivateKey);
  EXPECT_EQ(KindOfDer(Sequence(kZero + kNumber + kNumber)), ObjectKind::kPrivateKey);
  EXPECT_EQ(KindOfDer(Sequence(kNumber + kNumber)), ObjectKind::kPublicKey);
}

TEST(ObjectKindTest, ContainersByTheirTypes) {
  EXPECT_EQ(KindOfDer(kPkcs7Data), ObjectKind::kPkcs7);
  EXPECT_EQ(KindOfDer(Sequence(kThree + kPkcs7Data)), ObjectKind::kPkcs12);
  // In BER, whose end is not known yet.
  EXPECT_EQ(KindOfDer("\x30\x80" + kPkcs7Data.substr(2)), ObjectKind::kPkcs7);
  EXPECT_EQ(KindOfDer("\x30\x80" + kThree + kPkcs7Data), ObjectKind::kPkcs12);
  EXPECT_EQ(KindOfDer("\x30\x80"), ObjectKind::kOther);
}

TEST(ObjectKindTest, EverythingElseIsSomethingElse) {
  for (const std::string& octets :
       {std::string(), std::string("\x30"), Sequence(""), Sequence(kOctets), Sequence(kZero),
        Sequence(kAlgorithm), Sequence(Sequence("")), Sequence(Sequence(kZero)),
        Sequence(Sequence(kAlgorithm + kName)), Sequence(kThree + kAlgorithm), kOctets}) {
    EXPECT_EQ(KindOfDer(octets), ObjectKind::kOther);
  }
}

}  // namespace
}  // namespace fleetca::client
