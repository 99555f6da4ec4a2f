package dev.driftline.torture.fault;

import dev.driftline.torture.process.Instance;

/** An instance is killed and comes back without its stores, as on another machine. */
record LostState(Planned planned) implements Fault {

    @Override
    public Struck strike(Scene scene) throws InterruptedException {
        Instance target = scene.instance(planned.target());
        Aim aim = Aim.at(planned.moment(), target, scene);
        target.kill();
        aim.release(dev.driftline.torture.proxy.Interception.Verdict.CUT);
        if (!target.startAfter(target::loseState)) {
            return Struck.nothing(target, "another fault started it meanwhile");
        }
        return Struck.at(target, aim.moments(), "its stores are gone");
    }
}
