package dev.driftline.cli.query;

import java.net.URI;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** How a command gets into a running instance. Use as {@code @Mixin} beside an option {@code --instance}. */
public final class InstanceAccess {

    @Option(
            names = "--token",
            paramLabel = "TOKEN",
            description = "With --instance: the token to show, or file:PATH. Default: the environment variable"
                    + " DRIFTLINE_HTTP_READ_TOKEN.")
    private @Nullable String token;

    @Option(
            names = "--trust",
            paramLabel = "PEM",
            description = "With --instance: certificates to trust for https://…, instead of those that Java does.")
    private @Nullable Path trust;

    /** Asks {@code instance}. */
    public InstanceClient client(URI instance) {
        return new InstanceClient(instance, token, trust);
    }
}
