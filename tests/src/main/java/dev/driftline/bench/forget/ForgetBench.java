package dev.driftline.bench.forget;

import dev.driftline.bench.process.Json;
import dev.driftline.bench.process.MeasuredJvm;
import dev.driftline.bench.text.BenchCorpus;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Consumer;

/** Measures a model that forgets: see {@link ForgetRun}. */
public final class ForgetBench {

    static final int DOCUMENT_TOKENS = 130;

    /** Marks of the stream, about. */
    private static final int MARKS = 30;

    private final BenchCorpus corpus;
    private final long limit;
    private final Path folder;
    private final List<String> jvmOptions;
    private final Consumer<String> say;

    /** @param say told how far it is */
    public ForgetBench(BenchCorpus corpus, long limit, Path folder, List<String> jvmOptions, Consumer<String> say) {
        this.corpus = corpus;
        this.limit = limit;
        this.folder = folder;
        this.jvmOptions = jvmOptions;
        this.say = say;
    }

    /**
     * Measures.
     *
     * @param boundBytes of the stream
     * @param seconds that the stream takes, without the time that making the text takes
     * @param recording where a flight recording goes, if one is wanted
     */
    public ForgetResults measure(int order, int runs, long boundBytes, long seconds, Optional<Path> recording) {
        ForgetResults results = new ForgetResults();
        results.boundBytes = boundBytes;
        List<String> arguments = List.of(
                corpus.file().toString(),
                Long.toString(limit),
                Integer.toString(order),
                folder.resolve("forget").toString(),
                Integer.toString(runs),
                Long.toString(boundBytes),
                Long.toString(seconds),
                Long.toString(Math.max(1, seconds / MARKS)));
        try (MeasuredJvm jvm =
                MeasuredJvm.start(ForgetRun.class, arguments, jvmOptions, folder.resolve("forget.log"), recording)) {
            results.speed.add(Json.read(jvm.hear(), ForgetResults.Speed.class));
            results.retract.add(Json.read(jvm.hear(), ForgetResults.Retract.class));
            say.accept(results.table().strip());
            for (String answer = jvm.hear(); !answer.equals("done"); answer = jvm.hear()) {
                ForgetResults.Mark mark = Json.read(answer, ForgetResults.Mark.class);
                results.marks.add(mark);
                say.accept(
                        String.format(Locale.ROOT, "  %.0f s: %,.0f tokens/s", mark.seconds(), mark.tokensPerSecond()));
            }
        }
        return results;
    }
}
