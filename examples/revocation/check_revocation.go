// What a Go program has to do itself, as crypto/x509 asks nobody about revocation: it fetches the CRL that a
// certificate names, judges it, and looks the serial number up.
//
//	go run check_revocation.go [-ahead DURATION] ISSUING-CA.pem CERTIFICATE.pem
//
// It prints "good" or "revoked" and the CRL's number; whatever else is the matter ends it with an error.
package main

import (
	"bytes"
	"crypto/x509"
	"encoding/asn1"
	"encoding/pem"
	"errors"
	"flag"
	"fmt"
	"io"
	"log"
	"net/http"
	"os"
	"time"
)

// A CRL of a shard has some ten thousand entries of 40 octets.
const maxCrl = 16 << 20

func readCertificate(path string) (*x509.Certificate, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	block, _ := pem.Decode(text)
	if block == nil {
		return nil, fmt.Errorf("%s has no PEM", path)
	}
	return x509.ParseCertificate(block.Bytes)
}

func fetch(url string) ([]byte, error) {
	client := http.Client{Timeout: 10 * time.Second}
	answer, err := client.Get(url)
	if err != nil {
		return nil, err
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("%s: %s", url, answer.Status)
	}
	return io.ReadAll(io.LimitReader(answer.Body, maxCrl))
}

// The URL for which a CRL was made, and whether it is a critical statement: without it, another shard's CRL, which
// does not list the certificate either, could be put in this one's place.
func issuingDistributionPoint(list *x509.RevocationList) (string, bool) {
	type name struct {
		FullName []asn1.RawValue `asn1:"tag:0"`
	}
	type point struct {
		Name name `asn1:"optional,tag:0"`
		Rest bool `asn1:"optional,tag:1"`
	}
	for _, extension := range list.Extensions {
		if !extension.Id.Equal(asn1.ObjectIdentifier{2, 5, 29, 28}) {
			continue
		}
		var idp point
		if _, err := asn1.Unmarshal(extension.Value, &idp); err != nil || len(idp.Name.FullName) != 1 {
			return "", false
		}
		return string(idp.Name.FullName[0].Bytes), extension.Critical
	}
	return "", false
}

func check(issuer, certificate *x509.Certificate, now time.Time) (string, error) {
	if err := certificate.CheckSignatureFrom(issuer); err != nil {
		return "", err
	}
	if len(certificate.CRLDistributionPoints) != 1 {
		return "", errors.New("the certificate names no CRL")
	}
	url := certificate.CRLDistributionPoints[0]
	der, err := fetch(url)
	if err != nil {
		return "", err
	}
	list, err := x509.ParseRevocationList(der)
	if err != nil {
		return "", err
	}
	if err := list.CheckSignatureFrom(issuer); err != nil {
		return "", err
	}
	if !bytes.Equal(list.RawIssuer, certificate.RawIssuer) {
		return "", errors.New("the CRL is another CA's")
	}
	if point, critical := issuingDistributionPoint(list); point != url || !critical {
		return "", fmt.Errorf("the CRL is for %q and not for %q", point, url)
	}
	if now.Before(list.ThisUpdate) || now.After(list.NextUpdate) {
		return "", fmt.Errorf("the CRL is good from %v to %v, and it is %v", list.ThisUpdate, list.NextUpdate, now.UTC())
	}
	for _, entry := range list.RevokedCertificates {
		if entry.SerialNumber.Cmp(certificate.SerialNumber) == 0 {
			return fmt.Sprintf("revoked %v", list.Number), nil
		}
	}
	return fmt.Sprintf("good %v", list.Number), nil
}

func main() {
	log.SetFlags(0)
	ahead := flag.Duration("ahead", 0, "how far the reader's clock is ahead")
	flag.Parse()
	issuer, err := readCertificate(flag.Arg(0))
	if err != nil {
		log.Fatal(err)
	}
	certificate, err := readCertificate(flag.Arg(1))
	if err != nil {
		log.Fatal(err)
	}
	found, err := check(issuer, certificate, time.Now().Add(*ahead))
	if err != nil {
		log.Fatal("unknown: ", err)
	}
	fmt.Println(found)
}
