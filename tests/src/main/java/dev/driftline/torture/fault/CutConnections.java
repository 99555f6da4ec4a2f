package dev.driftline.torture.fault;

import dev.driftline.torture.process.Instance;
import dev.driftline.torture.proxy.Interception;
import dev.driftline.torture.proxy.ProxiedConnection;
import java.util.List;

/** Connections of an instance are closed, all of them or those to one broker, with what is under way. */
record CutConnections(Planned planned) implements Fault {

    @Override
    public Struck strike(Scene scene) throws InterruptedException {
        Instance target = scene.instance(planned.target());
        Aim aim = Aim.at(planned.moment(), target, scene);
        int broker = planned.detail() % 2 == 0
                ? 0
                : scene.broker(planned.detail() / 2).number();
        List<ProxiedConnection> cut = scene.wire().connections(target.clients()).stream()
                .filter(connection -> broker == 0 || connection.broker() == broker)
                .toList();
        cut.forEach(ProxiedConnection::cut);
        aim.release(Interception.Verdict.CUT);
        return cut.isEmpty()
                ? Struck.nothing(target, "it has no connections")
                : Struck.at(
                        target,
                        aim.moments(),
                        cut.size() + " connections to " + (broker == 0 ? "all brokers" : "broker-" + broker));
    }
}
