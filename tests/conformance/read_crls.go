// Reads crls.txt of write_crls in the folder named by the only argument and prints the line of each as
// crypto/x509 reads the CRL, once the CA's signature is verified.
package main

import (
	"bufio"
	"bytes"
	"crypto/x509"
	"encoding/asn1"
	"encoding/pem"
	"fmt"
	"log"
	"os"
	"path/filepath"
	"strings"
	"time"
)

func read(folder, name string) []byte {
	text, err := os.ReadFile(filepath.Join(folder, name))
	if err != nil {
		log.Fatal(err)
	}
	block, _ := pem.Decode(text)
	return block.Bytes
}

func line(folder, kind, name string) (string, error) {
	ca, err := x509.ParseCertificate(read(folder, kind+".ca.pem"))
	if err != nil {
		return "", err
	}
	list, err := x509.ParseRevocationList(read(folder, kind+"."+name+".crl.pem"))
	if err != nil {
		return "", err
	}
	if err := list.CheckSignatureFrom(ca); err != nil {
		return "", err
	}
	// Releases before 1.20 give the extension whole, which ends with the identifier.
	if !bytes.HasSuffix(list.AuthorityKeyId, ca.SubjectKeyId) {
		return "", fmt.Errorf("another authorityKeyIdentifier")
	}
	serial := "-"
	reason := asn1.Enumerated(0)
	if count := len(list.RevokedCertificates); count > 0 {
		last := list.RevokedCertificates[count-1]
		serial = fmt.Sprintf("%040x", last.SerialNumber)
		for _, extension := range last.Extensions {
			if extension.Id.Equal(asn1.ObjectIdentifier{2, 5, 29, 21}) {
				if _, err := asn1.Unmarshal(extension.Value, &reason); err != nil {
					return "", err
				}
			}
		}
	}
	return fmt.Sprintln(kind, name, list.Number, list.ThisUpdate.Format(time.RFC3339),
		list.NextUpdate.Format(time.RFC3339), len(list.RevokedCertificates), serial, reason), nil
}

func main() {
	cases, err := os.Open(filepath.Join(os.Args[1], "crls.txt"))
	if err != nil {
		log.Fatal(err)
	}
	lines := bufio.NewScanner(cases)
	for lines.Scan() {
		words := strings.Fields(lines.Text())
		text, err := line(os.Args[1], words[0], words[1])
		if err != nil {
			text = fmt.Sprintln(words[0], words[1], "failed:", err)
		}
		fmt.Print(text)
	}
}
