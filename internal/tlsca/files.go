package tlsca

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"yakusho/internal/core"
)

const (
	caFile     = "ca.pem"
	caPublic   = "ca.crt"
	serverFile = "server.pem"
	tmpPrefix  = ".tmp-"
)

// prepareDir makes dir private and removes what a killed process left half-written.
func prepareDir(dir string) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return errDir(dir).Because("make %s: %w", dir, err)
	}
	left, err := filepath.Glob(filepath.Join(dir, tmpPrefix+"*"))
	if err != nil {
		return errDir(dir).Because("list %s: %w", dir, err)
	}
	for _, f := range left {
		if err := os.Remove(f); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return errDir(dir).Because("remove leftover: %w", err)
		}
	}
	return nil
}

func errDir(dir string) *core.Error {
	return core.Unavailable("tls_dir_unwritable", fmt.Sprintf(
		"証明書の置き場所「%s」に書き込めません。フォルダーの権限とディスクの空きを確かめてから、もう一度起動してください。", dir))
}

// writeFile replaces dir/name in one step: what is there afterwards is the old or the new content,
// whole, even if the power fails.
func writeFile(dir, name string, data []byte, perm fs.FileMode) error {
	err := func() error {
		f, err := os.CreateTemp(dir, tmpPrefix+"*") // 0600 from the start
		if err != nil {
			return err
		}
		defer os.Remove(f.Name()) // does nothing after the rename
		_, err = f.Write(data)
		err = errors.Join(err, f.Chmod(perm), f.Sync(), f.Close())
		if err != nil {
			return err
		}
		if err := os.Rename(f.Name(), filepath.Join(dir, name)); err != nil {
			return err
		}
		// The rename itself is durable only with the directory. Windows cannot sync one and does not need it.
		if d, err := os.Open(dir); err == nil {
			_ = d.Sync()
			_ = d.Close()
		}
		return nil
	}()
	if err != nil {
		return errDir(dir).Because("write %s: %w", name, err)
	}
	return nil
}

// pemPair is what a PEM file (or a DER certificate) holds.
type pemPair struct {
	certs     []*x509.Certificate
	key       crypto.Signer
	encrypted bool // there is a key, behind a password
}

// parsePEM reads certificates and at most one key in any order. It never fails for what it does not
// know (AD CS puts text around blocks); it fails for a block that says what it is and is broken.
func parsePEM(data []byte) (pemPair, error) {
	var p pemPair
	rest := data
	for {
		var b *pem.Block
		b, rest = pem.Decode(rest)
		if b == nil {
			break
		}
		switch {
		case b.Type == "CERTIFICATE" || b.Type == "X509 CERTIFICATE" || b.Type == "TRUSTED CERTIFICATE":
			c, err := x509.ParseCertificate(b.Bytes)
			if err != nil {
				return p, fmt.Errorf("certificate %d: %w", len(p.certs)+1, err)
			}
			p.certs = append(p.certs, c)
		case b.Type == "ENCRYPTED PRIVATE KEY" || strings.Contains(b.Headers["Proc-Type"], "ENCRYPTED"):
			p.encrypted = true
		case strings.HasSuffix(b.Type, "PRIVATE KEY") && p.key == nil:
			k, err := parseKey(b.Bytes)
			if err != nil {
				return p, err
			}
			p.key = k
		}
	}
	if len(p.certs) == 0 && p.key == nil && !p.encrypted {
		// Windows saves .cer as DER unless asked for Base-64.
		if c, err := x509.ParseCertificates(data); err == nil {
			p.certs = c
		} else if k, err := parseKey(data); err == nil {
			p.key = k
		}
	}
	return p, nil
}

func parseKey(der []byte) (crypto.Signer, error) {
	if k, err := x509.ParsePKCS8PrivateKey(der); err == nil {
		switch k := k.(type) {
		case *rsa.PrivateKey:
			return k, nil
		case *ecdsa.PrivateKey:
			return k, nil
		case ed25519.PrivateKey:
			return k, nil
		}
		return nil, fmt.Errorf("key of type %T cannot serve TLS", k)
	}
	if k, err := x509.ParseECPrivateKey(der); err == nil {
		return k, nil
	}
	if k, err := x509.ParsePKCS1PrivateKey(der); err == nil {
		return k, nil
	}
	return nil, errors.New("private key is damaged")
}

// fits reports whether key is the private half of what cert certifies.
func fits(cert *x509.Certificate, key crypto.Signer) bool {
	pub, ok := key.Public().(interface{ Equal(crypto.PublicKey) bool })
	return ok && pub.Equal(cert.PublicKey)
}

func encodePair(key crypto.Signer, certs ...[]byte) ([]byte, error) {
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return nil, fmt.Errorf("encode key: %w", err)
	}
	out := pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})
	for _, c := range certs {
		out = append(out, encodeCert(c)...)
	}
	return out, nil
}

func encodeCert(der []byte) []byte {
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
}
