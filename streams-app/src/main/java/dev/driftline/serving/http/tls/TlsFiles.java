package dev.driftline.serving.http.tls;

import dev.driftline.config.DriftlineConfig;
import dev.driftline.config.InvalidConfigException;
import dev.driftline.config.keys.AccessKeys;
import dev.driftline.config.keys.ConfigKey;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.InvalidKeyException;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.SignatureException;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/**
 * What an instance shows that it is who it is, and whom it trusts when it asks another one.
 *
 * @param identity the certificate and its key, under {@code password}
 * @param password of the key
 * @param trusted the certificates that other instances' are checked with
 */
public record TlsFiles(KeyStore identity, char[] password, KeyStore trusted) {

    private static final Pattern PRIVATE_KEY =
            Pattern.compile("-----BEGIN PRIVATE KEY-----([A-Za-z0-9+/=\\s]+)-----END PRIVATE KEY-----");

    private static final List<String> KEY_TYPES = List.of("EC", "RSA", "EdDSA");
    private static final Map<String, String> SIGNATURES = Map.of("EC", "SHA256withECDSA", "RSA", "SHA256withRSA");

    /**
     * What {@code config} names; empty where it names nothing.
     *
     * @throws InvalidConfigException if a file cannot be read or is of another kind
     */
    public static Optional<TlsFiles> of(DriftlineConfig config) {
        String keystore = config.get(AccessKeys.TLS_KEYSTORE);
        String certificate = config.get(AccessKeys.TLS_CERTIFICATE);
        String key = config.get(AccessKeys.TLS_KEY);
        if (keystore.isEmpty() && certificate.isEmpty() && key.isEmpty()) {
            refuseAlone(config, AccessKeys.TLS_TRUST);
            refuseAlone(config, AccessKeys.TLS_KEYSTORE_PASSWORD);
            return Optional.empty();
        }
        if (!keystore.isEmpty() && !(certificate.isEmpty() && key.isEmpty())
                || keystore.isEmpty() && (certificate.isEmpty() || key.isEmpty())) {
            throw new InvalidConfigException("TLS needs either " + AccessKeys.TLS_KEYSTORE.name() + ", or both "
                    + AccessKeys.TLS_CERTIFICATE.name() + " and " + AccessKeys.TLS_KEY.name());
        }
        char[] password = config.get(AccessKeys.TLS_KEYSTORE_PASSWORD).toCharArray();
        KeyStore identity = keystore.isEmpty()
                ? fromPem(Path.of(certificate), Path.of(key), password)
                : fromKeyStore(Path.of(keystore), password);
        String trust = config.get(AccessKeys.TLS_TRUST);
        return Optional.of(
                new TlsFiles(identity, password, trust.isEmpty() ? ownChain(identity) : trusting(Path.of(trust))));
    }

    /** Refuses a setting that would protect nothing where there is no TLS. */
    private static void refuseAlone(DriftlineConfig config, ConfigKey<String> key) {
        if (!config.get(key).isEmpty()) {
            throw new InvalidConfigException(key.name() + " is set and there is no TLS: set "
                    + AccessKeys.TLS_KEYSTORE.name() + ", or " + AccessKeys.TLS_CERTIFICATE.name() + " and "
                    + AccessKeys.TLS_KEY.name() + ", or leave it out");
        }
    }

    /** What checks the certificates of other instances. */
    public SSLContext client() {
        return client(trusted);
    }

    /**
     * What trusts the certificates in a PEM file and no others.
     *
     * @throws InvalidConfigException if it cannot be read
     */
    public static SSLContext trustingOnly(Path pem) {
        return client(trusting(pem));
    }

    private static SSLContext client(KeyStore trusted) {
        try {
            TrustManagerFactory factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            factory.init(trusted);
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(null, factory.getTrustManagers(), null);
            return context;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this Java cannot do TLS", e);
        }
    }

    private static KeyStore fromKeyStore(Path file, char[] password) {
        try {
            KeyStore identity = KeyStore.getInstance(file.toFile(), password);
            for (String alias : Collections.list(identity.aliases())) {
                if (identity.isKeyEntry(alias)) {
                    identity.getKey(alias, password);
                    return identity;
                }
            }
            throw new InvalidConfigException(AccessKeys.TLS_KEYSTORE.name() + "=" + file
                    + ": has certificates and no key, so no connection could be made: give the file that has both, as"
                    + " of `openssl pkcs12 -export -in cert.pem -inkey key.pem -out FILE`");
        } catch (IOException | GeneralSecurityException e) {
            throw new InvalidConfigException(AccessKeys.TLS_KEYSTORE.name() + "=" + file
                    + ": cannot be read with the password of " + AccessKeys.TLS_KEYSTORE_PASSWORD.name() + ": "
                    + e.getMessage());
        }
    }

