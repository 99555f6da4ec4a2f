package dev.driftline.config;

/** Who may use the HTTP endpoint, and its certificates. */
public final class AccessKeys {

    static final KeyGroup GROUP = new KeyGroup("HTTP: tokens and TLS");

    public static final ConfigKey<Boolean> ALLOW_INSECURE = GROUP.flag(
            "http.allow.insecure",
            "false",
            "Whether http.host may be other than loopback without a token. Anybody who reaches it may then read the model and "
                    + "operate it.");

    public static final ConfigKey<String> READ_TOKEN = GROUP.text(
            "http.read.token",
            "",
            "a token of at least 16 characters, file:PATH, or nothing",
            "Token that must be shown to ask: Authorization: Bearer TOKEN. file:PATH reads it from a file. The same on all "
                    + "instances.",
            String::strip);

    public static final ConfigKey<String> OPERATE_TOKEN = GROUP.text(
            "http.operate.token",
            "",
            "a token of at least 16 characters, file:PATH, or nothing",
            "Token that must be shown to promote snapshots and roll them back; it may read, too. With http.read.token alone "
                    + "nobody may. Instances show it to each other, so it is the same on all.",
            String::strip);

    public static final ConfigKey<String> TLS_KEYSTORE = GROUP.text(
            "http.tls.keystore",
            "",
            "a file, or nothing",
            "PKCS #12 or JKS file with the certificate and the key of this instance: it then answers over https only.",
            String::strip);

    public static final ConfigKey<String> TLS_KEYSTORE_PASSWORD = GROUP.text(
            "http.tls.keystore.password", "", "text", "Password of http.tls.keystore and of its key.", value -> value);

    public static final ConfigKey<String> TLS_CERTIFICATE = GROUP.text(
            "http.tls.certificate",
            "",
            "a file, or nothing",
            "The certificate and its chain in PEM, instead of http.tls.keystore.",
            String::strip);

    public static final ConfigKey<String> TLS_KEY = GROUP.text(
            "http.tls.key",
            "",
            "a file, or nothing",
            "The key of http.tls.certificate: PKCS #8 in PEM, not encrypted.",
            String::strip);

    public static final ConfigKey<String> TLS_TRUST = GROUP.text(
            "http.tls.trust",
            "",
            "a file, or nothing",
            "Certificates in PEM that the other instances are checked with; by default those of this instance's own chain.",
            String::strip);

    private AccessKeys() {}
}
