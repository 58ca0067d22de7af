package fleetca

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"time"
)

// Files are a key, its certificate and chain in one file, and the roots in another, as `fleetca agent` writes them.
type Files struct{ Credential, Roots string }

// NewFiles names those of a folder.
func NewFiles(folder string) Files {
	return Files{filepath.Join(folder, "credential-bundle.pem"), filepath.Join(folder, "trust-bundle.pem")}
}

// Exist says whether there is a certificate.
func (f Files) Exist() bool {
	_, err := os.Stat(f.Credential)
	return err == nil
}

func (f Files) read() (*tls.Certificate, *x509.CertPool, error) {
	bundle, err := os.ReadFile(f.Credential)
	if err != nil {
		return nil, nil, err
	}
	pair, err := tls.X509KeyPair(bundle, bundle) // one file, so they fit
	if err != nil {
		return nil, nil, fmt.Errorf("%s: %w", f.Credential, err)
	}
	roots, err := os.ReadFile(f.Roots)
	pool := x509.NewCertPool()
	if err == nil && !pool.AppendCertsFromPEM(roots) {
		err = fmt.Errorf("%s holds no certificate", f.Roots)
	}
	return &pair, pool, err
}

// The old file or the new one, whatever happens meanwhile.
func write(path string, contents []byte, mode os.FileMode) error {
	file, err := os.CreateTemp(filepath.Dir(path), ".new-*")
	if err != nil {
		return err
	}
	defer os.Remove(file.Name())
	defer file.Close()
	if err = file.Chmod(mode); err == nil {
		_, err = file.Write(contents)
	}
	if err == nil {
		err = file.Sync()
	}
	if err != nil {
		return err
	}
	return os.Rename(file.Name(), path)
}

func random(size int) []byte {
	drawn := make([]byte, size)
	if _, err := rand.Read(drawn); err != nil {
		panic(err)
	}
	return drawn
}

func sleep(ctx context.Context, wait time.Duration) bool {
	select {
	case <-ctx.Done():
		return false
	case <-time.After(wait):
		return true
	}
}

func within(least, wait, most time.Duration) time.Duration {
	if wait < least {
		return least
	}
	if wait > most {
		return most
	}
	return wait
}

// What the CA is asked with: a P-256 key, its CSR, which has no names as the policy's rule writes them out, and an id.
type asked struct {
	key     *ecdsa.PrivateKey
	csr, id []byte
}

func newAsked() (drawn asked, err error) {
	if drawn.key, err = ecdsa.GenerateKey(elliptic.P256(), rand.Reader); err == nil {
		drawn.csr, err = x509.CreateCertificateRequest(rand.Reader, &x509.CertificateRequest{}, drawn.key)
	}
	drawn.id = random(16)
	return drawn, err
}

// Where a bootstrap keeps what it asks with, while there is no certificate.
func (f Files) request() string {
	return filepath.Join(filepath.Dir(f.Credential), "bootstrap-request.pem")
}

// What is kept there, or else is from now on: the same, also after a crash, until there is an answer.
func keptAsked(path string) (kept asked, err error) {
	contents, err := os.ReadFile(path)
	if errors.Is(err, os.ErrNotExist) {
		if kept, err = newAsked(); err != nil {
			return kept, err
		}
		key, err := x509.MarshalECPrivateKey(kept.key)
		if err != nil {
			return kept, err
		}
		var out bytes.Buffer
		for _, block := range []pem.Block{{Type: "EC PRIVATE KEY", Bytes: key},
			{Type: "CERTIFICATE REQUEST", Bytes: kept.csr}, {Type: "REQUEST ID", Bytes: kept.id}} {
			_ = pem.Encode(&out, &block)
		}
		return kept, write(path, out.Bytes(), 0o600)
	}
	var parts [][]byte
	for block, rest := pem.Decode(contents); block != nil; block, rest = pem.Decode(rest) {
		parts = append(parts, block.Bytes)
	}
	if err == nil && len(parts) != 3 {
		err = fmt.Errorf("%s is damaged; remove it, and another certificate is asked for", path)
	}
	if err == nil {
		kept.csr, kept.id = parts[1], parts[2]
		kept.key, err = x509.ParseECPrivateKey(parts[0])
	}
	return kept, err
}

