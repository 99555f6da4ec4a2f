package dev.driftline.torture.fault;

import dev.driftline.torture.process.Instance;
import dev.driftline.torture.proxy.Interception;
import dev.driftline.torture.proxy.ProxiedConnection;
import java.util.List;

/**
 * Some connections of an instance are held back while its others go on, so that what it sent first arrives last: records
 * after the commit of another thread, heartbeats after a rebalance.
 */
record Reorder(Planned planned) implements Fault {

    @Override
    public Struck strike(Scene scene) throws InterruptedException {
        Instance target = scene.instance(planned.target());
        Aim aim = Aim.at(planned.moment(), target, scene);
        List<ProxiedConnection> all = scene.wire().connections(target.clients());
        int every = 2 + planned.detail() % 3;
        List<ProxiedConnection> held = all.stream()
                .filter(connection -> (connection.client() + connection.broker()).hashCode() % every == 0)
                .toList();
        held.forEach(connection -> connection.hold(planned.millis()));
        aim.release(Interception.Verdict.PASS);
        if (held.isEmpty()) {
            return Struck.nothing(target, "it has no such connections");
        }
        scene.pause(planned.millis());
        return Struck.at(
                target,
                aim.moments(),
                held.size() + " of " + all.size() + " connections held for " + planned.millis() + " ms");
    }
}
