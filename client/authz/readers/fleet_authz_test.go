package readers

import (
	"crypto/x509"
	"encoding/asn1"
	"encoding/hex"
	"encoding/json"
	"encoding/pem"
	"os"
	"reflect"
	"testing"
	"time"
)

// An answer, as it stands in the vectors.
type answer struct {
	Error          bool              `json:"error"`
	Identity       string            `json:"identity"`
	State          string            `json:"state"`
	PolicyRevision int64             `json:"policy_revision"`
	Roles          []string          `json:"roles"`
	Audience       []string          `json:"audience"`
	Attributes     map[string]string `json:"attributes"`
	NotAfter       string            `json:"not_after"`
}

type vectors struct {
	FleetAuthz []struct {
		Name, Der string
		Valid     bool
		Value     answer
	} `json:"fleet_authz"`
	Certificates []struct {
		Name                  string
		Chain, Roots          []string
		TrustDomain           string `json:"trust_domain"`
		Audience              string
		MinimumPolicyRevision int64 `json:"minimum_policy_revision"`
		Time                  time.Time
		Verifier              answer
		Reader                *answer // null where readers may differ
	}
}

func load(t *testing.T) (read vectors) {
	file, err := os.ReadFile(os.Getenv("FLEET_AUTHZ_VECTORS"))
	if err != nil {
		t.Fatal("FLEET_AUTHZ_VECTORS must name fleet_authz_vectors.json: ", err)
	}
	if err := json.Unmarshal(file, &read); err != nil {
		t.Fatal(err)
	}
	if len(read.FleetAuthz) < 100 || len(read.Certificates) < 50 {
		t.Fatal("the vectors are not whole")
	}
	return read
}

func toAnswer(grants *Grants) answer {
	made := answer{Identity: grants.Identity, State: grants.State, PolicyRevision: grants.PolicyRevision,
		Roles: append([]string{}, grants.Roles...), Audience: grants.Audience, Attributes: map[string]string{}}
	for name, text := range grants.Attributes {
		made.Attributes[name] = text
	}
	if !grants.NotAfter.IsZero() {
		made.NotAfter = grants.NotAfter.UTC().Format(time.RFC3339)
	}
	return made
}

func TestExtensions(t *testing.T) {
	for _, vector := range load(t).FleetAuthz {
		der, _ := hex.DecodeString(vector.Der)
		grants, err := ParseFleetAuthz(der)
		if (err == nil) != vector.Valid {
			t.Errorf("%s: %v", vector.Name, err)
		} else if err == nil {
			made := toAnswer(grants)
			made.State = ""
			if !reflect.DeepEqual(made, vector.Value) {
				t.Errorf("%s: %+v is not %+v", vector.Name, made, vector.Value)
			}
		}
	}
}

func parse(pems []string) (parsed []*x509.Certificate, err error) {
	for _, text := range pems {
		block, _ := pem.Decode([]byte(text))
		one, err := x509.ParseCertificate(block.Bytes)
		if err != nil {
			return nil, err
		}
		parsed = append(parsed, one)
	}
	return parsed, nil
}

// The system's roots are nobody's choice.
func TestWithoutRootsEveryoneIsNobody(t *testing.T) {
	vector := load(t).Certificates[0]
	chain, err := parse(vector.Chain)
	if err != nil {
		t.Fatal(err)
	}
	reader := Reader{TrustDomain: vector.TrustDomain, Audience: vector.Audience}
	if grants, err := reader.Read(chain, vector.Time); err == nil {
		t.Errorf("%+v", grants)
	}
}

func TestCertificates(t *testing.T) {
	for _, vector := range load(t).Certificates {
		reader := Reader{OID: asn1.ObjectIdentifier{1, 3, 6, 1, 4, 1, 32473, 1, 1, 1}, Roots: x509.NewCertPool(),
			TrustDomain: vector.TrustDomain, Audience: vector.Audience,
			MinimumPolicyRevision: vector.MinimumPolicyRevision}
		roots, err := parse(vector.Roots)
		if err != nil {
			t.Fatal(err)
		}
		for _, root := range roots {
			reader.Roots.AddCert(root)
		}
		made := answer{Error: true}
		chain, err := parse(vector.Chain)
		if err == nil {
			grants, refused := reader.Read(chain, vector.Time)
			if refused == nil {
				made = toAnswer(grants)
			}
			err = refused
		}
		if vector.Reader != nil && !reflect.DeepEqual(made, vector.Verifier) {
			t.Errorf("%s: %+v (%v) is not %+v", vector.Name, made, err, vector.Verifier)
		}
	}
}
