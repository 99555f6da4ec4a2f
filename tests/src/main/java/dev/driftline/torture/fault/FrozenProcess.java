package dev.driftline.torture.fault;

import dev.driftline.torture.process.Member;
import dev.driftline.torture.proxy.Interception;
import java.util.Optional;
import java.util.function.Function;

/** {@code SIGSTOP} and, some time later, {@code SIGCONT}: a process that others take for dead and that comes back. */
record FrozenProcess(Planned planned, Function<Scene, Optional<? extends Member>> choice) implements Fault {

    @Override
    public Struck strike(Scene scene) throws InterruptedException {
        Optional<? extends Member> chosen = choice.apply(scene);
        if (chosen.isEmpty()) {
            return Struck.nothing("nobody", "no instance says that it has the trainer");
        }
        Member target = chosen.get();
        if (!target.isAlive()) {
            return Struck.nothing(target, "it was down already");
        }
        Aim aim = Aim.at(planned.moment(), target, scene);
        boolean frozen = target.freeze();
        aim.release(Interception.Verdict.PASS);
        if (!frozen) {
            return Struck.nothing(target, "another fault took it down meanwhile");
        }
        try {
            scene.pause(planned.millis());
        } finally {
            target.thaw();
        }
        return Struck.at(target, aim.moments(), "frozen for " + planned.millis() + " ms");
    }
}
