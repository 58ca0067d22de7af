// Reads cases.txt of write_name_constraints in the folder named by the first argument and prints, for
// each, "CA LEAF allowed|refused: why", as crypto/x509 finds at the time in the second, RFC 3339.
package main

import (
	"bufio"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"log"
	"os"
	"path/filepath"
	"strings"
	"time"
)

func read(folder, name string) (*x509.Certificate, error) {
	text, err := os.ReadFile(filepath.Join(folder, name+".pem"))
	if err != nil {
		return nil, err
	}
	block, _ := pem.Decode(text)
	return x509.ParseCertificate(block.Bytes)
}

func verify(folder, ca, leaf string, now time.Time) error {
	root, err := read(folder, "root")
	if err != nil {
		return err
	}
	edge, err := read(folder, ca)
	if err != nil {
		return err
	}
	end, err := read(folder, ca+"."+leaf)
	if err != nil {
		return err
	}
	options := x509.VerifyOptions{
		Roots: x509.NewCertPool(), Intermediates: x509.NewCertPool(), CurrentTime: now,
		KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageAny},
	}
	options.Roots.AddCert(root)
	options.Intermediates.AddCert(edge)
	_, err = end.Verify(options)
	return err
}

func main() {
	now, err := time.Parse(time.RFC3339, os.Args[2])
	if err != nil {
		log.Fatal(err)
	}
	cases, err := os.Open(filepath.Join(os.Args[1], "cases.txt"))
	if err != nil {
		log.Fatal(err)
	}
	lines := bufio.NewScanner(cases)
	for lines.Scan() {
		words := strings.Fields(lines.Text())
		err := verify(os.Args[1], words[0], words[1], now)
		var invalid x509.CertificateInvalidError
		switch {
		case err == nil:
			fmt.Println(words[0], words[1], "allowed")
		case errors.As(err, &invalid) && invalid.Reason == x509.CANotAuthorizedForThisName:
			fmt.Println(words[0], words[1], "refused")
		default:
			fmt.Println(words[0], words[1], "failed:", err)
		}
	}
}
