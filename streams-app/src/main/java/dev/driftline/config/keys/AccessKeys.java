package dev.driftline.config.keys;

/** Who may use the HTTP endpoint, and its certificates. */
public final class AccessKeys {

    static final KeyGroup GROUP = new KeyGroup("HTTP: tokens and TLS");

    public static final ConfigKey<Boolean> ALLOW_INSECURE = GROUP.flag(
            "http.allow.insecure",
            "false",
            "Whether http.host may be other than loopback without a token. Anyone who can reach it may then read "
                    + "and operate the model.");

    public static final ConfigKey<String> READ_TOKEN = GROUP.text(
            "http.read.token",
            "",
            "a token of at least 16 characters, file:PATH, or nothing",
            "Token that a request must carry to read: Authorization: Bearer TOKEN. file:PATH reads it from a "
                    + "file. It must be the same on all instances.",
            String::strip);

    public static final ConfigKey<String> OPERATE_TOKEN = GROUP.text(
            "http.operate.token",
            "",
            "a token of at least 16 characters, file:PATH, or nothing",
            "Token that a request must carry to promote snapshots and roll them back; it also permits reading. If "
                    + "only http.read.token is set, these operations are not available. It must be the same on all "
                    + "instances.",
            String::strip);

    public static final ConfigKey<String> INSTANCE_SECRET = GROUP.text(
            "http.instance.secret",
            "",
            "a secret of at least 16 characters, file:PATH, or nothing",
            "Secret by which instances prove to each other that they belong together; it is never sent. It must be the "
                    + "same on all instances, and neither of the tokens. The default is derived from "
                    + "http.operate.token; with http.read.token alone instances do not answer each other until it is "
                    + "set, and without tokens they need none.",
            String::strip);

    public static final ConfigKey<String> TLS_KEYSTORE = GROUP.text(
            "http.tls.keystore",
            "",
            "a file, or nothing",
            "PKCS #12 or JKS file with the certificate and the key of this instance. If set, it answers over "
                    + "https only.",
            String::strip);

    public static final ConfigKey<String> TLS_KEYSTORE_PASSWORD = GROUP.text(
            "http.tls.keystore.password", "", "text", "Password of http.tls.keystore and of its key.", value -> value);

    public static final ConfigKey<String> TLS_CERTIFICATE = GROUP.text(
            "http.tls.certificate",
            "",
            "a file, or nothing",
            "PEM file of the certificate and its chain, instead of http.tls.keystore.",
            String::strip);

    public static final ConfigKey<String> TLS_KEY = GROUP.text(
            "http.tls.key",
            "",
            "a file, or nothing",
            "PEM file of the key of http.tls.certificate: PKCS #8, not encrypted.",
            String::strip);

    public static final ConfigKey<String> TLS_TRUST = GROUP.text(
            "http.tls.trust",
            "",
            "a file, or nothing",
            "PEM file of the certificates that verify the other instances. The default is the chain of this "
                    + "instance's own certificate.",
            String::strip);

    private AccessKeys() {}
}
