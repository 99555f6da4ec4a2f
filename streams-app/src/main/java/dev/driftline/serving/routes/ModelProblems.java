package dev.driftline.serving.routes;

import dev.driftline.generation.NoSuchWordException;
import dev.driftline.network.snapshots.SnapshotChoiceException;
import dev.driftline.serving.http.Problem;
import dev.driftline.serving.query.NothingLearnedException;
import dev.driftline.serving.query.SnapshotUnavailableException;
import dev.driftline.serving.query.instances.MessageTooLargeException;
import dev.driftline.serving.query.instances.PeerRefusedException;
import dev.driftline.serving.query.instances.ShardUnavailableException;
import java.util.Map;
import java.util.Optional;

/** What the exceptions of the model say to a client. */
final class ModelProblems {

    private ModelProblems() {}

    /** The problem that an exception of the model is; empty for any other exception. */
    static Optional<Problem> of(Throwable failure) {
        if (failure instanceof ShardUnavailableException) {
            return problem("shard-unavailable", 503, "Part of the model is moving", failure);
        }
        if (failure instanceof SnapshotUnavailableException) {
            return problem("no-snapshot", 503, "There is no network yet", failure);
        }
        if (failure instanceof NothingLearnedException) {
            return problem("nothing-learned", 503, "Nothing has been learned yet", failure);
        }
        if (failure instanceof NoSuchWordException) {
            return problem("no-such-word", 422, "No known word begins so", failure);
        }
        if (failure instanceof SnapshotChoiceException) {
            return problem("no-such-snapshot", 404, "There is no such snapshot", failure);
        }
        if (failure instanceof PeerRefusedException) {
            return problem("instance-refused", 502, "Two instances do not trust each other", failure);
        }
        if (failure instanceof MessageTooLargeException) {
            return problem("request-too-large", 413, "Too much for a message between instances", failure);
        }
        return Optional.empty();
    }

    private static Optional<Problem> problem(String kind, int status, String title, Throwable failure) {
        return Optional.of(new Problem(kind, status, title, String.valueOf(failure.getMessage()), Map.of()));
    }
}