    private static KeyStore fromPem(Path certificate, Path key, char[] password) {
        Certificate[] chain =
                certificates(AccessKeys.TLS_CERTIFICATE.name(), certificate).toArray(Certificate[]::new);
        try {
            PrivateKey own = privateKey(key);
            if (!belongTogether(own, chain[0].getPublicKey())) {
                throw new InvalidConfigException(AccessKeys.TLS_KEY.name() + "=" + key
                        + " is not the key of the first certificate in " + certificate
                        + ", so no connection could be made: give the two that were made together, and put the"
                        + " instance's own certificate before those that signed it");
            }
            KeyStore identity = empty();
            identity.setKeyEntry("driftline", own, password, chain);
            return identity;
        } catch (GeneralSecurityException e) {
            throw new InvalidConfigException(
                    AccessKeys.TLS_KEY.name() + "=" + key + " does not go with " + certificate + ": " + e.getMessage());
        }
    }

    /** Whether what one signs, the other verifies. */
    private static boolean belongTogether(PrivateKey own, PublicKey shown) throws GeneralSecurityException {
        String algorithm = SIGNATURES.getOrDefault(own.getAlgorithm(), own.getAlgorithm());
        byte[] something = {1, 2, 3};
        try {
            Signature signature = Signature.getInstance(algorithm);
            signature.initSign(own);
            signature.update(something);
            byte[] signed = signature.sign();
            signature.initVerify(shown);
            signature.update(something);
            return signature.verify(signed);
        } catch (InvalidKeyException | SignatureException e) {
            // Keys of two kinds, or of two lengths.
            return false;
        }
    }

    private static PrivateKey privateKey(Path file) throws GeneralSecurityException {
        String pem;
        try {
            pem = Files.readString(file, StandardCharsets.US_ASCII);
        } catch (IOException e) {
            throw new InvalidConfigException(AccessKeys.TLS_KEY.name() + "=" + file + ": cannot be read: " + e);
        }
        Matcher found = PRIVATE_KEY.matcher(pem);
        if (!found.find()) {
            throw new InvalidConfigException(AccessKeys.TLS_KEY.name() + "=" + file
                    + ": expected an unencrypted PKCS #8 key that begins with -----BEGIN PRIVATE KEY-----;"
                    + " `openssl pkcs8 -topk8 -nocrypt -in OLD -out NEW` makes one");
        }
        PKCS8EncodedKeySpec spec =
                new PKCS8EncodedKeySpec(Base64.getMimeDecoder().decode(found.group(1)));
        for (String type : KEY_TYPES) {
            try {
                return KeyFactory.getInstance(type).generatePrivate(spec);
            } catch (InvalidKeySpecException e) {
                // Of another type.
                continue;
            }
        }
        throw new InvalidConfigException(
                AccessKeys.TLS_KEY.name() + "=" + file + ": a key of none of the types " + KEY_TYPES);
    }

    /** Instances that share a certificate trust it. */
    private static KeyStore ownChain(KeyStore identity) {
        try {
            KeyStore trusted = empty();
            for (String alias : Collections.list(identity.aliases())) {
                Certificate[] chain = identity.getCertificateChain(alias);
                for (int i = 0; chain != null && i < chain.length; i++) {
                    trusted.setCertificateEntry(alias + "-" + i, chain[i]);
                }
            }
            return trusted;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("a key store cannot be read", e);
        }
    }

    private static KeyStore trusting(Path pem) {
        try {
            KeyStore trusted = empty();
            int number = 0;
            for (Certificate certificate : certificates(AccessKeys.TLS_TRUST.name(), pem)) {
                trusted.setCertificateEntry("trusted-" + number++, certificate);
            }
            return trusted;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("a key store cannot be written", e);
        }
    }

    private static Collection<? extends Certificate> certificates(String key, Path pem) {
        try (InputStream in = Files.newInputStream(pem)) {
            Collection<? extends Certificate> found =
                    CertificateFactory.getInstance("X.509").generateCertificates(in);
            if (!found.isEmpty()) {
                return found;
            }
            throw new InvalidConfigException(key + "=" + pem + ": has no certificate");
        } catch (IOException | GeneralSecurityException e) {
            throw new InvalidConfigException(key + "=" + pem + ": expected certificates in PEM: " + e.getMessage());
        }
    }

    private static KeyStore empty() throws GeneralSecurityException {
        try {
            KeyStore store = KeyStore.getInstance("PKCS12");
            store.load(null, null);
            return store;
        } catch (IOException e) {
            throw new IllegalStateException("an empty key store cannot be made", e);
        }
    }
}
