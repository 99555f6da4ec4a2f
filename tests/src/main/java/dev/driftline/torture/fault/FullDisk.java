package dev.driftline.torture.fault;

import dev.driftline.torture.process.Instance;
import dev.driftline.torture.process.SmallDisk;
import java.util.List;
import java.util.Optional;

/** The disk of one instance is full for a while. */
record FullDisk(Planned planned) implements Fault {

    @Override
    public Struck strike(Scene scene) throws InterruptedException {
        Optional<SmallDisk> disk = scene.cluster().disk();
        List<Instance> instances = scene.cluster().instances();
        Instance target = instances.get(instances.size() - 1);
        if (disk.isEmpty()) {
            return Struck.nothing(target, "it has no small disk");
        }
        Aim aim = Aim.at(planned.moment(), target, scene);
        disk.get().fill();
        aim.release(dev.driftline.torture.proxy.Interception.Verdict.PASS);
        try {
            scene.pause(planned.millis());
        } finally {
            disk.get().free();
        }
        return Struck.at(target, aim.moments(), "full for " + planned.millis() + " ms");
    }
}
