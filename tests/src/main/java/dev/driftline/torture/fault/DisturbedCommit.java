package dev.driftline.torture.fault;

import dev.driftline.torture.process.Instance;
import dev.driftline.torture.proxy.Api;
import dev.driftline.torture.proxy.Interception;
import dev.driftline.torture.proxy.Wire;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;

/** A request of a commit is held back or lost, before or after the broker has received it. */
record DisturbedCommit(Planned planned, Interception.Verdict verdict) implements Fault {

    private static final Duration FOR_A_COMMIT = Duration.ofSeconds(25);

    /** The end of a transaction above all. */
    private static final List<Api> APIS = List.of(
            Api.END_TXN,
            Api.END_TXN,
            Api.END_TXN,
            Api.TXN_OFFSET_COMMIT,
            Api.TXN_OFFSET_COMMIT,
            Api.ADD_OFFSETS_TO_TXN);

    @Override
    public Struck strike(Scene scene) throws InterruptedException {
        Instance target = scene.instance(planned.target());
        Api api = APIS.get(planned.detail() % APIS.size());
        Interception.Side side = planned.moment() == Moment.COMMIT ? Interception.Side.BEFORE : Interception.Side.AFTER;
        Interception waiting = scene.wire().intercept(EnumSet.of(api), side, target.clients(), Wire.ANY_BROKER);
        Optional<Interception.Caught> caught = waiting.await(FOR_A_COMMIT);
        if (caught.isEmpty()) {
            // A client that speaks a newer protocol adds offsets to a transaction without asking.
            api = Api.END_TXN;
            waiting = scene.wire().intercept(EnumSet.of(api), side, "", Wire.ANY_BROKER);
            caught = waiting.await(FOR_A_COMMIT);
        }
        if (caught.isEmpty()) {
            return Struck.nothing(target, "no instance committed for " + 2 * FOR_A_COMMIT.toSeconds() + " s");
        }
        if (verdict == Interception.Verdict.PASS) {
            scene.pause(planned.millis());
        }
        waiting.decide(verdict);
        String client = caught.get().client();
        Instance hurt = scene.cluster().instances().stream()
                .filter(instance -> client.startsWith(instance.clients()))
                .findFirst()
                .orElse(target);
        return Struck.at(
                hurt,
                EnumSet.of(planned.moment()),
                api + " of " + client + " to broker-" + caught.get().broker()
                        + (verdict == Interception.Verdict.CUT ? " cut" : " held for " + planned.millis() + " ms"));
    }
}
