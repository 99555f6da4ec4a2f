package dev.driftline.torture.fault;

import dev.driftline.torture.process.Member;
import dev.driftline.torture.proxy.Interception;
import java.util.Optional;
import java.util.function.Function;

/** {@code kill -9}, and some time until the process is started again. */
record KilledProcess(Planned planned, Function<Scene, Optional<? extends Member>> choice) implements Fault {

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
        boolean killed = target.kill();
        aim.release(Interception.Verdict.CUT);
        if (!killed) {
            return Struck.nothing(target, "another fault took it down meanwhile");
        }
        scene.pause(planned.millis());
        return Struck.at(target, aim.moments(), "away for " + planned.millis() + " ms");
    }
}
