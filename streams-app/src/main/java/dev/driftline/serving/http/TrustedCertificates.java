package dev.driftline.serving.http;

import dev.driftline.config.InvalidConfigException;
import java.nio.file.Path;
import javax.net.ssl.SSLContext;

/** Whom a client of an instance trusts. */
public final class TrustedCertificates {

    private TrustedCertificates() {}

    /**
     * What trusts the certificates in a PEM file and no others.
     *
     * @throws InvalidConfigException if it cannot be read
     */
    public static SSLContext only(Path pem) {
        return TlsFiles.trustingOnly(pem);
    }
}
