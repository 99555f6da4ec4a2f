package dev.driftline.cli;

import java.util.Optional;
import picocli.CommandLine.IVersionProvider;

/** What {@code --version} prints. */
final class Version implements IVersionProvider {

    @Override
    public String[] getVersion() {
        String version = Optional.ofNullable(Driftline.class.getPackage().getImplementationVersion())
                .orElse("development build");
        return new String[] {"driftline " + version, "Java " + Runtime.version()};
    }
}
