package dev.driftline.torture.process;

import dev.driftline.embedded.ChildProcess;
import dev.driftline.embedded.RegistryProcess;

/** The schema registry. */
public final class Registry extends Member {

    private final RegistryProcess registry;

    Registry(RegistryProcess registry) {
        super("registry");
        this.registry = registry;
    }

    @Override
    public ChildProcess process() {
        return registry.process();
    }

    @Override
    void launch() {
        registry.start();
    }

    @Override
    public boolean isHealthy() {
        return Http.status(registry.url() + "/subjects") == 200;
    }
}
