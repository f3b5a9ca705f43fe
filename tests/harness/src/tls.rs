//! Certificates made for one test.

use std::sync::Arc;

use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
    SanType,
};
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::rustls::{ClientConfig, RootCertStore};

/// The name in the servers' certificates.
pub(crate) const SERVER_NAME: &str = "spanmesh.test";

/// A certificate authority that both sides of a test trust.
#[derive(Debug)]
pub struct Authority {
    issuer: Issuer<'static, KeyPair>,
    certificate: rcgen::Certificate,
}

/// A certificate and its key.
#[derive(Debug)]
pub struct Identity {
    certificate: rcgen::Certificate,
    key: KeyPair,
}

impl Authority {
    /// Makes a key and a certificate.
    pub fn create() -> Authority {
        let key = KeyPair::generate().expect("keys can be made");
        let mut params = CertificateParams::default();
        // By default all have one name, and what has its issuer's name counts as self-signed.
        params.distinguished_name.push(DnType::CommonName, "spanmesh's test authority");
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let certificate = params.self_signed(&key).expect("a legal certificate");
        Authority { issuer: Issuer::new(params, key), certificate }
    }

    /// An identity of a client, whose URI is a SPIFFE id such as
    /// `spiffe://cluster.local/ns/prod/sa/checkout`.
    pub fn client(&self, uri: &str) -> Identity {
        let uri = uri.try_into().expect("a URI in ASCII");
        self.sign(SanType::URI(uri), ExtendedKeyUsagePurpose::ClientAuth)
    }

    /// An identity of a server for [`crate::client::TlsClient`]s.
    pub fn server(&self) -> Identity {
        let name = SERVER_NAME.try_into().expect("a name in ASCII");
        self.sign(SanType::DnsName(name), ExtendedKeyUsagePurpose::ServerAuth)
    }

    /// The authority's certificate in PEM.
    pub fn certificate_pem(&self) -> String {
        self.certificate.pem()
    }

    fn sign(&self, name: SanType, usage: ExtendedKeyUsagePurpose) -> Identity {
        let key = KeyPair::generate().expect("keys can be made");
        let mut params = CertificateParams::default();
        params.subject_alt_names.push(name);
        params.extended_key_usages.push(usage);
        let certificate = params.signed_by(&key, &self.issuer).expect("a legal certificate");
        Identity { certificate, key }
    }

    /// What a client needs that trusts this authority and shows that identity.
    pub(crate) fn client_config(&self, identity: Option<&Identity>) -> Arc<ClientConfig> {
        let mut roots = RootCertStore::empty();
        roots.add(self.certificate.der().clone()).expect("a legal certificate");
        let provider = Arc::new(ring::default_provider());
        let config = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .expect("the provider knows the versions")
            .with_root_certificates(roots);
        Arc::new(match identity {
            None => config.with_no_client_auth(),
            Some(identity) => {
                let (chain, key) = identity.der();
                config.with_client_auth_cert(chain, key).expect("the key fits")
            }
        })
    }
}

impl Identity {
    /// The certificate in PEM.
    pub fn certificate_pem(&self) -> String {
        self.certificate.pem()
    }

    /// The private key in PEM.
    pub fn key_pem(&self) -> String {
        self.key.serialize_pem()
    }

    fn der(&self) -> (Vec<CertificateDer<'static>>, PrivateKeyDer<'static>) {
        let key = self.key.serialize_der().try_into().expect("a key in PKCS #8");
        (vec![self.certificate.der().clone()], key)
    }
}
