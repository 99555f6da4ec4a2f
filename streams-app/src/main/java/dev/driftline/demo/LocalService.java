package dev.driftline.demo;

import dev.driftline.config.DriftlineConfig;
import java.io.IOException;

/** The service in this process. */
final class LocalService {

    private LocalService() {}

    static DemoService start(DriftlineConfig config) throws IOException {
        throw new IOException("the service is not part of this build (order " + config.describe().length() + ")");
    }
}