func toPEM(ders ...[]byte) []byte {
	var out bytes.Buffer
	for _, der := range ders {
		_ = pem.Encode(&out, &pem.Block{Type: "CERTIFICATE", Bytes: der})
	}
	return out.Bytes()
}

// The contents of Files.Credential, once the key and the certificates, the own one first, fit.
func bundle(key any, ders [][]byte) ([]byte, error) {
	pkcs8, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return nil, err
	}
	contents := append(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: pkcs8}), toPEM(ders...)...)
	_, err = tls.X509KeyPair(contents, contents)
	return contents, err
}

// The chain leads to the roots, for the host and for the identity, and no subordinate CA, which has name constraints,
// stands in it.
func verifyServer(state tls.ConnectionState, roots *x509.CertPool, host, identity string) error {
	options := x509.VerifyOptions{Roots: roots, DNSName: host, Intermediates: x509.NewCertPool()}
	for _, certificate := range state.PeerCertificates {
		options.Intermediates.AddCert(certificate)
		for _, extension := range certificate.Extensions {
			if identity != "" && extension.Id.String() == "2.5.29.30" {
				return errors.New("the server's certificate is by a subordinate CA")
			}
		}
	}
	leaf := state.PeerCertificates[0]
	if _, err := leaf.Verify(options); err != nil {
		return err
	}
	if identity != "" && (len(leaf.URIs) != 1 || leaf.URIs[0].String() != identity) {
		return fmt.Errorf("the server's certificate is for %v, and %s is expected", leaf.URIs, identity)
	}
	return nil
}

// Following has TLS handshakes go by the files as they are at the time.
type Following struct {
	files Files
	mutex sync.Mutex
	seen  [2]time.Time
	own   *tls.Certificate
	roots *x509.CertPool
}

// Follow reads the files when a handshake needs them, and again when they have changed.
func Follow(files Files) *Following { return &Following{files: files} }

func (f *Following) now() (*tls.Certificate, *x509.CertPool, error) {
	f.mutex.Lock()
	defer f.mutex.Unlock()
	var seen [2]time.Time
	for i, path := range []string{f.files.Credential, f.files.Roots} {
		if info, err := os.Stat(path); err == nil {
			seen[i] = info.ModTime()
		}
	}
	if f.own == nil || seen != f.seen {
		own, roots, err := f.files.read()
		if err != nil && f.own == nil {
			return nil, nil, err
		}
		if err == nil { // else what was read last stays
			f.own, f.roots, f.seen = own, roots, seen
		}
	}
	return f.own, f.roots, nil
}

// ServerConfig asks every client for a certificate that leads to the roots.
func (f *Following) ServerConfig() *tls.Config {
	return &tls.Config{MinVersion: tls.VersionTLS12, GetConfigForClient: func(*tls.ClientHelloInfo) (*tls.Config, error) {
		own, roots, err := f.now()
		if err != nil {
			return nil, err
		}
		return &tls.Config{MinVersion: tls.VersionTLS12, Certificates: []tls.Certificate{*own}, ClientCAs: roots,
			ClientAuth: tls.RequireAndVerifyClientCert, NextProtos: []string{"h2", "http/1.1"}}, nil
	}}
}

// ClientConfig takes servers for this name that lead to the roots.
func (f *Following) ClientConfig(name string) *tls.Config {
	return &tls.Config{MinVersion: tls.VersionTLS12, ServerName: name, InsecureSkipVerify: true, // VerifyConnection does
		GetClientCertificate: func(*tls.CertificateRequestInfo) (*tls.Certificate, error) {
			own, _, err := f.now()
			return own, err
		},
		VerifyConnection: func(state tls.ConnectionState) error {
			_, roots, err := f.now()
			if err != nil {
				return err
			}
			return verifyServer(state, roots, name, "")
		}}
}
